/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef REPL_INPUT_H
#define REPL_INPUT_H

#include <glib.h>
#include <stdbool.h>

/* A line from the terminal, by libedit, while other things go on. */

typedef struct Input Input;

typedef enum InputResult {
    INPUT_LINE,
    INPUT_CANCEL, /* Ctrl-C */
    INPUT_END,    /* Ctrl-D, or a hook said so */
    INPUT_KILLED, /* a signal that ends us */
} InputResult;

typedef struct InputHooks {
    /* Something can be read from this descriptor; false: no more lines. */
    int fd;
    bool (*readable)(void *opaque);
    /* A signalfd of SIGINT, SIGTSTP, SIGWINCH and those that end us. */
    int signals;
    /* Completions of @text, up to the cursor; *ret_start: of the word, in
     * bytes.  NULL if there is no answer. */
    GStrv (*complete)(const char *text, gsize *ret_start, void *opaque);
    void *opaque;
} InputHooks;

Input *input_new(const InputHooks *hooks, const char *history_path);
void input_free(Input *in);

/* @before: the chunk's earlier lines.  The line has no newline at its end. */
InputResult input_line(Input *in, const char *prompt, const char *before,
                       char **ret_line);

/* Take the line that is being edited away to write something, and show it
 * again below; nothing while no line is edited.  @in may be NULL. */
void input_hide(Input *in);
void input_restore(Input *in);

void input_remember(Input *in, const char *chunk);

#endif
