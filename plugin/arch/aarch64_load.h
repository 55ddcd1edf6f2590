/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_AARCH64_LOAD_H
#define FI_AARCH64_LOAD_H

#include "arch.h"

/* FiArch.simple_load of A64.  Needs no QEMU. */
bool fi_aarch64_simple_load(uint32_t opcode, FiLoad *ret);

#endif
