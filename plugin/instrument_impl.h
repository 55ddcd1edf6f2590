/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_INSTRUMENT_IMPL_H
#define FI_INSTRUMENT_IMPL_H

#include "instrument.h"
#include "script.h"

/*
 * What the parts of instrumentation share: instrument.c (the plan and
 * retranslation), translate.c (which instruction gets which callback),
 * callbacks.c (what these do) and events.c (what no instruction carries).
 */

/* The threshold of trigger.c's slots. */
#define FI_SLOT_FIRES (UINT64_C(1) << 63)
#define FI_MAX_ACCESS 16 /* bytes of the widest access that QEMU reports */

extern FiPlan *fi_plan;         /* replaced only while no vCPU runs */
extern qemu_plugin_u64 fi_gate; /* per vCPU: there is deferred work */

/* All addresses that memory triggers watch: one compare rejects nearly every
 * access. [0]: reads, [1]: writes */
typedef struct FiMemBox {
    uint64_t lo, span;
} FiMemBox;

extern FiMemBox fi_mem_box[2];

/* The vCPU whose registers this thread reads while it translates; with
 * thread=single any of them has the same handles. */
extern __thread FiVcpu *fi_self;

/* Executing @pc for a second time, with triggers that have already run. */
void fi_resume_set(FiVcpu *v, uint64_t pc);
void fi_resume_clear(FiVcpu *v);
bool fi_resumes_at(const FiVcpu *v, uint64_t pc);
bool fi_any_resumes_at(uint64_t pc);
/* Where nothing is instrumented no callback will ever clear the flag. */
void fi_clear_resumes_at(uint64_t pc);

/* A trigger was found over: have its instrumentation dropped. */
void fi_drop_ended_triggers(FiVcpu *v);

/*
 * The end of every callback on a vCPU's thread, without any lock of ours.
 * @in_code: guest code is being executed; then none of QEMU's locks is held.
 */
void fi_settle(FiVcpu *v, bool in_code);

/* The same where there is no vCPU; it is retranslated on one. */
void fi_settle_on_no_vcpu(void);
/* Have work for @v picked up at the start of its next block; on its thread,
 * before fi_settle(). */
void fi_instrument_use_gate(FiVcpu *v);
/* Outside of guest code: have @v go on at @pc. */
void fi_leave_by_work(FiVcpu *v, uint64_t pc);

/* Translation */

void fi_tb_trans(FI_ARGS_TB);
/* Must it be known which vCPUs execute?  Where QEMU cannot reach one that does
 * not, clients are told. */
bool fi_watches_idling(void);
/* Free all sites: the code that refers to them is gone. */
void fi_sites_free(void);

/* Callbacks of instructions and blocks; their userdata is an FiSite. */

void fi_exec_cb(unsigned int vcpu_index, void *userdata);
/* The trigger's slot has been added to. */
void fi_exec_counted_cb(unsigned int vcpu_index, void *userdata);
void fi_read_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                uint64_t vaddr, void *userdata);
void fi_write_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                 uint64_t vaddr, void *userdata);
/* Where triggers watch physical addresses as well. */
void fi_read_phys_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                     uint64_t vaddr, void *userdata);
void fi_write_phys_cb(unsigned int vcpu_index, qemu_plugin_meminfo_t info,
                      uint64_t vaddr, void *userdata);
/* Behind an MSR in its block. */
void fi_restore_cb(unsigned int vcpu_index, void *userdata);
/* At the start of a block. */
void fi_gate_cb(unsigned int vcpu_index, void *userdata);

#if FI_HAS_DISCON
void fi_hostcall_cb(FI_ARGS_DISCON);
#endif

/* Run @t if it passes and fires; false if it is over. */
bool fi_run_trigger(FiContext *c, FiTrigger *t, bool inline_add);
/* Run all triggers of a kind that no instruction carries. */
void fi_run_event(FiContext *c, FiKind kind);

void fi_vcpu_init_cb(FI_ARGS_VCPU);
void fi_vcpu_idle_cb(FI_ARGS_VCPU);
void fi_vcpu_resume_cb(FI_ARGS_VCPU);
#if FI_HAS_DISCON
void fi_discon_cb(FI_ARGS_DISCON);
#endif

#endif
