/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "instrument.h"

#include <pthread.h>
#include <string.h>

#include "fi.h"
#include "late_write.h"
#include "script.h"
#include "slot.h"

/*
 * Instrumentation is decided at translation time.  tb_trans() looks every
 * instruction up in the plan and gives it the cheapest callback that will do:
 *
 *   one trigger that counts executions: an inline add, and a conditional
 *     callback for when the count is reached;
 *   one trigger with a counter condition: a conditional callback;
 *   anything else: a callback, and C decides.
 *
 * New triggers need new translations: qemu_plugin_reset() flushes the
 * translation cache and drops all our callbacks while every vCPU is stopped,
 * then calls reset_done(), which puts the new plan in place and registers
 * anew.
 */

/* The threshold of trigger.c's slots. */
#define SLOT_FIRES (UINT64_C(1) << 63)
#define MAX_ACCESS 16 /* bytes of the widest memory access QEMU reports */

static FiPlan *plan;         /* replaced only while no vCPU runs */
static FiPlan *next_plan;    /* atomic; taken by reset_done() */
static FiPlan *retired;      /* atomic stack of plans that may be freed */
static qemu_plugin_u64 gate; /* per vCPU: there is deferred work */
static gint n_resuming;      /* vCPUs with resume set */
static gint drop_queued;     /* a reset to drop ended triggers is queued */

/* All addresses that memory triggers watch: one compare rejects nearly every
 * access. [0]: reads, [1]: writes */
static struct {
    uint64_t lo, span;
} box[2];

/* The vCPU whose registers this thread reads while it translates; with
 * thread=single any of them has the same handles. */
static __thread FiVcpu *self;

/* Sites: freed all at once when the code that refers to them is. */

#define CHUNK_SIZE (64 * 1024)

static struct {
    pthread_mutex_t lock;
    GPtrArray *chunks;
    size_t used; /* of the last chunk */
} arena = { .lock = PTHREAD_MUTEX_INITIALIZER };

static FiSite *site_new(guint n_triggers)
{
    size_t size = sizeof(FiSite) + n_triggers * sizeof(FiTrigger *);
    char *p;

    size = (size + 7) & ~(size_t)7;
    pthread_mutex_lock(&arena.lock);
    if (!arena.chunks) {
        arena.chunks = g_ptr_array_new_with_free_func(g_free);
    }
    if (arena.chunks->len == 0 || arena.used + size > CHUNK_SIZE) {
        g_ptr_array_add(arena.chunks, g_malloc(MAX(CHUNK_SIZE, size)));
        arena.used = 0;
    }
    p = g_ptr_array_index(arena.chunks, arena.chunks->len - 1);
    p += arena.used;
    arena.used += size;
    pthread_mutex_unlock(&arena.lock);
    return (FiSite *)p;
}

static void sites_free(void)
{
    pthread_mutex_lock(&arena.lock);
    g_clear_pointer(&arena.chunks, g_ptr_array_unref);
    arena.used = 0;
    pthread_mutex_unlock(&arena.lock);
}

/* Retranslation */

static void register_callbacks(void);

static void set_boxes(void)
{
    int rw;

    for (rw = 0; rw < 2; rw++) {
        const FiIntervals *iv = &plan->virt[rw];

        box[rw].lo = iv->lo > MAX_ACCESS ? iv->lo - MAX_ACCESS : 0;
        box[rw].span = iv->n ? iv->hi - box[rw].lo : 0;
    }
}

static bool plan_has_insn_at(uint64_t pc)
{
    guint i;

    if (plan->insns->len || g_hash_table_contains(plan->pc, &pc)) {
        return true;
    }
    for (i = 0; i < plan->pc_ranges->len; i++) {
        const FiTrigger *t = g_ptr_array_index(plan->pc_ranges, i);

        if (fi_trigger_concerns_code(t, pc, pc + 1)) {
            return true;
        }
    }
    return false;
}

static void set_resume(FiVcpu *v, uint64_t pc)
{
    v->resume_pc = pc;
    if (!g_atomic_int_get(&v->resume)) {
        g_atomic_int_set(&v->resume, 1);
        g_atomic_int_inc(&n_resuming);
    }
}

static void clear_resume(FiVcpu *v)
{
    if (g_atomic_int_compare_and_exchange(&v->resume, 1, 0)) {
        g_atomic_int_add(&n_resuming, -1);
    }
}

static bool resumes_at(const FiVcpu *v, uint64_t pc)
{
    return g_atomic_int_get(&v->resume) && v->resume_pc == pc;
}

/* Where nothing is instrumented no callback will ever clear the flag. */
static void clear_resumes_at(uint64_t pc)
{
    unsigned i;

    for (i = 0; i < fi.max_vcpus; i++) {
        if (resumes_at(&fi_vcpus[i], pc)) {
            clear_resume(&fi_vcpus[i]);
        }
    }
}

/*
 * The vCPU is at the place where it resumes.  After an exception, the guest
 * may have given up what was interrupted; then this execution is a new one.
 */
static bool is_second_time(FiVcpu *v, uint64_t pc)
{
    return !v->resume_on_return || !v->arch->returned_to ||
           v->arch->returned_to(v, pc);
}

static bool any_resumes_at(uint64_t pc)
{
    unsigned i;

    for (i = 0; g_atomic_int_get(&n_resuming) && i < fi.max_vcpus; i++) {
        if (resumes_at(&fi_vcpus[i], pc)) {
            return true;
        }
    }
    return false;
}

static void install_plan(FiPlan *p)
{
    unsigned i;

    /* Freed later, by whoever publishes next: QEMU holds its plugin lock here,
     * and a thread that allocates a slot holds ours while it waits for that. */
    do {
        plan->next = g_atomic_pointer_get(&retired);
    } while (
        !g_atomic_pointer_compare_and_exchange(&retired, plan->next, plan));
    plan = p;
    set_boxes();
    for (i = 0; i < fi.max_vcpus; i++) {
        FiVcpu *v = &fi_vcpus[i];

        if (v->resume && !plan_has_insn_at(v->resume_pc)) {
            clear_resume(v);
        }
    }
}

static FiPlan *take(FiPlan **where)
{
    return __atomic_exchange_n(where, NULL, __ATOMIC_ACQ_REL);
}

/* All vCPUs are stopped; QEMU's plugin lock is held. */
static void reset_done(FI_ARGS_NONE)
{
    FiPlan *p = take(&next_plan);

    FI_UNUSED_ID;
    if (p) {
        install_plan(p);
    }
    g_atomic_int_set(&drop_queued, 0);
    register_callbacks();
}

static void free_retired(void)
{
    FiPlan *p = take(&retired);

    while (p) {
        FiPlan *next = p->next;

        fi_plan_free(p);
        p = next;
    }
}

void fi_instrument_publish_locked(void)
{
    FiPlan *p = fi_plan_new();

    free_retired();
    if (!plan) {
        plan = p;
        set_boxes();
        return;
    }
    fi_plan_free(__atomic_exchange_n(&next_plan, p, __ATOMIC_ACQ_REL));
}

static void drop_ended_triggers(FiVcpu *v)
{
    if (!g_atomic_int_compare_and_exchange(&drop_queued, 0, 1)) {
        return;
    }
    fi_script_lock();
    if (!fi_script_closed_locked()) {
        fi_instrument_publish_locked();
        v->wants_reset = true;
    }
    fi_script_unlock();
}

/*
 * The end of every callback on a vCPU's thread, without any lock of ours.
 * @in_code: guest code is being executed; then none of QEMU's locks is held.
 */
static void settle(FiVcpu *v, bool in_code)
{
    if (G_UNLIKELY(fi_exit_requested())) {
        fi_perform_exit(in_code);
    }
    if (G_UNLIKELY(g_atomic_int_get(&v->has_deferred)) && in_code) {
        fi_script_run_deferred(v);
    }
    if (G_UNLIKELY(v->wants_reset)) {
        v->wants_reset = false;
        fi_compat_reset(fi.id, reset_done);
    }
}

/* Instructions */

/* The last act of a callback: leaves by longjmp. */
static void go_to(FiVcpu *v, const FiSite *s, uint64_t pc, uint8_t itstate)
{
    if (s->thumb && v->arch->set_itstate) {
        v->arch->set_itstate(v, itstate);
    }
    if (v->arch->pc_to_set) {
        pc = v->arch->pc_to_set(v, pc, s->thumb);
    }
    fi_compat_set_pc(pc);
}

/* An odd address selects Thumb state, as BX does; M-profile has no other. */
static void jump_to(FiVcpu *v, const FiSite *s, uint64_t pc)
{
    if (s->thumb && v->arch->set_itstate) {
        v->arch->set_itstate(v, 0);
    }
    if (v->arch->pc_to_set) {
        pc = v->arch->pc_to_set(v, pc, s->thumb || (pc & 1));
    }
    fi_compat_set_pc(pc);
}

static void finish_insn(FiVcpu *v, const FiSite *s, const FiOutcome *out)
{
    bool again = !out->jump && !out->skip && (out->retry || out->leave);

    if (again && FI_HAS_SET_PC) {
        /* Only a fresh translation knows that this execution is the second. */
        v->wants_reset = true;
        v->resume_on_return = out->exception;
        set_resume(v, s->pc);
    }
    settle(v, true);
    if (out->jump) {
        jump_to(v, s, out->pc);
    } else if (out->skip) {
        go_to(v, s, s->pc + s->size, s->next_itstate);
    } else if (again && FI_HAS_SET_PC) {
        go_to(v, s, s->pc, s->itstate);
    }
}

static bool run_trigger(FiContext *c, FiTrigger *t, bool inline_add)
{
    unsigned vcpu = c->vcpu->index;

    if (t->spec.kind == FI_COUNT) {
        qemu_plugin_u64_add(t->spec.counter->slot, vcpu, 1);
        return true;
    }
    if (fi_trigger_state(t) != FI_ACTIVE) {
        return false;
    }
    if (fi_trigger_passes(t, vcpu) &&
        fi_trigger_hit(t, vcpu, inline_add, &c->hits)) {
        c->trigger = t;
        c->kind = t->spec.kind;
        fi_script_handle(c);
    }
    return true;
}

static void run_site(unsigned vcpu, const FiSite *s, bool inline_add)
{
    FiVcpu *v = &fi_vcpus[vcpu];
    FiOutcome out = { 0 };
    FiContext c = {
        .place = FI_PLACE_INSN, .vcpu = v, .site = s, .outcome = &out
    };
    bool all_alive = true;
    guint i;

    if (G_UNLIKELY(v->resume) && resumes_at(v, s->pc)) {
        clear_resume(v);
        if (is_second_time(v, s->pc)) {
            return;
        }
    }
    for (i = 0; i < s->n; i++) {
        all_alive &= run_trigger(&c, s->triggers[i], inline_add);
    }
    if (G_UNLIKELY(!all_alive)) {
        drop_ended_triggers(v);
    }
    finish_insn(v, s, &out);
}

static void exec_cb(unsigned int vcpu_index, void *userdata)
{
    run_site(vcpu_index, userdata, false);
}

static void exec_counted_cb(unsigned int vcpu_index, void *userdata)
{
    run_site(vcpu_index, userdata, true);
}

/* Memory */

typedef struct MemHit {
    FiContext c;
    bool is_write;
    bool ended;
    bool has_value; /* value is read */
    qemu_plugin_mem_value value;
} MemHit;

static bool value_matches(MemHit *m, const FiTriggerSpec *s, unsigned size)
{
    uint64_t data;

    if (!s->has_value) {
        return true;
    } else if (size > 8) {
        return false;
    }
    if (!m->has_value) {
        m->value = qemu_plugin_mem_get_value(m->c.meminfo);
        m->has_value = true;
    }
    switch (m->value.type) {
    case QEMU_PLUGIN_MEM_VALUE_U8:
        data = m->value.data.u8;
        break;
    case QEMU_PLUGIN_MEM_VALUE_U16:
        data = m->value.data.u16;
        break;
    case QEMU_PLUGIN_MEM_VALUE_U32:
        data = m->value.data.u32;
        break;
    default:
        data = m->value.data.u64;
        break;
    }
    return ((data ^ s->value) & s->mask) == 0;
}

static void mem_trigger(FiTrigger *t, void *opaque)
{
    MemHit *m = opaque;
    unsigned size = 1u << qemu_plugin_mem_size_shift(m->c.meminfo);

    if (fi_trigger_state(t) != FI_ACTIVE) {
        m->ended = true;
        return;
    }
    if ((t->spec.size && t->spec.size != size) ||
        (t->spec.el >= 0 && t->spec.el != m->c.site->el) ||
        !value_matches(m, &t->spec, size)) {
        return;
    }
    run_trigger(&m->c, t, false);
}

static void mem_hits(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr,
                     const FiSite *s, bool is_write)
{
    FiVcpu *v = &fi_vcpus[vcpu];
    FiOutcome out = { 0 };
    MemHit m = {
        .c = { .place = FI_PLACE_MEM,
               .vcpu = v,
               .site = s,
               .addr = vaddr,
               .meminfo = info,
               .outcome = &out },
        .is_write = is_write,
    };
    unsigned size = 1u << qemu_plugin_mem_size_shift(info);
    const FiIntervals *phys = &plan->phys[is_write];

    fi_intervals_foreach(&plan->virt[is_write], vaddr, size, mem_trigger, &m);
    if (phys->n) {
        struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, vaddr);

        if (hw) {
            fi_intervals_foreach(phys, qemu_plugin_hwaddr_phys_addr(hw), size,
                                 mem_trigger, &m);
        }
    }
    if (G_UNLIKELY(m.ended)) {
        drop_ended_triggers(v);
    }
    settle(v, true);
    if (out.jump) {
        jump_to(v, s, out.pc);
    }
}

static void read_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                    uint64_t vaddr, void *userdata)
{
    if (vaddr - box[0].lo < box[0].span) {
        mem_hits(vcpu_index, info, vaddr, userdata, false);
    }
}

static void write_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                     uint64_t vaddr, void *userdata)
{
    if (vaddr - box[1].lo < box[1].span) {
        mem_hits(vcpu_index, info, vaddr, userdata, true);
    }
}

/* A mapping keeps the offset in the smallest page: most accesses are rejected
 * by that, without QEMU's look-up of the physical address. */
static bool may_hit_phys(const FiIntervals *iv, uint64_t vaddr)
{
    const uint64_t page = 1024; /* the smallest of any Arm: ARMv5's 1 KiB */
    uint64_t span = iv->hi - iv->lo + MAX_ACCESS;

    return span >= page || ((vaddr + MAX_ACCESS - iv->lo) & (page - 1)) < span;
}

static void phys_cb(unsigned vcpu_index, qemu_plugin_meminfo_t info,
                    uint64_t vaddr, void *userdata, bool is_write)
{
    if (vaddr - box[is_write].lo < box[is_write].span ||
        may_hit_phys(&plan->phys[is_write], vaddr)) {
        mem_hits(vcpu_index, info, vaddr, userdata, is_write);
    }
}

static void read_phys_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                         uint64_t vaddr, void *userdata)
{
    phys_cb(vcpu_index, info, vaddr, userdata, false);
}

static void write_phys_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                          uint64_t vaddr, void *userdata)
{
    phys_cb(vcpu_index, info, vaddr, userdata, true);
}

/* Translation */

typedef struct Block {
    struct qemu_plugin_tb *tb;
    uint64_t lo, hi;
    FiVcpu *v;
    int el;            /* -1: not needed */
    FiInsnState state; /* before the instruction at hand */
    GPtrArray *found;  /* triggers of the instruction at hand */
    bool reads, writes;
} Block;

static bool el_fits(const Block *b, const FiTrigger *t)
{
    return t->spec.el < 0 || t->spec.el == b->el;
}

static void find_at_pc(Block *b, uint64_t pc)
{
    GPtrArray *here = NULL;
    guint i;

    if (pc >= plan->pc_lo && pc <= plan->pc_hi) {
        here = g_hash_table_lookup(plan->pc, &pc);
    }
    for (i = 0; here && i < here->len; i++) {
        FiTrigger *t = g_ptr_array_index(here, i);

        if (el_fits(b, t)) {
            g_ptr_array_add(b->found, t);
        }
    }
    for (i = 0; i < plan->pc_ranges->len; i++) {
        FiTrigger *t = g_ptr_array_index(plan->pc_ranges, i);

        if (t->spec.lo <= pc && pc < t->spec.hi && el_fits(b, t)) {
            g_ptr_array_add(b->found, t);
        }
    }
}

static void find_by_opcode(Block *b, uint32_t opcode)
{
    guint i;

    for (i = 0; i < plan->insns->len; i++) {
        FiTrigger *t = g_ptr_array_index(plan->insns, i);

        if ((opcode & t->spec.opcode_mask) == t->spec.opcode_value &&
            el_fits(b, t)) {
            g_ptr_array_add(b->found, t);
        }
    }
}

/* A 4-byte Thumb instruction is two halfwords, the first one on top, as the
 * architecture prints it; a guest of 4-byte units has plain words. */
static uint32_t insn_opcode(const Block *b, struct qemu_plugin_insn *insn,
                            size_t size)
{
    uint8_t d[4] = { 0 };

    qemu_plugin_insn_data(insn, d, sizeof(d));
    if (size == 2) {
        return d[0] | d[1] << 8;
    } else if (b->state.thumb) {
        return (uint32_t)d[1] << 24 | d[0] << 16 | d[3] << 8 | d[2];
    }
    return (uint32_t)d[3] << 24 | d[2] << 16 | d[1] << 8 | d[0];
}

static void emit_counted(struct qemu_plugin_insn *insn, FiSite *s,
                         const FiTrigger *t)
{
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
        insn, QEMU_PLUGIN_INLINE_ADD_U64, t->slot, 1);
    qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, exec_counted_cb,
                                                FI_CB_REGS, QEMU_PLUGIN_COND_GE,
                                                t->slot, SLOT_FIRES, s);
}

static bool only_counters(const FiSite *s)
{
    guint i;

    for (i = 0; i < s->n; i++) {
        if (s->triggers[i]->spec.kind != FI_COUNT) {
            return false;
        }
    }
    return true;
}

static void emit_exec(struct qemu_plugin_insn *insn, FiSite *s)
{
    const FiTrigger *t = s->triggers[0];
    const FiCondition *when = &t->spec.when;
    guint i;

    if (any_resumes_at(s->pc)) {
        /* Must be called on the very next execution, to let it pass. */
    } else if (only_counters(s)) {
        for (i = 0; i < s->n; i++) {
            qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(
                insn, QEMU_PLUGIN_INLINE_ADD_U64,
                s->triggers[i]->spec.counter->slot, 1);
        }
        return;
    } else if (s->n == 1 && t->counted && !when->counter) {
        emit_counted(insn, s, t);
        return;
    } else if (s->n == 1 && when->counter && !t->counted) {
        qemu_plugin_register_vcpu_insn_exec_cond_cb(
            insn, exec_cb, FI_CB_REGS, when->op, when->counter->slot, when->imm,
            s);
        return;
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, exec_cb, FI_CB_REGS, s);
}

static void emit_mem(struct qemu_plugin_insn *insn, FiSite *s, const Block *b)
{
    if (b->reads) {
        qemu_plugin_register_vcpu_mem_cb(
            insn, plan->phys[0].n ? read_phys_cb : read_cb, FI_CB_REGS,
            QEMU_PLUGIN_MEM_R, s);
    }
    if (b->writes) {
        qemu_plugin_register_vcpu_mem_cb(
            insn, plan->phys[1].n ? write_phys_cb : write_cb, FI_CB_REGS,
            QEMU_PLUGIN_MEM_W, s);
    }
}

static bool may_access_memory(const Block *b, uint32_t opcode, size_t size)
{
    const FiArch *arch = b->v ? b->v->arch : &fi_arch_generic;

    return (b->reads || b->writes) &&
           (!arch->may_access_memory ||
            arch->may_access_memory(opcode, size, b->state.thumb));
}

/* @ret_skipped: ITSTATE behind the instruction if it is not executed, which for
 * IT itself, that is the only one to set it, is none. */
static void advance(Block *b, uint32_t opcode, size_t size,
                    uint8_t *ret_skipped)
{
    FiInsnState before = b->state;

    *ret_skipped = 0;
    if (b->v && b->v->arch->advance) {
        b->v->arch->advance(&b->state, opcode, size);
        *ret_skipped = before.itstate ? b->state.itstate : 0;
    }
}

static void translate_insn(Block *b, struct qemu_plugin_insn *insn)
{
    uint64_t pc = qemu_plugin_insn_vaddr(insn);
    size_t size = qemu_plugin_insn_size(insn);
    uint32_t opcode = insn_opcode(b, insn, size);
    FiInsnState before = b->state;
    FiSite *s;
    uint8_t skipped;
    bool mem;

    advance(b, opcode, size, &skipped);
    g_ptr_array_set_size(b->found, 0);
    find_at_pc(b, pc);
    find_by_opcode(b, opcode);
    mem = may_access_memory(b, opcode, size);
    if (b->found->len == 0 && pc == b->lo && g_atomic_int_get(&n_resuming)) {
        clear_resumes_at(pc);
    }
    if (b->found->len == 0 && !mem) {
        return;
    }
    s = site_new(b->found->len);
    *s = (FiSite){
        .pc = pc,
        .opcode = opcode,
        .size = size,
        .el = b->el,
        .thumb = before.thumb,
        .itstate = before.itstate,
        .next_itstate = skipped,
        .n = b->found->len,
    };
    if (s->n) {
        memcpy(s->triggers, b->found->pdata, s->n * sizeof(s->triggers[0]));
        emit_exec(insn, s);
    }
    if (mem) {
        emit_mem(insn, s, b);
    }
}

/* The gate: at the start of a block, what waits for its vCPU to execute. */

static void run_event(FiContext *c, FiKind kind);

static void first_instruction(FiVcpu *v, const FiSite *s, FiOutcome *out)
{
    FiContext c = {
        .place = FI_PLACE_VCPU, .vcpu = v, .site = s, .outcome = out
    };

    v->executed = true;
    run_event(&c, FI_VCPU_INIT);
    fi_script_lock();
    fi_registry_vcpu_executed();
    if (!fi_script_closed_locked() && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        v->wants_reset = true;
    }
    fi_script_unlock();
}

static void gate_cb(unsigned int vcpu_index, void *userdata)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];
    const FiSite *s = userdata;
    FiOutcome out = { 0 };

    fi_slot_set(gate, vcpu_index, 0);
    fi_late_writes_perform(v);
    if (v->has_jump) {
        v->has_jump = false;
        out.jump = true;
        out.pc = v->jump_pc;
    }
    if (!v->executed) {
        first_instruction(v, s, &out);
    }
    settle(v, true);
    if (out.jump) {
        jump_to(v, s, out.pc);
    }
}

static void emit_gate(const Block *b)
{
    FiSite *s = site_new(0);

    *s = (FiSite){ .pc = b->lo, .el = b->el, .thumb = b->state.thumb };
    qemu_plugin_register_vcpu_tb_exec_cond_cb(b->tb, gate_cb, FI_CB_REGS,
                                              QEMU_PLUGIN_COND_NE, gate, 0, s);
}

static bool block_is_plain(const Block *b)
{
    return (b->hi <= plan->pc_lo || b->lo > plan->pc_hi) &&
           !plan->pc_ranges->len && !plan->insns->len && !b->reads &&
           !b->writes;
}

static void tb_trans(FI_ARGS_TB)
{
    size_t i, n = qemu_plugin_tb_n_insns(tb);
    struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, n - 1);
    g_autoptr(GPtrArray) found = NULL;
    Block b = {
        .tb = tb,
        .lo = qemu_plugin_tb_vaddr(tb),
        .hi = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last),
        .v = self,
        .el = -1,
        .reads = plan->virt[0].n || plan->phys[0].n,
        .writes = plan->virt[1].n || plan->phys[1].n,
    };

    FI_UNUSED_ID;
    if (fi_exit_requested()) {
        fi_perform_exit(false);
    }
    if (block_is_plain(&b) && !plan->gate) {
        return;
    }
    if (b.v && b.v->arch->block_state) {
        b.v->arch->block_state(b.v, &b.state);
    }
    if (plan->gate) {
        emit_gate(&b);
    }
    if (block_is_plain(&b)) {
        return;
    }
    if (b.v && plan->needs_el && b.v->arch->current_el) {
        b.el = b.v->arch->current_el(b.v);
    }
    found = g_ptr_array_new();
    b.found = found;
    for (i = 0; i < n; i++) {
        translate_insn(&b, qemu_plugin_tb_get_insn(tb, i));
    }
}

/* Events that no instruction carries */

static bool exception_matches(const FiTriggerSpec *s, const FiContext *c)
{
    const FiExceptionInfo *e = c->exception;

    return (!s->exception || strcmp(s->exception, e->name) == 0) &&
           (s->ec < 0 || s->ec == e->ec) &&
           (s->number < 0 || s->number == e->number) &&
           (s->el < 0 || s->el == e->el) &&
           (!s->has_from ||
            (c->from_pc >= s->from_lo && c->from_pc < s->from_hi));
}

static void run_event(FiContext *c, FiKind kind)
{
    g_autoptr(GPtrArray) found = fi_registry_collect(kind, c->vcpu->index);
    guint i;

    for (i = 0; found && i < found->len; i++) {
        FiTrigger *t = g_ptr_array_index(found, i);

        if (!c->exception || exception_matches(&t->spec, c)) {
            run_trigger(c, t, false);
        }
    }
}

static void vcpu_event(unsigned vcpu_index, FiKind kind)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];
    FiContext c = { .place = FI_PLACE_VCPU, .vcpu = v };

    if (v->started) {
        run_event(&c, kind);
        settle(v, false);
    }
}

/*
 * Where vCPUs share a thread they share translations, and an unpatched QEMU
 * then builds the index of the vCPU that translated into them: nothing that we
 * could say about a vCPU would be true.
 */
static void refuse_shared_thread(void)
{
    static gint refused;

    if (fi_has(FI_CAP_SHARED_THREAD) ||
        !g_atomic_int_compare_and_exchange(&refused, 0, 1)) {
        return;
    }
    fi_message("several vCPUs on one thread (thread=single or -icount, with "
               "-smp): this QEMU tells plugins the wrong vCPU then; use "
               "thread=multi, or one vCPU, or %s",
               fi_cap_advice(FI_CAP_SHARED_THREAD));
    fi_request_exit(1, "several vCPUs on one thread");
}

/* The thread is there, but a powered-off vCPU gets its registers later: what
 * on_vcpu_init promises waits for the first block. */
static void vcpu_init_cb(FI_ARGS_VCPU)
{
    FI_UNUSED_ID;
    if (self && self != &fi_vcpus[vcpu_index]) {
        refuse_shared_thread();
    }
    self = &fi_vcpus[vcpu_index];
    fi_vcpu_start(self);
    fi_script_lock();
    if (!fi_script_closed_locked()) {
        fi_registry_start_vcpu(vcpu_index);
    }
    fi_script_unlock();
    fi_slot_set(gate, vcpu_index, 1);
}

static void vcpu_idle_cb(FI_ARGS_VCPU)
{
    FI_UNUSED_ID;
    vcpu_event(vcpu_index, FI_IDLE);
}

static void vcpu_resume_cb(FI_ARGS_VCPU)
{
    FI_UNUSED_ID;
    vcpu_event(vcpu_index, FI_RESUME);
}

#if FI_HAS_DISCON
/* QEMU would take the exception again if we left from here: it has not yet
 * ticked it off (cpu_handle_exception() in accel/tcg/cpu-exec.c). */
static void jump_at_next_block(FiVcpu *v, uint64_t pc)
{
    v->has_jump = true;
    v->jump_pc = pc;
    fi_slot_set(gate, v->index, 1);
    fi_script_lock();
    fi_registry_want_gate();
    if (!fi_script_closed_locked() && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        v->wants_reset = true;
    }
    fi_script_unlock();
}

static void discon_cb(FI_ARGS_DISCON)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];
    bool interrupt = type == QEMU_PLUGIN_DISCON_INTERRUPT;
    FiKind kind = interrupt ? FI_INTERRUPT : FI_EXCEPTION;
    FiExceptionInfo info = {
        .name = "other", .el = -1, .number = -1, .ec = -1
    };
    FiOutcome out = { 0 };
    FiContext c = { .place = FI_PLACE_DISCON,
                    .vcpu = v,
                    .from_pc = from_pc,
                    .to_pc = to_pc,
                    .exception = &info,
                    .outcome = &out };

    FI_UNUSED_ID;
    if (!v->started) {
        return;
    }
    if (plan->events[kind] && v->arch->exception) {
        v->arch->exception(v, interrupt, to_pc, &info);
    }
    run_event(&c, kind);
    if (out.jump) {
        jump_at_next_block(v, out.pc);
    }
    settle(v, false);
}
#endif

static void flush_cb(FI_ARGS_NONE)
{
    FI_UNUSED_ID;
    sites_free();
}

void fi_lua_atexit(FI_ARGS_ATEXIT);

static void register_callbacks(void)
{
    qemu_plugin_register_vcpu_init_cb(fi.id, vcpu_init_cb FI_USERDATA);
    qemu_plugin_register_vcpu_tb_trans_cb(fi.id, tb_trans FI_USERDATA);
    qemu_plugin_register_flush_cb(fi.id, flush_cb FI_USERDATA);
    qemu_plugin_register_atexit_cb(fi.id, fi_lua_atexit, NULL);
    if (plan->events[FI_IDLE]) {
        qemu_plugin_register_vcpu_idle_cb(fi.id, vcpu_idle_cb FI_USERDATA);
    }
    if (plan->events[FI_RESUME]) {
        qemu_plugin_register_vcpu_resume_cb(fi.id, vcpu_resume_cb FI_USERDATA);
    }
#if FI_HAS_DISCON
    if (plan->events[FI_EXCEPTION]) {
        qemu_plugin_register_vcpu_discon_cb(fi.id, QEMU_PLUGIN_DISCON_EXCEPTION,
                                            discon_cb FI_USERDATA);
    }
    if (plan->events[FI_INTERRUPT]) {
        qemu_plugin_register_vcpu_discon_cb(fi.id, QEMU_PLUGIN_DISCON_INTERRUPT,
                                            discon_cb FI_USERDATA);
    }
#endif
}

void fi_instrument_ring(FiVcpu *v)
{
    fi_slot_set(gate, v->index, 1);
}

void fi_instrument_start(void)
{
    gate = fi_slot_new();
    register_callbacks();
}
