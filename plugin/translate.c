/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "instrument_impl.h"

#include <pthread.h>
#include <string.h>

#include "fi.h"
#include "replace.h"

/*
 * Instrumentation is decided at translation time.  fi_tb_trans() looks every
 * instruction up in the plan and gives it the cheapest callback that will do:
 *
 *   one trigger that counts executions: an inline add, and a conditional
 *     callback for when the count is reached;
 *   one trigger with a counter condition: a conditional callback;
 *   anything else: a callback, and C decides.
 */

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

void fi_sites_free(void)
{
    pthread_mutex_lock(&arena.lock);
    g_clear_pointer(&arena.chunks, g_ptr_array_unref);
    arena.used = 0;
    pthread_mutex_unlock(&arena.lock);
}

/* Translation */

typedef struct Block {
    struct qemu_plugin_tb *tb;
    uint64_t lo, hi;
    FiVcpu *v;
    int el;            /* -1: not needed */
    bool sysregs;      /* look for accesses to system registers */
    bool behind_msr;   /* the instruction at hand is */
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

    if (pc >= fi_plan->pc_lo && pc <= fi_plan->pc_hi) {
        here = g_hash_table_lookup(fi_plan->pc, &pc);
    }
    for (i = 0; here && i < here->len; i++) {
        FiTrigger *t = g_ptr_array_index(here, i);

        if (el_fits(b, t)) {
            g_ptr_array_add(b->found, t);
        }
    }
    for (i = 0; i < fi_plan->pc_ranges->len; i++) {
        FiTrigger *t = g_ptr_array_index(fi_plan->pc_ranges, i);

        if (t->spec.lo <= pc && pc < t->spec.hi && el_fits(b, t)) {
            g_ptr_array_add(b->found, t);
        }
    }
}

static void find_by_opcode(Block *b, uint32_t opcode)
{
    guint i;

    for (i = 0; i < fi_plan->insns->len; i++) {
        FiTrigger *t = g_ptr_array_index(fi_plan->insns, i);

        if ((opcode & t->spec.opcode_mask) == t->spec.opcode_value &&
            el_fits(b, t)) {
            g_ptr_array_add(b->found, t);
        }
    }
}

/* Returns whether it is an MSR that takes its data from a register. */
static bool find_by_sysreg(Block *b, uint32_t opcode)
{
    FiSysregAccess a;
    guint i;

    if (!b->sysregs || !b->v->arch->sysreg_access(opcode, &a)) {
        return false;
    }
    for (i = 0; i < fi_plan->sysregs->len; i++) {
        FiTrigger *t = g_ptr_array_index(fi_plan->sysregs, i);

        if ((t->spec.kind == FI_SYSREG_WRITE) == a.write && el_fits(b, t) &&
            fi_sysreg_matches(t->spec.sysreg, a.key)) {
            g_ptr_array_add(b->found, t);
        }
    }
    return a.write && !a.immediate;
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
    qemu_plugin_register_vcpu_insn_exec_cond_cb(insn, fi_exec_counted_cb,
                                                FI_CB_REGS, QEMU_PLUGIN_COND_GE,
                                                t->slot, FI_SLOT_FIRES, s);
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
    const FiTrigger *t = s->n ? s->triggers[0] : NULL;
    const FiCondition *when = t ? &t->spec.when : NULL;
    guint i;

    if (!t || fi_any_resumes_at(s->pc)) {
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
            insn, fi_exec_cb, FI_CB_REGS, when->op, when->counter->slot,
            when->imm, s);
        return;
    }
    qemu_plugin_register_vcpu_insn_exec_cb(insn, fi_exec_cb, FI_CB_REGS, s);
}

static void emit_mem(struct qemu_plugin_insn *insn, FiSite *s, const Block *b)
{
    if (b->reads) {
        qemu_plugin_register_vcpu_mem_cb(
            insn, fi_plan->phys[0].n ? fi_read_phys_cb : fi_read_cb, FI_CB_REGS,
            QEMU_PLUGIN_MEM_R, s);
    }
    if (b->writes) {
        qemu_plugin_register_vcpu_mem_cb(
            insn, fi_plan->phys[1].n ? fi_write_phys_cb : fi_write_cb,
            FI_CB_REGS, QEMU_PLUGIN_MEM_W, s);
    }
}

/* Registered before the instruction's own callbacks, it runs before them. */
static void emit_restore(struct qemu_plugin_insn *insn, uint64_t pc)
{
    FiSite *s = site_new(0);

    *s = (FiSite){ .pc = pc, .el = -1 };
    qemu_plugin_register_vcpu_insn_exec_cond_cb(
        insn, fi_restore_cb, FI_CB_REGS, QEMU_PLUGIN_COND_NE, fi_gate, 0, s);
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
    bool mem, waits;

    if (b->behind_msr) {
        emit_restore(insn, pc);
    }
    advance(b, opcode, size, &skipped);
    g_ptr_array_set_size(b->found, 0);
    find_at_pc(b, pc);
    find_by_opcode(b, opcode);
    b->behind_msr = find_by_sysreg(b, opcode) && fi_plan->restores;
    waits = b->behind_msr && fi_replace_waits_at(pc);
    mem = may_access_memory(b, opcode, size);
    if (b->found->len == 0 && pc == b->lo && !waits) {
        fi_clear_resumes_at(pc);
    }
    if (b->found->len == 0 && !mem && !waits) {
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
    if (s->n) { /* without any, pdata is NULL, which memcpy() must not get */
        memcpy(s->triggers, b->found->pdata, s->n * sizeof(s->triggers[0]));
    }
    if (s->n || waits) {
        emit_exec(insn, s);
    }
    if (mem) {
        emit_mem(insn, s, b);
    }
}

static void emit_gate(const Block *b)
{
    FiSite *s = site_new(0);

    *s = (FiSite){ .pc = b->lo, .el = b->el, .thumb = b->state.thumb };
    qemu_plugin_register_vcpu_tb_exec_cond_cb(
        b->tb, fi_gate_cb, FI_CB_REGS, QEMU_PLUGIN_COND_NE, fi_gate, 0, s);
}

static bool block_is_plain(const Block *b)
{
    return (b->hi <= fi_plan->pc_lo || b->lo > fi_plan->pc_hi) &&
           !fi_plan->pc_ranges->len && !fi_plan->insns->len && !b->reads &&
           !b->writes && !b->sysregs;
}

void fi_tb_trans(FI_ARGS_TB)
{
    size_t i, n = qemu_plugin_tb_n_insns(tb);
    struct qemu_plugin_insn *last = qemu_plugin_tb_get_insn(tb, n - 1);
    g_autoptr(GPtrArray) found = NULL;
    Block b = {
        .tb = tb,
        .lo = qemu_plugin_tb_vaddr(tb),
        .hi = qemu_plugin_insn_vaddr(last) + qemu_plugin_insn_size(last),
        .v = fi_self,
        .el = -1,
        .reads = fi_plan->virt[0].n || fi_plan->phys[0].n,
        .writes = fi_plan->virt[1].n || fi_plan->phys[1].n,
        .sysregs = fi_plan->sysregs->len || fi_plan->restores,
    };
    bool gated = fi_plan->gate || fi_plan->restores;

    FI_UNUSED_ID;
    if (fi_exit_requested()) {
        fi_perform_exit(false);
    }
    if (block_is_plain(&b) && !gated) {
        return;
    }
    b.sysregs = b.sysregs && b.v && b.v->arch->has_sysreg_insns &&
                b.v->arch->has_sysreg_insns(b.v);
    if (b.v && b.v->arch->block_state) {
        b.v->arch->block_state(b.v, &b.state);
    }
    if (gated) {
        emit_gate(&b);
    }
    if (block_is_plain(&b)) {
        return;
    }
    if (b.v && fi_plan->needs_el && b.v->arch->current_el) {
        b.el = b.v->arch->current_el(b.v);
    }
    found = g_ptr_array_new();
    b.found = found;
    for (i = 0; i < n; i++) {
        translate_insn(&b, qemu_plugin_tb_get_insn(tb, i));
    }
}
