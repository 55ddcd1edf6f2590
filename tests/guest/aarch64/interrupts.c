/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which interrupts came on which core: all SGIs, all PPIs and the SPIs 32 to 95 are enabled, and each core waits in WFI.
 *
 * Of itself the machine sends 27 (a shot of the virtual timer) to each core and 33 (PL011, transmit) to core 0. Both are
 * level-triggered, all others edge-triggered. 30 is the tick that ends the wait when something is lost.
 */
#include "gic.h"

#define INTIDS 96
#define FIRST_SPREAD_INTID 64       /* from here on: to core INTID modulo the number of cores, before: to core 0 */
#define UART_INTID 33
#define LEVEL_LIMIT 8

/* Core 0's ticks; on a busy host others may have had no time yet, so theirs count as well, up to a last limit. */
#define TICK_LIMIT 500
#define OTHERS_TICK_LIMIT 50
#define LAST_TICK_LIMIT 2500
#define LINGER_TICKS 5

#define PL011_IMSC (*(volatile uint32_t *)0x09000038)
#define PL011_TXIM (1u << 5)

/* To be raised at before_wait by those that send more. */
volatile uint32_t expected;

/* Set at before_configure: this SPI is level-triggered, and disabled once it has come LEVEL_LIMIT times. */
volatile uint32_t level_intid;

volatile uint32_t handled[MAX_CORES][INTIDS], spurious[MAX_CORES];
uint32_t handled_total;

static volatile uint32_t ticks[MAX_CORES];
static uint32_t cores = 1, ready, armed, stop;

/* The moment to change the configuration, before any core is initialised. */
HOOK void before_configure(void)
{
}

/* All cores are ready; each of them will wait as soon as this returns. */
HOOK void before_wait(void)
{
}

static unsigned this_core(void)
{
    return read_sysreg(mpidr_el1) & 0xff;
}

static uint32_t load(const uint32_t *variable)
{
    return __atomic_load_n(variable, __ATOMIC_ACQUIRE);
}

static int is_level(uint32_t intid)
{
    return intid == VIRTUAL_TIMER_INTID || intid == TICK_INTID || intid == UART_INTID ||
           (level_intid && intid == level_intid);
}

/* A level-triggered one must be lowered before it ends. */
static void quiet(unsigned core, uint32_t intid)
{
    if (intid == VIRTUAL_TIMER_INTID) {
        write_sysreg(cntv_ctl_el0, 0);
    } else if (intid == UART_INTID) {
        PL011_IMSC = 0;
    }
    if (is_level(intid) && handled[core][intid] >= LEVEL_LIMIT) {
        gic_disable(core, intid);
    }
}

HOOK void interrupt_handled(unsigned core, uint32_t intid)
{
    handled[core][intid]++;
    __atomic_fetch_add(&handled_total, 1, __ATOMIC_RELEASE);
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);
    unsigned core = this_core();

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        spurious[core]++;
        return;
    }
    if (intid == TICK_INTID) {
        ticks[core]++;
        tick_start();
    } else if (intid < INTIDS) {
        interrupt_handled(core, intid);
        quiet(core, intid);
    }
    gic_end(acknowledged);
}

static void init_core(unsigned core)
{
    gic_init_core(core);
    for (uint32_t intid = 0; intid < INTIDS_PRIVATE; intid++) {
        if (intid >= INTIDS_SGI) {
            gic_set_edge(core, intid, !is_level(intid));
        }
        gic_enable(core, intid);
    }
}

static void init_spis(void)
{
    for (uint32_t intid = INTIDS_PRIVATE; intid < INTIDS; intid++) {
        gic_set_edge(0, intid, !is_level(intid));
        gic_route(intid, intid < FIRST_SPREAD_INTID ? 0 : intid % cores);
        gic_enable(0, intid);
    }
}

static int all_had_time(void)
{
    for (unsigned core = 0; core < cores; core++) {
        if (ticks[core] < OTHERS_TICK_LIMIT) {
            return 0;
        }
    }
    return 1;
}

/* Core 0 has waited long enough, for what is to come or for what should not. */
static int is_over(void)
{
    static int lingering;

    if (!lingering && load(&handled_total) >= expected) {
        lingering = 1;
        if (ticks[0] < TICK_LIMIT - LINGER_TICKS) {
            ticks[0] = TICK_LIMIT - LINGER_TICKS;
        }
    }
    return ticks[0] >= TICK_LIMIT && (lingering || all_had_time() || ticks[0] >= LAST_TICK_LIMIT);
}

static void wait_on_core(unsigned core)
{
    tick_start();
    write_sysreg(cntv_tval_el0, 1000);
    write_sysreg(cntv_ctl_el0, 1);
    __atomic_fetch_add(&armed, 1, __ATOMIC_RELEASE);
    if (core == 0) {
        PL011_IMSC = PL011_TXIM;    /* has been transmitting: interrupts at once */
    }
    while (!load(&stop)) {
        wait_for_interrupt();
        if (core == 0 && is_over()) {
            break;
        }
    }
    tick_stop();
    write_sysreg(cntv_ctl_el0, 0);
}

void secondary_main(unsigned core)
{
    init_core(core);
    __atomic_fetch_add(&ready, 1, __ATOMIC_RELEASE);
    while (!load(&armed)) {
        __asm__ volatile("yield");
    }
    wait_on_core(core);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

static void print_core(unsigned core)
{
    print("core %u:", core);
    for (uint32_t intid = 0; intid < INTIDS; intid++) {
        if (handled[core][intid]) {
            print(" %ux%u", (unsigned)intid, (unsigned)handled[core][intid]);
        }
    }
    if (spurious[core]) {
        print(" spurious x%u", (unsigned)spurious[core]);
    }
    print("\n");
}

void main(void)
{
    before_configure();
    gic_init();
    init_core(0);
    while (cores < MAX_CORES && start_core(cores) == 0) {
        cores++;
    }
    while (load(&ready) != cores - 1) {
        __asm__ volatile("yield");
    }
    init_spis();
    print("gic v%u cores %u\n", have_gicv3() ? 3 : 2, (unsigned)cores);

    expected = cores + 1;
    before_wait();
    wait_on_core(0);
    __atomic_store_n(&stop, 1, __ATOMIC_RELEASE);

    for (unsigned core = 0; core < cores; core++) {
        print_core(core);
    }
    print("handled %u of %u\n", (unsigned)load(&handled_total), (unsigned)expected);
}
