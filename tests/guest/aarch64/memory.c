/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stores and loads of every size on `cell`, one function for each (cell_access.S), then stores and loads of the same
 * memory through a second virtual address.
 */
#include "aarch64.h"

#define CELL_SIZE 64

uint8_t cell[CELL_SIZE] __attribute__((aligned(64)));
volatile uint64_t load_sum;

void store8(void *p, uint64_t value);
void store16(void *p, uint64_t value);
void store32(void *p, uint64_t value);
void store64(void *p, uint64_t value);
void store_pair(void *p, uint64_t low, uint64_t high);
void store_q(void *p, uint64_t low, uint64_t high);
uint64_t load8(const void *p);
uint64_t load16(const void *p);
uint64_t load32(const void *p);
uint64_t load64(const void *p);
uint64_t load_pair(const void *p);
uint64_t load_q(const void *p);

static unsigned stores, loads;

static void add_load(uint64_t value)
{
    load_sum += value;
    loads++;
}

static void store_all(void)
{
    store8(cell + 0, 0x11);
    store16(cell + 2, 0x2222);
    store32(cell + 4, 0x33333333);
    store64(cell + 8, 0x4444444444444444);
    store_pair(cell + 16, 0x5555555555555555, 0x6666666666666666);
    store_q(cell + 32, 0x7777777777777777, 0x8888888888888888);
    stores += 6;
}

static void load_all(const uint8_t *p)
{
    add_load(load8(p + 0));
    add_load(load16(p + 2));
    add_load(load32(p + 4));
    add_load(load64(p + 8));
    add_load(load_pair(p + 16));
    add_load(load_q(p + 32));
}

HOOK void use_direct(void)
{
    store_all();
    load_all(cell);
}

/* To the compiler any address, not one far out of cell's bounds. */
static void *alias_of(void *p)
{
    uintptr_t address = (uintptr_t)p + ALIAS_OFFSET;

    __asm__("" : "+r"(address));
    return (void *)address;
}

HOOK void use_alias(void)
{
    uint8_t *alias = alias_of(cell);

    store64(alias + 48, 0x9999999999999999);
    store8(alias + 56, 0xaa);
    stores += 2;
    load_all(alias);
}

void main(void)
{
    use_direct();
    use_alias();
    print("sum 0x%016lx stores %u loads %u\n", (unsigned long)load_sum, stores, loads);
    for (unsigned i = 0; i < CELL_SIZE; i += 8) {
        print("cell+%u 0x%016lx\n", i, *(volatile uint64_t *)(cell + i));
    }
}
