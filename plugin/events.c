/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "instrument_impl.h"

#include <string.h>

#include "control/control.h"
#include "fi.h"
#include "replace.h"
#include "slot.h"

__thread FiVcpu *fi_self;

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

void fi_run_event(FiContext *c, FiKind kind)
{
    unsigned vcpu = c->vcpu ? c->vcpu->index : fi.max_vcpus;
    g_autoptr(GPtrArray) found = fi_registry_collect(kind, vcpu);
    guint i;

    for (i = 0; found && i < found->len; i++) {
        FiTrigger *t = g_ptr_array_index(found, i);

        if (!c->exception || exception_matches(&t->spec, c)) {
            fi_run_trigger(c, t, false);
        }
    }
}

static void vcpu_event(unsigned vcpu_index, FiKind kind)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];
    FiContext c = { .place = FI_PLACE_VCPU, .vcpu = v };

    if (v->started) {
        fi_run_event(&c, kind);
        fi_settle(v, false);
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
    fi_request_exit(1, "several vCPUs on one thread", NULL);
}

/*
 * Only now is it known what kind of CPU this is.  A trigger that can never
 * fire is refused: one for this vCPU, or for any where the first is of the
 * wrong kind.  (Beside AArch64 ones a machine may have others.)
 */
static void refuse_sysreg_triggers_locked(const FiVcpu *v)
{
    GPtrArray *list = fi_registry_triggers();
    guint i;

    for (i = 0; !v->arch->sysreg_access && i < list->len; i++) {
        const FiTrigger *t = g_ptr_array_index(list, i);
        const FiTriggerSpec *s = &t->spec;

        if ((s->kind == FI_SYSREG_READ || s->kind == FI_SYSREG_WRITE) &&
            (s->vcpu < 0 ? v->index == 0 : s->vcpu == (int)v->index)) {
            fi_message("%s: only AArch64 CPUs have MRS and MSR by register "
                       "name, and vCPU %u is of kind '%s'; use on_insn or "
                       "on_pc there",
                       t->name, v->index, v->arch->name);
            fi_request_exit(1, "a system register trigger cannot fire", NULL);
            return;
        }
    }
}

/* The thread is there, but a powered-off vCPU gets its registers later: what
 * on_vcpu_init promises waits for the first block. */
void fi_vcpu_init_cb(FI_ARGS_VCPU)
{
    FI_UNUSED_ID;
    if (fi_self && fi_self != &fi_vcpus[vcpu_index]) {
        refuse_shared_thread();
    }
    fi_self = &fi_vcpus[vcpu_index];
    fi_vcpu_start(fi_self);
    fi_script_lock();
    if (!fi_script_closed_locked()) {
        refuse_sysreg_triggers_locked(fi_self);
        fi_registry_start_vcpu(vcpu_index);
    }
    fi_script_unlock();
    fi_slot_set(fi_gate, vcpu_index, 1);
    g_atomic_int_set(&fi_self->running, 1);
    if (!fi_has(FI_CAP_VCPU_WORK)) {
        fi_control_machine_ready(); /* as far as QEMU tells */
    }
}

bool fi_watches_idling(void)
{
    return fi_control_is_on() && !fi_has(FI_CAP_VCPU_WORK);
}

void fi_vcpu_idle_cb(FI_ARGS_VCPU)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];

    FI_UNUSED_ID;
    vcpu_event(vcpu_index, FI_IDLE);
    if (fi_watches_idling()) {
        g_atomic_int_set(&v->running, 0);
        fi_control_run(v, NULL); /* it will not enter a block for a while */
        fi_settle(v, false);
    }
}

void fi_vcpu_resume_cb(FI_ARGS_VCPU)
{
    FI_UNUSED_ID;
    g_atomic_int_set(&fi_vcpus[vcpu_index].running, 1);
    vcpu_event(vcpu_index, FI_RESUME);
}

#if FI_HAS_DISCON
/* QEMU would take the exception again if we left from here: it has not yet
 * ticked it off (cpu_handle_exception() in accel/tcg/cpu-exec.c). */
static void jump_at_next_block(FiVcpu *v, uint64_t pc)
{
    v->has_jump = true;
    v->jump_pc = pc;
    if (fi_has(FI_CAP_VCPU_WORK)) {
        fi_instrument_ring(v);
    } else {
        fi_instrument_use_gate(v);
    }
}

/* A call of firmware that QEMU answers, such as PSCI: perhaps the last one. */
void fi_hostcall_cb(FI_ARGS_DISCON)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];

    FI_UNUSED_ID;
    (void)type;
    (void)from_pc;
    (void)to_pc;
    if (v->started && v->arch->powers_off && v->arch->powers_off(v)) {
        fi_note_power_off();
    }
}

void fi_discon_cb(FI_ARGS_DISCON)
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
    fi_replace_end(v);
    if (fi_plan->events[kind]) {
        if (v->arch->exception) {
            v->arch->exception(v, interrupt, to_pc, &info);
        }
        fi_run_event(&c, kind);
    }
    if (out.jump) {
        jump_at_next_block(v, out.pc);
    }
    fi_settle(v, false);
}
#endif
