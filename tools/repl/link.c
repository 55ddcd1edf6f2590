/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "link.h"

#include <errno.h>
#include <gio/gio.h>
#include <poll.h>
#include <pwd.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define FRAMED "#framed 1\n"
#define MAX_GREETING (64 * 1024)
#define MAX_HEADER 128
#define MAX_PAYLOAD (16 * 1024 * 1024)
/* Whoever listens answers at once; only a stopped process does not. */
#define GREETING_SECONDS 10
#define SEND_SECONDS 10

struct Link {
    int fd;
    GByteArray *in;
};

void frame_free(Frame *f)
{
    if (f) {
        g_free(f->id);
        g_free(f->status);
        g_clear_pointer(&f->payload, json_object_unref);
        g_free(f);
    }
}

static bool fail(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    g_propagate_error(
        error, g_error_new_valist(G_IO_ERROR, G_IO_ERROR_FAILED, fmt, ap));
    va_end(ap);
    return false;
}

/* Connecting */

static bool set_address(struct sockaddr_un *addr, const char *path,
                        GError **error)
{
    memset(addr, 0, sizeof(*addr));
    addr->sun_family = AF_UNIX;
    if (strlen(path) >= sizeof(addr->sun_path)) {
        return fail(error,
                    "%s: the path of a socket has at most %zu bytes; use a "
                    "shorter one, e.g. relative to another directory",
                    path, sizeof(addr->sun_path) - 1);
    }
    strcpy(addr->sun_path, path);
    return true;
}

static char *owner_of(const char *path)
{
    struct stat st;
    const struct passwd *pw;

    if (stat(path, &st) != 0) {
        return g_strdup("another user");
    }
    pw = getpwuid(st.st_uid);
    return pw ? g_strdup(pw->pw_name) : g_strdup_printf("user %u", st.st_uid);
}

static bool cannot_connect(const char *path, int err, GError **error)
{
    g_autofree char *owner = NULL;
    struct stat st;

    switch (err) {
    case ENOENT:
    case ENOTDIR:
        return fail(error,
                    "%s: there is no such socket; QEMU listens there if it is "
                    "started with -plugin libfi_lua.so,socket=%s or by "
                    "./fi run --socket %s",
                    path, path, path);
    case ECONNREFUSED:
        if (stat(path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
            return fail(error, "%s: this is no socket", path);
        }
        return fail(error,
                    "%s: nobody listens there; the QEMU that made this socket "
                    "has ended, and a new one replaces it",
                    path);
    case EACCES:
    case EPERM:
        owner = owner_of(path);
        return fail(error,
                    "%s: permission denied; only the user that runs QEMU may "
                    "connect, and the socket belongs to %s",
                    path, owner);
    default:
        return fail(error, "%s: %s", path, g_strerror(err));
    }
}

static bool connect_to(Link *link, const char *path, GError **error)
{
    const struct timeval limit = { .tv_sec = SEND_SECONDS };
    struct sockaddr_un addr;

    if (!set_address(&addr, path, error)) {
        return false;
    }
    link->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (link->fd < 0 ||
        connect(link->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0) {
        return cannot_connect(path, errno, error);
    }
    setsockopt(link->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    return true;
}

static bool send_all(Link *link, const char *data, size_t len, GError **error)
{
    while (len) {
        ssize_t n = send(link->fd, data, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) {
            continue;
        } else if (n < 0) {
            return fail(error, "QEMU does not take the request: %s",
                        errno == EAGAIN ? "it reads nothing"
                                        : g_strerror(errno));
        }
        data += n;
        len -= n;
    }
    return true;
}

/* Drop the greeting, whose last line is the answer. */
static bool skip_greeting(Link *link)
{
    const char *end = link->in->len ? g_strstr_len((const char *)link->in->data,
                                                   link->in->len, FRAMED)
                                    : NULL;

    if (end) {
        g_byte_array_remove_range(
            link->in, 0, end + strlen(FRAMED) - (const char *)link->in->data);
    }
    return end;
}

static bool closed_at_once(const char *path, GError **error)
{
    return fail(error,
                "%s: the connection was closed at once; only the user that "
                "runs QEMU may connect",
                path);
}

static bool enter_framed_mode(Link *link, const char *path, GError **error)
{
    gint64 deadline = g_get_monotonic_time() +
                      GREETING_SECONDS * G_USEC_PER_SEC;

    if (!send_all(link, FRAMED, strlen(FRAMED), NULL)) {
        return closed_at_once(path, error);
    }
    while (!skip_greeting(link)) {
        struct pollfd fd = { .fd = link->fd, .events = POLLIN };
        gint64 left = (deadline - g_get_monotonic_time()) / 1000;

        if (left <= 0 || link->in->len > MAX_GREETING) {
            return fail(error,
                        "%s: who listens there does not answer as fi_lua does",
                        path);
        } else if (poll(&fd, 1, (int)left) == 1 && !link_receive(link, NULL)) {
            return closed_at_once(path, error);
        }
    }
    return true;
}

Link *link_open(const char *path, GError **error)
{
    Link *link = g_new0(Link, 1);

    link->fd = -1;
    link->in = g_byte_array_new();
    if (!connect_to(link, path, error) ||
        !enter_framed_mode(link, path, error)) {
        link_free(link);
        return NULL;
    }
    return link;
}

void link_free(Link *link)
{
    if (link) {
        if (link->fd >= 0) {
            close(link->fd);
        }
        g_byte_array_unref(link->in);
        g_free(link);
    }
}

int link_fd(const Link *link)
{
    return link->fd;
}

/* Frames */

bool link_send(Link *link, const char *id, JsonObject *request, GError **error)
{
    JsonNode *node = json_node_init_object(json_node_alloc(), request);
    g_autofree char *text = json_to_string(node, FALSE);
    g_autofree char *header = g_strdup_printf("%s %zu\n", id, strlen(text));

    json_node_unref(node);
    if (strlen(text) > MAX_PAYLOAD) {
        return fail(error, "a request has at most %d bytes, not %zu",
                    MAX_PAYLOAD, strlen(text));
    }
    return send_all(link, header, strlen(header), error) &&
           send_all(link, text, strlen(text), error);
}

bool link_receive(Link *link, GError **error)
{
    char buf[65536];
    ssize_t n;

    do {
        n = recv(link->fd, buf, sizeof(buf), 0);
    } while (n < 0 && errno == EINTR);
    if (n > 0) {
        g_byte_array_append(link->in, (const guint8 *)buf, n);
        return true;
    }
    /* A reset is how the end of a process looks that had unread requests. */
    if (n < 0 && errno != ECONNRESET) {
        fail(error, "the connection is broken: %s", g_strerror(errno));
    }
    return false;
}

static Frame *parse_header(const char *line, guint64 *ret_len)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 0);
    Frame *f;

    if (g_strv_length(words) != 3 || !*words[0] || !*words[1] ||
        !g_ascii_string_to_unsigned(words[2], 10, 0, MAX_PAYLOAD, ret_len,
                                    NULL)) {
        return NULL;
    }
    f = g_new0(Frame, 1);
    f->id = g_strdup(words[0]);
    f->status = g_strdup(words[1]);
    return f;
}

static JsonObject *parse_payload(const char *data, gsize len, GError **error)
{
    g_autoptr(JsonParser) parser = json_parser_new();
    JsonNode *root;

    if (!json_parser_load_from_data(parser, data, len, error)) {
        return NULL;
    }
    root = json_parser_get_root(parser);
    if (!root || !JSON_NODE_HOLDS_OBJECT(root)) {
        fail(error, "not an object");
        return NULL;
    }
    return json_object_ref(json_node_get_object(root));
}

/* The length of the header with its newline; 0 if it is not here yet. */
static gsize header_length(const Link *link)
{
    const guint8 *end = link->in->len
                            ? memchr(link->in->data, '\n', link->in->len)
                            : NULL;

    return end ? end - link->in->data + 1 : 0;
}

Frame *link_next(Link *link, GError **error)
{
    gsize header = header_length(link);
    g_autofree char *line = NULL;
    g_autoptr(Frame) f = NULL;
    guint64 len;

    if (!header && link->in->len <= MAX_HEADER) {
        return NULL;
    }
    line = g_strndup((const char *)link->in->data,
                     MIN(header ? header - 1 : MAX_HEADER, MAX_HEADER));
    f = parse_header(line, &len);
    if (!f) {
        g_autofree char *shown = g_strescape(line, NULL);

        fail(error, "not a frame of fi_lua's protocol: \"%s\"", shown);
        return NULL;
    }
    if (link->in->len < header + len) {
        return NULL;
    }
    f->payload = parse_payload((const char *)link->in->data + header, len,
                               error);
    if (!f->payload) {
        g_prefix_error(error, "a frame's JSON cannot be read: ");
        return NULL;
    }
    g_byte_array_remove_range(link->in, 0, header + len);
    return g_steal_pointer(&f);
}
