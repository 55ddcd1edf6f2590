/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * mps2-an385: a watchdog (CMSDK APB) of 150 ms is fed every 10 ms while the program works. At its first end it gives an
 * NMI, at the second a reset. The program says how often the machine has started, and what has come.
 */
#include "cortex_m.h"

#define WATCHDOG_LOAD (*(volatile uint32_t *)0x40008000)
#define WATCHDOG_CONTROL (*(volatile uint32_t *)0x40008008)
#define WATCHDOG_INTCLR (*(volatile uint32_t *)0x4000800c)
#define WATCHDOG_CONTROL_INTEN (1u << 0)
#define WATCHDOG_CONTROL_RESEN (1u << 1)

#define SYSTICK_CTRL (*(volatile uint32_t *)0xe000e010)
#define SYSTICK_LOAD (*(volatile uint32_t *)0xe000e014)
#define SYSTICK_VALUE (*(volatile uint32_t *)0xe000e018)
#define ICSR (*(volatile uint32_t *)0xe000ed04)
#define ICSR_PENDSTCLR (1u << 25)
#define SYSTICK_ENABLE (1u << 0)
#define SYSTICK_INTERRUPT (1u << 1)
#define SYSTICK_PROCESSOR_CLOCK (1u << 2)
#define SYSTICK_HAS_WRAPPED (1u << 16)

#define CLOCK_HZ 25000000u
#define STEP_TICKS (CLOCK_HZ / 100)
#define WATCHDOG_TICKS (CLOCK_HZ / 20 * 3)
#define STEPS 60

#define MAGIC 0xb007b007u

/* RAM keeps what it has over a reset. */
static volatile struct {
    uint32_t magic, count;
} boots __attribute__((section(".noinit")));

/* To be changed at before_start: 0, and nothing starts the watchdog; 1, and the NMI feeds it. */
volatile uint32_t watchdog_on = 1, nmi_feeds;

void nmi(void);

HOOK void before_start(void)
{
}

/* Where the program may hang. SysTick's interrupt is masked: it ends the WFI, and is not taken. */
HOOK void work(unsigned step)
{
    (void)step;
    while (!(SYSTICK_CTRL & SYSTICK_HAS_WRAPPED)) {
        __asm__ volatile("wfi" ::: "memory");
    }
    ICSR = ICSR_PENDSTCLR;
}

HOOK void feed(void)
{
    WATCHDOG_INTCLR = 1;
}

HOOK void nmi(void)
{
    print("nmi\n");
    if (nmi_feeds) {
        feed();
    }
}

void main(void)
{
    if (boots.magic != MAGIC) {
        boots.magic = MAGIC;
        boots.count = 0;
    }
    boots.count++;
    print("boot %u\n", (unsigned)boots.count);
    if (boots.count > 1) {
        return;
    }
    __asm__ volatile("cpsid i" ::: "memory");
    SYSTICK_LOAD = STEP_TICKS - 1;
    SYSTICK_VALUE = 0;
    SYSTICK_CTRL = SYSTICK_ENABLE | SYSTICK_INTERRUPT | SYSTICK_PROCESSOR_CLOCK;
    before_start();
    if (watchdog_on) {
        WATCHDOG_LOAD = WATCHDOG_TICKS;
        WATCHDOG_CONTROL = WATCHDOG_CONTROL_INTEN | WATCHDOG_CONTROL_RESEN;
    }
    for (unsigned step = 0; step < STEPS; step++) {
        work(step);
        feed();
    }
    print("done\n");
}
