/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest.h"

#define PSCI_SYSTEM_OFF 0x84000008u

_Noreturn void crash(uint32_t near_pc);

_Noreturn void power_off(void)
{
    register uint32_t r0 __asm__("r0") = PSCI_SYSTEM_OFF;

    __asm__ volatile(".arch_extension virt\n\thvc #0" : "+r"(r0) :: "memory");
    for (;;) {
        __asm__ volatile("wfi");
    }
}

_Noreturn void crash(uint32_t near_pc)
{
    print("crash near 0x%x\n", (unsigned)near_pc);
    power_off();
}
