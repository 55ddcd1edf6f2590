/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch.h"

/* Guests whose architecture we know nothing of: registers by QEMU's names,
 * instructions by the sizes that QEMU gives. */
const FiArch fi_arch_generic = {
    .name = "generic",
};
