/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Power and cores through PSCI, and the report of an unexpected exception. */
#include "aarch64.h"

#define PSCI_SYSTEM_OFF 0x84000008u
#define PSCI_CPU_ON 0xc4000003u
#define SEMIHOSTING_EXIT 0x18
#define SEMIHOSTING_APPLICATION_EXIT 0x20026ul

volatile uint32_t boot_el;          /* written by start.S */

void secondary_start(void);

/* QEMU answers PSCI on the conduit of the level above the one that it starts the program in. */
static long psci(uint64_t function, uint64_t a, uint64_t b, uint64_t c)
{
    register uint64_t x0 __asm__("x0") = function;
    register uint64_t x1 __asm__("x1") = a;
    register uint64_t x2 __asm__("x2") = b;
    register uint64_t x3 __asm__("x3") = c;

    if (boot_el == 1) {
        __asm__ volatile("hvc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) :: "memory");
    } else {
        __asm__ volatile("smc #0" : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3) :: "memory");
    }
    return (long)x0;
}

/* Started at EL3, the program itself would be the PSCI firmware: what is left is semihosting. */
static void semihosting_exit(void)
{
    static const uint64_t block[] = { SEMIHOSTING_APPLICATION_EXIT, 0 };
    register uint64_t x0 __asm__("x0") = SEMIHOSTING_EXIT;
    register const uint64_t *x1 __asm__("x1") = block;

    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
}

_Noreturn void power_off(void)
{
    if (boot_el == 3) {
        semihosting_exit();
    } else {
        psci(PSCI_SYSTEM_OFF, 0, 0, 0);
    }
    for (;;) {
        __asm__ volatile("wfi");
    }
}

int start_core(unsigned core)
{
    return (int)psci(PSCI_CPU_ON, core, (uintptr_t)secondary_start, core);
}

static _Noreturn void crash(const char *what, const struct frame *frame)
{
    print("crash %s esr 0x%lx elr 0x%lx far 0x%lx\n", what, frame->esr, frame->elr, frame->far);
    power_off();
}

__attribute__((weak)) void handle_sync(struct frame *frame)
{
    crash("sync", frame);
}

__attribute__((weak)) void handle_irq(struct frame *frame)
{
    crash("irq", frame);
}

__attribute__((weak)) void handle_fiq(struct frame *frame)
{
    crash("fiq", frame);
}

__attribute__((weak)) void handle_serror(struct frame *frame)
{
    crash("serror", frame);
}

void handle_other(struct frame *frame);
void handle_other(struct frame *frame)
{
    crash("other", frame);
}
