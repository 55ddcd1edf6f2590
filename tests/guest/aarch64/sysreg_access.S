/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sysreg's functions: in each the access is the first instruction. */
#include "asm.h"

    .text
function write_tpidr
    msr     tpidr_el1, x0
    ret
end_function write_tpidr

function write_contextidr
    msr     contextidr_el1, x0
    isb
    ret
end_function write_contextidr

function read_tpidr
    mrs     x0, tpidr_el1
    ret
end_function read_tpidr

function read_contextidr
    mrs     x0, contextidr_el1
    ret
end_function read_contextidr

function read_midr
    mrs     x0, midr_el1
    ret
end_function read_midr
