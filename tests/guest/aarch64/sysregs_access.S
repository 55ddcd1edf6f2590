/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysregs' accesses. What is not said to be elsewhere is the first instruction of its function. */
#include "asm.h"

    .text
function read_id
    mrs     x0, id_aa64isar0_el1
    ret
end_function read_id

function read_counter
    mrs     x0, cntvct_el0
    ret
end_function read_counter

function write_tpidr
    msr     tpidr_el1, x0
    ret
end_function write_tpidr

function read_tpidr
    mrs     x0, tpidr_el1
    ret
end_function read_tpidr

function write_contextidr
    msr     contextidr_el1, x0
    ret
end_function write_contextidr

function read_contextidr
    mrs     x0, contextidr_el1
    ret
end_function read_contextidr

/* QEMU goes on translating behind this MSR: the next instruction is in its block. */
function write_nzcv                 /* x1: where x0 goes to */
    msr     nzcv, x0
label nzcv_behind
    mov     x2, x0
    mrs     x0, nzcv
    str     x2, [x1]
    ret
end_function write_nzcv

function read_daif
    mrs     x0, daif
    ret
end_function read_daif

function write_daif
    msr     daif, x0
    ret
end_function write_daif

function mask_debug
    msr     daifset, #8
    ret
end_function mask_debug

function unmask_debug
    msr     daifclr, #8
    ret
end_function unmask_debug

function clear_tpidrro
    msr     tpidrro_el0, xzr
    mrs     x0, tpidrro_el0
    ret
end_function clear_tpidrro

/* The exception behind the change goes to the vectors that x0 names. */
function write_vbar
    msr     vbar_el1, x0
    svc     #0
    ret
end_function write_vbar

/* At EL0. Leaves TPIDR_EL0 in x0, its source in x1, and in x3 the source of the MSR that EL1 keeps for itself. */
function el0_accesses
    mov     x1, #0x77
label el0_write_tpidr
    msr     tpidr_el0, x1
label el0_read_tpidr
    mrs     x0, tpidr_el0
    mov     x3, #0x99
label el0_trap
    msr     tpidr_el1, x3
    ret
end_function el0_accesses

/* Only the vector of an SVC from EL1 is used; it goes back to the first vectors. */
    .balign 0x800
function second_vectors
    .skip   0x200
    ldr     x16, =vbar_saw
    str     x0, [x16]
    ldr     x16, =vectors
label restore_vbar
    msr     vbar_el1, x16
    eret
end_function second_vectors
