/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "instrument_impl.h"

#include <string.h>

#include "control/control.h"
#include "fi.h"
#include "late_write.h"
#include "replace.h"
#include "slot.h"

/* What QEMU calls at an instruction or at the start of a block. */

/* Instructions */

/* Outside of guest code, where nothing has to be left. */
void fi_leave_by_work(FiVcpu *v, uint64_t pc)
{
    FiInsnState state = { 0 };

    if (v->arch->block_state) {
        v->arch->block_state(v, &state);
    }
    if (state.thumb && v->arch->set_itstate) {
        v->arch->set_itstate(v, 0);
    }
    if (v->arch->pc_to_set) {
        pc = v->arch->pc_to_set(v, pc, state.thumb || (pc & 1));
    }
    qemu_plugin_fi_set_pc(pc);
}

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

static bool may_replace_again(const FiSite *s)
{
    guint i;

    for (i = 0; i < s->n; i++) {
        if (s->triggers[i]->replaces &&
            fi_trigger_state(s->triggers[i]) == FI_ACTIVE) {
            return true;
        }
    }
    return false;
}

static void finish_sysreg(FiVcpu *v, const FiSite *s, FiOutcome *out)
{
    FiSysregAccess a;
    char reg[8];

    if (!out->sysreg_new || out->jump || out->skip ||
        !v->arch->sysreg_access(s->opcode, &a)) {
        return;
    }
    if (a.write) {
        fi_replace_want(v, s, a.rt, out->sysreg_value, !may_replace_again(s));
        if (fi_plan->restores && !out->retry && !out->leave) {
            fi_replace_begin(v, s->pc);
        }
        out->leave = !fi_plan->restores || out->leave;
        return;
    }
    if (a.rt != 31) {
        g_snprintf(reg, sizeof(reg), "x%u", a.rt);
        fi_vcpu_set_u64(v, reg, out->sysreg_value);
    }
    out->skip = true;
}

static void finish_insn(FiVcpu *v, const FiSite *s, FiOutcome *out)
{
    bool again;

    finish_sysreg(v, s, out);
    again = !out->jump && !out->skip && (out->retry || out->leave);

    if (again && FI_HAS_SET_PC) {
        /* Only a fresh translation knows that this execution is the second. */
        v->wants_reset = true;
        v->resume_on_return = out->exception;
        fi_resume_set(v, s->pc);
    }
    fi_settle(v, true);
    if (out->jump) {
        jump_to(v, s, out->pc);
    } else if (out->skip) {
        go_to(v, s, s->pc + s->size, s->next_itstate);
    } else if (again && FI_HAS_SET_PC) {
        go_to(v, s, s->pc, s->itstate);
    }
}

/* Is this the address space that the trigger is for?  The ASID in use is in the
 * table register that TCR_EL1.A1 says; Linux has it in TTBR1_EL1. */
static bool space_fits(FiContext *c, const FiSpace *s)
{
    FiVcpu *v = c->vcpu;

    if (G_LIKELY(s->asid < 0 && !s->has_ttbr)) {
        return true;
    }
    if (s->has_ttbr &&
        (fi_vcpu_get_u64(v, "ttbr0_el1") & FI_TTBR_BADDR) != s->ttbr) {
        return false;
    }
    if (s->asid >= 0) {
        bool a1 = fi_vcpu_get_u64(v, "tcr_el1") & (UINT64_C(1) << 22);

        return fi_vcpu_get_u64(v, a1 ? "ttbr1_el1" : "ttbr0_el1") >> 48 ==
               (uint64_t)s->asid;
    }
    return true;
}

bool fi_run_trigger(FiContext *c, FiTrigger *t, bool inline_add)
{
    unsigned vcpu = c->vcpu ? c->vcpu->index : fi.max_vcpus;

    if (t->spec.kind == FI_COUNT) {
        qemu_plugin_u64_add(t->spec.counter->slot, vcpu, 1);
        return true;
    }
    if (fi_trigger_state(t) != FI_ACTIVE) {
        return false;
    }
    if (G_UNLIKELY(t->spec.native)) {
        t->spec.native(c, t);
        return true;
    }
    if (fi_trigger_passes(t, vcpu) && space_fits(c, &t->spec.space) &&
        fi_trigger_hit(t, vcpu, inline_add, &c->hits)) {
        c->trigger = t;
        c->kind = t->spec.kind;
        fi_script_handle(c);
    }
    return true;
}

bool fi_sysreg_data(const FiContext *c, uint64_t *ret)
{
    FiSysregAccess a;
    char reg[8];

    if (!c->vcpu->arch->sysreg_access(c->site->opcode, &a) || !a.write) {
        return false;
    }
    g_snprintf(reg, sizeof(reg), "x%u", a.rt);
    *ret = a.immediate  ? a.value
           : a.rt == 31 ? 0
                        : fi_vcpu_get_u64(c->vcpu, reg);
    return true;
}

/* The data of an MSR, as an earlier handler may have left it. */
static bool sysreg_value_matches(const FiContext *c, const FiTriggerSpec *s)
{
    uint64_t data;

    if (s->kind != FI_SYSREG_WRITE || !s->has_value) {
        return true;
    }
    if (c->outcome->sysreg_new) {
        data = c->outcome->sysreg_value;
    } else if (!fi_sysreg_data(c, &data)) {
        return false;
    }
    return ((data ^ s->value) & s->mask) == 0;
}

/* After an exception, the guest may have given up what was interrupted; then
 * this execution is a new one. */
static bool is_second_time(FiVcpu *v, uint64_t pc)
{
    return !v->resume_on_return || !v->arch->returned_to ||
           v->arch->returned_to(v, pc);
}

/* This execution is the second, in a fresh translation. */
static bool passes(FiVcpu *v, const FiSite *s)
{
    if (G_LIKELY(!v->resume) || !fi_resumes_at(v, s->pc)) {
        return false;
    }
    fi_resume_clear(v);
    if (!is_second_time(v, s->pc)) {
        return false;
    }
    fi_replace_begin(v, s->pc);
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

    if (passes(v, s)) {
        return;
    }
    if (G_UNLIKELY(v->replace.state)) {
        fi_replace_end(v);
        fi_replace_forget(v, s->pc);
    }
    for (i = 0; i < s->n; i++) {
        if (sysreg_value_matches(&c, &s->triggers[i]->spec)) {
            all_alive &= fi_run_trigger(&c, s->triggers[i], inline_add);
        }
    }
    if (G_UNLIKELY(!all_alive)) {
        fi_drop_ended_triggers(v);
    }
    finish_insn(v, s, &out);
}

void fi_exec_cb(unsigned int vcpu_index, void *userdata)
{
    run_site(vcpu_index, userdata, false);
}

void fi_exec_counted_cb(unsigned int vcpu_index, void *userdata)
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
    fi_run_trigger(&m->c, t, false);
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
    const FiIntervals *phys = &fi_plan->phys[is_write];

    fi_intervals_foreach(&fi_plan->virt[is_write], vaddr, size, mem_trigger,
                         &m);
    if (phys->n) {
        struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(info, vaddr);

        if (hw) {
            fi_intervals_foreach(phys, qemu_plugin_hwaddr_phys_addr(hw), size,
                                 mem_trigger, &m);
        }
    }
    if (G_UNLIKELY(m.ended)) {
        fi_drop_ended_triggers(v);
    }
    fi_settle(v, true);
    if (out.jump) {
        jump_to(v, s, out.pc);
    }
}

void fi_read_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                uint64_t vaddr, void *userdata)
{
    if (vaddr - fi_mem_box[0].lo < fi_mem_box[0].span) {
        mem_hits(vcpu_index, info, vaddr, userdata, false);
    }
}

void fi_write_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                 uint64_t vaddr, void *userdata)
{
    if (vaddr - fi_mem_box[1].lo < fi_mem_box[1].span) {
        mem_hits(vcpu_index, info, vaddr, userdata, true);
    }
}

/* A mapping keeps the offset in the smallest page: most accesses are rejected
 * by that, without QEMU's look-up of the physical address. */
static bool may_hit_phys(const FiIntervals *iv, uint64_t vaddr)
{
    const uint64_t page = 1024; /* the smallest of any Arm: ARMv5's 1 KiB */
    uint64_t span = iv->hi - iv->lo + FI_MAX_ACCESS;

    return span >= page ||
           ((vaddr + FI_MAX_ACCESS - iv->lo) & (page - 1)) < span;
}

static void phys_cb(unsigned vcpu_index, qemu_plugin_meminfo_t info,
                    uint64_t vaddr, void *userdata, bool is_write)
{
    if (vaddr - fi_mem_box[is_write].lo < fi_mem_box[is_write].span ||
        may_hit_phys(&fi_plan->phys[is_write], vaddr)) {
        mem_hits(vcpu_index, info, vaddr, userdata, is_write);
    }
}

void fi_read_phys_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                     uint64_t vaddr, void *userdata)
{
    phys_cb(vcpu_index, info, vaddr, userdata, false);
}

void fi_write_phys_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                      uint64_t vaddr, void *userdata)
{
    phys_cb(vcpu_index, info, vaddr, userdata, true);
}

void fi_restore_cb(unsigned int vcpu_index, void *userdata)
{
    const FiSite *s = userdata;

    fi_replace_end_at(&fi_vcpus[vcpu_index], s->pc);
    fi_settle(&fi_vcpus[vcpu_index], true);
}

/* The gate: at the start of a block, what waits for its vCPU to execute. */

static void first_instruction(FiVcpu *v, const FiSite *s, FiOutcome *out)
{
    FiContext c = {
        .place = FI_PLACE_VCPU, .vcpu = v, .site = s, .outcome = out
    };

    v->executed = true;
    fi_run_event(&c, FI_VCPU_INIT);
    fi_script_lock();
    fi_registry_vcpu_executed();
    if (!fi_script_closed_locked() && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        v->wants_reset = true;
    }
    fi_script_unlock();
}

void fi_gate_cb(unsigned int vcpu_index, void *userdata)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];
    const FiSite *s = userdata;
    FiOutcome out = { 0 };

    fi_slot_set(fi_gate, vcpu_index, 0);
    fi_late_writes_perform(v);
    fi_replace_end_at(v, s->pc);
    if (v->has_jump) {
        v->has_jump = false;
        out.jump = true;
        out.pc = v->jump_pc;
    }
    if (!v->executed) {
        first_instruction(v, s, &out);
    }
    fi_control_run(v, &out);
    v->wants_reset = v->wants_reset || fi_script_take_reset();
    fi_settle(v, true);
    if (out.jump) {
        jump_to(v, s, out.pc);
    }
}
