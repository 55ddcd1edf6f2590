/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_FEED_H
#define FI_FEED_H

#include <stdbool.h>
#include <stddef.h>

#include "../script.h"
#include "request.h"

/*
 * What happens, for the clients that have subscribed to it.  Any thread, with
 * whatever locks; nobody is waited for.
 */

extern gint fi_feed_mask; /* atomic: what any client has subscribed to */

static inline bool fi_feed_wants(FiEvents event)
{
    return (g_atomic_int_get(&fi_feed_mask) & (gint)event) != 0;
}

/* A handler has run. */
void fi_feed_hit(const FiContext *c);
/* A line of the journal, without its newline. */
void fi_feed_journal(const char *line, size_t len);
/* The event of a handler's print, to be freed. */
GString *fi_feed_print(const char *trigger, const char *text, size_t len);
/* The guest has written to a serial port, QEMU's @type of device. */
void fi_feed_console(const char *device, const char *type, char byte);

#endif
