/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A network of one: 1500 packets that the core sends to itself through a ring in memory, as over a loopback device. Each is
 * announced by an interrupt (SGI 1), whose handler takes what is in the ring. A tick of 1 ms finds what no interrupt announced.
 */
#include "gic.h"

#define PACKETS 1500
#define SLOTS 8
#define SGI 1
#define TICKS_TO_BE_LATE 2      /* at the first one the interrupt may still be on its way */

struct packet {
    uint16_t number;
    uint8_t data, check;        /* check: the sum of the bytes before it */
};

volatile uint32_t received_count, bad_count, late_count;

static volatile struct packet ring[SLOTS];
static volatile uint32_t head, tail, ticks;

static uint8_t check_of(const volatile struct packet *packet)
{
    return (uint8_t)(packet->number + (packet->number >> 8) + packet->data);
}

HOOK void receive(const volatile struct packet *packet)
{
    received_count++;
    if (packet->check != check_of(packet)) {
        bad_count++;
        print("packet %u is bad: %04x %02x %02x\n", (unsigned)received_count, (unsigned)packet->number,
              (unsigned)packet->data, (unsigned)packet->check);
    }
}

static void take_all(void)
{
    while (tail != head) {
        receive(&ring[tail % SLOTS]);
        tail++;
    }
}

HOOK void send(unsigned number)
{
    volatile struct packet *packet = &ring[head % SLOTS];

    packet->number = (uint16_t)number;
    packet->data = (uint8_t)(number * 7);
    packet->check = check_of(packet);
    head++;
    gic_send_to_self(SGI);
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);

    (void)frame;
    if (intid == SGI) {
        take_all();
    } else if (intid == TICK_INTID) {
        tick_start();
        ticks++;
        if (ticks == TICKS_TO_BE_LATE && tail != head) {
            late_count++;
            take_all();
        }
    }
    if (intid < INTIDS_SPECIAL) {
        gic_end(acknowledged);
    }
}

void main(void)
{
    gic_init();
    gic_init_core(0);
    gic_enable(0, SGI);
    gic_enable(0, TICK_INTID);
    for (unsigned number = 1; number <= PACKETS; number++) {
        ticks = 0;
        tick_start();
        send(number);
        while (tail != head) {
            wait_for_interrupt();
        }
        tick_stop();
    }
    print("packets %u bad %u late %u\n", (unsigned)received_count, (unsigned)bad_count, (unsigned)late_count);
}
