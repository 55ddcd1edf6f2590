/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * To be driven from outside while it runs: core 0 is busy for ever and does what it finds in `command`, core 1 sleeps in WFI,
 * and core 2 is off until it is told to start it.
 */
#include "aarch64.h"

#define RTC_ID ((const volatile uint32_t *)0x09010fe0ul) /* PL031, RTCPeriphID0: always 0x31 */

enum { NOTHING, SHOW, READ_RTC, START_CORE, END };

volatile uint32_t command;
volatile uint64_t cell = 0x1111;
volatile uint64_t steps;
static volatile uint32_t started;

HOOK void step(void)
{
    steps++;
}

HOOK uint64_t load_cell(void)
{
    return cell;
}

HOOK void core_started(unsigned core)
{
    started = core;
}

void secondary_main(unsigned core)
{
    core_started(core);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

static void run(uint32_t what)
{
    switch (what) {
    case SHOW:
        print("cell 0x%lx\n", (unsigned long)load_cell());
        break;
    case READ_RTC:
        print("rtc 0x%x\n", (unsigned)*RTC_ID);
        break;
    case START_CORE:
        start_core(2);
        while (started != 2) {
        }
        print("core 2 started\n");
        break;
    }
    command = NOTHING;
}

void main(void)
{
    start_core(1);
    print("live\n");
    while (command != END) {
        step();
        if (command != NOTHING && command != END) {
            run(command);
        }
    }
    print("steps counted\n");
}
