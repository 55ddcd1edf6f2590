/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For triggers that come and go: victim() is called 1000 times, knock() once, before the 501st of them. */
#include "aarch64.h"

#define CALLS 1000

volatile uint32_t victim_sum;

HOOK uint32_t victim(void)
{
    return 1;
}

HOOK void knock(void)
{
}

void main(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        if (i == CALLS / 2) {
            knock();
        }
        victim_sum += victim();
    }
    print("victim sum %u\n", (unsigned)victim_sum);
}
