/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cortex-M start-up, fault report and exit through semihosting. */
#include "cortex_m.h"

#define SEMIHOSTING_EXIT 0x18
#define SEMIHOSTING_APPLICATION_EXIT 0x20026

extern uint32_t data_start[], data_end[], data_load[], bss_start[], bss_end[], stack_top[];

void reset(void);
void hard_fault(void);
/* A program that expects an NMI has its own. */
void nmi(void) __attribute__((weak, alias("hard_fault")));
_Noreturn void report_fault(void);

/* Only the system exceptions; all faults escalate to HardFault, no interrupt is ever enabled. */
__attribute__((section(".vectors"), used)) static void *const vectors[16] = {
    stack_top, (void *)reset, (void *)nmi, (void *)hard_fault, (void *)hard_fault, (void *)hard_fault,
    (void *)hard_fault,
};

_Noreturn void power_off(void)
{
    register uint32_t r0 __asm__("r0") = SEMIHOSTING_EXIT;
    register uint32_t r1 __asm__("r1") = SEMIHOSTING_APPLICATION_EXIT;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    for (;;) {
    }
}

/* The stack pointer may be what the fault has spoilt. */
__attribute__((naked)) void hard_fault(void)
{
    __asm__ volatile("ldr r0, =stack_top\n\t"
                     "mov sp, r0\n\t"
                     "b report_fault");
}

_Noreturn void report_fault(void)
{
    print("FAULT\n");
    power_off();
}

void reset(void)
{
    for (uint32_t *to = data_start, *from = data_load; to < data_end; to++, from++) {
        *to = *from;
    }
    for (uint32_t *to = bss_start; to < bss_end; to++) {
        *to = 0;
    }
    uart_init();
    main();
    power_off();
}
