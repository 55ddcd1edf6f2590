/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Never ends by itself and says nothing unless asked: all cores (up to MAX_CORES) run hot code, access a device and system
 * registers and take a tick each millisecond. Nothing depends on what is read, so that a test may change any of it.
 */
#include "gic.h"

#define RTC_MR (*(volatile uint32_t *)0x09010004)
#define RTC_ID (*(const volatile uint32_t *)0x09010fe0)
#define STEPS_PER_ROUND 1024
#define SPARE_INTID 40              /* an SPI that no device has: for those who raise it */

struct cell {
    volatile uint64_t value;
    uint64_t rest[7];               /* of a cache line: cores do not disturb each other */
} __attribute__((aligned(64)));

struct cell cells[MAX_CORES];

/* Set from outside: core 0 prints a line, and clears it. */
volatile uint32_t say;

/* Of each core. */
volatile uint64_t rounds[MAX_CORES];
volatile uint32_t ticks[MAX_CORES], aborts[MAX_CORES], others[MAX_CORES];

static unsigned cores = 1;

static unsigned this_core(void)
{
    return read_sysreg(mpidr_el1) & 0xff;
}

HOOK uint64_t mix(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    __asm__ volatile(".global skippable\n"
                     "skippable:\n\t"
                     "nop");
    return x ^ x << 17;
}

HOOK void store_cell(unsigned core, uint64_t value)
{
    cells[core].value = value;
}

HOOK uint64_t load_cell(unsigned core)
{
    return cells[core].value;
}

HOOK uint32_t read_device(void)
{
    return RTC_ID;
}

HOOK void write_device(uint32_t value)
{
    RTC_MR = value;
}

HOOK uint64_t touch_sysregs(uint64_t value)
{
    write_sysreg(tpidr_el0, value);
    return read_sysreg(tpidr_el0) + read_sysreg(cntvct_el0);
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);
    unsigned core = this_core();

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        others[core]++;
        return;
    }
    if (intid == TICK_INTID) {
        ticks[core]++;
        tick_start();
    } else {
        others[core]++;
    }
    gic_end(acknowledged);
}

/* An access that failed: its result does not matter. All else is a crash. */
HOOK void handle_sync(struct frame *frame)
{
    if (ESR_CLASS(frame->esr) != CLASS_DATA_ABORT) {
        print("crash sync esr 0x%lx elr 0x%lx far 0x%lx\n", frame->esr, frame->elr, frame->far);
        power_off();
    }
    aborts[this_core()]++;
    frame->elr += 4;
}

HOOK void handle_serror(struct frame *frame)
{
    (void)frame;
    others[this_core()]++;
}

static void report(void)
{
    say = 0;
    for (unsigned i = 0; i < cores; i++) {
        print("core %u rounds %lu ticks %u\n", i, rounds[i], (unsigned)ticks[i]);
    }
}

static void run_for_ever(unsigned core)
{
    uint64_t x = core + 1;

    gic_init_core(core);
    gic_set_edge(core, TICK_INTID, 0);
    gic_enable(core, TICK_INTID);
    tick_start();
    __asm__ volatile("msr daifclr, #6");    /* interrupts and SErrors */
    for (;;) {
        for (unsigned step = 0; step < STEPS_PER_ROUND; step++) {
            x = mix(x) | 1;
            store_cell(core, x);
            x += load_cell(core);
        }
        x += read_device();
        write_device((uint32_t)x);
        x += touch_sysregs(x);
        rounds[core]++;
        if (core == 0 && say) {
            report();
        }
    }
}

void secondary_main(unsigned core)
{
    run_for_ever(core);
}

void main(void)
{
    gic_init();
    gic_set_edge(0, SPARE_INTID, 1);
    gic_enable(0, SPARE_INTID);
    while (cores < MAX_CORES && start_core(cores) == 0) {
        cores++;
    }
    run_for_ever(0);
}
