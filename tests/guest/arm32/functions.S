/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * uint32_t f(uint32_t seed, uint32_t steps), steps > 0: each step adds the number of steps left, doubles and, if that
 * carries, exclusive-ors 0x1d. Once in A32 and once in T32 with 2- and 4-byte instructions and an IT block.
 */
#include "asm.h"

    .syntax unified
    .text

    .arm
    .balign 4
function arm_func
label arm_add
    add     r0, r0, r1
label arm_double
    adds    r0, r0, r0
label arm_xor
    eorcs   r0, r0, #0x1d
label arm_next
    subs    r1, r1, #1
label arm_branch
    bne     arm_add
label arm_return
    bx      lr
end_function arm_func

    .thumb
    .balign 4
    .thumb_func
function thumb_func
label thumb_add
    add.w   r0, r0, r1
label thumb_double
    adds.n  r0, r0, r0
label thumb_it
    it      cs
label thumb_xor
    eorcs.w r0, r0, #0x1d
label thumb_next
    subs.n  r1, #1
label thumb_branch
    bne.n   thumb_add
label thumb_return
    bx      lr
end_function thumb_func
