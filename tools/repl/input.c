/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "input.h"

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

#include "history.h"
#include "show.h"

/* More matches than this are counted, not shown. */
#define MAX_SHOWN 100
#define CTRL_C L'\003'

struct Input {
    InputHooks hooks;
    EditLine *el;
    History *recall; /* what libedit goes through */
    ReplHistory *history;
    const char *prompt;
    const char *before;
    bool editing;
    unsigned hidden; /* nested */
    bool cancelled;
    bool over;
    bool killed;
};

static Input *input_of(EditLine *el)
{
    void *in = NULL;

    el_get(el, EL_CLIENTDATA, &in);
    return in;
}

/* Where libedit puts what colours the prompt, which takes no room. */
#define ESCAPE '\1'

static char *prompt(EditLine *el)
{
    static char text[64];
    const Input *in = input_of(el);

    g_snprintf(text, sizeof(text),
               show_has_colours() ? "\1\033[1m\1%s\1\033[0m\1" : "%s",
               in->prompt);
    return text;
}

/* Writing above the line */

static unsigned terminal_width(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return 80;
    }
    return size.ws_col;
}

/* In which of the line's rows is the cursor? */
static unsigned cursor_row(const Input *in)
{
    const LineInfoW *line = el_wline(in->el);
    unsigned width = terminal_width(), row = 0, column = strlen(in->prompt);
    const wchar_t *p;

    for (p = line->buffer; p < line->cursor; p++) {
        int w = *p == L'\t' ? 8 - (int)(column % 8) : wcwidth(*p);

        if (*p == L'\n') {
            row++;
            column = 0;
            continue;
        }
        column += w < 0 ? 2 : w; /* ^X */
        if (column >= width) {
            row++;
            column -= width;
        }
    }
    return row;
}

void input_hide(Input *in)
{
    unsigned row;

    if (!in || !in->editing || in->hidden++) {
        return;
    }
    row = cursor_row(in);
    fputs("\r", stdout);
    if (row) {
        printf("\033[%uA", row);
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

void input_restore(Input *in)
{
    if (in && in->editing && --in->hidden == 0) {
        el_set(in->el, EL_REFRESH);
    }
}

/* Completion */

static gsize common_length(GStrv matches)
{
    gsize len = strlen(matches[0]);
    char **m;

    for (m = matches + 1; *m; m++) {
        gsize n = 0;

        while (n < len && (*m)[n] == matches[0][n]) {
            n++;
        }
        len = n;
    }
    /* Not in the middle of a character */
    while (len && (matches[0][len] & 0xc0) == 0x80) {
        len--;
    }
    return len;
}

static void show_matches(Input *in, GStrv matches)
{
    guint n = g_strv_length(matches), i, rows, columns;
    glong width = 1;
    g_autoptr(GString) line = g_string_new(NULL);

    input_hide(in);
    if (n > MAX_SHOWN) {
        show_remark("%u completions", n);
        input_restore(in);
        return;
    }
    for (i = 0; i < n; i++) {
        width = MAX(width, g_utf8_strlen(matches[i], -1));
    }
    columns = MAX(1, terminal_width() / (width + 2));
    rows = (n + columns - 1) / columns;
    for (guint r = 0; r < rows; r++) {
        g_string_truncate(line, 0);
        for (i = r; i < n; i += rows) {
            g_string_append_printf(
                line, "%s%*s", matches[i],
                (int)(width + 2 - g_utf8_strlen(matches[i], -1)), "");
        }
        show_text(g_strchomp(line->str));
    }
    input_restore(in);
}

/* Replace @word, which is before the cursor, by the first @len bytes of
 * @match; false if there is nothing to be replaced. */
static bool replace_word(EditLine *el, const char *word, const char *match,
                         gsize len)
{
    g_autofree char *text = g_strndup(match, len);

    if (len < strlen(word) || strcmp(word, text) == 0) {
        return false;
    }
    el_deletestr(el, (int)g_utf8_strlen(word, -1));
    return el_insertstr(el, text) == 0;
}

static unsigned char complete(EditLine *el, int ch)
{
    Input *in = input_of(el);
    const LineInfo *line = el_line(el);
    g_autofree char *typed = g_strndup(line->buffer,
                                       line->cursor - line->buffer);
    g_autofree char *text = g_strconcat(in->before, typed, NULL);
    gsize start = 0;
    g_auto(GStrv) matches = in->hooks.complete(text, &start, in->hooks.opaque);

    (void)ch;
    if (in->over) {
        return CC_EOF;
    } else if (!matches || !*matches || start < strlen(in->before) ||
               start > strlen(text)) {
        return CC_REFRESH_BEEP;
    }
    if (!replace_word(el, text + start, matches[0], common_length(matches)) &&
        matches[1]) {
        show_matches(in, matches);
    }
    return CC_REFRESH;
}

static unsigned char cancel(EditLine *el, int ch)
{
    (void)ch;
    input_of(el)->cancelled = true;
    return CC_EOF;
}

/* Characters, and what happens meanwhile */

static void suspend(Input *in)
{
    el_set(in->el, EL_PREP_TERM, 0);
    raise(SIGSTOP);
    el_set(in->el, EL_PREP_TERM, 1);
    el_set(in->el, EL_REFRESH);
}

/* The character that a signal is like, 0 for none. */
static wchar_t take_signal(Input *in)
{
    struct signalfd_siginfo info;

    if (read(in->hooks.signals, &info, sizeof(info)) != sizeof(info)) {
        return 0;
    }
    switch (info.ssi_signo) {
    case SIGINT:
        return CTRL_C;
    case SIGTSTP:
        suspend(in);
        return 0;
    case SIGWINCH:
        el_resize(in->el);
        return 0;
    default:
        in->killed = in->over = true;
        return 0;
    }
}

/* One character, which may come in pieces: 1, 0 at the end, or -1. */
static int read_character(wchar_t *ret)
{
    mbstate_t state = { 0 };

    for (;;) {
        char byte;
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        size_t used;

        if (n <= 0) {
            return n < 0 && errno != EIO ? -1 : 0;
        }
        used = mbrtowc(ret, &byte, 1, &state);
        if (used == (size_t)-1) {
            memset(&state, 0, sizeof(state)); /* not UTF-8: dropped */
        } else if (used != (size_t)-2) {
            return 1;
        }
    }
}

static int get_character(EditLine *el, wchar_t *ret)
{
    Input *in = input_of(el);

    while (!in->over) {
        struct pollfd fds[] = {
            { .fd = STDIN_FILENO, .events = POLLIN },
            { .fd = in->hooks.fd, .events = POLLIN },
            { .fd = in->hooks.signals, .events = POLLIN },
        };

        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0 && errno != EINTR) {
            return -1;
        }
        if (fds[2].revents && (*ret = take_signal(in)) != 0) {
            return 1;
        }
        if (fds[1].revents && !in->hooks.readable(in->hooks.opaque)) {
            in->over = true;
        } else if (fds[0].revents) {
            return read_character(ret);
        }
    }
    return 0;
}

/* Set-up */

static void recall_all(Input *in)
{
    const GPtrArray *entries = repl_history_entries(in->history);
    HistEvent ev;
    guint i;

    history(in->recall, &ev, H_CLEAR);
    history(in->recall, &ev, H_SETSIZE, (int)entries->len + 1);
    for (i = 0; i < entries->len; i++) {
        history(in->recall, &ev, H_ENTER, g_ptr_array_index(entries, i));
    }
}

Input *input_new(const InputHooks *hooks, const char *history_path)
{
    Input *in = g_new0(Input, 1);

    in->hooks = *hooks;
    in->history = repl_history_new(history_path);
    in->recall = history_init();
    recall_all(in);
    in->el = el_init("fi-repl", stdin, stdout, stderr);
    el_set(in->el, EL_CLIENTDATA, in);
    el_set(in->el, EL_EDITOR, "emacs");
    el_set(in->el, EL_SIGNAL, 0);
    el_set(in->el, EL_PROMPT_ESC, prompt, ESCAPE);
    el_set(in->el, EL_HIST, history, in->recall);
    el_set(in->el, EL_GETCFN, get_character);
    el_set(in->el, EL_ADDFN, "fi-complete", "complete the word", complete);
    el_set(in->el, EL_ADDFN, "fi-cancel", "forget the line", cancel);
    el_set(in->el, EL_BIND, "^R", "em-inc-search-prev", NULL);
    el_source(in->el, NULL); /* ~/.editrc */
    el_set(in->el, EL_BIND, "^I", "fi-complete", NULL);
    el_set(in->el, EL_BIND, "^C", "fi-cancel", NULL);
    return in;
}

void input_free(Input *in)
{
    if (in) {
        el_end(in->el);
        history_end(in->recall);
        repl_history_free(in->history);
        g_free(in);
    }
}

InputResult input_line(Input *in, const char *text, const char *before,
                       char **ret_line)
{
    const char *line;
    int n;

    in->prompt = text;
    in->before = before;
    in->cancelled = false;
    in->editing = true;
    /* Not only when the prompt is there: what is typed is echoed once */
    el_set(in->el, EL_PREP_TERM, 1);
    line = in->over ? NULL : el_gets(in->el, &n);
    in->editing = false;
    if (line && !in->over) {
        *ret_line = g_strndup(line, n > 0 && line[n - 1] == '\n' ? n - 1 : n);
        return INPUT_LINE;
    }
    fputs(in->cancelled ? "^C\n" : "\n", stdout);
    fflush(stdout);
    return in->cancelled ? INPUT_CANCEL : in->killed ? INPUT_KILLED : INPUT_END;
}

void input_remember(Input *in, const char *chunk)
{
    g_autoptr(GError) error = NULL;
    static bool told;

    if (!repl_history_add(in->history, chunk, &error) && !told) {
        told = true;
        show_remark("(the history is not kept: %s)", error->message);
    }
    recall_all(in);
}
