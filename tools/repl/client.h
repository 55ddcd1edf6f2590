/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPL_CLIENT_H
#define REPL_CLIENT_H

#include <glib.h>
#include <stdbool.h>

#include "input.h"
#include "link.h"

/* What lines become: requests to QEMU, and what their replies say. */

typedef struct Client {
    Link *link;
    int signals;     /* signalfd: all that we handle */
    Input *input;    /* NULL: not on a terminal */
    bool no_vcpu;    /* chunks run on none */
    gint64 vcpu;     /* where they run otherwise */
    double timeout;  /* seconds for a chunk, 0: none */
    guint64 last_id; /* of a request */
    char *running;   /* ID of the one that is waited for */
    bool over;       /* no more requests: see below */
    bool failed;     /* a chunk did, or the connection */
    bool ended;      /* QEMU has: its exit status and why */
    gint64 code;
    char *reason;
    bool quit; /* #quit */
    bool left; /* Ctrl-C twice, or a signal */
} Client;

/* A chunk of Lua or XML, a command (#…) or a question (?…).  False: it
 * failed, or the connection did (client->over). */
bool client_run(Client *c, const char *text);

/* Is @line, the first of a chunk, no chunk but a command or a question? */
bool client_is_command(const char *line);

bool client_greet(Client *c);

/* "3" or "none"; false, with the vCPU as it was, for anything else. */
bool client_set_vcpu(Client *c, const char *text);

/* For InputHooks; @opaque: the client. */
bool client_readable(void *opaque);
GStrv client_complete(const char *text, gsize *ret_start, void *opaque);

#endif
