/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_DISPATCH_H
#define FI_DISPATCH_H

#include <glib.h>
#include <stdbool.h>

#include "request.h"

/* Requests on their way, as the I/O thread sees them; all on that thread. */

/* Start the worker.  False with a message printed. */
bool fi_dispatch_start(void);
/* Have the request done. */
void fi_dispatch_submit(FiRequest *r);
/* It is not wanted any more: true if it runs, or had still to. */
bool fi_dispatch_interrupt(FiRequest *r);
/* The client is told once that @r has to wait, and why.  Any thread. */
void fi_dispatch_tell(FiRequest *r, const char *why);

/* Append what has been done. */
void fi_dispatch_take_finished(GPtrArray *to);
/* Likewise, at the end, and what will not be done any more. */
void fi_dispatch_take_rest(GPtrArray *to);

/* A vCPU has done its share of requests since this was asked last. */
bool fi_dispatch_has_new_rests(void);
void fi_dispatch_end_rests(void);

#endif
