/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SOCKET_FILE_H
#define FI_SOCKET_FILE_H

#include <gio/gio.h>

/*
 * A UNIX socket that is listened on, as a file: for its owner only, in the
 * place of one that nobody listens on any more, and of nothing else.
 */
typedef struct FiSocketFile FiSocketFile;

/* NULL with @error set: somebody listens there, there is a file that is no
 * socket, the path is too long, … */
FiSocketFile *fi_socket_file_listen(const char *path, GError **error);
GSocket *fi_socket_file_socket(FiSocketFile *f);
/* Remove the file, so that nobody new comes; unless it is another one now. */
void fi_socket_file_remove(FiSocketFile *f);
/* Close the socket. */
void fi_socket_file_free(FiSocketFile *f);

#endif
