/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Never ends by itself. */
#include "aarch64.h"

volatile uint64_t spins;

void main(void)
{
    print("running\n");
    for (;;) {
        __asm__ volatile(".global spin\n"
                         "spin:" ::: "memory");
        spins++;
    }
}
