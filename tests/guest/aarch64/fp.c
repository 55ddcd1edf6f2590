/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Dot product of two vectors of 64 doubles: a[i] = i + 1, b[i] = (i + 1) / 8; the result is 11180 exactly. */
#include "aarch64.h"

#define LENGTH 64

/* Bits of doubles: this file is compiled without floating point, all of it is in fp_dot.S. */
uint64_t vector_a[LENGTH] __attribute__((aligned(16)));
uint64_t vector_b[LENGTH] __attribute__((aligned(16)));
volatile uint64_t dot_result;

uint64_t fp_from_int(uint64_t value);
uint64_t fp_from_eighths(uint64_t value);
uint64_t fp_dot(const uint64_t *a, const uint64_t *b, uint64_t length);

void main(void)
{
    for (unsigned i = 0; i < LENGTH; i++) {
        vector_a[i] = fp_from_int(i + 1);
        vector_b[i] = fp_from_eighths(i + 1);
    }
    dot_result = fp_dot(vector_a, vector_b, LENGTH);
    print("dot 0x%016lx\n", dot_result);
}
