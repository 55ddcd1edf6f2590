/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A driver for the SMMUv3 of -M virt,iommu=smmuv3 that has only the two queues: submits commands batch by batch, and does
 * with errors what Linux does: a command queue error is acknowledged when the command at fault is replaced by a CMD_SYNC
 * (and retried as it is after an abort); events are taken out, an overflow is acknowledged.
 */
#include "gic.h"

#define BATCHES 4
#define TICK_LIMIT 20
#define EVENT_TICKS 20
#define RECORDS 16
#define EVENTS 64

#define EVENT_INTID 106
#define SYNC_INTID 108
#define GERROR_INTID 109

#define REG32(offset) (*(volatile uint32_t *)(uintptr_t)(0x09050000 + (offset)))
#define REG64(offset) (*(volatile uint64_t *)(uintptr_t)(0x09050000 + (offset)))
#define SMMU_CR0 REG32(0x20)
#define SMMU_CR0ACK REG32(0x24)
#define SMMU_IRQ_CTRL REG32(0x50)
#define SMMU_IRQ_CTRLACK REG32(0x54)
#define SMMU_GERROR REG32(0x60)
#define SMMU_GERRORN REG32(0x64)
#define SMMU_CMDQ_BASE REG64(0x90)
#define SMMU_CMDQ_PROD REG32(0x98)
#define SMMU_CMDQ_CONS REG32(0x9c)
#define SMMU_EVENTQ_BASE REG64(0xa0)
#define SMMU_EVENTQ_PROD REG32(0x100a8)
#define SMMU_EVENTQ_CONS REG32(0x100ac)

#define CR0_EVENTQEN (1u << 2)
#define CR0_CMDQEN (1u << 3)
#define IRQ_CTRL_GERROR (1u << 0)
#define IRQ_CTRL_EVENTQ (1u << 2)
#define GERROR_CMDQ_ERR (1u << 0)
#define CONS_ERR(cons) (((cons) >> 24) & 0x7f)
#define CERROR_ABT 2
#define OVERFLOW_FLAG (1u << 31)

#define CMD_CFGI_ALL 0x04
#define CMD_CFGI_ALL_RANGE 31       /* in the second word */
#define CMD_SYNC 0x46

/* Index and wrap bit of a queue of this many entries. */
#define LOG2_ENTRIES 4
#define ENTRIES (1u << LOG2_ENTRIES)
#define POSITION_MASK (2 * ENTRIES - 1)
#define SLOT(position) ((position) % ENTRIES)

volatile uint64_t command_queue[ENTRIES][2] __attribute__((aligned(256)));
volatile uint64_t event_queue[ENTRIES][4] __attribute__((aligned(512)));

/* Set at before_events: so many are waited for. */
volatile uint32_t events_expected, overflows_expected;

static struct {
    uint32_t gerror, gerrorn, cons;
    uint64_t command;
} errors[RECORDS];

static uint64_t events[EVENTS][4];
static volatile uint32_t error_count, event_count, overflow_count, interrupts[3], ticks;

/* The moments to inject: before a batch is put into the queue, and with both queues empty. */
HOOK void before_batch(unsigned batch)
{
    (void)batch;
}

HOOK void before_events(void)
{
}

static void put_command(uint32_t position, uint64_t low, uint64_t high)
{
    command_queue[SLOT(position)][0] = low;
    command_queue[SLOT(position)][1] = high;
}

HOOK void handle_gerror(void)
{
    uint32_t gerror = SMMU_GERROR, gerrorn = SMMU_GERRORN, cons = SMMU_CMDQ_CONS;

    if (gerror == gerrorn || error_count == RECORDS) {
        return;
    }
    errors[error_count].gerror = gerror;
    errors[error_count].gerrorn = gerrorn;
    errors[error_count].cons = cons;
    errors[error_count].command = command_queue[SLOT(cons)][0];
    error_count++;
    if ((gerror ^ gerrorn) & GERROR_CMDQ_ERR && CONS_ERR(cons) != CERROR_ABT) {
        put_command(cons, CMD_SYNC, 0);
    }
    __asm__ volatile("dsb sy" ::: "memory");
    SMMU_GERRORN = gerror;
}

HOOK void handle_events(void)
{
    uint32_t prod = SMMU_EVENTQ_PROD, cons = SMMU_EVENTQ_CONS;

    while ((prod ^ cons) & POSITION_MASK) {
        if (event_count < EVENTS) {
            for (unsigned i = 0; i < 4; i++) {
                events[event_count][i] = event_queue[SLOT(cons)][i];
            }
            event_count++;
        }
        cons = (cons & OVERFLOW_FLAG) | ((cons + 1) & POSITION_MASK);
        SMMU_EVENTQ_CONS = cons;
        prod = SMMU_EVENTQ_PROD;
    }
    if ((prod ^ cons) & OVERFLOW_FLAG) {
        overflow_count++;
        SMMU_EVENTQ_CONS = cons ^ OVERFLOW_FLAG;
    }
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);

    (void)frame;
    switch (intid) {
    case TICK_INTID:
        ticks++;
        tick_start();
        break;
    case EVENT_INTID:
        interrupts[0]++;
        handle_events();
        break;
    case SYNC_INTID:
        interrupts[1]++;
        break;
    case GERROR_INTID:
        interrupts[2]++;
        handle_gerror();
        break;
    default:
        return;
    }
    gic_end(acknowledged);
}

static void init(void)
{
    static const uint32_t intids[] = { TICK_INTID, EVENT_INTID, SYNC_INTID, GERROR_INTID };

    gic_init();
    gic_init_core(0);
    for (unsigned i = 0; i < ARRAY_LENGTH(intids); i++) {
        gic_enable(0, intids[i]);
    }
    SMMU_CMDQ_BASE = (uintptr_t)command_queue | LOG2_ENTRIES;
    SMMU_CMDQ_PROD = 0;
    SMMU_CMDQ_CONS = 0;
    SMMU_EVENTQ_BASE = (uintptr_t)event_queue | LOG2_ENTRIES;
    SMMU_EVENTQ_PROD = 0;
    SMMU_EVENTQ_CONS = 0;
    SMMU_IRQ_CTRL = IRQ_CTRL_GERROR | IRQ_CTRL_EVENTQ;
    SMMU_CR0 = CR0_EVENTQEN | CR0_CMDQEN;
}

static uint32_t consumed(void)
{
    return SMMU_CMDQ_CONS & POSITION_MASK;
}

static void run_batch(unsigned batch)
{
    uint32_t prod = SMMU_CMDQ_PROD & POSITION_MASK;
    uint32_t first_error = error_count;

    before_batch(batch);
    put_command(prod, CMD_CFGI_ALL, CMD_CFGI_ALL_RANGE);
    put_command(prod + 1, CMD_SYNC, 0);
    __asm__ volatile("dsb sy" ::: "memory");
    prod = (prod + 2) & POSITION_MASK;
    SMMU_CMDQ_PROD = prod;
    ticks = 0;
    while (consumed() != prod && ticks < TICK_LIMIT) {
        wait_for_interrupt();
    }
    for (unsigned i = first_error; i < error_count; i++) {
        print("gerror 0x%x gerrorn 0x%x cons.err %u at %u command 0x%lx\n", (unsigned)errors[i].gerror,
              (unsigned)errors[i].gerrorn, (unsigned)CONS_ERR(errors[i].cons), (unsigned)SLOT(errors[i].cons),
              errors[i].command);
    }
    print("batch %u: prod %u cons %u err %u%s\n", batch, (unsigned)prod, (unsigned)consumed(),
          (unsigned)CONS_ERR(SMMU_CMDQ_CONS), consumed() == prod ? "" : " stuck");
}

static void wait_for_events(void)
{
    ticks = 0;
    before_events();
    while ((event_count < events_expected || overflow_count < overflows_expected) && ticks < EVENT_TICKS) {
        wait_for_interrupt();
    }
    for (unsigned i = 0; i < event_count; i++) {
        print("event 0x%lx 0x%lx 0x%lx 0x%lx\n", events[i][0], events[i][1], events[i][2], events[i][3]);
    }
    print("events %u overflows %u\n", (unsigned)event_count, (unsigned)overflow_count);
}

void main(void)
{
    init();
    print("smmu cr0ack 0x%x irq_ctrlack 0x%x\n", (unsigned)SMMU_CR0ACK, (unsigned)SMMU_IRQ_CTRLACK);
    tick_start();
    for (unsigned batch = 0; batch < BATCHES; batch++) {
        run_batch(batch);
    }
    wait_for_events();
    tick_stop();
    print("interrupts event %u sync %u gerror %u, gerror 0x%x gerrorn 0x%x\n", (unsigned)interrupts[0],
          (unsigned)interrupts[1], (unsigned)interrupts[2], (unsigned)SMMU_GERROR, (unsigned)SMMU_GERRORN);
}
