/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All cores (up to MAX_CORES) work at the same time; a fault on one core changes that core's line alone. */
#include "aarch64.h"

#define STEPS 1000

volatile uint32_t core_sum[MAX_CORES];
uint32_t total;

static uint32_t ready, go, finished;

/* One core's work: one step of the sequence and one atomic add to the common total at a time. */
HOOK void work(unsigned cpu)
{
    uint32_t state = cpu + 1;
    uint32_t sum = 0;

    for (unsigned i = 0; i < STEPS; i++) {
        sum += next_random(&state);
        __atomic_fetch_add(&total, 1, __ATOMIC_RELAXED);
    }
    core_sum[cpu] = sum;
}

static void wait_until(const uint32_t *variable, uint32_t value)
{
    while (__atomic_load_n(variable, __ATOMIC_ACQUIRE) != value) {
        __asm__ volatile("yield");
    }
}

static void signal(uint32_t *variable)
{
    __atomic_fetch_add(variable, 1, __ATOMIC_RELEASE);
}

void secondary_main(unsigned core)
{
    signal(&ready);
    wait_until(&go, 1);
    work(core);
    signal(&finished);
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void main(void)
{
    unsigned cores = 1;

    while (cores < MAX_CORES && start_core(cores) == 0) {
        cores++;
    }
    wait_until(&ready, cores - 1);
    signal(&go);
    work(0);
    wait_until(&finished, cores - 1);

    print("smp cores %u total %u\n", cores, (unsigned)__atomic_load_n(&total, __ATOMIC_ACQUIRE));
    for (unsigned i = 0; i < cores; i++) {
        print("core %u sum 0x%08x\n", i, (unsigned)core_sum[i]);
    }
}
