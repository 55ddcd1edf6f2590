/* SPDX-License-Identifier: GPL-2.0-or-later */
/* void enter_el0(void (*function)(void)): calls it at EL0, on a stack of its own, and then takes an SVC there. */
#include "asm.h"

#define SPSR_EL0_MASKED 0x3c0

    .text
function enter_el0
    adr     x1, at_el0
    msr     elr_el1, x1
    mov     x1, #SPSR_EL0_MASKED
    msr     spsr_el1, x1
    ldr     x1, =el0_stack_end
    msr     sp_el0, x1
    eret
at_el0:
    blr     x0
    svc     #0
end_function enter_el0

    .bss
    .balign 16
    .skip   0x1000
el0_stack_end:
