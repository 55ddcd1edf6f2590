/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The PIN check whose every instruction a test skips. pin_table.csv says what each skip leads to and is derived from
 * this text: change both or neither. Widths are written out (.n, .w) where the assembler could choose.
 */
#include "asm.h"

    .syntax unified
    .thumb
    .text

#define POISON 0xa5a5a5a4           /* no memory there nor at entered_pin + POISON, and even: no address to go to */
#define TICK_LIMIT 64

/*
 * int run_check(const char *entered): calls check_pin with known contents of the registers it uses and of the stack
 * above it: r1 = r2 = 0, r3 to r7 and six words on the stack POISON.
 */
    .balign 4
    .thumb_func
function run_check
    push.n  {r3, r4, r5, r6, r7, lr}
    ldr     r4, =POISON
    mov     r3, r4
    mov     r5, r4
    mov     r6, r4
    mov     r7, r4
    mov     r2, r4
    push.n  {r2, r3, r4, r5, r6, r7}
    movs.n  r1, #0
    movs.n  r2, #0
    bl      check_pin
    add.n   sp, #24
    pop.n   {r3, r4, r5, r6, r7, pc}
end_function run_check
    .ltorg

/*
 * int check_pin(const char *entered): 0, or 1 if the four digits are those of secret_pin. Looks at all four, whether or
 * not an earlier one was wrong.
 *
 * r4 entered, r5 secret_pin, r6 index, r3 1 as soon as a digit was wrong, r7 r3 of all iterations or'ed together
 */
    .balign 4
    .thumb_func
function check_pin
label pin_i0
    push.n  {r4, r5, r6, r7, lr}
label pin_i1
    mov.n   r4, r0
label pin_i2
    movw    r5, #:lower16:secret_pin
label pin_i3
    movt    r5, #:upper16:secret_pin
label pin_i4
    movs.n  r6, #0
label pin_i5
    movs.n  r3, #0
label pin_i6
    mov.w   r7, #0
label pin_i7
    ldrb.w  r1, [r4, r6]
label pin_i8
    ldrb.n  r2, [r5, r6]
label pin_i9
    cmp.n   r1, r2
label pin_i10
    ittt    ne
label pin_i11
    movne.w r3, #1
label pin_i12
    movne.n r1, #0                  /* forget both digits */
label pin_i13
    movne.n r2, #0
label pin_i14
    orr.w   r7, r7, r3
label pin_i15
    bl      pin_tick
label pin_i16
    adds.n  r6, #1
label pin_i17
    cmp.n   r6, #4
label pin_i18
    bne.n   pin_i7
label pin_i19
    cmp.n   r7, #0
label pin_i20
    ite     ne
label pin_i21
    movne.n r0, #0
label pin_i22
    moveq.n r0, #1
label pin_i23
    pop.n   {r4, r5, r6, r7, pc}
end_function check_pin

/*
 * Counts the iterations, and ends a loop that will not end. Keeps r0 to r12. It stands right behind check_pin: that is
 * where a skipped pin_i23 leads.
 */
    .thumb_func
function pin_tick
    push.n  {r0, r1, r2, lr}
    movw    r0, #:lower16:pin_ticks
    movt    r0, #:upper16:pin_ticks
    ldr.n   r1, [r0]
    adds.n  r1, #1
    str.n   r1, [r0]
    cmp.n   r1, #TICK_LIMIT
    bhi.n   1f
    pop.n   {r0, r1, r2, pc}
1:  bl      report_loop
end_function pin_tick
