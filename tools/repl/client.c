/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "client.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "chunk.h"
#include "show.h"

#define COMPLETION_SECONDS 2
/* A second Ctrl-C within this time leaves. */
#define INSIST_USEC G_USEC_PER_SEC

static const char help_text[] =
    "A line is an expression, whose results are shown, or a statement; what is "
    "not complete goes on\n"
    "in the next line. A line that begins with < is a fault document in XML.\n"
    "  ?name            help on a function, a field or a topic; ? alone lists "
    "them\n"
    "  #vcpu N          chunks run on vCPU N from now on; #vcpu none: on no "
    "vCPU\n"
    "  #events NAME...  be told of hits, journal, console; without a name: of "
    "nothing\n"
    "  #status          what the plugin is doing\n"
    "  #triggers        the triggers, their hits and costs\n"
    "  #reload          load the scenario afresh\n"
    "  #cancel          forget the incomplete chunk\n"
    "  #quit            leave; QEMU goes on\n"
    "TAB completes names. Ctrl-C interrupts the chunk that runs, or forgets the "
    "line; Ctrl-D leaves.";

static const char *const event_names[] = { "hits", "journal", "console", NULL };

/* Events and the end */

static void connection_failed(Client *c, GError *error)
{
    input_hide(c->input);
    if (error) {
        show_error("%s", error->message);
        c->failed = true;
    } else if (!c->ended) {
        show_error("the connection was closed: QEMU has died, or it does not "
                   "want this client any more");
        c->failed = true;
    } else {
        show_remark("QEMU has ended with status %" G_GINT64_FORMAT " (%s)",
                    c->code, c->reason);
    }
    input_restore(c->input);
    g_clear_error(&error);
    c->over = true;
}

static void take_event(Client *c, JsonObject *event)
{
    const char *request = json_text(event, "request", "");
    bool own = c->running && strcmp(request, c->running) == 0;

    if (strcmp(json_text(event, "event", ""), "end") == 0) {
        c->ended = true;
        c->code = json_number(event, "code", 0);
        g_free(c->reason);
        c->reason = g_strdup(json_text(event, "reason", "no reason given"));
        return;
    }
    input_hide(c->input);
    show_event(event, !own);
    input_restore(c->input);
}

/* What is here: events are shown, and the reply to @id is returned. */
static Frame *take_frames(Client *c, const char *id)
{
    GError *error = NULL;
    Frame *f;

    while (!c->over && (f = link_next(c->link, &error))) {
        if (strcmp(f->status, "event") == 0) {
            take_event(c, f->payload);
        } else if (strcmp(f->id, "0") == 0) {
            show_error("%s", json_text(f->payload, "error", "refused"));
            c->failed = true;
        } else if (id && strcmp(f->id, id) == 0) {
            return f;
        }
        frame_free(f);
    }
    if (error) {
        connection_failed(c, error);
    }
    return NULL;
}

static void receive(Client *c)
{
    GError *error = NULL;

    if (!link_receive(c->link, &error)) {
        connection_failed(c, error);
    }
}

bool client_readable(void *opaque)
{
    Client *c = opaque;

    /* What came together with the last reply is here already, and may be
     * QEMU's farewell, behind which there is nothing. */
    take_frames(c, NULL);
    if (!c->over) {
        receive(c);
    }
    take_frames(c, NULL);
    return !c->over;
}

/* Requests */

static JsonObject *new_request(const char *op)
{
    JsonObject *o = json_object_new();

    json_object_set_string_member(o, "op", op);
    return o;
}

static void set_place(const Client *c, JsonObject *request)
{
    if (c->no_vcpu) {
        json_object_set_string_member(request, "vcpu", "none");
    } else {
        json_object_set_int_member(request, "vcpu", c->vcpu);
    }
}

/* Send @request, which is consumed.  Its ID, or NULL. */
static char *start(Client *c, JsonObject *request)
{
    g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT, ++c->last_id);
    GError *error = NULL;

    if (c->over || !link_send(c->link, id, request, &error)) {
        /* What QEMU said at its end is still to be read */
        while (!c->over && link_receive(c->link, NULL)) {
            take_frames(c, NULL);
        }
        if (!c->over) {
            connection_failed(c, c->ended ? NULL : g_steal_pointer(&error));
        }
        g_clear_error(&error);
        return NULL;
    }
    return g_steal_pointer(&id);
}

static void interrupt(Client *c, const char *id)
{
    JsonObject *request = new_request("interrupt");

    json_object_set_string_member(request, "request", id);
    g_free(start(c, request));
}

typedef struct Wait {
    const char *id;
    gint64 deadline; /* 0: none */
    gint64 interrupted;
    bool timed_out;
} Wait;

static void insist_or_interrupt(Client *c, Wait *w)
{
    gint64 now = g_get_monotonic_time();

    if (w->interrupted && now - w->interrupted < INSIST_USEC) {
        c->left = c->over = true;
        return;
    }
    w->interrupted = now;
    interrupt(c, w->id);
    if (!c->input) {
        c->left = true; /* nobody is there to go on with what follows */
    } else {
        show_remark("(interrupting; Ctrl-C again leaves)");
    }
}

static void take_signal(Client *c, Wait *w)
{
    struct signalfd_siginfo info;

    if (read(c->signals, &info, sizeof(info)) != sizeof(info)) {
        return;
    }
    switch (info.ssi_signo) {
    case SIGINT:
        insist_or_interrupt(c, w);
        break;
    case SIGTSTP:
        raise(SIGSTOP);
        break;
    case SIGWINCH:
        break; /* libedit asks for the size when it edits next */
    default:
        c->left = c->over = true;
    }
}

static void time_is_up(Client *c, Wait *w)
{
    if (w->timed_out) {
        show_error("QEMU does not answer");
        c->failed = c->over = true;
        return;
    }
    w->timed_out = true;
    show_error("interrupted after %g s", c->timeout);
    interrupt(c, w->id);
    w->deadline = g_get_monotonic_time() + 10 * G_USEC_PER_SEC;
}

static int milliseconds_left(const Wait *w)
{
    gint64 left = (w->deadline - g_get_monotonic_time() + 999) / 1000;

    return w->deadline ? (int)CLAMP(left, 0, G_MAXINT) : -1;
}

static void wait_for_more(Client *c, Wait *w)
{
    struct pollfd fds[] = {
        { .fd = link_fd(c->link), .events = POLLIN },
        { .fd = c->signals, .events = POLLIN },
    };
    int n = poll(fds, G_N_ELEMENTS(fds), milliseconds_left(w));

    if (n == 0) {
        time_is_up(c, w);
    } else if (n > 0 && fds[1].revents) {
        take_signal(c, w);
    } else if (n > 0 && fds[0].revents) {
        receive(c);
    }
}

/* Wait for the reply to @id.  NULL: there is none (client->over). */
static Frame *finish(Client *c, const char *id)
{
    Wait w = { .id = id };

    if (c->timeout > 0) {
        w.deadline = g_get_monotonic_time() +
                     (gint64)(c->timeout * G_USEC_PER_SEC);
    }
    for (;;) {
        Frame *f = take_frames(c, id);

        if (f && strcmp(f->status, "wait") != 0) {
            return f;
        } else if (f) {
            show_remark("(%s)", json_text(f->payload, "why", "waiting"));
            frame_free(f);
        } else if (c->over) {
            return NULL;
        } else {
            wait_for_more(c, &w);
        }
    }
}

/* The payload of a good reply; a bad one is shown. */
static JsonObject *ask(Client *c, JsonObject *request)
{
    g_autoptr(Frame) f = NULL;

    c->running = start(c, request);
    f = c->running ? finish(c, c->running) : NULL;
    g_clear_pointer(&c->running, g_free);
    if (f && strcmp(f->status, "ok") == 0) {
        return g_steal_pointer(&f->payload);
    } else if (f) {
        show_failure(f->payload);
    }
    c->failed = true;
    return NULL;
}

/* Completion: quick, or not at all */

static GStrv list_of(JsonArray *matches)
{
    GStrvBuilder *b = g_strv_builder_new();
    GStrv list;
    guint i;

    for (i = 0; matches && i < json_array_get_length(matches); i++) {
        g_strv_builder_add(b, json_array_get_string_element(matches, i));
    }
    list = g_strv_builder_end(b);
    g_strv_builder_unref(b);
    return list;
}

/* NULL also if a key was pressed: the user does not wait. */
static Frame *reply_soon(Client *c, const char *id)
{
    gint64 deadline = g_get_monotonic_time() +
                      COMPLETION_SECONDS * G_USEC_PER_SEC;
    Frame *f = NULL;

    while (!c->over && !(f = take_frames(c, id))) {
        struct pollfd fds[] = {
            { .fd = link_fd(c->link), .events = POLLIN },
            { .fd = c->signals, .events = POLLIN },
        };
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;

        if (left <= 0 || poll(fds, G_N_ELEMENTS(fds), (int)left) <= 0 ||
            fds[1].revents) {
            return NULL;
        }
        receive(c);
    }
    return f;
}

GStrv client_complete(const char *text, gsize *ret_start, void *opaque)
{
    Client *c = opaque;
    JsonObject *request = new_request("complete");
    g_autofree char *id = NULL;
    g_autoptr(Frame) f = NULL;

    json_object_set_string_member(request, "text", text);
    id = start(c, request);
    f = id ? reply_soon(c, id) : NULL;
    if (!f || strcmp(f->status, "ok") != 0) {
        return NULL;
    }
    *ret_start = json_number(f->payload, "start", 0);
    return list_of(json_list(f->payload, "matches"));
}

/* Commands */

static bool run_vcpu(Client *c, const char *argument)
{
    if (!client_set_vcpu(c, argument)) {
        show_error("#vcpu takes a vCPU's number or none, not '%s'", argument);
        c->failed = true;
        return false;
    }
    return true;
}

bool client_set_vcpu(Client *c, const char *text)
{
    guint64 n;

    if (strcmp(text, "none") == 0) {
        c->no_vcpu = true;
        return true;
    }
    if (!g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &n, NULL)) {
        return false;
    }
    c->no_vcpu = false;
    c->vcpu = n;
    return true;
}

static bool change_events(Client *c, const char *op, GStrv names, bool listed)
{
    JsonObject *request = new_request(op);
    JsonArray *list = json_array_new();
    JsonObject *reply;
    int i;

    for (i = 0; event_names[i]; i++) {
        if (g_strv_contains((const char *const *)names, event_names[i]) ==
            listed) {
            json_array_add_string_element(list, event_names[i]);
        }
    }
    json_object_set_array_member(request, "events", list);
    reply = ask(c, request);
    g_clear_pointer(&reply, json_object_unref);
    return reply || !c->over;
}

static bool run_events(Client *c, const char *argument)
{
    g_auto(GStrv) words = g_strsplit(argument, " ", 0);
    g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
    g_auto(GStrv) names = NULL;
    char **w;

    for (w = words; *w; w++) {
        if (**w && !g_strv_contains(event_names, *w)) {
            show_error("#events knows hits, journal and console, not '%s'", *w);
            c->failed = true;
            return false;
        } else if (**w) {
            g_strv_builder_add(builder, *w);
        }
    }
    names = g_strv_builder_end(builder);
    return change_events(c, "unsubscribe", names, false) &&
           change_events(c, "subscribe", names, true);
}

static bool run_status(Client *c, const char *argument)
{
    g_autoptr(JsonObject) reply = ask(c, new_request("status"));

    (void)argument;
    if (reply) {
        show_object(reply);
    }
    return reply;
}

static bool run_triggers(Client *c, const char *argument)
{
    g_autoptr(JsonObject) reply = ask(c, new_request("triggers"));
    JsonArray *list = reply ? json_list(reply, "triggers") : NULL;

    (void)argument;
    if (list) {
        show_table(list);
    }
    return reply;
}

static bool run_reload(Client *c, const char *argument)
{
    JsonObject *request = new_request("reload");
    g_autoptr(JsonObject) reply = NULL;

    (void)argument;
    set_place(c, request);
    reply = ask(c, request);
    if (reply) {
        show_remark("reloaded: %" G_GINT64_FORMAT " triggers",
                    json_number(reply, "triggers", 0));
    }
    return reply;
}

static bool run_help(Client *c, const char *argument)
{
    (void)c;
    (void)argument;
    show_text(help_text);
    return true;
}

static bool run_quit(Client *c, const char *argument)
{
    (void)argument;
    c->quit = c->over = true;
    return true;
}

/* There is nothing to be forgotten, or interrupted, at a prompt. */
static bool run_nothing(Client *c, const char *argument)
{
    (void)c;
    (void)argument;
    return true;
}

static const struct Command {
    const char *name;
    bool (*run)(Client *c, const char *argument);
    bool takes_argument;
} commands[] = {
    { "#vcpu", run_vcpu, true },          { "#events", run_events, true },
    { "#status", run_status, false },     { "#triggers", run_triggers, false },
    { "#reload", run_reload, false },     { "#help", run_help, false },
    { "#quit", run_quit, false },         { "#cancel", run_nothing, false },
    { "#interrupt", run_nothing, false },
};

static bool run_command(Client *c, const char *text)
{
    g_autofree char *copy = g_strstrip(g_strdup(text));
    gsize len = strcspn(copy, " \t");
    const char *argument = copy + len + strspn(copy + len, " \t");
    gsize i;

    copy[len] = '\0';
    for (i = 0; i < G_N_ELEMENTS(commands); i++) {
        if (strcmp(commands[i].name, copy) != 0) {
            continue;
        } else if (*argument && !commands[i].takes_argument) {
            show_error("%s takes no argument", copy);
            c->failed = true;
            return false;
        }
        return commands[i].run(c, argument);
    }
    show_error("there is no command '%s'; #help lists them", copy);
    c->failed = true;
    return false;
}

static bool run_question(Client *c, const char *text)
{
    JsonObject *request = new_request("help");
    g_autofree char *name = g_strstrip(g_strdup(text + strspn(text, "? \t")));
    g_autoptr(JsonObject) reply = NULL;

    json_object_set_string_member(request, "name", name);
    reply = ask(c, request);
    if (reply) {
        show_text(json_text(reply, "text", ""));
    }
    return reply;
}

/* Chunks */

static void show_faults(JsonObject *reply)
{
    JsonArray *names = json_list(reply, "triggers");
    g_autoptr(GString) text = g_string_new(NULL);
    guint i;

    g_string_printf(text, "%" G_GINT64_FORMAT " faults",
                    json_number(reply, "faults", 0));
    for (i = 0; names && i < json_array_get_length(names); i++) {
        g_string_append_printf(text, "%s%s", i ? ", " : ": ",
                               json_array_get_string_element(names, i));
    }
    show_text(text->str);
}

static bool run_chunk(Client *c, const char *text)
{
    bool xml = chunk_is_xml(text);
    JsonObject *request = new_request(xml ? "xml" : "eval");
    g_autoptr(JsonObject) reply = NULL;

    json_object_set_string_member(request, xml ? "document" : "code", text);
    set_place(c, request);
    reply = ask(c, request);
    if (reply && xml) {
        show_faults(reply);
    } else if (reply) {
        show_results(reply);
    }
    return reply;
}

bool client_is_command(const char *line)
{
    return *line == '#' || *line == '?';
}

bool client_run(Client *c, const char *text)
{
    if (*text == '#') {
        return run_command(c, text);
    } else if (*text == '?') {
        return run_question(c, text);
    }
    return run_chunk(c, text);
}

bool client_greet(Client *c)
{
    g_autoptr(JsonObject) hello = ask(c, new_request("hello"));
    gint64 n;

    if (hello) {
        n = json_number(hello, "vcpus", 1);
        show_remark("fi_lua %s, %s, %" G_GINT64_FORMAT " %s, %s QEMU (?name "
                    "for help, #help for commands, Ctrl-D leaves)",
                    json_text(hello, "plugin", "?"),
                    json_text(hello, "target", "?"), n,
                    n == 1 ? "vCPU" : "vCPUs", json_text(hello, "tier", "?"));
    }
    return hello;
}
