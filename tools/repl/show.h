/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPL_SHOW_H
#define REPL_SHOW_H

#include <json-glib/json-glib.h>
#include <stdbool.h>

/*
 * What the user sees.  Results and what comes from the guest go to stdout,
 * errors and remarks to stderr; on a terminal with colours (unless NO_COLOR is
 * set), and with control characters made visible, as a guest prints what it
 * likes.
 */

void show_init(void);
bool show_has_colours(void);

/* The literals of a reply to `eval`, one a line. */
void show_results(JsonObject *payload);
/* Any other reply, e.g. to `status`. */
void show_object(JsonObject *payload);
/* A list of objects with mostly the same members, as a table. */
void show_table(JsonArray *rows);
void show_text(const char *text);
/* The reply to a request that failed. */
void show_failure(JsonObject *payload);
/* An event; one that comes out of the blue is marked. */
void show_event(JsonObject *event, bool marked);

/* An error of our own; a remark on what is going on. */
void show_error(const char *fmt, ...) G_GNUC_PRINTF(1, 2);
void show_remark(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/* Members of JSON that may be missing or of another type. */
const char *json_text(JsonObject *o, const char *key, const char *otherwise);
gint64 json_number(JsonObject *o, const char *key, gint64 otherwise);
JsonArray *json_list(JsonObject *o, const char *key);

#endif
