/* SPDX-License-Identifier: GPL-2.0-or-later */
/* uint32_t checksum(const uint32_t *data, uint32_t count): rotate left by one, add the next word. */
#include "asm.h"

    .text
function checksum
    mov     w2, #0
label checksum_load
    ldr     w3, [x0], #4
label checksum_rotate
    ror     w2, w2, #31
label checksum_add
    add     w2, w2, w3
label checksum_next
    subs    w1, w1, #1
label checksum_branch
    b.ne    checksum_load
label checksum_done
    mov     w0, w2
label checksum_return
    ret
end_function checksum
