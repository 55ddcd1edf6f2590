/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "instrument_impl.h"

#include "control/control.h"
#include "fi.h"
#include "hardware.h"
#include "replace.h"
#include "slot.h"

/*
 * New triggers need new translations: qemu_plugin_reset() flushes the
 * translation cache and drops all our callbacks while every vCPU is stopped,
 * then calls reset_done(), which puts the new plan in place and registers
 * anew.
 */

FiPlan *fi_plan;
static FiPlan *next_plan;  /* atomic; taken by reset_done() */
static FiPlan *retired;    /* atomic stack of plans that may be freed */
static bool loaded;        /* Lua lock: there is a plan */
static uint64_t published; /* Lua lock: plans, so far */
static uint64_t installed; /* atomic: the generation of fi_plan */
qemu_plugin_u64 fi_gate;
static gint n_resuming;   /* vCPUs with resume set */
static gint drop_queued;  /* a reset to drop ended triggers is queued */
static uint64_t n_resets; /* atomic */

FiMemBox fi_mem_box[2];

static void register_callbacks(void);

static void set_boxes(void)
{
    int rw;

    for (rw = 0; rw < 2; rw++) {
        const FiIntervals *iv = &fi_plan->virt[rw];

        fi_mem_box[rw].lo = iv->lo > FI_MAX_ACCESS ? iv->lo - FI_MAX_ACCESS : 0;
        fi_mem_box[rw].span = iv->n ? iv->hi - fi_mem_box[rw].lo : 0;
    }
}

static bool plan_has_insn_at(uint64_t pc)
{
    guint i;

    if (fi_plan->insns->len || fi_plan->sysregs->len ||
        fi_replace_waits_at(pc) || g_hash_table_contains(fi_plan->pc, &pc)) {
        return true;
    }
    for (i = 0; i < fi_plan->pc_ranges->len; i++) {
        const FiTrigger *t = g_ptr_array_index(fi_plan->pc_ranges, i);

        if (fi_trigger_concerns_code(t, pc, pc + 1)) {
            return true;
        }
    }
    return false;
}

void fi_resume_set(FiVcpu *v, uint64_t pc)
{
    v->resume_pc = pc;
    if (!g_atomic_int_get(&v->resume)) {
        g_atomic_int_set(&v->resume, 1);
        g_atomic_int_inc(&n_resuming);
    }
}

void fi_resume_clear(FiVcpu *v)
{
    if (g_atomic_int_compare_and_exchange(&v->resume, 1, 0)) {
        g_atomic_int_add(&n_resuming, -1);
    }
}

bool fi_resumes_at(const FiVcpu *v, uint64_t pc)
{
    return g_atomic_int_get(&v->resume) && v->resume_pc == pc;
}

void fi_clear_resumes_at(uint64_t pc)
{
    unsigned i;

    for (i = 0; g_atomic_int_get(&n_resuming) && i < fi.max_vcpus; i++) {
        if (fi_resumes_at(&fi_vcpus[i], pc)) {
            fi_resume_clear(&fi_vcpus[i]);
        }
    }
}

bool fi_any_resumes_at(uint64_t pc)
{
    unsigned i;

    for (i = 0; g_atomic_int_get(&n_resuming) && i < fi.max_vcpus; i++) {
        if (fi_resumes_at(&fi_vcpus[i], pc)) {
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
        fi_plan->next = g_atomic_pointer_get(&retired);
    } while (!g_atomic_pointer_compare_and_exchange(&retired, fi_plan->next,
                                                    fi_plan));
    fi_plan = p;
    __atomic_store_n(&installed, p->generation, __ATOMIC_SEQ_CST);
    set_boxes();
    for (i = 0; i < fi.max_vcpus; i++) {
        FiVcpu *v = &fi_vcpus[i];

        if (v->resume && !plan_has_insn_at(v->resume_pc)) {
            fi_resume_clear(v);
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
    /* Which may have come to be after the plan was made. */
    fi_plan->restores = fi_plan->restores || fi_replacing();
    g_atomic_int_set(&drop_queued, 0);
    __atomic_fetch_add(&n_resets, 1, __ATOMIC_RELAXED);
    register_callbacks();
    fi_control_settled();
}

uint64_t fi_instrument_resets(void)
{
    return __atomic_load_n(&n_resets, __ATOMIC_RELAXED);
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

    p->generation = ++published;
    free_retired();
    /* Not fi_plan itself: outside of guest code this may be while another vCPU
     * is in reset_done(). */
    if (!loaded) {
        loaded = true;
        fi_plan = p;
        __atomic_store_n(&installed, p->generation, __ATOMIC_SEQ_CST);
        set_boxes();
        return;
    }
    fi_plan_free(__atomic_exchange_n(&next_plan, p, __ATOMIC_ACQ_REL));
}

uint64_t fi_instrument_published_locked(void)
{
    return published;
}

bool fi_instrument_is_live(uint64_t generation)
{
    return __atomic_load_n(&installed, __ATOMIC_SEQ_CST) >= generation;
}

void fi_drop_ended_triggers(FiVcpu *v)
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

void fi_settle(FiVcpu *v, bool in_code)
{
    if (G_UNLIKELY(fi_exit_requested())) {
        fi_perform_exit(in_code);
    }
    if (G_UNLIKELY(g_atomic_int_get(&v->has_deferred)) && in_code) {
        fi_script_run_deferred(v, NULL);
    }
    if (G_UNLIKELY(g_atomic_int_get(&v->has_requests)) && in_code) {
        fi_control_run(v, NULL);
    }
    fi_hardware_sync();
    if (G_UNLIKELY(v->wants_reset)) {
        v->wants_reset = false;
        fi_compat_reset(fi.id, reset_done);
    }
}

static void flush_cb(FI_ARGS_NONE)
{
    FI_UNUSED_ID;
    fi_sites_free();
}

static void register_callbacks(void)
{
    qemu_plugin_register_vcpu_init_cb(fi.id, fi_vcpu_init_cb FI_USERDATA);
    qemu_plugin_register_vcpu_tb_trans_cb(fi.id, fi_tb_trans FI_USERDATA);
    qemu_plugin_register_flush_cb(fi.id, flush_cb FI_USERDATA);
    if (fi_plan->events[FI_IDLE] || fi_watches_idling()) {
        qemu_plugin_register_vcpu_idle_cb(fi.id, fi_vcpu_idle_cb FI_USERDATA);
    }
    if (fi_plan->events[FI_RESUME] || fi_watches_idling()) {
        qemu_plugin_register_vcpu_resume_cb(fi.id,
                                            fi_vcpu_resume_cb FI_USERDATA);
    }
#if FI_HAS_DISCON
    qemu_plugin_register_vcpu_discon_cb(fi.id, QEMU_PLUGIN_DISCON_HOSTCALL,
                                        fi_hostcall_cb FI_USERDATA);
    if (fi_plan->events[FI_EXCEPTION] || fi_plan->restores) {
        qemu_plugin_register_vcpu_discon_cb(fi.id, QEMU_PLUGIN_DISCON_EXCEPTION,
                                            fi_discon_cb FI_USERDATA);
    }
    if (fi_plan->events[FI_INTERRUPT] || fi_plan->restores) {
        qemu_plugin_register_vcpu_discon_cb(fi.id, QEMU_PLUGIN_DISCON_INTERRUPT,
                                            fi_discon_cb FI_USERDATA);
    }
#endif
}

void fi_instrument_use_gate(FiVcpu *v)
{
    fi_slot_set(fi_gate, v->index, 1);
    fi_script_lock();
    fi_registry_want_gate();
    if (!fi_script_closed_locked() && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        v->wants_reset = true;
    }
    fi_script_unlock();
}

/* What waits for a vCPU, on its thread and outside of guest code. */
static void vcpu_work(unsigned int vcpu_index, void *userdata)
{
    FiVcpu *v = &fi_vcpus[vcpu_index];
    FiOutcome out = { .jump = v->has_jump, .pc = v->jump_pc };

    (void)userdata;
    if (qemu_plugin_fi_vcpu_is_off()) {
        /* Switching it on resets it: wait for its first instruction. */
        fi_control_tell_waiting(v, "the vCPU is switched off; it is done "
                                   "before its first instruction");
        fi_instrument_use_gate(v);
        fi_settle(v, false);
        return;
    }
    v->has_jump = false;
    fi_script_run_deferred(v, &out);
    fi_control_run_for_a_while(v, &out);
    fi_settle(v, false);
    if (out.jump) {
        fi_leave_by_work(v, out.pc);
    }
}

void fi_instrument_ring(FiVcpu *v)
{
    if (!fi_has(FI_CAP_VCPU_WORK)) {
        fi_slot_set(fi_gate, v->index, 1);
    } else {
        qemu_plugin_fi_run_on_vcpu(v->index, vcpu_work, NULL);
    }
}

void fi_instrument_ring_gate(FiVcpu *v)
{
    fi_slot_set(fi_gate, v->index, 1);
}

static void reset_work(unsigned int vcpu_index, void *userdata)
{
    (void)vcpu_index;
    (void)userdata;
    fi_compat_reset(fi.id, reset_done);
}

static void ring_all_gates(void)
{
    unsigned i;

    for (i = 0; i < fi.max_vcpus; i++) {
        fi_slot_set(fi_gate, i, 1);
    }
}

void fi_settle_on_no_vcpu(void)
{
    if (G_UNLIKELY(fi_exit_requested())) {
        fi_perform_exit(false);
    }
    fi_hardware_sync();
    if (!fi_has(FI_CAP_VCPU_WORK)) {
        ring_all_gates(); /* the first that comes along retranslates */
    } else if (fi_script_take_reset()) {
        qemu_plugin_fi_run_on_vcpu(0, reset_work, NULL);
    }
}

void fi_instrument_start(void)
{
    fi_gate = fi_slot_new();
    register_callbacks();
}
