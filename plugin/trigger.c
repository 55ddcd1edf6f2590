/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trigger.h"

#include <inttypes.h>
#include <string.h>

#include "fi.h"
#include "script.h"
#include "hardware.h"
#include "slot.h"

/* A slot counts up to this and then generated code calls us: the limit must be
 * one constant for all vCPUs and for the life of the translation, so the start
 * value moves instead. */
#define SLOT_FIRES (UINT64_C(1) << 63)

static const char *const kind_names[FI_KINDS] = {
    [FI_PC] = "pc",
    [FI_INSN] = "insn",
    [FI_READ] = "read",
    [FI_WRITE] = "write",
    [FI_EXCEPTION] = "exception",
    [FI_INTERRUPT] = "interrupt",
    [FI_VCPU_INIT] = "vcpu_init",
    [FI_IDLE] = "idle",
    [FI_RESUME] = "resume",
    [FI_SYSREG_READ] = "sysreg_read",
    [FI_SYSREG_WRITE] = "sysreg_write",
    [FI_INSNS] = "insns",
    [FI_EXIT] = "exit",
    [FI_MMIO_READ] = "mmio_read",
    [FI_MMIO_WRITE] = "mmio_write",
    [FI_TIMER] = "timer",
    [FI_MACHINE_READY] = "machine_ready",
    [FI_MACHINE_RESET] = "reset",
    [FI_CONSOLE] = "console",
    [FI_COUNT] = "count",
};

static struct {
    GPtrArray *list; /* armed triggers, each with a reference */
    bool dirty;
    bool gate;                   /* wanted for good */
    unsigned executed;           /* vCPUs that have */
    gint frozen;                 /* atomic: nothing counts any more */
    GPtrArray *events[FI_KINDS]; /* those of list that no code carries */
    FiTotals over;               /* of those that are */
} registry;

const char *fi_kind_name(FiKind kind)
{
    return kind_names[kind];
}

const char *fi_trigger_state_name(FiTriggerState state)
{
    static const char *const names[] = { "active", "disabled", "removed",
                                         "ended" };

    return names[state];
}

const char *fi_trigger_state_shown(FiTrigger *t)
{
    FiTriggerState state = fi_trigger_state(t);

    return state == FI_ACTIVE && t->pending ? "pending"
                                            : fi_trigger_state_name(state);
}

bool fi_kind_is_hardware(FiKind kind)
{
    return kind == FI_TIMER ||
           ((kind == FI_MMIO_READ || kind == FI_MMIO_WRITE) &&
            fi_has(FI_CAP_MMIO));
}

void fi_trigger_spec_init(FiTriggerSpec *spec, FiKind kind)
{
    *spec = (FiTriggerSpec){
        .kind = kind,
        .vcpu = -1,
        .el = -1,
        .space = { .asid = -1 },
        .every = 1,
        .mask = UINT64_MAX,
        .ec = -1,
        .number = -1,
        .dma = -1,
    };
}

/* Executions of code are counted by generated code where that saves calls. */
static bool counts_by_slot(const FiTriggerSpec *s)
{
    bool code = s->kind == FI_PC || s->kind == FI_INSN || s->kind == FI_INSNS ||
                s->kind == FI_SYSREG_READ ||
                (s->kind == FI_SYSREG_WRITE && !s->has_value);

    return code && !s->total && !s->native && s->space.asid < 0 &&
           !s->space.has_ttbr && (s->after > 0 || s->every > 1 || s->vcpu >= 0);
}

FiTrigger *fi_trigger_new(const FiTriggerSpec *spec)
{
    FiTrigger *t = g_malloc0(sizeof(*t) +
                             (fi.max_vcpus + 1) * sizeof(t->vcpu[0]));

    t->refs = 1;
    t->spec = *spec;
    t->name = g_strdup(spec->name);
    t->spec.name = t->name;
    t->spec.place = g_strdup(spec->place);
    t->spec.device = g_strdup(spec->device);
    t->spec.counter = fi_counter_ref(spec->counter);
    t->spec.when.counter = fi_counter_ref(spec->when.counter);
    t->state = FI_ACTIVE;
    t->pending = spec->map && !spec->map->known;
    t->slid = spec->map && spec->map->known ? spec->map->slide : 0;
    t->counted = counts_by_slot(spec);
    if (t->counted) {
        t->slot = fi_slot_new();
    }
    return t;
}

FiTrigger *fi_trigger_ref(FiTrigger *t)
{
    g_atomic_int_inc(&t->refs);
    return t;
}

void fi_trigger_unref(FiTrigger *t)
{
    if (!g_atomic_int_dec_and_test(&t->refs)) {
        return;
    }
    if (t->counted) {
        fi_slot_free(t->slot);
    }
    fi_counter_unref(t->spec.counter);
    fi_counter_unref(t->spec.when.counter);
    fi_hardware_free(t->hardware);
    g_free(t->spec.place);
    g_free((char *)t->spec.device);
    g_free(t->name);
    g_free(t);
}

static void set_slot(FiTrigger *t, unsigned vcpu, uint64_t value)
{
    FiTriggerVcpu *c = &t->vcpu[vcpu];

    __atomic_store_n(&c->hits, fi_trigger_hits_on(t, vcpu), __ATOMIC_RELAXED);
    __atomic_store_n(&c->slot_set, value, __ATOMIC_RELAXED);
    fi_slot_set(t->slot, vcpu, value);
}

static void start_vcpu(FiTrigger *t, unsigned vcpu)
{
    bool counts_here = t->spec.vcpu < 0 || (unsigned)t->spec.vcpu == vcpu;

    if (!t->counted) {
        return;
    }
    /* From 0 the slot will not get there in 2^63 executions. */
    set_slot(t, vcpu, counts_here ? SLOT_FIRES - (t->spec.after + 1) : 0);
}

static bool over(FiTrigger *t)
{
    FiTriggerState state = fi_trigger_state(t);

    return g_atomic_int_get(&registry.frozen) || state == FI_REMOVED ||
           state == FI_ENDED;
}

uint64_t fi_trigger_hits_on(FiTrigger *t, unsigned vcpu)
{
    FiTriggerVcpu *c = &t->vcpu[vcpu];
    uint64_t hits = __atomic_load_n(&c->hits, __ATOMIC_RELAXED);

    if (t->counted && !over(t) &&
        (t->spec.vcpu < 0 || (unsigned)t->spec.vcpu == vcpu)) {
        uint64_t now = fi_slot_get(t->slot, vcpu);
        uint64_t set = __atomic_load_n(&c->slot_set, __ATOMIC_RELAXED);

        /* Not yet set on a vCPU that has not started. */
        hits += now > set ? now - set : 0;
    }
    return hits;
}

uint64_t fi_trigger_hits(FiTrigger *t)
{
    uint64_t sum = 0;
    unsigned v;

    if (t->spec.total) {
        return __atomic_load_n(&t->total_hits, __ATOMIC_RELAXED);
    }
    for (v = 0; v < fi.max_vcpus; v++) {
        sum += fi_trigger_hits_on(t, v);
    }
    return sum + __atomic_load_n(&t->vcpu[v].hits, __ATOMIC_RELAXED);
}

uint64_t fi_trigger_fired(FiTrigger *t)
{
    uint64_t fired = __atomic_load_n(&t->fired, __ATOMIC_RELAXED);

    /* Two vCPUs may both have tried for the last one. */
    return t->spec.limit ? MIN(fired, t->spec.limit) : fired;
}

/* The first calls are special: caches are cold, and there may be no others. */
#define TIMED_FIRST 16
#define TIMED_EVERY 16

bool fi_trigger_wants_time(const FiTrigger *t)
{
    return t->calls < TIMED_FIRST || t->calls % TIMED_EVERY == 0;
}

void fi_trigger_called(FiTrigger *t, bool timed, int64_t ns)
{
    if (timed && t->calls < TIMED_FIRST) {
        t->first_ns += ns;
    } else if (timed) {
        t->sampled_ns += ns;
        t->sampled++;
    }
    t->calls++;
}

uint64_t fi_trigger_time_ns(const FiTrigger *t)
{
    double later = t->calls > TIMED_FIRST ? t->calls - TIMED_FIRST : 0;

    return t->first_ns +
           (t->sampled ? (double)t->sampled_ns / t->sampled * later : 0);
}

bool fi_trigger_passes(FiTrigger *t, unsigned vcpu)
{
    return fi_trigger_state(t) == FI_ACTIVE &&
           (t->spec.vcpu < 0 || (unsigned)t->spec.vcpu == vcpu) &&
           fi_condition_holds(&t->spec.when, vcpu);
}

static bool due(const FiTriggerSpec *s, uint64_t hits)
{
    return hits > s->after && (hits - s->after - 1) % s->every == 0;
}

static bool hit_by_slot(FiTrigger *t, unsigned vcpu, bool inline_add,
                        uint64_t *ret_hits)
{
    uint64_t value = fi_slot_get(t->slot, vcpu) + !inline_add;

    if (!inline_add) {
        fi_slot_set(t->slot, vcpu, value);
    }
    *ret_hits = fi_trigger_hits_on(t, vcpu);
    if (value < SLOT_FIRES) {
        return false;
    }
    set_slot(t, vcpu, SLOT_FIRES - t->spec.every);
    return true;
}

static bool hit_by_count(FiTrigger *t, unsigned vcpu, uint64_t *ret_hits)
{
    if (t->spec.total) {
        *ret_hits = __atomic_add_fetch(&t->total_hits, 1, __ATOMIC_RELAXED);
    } else if (vcpu == fi.max_vcpus) { /* on any thread */
        *ret_hits = __atomic_add_fetch(&t->vcpu[vcpu].hits, 1,
                                       __ATOMIC_RELAXED);
    } else {
        *ret_hits = t->vcpu[vcpu].hits + 1;
        __atomic_store_n(&t->vcpu[vcpu].hits, *ret_hits, __ATOMIC_RELAXED);
    }
    return due(&t->spec, *ret_hits);
}

void fi_registry_freeze(void)
{
    guint i;
    unsigned v;

    for (i = 0; i < registry.list->len; i++) {
        FiTrigger *t = g_ptr_array_index(registry.list, i);

        for (v = 0; t->counted && v < fi.max_vcpus; v++) {
            set_slot(t, v, 0);
        }
    }
    g_atomic_int_set(&registry.frozen, 1);
}

bool fi_trigger_hit(FiTrigger *t, unsigned vcpu, bool inline_add,
                    uint64_t *ret_hits)
{
    bool fires;

    if (G_UNLIKELY(g_atomic_int_get(&registry.frozen))) {
        return false;
    }
    fires = t->counted ? hit_by_slot(t, vcpu, inline_add, ret_hits)
                       : hit_by_count(t, vcpu, ret_hits);

    if (!fires || !g_atomic_int_get(&t->has_handler)) {
        return false;
    }
    if (__atomic_fetch_add(&t->fired, 1, __ATOMIC_RELAXED) >= t->spec.limit &&
        t->spec.limit) {
        return false;
    }
    return true;
}

/* The registry */

static void unref_trigger(gpointer t)
{
    fi_trigger_unref(t);
}

void fi_registry_init(void)
{
    int i;

    registry.list = g_ptr_array_new_with_free_func(unref_trigger);
    for (i = 0; i < FI_KINDS; i++) {
        registry.events[i] = g_ptr_array_new();
    }
}

GPtrArray *fi_registry_triggers(void)
{
    return registry.list;
}

bool fi_registry_dirty(void)
{
    return registry.dirty;
}

void fi_registry_want_gate(void)
{
    if (!registry.gate) {
        registry.gate = true;
        registry.dirty = true;
    }
}

bool fi_trigger_concerns_code(const FiTrigger *t, uint64_t lo, uint64_t hi)
{
    switch (t->spec.kind) {
    case FI_PC:
    case FI_COUNT:
        return t->spec.lo < hi &&
               (t->spec.exact_pc ? t->spec.lo >= lo : t->spec.hi > lo);
    case FI_INSN:
    case FI_INSNS:
    case FI_SYSREG_READ:
    case FI_SYSREG_WRITE:
    case FI_READ:
    case FI_WRITE:
        return true;
    case FI_MMIO_READ:
    case FI_MMIO_WRITE:
        return !fi_kind_is_hardware(t->spec.kind);
    default:
        return false;
    }
}

void fi_registry_want_restore(FiTrigger *t)
{
    if (!t->replaces) {
        t->replaces = true;
        registry.dirty = true;
    }
}

static bool wants_gate(void)
{
    return registry.gate || (registry.events[FI_VCPU_INIT]->len &&
                             registry.executed < fi.n_vcpus);
}

void fi_registry_vcpu_executed(void)
{
    bool wanted = wants_gate();

    registry.executed++;
    registry.dirty = registry.dirty || (wanted && !wants_gate());
}

static bool carried_by_code(const FiTrigger *t)
{
    return fi_trigger_concerns_code(t, 0, UINT64_MAX);
}

static void report_missing(FiTrigger *t, const char *message)
{
    g_autofree char *text = g_strdup_printf("%s%s", t->spec.place, message);

    fi_script_report_locked(t, text);
    fi_registry_set_enabled(t, false);
}

static bool find_place(FiTriggerSpec *s, GError **error)
{
    FiMapped lo, hi;

    if (!fi_map_eval(s->map, s->lo_expr, &lo, error) ||
        (s->hi_expr && !fi_map_eval(s->map, s->hi_expr, &hi, error))) {
        return false;
    }
    s->lo = lo.addr;
    if (s->hi_expr) {
        s->hi = hi.addr;
    } else if (s->span == FI_SPAN_WHOLE) {
        uint64_t extent = fi_mapped_extent(&lo, error);

        s->hi = s->lo + extent;
        return extent;
    } else {
        s->hi = s->lo +
                (s->span == FI_SPAN_SYMBOL ? fi_mapped_size(&lo) : s->span);
    }
    if (s->hi <= s->lo) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_SYNTAX,
                    "the range ends at 0x%" PRIx64 ", which is not behind its "
                    "start 0x%" PRIx64,
                    s->hi, s->lo);
        return false;
    }
    return true;
}

/* Its map's symbols have come, or gone, or others are there. */
static void replace(FiTrigger *t)
{
    g_autoptr(GError) error = NULL;

    registry.dirty = true;
    t->pending = !t->spec.map->known || !find_place(&t->spec, &error);
    if (error && fi_trigger_state(t) == FI_ACTIVE) {
        report_missing(t, error->message);
    }
}

/* Plans in use have copies of the addresses by which they find triggers. */
static void slide(FiTrigger *t)
{
    const FiMap *map = t->spec.map;

    if (map && map->given) {
        replace(t);
        return;
    }
    if (map && !map->known && !t->pending) {
        t->pending = true;
        registry.dirty = true;
        return;
    } else if (!map || !map->known || (!t->pending && t->slid == map->slide)) {
        return;
    }
    t->spec.lo += map->slide - t->slid;
    t->spec.hi += map->slide - t->slid;
    t->slid = map->slide;
    t->pending = false;
    registry.dirty = true;
}

void fi_registry_slide(const FiMap *map)
{
    guint i;

    for (i = 0; i < registry.list->len; i++) {
        FiTrigger *t = g_ptr_array_index(registry.list, i);

        if (t->spec.map == map) {
            slide(t);
        }
    }
}

void fi_registry_add(FiTrigger *t)
{
    unsigned v;

    slide(t); /* it may have been made when there was none yet */

    for (v = 0; v < fi.max_vcpus; v++) {
        start_vcpu(t, v);
    }
    g_ptr_array_add(registry.list, fi_trigger_ref(t));
    if (fi_kind_is_hardware(t->spec.kind)) {
        fi_hardware_changed_locked(t);
        return;
    }
    if (!carried_by_code(t)) {
        g_ptr_array_add(registry.events[t->spec.kind], t);
    }
    registry.dirty = true;
}

void fi_registry_start_vcpu(unsigned vcpu)
{
    guint i;

    for (i = 0; i < registry.list->len; i++) {
        start_vcpu(g_ptr_array_index(registry.list, i), vcpu);
    }
}

static void add_to_totals(FiTotals *sum, FiTrigger *t)
{
    if (t->spec.kind != FI_COUNT && !t->spec.native) {
        sum->triggers[fi_trigger_state(t)]++;
        sum->hits += fi_trigger_hits(t);
        sum->fired += fi_trigger_fired(t);
        sum->errors += t->errors;
        sum->missed += t->missed;
        sum->time_ns += fi_trigger_time_ns(t);
    }
}

static void stop(FiTrigger *t, FiTriggerState state)
{
    unsigned v;

    /* No flush for code that may never run again: where it does, the next
     * execution calls us, finds the trigger ended and asks for the flush. */
    for (v = 0; t->counted && v < fi.max_vcpus; v++) {
        if (t->spec.vcpu < 0 || (unsigned)t->spec.vcpu == v) {
            set_slot(t, v, SLOT_FIRES - 1);
        }
    }
    g_atomic_int_set(&t->state, state); /* hits stand still from here */
    if (fi_kind_is_hardware(t->spec.kind)) {
        fi_hardware_changed_locked(t);
    }
    add_to_totals(&registry.over, t);
}

void fi_registry_end(FiTrigger *t, FiTriggerState state)
{
    if (t->staged) {
        g_atomic_int_set(&t->state, state);
        return;
    }
    stop(t, state);
    g_ptr_array_remove(registry.events[t->spec.kind], t);
    g_ptr_array_remove(registry.list, t);
}

GPtrArray *fi_registry_end_owner(unsigned owner)
{
    GPtrArray *ended = g_ptr_array_new_with_free_func(unref_trigger);
    gsize i, n;
    gpointer *old = g_ptr_array_steal(registry.list, &n);

    for (i = 0; i < n; i++) {
        FiTrigger *t = old[i];

        if (t->owner == owner) {
            stop(t, FI_REMOVED);
            g_ptr_array_remove(registry.events[t->spec.kind], t);
            g_ptr_array_add(ended, t);
        } else {
            g_ptr_array_add(registry.list, t);
        }
    }
    g_free(old);
    registry.dirty = true; /* what they have counted with is to be freed */
    return ended;
}

void fi_registry_totals(FiTotals *ret)
{
    guint i;

    *ret = registry.over;
    for (i = 0; i < registry.list->len; i++) {
        add_to_totals(ret, g_ptr_array_index(registry.list, i));
    }
}

GPtrArray *fi_registry_collect(FiKind kind, unsigned vcpu)
{
    GPtrArray *found = NULL;
    guint i;

    fi_script_lock();
    for (i = 0; registry.events[kind] && i < registry.events[kind]->len; i++) {
        FiTrigger *t = g_ptr_array_index(registry.events[kind], i);

        if (fi_trigger_passes(t, vcpu)) {
            if (!found) {
                found = g_ptr_array_new_with_free_func(unref_trigger);
            }
            g_ptr_array_add(found, fi_trigger_ref(t));
        }
    }
    fi_script_unlock();
    return found;
}

void fi_registry_set_enabled(FiTrigger *t, bool enabled)
{
    FiTriggerState from = enabled ? FI_DISABLED : FI_ACTIVE;
    FiTriggerState to = enabled ? FI_ACTIVE : FI_DISABLED;
    unsigned v;

    if (fi_trigger_state(t) != from) {
        return;
    }
    g_atomic_int_set(&t->state, to);
    if (t->staged) {
        return;
    }
    if (fi_kind_is_hardware(t->spec.kind)) {
        fi_hardware_changed_locked(t);
        return;
    }
    if (t->counted && enabled) {
        /* What executed while it was disabled does not count. */
        for (v = 0; v < fi.max_vcpus; v++) {
            fi_slot_set(t->slot, v, t->vcpu[v].slot_set);
        }
    } else if (t->counted) {
        for (v = 0; v < fi.max_vcpus; v++) {
            set_slot(t, v, fi_slot_get(t->slot, v));
        }
    }
    registry.dirty = true;
}

/* Plans */

static void intervals_free(FiIntervals *iv)
{
    g_free(iv->triggers);
    g_free(iv->max_hi);
}

static int by_start(gconstpointer a, gconstpointer b)
{
    const FiTrigger *x = *(FiTrigger *const *)a;
    const FiTrigger *y = *(FiTrigger *const *)b;

    return (x->spec.lo > y->spec.lo) - (x->spec.lo < y->spec.lo);
}

static void intervals_build(FiIntervals *iv, GPtrArray *triggers)
{
    uint64_t max = 0;
    guint i;

    g_ptr_array_sort(triggers, by_start);
    iv->n = triggers->len;
    iv->triggers = g_new(FiTrigger *, iv->n);
    iv->max_hi = g_new(uint64_t, iv->n);
    for (i = 0; i < iv->n; i++) {
        iv->triggers[i] = g_ptr_array_index(triggers, i);
        max = MAX(max, iv->triggers[i]->spec.hi);
        iv->max_hi[i] = max;
    }
    iv->lo = iv->n ? iv->triggers[0]->spec.lo : 0;
    iv->hi = max;
}

void fi_intervals_foreach(const FiIntervals *iv, uint64_t addr, unsigned size,
                          FiIntervalFunc fn, void *opaque)
{
    guint lo = 0, hi = iv->n;
    uint64_t last = addr + size - 1;

    if (last < addr) {
        last = UINT64_MAX;
    }
    while (lo < hi) { /* the first that starts behind the access */
        guint mid = lo + (hi - lo) / 2;

        if (iv->triggers[mid]->spec.lo <= last) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    hi = lo;
    while (lo > 0 && iv->max_hi[lo - 1] > addr) {
        lo--;
    }
    for (; lo < hi; lo++) {
        if (iv->triggers[lo]->spec.hi > addr) {
            fn(iv->triggers[lo], opaque);
        }
    }
}

static void plan_add_pc(FiPlan *p, FiTrigger *t)
{
    uint64_t addr = t->spec.lo;
    GPtrArray *here;

    if (!t->spec.exact_pc) {
        g_ptr_array_add(p->pc_ranges, t);
        return;
    }
    here = g_hash_table_lookup(p->pc, &addr);
    if (!here) {
        here = g_ptr_array_new();
        g_hash_table_insert(p->pc, g_memdup2(&addr, sizeof(addr)), here);
    }
    g_ptr_array_add(here, t);
    p->pc_lo = MIN(p->pc_lo, addr);
    p->pc_hi = MAX(p->pc_hi, addr);
}

static void plan_add(FiPlan *p, FiTrigger *t, GPtrArray *mem[2][2])
{
    g_ptr_array_add(p->all, fi_trigger_ref(t));
    p->needs_el = p->needs_el || t->spec.el >= 0;
    p->restores = p->restores || t->replaces;
    switch (t->spec.kind) {
    case FI_PC:
    case FI_COUNT:
        plan_add_pc(p, t);
        break;
    case FI_INSN:
    case FI_INSNS:
        g_ptr_array_add(p->insns, t);
        break;
    case FI_SYSREG_READ:
    case FI_SYSREG_WRITE:
        g_ptr_array_add(p->sysregs, t);
        break;
    case FI_READ:
    case FI_WRITE:
        g_ptr_array_add(mem[t->spec.phys][t->spec.kind == FI_WRITE], t);
        break;
    case FI_MMIO_READ:
    case FI_MMIO_WRITE:
        if (!fi_kind_is_hardware(t->spec.kind)) {
            g_ptr_array_add(mem[1][t->spec.kind == FI_MMIO_WRITE], t);
        }
        break;
    case FI_TIMER:
    case FI_CONSOLE:
        break; /* no code carries them */
    default:
        p->events[t->spec.kind] = true;
        break;
    }
}

static void unref_array(gpointer p)
{
    g_ptr_array_unref(p);
}

FiPlan *fi_plan_new(void)
{
    FiPlan *p = g_new0(FiPlan, 1);
    GPtrArray *mem[2][2];
    guint i;

    p->pc = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free,
                                  unref_array);
    p->pc_lo = UINT64_MAX;
    p->pc_ranges = g_ptr_array_new();
    p->insns = g_ptr_array_new();
    p->sysregs = g_ptr_array_new();
    p->all = g_ptr_array_new_with_free_func(unref_trigger);
    p->gate = wants_gate();
    for (i = 0; i < 4; i++) {
        mem[i / 2][i % 2] = g_ptr_array_new();
    }
    for (i = 0; i < registry.list->len; i++) {
        FiTrigger *t = g_ptr_array_index(registry.list, i);

        if (fi_trigger_state(t) == FI_ACTIVE && !t->pending) {
            plan_add(p, t, mem);
        }
    }
    for (i = 0; i < 2; i++) {
        intervals_build(&p->virt[i], mem[0][i]);
        intervals_build(&p->phys[i], mem[1][i]);
    }
    for (i = 0; i < 4; i++) {
        g_ptr_array_unref(mem[i / 2][i % 2]);
    }
    registry.dirty = false;
    return p;
}

void fi_plan_free(FiPlan *p)
{
    guint i;

    if (!p) {
        return;
    }
    g_hash_table_unref(p->pc);
    g_ptr_array_unref(p->pc_ranges);
    g_ptr_array_unref(p->insns);
    g_ptr_array_unref(p->sysregs);
    for (i = 0; i < 2; i++) {
        intervals_free(&p->virt[i]);
        intervals_free(&p->phys[i]);
    }
    g_ptr_array_unref(p->all);
    g_free(p);
}
