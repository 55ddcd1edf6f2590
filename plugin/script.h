/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SCRIPT_H
#define FI_SCRIPT_H

#include <lua.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "instrument.h"
#include "trigger.h"
#include "vcpu.h"

/*
 * The Lua VM: one VM, one lock, one gate.  Nothing but this file calls
 * lua_pcall.  Whoever runs Lua holds the lock; script_release() gives it up
 * around anything that may wait for QEMU (the BQL, a page lock, another
 * vCPU), as the callbacks that arrive with QEMU's locks held want this one.
 */

/* Where in QEMU we are: decides what a handler may do. */
typedef enum FiPlace {
    FI_PLACE_LOAD,   /* main chunk; no guest yet */
    FI_PLACE_INSN,   /* before an instruction */
    FI_PLACE_MEM,    /* in an instruction, after an access */
    FI_PLACE_DISCON, /* an exception or interrupt was taken */
    FI_PLACE_VCPU,   /* on a vCPU's thread, outside of guest code */
    FI_PLACE_MMIO,   /* in an access to a device; perhaps on no vCPU */
    FI_PLACE_READY,  /* the machine is complete; on no vCPU */
    FI_PLACE_RESET,  /* the machine is being reset; on no vCPU */
    FI_PLACE_EXIT,
} FiPlace;

/* What a handler wants to become of an access. */
typedef enum FiVerdict {
    FI_VERDICT_PASS,
    FI_VERDICT_VALUE,
    FI_VERDICT_DROP,
    FI_VERDICT_BUS_ERROR,
} FiVerdict;

/* What a handler, or several at one place, have decided about the PC. */
typedef struct FiOutcome {
    bool jump;
    uint64_t pc;
    bool skip;
    bool retry;
    bool sysreg_new; /* of an MRS: the result; of an MSR: the data */
    uint64_t sysreg_value;
    bool leave;     /* the rest of the block must be translated anew */
    bool exception; /* one is taken instead of the instruction */
} FiOutcome;

/* The event being handled. */
typedef struct FiContext {
    FiPlace place;
    FiVcpu *vcpu;              /* NULL at load and exit, and for DMA */
    FiTrigger *trigger;        /* NULL for deferred functions, load, exit */
    struct FiStaging *staging; /* load: of a scenario that is to replace one */
    FiKind kind;
    uint64_t hits;
    const FiSite *site; /* FI_PLACE_INSN, _MEM */
    uint64_t addr;      /* FI_PLACE_MEM */
    qemu_plugin_meminfo_t meminfo;
    uint64_t from_pc, to_pc; /* FI_PLACE_DISCON */
    const FiExceptionInfo *exception;
    FiOutcome *outcome;               /* where the PC can be changed */
    struct qemu_plugin_fi_mmio *mmio; /* FI_PLACE_MMIO */
    FiVerdict verdict;
    uint64_t mmio_value;       /* FI_VERDICT_VALUE */
    struct FiRequest *request; /* a client asked for this */
    unsigned owner;            /* 0: the scenario, else a client's number */
    int64_t deadline_ns;       /* FI_TIMER */
    int details;               /* FI_CONSOLE: reference of a table */

    /* private to script.c */
    unsigned generation; /* of the scenario when this began */
    bool timed;
    int64_t waited_ns; /* for the lock, of what is timed */
    lua_State *L;
    int state_ref;  /* of L, where no vCPU has it */
    uint64_t spent; /* Lua instructions */
    char *overrun;  /* the budget is spent: where */
    struct FiContext *outer;
    struct FiContext **event; /* what the event userdata points with */
} FiContext;

/* The data that the MSR at hand is about to write; false for an MRS. */
bool fi_sysreg_data(const FiContext *c, uint64_t *ret);

/* Load the libraries and run the scenario; false with a message printed. */
bool fi_script_load(void);
/* From now on clients' requests are interrupted, wherever they run. */
void fi_script_interrupt_requests(void);
/* Run on_exit handlers, write the summary, close the VM.  Threads that have
 * given up the lock are waited for until then, and stay behind if they do not
 * come back. */
void fi_script_close(const struct timespec *until);

/* Run the trigger's handler for this event. */
void fi_script_handle(FiContext *c);
/* fi_registry_freeze() with the lock. */
void fi_script_freeze(void);
/* Run the functions that were deferred to this vCPU; @out: where they may
 * change its PC, or NULL. */
void fi_script_run_deferred(FiVcpu *v, FiOutcome *out);
/* Do what a client asks for, on the vCPU's thread or, for NULL, on one that is
 * no vCPU's.  Takes the lock; the request says how it went. */
void fi_script_run_request(struct FiRequest *r, FiVcpu *v, FiOutcome *out);
/* Queue the function on top of the stack; with the lock. */
void fi_script_defer(lua_State *L, FiVcpu *v);
/* What has changed is published where there is no vCPU to retranslate, in no
 * handler; fi_settle_on_no_vcpu() sees to the rest. */
void fi_script_publish_on_no_vcpu_locked(void);
/* A plan was published where there is no vCPU to retranslate; takes it. */
bool fi_script_take_reset(void);

/* The context in which Lua is running; only with the lock. */
FiContext *fi_script_context(void);

/* Give up the lock around a primitive that may wait, and take it back, which
 * does not return once the VM is closed. */
FiContext *fi_script_release(void);
void fi_script_reacquire(FiContext *c);

/* An error that shows only after its handler, one of @t's (or NULL), has
 * ended; treated as one of the handler's.  With the lock. */
void fi_script_report_locked(FiTrigger *t, const char *text);

/* Call @fn, with @arg as a light userdata, outside of any handler and vCPU.
 * NULL, or the error's message, to be freed.  With the lock. */
char *fi_script_call_locked(lua_CFunction fn, void *arg);

/*
 * Call @fn as the main chunk of a scenario that is loaded into @staging while
 * another one is in use.  NULL, or the error's message and traceback, to be
 * freed.  With the lock.
 */
char *fi_script_stage_locked(lua_CFunction fn, struct FiStaging *staging);
/* Exchange the environments of the scenario in use and the one that is being
 * loaded; with the lock. */
void fi_script_switch_environment(void);
/* The scenario's deferred functions go, and so does the right of its running
 * handlers to arm anything.  With the lock. */
void fi_script_replaced_locked(void);
/* Does Lua run for a scenario that has been replaced since? */
bool fi_script_is_replaced(const FiContext *c);
/* @t, of kind FI_MACHINE_READY, is armed when the machine is ready.  With the
 * lock. */
void fi_script_machine_ready_locked(FiTrigger *t);
/* Run the trigger's handler for this event, from within Lua: on the vCPU of
 * the context in which it runs.  With the lock. */
void fi_script_fire_locked(FiContext *c);
/* Let go of the trigger's handler; with the lock. */
void fi_script_drop_handler(FiTrigger *t);
/* Collect all garbage; with the lock. */
void fi_script_collect_locked(void);
/* Bytes that Lua uses; with the lock. */
uint64_t fi_script_memory_locked(void);

/* For work on the registry outside of Lua. */
void fi_script_lock(void);
void fi_script_unlock(void);
bool fi_script_closed_locked(void);

/* End-of-life line of a trigger in the journal; with the lock. */
void fi_script_summarise(FiTrigger *t);

#endif
