/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_AARCH64_SYSREG_H
#define FI_AARCH64_SYSREG_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch.h"

/*
 * A64's system registers: names, encodings, and the instructions that access
 * them.  Needs no QEMU.
 */

/* op0:op1:CRn:CRm:op2, as in bits 20:5 of MRS and MSR. */
#define FI_SYSREG_KEY(op0, op1, crn, crm, op2) \
    ((op0) << 14 | (op1) << 11 | (crn) << 7 | (crm) << 3 | (op2))

/* MRS, MSR (register), MSR (immediate); false for all others. */
bool fi_aarch64_sysreg_access(uint32_t opcode, FiSysregAccess *ret);

/*
 * A register or PSTATE field by name, or S<op0>_<op1>_C<n>_C<m>_<op2>, without
 * regard to case.  A name that an MSR (immediate) has as well gives two
 * patterns.  On failure @error names near ones.
 */
bool fi_aarch64_sysreg_find(const char *name, FiSysregPattern ret[2],
                            GError **error);

/* The architecture's name of what @access accesses, or its S<op0>_… name. */
void fi_aarch64_sysreg_name(const FiSysregAccess *access, char *ret,
                            size_t size);

/* The entries of the table, for tests; NULL behind the last. */
const char *fi_aarch64_sysreg_nth(unsigned n, uint16_t *ret_key);

#endif
