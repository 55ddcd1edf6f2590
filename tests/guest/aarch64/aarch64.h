/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the AArch64 start-up code offers to the programs. */
#ifndef AARCH64_H
#define AARCH64_H

#include "guest.h"

#define MAX_CORES 8

/* Each physical address in RAM is seen a second time this far up. */
#define ALIAS_OFFSET 0x100000000ul

/* Neither mapped nor backed by anything. */
#define UNMAPPED_ADDRESS 0x80000000ul

#define read_sysreg(name) \
    ({ uint64_t value_; __asm__ volatile("mrs %0, " #name : "=r"(value_) :: "memory"); value_; })
#define write_sysreg(name, value) \
    __asm__ volatile("msr " #name ", %0\n\tisb" :: "r"((uint64_t)(value)) : "memory")

/* The interrupted state; vectors in start.S know its layout. */
struct frame {
    uint64_t x[31];
    uint64_t elr;
    uint64_t spsr;
    uint64_t esr;
    uint64_t far;
};

#define ESR_CLASS(esr) (((esr) >> 26) & 0x3f)
#define CLASS_UNKNOWN 0x00
#define CLASS_SVC 0x15
#define CLASS_DATA_ABORT 0x25
#define CLASS_BRK 0x3c

/*
 * A program defines those it expects; the default ones report a crash and power off. They serve the vectors of EL1 to EL3;
 * at EL2 and EL3 the MMU is off.
 */
void handle_sync(struct frame *frame);
void handle_irq(struct frame *frame);
void handle_fiq(struct frame *frame);
void handle_serror(struct frame *frame);

/* Starts another core in secondary_main(core); 0 when it is there and was off. */
int start_core(unsigned core);
void secondary_main(unsigned core);

/* Called on the way down to EL1, by the levels that there are, when the level's registers are set. */
void hook_el3(void);
void hook_el2(void);

/* The exception level that QEMU started in. */
extern volatile uint32_t boot_el;

void mmu_on(unsigned core);

/* From here on EL0 may execute the program's code and access its data. */
void mmu_open_for_el0(void);

/*
 * From EL1, or from EL2 when that hosts EL0: calls the function at EL0 with these interrupts masked, on a stack of its own,
 * and then takes an SVC there.
 */
_Noreturn void enter_el0(void (*function)(void), uint64_t daif);
#define DAIF_MASKED 0x3c0

#endif
