/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Waits in WFI for five interrupts of the virtual timer, with a GICv3 or a GICv2. */
#include "aarch64.h"

#define INTERRUPTS 5
#define TIMER_INTID 27
#define TIMER_TICKS 1000
#define CNTV_CTL_ENABLE 1
#define INTIDS_SPECIAL 1020         /* from here on: no interrupt */

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))

#define GICD_CTLR REG32(0x08000000)
#define GICD_ISENABLER0 REG32(0x08000100)
#define GICD_CTLR_ARE_NS (1u << 4)
#define GICD_CTLR_ENABLE_ALL 3u

#define GICC_CTLR REG32(0x08010000)
#define GICC_PMR REG32(0x08010004)
#define GICC_IAR REG32(0x0801000c)
#define GICC_EOIR REG32(0x08010010)

#define GICR_WAKER REG32(0x080a0014)
#define GICR_IGROUPR0 REG32(0x080b0080)
#define GICR_ISENABLER0 REG32(0x080b0100)
#define GICR_WAKER_PROCESSOR_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)

#define LOWEST_PRIORITY 0xff

volatile uint32_t irq_count, spurious_count;

/* QEMU says in the ID register whether the core has GICv3's system registers. */
static int have_gicv3(void)
{
    return (read_sysreg(id_aa64pfr0_el1) >> 24) & 0xf;
}

static void gic_init(void)
{
    if (have_gicv3()) {
        GICD_CTLR = GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_ALL;
        GICR_WAKER &= ~GICR_WAKER_PROCESSOR_SLEEP;
        while (GICR_WAKER & GICR_WAKER_CHILDREN_ASLEEP) {
        }
        GICR_IGROUPR0 = ~0u;
        GICR_ISENABLER0 = 1u << TIMER_INTID;
        write_sysreg(S3_0_C4_C6_0, LOWEST_PRIORITY);    /* ICC_PMR_EL1 */
        write_sysreg(S3_0_C12_C12_7, 1);                /* ICC_IGRPEN1_EL1 */
    } else {
        GICD_CTLR = 1;
        GICD_ISENABLER0 = 1u << TIMER_INTID;
        GICC_PMR = LOWEST_PRIORITY;
        GICC_CTLR = 1;
    }
}

static uint32_t gic_acknowledge(void)
{
    return have_gicv3() ? (uint32_t)read_sysreg(S3_0_C12_C12_0) : GICC_IAR;     /* ICC_IAR1_EL1 */
}

static void gic_end(uint32_t intid)
{
    if (have_gicv3()) {
        write_sysreg(S3_0_C12_C12_1, intid);                                    /* ICC_EOIR1_EL1 */
    } else {
        GICC_EOIR = intid;
    }
}

static void start_timer(void)
{
    write_sysreg(cntv_tval_el0, TIMER_TICKS);
    write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t intid = gic_acknowledge();

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        spurious_count++;
        return;
    }
    if (intid == TIMER_INTID) {
        irq_count++;
        write_sysreg(cntv_ctl_el0, 0);
        if (irq_count < INTERRUPTS) {
            start_timer();
        }
    }
    gic_end(intid);
}

/* Masked while it waits, so that no interrupt slips in between the test and the WFI. */
HOOK void wait_for_irqs(void)
{
    while (irq_count < INTERRUPTS) {
        __asm__ volatile("wfi\n\t"
                         "msr daifclr, #2\n\t"
                         "isb\n\t"
                         "msr daifset, #2" ::: "memory");
    }
}

void main(void)
{
    gic_init();
    start_timer();
    wait_for_irqs();
    print("irq %u\n", (unsigned)irq_count);
}
