/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks check_pin (pin_check.S) about a PIN whose first digit is wrong. */
#include "cortex_m.h"

char secret_pin[4] __attribute__((section(".data.secret_pin"))) = { '2', '7', '1', '8' };
char entered_pin[4] = { '3', '7', '1', '8' };
volatile uint32_t pin_ticks;

int run_check(const char *entered);
_Noreturn void report_loop(void);

_Noreturn void report_loop(void)
{
    print("LOOP\n");
    power_off();
}

void main(void)
{
    /* Any value but 0 opens, as in much real code. */
    if (run_check(entered_pin)) {
        print("GRANTED\n");
    } else {
        print("DENIED\n");
    }
}
