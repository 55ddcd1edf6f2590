/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * When `marker` changes, in ticks of the virtual counter (16 ns each on a cortex-a53): reads the marker and the counter in
 * turn. With WAIT it waits in WFI, for an interrupt or for its own deadline.
 */
#include "gic.h"

#define CHANGES 8

#ifdef WAIT
#define WAITS 1
#define DEADLINE_MS 500
#else
#define WAITS 0
#define DEADLINE_MS 5000            /* for a busy host */
#endif

/* Written by whoever wants to be seen; after this many changes the program ends. */
volatile uint32_t marker;
volatile uint32_t changes_expected = 1;

struct change {
    uint64_t ticks;
    uint32_t marker, intid;
};

static volatile uint32_t interrupt_count, last_intid, tick_count;

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        return;
    }
    if (intid == TICK_INTID) {
        tick_stop();
        tick_count++;
    } else {
        interrupt_count++;
        last_intid = intid;
    }
    gic_end(acknowledged);
}

/* The moment to start timers; x0: the counter. */
HOOK void begin_wait(uint64_t ticks)
{
    (void)ticks;
}

static void init_interrupts(void)
{
    gic_init();
    gic_init_core(0);
    for (uint32_t intid = 0; intid < 2 * INTIDS_PRIVATE; intid++) {
        if (intid >= INTIDS_SGI && intid != TICK_INTID) {
            gic_set_edge(0, intid, 1);
        }
        gic_enable(0, intid);
    }
}

/* A single long wait: the tick is not to wake the core before. */
static void start_deadline(void)
{
    write_sysreg(cntp_tval_el0, read_sysreg(cntfrq_el0) / 1000 * DEADLINE_MS);
    write_sysreg(cntp_ctl_el0, 1);
}

static int watch_waiting(struct change *change)
{
    static uint32_t last_count;

    while (!tick_count && interrupt_count == last_count) {
        wait_for_interrupt();
    }
    change->ticks = read_sysreg(cntvct_el0);
    change->marker = marker;
    change->intid = last_intid;
    if (interrupt_count == last_count) {
        return 0;
    }
    last_count = interrupt_count;
    return 1;
}

static int watch_spinning(struct change *change, uint64_t deadline)
{
    static uint32_t last_marker;        /* not read here: it may have changed before */
    uint32_t old_marker = last_marker;

    do {
        change->marker = marker;
        change->ticks = read_sysreg(cntvct_el0);    /* at or after the change, never before */
    } while (change->marker == old_marker && change->ticks < deadline);
    last_marker = change->marker;
    return last_marker != old_marker;
}

void main(void)
{
    static struct change changes[CHANGES];
    unsigned count = 0;
    uint64_t begin, deadline;

    init_interrupts();
    begin = read_sysreg(cntvct_el0);
    deadline = begin + read_sysreg(cntfrq_el0) / 1000 * DEADLINE_MS;
    start_deadline();
    begin_wait(begin);
    while (count < changes_expected && count < CHANGES &&
           (WAITS ? watch_waiting(&changes[count]) : watch_spinning(&changes[count], deadline))) {
        count++;
    }
    tick_stop();

    for (unsigned i = 0; i < count; i++) {
        print("marker %u after %lu ticks", (unsigned)changes[i].marker, changes[i].ticks - begin);
        if (WAITS) {
            print(", woken by %u", (unsigned)changes[i].intid);
        }
        print("\n");
    }
    print("%u changes%s\n", count, count < changes_expected ? ", deadline" : "");
}
