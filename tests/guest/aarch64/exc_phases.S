/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exc's places to be interrupted at, each in 32 bytes of its own. */
#include "asm.h"

.macro spin name, loop              /* x0: rounds */
    .balign 32
function \name
label \loop
    nop
    subs    x0, x0, #1
    b.ne    \loop
    ret
end_function \name
.endm

    .text
    spin    spin_unmasked, unmasked_loop
    spin    spin_masked, masked_loop
    spin    spin_el0, el0_loop

    .balign 32
function unmask                     /* what is pending is taken at unmask_point */
    msr     daifclr, #7
    isb
label unmask_point
    nop
    msr     daifset, #7
    ret
end_function unmask

    .balign 32
function wait_wfi                   /* masked at the WFI itself, so that it is left when something is pending */
label wfi_itself
    wfi
    msr     daifclr, #7
    isb
label wfi_unmasked
    nop
    msr     daifset, #7
    ret
end_function wait_wfi
