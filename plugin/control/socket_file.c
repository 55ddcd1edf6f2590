/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "socket_file.h"

#include <errno.h>
#include <gio/gunixsocketaddress.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16

struct FiSocketFile {
    GSocket *socket;
    char *path; /* absolute: QEMU may change its directory */
    struct stat created;
};

static bool fail(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    *error = g_error_new_valist(G_FILE_ERROR, G_FILE_ERROR_FAILED, fmt, ap);
    va_end(ap);
    return false;
}

static GSocket *new_socket(GError **error)
{
    GSocket *socket = g_socket_new(G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM,
                                   G_SOCKET_PROTOCOL_DEFAULT, error);

    if (socket) {
        g_socket_set_blocking(socket, FALSE);
    }
    return socket;
}

/* Is there a socket that nobody listens on any more? */
static bool is_stale(GSocketAddress *address, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GSocket) probe = new_socket(error);

    if (!probe) {
        return false;
    } else if (g_socket_connect(probe, address, NULL, &why)) {
        return fail(error, "another process, probably a QEMU, listens there: "
                           "give each its own path");
    } else if (g_error_matches(why, G_IO_ERROR,
                               G_IO_ERROR_CONNECTION_REFUSED)) {
        return true;
    }
    return fail(error,
                "there is a socket already, and it cannot be told "
                "whether it is in use (%s): remove it, or choose "
                "another path",
                why->message);
}

static bool make_room(GSocketAddress *address, const char *path, GError **error)
{
    struct stat before, now;

    if (lstat(path, &before) < 0) {
        return errno == ENOENT ||
               fail(error, "cannot look at it: %s", g_strerror(errno));
    } else if (!S_ISSOCK(before.st_mode)) {
        return fail(error, "there is a file already that is no socket: remove "
                           "it, or choose another path");
    } else if (!is_stale(address, error)) {
        return false;
    }
    /* Unless another QEMU has replaced it meanwhile */
    if (lstat(path, &now) == 0 && now.st_ino == before.st_ino &&
        now.st_dev == before.st_dev && unlink(path) < 0) {
        return fail(error, "cannot remove the stale socket: %s",
                    g_strerror(errno));
    }
    return true;
}

static FiSocketFile *bind_to(GSocket *socket, GSocketAddress *address,
                             const char *path, GError **error)
{
    FiSocketFile *f;

    /* Linux creates the file with the mode that the socket has. */
    if (fchmod(g_socket_get_fd(socket), 0600) < 0) {
        fail(error, "fchmod: %s", g_strerror(errno));
        return NULL;
    }
    g_socket_set_listen_backlog(socket, BACKLOG);
    if (!g_socket_bind(socket, address, FALSE, error)) {
        return NULL;
    }
    f = g_new0(FiSocketFile, 1);
    f->path = g_canonicalize_filename(path, NULL);
    f->socket = g_object_ref(socket);
    if (lstat(f->path, &f->created) < 0) {
        fail(error, "it vanished");
    } else if (g_socket_listen(socket, error)) {
        return f;
    }
    unlink(path);
    fi_socket_file_free(f);
    return NULL;
}

FiSocketFile *fi_socket_file_listen(const char *path, GError **error)
{
    size_t max = sizeof(((struct sockaddr_un *)NULL)->sun_path) - 1;
    g_autoptr(GSocketAddress) address = NULL;
    g_autoptr(GSocket) socket = NULL;

    if (strlen(path) > max) {
        fail(error,
             "the path has %zu bytes, a socket's path may have %zu: "
             "choose a shorter one",
             strlen(path), max);
        return NULL;
    }
    address = g_unix_socket_address_new(path);
    if (!make_room(address, path, error)) {
        return NULL;
    }
    socket = new_socket(error);
    return socket ? bind_to(socket, address, path, error) : NULL;
}

GSocket *fi_socket_file_socket(FiSocketFile *f)
{
    return f->socket;
}

void fi_socket_file_remove(FiSocketFile *f)
{
    struct stat st;

    if (lstat(f->path, &st) == 0 && st.st_ino == f->created.st_ino &&
        st.st_dev == f->created.st_dev) {
        unlink(f->path);
    }
}

void fi_socket_file_free(FiSocketFile *f)
{
    g_socket_close(f->socket, NULL);
    g_object_unref(f->socket);
    g_free(f->path);
    g_free(f);
}
