/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SLIDE_H
#define FI_SLIDE_H

#include "maps.h"
#include "script.h"

/*
 * Finding out where a kernel has put itself (maps.h), and the triggers that
 * wait for it.  With the Lua lock.
 */

/* Can it be found out on this machine? */
bool fi_slide_is_found(void);
/* A map has been loaded: watch VBAR_EL1 while one waits. */
void fi_slide_watch(void);
/* The machine is reset: what was found out is void.  Takes the lock. */
void fi_slide_forget(void);
/* Is VBAR_EL1 of the handler's vCPU a waiting map's?  For those that are
 * loaded while the guest runs. */
void fi_slide_look(FiContext *c);

#endif
