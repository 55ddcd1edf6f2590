/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Accesses to system registers of each sort: what a read gave, what a write did, and that the instruction left its source
 * register alone.
 */
#include "gic.h"

#define CONTEXT_IDS 8
#define COUNTER_SPIN 10000
#define DAIF_MASKED 0x3c0
#define SYSREG_CLASS_TRAP 0x18
#define SPSR_EL(spsr) (((spsr) >> 2) & 3)

#define CNTV_CTL_ENABLE 1
#define ISR_EL1_I (1 << 7)

uint64_t read_id(void);
uint64_t read_counter(void);
uint64_t write_tpidr(uint64_t value);               /* these return what x0 holds behind the MSR */
uint64_t write_contextidr(uint64_t value);
uint64_t write_daif(uint64_t value);
uint64_t write_vbar(const void *vectors);
uint64_t read_tpidr(void);
uint64_t read_contextidr(void);
uint64_t read_daif(void);
uint64_t write_nzcv(uint64_t value, uint64_t *kept);
void mask_debug(void);
void unmask_debug(void);
uint64_t clear_tpidrro(void);
void el0_accesses(void);

extern const char second_vectors[];

volatile uint64_t vbar_saw;                         /* x0 in the SVC behind the change of VBAR_EL1, in its new vectors */
volatile uint64_t trap_saw;                         /* the source register of the MSR that trapped */
volatile uint32_t irq_count;
volatile uint64_t irq_saw;                          /* x0 in the interrupt behind the write of DAIF */

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();

    irq_count++;
    irq_saw = frame->x[0];
    write_sysreg(cntv_ctl_el0, 0);
    gic_end(acknowledged);
}

/* EL0's: x0 is TPIDR_EL0 as read back, x1 the source register of that write. */
static void report_el0(const struct frame *frame)
{
    print("el0 tpidr 0x%lx kept 0x%lx trap saw 0x%lx kept 0x%lx\n", (unsigned long)frame->x[0],
          (unsigned long)frame->x[1], (unsigned long)trap_saw, (unsigned long)frame->x[3]);
    power_off();
}

HOOK void handle_sync(struct frame *frame)
{
    uint64_t class = ESR_CLASS(frame->esr);

    if (class == CLASS_SVC && SPSR_EL(frame->spsr) == 0) {
        report_el0(frame);
    } else if ((class == CLASS_UNKNOWN || class == SYSREG_CLASS_TRAP) && SPSR_EL(frame->spsr) == 0) {
        trap_saw = frame->x[3];
        frame->elr += 4;
    } else if (class != CLASS_SVC) {
        print("unexpected esr 0x%lx elr 0x%lx\n", frame->esr, frame->elr);
        power_off();
    }
}

static const char *counter(void)
{
    uint64_t before = read_counter();

    for (volatile unsigned i = 0; i < COUNTER_SPIN; i++) {
    }
    uint64_t behind = read_counter();
    return behind > before ? "runs" : behind == before ? "stands still" : "runs backwards";
}

static void contextidr(void)
{
    uint64_t sum = 0, kept = 0;

    for (uint64_t i = 1; i <= CONTEXT_IDS; i++) {
        kept += write_contextidr(i);
        sum += read_contextidr();
    }
    print("contextidr sum %lu kept %lu\n", (unsigned long)sum, (unsigned long)kept);
}

static void daif(void)
{
    unmask_debug();
    unsigned long unmasked = read_daif();
    mask_debug();
    print("daif 0x%lx 0x%lx\n", unmasked, (unsigned long)read_daif());
}

/* The timer's interrupt is pending while DAIF is written with interrupts masked, as they are. */
static void irq(void)
{
    gic_init();
    gic_init_core(0);
    gic_enable(0, VIRTUAL_TIMER_INTID);
    write_sysreg(cntv_tval_el0, 1);
    write_sysreg(cntv_ctl_el0, CNTV_CTL_ENABLE);
    while (!(read_sysreg(isr_el1) & ISR_EL1_I)) {
    }
    unsigned long kept = write_daif(DAIF_MASKED);
    write_sysreg(daif, DAIF_MASKED);
    write_sysreg(cntv_ctl_el0, 0);
    print("irq %u saw 0x%lx kept 0x%lx\n", (unsigned)irq_count, (unsigned long)irq_saw, kept);
}

static void vbar(void)
{
    uint64_t kept = write_vbar(second_vectors);

    print("vbar %s %s\n", !vbar_saw ? "first" : vbar_saw == (uintptr_t)second_vectors ? "second" : "second, x0 lost",
          kept == (uintptr_t)second_vectors ? "kept" : "lost");
}

void main(void)
{
    uint64_t kept;

    print("id 0x%lx\n", (unsigned long)read_id());
    print("counter %s\n", counter());
    kept = write_tpidr(0x1234);
    print("tpidr 0x%lx kept 0x%lx\n", (unsigned long)read_tpidr(), (unsigned long)kept);
    print("nzcv 0x%lx", (unsigned long)write_nzcv(0x60000000, &kept));
    print(" kept 0x%lx\n", (unsigned long)kept);
    contextidr();
    daif();
    print("tpidrro 0x%lx\n", (unsigned long)clear_tpidrro());
    vbar();
    irq();
    mmu_open_for_el0();
    enter_el0(el0_accesses, DAIF_MASKED);
}
