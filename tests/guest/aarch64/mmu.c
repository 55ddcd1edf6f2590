/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The memory map: 39-bit addresses, 4 KiB granule. Without it QEMU treats RAM as Device memory, and loads are many
 * times slower.
 *
 *   0x0_0000_0000  1 GiB  devices, Device-nGnRE
 *   0x0_4000_0000  1 GiB  RAM, Normal write-back, in 2 MiB blocks
 *   0x1_4000_0000  1 GiB  the same RAM again (ALIAS_OFFSET)
 */
#include "aarch64.h"

#define GIB 0x40000000ul
#define BLOCK_SIZE 0x200000ul

#define DESC_BLOCK 0x1ul
#define DESC_TABLE 0x3ul
#define DESC_ATTR(index) ((uint64_t)(index) << 2)
#define DESC_AP_EL0 (1ul << 6)
#define DESC_AP_READ_ONLY (1ul << 7)
#define DESC_INNER_SHAREABLE (3ul << 8)
#define DESC_AF (1ul << 10)
#define DESC_PXN (1ul << 53)
#define DESC_UXN (1ul << 54)

#define ATTR_DEVICE 0
#define ATTR_NORMAL 1
#define MAIR_VALUE 0xff04ul                 /* 1: Normal write-back, 0: Device-nGnRE */

/* T0SZ 25; walks inner shareable and write-back; no TTBR1; 40-bit physical addresses. */
#define TCR_VALUE (25ul | 1ul << 8 | 1ul << 10 | 3ul << 12 | 1ul << 23 | 2ul << 32)

#define SCTLR_M (1ul << 0)
#define SCTLR_C (1ul << 2)
#define SCTLR_I (1ul << 12)

static uint64_t level1[512] __attribute__((aligned(4096)));
static uint64_t level2_ram[512] __attribute__((aligned(4096)));

extern char text_block[], data_block[];

static uint64_t *ram_block(const char *address)
{
    return &level2_ram[((uintptr_t)address - GIB) / BLOCK_SIZE];
}

static void build_tables(void)
{
    for (unsigned i = 0; i < ARRAY_LENGTH(level2_ram); i++) {
        level2_ram[i] = (GIB + i * BLOCK_SIZE) | DESC_BLOCK | DESC_ATTR(ATTR_NORMAL) | DESC_INNER_SHAREABLE |
                        DESC_AF | DESC_UXN;
    }
    level1[0] = DESC_BLOCK | DESC_ATTR(ATTR_DEVICE) | DESC_AF | DESC_PXN | DESC_UXN;
    level1[1] = (uintptr_t)level2_ram | DESC_TABLE;
    level1[1 + ALIAS_OFFSET / GIB] = level1[1];
}

void mmu_on(unsigned core)
{
    if (core == 0) {
        build_tables();
    }
    write_sysreg(mair_el1, MAIR_VALUE);
    write_sysreg(tcr_el1, TCR_VALUE);
    write_sysreg(ttbr0_el1, level1);
    __asm__ volatile("dsb sy; tlbi vmalle1; dsb sy; isb" ::: "memory");
    write_sysreg(sctlr_el1, read_sysreg(sctlr_el1) | SCTLR_M | SCTLR_C | SCTLR_I);
}

void mmu_open_for_el0(void)
{
    /* What EL0 can write, EL1 cannot execute: that is why code and data are in different blocks. */
    *ram_block(text_block) = (*ram_block(text_block) & ~DESC_UXN) | DESC_AP_EL0 | DESC_AP_READ_ONLY;
    *ram_block(data_block) |= DESC_AP_EL0 | DESC_PXN;
    __asm__ volatile("dsb sy; tlbi vmalle1; dsb sy; isb" ::: "memory");
}
