/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPL_HISTORY_H
#define REPL_HISTORY_H

#include <glib.h>

/* What was typed, over all sessions: whole chunks, the newest last, each once. */
typedef struct ReplHistory ReplHistory;

/* From @path; where that cannot be read, an empty one. */
ReplHistory *repl_history_new(const char *path);
void repl_history_free(ReplHistory *h);

/* $XDG_STATE_HOME/fi_lua/history; free with g_free(). */
char *repl_history_default_path(void);

/* Add @text and write the file, keeping what other sessions have added since.
 * FALSE with @error where it cannot be written. */
gboolean repl_history_add(ReplHistory *h, const char *text, GError **error);

const GPtrArray *repl_history_entries(const ReplHistory *h);

#endif
