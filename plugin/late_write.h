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
 * the next block: with the capability vcpu_work they are done outside of
 * guest code, otherwise by the gate.
 */

/* Must a write from the handler of this context wait? */
bool fi_late_write_needed(const FiContext *c);

/*
 * Queue a write of @size bytes, up to 4, of @value on the context's vCPU; the
 * message of a failure begins with @where.  With the Lua lock.
 */
void fi_late_write(FiContext *c, uint64_t addr, uint32_t value, unsigned size,
                   const char *where);

/* By the gate, without any lock of ours. */
void fi_late_writes_perform(FiVcpu *v);

#endif
