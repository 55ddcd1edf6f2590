/* SPDX-License-Identifier: GPL-2.0-or-later */
/* stm32vldiscovery: QEMU connects its first -serial to USART1. It models no clock tree, so none is set up. */
#include "cortex_m.h"

#define USART1_SR (*(volatile uint32_t *)0x40013800)
#define USART1_DR (*(volatile uint32_t *)0x40013804)
#define USART1_CR1 (*(volatile uint32_t *)0x4001380c)
#define USART_SR_TXE (1u << 7)
#define USART_CR1_TE (1u << 3)
#define USART_CR1_UE (1u << 13)

void uart_init(void)
{
    USART1_CR1 = USART_CR1_UE | USART_CR1_TE;
}

void uart_putc(char c)
{
    while (!(USART1_SR & USART_SR_TXE)) {
    }
    USART1_DR = (uint8_t)c;
}
