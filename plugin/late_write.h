/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_LATE_WRITE_H
#define FI_LATE_WRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "script.h"

/*
 * Under -icount QEMU aborts when an interrupt is raised within a translation
 * block, except in its last instruction ("Raised interrupt while not in I/O
 * function").  So physical writes that may raise one wait for the start of
 * the next block, where the gate performs them.
 */

/* Must a write from the handler of this context wait? */
bool fi_late_write_needed(const FiContext *c);

/*
 * Queue a write of @size bytes, up to 4, of @value on the context's vCPU; the
 * message of a failure begins with @where.  With the Lua lock.
 */
void fi_late_write(FiContext *c, uint64_t addr, uint32_t value, unsigned size,
                   const char *where);

/* At the start of a block, without any lock. */
void fi_late_writes_perform(FiVcpu *v);

#endif
