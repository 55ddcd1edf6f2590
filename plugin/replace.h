/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_REPLACE_H
#define FI_REPLACE_H

#include "instrument.h"

/*
 * An MSR executes with other data than its register Rt holds: Rt gets the new
 * value right before the instruction and has its own back before anything
 * else can read it, that is
 *   - before the next instruction of the block,
 *   - before the first instruction of the next block,
 *   - when an exception (of the MSR itself or of the next fetch) or an
 *     interrupt is taken.
 * Generated code looks for that only where FiPlan.restores says so: the first
 * replacement waits until the code has been translated anew.
 */

/* Replace the data of the MSR at @s.  @last: no trigger there is left that
 * could do it again. */
void fi_replace_want(FiVcpu *v, const FiSite *s, unsigned rt, uint64_t value,
                     bool last);
/* The MSR at @pc is about to execute: put the value in, if one waits. */
void fi_replace_begin(FiVcpu *v, uint64_t pc);
/* It executes again from the start, with its triggers. */
void fi_replace_forget(FiVcpu *v, uint64_t pc);

/* Execution goes on at @pc: restore Rt, unless the vCPU has been reset. */
void fi_replace_end_at(FiVcpu *v, uint64_t pc);
/* An exception or interrupt was taken. */
void fi_replace_end(FiVcpu *v);

/* Does any vCPU have a replacement that waits, or an Rt to be restored? */
bool fi_replacing(void);
/* Does a replacement wait for this instruction? */
bool fi_replace_waits_at(uint64_t pc);

#endif
