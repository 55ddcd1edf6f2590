/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "asm.h"

    .arch_extension fp
    .arch_extension simd

    .text
function fp_from_int                /* the bits of (double)x0 */
    ucvtf   d0, x0
    fmov    x0, d0
    ret
end_function fp_from_int

function fp_from_eighths            /* the bits of x0 / 8.0 */
    ucvtf   d0, x0, #3
    fmov    x0, d0
    ret
end_function fp_from_eighths

/*
 * fp_dot(a, b, length), length a multiple of 4: four products an iteration, two in each of the sums v0 and v7; returns
 * the bits of the double.
 */
function fp_dot
    movi    v0.2d, #0
    movi    v7.2d, #0
label fp_load_a
    ldp     q1, q4, [x0], #32
label fp_load_b
    ldp     q2, q5, [x1], #32
label fp_multiply
    fmul    v3.2d, v1.2d, v2.2d
label fp_multiply_high
    fmul    v6.2d, v4.2d, v5.2d
label fp_add
    fadd    v0.2d, v0.2d, v3.2d
label fp_add_high
    fadd    v7.2d, v7.2d, v6.2d
label fp_next
    subs    x2, x2, #4
label fp_branch
    b.ne    fp_load_a
label fp_join
    fadd    v0.2d, v0.2d, v7.2d
label fp_fold
    faddp   d0, v0.2d
label fp_result
    fmov    x0, d0
label fp_return
    ret
end_function fp_dot
