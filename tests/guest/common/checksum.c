/* SPDX-License-Identifier: GPL-2.0-or-later */
/* checksum and mchecksum: a buffer is filled, its checksum taken by hand-written code, stored and printed. */
#include "guest.h"

#define BUFFER_WORDS 256

uint32_t buffer[BUFFER_WORDS];
volatile uint32_t result;

uint32_t checksum(const uint32_t *data, uint32_t count);

HOOK void fill_buffer(void)
{
    uint32_t state = 1;

    for (unsigned i = 0; i < BUFFER_WORDS; i++) {
        buffer[i] = next_random(&state);
    }
}

void main(void)
{
    fill_buffer();
    result = checksum(buffer, BUFFER_WORDS);
    print("checksum 0x%08x\n", (unsigned)result);
}
