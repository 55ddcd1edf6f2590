/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the PL011 receives, with its FIFO on, by interrupts: each character with its error flags and the interrupts that
 * were raised. It sends itself "ok" and a newline through the loopback, then waits for more.
 */
#include "gic.h"

#define UART_INTID 33
#define TICK_LIMIT 200
#define CHARACTERS 64
#define OWN "ok\n"

#define REG(offset) (*(volatile uint32_t *)(uintptr_t)(0x09000000 + (offset)))
#define UARTDR REG(0x00)
#define UARTRSR REG(0x04)           /* written: UARTECR */
#define UARTFR REG(0x18)
#define UARTLCR_H REG(0x2c)
#define UARTCR REG(0x30)
#define UARTIMSC REG(0x38)
#define UARTRIS REG(0x3c)
#define UARTICR REG(0x44)
#define FR_RXFE (1u << 4)
#define LCR_FEN (1u << 4)
#define CR_ON (1u << 9 | 1u << 8 | 1u << 0)     /* RXE, TXE, UARTEN */
#define CR_LBE (1u << 7)
#define INT_RX (1u << 4)
#define INT_ERRORS (1u << 10 | 1u << 9 | 1u << 8 | 1u << 7)     /* overrun, break, parity, framing */

struct received {
    uint32_t ris, dr, rsr;
};

/* To be raised at before_wait by those that send more. */
volatile uint32_t expected = sizeof(OWN) - 1;

static volatile struct received received[CHARACTERS];
static volatile uint32_t count, ticks;

/* The loopback is off; whatever comes now is from outside. */
HOOK void before_wait(void)
{
}

static void receive(void)
{
    while (!(UARTFR & FR_RXFE) && count < CHARACTERS) {
        received[count].ris = UARTRIS & (INT_RX | INT_ERRORS);
        received[count].dr = UARTDR;
        received[count].rsr = UARTRSR;
        UARTRSR = 0;
        UARTICR = INT_ERRORS;
        count++;
    }
    UARTICR = INT_ERRORS;
}

HOOK void handle_irq(struct frame *frame)
{
    uint32_t acknowledged = gic_acknowledge();
    uint32_t intid = GIC_INTID(acknowledged);

    (void)frame;
    if (intid >= INTIDS_SPECIAL) {
        return;
    }
    if (intid == UART_INTID) {
        receive();
    } else if (intid == TICK_INTID) {
        ticks++;
        tick_start();
    }
    gic_end(acknowledged);
}

static void send_own(void)
{
    UARTCR = CR_ON | CR_LBE;
    for (const char *s = OWN; *s; s++) {
        uart_putc(*s);
    }
    UARTCR = CR_ON;
}

void main(void)
{
    gic_init();
    gic_init_core(0);
    gic_set_edge(0, UART_INTID, 0);
    gic_enable(0, UART_INTID);
    gic_enable(0, TICK_INTID);

    UARTCR = 0;
    UARTLCR_H = LCR_FEN | 3u << 5;
    UARTIMSC = INT_RX | INT_ERRORS;
    send_own();
    before_wait();
    tick_start();
    while (count < expected && ticks < TICK_LIMIT) {
        wait_for_interrupt();
    }
    tick_stop();
    UARTIMSC = 0;

    for (unsigned i = 0; i < count; i++) {
        print("dr 0x%03x rsr 0x%x ris 0x%03x\n", (unsigned)received[i].dr, (unsigned)received[i].rsr,
              (unsigned)received[i].ris);
    }
    print("received %u of %u, ris 0x%x\n", (unsigned)count, (unsigned)expected,
          (unsigned)(UARTRIS & (INT_RX | INT_ERRORS)));
}
