/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <glib.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "chunk.h"
#include "client.h"
#include "history.h"
#include "input.h"
#include "link.h"
#include "show.h"

/* fi-repl: a prompt into a running guest.  docs/repl.md */

#define STATUS_USAGE 2
#define STATUS_INTERRUPTED 130

typedef struct Options {
    char **code;
    char *vcpu;
    double timeout;
    char **rest;
} Options;

static bool parse_options(int *argc, char ***argv, Options *o)
{
    const GOptionEntry entries[] = {
        { "eval", 'e', 0, G_OPTION_ARG_STRING_ARRAY, &o->code,
          "Run CODE and leave; may be repeated", "CODE" },
        { "vcpu", 0, 0, G_OPTION_ARG_STRING, &o->vcpu,
          "The vCPU on which chunks run (default: 0); none: on no vCPU", "N" },
        { "timeout", 0, 0, G_OPTION_ARG_DOUBLE, &o->timeout,
          "Interrupt a chunk after S seconds", "S" },
        { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->rest, NULL,
          "[SOCKET]" },
        { NULL },
    };
    g_autoptr(GOptionContext) ctx = g_option_context_new(NULL);
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(ctx, entries, NULL);
    g_option_context_set_summary(
        ctx, "A prompt into a guest that runs under fi_lua. SOCKET is what "
             "QEMU was given as socket=…\n(default: $FI_SOCKET, else fi.sock). "
             "If standard input is no terminal, chunks come from it.");
    if (!g_option_context_parse(ctx, argc, argv, &error)) {
        show_error("%s (see --help)", error->message);
    } else if (o->rest && o->rest[1]) {
        show_error("one socket only, not %s and %s as well (see --help)",
                   o->rest[0], o->rest[1]);
    } else if (o->timeout < 0) {
        show_error("--timeout: not a number of seconds: %g", o->timeout);
    } else {
        return true;
    }
    return false;
}

static const char *socket_path(const Options *o)
{
    const char *from_environment = g_getenv("FI_SOCKET");

    if (o->rest && o->rest[0]) {
        return o->rest[0];
    }
    return from_environment && *from_environment ? from_environment : "fi.sock";
}

/* All signals come by a descriptor: no handler runs in between. */
static int open_signals(bool terminal)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    if (terminal) {
        sigaddset(&set, SIGTSTP);
        sigaddset(&set, SIGWINCH);
    }
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void run_all(Client *c, char **code)
{
    for (; *code && !c->over && !c->left; code++) {
        client_run(c, *code);
    }
}

/* From a terminal */

static InputResult read_chunk(Client *c, Chunk *chunk, GString *text)
{
    g_autofree char *first = NULL;

    first = c->no_vcpu || c->vcpu == 0
                ? g_strdup(c->no_vcpu ? "fi[none]> " : "fi> ")
                : g_strdup_printf("fi[%" G_GINT64_FORMAT "]> ", c->vcpu);
    g_string_truncate(text, 0);
    for (;;) {
        g_autofree char *line = NULL;
        InputResult result = input_line(c->input, text->len ? "..> " : first,
                                        text->str, &line);

        if (result != INPUT_LINE) {
            return result;
        } else if (text->len && strcmp(line, "#cancel") == 0) {
            return INPUT_CANCEL;
        }
        g_string_append_printf(text, "%s\n", line);
        if (!*g_strstrip(line)) {
            if (!text->str[strspn(text->str, " \t\n")]) {
                g_string_truncate(text, 0);
                continue;
            }
        }
        if (client_is_command(text->str) ||
            chunk_is_complete(chunk, text->str)) {
            g_string_truncate(text, text->len - 1);
            return INPUT_LINE;
        }
    }
}

static void run_terminal(Client *c, Chunk *chunk)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autofree char *path = repl_history_default_path();
    const InputHooks hooks = {
        .fd = link_fd(c->link),
        .readable = client_readable,
        .signals = c->signals,
        .complete = client_complete,
        .opaque = c,
    };
    InputResult result = INPUT_LINE;

    if (!client_greet(c)) {
        return;
    }
    c->input = input_new(&hooks, path);
    while (!c->over && result != INPUT_END && result != INPUT_KILLED) {
        result = read_chunk(c, chunk, text);
        if (result == INPUT_LINE) {
            input_remember(c->input, text->str);
            client_run(c, text->str);
        }
    }
    c->left = c->left || result == INPUT_KILLED;
    input_free(c->input);
    c->input = NULL;
    /* At a prompt, an error has been seen and is over */
    c->failed = c->failed && c->over && !c->ended;
}

/* From anything else */

/* Complete chunks, and what is left at the end, as it comes. */
static void run_line(Client *c, Chunk *chunk, GString *text, const char *line)
{
    if (!text->len && client_is_command(line)) {
        client_run(c, line);
        return;
    }
    g_string_append(text, line);
    if (chunk_is_complete(chunk, text->str)) {
        if (text->str[strspn(text->str, " \t\r\n")]) {
            client_run(c, text->str);
        }
        g_string_truncate(text, 0);
    }
}

/* Wait for input, a signal, or QEMU.  False: no more input. */
static bool wait_for_input(Client *c)
{
    for (;;) {
        struct pollfd fds[] = {
            { .fd = STDIN_FILENO, .events = POLLIN },
            { .fd = link_fd(c->link), .events = POLLIN },
            { .fd = c->signals, .events = POLLIN },
        };

        if (poll(fds, G_N_ELEMENTS(fds), -1) < 0) {
            continue;
        } else if (fds[2].revents) {
            c->left = true;
            return false;
        } else if (fds[1].revents && !client_readable(c)) {
            return false;
        } else if (fds[0].revents) {
            return true;
        }
    }
}

static void run_lines(Client *c, Chunk *chunk, GString *text, GString *pending)
{
    char *end;

    while (!c->over && !c->left &&
           (end = memchr(pending->str, '\n', pending->len))) {
        g_autofree char *line = g_strndup(pending->str, end + 1 - pending->str);

        g_string_erase(pending, 0, end + 1 - pending->str);
        run_line(c, chunk, text, line);
    }
}

static void run_stream(Client *c, Chunk *chunk)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) pending = g_string_new(NULL);
    char buf[4096];
    ssize_t n = 0;

    while (!c->over && !c->left && wait_for_input(c) &&
           (n = read(STDIN_FILENO, buf, sizeof(buf))) > 0) {
        g_string_append_len(pending, buf, n);
        run_lines(c, chunk, text, pending);
    }
    if (c->over || c->left) {
        /* QEMU's end in the middle of what was to be done */
        c->failed = c->failed || (!c->quit && (text->len || pending->len));
        return;
    }
    if (pending->len) {
        run_line(c, chunk, text, pending->str);
    }
    if (text->len && !c->over) {
        client_run(c, text->str); /* incomplete: QEMU says what is missing */
    }
}

static int run(Client *c, const Options *o)
{
    Chunk *chunk = chunk_new();
    bool terminal = !o->code && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);

    c->signals = open_signals(terminal);
    if (o->code) {
        run_all(c, o->code);
    } else if (terminal) {
        run_terminal(c, chunk);
    } else {
        run_stream(c, chunk);
    }
    chunk_free(chunk);
    return c->left ? STATUS_INTERRUPTED : c->failed ? 1 : 0;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    Options o = { 0 };
    Client c = { 0 };
    int status;

    setlocale(LC_ALL, "");
    g_set_prgname("fi-repl");
    show_init();
    if (!parse_options(&argc, &argv, &o)) {
        return STATUS_USAGE;
    }
    if (o.vcpu && !client_set_vcpu(&c, o.vcpu)) {
        show_error("--vcpu takes a vCPU's number or none, not '%s'", o.vcpu);
        return STATUS_USAGE;
    }
    c.timeout = o.timeout;
    c.link = link_open(socket_path(&o), &error);
    if (!c.link) {
        show_error("%s", error->message);
        return 1;
    }
    status = run(&c, &o);
    link_free(c.link);
    g_free(c.reason);
    g_free(c.running);
    g_strfreev(o.code);
    g_strfreev(o.rest);
    g_free(o.vcpu);
    return status;
}
