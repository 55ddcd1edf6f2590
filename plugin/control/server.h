/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SERVER_H
#define FI_SERVER_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "request.h"

/* What sessions and events need of the server: server.c. */

/* A thread without signals, which are QEMU's business.  False with a message
 * printed. */
bool fi_server_thread(pthread_t *thread, void *(*fn)(void *));
/* There is something to be sent. */
void fi_server_wake(void);
/* A client has subscribed to something, or no longer. */
void fi_server_events_changed(void);

/* To all who have subscribed to @event. */
void fi_server_broadcast(FiEvents event, const char *json, const char *text);
void fi_server_console(const char *device, const char *type, char byte);

#endif
