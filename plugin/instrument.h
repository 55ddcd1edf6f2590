/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_INSTRUMENT_H
#define FI_INSTRUMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "trigger.h"
#include "vcpu.h"

/*
 * An instrumented instruction: what its callbacks need and QEMU does not tell
 * at run time.  Sites belong to the translation cache's generation: QEMU's
 * flush frees them all.
 */
typedef struct FiSite {
    uint64_t pc;
    uint32_t opcode;
    uint8_t size;
    int8_t el; /* -1: not asked for */
    bool thumb;
    uint8_t itstate;      /* before this instruction, AArch32 */
    uint8_t next_itstate; /* behind it */
    uint16_t n;
    FiTrigger *triggers[];
} FiSite;

/* Register our callbacks with QEMU; at install. */
void fi_instrument_start(void);

/*
 * Make what is armed now the plan of the next retranslation; with the Lua
 * lock.  At load it becomes the plan at once.
 */
void fi_instrument_publish_locked(void);

/* Of what was armed up to now, as fi_instrument_published_locked() numbers it:
 * is it in effect on all vCPUs?  Any thread. */
bool fi_instrument_is_live(uint64_t generation);
uint64_t fi_instrument_published_locked(void);
/* How often everything was retranslated. */
uint64_t fi_instrument_resets(void);

/* Have vCPU @v look for deferred work: outside of guest code, or where QEMU
 * cannot do that, at the start of its next block. */
void fi_instrument_ring(FiVcpu *v);
/* Have the gate call at the start of @v's next block, if it is there. */
void fi_instrument_ring_gate(FiVcpu *v);

#endif
