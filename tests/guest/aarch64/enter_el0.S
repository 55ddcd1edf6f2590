/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "asm.h"

    .text
function enter_el0                  /* x0: the function, x1: SPSR */
    adr     x2, at_el0
    ldr     x3, =el0_stack_end
    msr     sp_el0, x3
    mrs     x3, CurrentEL
    cmp     x3, #2 << 2
    b.eq    1f
    msr     elr_el1, x2
    msr     spsr_el1, x1
    eret
1:  msr     elr_el2, x2
    msr     spsr_el2, x1
    eret
at_el0:
    blr     x0
    svc     #0
end_function enter_el0

    .bss
    .balign 16
    .skip   0x1000
el0_stack_end:
