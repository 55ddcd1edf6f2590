/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uint32_t checksum(const uint32_t *data, uint32_t count): rotate left by one, add the next word. */
#include "asm.h"

    .syntax unified
    .thumb
    .text
    .balign 4
    .thumb_func
function checksum
    movs.n  r2, #0
label checksum_load
    ldr.w   r3, [r0], #4
label checksum_rotate
    ror.w   r2, r2, #31
label checksum_add
    add.n   r2, r3
label checksum_next
    subs.n  r1, #1
label checksum_branch
    bne.n   checksum_load
label checksum_done
    mov.n   r0, r2
label checksum_return
    bx      lr
end_function checksum
