/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Waits four times for a deadline of the virtual timer, in WFI, and says how long that took by the virtual counter; then
 * counts the time once more as careless code does. The deadline is absolute (CNTV_CVAL_EL0), as Linux has it; in the last
 * round it is relative (CNTV_TVAL_EL0).
 */
#include "gic.h"

#define ROUNDS 4
#define WAIT_MS 2
#define LONG_MS 60000               /* beyond what a busy host makes of WAIT_MS */
#define CNTV_CTL_ENABLE 1

static volatile uint32_t irq_count;

/* What the timer says when the deadline has been set: when it is, and how long that takes, in ticks. */
volatile uint64_t deadline_read, deadline_wanted;
volatile int32_t left_read, left_wanted;

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();

    (void)frame;
    if (GIC_INTID(acknowledged) == VIRTUAL_TIMER_INTID) {
        write_sysreg(cntv_ctl_el0, 0);
        irq_count++;
    }
    if (GIC_INTID(acknowledged) < INTIDS_SPECIAL) {
        gic_end(acknowledged);
    }
}

/* The moments for a fault: before the clock is read, and when the deadline is set. */
HOOK void before_round(uint32_t round)
{
    (void)round;
}

HOOK void deadline_set(uint32_t round)
{
    (void)round;
}

static void set_deadline(uint32_t round, uint64_t start, uint64_t ticks)
{
    if (round == ROUNDS - 1) {
        write_sysreg(cntv_tval_el0, ticks);
    } else {
        write_sysreg(cntv_cval_el0, start + ticks);
    }
    deadline_wanted = start + ticks;
    left_wanted = (int32_t)ticks;
    deadline_read = read_sysreg(cntv_cval_el0);
    left_read = (int32_t)read_sysreg(cntv_tval_el0);
    write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
}

static const char *describe(int64_t ticks, uint64_t ticks_per_ms)
{
    if (ticks < 0) {
        return "backwards";
    } else if (ticks == 0) {
        return "nothing";
    } else if ((uint64_t)ticks < WAIT_MS * ticks_per_ms) {
        return "too short";
    }
    return (uint64_t)ticks < LONG_MS * ticks_per_ms ? "as long as it should" : "too long";
}

void main(void)
{
    uint64_t ticks_per_ms = read_sysreg(cntfrq_el0) / 1000;
    uint64_t careless = 0;

    gic_init();
    gic_init_core(0);
    gic_enable(0, VIRTUAL_TIMER_INTID);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t count = irq_count;

        before_round(round);
        uint64_t start = read_sysreg(cntvct_el0);
        set_deadline(round, start, WAIT_MS * ticks_per_ms);
        deadline_set(round);
        while (irq_count == count) {
            wait_for_interrupt();
        }
        uint64_t ticks = read_sysreg(cntvct_el0) - start;
        careless += ticks / ticks_per_ms;           /* whatever the difference is */
        print("round %u: took %s\n", (unsigned)round, describe((int64_t)ticks, ticks_per_ms));
    }
    print("in all %s\n", careless < LONG_MS ? "less than a minute" : careless < 1ul << 32 ? "more" : "years");
}
