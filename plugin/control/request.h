/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_REQUEST_H
#define FI_REQUEST_H

#include <glib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

struct FiSession;

typedef enum FiEvents {
    FI_EVENT_HITS = 1,
    FI_EVENT_JOURNAL = 2,
    FI_EVENT_CONSOLE = 4,
} FiEvents;

typedef enum FiOp {
    FI_OP_HELLO,
    FI_OP_EVAL,
    FI_OP_XML,
    FI_OP_RELOAD,
    FI_OP_STATUS,
    FI_OP_TRIGGERS,
    FI_OP_COMPLETE,
    FI_OP_HELP,
    FI_OP_INTERRUPT,
    FI_OP_SUBSCRIBE,
    FI_OP_UNSUBSCRIBE,
    FI_OPS,
} FiOp;

#define FI_ON_NO_VCPU -1

typedef enum FiRequestState {
    FI_REQUEST_WAITS,
    FI_REQUEST_RUNS,
    FI_REQUEST_DONE,
} FiRequestState;

/*
 * Something a client wants done in the VM.  The I/O thread makes it, a vCPU's
 * thread or the worker does it and fills the reply in, the I/O thread sends
 * that; each hands it on through a queue.
 */
typedef struct FiRequest {
    gint refs;
    struct FiSession *session; /* a reference; session.c sets and drops it */
    unsigned owner;            /* the session's number */
    bool as_text;              /* how the reply is wanted */
    char *id;                  /* NULL in text mode */
    FiOp op;
    int vcpu;
    char *text; /* code, document, what is to be completed, … */
    size_t len;
    char *name;       /* of the chunk, as in messages */
    unsigned events;  /* to subscribe to, or not */
    gint interrupted; /* atomic */
    gint state;       /* atomic: FiRequestState */
    bool told_waiting;
    int64_t finished_us; /* the monotonic clock's */

    /* the reply */
    bool failed;
    const char *kind; /* of the failure */
    GString *reply;   /* JSON or text */
    char *error;      /* message and perhaps traceback */
    unsigned line;    /* of a document; 0: not known */
    char *attribute;
    uint64_t generation; /* of the plan in which all that it armed is live */
} FiRequest;

FiRequest *fi_request_new(FiOp op);
FiRequest *fi_request_ref(FiRequest *r);
void fi_request_unref(FiRequest *r);

/*
 * The request in a frame's JSON, or NULL with @error saying what is wrong with
 * it.
 */
FiRequest *fi_request_parse(const char *id, const char *json, size_t len,
                            GError **error);
bool fi_event_by_name(const char *name, unsigned *ret);
/* ["hits","journal"] or "hits journal" */
void fi_events_append(GString *text, unsigned events, bool as_text);

const char *fi_op_name(FiOp op);

/* Do it; a Lua function of one light userdata, in bindings/live.c. */
int fi_request_perform(lua_State *L);
/* It has failed with @text: a message, and perhaps a traceback behind it. */
void fi_request_fail(FiRequest *r, const char *kind, const char *text);

#endif
