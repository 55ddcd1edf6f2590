/* SPDX-License-Identifier: GPL-2.0-or-later */
/* exception's functions: each one takes the exception of its name on its first instruction. */
#include "asm.h"

    .text
function take_svc
    svc     #0
    ret
end_function take_svc

function take_undef
    udf     #0
    ret
end_function take_undef

function take_abort                 /* x0: the address to load from */
    ldr     x0, [x0]
    ret
end_function take_abort
