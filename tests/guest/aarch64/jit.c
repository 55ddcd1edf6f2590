/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs code from a data buffer, changes one instruction of it and runs it again. */
#include "aarch64.h"

/* movz w0, #value; ret */
#define MOVZ_W0(value) (0x52800000u | (uint32_t)(value) << 5)
#define RET 0xd65f03c0u

uint32_t code_buffer[16] __attribute__((aligned(64)));

HOOK void write_code(unsigned index, uint32_t instruction)
{
    code_buffer[index] = instruction;
    __asm__ volatile("dc cvau, %0\n\t"
                     "dsb ish\n\t"
                     "ic ivau, %0\n\t"
                     "dsb ish\n\t"
                     "isb" :: "r"(&code_buffer[index]) : "memory");
}

HOOK uint32_t run_code(void)
{
    return ((uint32_t (*)(void))(uintptr_t)code_buffer)();
}

void main(void)
{
    uint32_t first, second;

    write_code(0, MOVZ_W0(1));
    write_code(1, RET);
    first = run_code();
    write_code(0, MOVZ_W0(2));
    second = run_code();
    print("jit %u %u\n", (unsigned)first, (unsigned)second);
}
