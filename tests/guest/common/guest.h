/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What every guest program may use, whatever its architecture. */
#ifndef GUEST_H
#define GUEST_H

#include <stdint.h>

/*
 * For functions and data that tests hook by name: kept as written, never inlined, cloned or specialised, so that the
 * symbol stands for every call.
 */
#define HOOK __attribute__((noipa, used))

#define ARRAY_LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* From common/print.c: %s, %u and %x, the numbers as 'l' (long) and with a zero-padded width ("%08x", "%016lx"). */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Each platform has these two. */
void uart_putc(char c);
_Noreturn void power_off(void);

/* Each program has this one; power_off() follows when it returns. */
void main(void);

/* The same pseudo-random sequence everywhere, so that observables can be recomputed on paper (or in a test). */
static inline uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state;
}

#endif
