/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits in WFI for five interrupts of the virtual timer, with a GICv3 or a GICv2. */
#include "gic.h"

#define INTERRUPTS 5
#define TIMER_TICKS 1000
#define CNTV_CTL_ENABLE 1

volatile uint32_t irq_count, spurious_count;

static void start_timer(void)
{
    write_sysreg(cntv_tval_el0, TIMER_TICKS);
    write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        spurious_count++;
        return;
    }
    if (intid == VIRTUAL_TIMER_INTID) {
        irq_count++;
        write_sysreg(cntv_ctl_el0, 0);
        if (irq_count < INTERRUPTS) {
            start_timer();
        }
    }
    gic_end(acknowledged);
}

HOOK void wait_for_irqs(void)
{
    while (irq_count < INTERRUPTS) {
        wait_for_interrupt();
    }
}

void main(void)
{
    gic_init();
    gic_init_core(0);
    gic_enable(0, VIRTUAL_TIMER_INTID);
    start_timer();
    wait_for_irqs();
    print("irq %u\n", (unsigned)irq_count);
}
