/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SESSION_H
#define FI_SESSION_H

#include <gio/gio.h>
#include <pthread.h>
#include <stdbool.h>

#include "request.h"
#include "wire.h"

/*
 * A connection.  The I/O thread owns it; other threads may only say something
 * on it, which is queued, and hold references.
 */
typedef struct FiSession {
    gint refs;
    unsigned number; /* from 1 on, never used again */

    /* the I/O thread's */
    GSocket *socket;
    GSource *source;
    GIOCondition watched;
    FiWire *wire;
    bool ended;            /* the client has said all it will */
    bool closing;          /* as soon as everything is sent */
    bool more;             /* there is more to be taken from the wire */
    int vcpu;              /* text mode: where chunks run */
    unsigned chunks;       /* text mode: so many there were */
    FiRequest *running;    /* text mode: one at a time */
    GHashTable *in_flight; /* framed mode: id -> FiRequest */
    GString *sending;
    size_t sent;
    gint64 last_progress; /* µs */

    gint framed; /* atomic */
    gint events; /* atomic: what it has subscribed to */

    pthread_mutex_t lock; /* the innermost of all; guards what follows */
    GString *out;
    const char *prompted; /* the last thing in it is this prompt */
    bool gone;            /* nobody reads it any more */
    uint64_t lost;        /* events that did not fit */
    GString *console;     /* not yet said: output comes by the byte */
    bool console_lost;    /* some of it did not fit */
    char *console_device;
    const char *console_type; /* interned */
} FiSession;

FiSession *fi_session_new(GSocket *socket, unsigned number);
FiSession *fi_session_ref(FiSession *s);
void fi_session_unref(FiSession *s);

/* Saying something, on any thread and with any lock */

/* An event: @json in framed mode, the line @text in text mode; either may be
 * NULL.  Dropped and counted if the client does not read. */
void fi_session_event(FiSession *s, const char *json, const char *text);
/* A serial port has sent a byte; said together with those that follow. */
void fi_session_console(FiSession *s, const char *device, const char *type,
                        char byte);
/* The last event, behind which there is no prompt, and nothing is read any
 * more; the I/O thread's. */
void fi_session_farewell(FiSession *s, const char *json, const char *text);
/* What a running chunk prints. */
void fi_session_print(FiSession *s, const FiRequest *r, const char *text,
                      size_t len);

/* The I/O thread's part */

void fi_session_greet(FiSession *s);
/* Take what the socket has. */
void fi_session_read(FiSession *s);
/* Take requests out of what was read; sets s->more if some are left. */
void fi_session_work(FiSession *s);
/* Send what there is; false if the connection is over. */
bool fi_session_write(FiSession *s);
GIOCondition fi_session_condition(FiSession *s);
/* The reply to @r, one of this session's. */
void fi_session_answer(FiSession *s, FiRequest *r);
/* @r has to wait: say so. */
void fi_session_tell_waiting(FiSession *s, FiRequest *r, const char *why);
/* Say what the console has collected. */
void fi_session_flush_console(FiSession *s);
/* Forget its requests; they are still done. */
void fi_session_close(FiSession *s);

#endif
