/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "session.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "../fi.h"
#include "../json_text.h"
#include "dispatch.h"
#include "server.h"

#define READ_SIZE (64u << 10)
/* What is taken from the socket ahead of the work; a frame must fit. */
#define MAX_BUFFERED (1u << 20)
#define MAX_IN_FLIGHT 256
/* Requests taken in one go, so that a client with many does not keep the
 * others waiting. */
#define MAX_WORK 64
/* Unread output beyond which events are dropped, then what chunks print, and
 * then the client. A chunk's output is part of its answer, so what a client has
 * subscribed to must not crowd it out. */
#define SOFT_LIMIT (1u << 20)
#define PRINT_LIMIT (16u << 20)
#define HARD_LIMIT (64u << 20)
#define PROMPT "fi> "
#define PROMPT_IN_CHUNK "..> "

FiSession *fi_session_new(GSocket *socket, unsigned number)
{
    FiSession *s = g_new0(FiSession, 1);

    s->refs = 1;
    s->number = number;
    s->socket = g_object_ref(socket);
    s->wire = fi_wire_new();
    s->in_flight = g_hash_table_new(g_str_hash, g_str_equal);
    s->sending = g_string_new(NULL);
    s->last_progress = g_get_monotonic_time();
    pthread_mutex_init(&s->lock, NULL);
    s->out = g_string_new(NULL);
    s->console = g_string_new(NULL);
    return s;
}

FiSession *fi_session_ref(FiSession *s)
{
    g_atomic_int_inc(&s->refs);
    return s;
}

void fi_session_unref(FiSession *s)
{
    if (!g_atomic_int_dec_and_test(&s->refs)) {
        return;
    }
    g_object_unref(s->socket);
    fi_wire_free(s->wire);
    g_hash_table_unref(s->in_flight);
    g_string_free(s->sending, TRUE);
    g_string_free(s->out, TRUE);
    g_string_free(s->console, TRUE);
    g_free(s->console_device);
    pthread_mutex_destroy(&s->lock);
    g_free(s);
}

static bool is_framed(FiSession *s)
{
    return g_atomic_int_get(&s->framed);
}

/* Output */

static void check_limit_locked(FiSession *s)
{
    if (s->out->len > HARD_LIMIT) {
        s->gone = true;
        g_string_truncate(s->out, 0);
    }
}

static void frame_locked(FiSession *s, const char *id, const char *status,
                         const char *json, size_t len)
{
    g_string_append_printf(s->out, "%s %s %zu\n", id, status, len);
    g_string_append_len(s->out, json, len);
    check_limit_locked(s);
}

/* Lines, each with a mark in front. */
static void lines_locked(FiSession *s, const char *mark, const char *text,
                         size_t len)
{
    const char *end = text + len;

    if (s->prompted) {
        g_string_append_c(s->out, '\n');
        s->prompted = NULL;
    }
    while (text < end) {
        const char *nl = memchr(text, '\n', end - text);
        size_t n = nl ? (size_t)(nl - text) : (size_t)(end - text);

        g_string_append(s->out, mark);
        g_string_append_len(s->out, text, n);
        g_string_append_c(s->out, '\n');
        text += n + 1;
    }
    check_limit_locked(s);
}

static void prompt_locked(FiSession *s, const char *text)
{
    g_string_append(s->out, text);
    s->prompted = text;
}

static void say_lost_locked(FiSession *s)
{
    g_autofree char *text = NULL;

    if (!s->lost || s->out->len > SOFT_LIMIT) {
        return;
    }
    if (is_framed(s)) {
        text = g_strdup_printf("{\"event\":\"lost\",\"count\":%" PRIu64 "}",
                               s->lost);
        frame_locked(s, "0", "event", text, strlen(text));
    } else {
        text = g_strdup_printf("%" PRIu64 " lines lost: they come faster than "
                               "they are read",
                               s->lost);
        lines_locked(s, "* ", text, strlen(text));
    }
    s->lost = 0;
}

static bool has_room_locked(FiSession *s, size_t limit)
{
    if (s->gone || s->out->len > limit) {
        s->lost++;
        return false;
    }
    say_lost_locked(s);
    return true;
}

static void event_locked(FiSession *s, const char *json, const char *text)
{
    const char *again = s->prompted;

    if (is_framed(s)) {
        if (json) {
            frame_locked(s, "0", "event", json, strlen(json));
        }
    } else if (text) {
        lines_locked(s, "* ", text, strlen(text));
        if (again) {
            prompt_locked(s, again);
        }
    }
}

void fi_session_event(FiSession *s, const char *json, const char *text)
{
    pthread_mutex_lock(&s->lock);
    if (has_room_locked(s, SOFT_LIMIT)) {
        event_locked(s, json, text);
    }
    pthread_mutex_unlock(&s->lock);
    fi_server_wake();
}

void fi_session_farewell(FiSession *s, const char *json, const char *text)
{
    pthread_mutex_lock(&s->lock);
    if (is_framed(s)) {
        frame_locked(s, "0", "event", json, strlen(json));
    } else {
        lines_locked(s, "* ", text, strlen(text));
    }
    pthread_mutex_unlock(&s->lock);
    s->closing = true;
}

void fi_session_print(FiSession *s, const FiRequest *r, const char *text,
                      size_t len)
{
    g_autoptr(GString) json = g_string_new("{\"event\":\"print\",\"text\":");

    if (r->id) {
        fi_json_string(json, text, len);
        g_string_append_printf(json, ",\"request\":\"%s\"}", r->id);
    }
    pthread_mutex_lock(&s->lock);
    if (!has_room_locked(s, PRINT_LIMIT)) {
        /* counted */
    } else if (r->id) {
        frame_locked(s, "0", "event", json->str, json->len);
    } else {
        lines_locked(s, "", text, len);
        if (!len) {
            g_string_append_c(s->out, '\n');
        }
    }
    pthread_mutex_unlock(&s->lock);
    fi_server_wake();
}

/* The bytes at the end that may be the begin of a character. */
static size_t incomplete_tail(const char *s, size_t len)
{
    size_t n;

    for (n = 1; n <= MIN(len, 3); n++) {
        gunichar c = g_utf8_get_char_validated(s + len - n, n);

        if (((unsigned char)s[len - n] & 0xc0) == 0xc0) {
            return c == (gunichar)-2 ? n : 0;
        }
    }
    return 0;
}

static void flush_console_locked(FiSession *s, size_t len)
{
    g_autoptr(GString) json = NULL;
    g_autofree char *text = NULL;

    if (len && has_room_locked(s, SOFT_LIMIT)) {
        json = g_string_new("{\"event\":\"console\",\"device\":");
        fi_json_string(json, s->console_device, strlen(s->console_device));
        g_string_append_printf(json,
                               ",\"type\":\"%s\",\"text\":", s->console_type);
        fi_json_string(json, s->console->str, len);
        g_string_append_c(json, '}');
        text = g_strdup_printf("console %.*s", (int)len, s->console->str);
        event_locked(s, json->str, text);
    }
    if (s->console_lost) {
        /* What did not fit would have been one more event, at least. */
        s->console_lost = false;
        s->lost++;
    }
    g_string_erase(s->console, 0, len);
}

void fi_session_flush_console(FiSession *s)
{
    pthread_mutex_lock(&s->lock);
    flush_console_locked(
        s, s->console->len - incomplete_tail(s->console->str, s->console->len));
    pthread_mutex_unlock(&s->lock);
}

void fi_session_console(FiSession *s, const char *device, const char *type,
                        char byte)
{
    pthread_mutex_lock(&s->lock);
    if (g_strcmp0(s->console_device, device) != 0) {
        /* What another port has said is not mixed with it. */
        flush_console_locked(s, s->console->len);
        g_free(s->console_device);
        s->console_device = g_strdup(device);
        s->console_type = g_intern_string(type);
    }
    if (s->console->len < SOFT_LIMIT && !s->gone) {
        g_string_append_c(s->console, byte);
    } else {
        s->console_lost = true;
    }
    pthread_mutex_unlock(&s->lock);
}

/* Replies */

static void frame(FiSession *s, const char *id, const char *status,
                  const char *json, size_t len)
{
    pthread_mutex_lock(&s->lock);
    if (!s->gone) {
        frame_locked(s, id, status, json, len);
    }
    pthread_mutex_unlock(&s->lock);
}

/* Only one is ever shown: a chunk that is done or refused, or a command. */
static void prompt(FiSession *s)
{
    pthread_mutex_lock(&s->lock);
    if (!s->gone && !is_framed(s) && !s->running && !s->closing) {
        prompt_locked(s,
                      fi_wire_chunk_lines(s->wire) ? PROMPT_IN_CHUNK : PROMPT);
    }
    pthread_mutex_unlock(&s->lock);
}

/* The user has ended its line. */
static void forget_prompt(FiSession *s)
{
    pthread_mutex_lock(&s->lock);
    s->prompted = NULL;
    pthread_mutex_unlock(&s->lock);
}

static void lines(FiSession *s, const char *mark, const char *text)
{
    pthread_mutex_lock(&s->lock);
    if (!s->gone) {
        lines_locked(s, mark, text, strlen(text));
    }
    pthread_mutex_unlock(&s->lock);
}

static void add_error(GString *json, const FiRequest *r, const char *kind,
                      const char *text)
{
    const char *mark = strstr(text, "\nstack traceback:");

    g_string_append(json, "{\"error\":");
    fi_json_string(json, text, mark ? (size_t)(mark - text) : strlen(text));
    g_string_append_printf(json, ",\"kind\":\"%s\"", kind);
    if (mark) {
        g_string_append(json, ",\"traceback\":");
        fi_json_string(json, mark + 1, strlen(mark + 1));
    }
    if (r && r->line) {
        g_string_append_printf(json, ",\"line\":%u", r->line);
    }
    if (r && r->attribute) {
        g_string_append(json, ",\"attribute\":");
        fi_json_string(json, r->attribute, strlen(r->attribute));
    }
    g_string_append_c(json, '}');
}

static void answer_error(FiSession *s, const char *id, const FiRequest *r,
                         const char *kind, const char *text)
{
    g_autoptr(GString) json = g_string_new(NULL);

    if (!is_framed(s)) {
        lines(s, "! ", text);
        return;
    }
    add_error(json, r, kind, text);
    frame(s, id ? id : "0", "err", json->str, json->len);
}

static void add_events(FiSession *s, GString *out, bool as_text)
{
    if (!as_text) {
        g_string_append(out, "{\"events\":[");
        fi_events_append(out, g_atomic_int_get(&s->events), false);
        g_string_append(out, "]}");
    }
}

/* The reply is known only here. */
static void change_events(FiSession *s, FiRequest *r)
{
    unsigned now = g_atomic_int_get(&s->events);

    g_string_truncate(r->reply, 0);
    if (r->op == FI_OP_SUBSCRIBE) {
        now = r->as_text ? r->events : now | r->events;
    } else {
        now &= ~r->events;
    }
    g_atomic_int_set(&s->events, now);
    fi_server_events_changed();
    add_events(s, r->reply, r->as_text);
}

void fi_session_answer(FiSession *s, FiRequest *r)
{
    if (!r->failed &&
        (r->op == FI_OP_SUBSCRIBE || r->op == FI_OP_UNSUBSCRIBE)) {
        change_events(s, r);
    }
    if (r->id) {
        g_hash_table_remove(s->in_flight, r->id);
    } else if (s->running == r) {
        s->running = NULL;
    }
    if (r->failed) {
        answer_error(s, r->id, r, r->kind, r->error);
    } else if (r->id) {
        frame(s, r->id, "ok", r->reply->str, r->reply->len);
    } else {
        lines(s, "", r->reply->str);
    }
    prompt(s);
    s->more = true;
}

void fi_session_tell_waiting(FiSession *s, FiRequest *r, const char *why)
{
    g_autoptr(GString) json = g_string_new("{\"why\":");

    if (r->id) {
        fi_json_string(json, why, strlen(why));
        g_string_append_c(json, '}');
        frame(s, r->id, "wait", json->str, json->len);
    } else {
        lines(s, "* ", why);
    }
}

/* Requests */

/* Takes @r over. */
static void submit(FiSession *s, FiRequest *r)
{
    r->session = fi_session_ref(s);
    r->owner = s->number;
    if (r->id) {
        g_hash_table_insert(s->in_flight, r->id, r);
    } else {
        r->as_text = true;
        s->running = r;
    }
    fi_dispatch_submit(r);
}

/* Takes @text over, which may be NULL. */
static void submit_text(FiSession *s, FiOp op, char *text, size_t len)
{
    FiRequest *r = fi_request_new(op);

    r->text = text;
    r->len = len;
    r->vcpu = op == FI_OP_HELP ? FI_ON_NO_VCPU : s->vcpu;
    r->name = g_strdup_printf("repl:%u", s->chunks);
    submit(s, r);
}

static void add_hello(GString *json)
{
    g_string_append_printf(json,
                           "{\"plugin\":\"%s\",\"protocol\":1,\"tier\":\"%s\","
                           "\"target\":\"%s\",\"vcpus\":%u,\"pid\":%d,"
                           "\"script\":",
                           FI_VERSION,
                           fi_has(FI_CAP_CLOCK) ? "patched" : "stock",
                           fi.target, fi.n_vcpus, (int)getpid());
    if (fi.opts->script) {
        fi_json_string(json, fi.opts->script, strlen(fi.opts->script));
    } else {
        g_string_append(json, "null");
    }
    g_string_append_c(json, '}');
}

/* What the I/O thread can do itself: true if it did. */
static bool done_at_once(FiSession *s, FiRequest *r)
{
    FiRequest *other;

    if (r->op == FI_OP_HELLO) {
        add_hello(r->reply);
    } else if (r->op == FI_OP_INTERRUPT) {
        other = g_hash_table_lookup(s->in_flight, r->text);
        g_string_append_printf(r->reply, "{\"interrupted\":%s}",
                               other && fi_dispatch_interrupt(other) ? "true"
                                                                     : "false");
    } else if (r->op == FI_OP_UNSUBSCRIBE ||
               (r->op == FI_OP_SUBSCRIBE && !(r->events & FI_EVENT_CONSOLE))) {
        change_events(s, r);
    } else {
        return false;
    }
    frame(s, r->id, "ok", r->reply->str, r->reply->len);
    fi_request_unref(r);
    return true;
}

static void take_request(FiSession *s, const FiWireItem *item)
{
    g_autoptr(GError) error = NULL;
    FiRequest *r;

    if (g_hash_table_contains(s->in_flight, item->id)) {
        answer_error(s, item->id, NULL, "request",
                     "there is a request of that ID, which is not done yet");
        return;
    }
    r = fi_request_parse(item->id, item->text, item->len, &error);
    if (!r) {
        answer_error(s, item->id, NULL, "request", error->message);
    } else if (!done_at_once(s, r)) {
        submit(s, r);
    }
}

/* Commands of text mode */

static const char commands[] =
    "a line is Lua: an expression, whose results are shown, or a statement\n"
    "?name            help on a function, a field or a topic; ? lists them\n"
    "<…               a fault document in the RFC's XML\n"
    "#vcpu N|none     where chunks run from now on\n"
    "#events NAME…    be told of hits, journal, console; none: of nothing\n"
    "#interrupt       end the chunk that is running\n"
    "#cancel          forget the incomplete chunk\n"
    "#quit            end the connection\n"
    "#framed 1        for programs: docs/protocol.md";

static void complain(FiSession *s, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static void complain(FiSession *s, const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    lines(s, "! ", text);
}

static void set_vcpu(FiSession *s, const char *word)
{
    guint64 n;

    if (g_strcmp0(word, "none") == 0) {
        s->vcpu = FI_ON_NO_VCPU;
    } else if (word && g_ascii_string_to_unsigned(word, 10, 0, fi.max_vcpus - 1,
                                                  &n, NULL)) {
        s->vcpu = n;
    } else {
        complain(s, "#vcpu takes a number from 0 to %u, or none",
                 fi.max_vcpus - 1);
    }
}

static void set_events(FiSession *s, char **words)
{
    unsigned bits = 0, bit;
    FiRequest *r;

    for (; *words; words++) {
        if (!fi_event_by_name(*words, &bit)) {
            complain(s, "#events: %s is none of hits, journal, console",
                     *words);
            return;
        }
        bits |= bit;
    }
    r = fi_request_new(FI_OP_SUBSCRIBE);
    r->events = bits;
    r->vcpu = FI_ON_NO_VCPU;
    r->as_text = true;
    if (bits & FI_EVENT_CONSOLE) {
        submit(s, r);
    } else {
        change_events(s, r);
        fi_request_unref(r);
    }
}

/* A word that would be ignored was meant to do something. */
static bool has_too_many(FiSession *s, char **words)
{
    static const struct {
        const char *command;
        unsigned words;
    } most[] = { { "help", 1 },
                 { "vcpu", 2 },
                 { "cancel", 1 },
                 { "quit", 1 },
                 { "framed", 2 } };
    guint n = g_strv_length(words);
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(most); i++) {
        if (strcmp(words[0], most[i].command) == 0 && n > most[i].words) {
            complain(s, "#%s: '%s' is one word too many", words[0],
                     words[most[i].words]);
            return true;
        }
    }
    return false;
}

static void set_framed(FiSession *s, const char *version)
{
    if (g_strcmp0(version, "1") != 0) {
        complain(s, "#framed: there is version 1 only");
        return;
    }
    pthread_mutex_lock(&s->lock);
    g_string_append(s->out, "\n#framed 1\n"); /* a line of its own */
    s->prompted = NULL;
    g_atomic_int_set(&s->framed, 1);
    pthread_mutex_unlock(&s->lock);
    fi_wire_set_framed(s->wire);
}

static void take_command(FiSession *s, const char *text)
{
    g_auto(GStrv) split = g_strsplit_set(text, " \t", -1);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    char **w, **words;

    for (w = split; *w; w++) {
        if (**w) {
            g_ptr_array_add(list, *w);
        }
    }
    g_ptr_array_add(list, NULL);
    words = (char **)list->pdata;
    if (!words[0]) {
        return;
    } else if (has_too_many(s, words)) {
        return;
    } else if (strcmp(words[0], "help") == 0) {
        lines(s, "", commands);
    } else if (strcmp(words[0], "vcpu") == 0) {
        set_vcpu(s, words[1]);
    } else if (strcmp(words[0], "events") == 0) {
        set_events(s, words + 1);
    } else if (strcmp(words[0], "cancel") == 0) {
        fi_wire_cancel(s->wire);
    } else if (strcmp(words[0], "quit") == 0) {
        s->closing = true;
    } else {
        set_framed(s, words[1]);
    }
}

static void take_item(FiSession *s, FiWireItem *item)
{
    switch (item->kind) {
    case FI_WIRE_CHUNK:
        s->chunks++;
        submit_text(s, FI_OP_EVAL, g_steal_pointer(&item->text), item->len);
        break;
    case FI_WIRE_XML:
        submit_text(s, FI_OP_XML, g_steal_pointer(&item->text), item->len);
        break;
    case FI_WIRE_HELP:
        submit_text(s, FI_OP_HELP, g_steal_pointer(&item->text), item->len);
        break;
    case FI_WIRE_SYNTAX:
        lines(s, "! ", item->text);
        break;
    case FI_WIRE_COMMAND:
        take_command(s, item->text);
        break;
    case FI_WIRE_REQUEST:
        take_request(s, item);
        break;
    case FI_WIRE_BAD:
        answer_error(s, NULL, NULL, "request", item->text);
        s->closing = s->closing || is_framed(s);
        break;
    }
}

static bool may_take(FiSession *s)
{
    return !s->running && !s->closing &&
           g_hash_table_size(s->in_flight) < MAX_IN_FLIGHT;
}

static bool has_requests(FiSession *s)
{
    return s->running || g_hash_table_size(s->in_flight) > 0;
}

void fi_session_work(FiSession *s)
{
    int n;

    if (fi_wire_take_interrupt(s->wire) && s->running) {
        fi_dispatch_interrupt(s->running);
    }
    s->more = false;
    for (n = 0; may_take(s); n++) {
        FiWireItem *item;
        unsigned before = fi_wire_chunk_lines(s->wire);

        if (n == MAX_WORK) {
            s->more = true;
            return;
        }
        item = fi_wire_next(s->wire);
        if (!item) {
            if (fi_wire_chunk_lines(s->wire) > before) {
                forget_prompt(s);
                prompt(s);
            }
            break;
        }
        forget_prompt(s);
        take_item(s, item);
        fi_wire_item_free(item);
        prompt(s);
    }
    if (s->ended && !has_requests(s) && !s->more) {
        s->closing = true;
    }
}

/* The socket */

void fi_session_greet(FiSession *s)
{
    pthread_mutex_lock(&s->lock);
    g_string_append_printf(s->out,
                           "fi_lua %s, %s, %u vCPU%s (?name for help, #help "
                           "for commands)\n",
                           FI_VERSION, fi.target, fi.n_vcpus,
                           fi.n_vcpus == 1 ? "" : "s");
    prompt_locked(s, PROMPT);
    pthread_mutex_unlock(&s->lock);
}

void fi_session_read(FiSession *s)
{
    char data[READ_SIZE];
    g_autoptr(GError) error = NULL;
    gssize n = g_socket_receive(s->socket, data, sizeof(data), NULL, &error);

    if (n > 0) {
        fi_wire_feed(s->wire, data, n);
        s->more = true;
    } else if (n == 0 ||
               !g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) {
        s->ended = true;
        s->more = true;
        fi_wire_end(s->wire);
    }
}

static void take_output(FiSession *s)
{
    pthread_mutex_lock(&s->lock);
    say_lost_locked(s);
    if (s->sent == s->sending->len) {
        GString *empty = s->sending;

        g_string_truncate(empty, 0);
        s->sending = s->out;
        s->out = empty;
        s->sent = 0;
    }
    pthread_mutex_unlock(&s->lock);
}

static bool is_gone(FiSession *s)
{
    bool gone;

    pthread_mutex_lock(&s->lock);
    gone = s->gone;
    pthread_mutex_unlock(&s->lock);
    return gone;
}

bool fi_session_write(FiSession *s)
{
    for (;;) {
        g_autoptr(GError) error = NULL;
        gssize n;

        if (is_gone(s)) {
            return false;
        }
        take_output(s);
        if (s->sent == s->sending->len) {
            s->last_progress = g_get_monotonic_time();
            return !(s->closing && !has_requests(s));
        }
        n = g_socket_send(s->socket, s->sending->str + s->sent,
                          s->sending->len - s->sent, NULL, &error);
        if (n < 0) {
            return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK);
        }
        s->sent += n;
        s->last_progress = g_get_monotonic_time();
    }
}

GIOCondition fi_session_condition(FiSession *s)
{
    GIOCondition c = 0;
    size_t max = is_framed(s) ? FI_WIRE_MAX_FRAME + READ_SIZE : MAX_BUFFERED;

    if (!s->ended && !s->closing && fi_wire_buffered(s->wire) < max) {
        c |= G_IO_IN;
    }
    if (s->sent < s->sending->len) {
        c |= G_IO_OUT;
    }
    return c;
}

void fi_session_close(FiSession *s)
{
    pthread_mutex_lock(&s->lock);
    s->gone = true;
    g_string_truncate(s->out, 0);
    pthread_mutex_unlock(&s->lock);
    g_hash_table_remove_all(s->in_flight);
    s->running = NULL;
    g_atomic_int_set(&s->events, 0);
    g_socket_close(s->socket, NULL);
}
