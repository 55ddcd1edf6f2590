/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "server.h"

#include <errno.h>
#include <glib-unix.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "../fi.h"
#include "../hardware.h"
#include "../instrument_impl.h"
#include "control.h"
#include "dispatch.h"
#include "feed.h"
#include "session.h"
#include "socket_file.h"

/*
 * The socket, and the I/O thread, which reads, writes, hands requests on
 * (dispatch.c) and answers them.  It takes no lock that anybody waits under, so
 * it can always be joined.
 */

#define CONSOLE_DELAY_MS 10
#define STALE_CHECK_S 5
#define STALE_US (30 * G_USEC_PER_SEC)
#define DRAIN_US (1 * G_USEC_PER_SEC)
/* A reply that waits that long for being live is told of. */
#define LIVE_PATIENCE_US (200 * 1000)
/* For how long a vCPU that has done its share of requests leaves QEMU's big lock
 * to others. */
#define REST_MS 5

static struct {
    gint on; /* atomic: there is a socket */
    FiSocketFile *socket_file;

    GMainContext *context;
    pthread_t io_thread;
    bool started;
    int wake_fd;
    gint woken;           /* atomic: wake_fd has been written to */
    gint console_waits;   /* atomic: there is console output to be said */
    gint settling;        /* atomic: replies wait until all is live */
    GPtrArray *unsettled; /* the I/O thread's: finished, not yet live */
    bool console_timer;   /* the I/O thread's: one is set, as the next one */
    bool patience_timer;
    bool rest_timer;
    unsigned last_number;

    pthread_mutex_t lock; /* guards what follows */
    GPtrArray *sessions;  /* changed by the I/O thread only */

    bool stopping; /* with what to say of it */
    const char *reason;
    bool has_code;
    int code;
} server = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
};

bool fi_control_is_on(void)
{
    return g_atomic_int_get(&server.on);
}

void fi_server_wake(void)
{
    uint64_t one = 1;

    if (g_atomic_int_compare_and_exchange(&server.woken, 0, 1)) {
        while (write(server.wake_fd, &one, sizeof(one)) < 0 && errno == EINTR) {
        }
    }
}

/* Replies */

void fi_control_settled(void)
{
    if (g_atomic_int_get(&server.settling)) {
        fi_server_wake();
    }
}

static bool is_live(const FiRequest *r)
{
    return fi_instrument_is_live(r->generation) && !fi_hardware_pending();
}

static void answer(FiRequest *r)
{
    FiSession *s = r->session;

    if (!g_socket_is_closed(s->socket)) {
        fi_session_answer(s, r);
    }
    fi_session_unref(s);
    fi_request_unref(r);
}

static void answer_live_ones(void)
{
    guint i = 0;

    /* Before looking: what becomes live behind that wakes us again. */
    g_atomic_int_set(&server.settling, 1);
    while (i < server.unsettled->len) {
        FiRequest *r = g_ptr_array_index(server.unsettled, i);

        if (is_live(r)) {
            g_ptr_array_remove_index(server.unsettled, i);
            answer(r);
        } else {
            i++;
        }
    }
    g_atomic_int_set(&server.settling, server.unsettled->len > 0);
}

static gboolean complain_of_unsettled(void *opaque)
{
    gint64 now = g_get_monotonic_time();
    guint i;

    (void)opaque;
    for (i = 0; i < server.unsettled->len; i++) {
        FiRequest *r = g_ptr_array_index(server.unsettled, i);

        if (now - r->finished_us >= LIVE_PATIENCE_US) {
            fi_dispatch_tell(r,
                             "done, but not live yet: that needs a vCPU that "
                             "executes");
        }
    }
    server.patience_timer = server.unsettled->len > 0;
    return server.patience_timer;
}

/* Sessions, on the I/O thread */

static void add_source(GSource *source, GSourceFunc fn, void *opaque)
{
    g_source_set_callback(source, fn, opaque, NULL);
    g_source_attach(source, server.context);
    g_source_unref(source);
}

static gboolean session_event(GSocket *socket, GIOCondition condition,
                              gpointer opaque)
{
    FiSession *s = opaque;

    (void)socket;
    if (condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) {
        fi_session_read(s);
    }
    fi_server_wake(); /* which works and writes */
    return G_SOURCE_CONTINUE;
}

static void drop_source(FiSession *s)
{
    if (s->source) {
        g_source_destroy(s->source);
        g_clear_pointer(&s->source, g_source_unref);
    }
    s->watched = 0;
}

static void watch(FiSession *s)
{
    GIOCondition c = fi_session_condition(s);

    if (c == s->watched) {
        return;
    }
    drop_source(s);
    if (c) {
        s->source = g_socket_create_source(s->socket, c, NULL);
        g_source_set_callback(s->source, G_SOURCE_FUNC(session_event), s, NULL);
        g_source_attach(s->source, server.context);
        s->watched = c;
    }
}

static void drop_session(FiSession *s)
{
    drop_source(s);
    pthread_mutex_lock(&server.lock);
    g_ptr_array_remove(server.sessions, s);
    pthread_mutex_unlock(&server.lock);
    fi_session_close(s);
    fi_server_events_changed();
    fi_session_unref(s);
}

static void serve(FiSession *s)
{
    if (s->more) {
        fi_session_work(s);
    }
    if (fi_session_write(s)) {
        watch(s);
        if (s->more) {
            fi_server_wake();
        }
    } else {
        drop_session(s);
    }
}

static gboolean flush_console(void *opaque)
{
    guint i;

    (void)opaque;
    server.console_timer = false;
    for (i = 0; i < server.sessions->len; i++) {
        fi_session_flush_console(g_ptr_array_index(server.sessions, i));
    }
    fi_server_wake();
    return G_SOURCE_REMOVE;
}

static gboolean end_rest(void *opaque)
{
    (void)opaque;
    server.rest_timer = false;
    fi_dispatch_end_rests();
    return G_SOURCE_REMOVE;
}

static gboolean wake_up(gint fd, GIOCondition condition, gpointer opaque)
{
    uint64_t count;
    guint i;

    (void)condition;
    (void)opaque;
    while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR) {
    }
    /* In this order: who finds it set has said something that is seen below. */
    g_atomic_int_set(&server.woken, 0);
    fi_dispatch_take_finished(server.unsettled);
    answer_live_ones();
    if (server.unsettled->len && !server.patience_timer) {
        server.patience_timer = true;
        add_source(g_timeout_source_new(LIVE_PATIENCE_US / 1000),
                   complain_of_unsettled, NULL);
    }
    if (g_atomic_int_compare_and_exchange(&server.console_waits, 1, 0) &&
        !server.console_timer) {
        server.console_timer = true;
        add_source(g_timeout_source_new(CONSOLE_DELAY_MS), flush_console, NULL);
    }
    if (fi_dispatch_has_new_rests() && !server.rest_timer) {
        server.rest_timer = true;
        add_source(g_timeout_source_new(REST_MS), end_rest, NULL);
    }
    for (i = server.sessions->len; i-- > 0;) {
        serve(g_ptr_array_index(server.sessions, i));
    }
    return G_SOURCE_CONTINUE;
}

static gboolean drop_stale(void *opaque)
{
    gint64 now = g_get_monotonic_time();
    guint i;

    (void)opaque;
    for (i = server.sessions->len; i-- > 0;) {
        FiSession *s = g_ptr_array_index(server.sessions, i);

        if (s->sent < s->sending->len && now - s->last_progress > STALE_US) {
            drop_session(s);
        }
    }
    return G_SOURCE_CONTINUE;
}

/* The uid of whoever has connected; -1 if that cannot be told. */
static gint64 peer_uid(GSocket *socket)
{
    g_autoptr(GCredentials) peer = g_socket_get_credentials(socket, NULL);
    uid_t uid = peer ? g_credentials_get_unix_user(peer, NULL) : (uid_t)-1;

    return uid == (uid_t)-1 ? -1 : (gint64)uid;
}

static bool is_allowed(GSocket *socket)
{
    gint64 uid = peer_uid(socket);
    g_autofree char *text = NULL;

    if (uid == (gint64)geteuid()) {
        return true;
    }
    text = g_strdup_printf("fi_lua: refused: this QEMU belongs to the user "
                           "with uid %u, not %" G_GINT64_FORMAT "\n",
                           (unsigned)geteuid(), uid);
    g_socket_send(socket, text, strlen(text), NULL, NULL);
    return false;
}

static gboolean accept_client(GSocket *listener, GIOCondition condition,
                              gpointer opaque)
{
    g_autoptr(GSocket) socket = g_socket_accept(listener, NULL, NULL);
    FiSession *s;

    (void)condition;
    (void)opaque;
    if (!socket) {
        return G_SOURCE_CONTINUE;
    }
    g_socket_set_blocking(socket, FALSE);
    if (!is_allowed(socket)) {
        g_socket_close(socket, NULL);
        return G_SOURCE_CONTINUE;
    }
    s = fi_session_new(socket, ++server.last_number);
    pthread_mutex_lock(&server.lock);
    g_ptr_array_add(server.sessions, s);
    pthread_mutex_unlock(&server.lock);
    fi_session_greet(s);
    serve(s);
    return G_SOURCE_CONTINUE;
}

/* Events */

void fi_server_events_changed(void)
{
    gint mask = 0;
    guint i;

    pthread_mutex_lock(&server.lock);
    for (i = 0; i < server.sessions->len; i++) {
        FiSession *s = g_ptr_array_index(server.sessions, i);

        mask |= g_atomic_int_get(&s->events);
    }
    g_atomic_int_set(&fi_feed_mask, mask);
    pthread_mutex_unlock(&server.lock);
    fi_journal_set_watched(fi.journal, mask & FI_EVENT_JOURNAL);
}

void fi_server_broadcast(FiEvents event, const char *json, const char *text)
{
    guint i;

    pthread_mutex_lock(&server.lock);
    for (i = 0; i < server.sessions->len; i++) {
        FiSession *s = g_ptr_array_index(server.sessions, i);

        if (g_atomic_int_get(&s->events) & (gint)event) {
            fi_session_event(s, json, text);
        }
    }
    pthread_mutex_unlock(&server.lock);
}

void fi_server_console(const char *device, const char *type, char byte)
{
    guint i;

    pthread_mutex_lock(&server.lock);
    for (i = 0; i < server.sessions->len; i++) {
        FiSession *s = g_ptr_array_index(server.sessions, i);

        if (g_atomic_int_get(&s->events) & FI_EVENT_CONSOLE) {
            fi_session_console(s, device, type, byte);
        }
    }
    pthread_mutex_unlock(&server.lock);
    g_atomic_int_set(&server.console_waits, 1);
    fi_server_wake();
}

static FiSession *find_session(unsigned number)
{
    FiSession *found = NULL;
    guint i;

    pthread_mutex_lock(&server.lock);
    for (i = 0; !found && i < server.sessions->len; i++) {
        FiSession *s = g_ptr_array_index(server.sessions, i);

        if (s->number == number) {
            found = fi_session_ref(s);
        }
    }
    pthread_mutex_unlock(&server.lock);
    return found;
}

static void print_of_handler(FiSession *s, const FiContext *c, const char *text,
                             size_t len)
{
    const char *name = c->trigger ? c->trigger->name : NULL;
    g_autoptr(GString) json = fi_feed_print(name, text, len);
    g_autofree char *line = name ? g_strdup_printf("%s: %.*s", name, (int)len,
                                                   text)
                                 : g_strndup(text, len);

    fi_session_event(s, json->str, line);
}

bool fi_control_print(const FiContext *c, const char *text, size_t len)
{
    FiSession *s;

    if (c && c->request) {
        fi_session_print(c->request->session, c->request, text, len);
        return true;
    } else if (!c || !c->owner || !fi_control_is_on()) {
        return false;
    }
    s = find_session(c->owner);
    if (!s) {
        return false;
    }
    print_of_handler(s, c, text, len);
    fi_session_unref(s);
    return true;
}

/* The end */

/* What was done is answered although it is not live; what runs (a thread that
 * is left behind) is not. */
static void answer_rest(void)
{
    fi_dispatch_take_rest(server.unsettled);
    while (server.unsettled->len) {
        answer(g_ptr_array_steal_index(server.unsettled, 0));
    }
}

/* Send what there is, side by side: who does not read keeps nobody else from
 * getting all of it. */
static void drain(gint64 deadline)
{
    g_autoptr(GArray) fds = g_array_new(FALSE, FALSE, sizeof(GPollFD));
    gint64 left;
    guint i;

    do {
        g_array_set_size(fds, 0);
        for (i = 0; i < server.sessions->len; i++) {
            FiSession *s = g_ptr_array_index(server.sessions, i);
            GPollFD fd = { g_socket_get_fd(s->socket), G_IO_OUT, 0 };

            if (fi_session_write(s) && (fi_session_condition(s) & G_IO_OUT)) {
                g_array_append_val(fds, fd);
            }
        }
        left = (deadline - g_get_monotonic_time()) / 1000;
    } while (fds->len && left > 0 &&
             g_poll((GPollFD *)fds->data, fds->len, left) >= 0);
}

static void say_farewell(void)
{
    g_autoptr(GString) json = g_string_new("{\"event\":\"end\",\"reason\":");
    guint i;
    g_autofree char *text = server.has_code
                                ? g_strdup_printf("QEMU ends: %s, status %d",
                                                  server.reason, server.code)
                                : g_strdup_printf("QEMU ends: %s",
                                                  server.reason);

    g_string_append_printf(json, "\"%s\",\"code\":", server.reason);
    g_string_append_printf(json, server.has_code ? "%d}" : "null}",
                           server.code);
    for (i = 0; i < server.sessions->len; i++) {
        FiSession *s = g_ptr_array_index(server.sessions, i);

        fi_session_flush_console(s);
        fi_session_farewell(s, json->str, text);
    }
    drain(g_get_monotonic_time() + DRAIN_US);
    while (server.sessions->len) {
        drop_session(g_ptr_array_index(server.sessions, 0));
    }
}

static bool is_stopping(void)
{
    bool stopping;

    pthread_mutex_lock(&server.lock);
    stopping = server.stopping;
    pthread_mutex_unlock(&server.lock);
    return stopping;
}

static void *io_main(void *opaque)
{
    g_main_context_push_thread_default(server.context);
    while (!is_stopping()) {
        g_main_context_iteration(server.context, TRUE);
    }
    answer_rest();
    say_farewell();
    g_main_context_pop_thread_default(server.context);
    return opaque;
}

void fi_control_stop(const char *reason, bool has_code, int code)
{
    if (!fi_control_is_on()) {
        return;
    }
    fi_socket_file_remove(server.socket_file);
    if (server.started) {
        pthread_mutex_lock(&server.lock);
        server.stopping = true;
        server.reason = reason;
        server.has_code = has_code;
        server.code = code;
        pthread_mutex_unlock(&server.lock);
        fi_server_wake();
        pthread_join(server.io_thread, NULL);
        g_main_context_unref(server.context);
    }
    g_atomic_int_set(&server.on, 0);
    g_clear_pointer(&server.socket_file, fi_socket_file_free);
}

/* The start */

bool fi_control_listen(const char *path, GError **error)
{
    server.socket_file = fi_socket_file_listen(path, error);
    g_atomic_int_set(&server.on, server.socket_file != NULL);
    return server.socket_file;
}

bool fi_server_thread(pthread_t *thread, void *(*fn)(void *))
{
    int failed;
    sigset_t all, old;

    /* Signals are QEMU's business, on QEMU's threads. */
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    failed = pthread_create(thread, NULL, fn, NULL);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (failed) {
        fi_message("option socket: cannot create a thread: %s",
                   g_strerror(failed));
    }
    return !failed;
}

bool fi_control_start(void)
{
    GSource *source;

    if (!fi_control_is_on()) {
        return true;
    }
    server.wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server.context = g_main_context_new();
    server.sessions = g_ptr_array_new();
    server.unsettled = g_ptr_array_new();
    source = g_socket_create_source(fi_socket_file_socket(server.socket_file),
                                    G_IO_IN, NULL);
    add_source(source, G_SOURCE_FUNC(accept_client), NULL);
    add_source(g_unix_fd_source_new(server.wake_fd, G_IO_IN),
               G_SOURCE_FUNC(wake_up), NULL);
    add_source(g_timeout_source_new_seconds(STALE_CHECK_S), drop_stale, NULL);
    server.started = fi_dispatch_start() &&
                     fi_server_thread(&server.io_thread, io_main);
    return server.started;
}
