/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPL_LINK_H
#define REPL_LINK_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/* The connection to QEMU: framed mode of docs/protocol.md. */

typedef struct Link Link;

/* A reply, or with the ID "0" and the status "event" an event. */
typedef struct Frame {
    char *id;
    char *status;
    JsonObject *payload;
} Frame;

void frame_free(Frame *f);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Frame, frame_free)

/* Connect to the socket at @path and enter framed mode.  NULL with @error,
 * which says what to do. */
Link *link_open(const char *path, GError **error);
void link_free(Link *link);

/* For poll(): readable means link_receive(). */
int link_fd(const Link *link);

bool link_send(Link *link, const char *id, JsonObject *request, GError **error);

/* Take what has arrived; waits if nothing has.  False with @error if it
 * failed, without if the other side has closed the connection. */
bool link_receive(Link *link, GError **error);

/* The next frame that is here as a whole, or NULL; NULL with @error set where
 * it cannot be understood. */
Frame *link_next(Link *link, GError **error);

#endif
