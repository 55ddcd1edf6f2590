/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes system registers early and reads them late: what happens to them in between shows. */
#include "aarch64.h"

void write_tpidr(uint64_t value);
void write_contextidr(uint64_t value);
uint64_t read_tpidr(void);
uint64_t read_contextidr(void);
uint64_t read_midr(void);

/* The moment to corrupt a register. */
HOOK void between(void)
{
}

void main(void)
{
    write_tpidr(0x1234);
    write_contextidr(0x56);
    between();
    print("tpidr 0x%lx\n", (unsigned long)read_tpidr());
    print("contextidr 0x%lx\n", (unsigned long)read_contextidr());
    print("midr 0x%lx\n", (unsigned long)read_midr());
}
