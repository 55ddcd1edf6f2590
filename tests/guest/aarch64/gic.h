/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virt machine's interrupt controller, GICv2 or GICv3, and a tick that bounds a program's waits. */
#ifndef GIC_H
#define GIC_H

#include "aarch64.h"

#define INTIDS_SGI 16               /* 0 to 15: SGIs; from there to 31: PPIs */
#define INTIDS_PRIVATE 32           /* from here on: SPIs */
#define INTIDS_SPECIAL 1020         /* from here on: no interrupt */

#define VIRTUAL_TIMER_INTID 27
#define TICK_INTID 30               /* the physical timer of EL1 */

/* On core 0, before the others run: the distributor, all SPIs off, edge-triggered and routed to core 0. */
void gic_init(void);

/* On each core: its own part, all SGIs and PPIs off. */
void gic_init_core(unsigned core);

/* SGIs and PPIs: those of the core that calls, which says its number. */
void gic_enable(unsigned core, uint32_t intid);
void gic_disable(unsigned core, uint32_t intid);
void gic_set_edge(unsigned core, uint32_t intid, int edge);

/* SPIs only. */
void gic_route(uint32_t intid, unsigned core);

/* The result is for gic_end(); GIC_INTID() of it is the interrupt's number. */
uint32_t gic_acknowledge(void);
void gic_end(uint32_t acknowledged);
#define GIC_INTID(acknowledged) ((acknowledged) & 0x3ff)    /* a GICv2 also tells who sent an SGI */

/* An SGI to this core, which has to be core 0. */
void gic_send_to_self(uint32_t sgi);

int have_gicv3(void);

/* One tick a millisecond from now. */
static inline void tick_start(void)
{
    write_sysreg(cntp_tval_el0, read_sysreg(cntfrq_el0) / 1000);
    write_sysreg(cntp_ctl_el0, 1);
}

static inline void tick_stop(void)
{
    write_sysreg(cntp_ctl_el0, 0);
}

/* With interrupts masked, so that none slips in between the caller's test and the WFI; what is pending is then taken. */
static inline void wait_for_interrupt(void)
{
    __asm__ volatile("wfi\n\t"
                     "msr daifclr, #2\n\t"
                     "isb\n\t"
                     "msr daifset, #2" ::: "memory");
}

#endif
