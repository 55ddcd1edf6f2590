/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The same function called once at each exception level, from the highest that QEMU starts in down to EL0:
 * -M virt,secure=on,virtualization=on has all four.
 */
#include "aarch64.h"

/* Indexed by exception level. */
volatile uint32_t level_sum[4], level_calls[4];

HOOK uint32_t common(void)
{
    return 7;
}

HOOK void touch_el3(void)
{
    level_calls[3]++;
    level_sum[3] += common();
}

HOOK void touch_el2(void)
{
    level_calls[2]++;
    level_sum[2] += common();
}

HOOK void touch_el1(void)
{
    level_calls[1]++;
    level_sum[1] += common();
}

HOOK void touch_el0(void)
{
    level_calls[0]++;
    level_sum[0] += common();
}

void hook_el3(void)
{
    touch_el3();
}

void hook_el2(void);
void hook_el2(void)
{
    touch_el2();
}

/* Back from EL0: this is the SVC at the end of enter_el0's code there. */
HOOK void handle_sync(struct frame *frame)
{
    const char *separator = "";

    if (ESR_CLASS(frame->esr) != CLASS_SVC) {
        print("unexpected esr 0x%lx elr 0x%lx\n", frame->esr, frame->elr);
        power_off();
    }
    for (unsigned level = 4; level-- > 0;) {
        if (level_calls[level]) {
            print("%sel%u %u", separator, level, (unsigned)level_sum[level]);
            separator = " ";
        }
    }
    print("\n");
    power_off();
}

void main(void)
{
    touch_el1();
    mmu_open_for_el0();
    enter_el0(touch_el0, DAIF_MASKED);
}
