/* SPDX-License-Identifier: GPL-2.0-or-later */
/* For measurements: a long loop (loop_run.S), then once through a large area of cold code. */
#include "aarch64.h"

#define BUFFER_BYTES 0x10000

uint64_t loop_buffer[BUFFER_BYTES / 8] __attribute__((aligned(64)));

uint64_t loop_run(uint64_t *buffer, uint64_t iterations);
uint64_t cold_area(uint64_t value);

void main(void)
{
    uint64_t value = loop_run(loop_buffer, ITERATIONS);

    print("loop 0x%016lx\n", (unsigned long)cold_area(value));
}
