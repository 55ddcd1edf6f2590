/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A virtio-blk driver over virtio-mmio version 2 with a queue of one request at a time: reads the first sector four times,
 * and says each request's status and the first word read. A request that does not complete is pending: then, and at the
 * end, the device is reset and read once more.
 */
#include "gic.h"

#define READS 4
#define TICK_LIMIT 1000

#define TRANSPORTS 32
#define TRANSPORT_SIZE 0x200
#define FIRST_INTID 48              /* of the first transport */
#define VIRTIO_MAGIC 0x74726976
#define VIRTIO_ID_BLOCK 2

#define REG(offset) (*(volatile uint32_t *)(transport + (offset)))
#define MAGIC REG(0x000)
#define VERSION REG(0x004)
#define DEVICE_ID REG(0x008)
#define DRIVER_FEATURES REG(0x020)
#define DRIVER_FEATURES_SEL REG(0x024)
#define QUEUE_SEL REG(0x030)
#define QUEUE_NUM REG(0x038)
#define QUEUE_READY REG(0x044)
#define QUEUE_NOTIFY REG(0x050)
#define INTERRUPT_STATUS REG(0x060)
#define INTERRUPT_ACK REG(0x064)
#define STATUS REG(0x070)
#define QUEUE_DESC REG(0x080)       /* each of the three is followed by its high half */
#define QUEUE_DRIVER REG(0x090)
#define QUEUE_DEVICE REG(0x0a0)

#define STATUS_ACKNOWLEDGE 1u
#define STATUS_DRIVER 2u
#define STATUS_DRIVER_OK 4u
#define STATUS_FEATURES_OK 8u
#define STATUS_NEEDS_RESET 64u
#define FEATURES_HIGH_VERSION_1 1u

#define QUEUE_SIZE 4
#define DESC_NEXT 1
#define DESC_WRITE 2
#define SECTOR_SIZE 512
#define NO_STATUS 0xff
#define NO_DATA 0xffffffff

struct descriptor {
    uint64_t address;
    uint32_t length;
    uint16_t flags, next;
};

static volatile struct descriptor descriptors[QUEUE_SIZE] __attribute__((aligned(16)));

static volatile struct {
    uint16_t flags, index, ring[QUEUE_SIZE], used_event;
} available __attribute__((aligned(2)));

static volatile struct {
    uint16_t flags, index;
    struct {
        uint32_t id, length;
    } ring[QUEUE_SIZE];
    uint16_t avail_event;
} used __attribute__((aligned(4)));

static volatile struct {
    uint32_t type, reserved;
    uint64_t sector;
} request_header;

volatile uint32_t sector_data[SECTOR_SIZE / 4];
volatile uint8_t request_status;

static uintptr_t transport;
static volatile uint32_t ticks;

/* The moment to inject into the request that follows. */
HOOK void before_read(unsigned number)
{
    (void)number;
}

HOOK void before_reset(void)
{
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        return;
    }
    if (intid == TICK_INTID) {
        ticks++;
        tick_start();
    } else {
        INTERRUPT_ACK = INTERRUPT_STATUS;
    }
    gic_end(acknowledged);
}

static int find_device(void)
{
    for (unsigned i = 0; i < TRANSPORTS; i++) {
        transport = 0x0a000000 + i * TRANSPORT_SIZE;
        if (MAGIC == VIRTIO_MAGIC && DEVICE_ID == VIRTIO_ID_BLOCK) {
            gic_set_edge(0, FIRST_INTID + i, 1);
            gic_enable(0, FIRST_INTID + i);
            return 1;
        }
    }
    return 0;
}

static void reset_device(void)
{
    STATUS = 0;
    while (STATUS) {
    }
    available.index = 0;
    used.index = 0;
    STATUS = STATUS_ACKNOWLEDGE | STATUS_DRIVER;
    DRIVER_FEATURES_SEL = 0;
    DRIVER_FEATURES = 0;
    DRIVER_FEATURES_SEL = 1;
    DRIVER_FEATURES = FEATURES_HIGH_VERSION_1;
    STATUS |= STATUS_FEATURES_OK;
    QUEUE_SEL = 0;
    QUEUE_NUM = QUEUE_SIZE;
    QUEUE_DESC = (uint32_t)(uintptr_t)descriptors;
    QUEUE_DRIVER = (uint32_t)(uintptr_t)&available;
    QUEUE_DEVICE = (uint32_t)(uintptr_t)&used;
    QUEUE_READY = 1;
    STATUS |= STATUS_DRIVER_OK;
}

static void set_descriptor(unsigned number, const volatile void *address, uint32_t length, uint16_t flags)
{
    descriptors[number].address = (uintptr_t)address;
    descriptors[number].length = length;
    descriptors[number].flags = flags;
    descriptors[number].next = (uint16_t)(number + 1);
}

/* 1 if it completed. */
static int read_sector(unsigned number)
{
    uint16_t used_before = used.index;

    set_descriptor(0, &request_header, sizeof(request_header), DESC_NEXT);
    set_descriptor(1, sector_data, SECTOR_SIZE, DESC_NEXT | DESC_WRITE);
    set_descriptor(2, &request_status, 1, DESC_WRITE);
    sector_data[0] = NO_DATA;
    request_status = NO_STATUS;
    available.ring[available.index % QUEUE_SIZE] = 0;
    __asm__ volatile("dsb sy" ::: "memory");
    available.index++;
    __asm__ volatile("dsb sy" ::: "memory");
    before_read(number);
    ticks = 0;
    QUEUE_NOTIFY = 0;
    while (used.index == used_before && ticks < TICK_LIMIT) {
        wait_for_interrupt();
    }
    if (used.index == used_before) {
        print("read %u: pending\n", number);
        return 0;
    }
    print("read %u: status %u data 0x%08x\n", number, (unsigned)request_status, (unsigned)sector_data[0]);
    return 1;
}

void main(void)
{
    unsigned number = 0;

    gic_init();
    gic_init_core(0);
    gic_enable(0, TICK_INTID);
    if (!find_device()) {
        print("no virtio-blk device\n");
        return;
    }
    print("virtio-blk version %u\n", (unsigned)VERSION);
    reset_device();
    tick_start();
    while (number < READS && read_sector(number)) {
        number++;
    }
    before_reset();
    print("reset%s\n", STATUS & STATUS_NEEDS_RESET ? ", the device needs it" : "");
    reset_device();
    read_sector(READS);
    tick_stop();
}
