/* SPDX-License-Identifier: GPL-2.0-or-later */
/* GICv2 and GICv3 of the virt machine without Security Extensions: one group of interrupts, all of one priority. */
#include "gic.h"

#define REG32(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define REG64(address) (*(volatile uint64_t *)(uintptr_t)(address))

#define GICD 0x08000000u
#define GICD_CTLR REG32(GICD)
#define GICD_TYPER REG32(GICD + 0x4)
#define GICD_ITARGETSR(intid) (*(volatile uint8_t *)(uintptr_t)(GICD + 0x800 + (intid)))
#define GICD_SGIR REG32(GICD + 0xf00)
#define GICD_SGIR_TO_SELF (2u << 24)
#define GICD_IROUTER(intid) REG64(GICD + 0x6000 + 8 * (intid))
#define GICD_CTLR_ARE_NS (1u << 4)
#define GICD_CTLR_ENABLE_ALL 3u

#define GICC_CTLR REG32(0x08010000)
#define GICC_PMR REG32(0x08010004)
#define GICC_IAR REG32(0x0801000c)
#define GICC_EOIR REG32(0x08010010)

/* Each core's redistributor: one frame, then one that has for SGIs and PPIs what the distributor has for SPIs. */
#define GICR(core) (0x080a0000u + 0x20000u * (core))
#define GICR_WAKER(core) REG32(GICR(core) + 0x14)
#define GICR_SGI(core) (GICR(core) + 0x10000u)
#define GICR_WAKER_PROCESSOR_SLEEP (1u << 1)
#define GICR_WAKER_CHILDREN_ASLEEP (1u << 2)

/* The same offsets in the distributor and in a redistributor's second frame. */
#define GIC_IGROUPR 0x80
#define GIC_ISENABLER 0x100
#define GIC_ICENABLER 0x180
#define GIC_ICFGR 0xc00
#define ICFGR_EDGE 2u

#define LOWEST_PRIORITY 0xff

int have_gicv3(void)
{
    /* QEMU says in the ID register whether the core has GICv3's system registers. */
    return (read_sysreg(id_aa64pfr0_el1) >> 24) & 0xf;
}

static uint32_t bank(unsigned core, uint32_t intid)
{
    return have_gicv3() && intid < INTIDS_PRIVATE ? GICR_SGI(core) : GICD;
}

void gic_init(void)
{
    unsigned lines = 32 * ((GICD_TYPER & 0x1f) + 1);

    GICD_CTLR = have_gicv3() ? GICD_CTLR_ARE_NS | GICD_CTLR_ENABLE_ALL : 1;
    for (unsigned intid = INTIDS_PRIVATE; intid < lines; intid += 32) {
        REG32(GICD + GIC_ICENABLER + intid / 8) = ~0u;
        REG32(GICD + GIC_ICFGR + intid / 4) = 0xaaaaaaaa;
        REG32(GICD + GIC_ICFGR + intid / 4 + 4) = 0xaaaaaaaa;
        if (have_gicv3()) {
            REG32(GICD + GIC_IGROUPR + intid / 8) = ~0u;
        }
    }
    for (unsigned intid = INTIDS_PRIVATE; intid < lines && intid < INTIDS_SPECIAL; intid++) {
        gic_route(intid, 0);
    }
}

void gic_init_core(unsigned core)
{
    if (have_gicv3()) {
        GICR_WAKER(core) &= ~GICR_WAKER_PROCESSOR_SLEEP;
        while (GICR_WAKER(core) & GICR_WAKER_CHILDREN_ASLEEP) {
        }
        REG32(GICR_SGI(core) + GIC_IGROUPR) = ~0u;
        REG32(GICR_SGI(core) + GIC_ICENABLER) = ~0u;
        write_sysreg(S3_0_C4_C6_0, LOWEST_PRIORITY);    /* ICC_PMR_EL1 */
        write_sysreg(S3_0_C12_C12_7, 1);                /* ICC_IGRPEN1_EL1 */
    } else {
        REG32(GICD + GIC_ICENABLER) = ~0u;
        GICC_PMR = LOWEST_PRIORITY;
        GICC_CTLR = 1;
    }
}

void gic_enable(unsigned core, uint32_t intid)
{
    REG32(bank(core, intid) + GIC_ISENABLER + intid / 32 * 4) = 1u << intid % 32;
}

void gic_disable(unsigned core, uint32_t intid)
{
    REG32(bank(core, intid) + GIC_ICENABLER + intid / 32 * 4) = 1u << intid % 32;
}

void gic_set_edge(unsigned core, uint32_t intid, int edge)
{
    volatile uint32_t *config = &REG32(bank(core, intid) + GIC_ICFGR + intid / 16 * 4);
    uint32_t bit = ICFGR_EDGE << intid % 16 * 2;

    *config = edge ? *config | bit : *config & ~bit;
}

void gic_route(uint32_t intid, unsigned core)
{
    if (have_gicv3()) {
        GICD_IROUTER(intid) = core;
    } else {
        GICD_ITARGETSR(intid) = (uint8_t)(1u << core);
    }
}

uint32_t gic_acknowledge(void)
{
    return have_gicv3() ? (uint32_t)read_sysreg(S3_0_C12_C12_0) : GICC_IAR;     /* ICC_IAR1_EL1 */
}

void gic_end(uint32_t acknowledged)
{
    if (have_gicv3()) {
        write_sysreg(S3_0_C12_C12_1, acknowledged);                             /* ICC_EOIR1_EL1 */
    } else {
        GICC_EOIR = acknowledged;
    }
}

void gic_send_to_self(uint32_t sgi)
{
    /* What it announces is stored by then */
    __asm__ volatile("dsb sy" ::: "memory");
    if (have_gicv3()) {
        write_sysreg(S3_0_C12_C11_5, (uint64_t)sgi << 24 | 1);                  /* ICC_SGI1R_EL1: core 0 of cluster 0 */
        __asm__ volatile("isb");
    } else {
        GICD_SGIR = GICD_SGIR_TO_SELF | sgi;
    }
}
