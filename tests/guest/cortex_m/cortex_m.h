/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include "guest.h"

/* Each board has its own. */
void uart_init(void);

#endif
