/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks both checks of pin64_check.S again and again about a PIN whose first digit is wrong. */
#include "aarch64.h"
#include "pin64.h"

typedef uint32_t check_function(const char *entered, const char *secret);

/* Zeros behind the digits, for what reads on. */
char secret_pin[8] = "2718";
char entered_pin[8] = "3718";
volatile uint32_t rounds = 64;

check_function check_naive, check_hardened;
uint32_t ask(check_function *check, const char *entered, const char *secret);

void main(void)
{
    uint32_t naive_granted = 0, granted = 0, alarms = 0;

    for (uint32_t i = 0; i < rounds; i++) {
        /* Any value but 0 opens, as in much real code. */
        naive_granted += ask(check_naive, entered_pin, secret_pin) != 0;
    }
    print("naive: %u asked, %u granted\n", (unsigned)rounds, (unsigned)naive_granted);
    for (uint32_t i = 0; i < rounds; i++) {
        uint32_t answer = ask(check_hardened, entered_pin, secret_pin);

        granted += answer == PIN_GRANTED;
        alarms += answer != PIN_GRANTED && answer != PIN_DENIED;
    }
    print("hardened: %u asked, %u granted, %u alarms\n", (unsigned)rounds, (unsigned)granted, (unsigned)alarms);
}
