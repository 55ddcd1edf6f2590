/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The virt machine's first UART, for AArch64 and AArch32. */
#include "guest.h"

#define PL011_DR (*(volatile uint32_t *)0x09000000)
#define PL011_FR (*(volatile uint32_t *)0x09000018)
#define PL011_FR_TXFF (1u << 5)

void uart_putc(char c)
{
    while (PL011_FR & PL011_FR_TXFF) {
    }
    PL011_DR = (uint8_t)c;
}
