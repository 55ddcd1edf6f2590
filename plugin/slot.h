/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SLOT_H
#define FI_SLOT_H

#include "qemu_compat.h"

/*
 * Per-vCPU 64-bit counters that generated code can add to and compare.  They
 * are cut from a few large scoreboards: one scoreboard a trigger would cost
 * QEMU a list node and 16 entries for each.
 *
 * A slot may be freed once no translated code refers to it.
 */
qemu_plugin_u64 fi_slot_new(void);
void fi_slot_free(qemu_plugin_u64 slot);
unsigned fi_slots_in_use(void);

/* 0 for a vCPU that has not started. */
uint64_t fi_slot_get(qemu_plugin_u64 slot, unsigned vcpu);
void fi_slot_set(qemu_plugin_u64 slot, unsigned vcpu, uint64_t value);
uint64_t fi_slot_sum(qemu_plugin_u64 slot);

#endif
