/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Two PIN checks: a naive one, as a compiler makes it, and one that no skip of a single instruction opens. Neither uses the
 * stack or a register that its caller keeps, so the guest survives the skip of each of their instructions.
 */
#include "asm.h"
#include "pin64.h"

#define DIGITS 4

.macro answer value
    movz    w0, #(\value & 0xffff)
    movk    w0, #(\value >> 16), lsl #16
    ret
.endm

    .text
/*
 * uint32_t ask(check, const char *entered, const char *secret): check(entered, secret), with known contents of the other
 * registers and flags: a skipped instruction leaves what was there.
 */
function ask
    stp     x29, x30, [sp, #-16]!
    mov     x16, x0
    mov     x0, x1
    mov     x1, x2
    mov     x2, #0
    mov     x3, #0
    mov     x4, #0
    mov     x5, #0
    mov     x6, #0
    mov     x7, #0
    mov     x8, #0
    cmp     x16, #0
    blr     x16
    ldp     x29, x30, [sp], #16
    ret
end_function ask

/* 1 if the digits are the same, otherwise 0 */
function check_naive
    mov     x2, #0
1:  ldrb    w3, [x0, x2]
    ldrb    w4, [x1, x2]
    cmp     w3, w4
label naive_branch
    b.ne    2f
    add     x2, x2, #1
    cmp     x2, #DIGITS
    b.ne    1b
    mov     w0, #1
    ret
label naive_denied
2:  mov     w0, #0
label naive_return
    ret
end_function check_naive

/* Behind check_naive, for a skipped ret */
function alarm
    answer  PIN_ALARM
end_function alarm

/*
 * PIN_GRANTED, PIN_DENIED or PIN_ALARM. All digits are compared, forwards for differences and backwards for equal ones; two
 * branches that rely on one of these each lead away from PIN_GRANTED, and both counts of steps must be right.
 *
 * w5 differences, w6 steps forwards, w7 equal digits, w8 steps backwards
 */
function check_hardened
    mov     x2, #0
    mov     w5, #0
    mov     w6, #0
1:  ldrb    w3, [x0, x2]
    ldrb    w4, [x1, x2]
    eor     w3, w3, w4
    orr     w5, w5, w3
    add     w6, w6, #1
    add     x2, x2, #1
    cmp     x2, #DIGITS
    b.lo    1b
    mov     w7, #0
    mov     w8, #0
2:  sub     x2, x2, #1
    ldrb    w3, [x1, x2]
    ldrb    w4, [x0, x2]
    cmp     w3, w4
    cinc    w7, w7, eq
    add     w8, w8, #1
    cbnz    x2, 2b
    cmp     w6, #DIGITS
    b.ne    alarm
    cmp     w8, #DIGITS
    b.ne    alarm
label hardened_differs
    cmp     w5, #0
    b.ne    3f
    cmp     w7, #DIGITS
    b.ne    alarm
    answer  PIN_GRANTED
3:  answer  PIN_DENIED
    b       alarm
end_function check_hardened
