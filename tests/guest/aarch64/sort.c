/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Insertion sort; a wrong answer of compare() or a flipped bit in values shows in one of the three numbers. */
#include "aarch64.h"

#define VALUES 64

uint32_t values[VALUES];
volatile uint32_t swaps;

/* Is a to stand behind b? */
HOOK int compare(uint32_t a, uint32_t b)
{
    return a > b;
}

HOOK void swap(uint32_t *a, uint32_t *b)
{
    uint32_t old = *a;

    *a = *b;
    *b = old;
    swaps++;
}

HOOK void fill_values(void)
{
    uint32_t state = 2;

    for (unsigned i = 0; i < VALUES; i++) {
        values[i] = next_random(&state);
    }
}

HOOK void sort(void)
{
    for (unsigned i = 1; i < VALUES; i++) {
        for (unsigned k = i; k > 0 && compare(values[k - 1], values[k]); k--) {
            swap(&values[k - 1], &values[k]);
        }
    }
}

HOOK int is_sorted(void)
{
    for (unsigned i = 1; i < VALUES; i++) {
        if (values[i - 1] > values[i]) {
            return 0;
        }
    }
    return 1;
}

void main(void)
{
    uint32_t sum = 0;

    fill_values();
    sort();
    for (unsigned i = 0; i < VALUES; i++) {
        sum += values[i];
    }
    print("sorted %s, sum 0x%08x, swaps %u\n", is_sorted() ? "yes" : "no", (unsigned)sum, (unsigned)swaps);
}
