/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A duplicated computation: a fault in one copy is DETECTED, one in what both start from (seed_value) is a silent
 * corruption, seen in the value.
 */
#include "aarch64.h"

#define WORDS 64

volatile uint32_t seed_value = 0x12345678;
uint32_t data_a[WORDS], data_b[WORDS];
volatile uint32_t result_a, result_b;

/* Two functions and not one called twice: the copies share no instruction. */
#define DEFINE_COMPUTE(name, data)                  \
    HOOK uint32_t name(uint32_t seed)               \
    {                                               \
        uint32_t hash = 0;                          \
        for (unsigned i = 0; i < WORDS; i++) {      \
            data[i] = next_random(&seed);           \
        }                                           \
        for (unsigned i = 0; i < WORDS; i++) {      \
            hash = hash * 31 + data[i];             \
        }                                           \
        return hash;                                \
    }

DEFINE_COMPUTE(compute_a, data_a)
DEFINE_COMPUTE(compute_b, data_b)

/* The moment to corrupt what both copies will read. */
HOOK void before_compute(void)
{
}

void main(void)
{
    before_compute();
    result_a = compute_a(seed_value);
    result_b = compute_b(seed_value);
    if (result_a == result_b) {
        print("ok 0x%08x\n", (unsigned)result_a);
    } else {
        print("DETECTED\n");
    }
}
