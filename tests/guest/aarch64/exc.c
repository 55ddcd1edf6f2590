/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Takes whatever exception comes, in a phase with interrupts unmasked, one with them masked, one in WFI, and one at EL0;
 * says what came, and goes on.
 *
 * Built with ROUTE_EL2 or ROUTE_EL3, that level takes SError, IRQ and FIQ of the lower ones; with STAY_EL2 all of it
 * happens at EL2, which hosts EL0 (HCR_EL2.TGE).
 */
#include "gic.h"

#define ROUNDS 1000
#define RECORDS 32
#define WFI_TICKS 20

#define HCR_EL2_FMO (1ul << 3)
#define HCR_EL2_IMO (1ul << 4)
#define HCR_EL2_AMO (1ul << 5)
#define HCR_EL2_TGE (1ul << 27)
#define SCR_EL3_IRQ (1ul << 1)
#define SCR_EL3_FIQ (1ul << 2)
#define SCR_EL3_EA (1ul << 3)

#define CLASS_INSN_ABORT 0x20       /* with it begin the classes that have an address, in pairs: lower EL, same EL */
#define CLASS_PC_ALIGNMENT 0x22
#define CLASS_WATCHPOINT 0x34

#define SPSR_EL(spsr) (((spsr) >> 2) & 3)

struct record {
    const char *kind;
    unsigned to;
    uint64_t elr, spsr, esr, far;
};

static struct record records[RECORDS];
static unsigned record_count;
static const char *phase;
static volatile int leaving_wfi;

/* 0: the masked phase ends the run without unmasking. */
volatile uint32_t unmask_after = 1;

void spin_unmasked(uint64_t rounds);
void spin_masked(uint64_t rounds);
void spin_el0(uint64_t rounds);
void unmask(void);
void wait_wfi(void);

static const struct {
    const void *start;
    const char *name;
} functions[] = {
    { spin_unmasked, "spin_unmasked" },
    { spin_masked, "spin_masked" },
    { unmask, "unmask" },
    { wait_wfi, "wait_wfi" },
    { spin_el0, "spin_el0" },
};

static unsigned current_el(void)
{
    return (read_sysreg(CurrentEL) >> 2) & 3;
}

static int has_address(const struct record *record)
{
    unsigned class = ESR_CLASS(record->esr) & ~1u;

    return class == CLASS_INSN_ABORT || class == CLASS_PC_ALIGNMENT || class == (CLASS_DATA_ABORT & ~1u) ||
           class == CLASS_WATCHPOINT;
}

static void print_place(uint64_t address)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(functions); i++) {
        uint64_t offset = address - (uintptr_t)functions[i].start;

        if (offset < 32) {
            print(" elr %s+0x%lx", functions[i].name, offset);
            return;
        }
    }
    print(" elr elsewhere");
}

static void print_record(const struct record *record)
{
    print("%s: %s el%u to el%u", phase, record->kind, (unsigned)SPSR_EL(record->spsr), record->to);
    if (record->kind[0] == 's') {
        print(" esr 0x%lx", record->esr);
    }
    if (record->kind[1] == 'y' && has_address(record)) {
        print(" far 0x%lx", record->far);
    }
    print_place(record->elr);
    print("\n");
}

static void end_phase(void)
{
    for (unsigned i = 0; i < record_count; i++) {
        print_record(&records[i]);
    }
    print("%s: end, %u exceptions\n", phase, record_count);
    record_count = 0;
}

/* Not printed here: a timer of the host can interrupt a line that is being printed. */
static void take(const char *kind, const struct frame *frame)
{
    if (record_count == RECORDS) {
        end_phase();
        print("too many\n");
        power_off();
    }
    records[record_count].kind = kind;
    records[record_count].to = current_el();
    records[record_count].elr = frame->elr;
    records[record_count].spsr = frame->spsr;
    records[record_count].esr = frame->esr;
    records[record_count].far = frame->far;
    record_count++;
    leaving_wfi = 1;
}

/* Injected ones come instead of an instruction, which is executed on return; SVC is the end of EL0. */
HOOK void handle_sync(struct frame *frame)
{
    if (ESR_CLASS(frame->esr) == CLASS_SVC) {
        end_phase();
        power_off();
    }
    take("sync", frame);
}

static int is_tick(void)
{
    return (read_sysreg(cntp_ctl_el0) & 5) == 5;
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = boot_el == 3 ? INTIDS_SPECIAL : gic_acknowledge();

    if (GIC_INTID(acknowledged) < INTIDS_SPECIAL) {
        gic_end(acknowledged);
    }
    if (is_tick()) {
        tick_stop();
        leaving_wfi = 1;
        return;
    }
    take("irq", frame);
}

HOOK void handle_fiq(struct frame *frame)
{
    take("fiq", frame);
}

HOOK void handle_serror(struct frame *frame)
{
    take("serror", frame);
}

static void begin_phase(const char *name)
{
    phase = name;
}

static void run_unmasked(void)
{
    begin_phase("unmasked");
    write_sysreg(daif, 0);
    spin_unmasked(ROUNDS);
    write_sysreg(daif, DAIF_MASKED);
    end_phase();
}

static void run_masked(void)
{
    begin_phase("masked");
    spin_masked(ROUNDS);
    print("masked: isr 0x%lx\n", read_sysreg(isr_el1));
    if (!unmask_after) {
        end_phase();
        power_off();
    }
    unmask();
    end_phase();
}

/* Until an exception other than a tick has come, or for a number of ticks. */
static void run_wfi(void)
{
    unsigned waits = 0;

    begin_phase("wfi");
    while (record_count == 0 && waits++ < WFI_TICKS) {
        leaving_wfi = 0;
        tick_start();
        while (!leaving_wfi) {
            wait_wfi();
        }
    }
    tick_stop();
    end_phase();
}

static void at_el0(void)
{
    spin_el0(ROUNDS);
}

/* At the level that takes the interrupts: for lower ones the CPU interface is a virtual one. */
static void init_gic(void)
{
    gic_init();
    gic_init_core(0);
    gic_enable(0, TICK_INTID);
}

static void run(void)
{
    print("start el%u, running at el%u\n", (unsigned)boot_el, current_el());
    run_unmasked();
    run_masked();
    if (boot_el != 3) {             /* there the interrupts of the GIC would have to be sorted into secure and other ones */
        run_wfi();
    }
    begin_phase("el0");
    if (current_el() == 1) {
        mmu_open_for_el0();
    }
    enter_el0(at_el0, 0);
}

void hook_el2(void)
{
#if defined(ROUTE_EL2)
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_EL2_AMO | HCR_EL2_IMO | HCR_EL2_FMO);
    init_gic();
#elif defined(STAY_EL2)
    write_sysreg(hcr_el2, read_sysreg(hcr_el2) | HCR_EL2_AMO | HCR_EL2_IMO | HCR_EL2_FMO | HCR_EL2_TGE);
    init_gic();
    run();
#endif
}

void hook_el3(void)
{
#ifdef ROUTE_EL3
    write_sysreg(scr_el3, read_sysreg(scr_el3) | SCR_EL3_EA | SCR_EL3_IRQ | SCR_EL3_FIQ);
#endif
}

void main(void)
{
#ifndef ROUTE_EL2
    init_gic();
#endif
    run();
}
