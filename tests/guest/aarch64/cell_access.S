/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What memory and mmio access their cells and registers with. The access is the first instruction, but for the label in store_q. */
#include "asm.h"

    .arch_extension fp
    .arch_extension simd

    .text
function store8
    strb    w1, [x0]
    ret
end_function store8

function store16
    strh    w1, [x0]
    ret
end_function store16

function store32
    str     w1, [x0]
    ret
end_function store32

function store64
    str     x1, [x0]
    ret
end_function store64

function store_pair
    stp     x1, x2, [x0]
    ret
end_function store_pair

function store_q
    fmov    d0, x1
    mov     v0.d[1], x2
label store_q_access
    str     q0, [x0]
    ret
end_function store_q

function load8
    ldrb    w0, [x0]
    ret
end_function load8

function load16
    ldrh    w0, [x0]
    ret
end_function load16

function load32
    ldr     w0, [x0]
    ret
end_function load32

function load64
    ldr     x0, [x0]
    ret
end_function load64

function load_pair                  /* the sum of both */
    ldp     x0, x1, [x0]
    add     x0, x0, x1
    ret
end_function load_pair

function load_q                     /* the sum of both halves */
    ldr     q0, [x0]
    addp    d0, v0.2d
    fmov    x0, d0
    ret
end_function load_q
