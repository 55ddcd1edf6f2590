/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "asm.h"

#define OFFSET_MASK 0xfff8          /* 64 KiB of 8-byte words */
#define COLD_INSTRUCTIONS 16384

    .text
/* loop_run(buffer, iterations): 16 instructions an iteration, 17 when it stores to location. */
function loop_run
    ldr     x2, =location
    mov     x4, #0
    mov     x5, #1
    mov     x6, #0
label hot
    ldr     x7, [x0, x4]
    add     x5, x5, x7
    eor     x5, x5, x5, ror #13
    str     x5, [x0, x4]
    add     x4, x4, #8
    and     x4, x4, #OFFSET_MASK
    ldr     x8, [x0, x4]
    eor     x6, x6, x8
    add     x6, x6, x5, lsr #7
    ror     x6, x6, #3
    sub     x9, x5, x6
    add     x5, x5, x9, lsl #2
    tst     x1, #1023
    b.ne    hot_next
label store_location
    str     x5, [x2]
label hot_next
    subs    x1, x1, #1
    b.ne    hot
    eor     x0, x5, x6
    ret
end_function loop_run
    .ltorg
    ldr     x2, =location

/* A straight line of COLD_INSTRUCTIONS instructions, run once: triggers go to cold_area + 4 * i. */
    .balign 64
function cold_area
    .set    i, 0
    .rept   COLD_INSTRUCTIONS
    add     x0, x0, #(i & 0xfff)
    .set    i, i + 1
    .endr
label cold_area_end
    ret
end_function cold_area

/* Eight bytes written every 1024 iterations; alone in their page, so that watching them touches nothing else. */
    .bss
    .balign 4096
    .global location
    .type   location, %object
location:
    .skip   8
    .size   location, 8
    .balign 4096
