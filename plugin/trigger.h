/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_TRIGGER_H
#define FI_TRIGGER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"
#include "counter.h"
#include "maps.h"
#include "qemu_compat.h"

/*
 * Triggers, their counting, and the plan: an immutable picture of all armed
 * triggers from which translation works.
 *
 * Who may touch what:
 *   - the list of triggers and everything set at creation: with the Lua lock;
 *   - hits and fired: any vCPU, atomically or on its own element;
 *   - a plan: any thread; it is replaced and freed only while all vCPUs are
 *     stopped (the completion of qemu_plugin_reset), so readers need no lock.
 */

typedef enum FiKind {
    FI_PC,
    FI_INSN,
    FI_READ,
    FI_WRITE,
    FI_EXCEPTION,
    FI_INTERRUPT,
    FI_VCPU_INIT,
    FI_IDLE,
    FI_RESUME,
    FI_SYSREG_READ,
    FI_SYSREG_WRITE,
    FI_INSNS, /* after_insns: an FI_INSN that matches everything, once */
    FI_EXIT,
    FI_MMIO_READ,
    FI_MMIO_WRITE,
    FI_TIMER,         /* after_ns, at_ns, every_ns */
    FI_MACHINE_READY, /* on_machine_ready */
    FI_MACHINE_RESET, /* on_reset */
    FI_CONSOLE,       /* on_console: console.lua fires it */
    FI_COUNT,         /* counter:count_pc: no handler, an inline add */
    FI_KINDS,
} FiKind;

const char *fi_kind_name(FiKind kind);

struct FiContext;
struct FiTrigger;
/* Called in place of a handler, without the Lua lock. */
typedef void FiNative(struct FiContext *c, struct FiTrigger *t);

/* What a trigger waits for; set at creation and never changed, but for lo and
 * hi of one that goes with its map (fi_registry_slide). */
typedef struct FiTriggerSpec {
    FiKind kind;
    const char *name;
    uint64_t lo, hi; /* [lo, hi) */
    bool exact_pc;   /* FI_PC, FI_COUNT: only the instruction at lo */
    bool phys;
    uint32_t opcode_mask, opcode_value;
    int vcpu; /* -1: any */
    int el;   /* -1: any */
    FiSpace space;
    FiMap *map; /* lo and hi are relative to its slide; or NULL */
    /* Of a given map, whose symbols may come and go: lo, and hi (NULL: span
     * bytes behind lo).  Interned. */
    const char *lo_expr, *hi_expr;
    uint64_t span; /* or one of those */
    FiNative *native;
    uint64_t after, every, limit; /* limit 0: none */
    bool total;
    FiCondition when;
    bool has_value;
    uint64_t value, mask;
    unsigned size; /* 0: any */
    FiSysregPattern sysreg[2];
    const char *exception; /* NULL: any */
    int ec, number;        /* -1: any */
    bool has_from;
    uint64_t from_lo, from_hi;
    FiCounter *counter; /* FI_COUNT */
    const char *device; /* FI_MMIO_*: lo and hi are its offsets; hi 0: all */
    int dma;            /* FI_MMIO_*: 0: by instructions; 1: not; -1: any */
    int64_t deadline_ns, period_ns; /* FI_TIMER; period 0: once */
    char *place;      /* script:line, for errors that come later; or NULL */
    bool blame_place; /* a wrong result is that line's, not the handler's */
    bool internal;    /* a task's wait: not in the journal's summary */
    bool quiet;       /* FI_MMIO_*: what it does is no fault */
} FiTriggerSpec;

/* What is wanted of a symbol: the bytes that an access to it is about, or all
 * of it. */
#define FI_SPAN_SYMBOL 0
#define FI_SPAN_WHOLE UINT64_MAX

void fi_trigger_spec_init(FiTriggerSpec *spec, FiKind kind);

typedef struct FiTriggerVcpu {
    uint64_t hits;     /* up to when the slot was last set */
    uint64_t slot_set; /* what it was set to */
} FiTriggerVcpu;

typedef enum FiTriggerState {
    FI_ACTIVE,
    FI_DISABLED,
    FI_REMOVED,
    FI_ENDED, /* its limit is reached */
    FI_STATES,
} FiTriggerState;

const char *fi_trigger_state_name(FiTriggerState state);

typedef struct FiTrigger {
    gint refs;
    FiTriggerSpec spec;
    char *name;
    unsigned owner;   /* 0: the scenario; n: session n of the socket */
    uint64_t slid;    /* Lua lock: what lo and hi have been moved by */
    bool pending;     /* Lua lock: where it is in its map is not known yet */
    bool staged;      /* Lua lock: its scenario is still loading (reload.h) */
    gint state;       /* FiTriggerState; atomic */
    gint has_handler; /* atomic: Lua is entered only if set */
    bool wants_event; /* the handler takes an argument */
    bool counted;     /* counting is done by slot */
    qemu_plugin_u64 slot;
    uint64_t total_hits; /* spec.total; atomic */
    uint64_t fired;      /* atomic */
    uint64_t missed; /* Lua lock: FI_MMIO_READ that could not be overridden */
    uint64_t errors; /* Lua lock */
    /* Lua lock: calls of the handler, and what some of them took */
    uint64_t calls, first_ns, sampled, sampled_ns;
    bool summarised; /* Lua lock: its journal line is written */
    bool replaces;   /* Lua lock: a handler has replaced an MSR's data */
    struct FiHardware *hardware; /* hardware.c; NULL for other kinds */
    /* fi.max_vcpus of them, and one for events that no vCPU has caused */
    FiTriggerVcpu vcpu[];
} FiTrigger;

/* A new trigger with one reference, in state active, not yet armed. */
FiTrigger *fi_trigger_new(const FiTriggerSpec *spec);
FiTrigger *fi_trigger_ref(FiTrigger *t);
void fi_trigger_unref(FiTrigger *t);

static inline FiTriggerState fi_trigger_state(FiTrigger *t)
{
    return (FiTriggerState)g_atomic_int_get(&t->state);
}

/* Is it one that hardware.c attaches to QEMU's devices or clock?  Accesses to
 * devices are carried by code where QEMU has no hooks for them. */
bool fi_kind_is_hardware(FiKind kind);

uint64_t fi_trigger_hits(FiTrigger *t);
uint64_t fi_trigger_hits_on(FiTrigger *t, unsigned vcpu);
uint64_t fi_trigger_fired(FiTrigger *t);

/*
 * Time spent in a handler, with the Lua lock.  Two looks at the clock cost as
 * much as half a short handler, so only the first calls and then one in several
 * are timed; the others are taken to be like those.
 */
bool fi_trigger_wants_time(const FiTrigger *t);
void fi_trigger_called(FiTrigger *t, bool timed, int64_t ns);
uint64_t fi_trigger_time_ns(const FiTrigger *t);

/*
 * A hit on @vcpu: count it and tell whether the trigger fires.  @inline_add:
 * generated code has already added to the slot.
 */
bool fi_trigger_hit(FiTrigger *t, unsigned vcpu, bool inline_add,
                    uint64_t *ret_hits);
/* The vCPU, the counter condition. */
bool fi_trigger_passes(FiTrigger *t, unsigned vcpu);
/* "pending" for an active one that waits for its map. */
const char *fi_trigger_state_shown(FiTrigger *t);
/* @map has a slide, or another one, or other symbols: its triggers go there. */
void fi_registry_slide(const FiMap *map);

/* The list of armed triggers.  All with the Lua lock. */
void fi_registry_init(void);
void fi_registry_add(FiTrigger *t);
/* Take it off the list; @state is FI_REMOVED or FI_ENDED. */
void fi_registry_end(FiTrigger *t, FiTriggerState state);
/* End all of an owner's.  They are returned, each with its reference. */
GPtrArray *fi_registry_end_owner(unsigned owner);
void fi_registry_set_enabled(FiTrigger *t, bool enabled);

/* Of all triggers, those that are over included; without counters' own. */
typedef struct FiTotals {
    uint64_t triggers[FI_STATES];
    uint64_t hits, fired, errors, missed, time_ns;
} FiTotals;

void fi_registry_totals(FiTotals *ret);
GPtrArray *fi_registry_triggers(void);
/* Give @vcpu's element of every trigger its start values. */
void fi_registry_start_vcpu(unsigned vcpu);
/*
 * The run is over for the scenario, though other vCPUs may go on for a while:
 * nothing counts or fires any more, so that what is said of the run at its end
 * does not depend on how long they did.
 */
void fi_registry_freeze(void);
/* @t replaces an MSR's data: from now on, and while it is armed, code must
 * look for an Rt to be restored (replace.h). */
void fi_registry_want_restore(FiTrigger *t);
/* From now on, translation blocks must look for work from elsewhere. */
void fi_registry_want_gate(void);
/* One more vCPU has executed something.  Until all have, on_vcpu_init needs
 * the gate; afterwards it may go. */
void fi_registry_vcpu_executed(void);

/* Intervals of memory triggers, sorted by start. */
typedef struct FiIntervals {
    FiTrigger **triggers;
    uint64_t *max_hi; /* of the first i + 1 triggers */
    guint n;
    uint64_t lo, hi; /* around all */
} FiIntervals;

typedef struct FiPlan {
    GHashTable *pc;        /* address -> GPtrArray of FiTrigger */
    uint64_t pc_lo, pc_hi; /* around all of them, inclusive */
    GPtrArray *pc_ranges;
    GPtrArray *insns;    /* FI_INSN and FI_INSNS */
    GPtrArray *sysregs;  /* FI_SYSREG_READ and _WRITE */
    FiIntervals virt[2]; /* 0: reads, 1: writes */
    FiIntervals phys[2];
    bool events[FI_KINDS]; /* is there one of this kind? */
    bool gate;
    bool restores; /* look behind each MSR whether its Rt is to be restored */
    bool needs_el;
    uint64_t generation; /* of all plans that were published */
    GPtrArray *all;      /* owns the references */
    struct FiPlan *next; /* of those to be freed */
} FiPlan;

/* The plan for the current list; with the Lua lock. */
FiPlan *fi_plan_new(void);
void fi_plan_free(FiPlan *p);

static inline bool fi_sysreg_matches(const FiSysregPattern p[2], uint16_t key)
{
    return (p[0].mask && (key & p[0].mask) == p[0].key) ||
           (p[1].mask && (key & p[1].mask) == p[1].key);
}

/* Did the list change since the last fi_plan_new()? */
bool fi_registry_dirty(void);

/* Could this trigger be hit by an instruction in [lo, hi)? */
bool fi_trigger_concerns_code(const FiTrigger *t, uint64_t lo, uint64_t hi);

/* New references to the active triggers of an event's kind that pass on this
 * vCPU, or NULL if there are none.  Takes the Lua lock. */
GPtrArray *fi_registry_collect(FiKind kind, unsigned vcpu);

/* Call @fn for each trigger of @iv that overlaps [addr, addr + size). */
typedef void (*FiIntervalFunc)(FiTrigger *t, void *opaque);
void fi_intervals_foreach(const FiIntervals *iv, uint64_t addr, unsigned size,
                          FiIntervalFunc fn, void *opaque);

#endif
