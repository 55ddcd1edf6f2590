/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For measurements: reads one device register over and over, the sum of which shows each read that gave something else. */
#include "aarch64.h"

#define RTC_ID 0x09010fe0ul         /* PL031, RTCPeriphID0: always 0x31 */

/* READS loads from that address, a few instructions each. */
HOOK uint64_t read_register(const volatile uint32_t *address, uint64_t reads)
{
    uint64_t sum = 0;

    while (reads--) {
        sum += *address;
    }
    return sum;
}

void main(void)
{
    uint64_t sum = read_register((const volatile uint32_t *)RTC_ID, READS);

    print("mmio_loop reads %lu sum 0x%lx\n", (unsigned long)READS, (unsigned long)sum);
}
