/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mps2-an385: the first CMSDK UART. */
#include "cortex_m.h"

#define UART0_DATA (*(volatile uint32_t *)0x40004000)
#define UART0_STATE (*(volatile uint32_t *)0x40004004)
#define UART0_CTRL (*(volatile uint32_t *)0x40004008)
#define UART0_BAUDDIV (*(volatile uint32_t *)0x40004010)
#define UART_STATE_TX_FULL (1u << 0)
#define UART_CTRL_TX_ENABLE (1u << 0)

void uart_init(void)
{
    UART0_BAUDDIV = 16;             /* the least the model accepts */
    UART0_CTRL = UART_CTRL_TX_ENABLE;
}

void uart_putc(char c)
{
    while (UART0_STATE & UART_STATE_TX_FULL) {
    }
    UART0_DATA = (uint8_t)c;
}
