/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "history.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_ENTRIES 2000

struct ReplHistory {
    char *path;
    GPtrArray *entries; /* of char * */
};

/* An entry is a line of the file: a chunk's newlines are escaped. */

/* UTF-8 stays readable. */
static const char *not_escaped(void)
{
    static char bytes[129];
    int i;

    for (i = 0; i < 128; i++) {
        bytes[i] = (char)(0x80 + i);
    }
    return bytes;
}

static void put(GPtrArray *entries, const char *text)
{
    guint i;

    for (i = 0; i < entries->len; i++) {
        if (strcmp(g_ptr_array_index(entries, i), text) == 0) {
            g_ptr_array_remove_index(entries, i);
            break;
        }
    }
    g_ptr_array_add(entries, g_strdup(text));
    if (entries->len > MAX_ENTRIES) {
        g_ptr_array_remove_range(entries, 0, entries->len - MAX_ENTRIES);
    }
}

static GPtrArray *load(const char *path)
{
    GPtrArray *entries = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    char **line;

    if (!g_file_get_contents(path, &text, NULL, NULL)) {
        return entries;
    }
    lines = g_strsplit(text, "\n", 0);
    for (line = lines; *line; line++) {
        g_autofree char *entry = g_strcompress(*line);

        if (*entry && g_utf8_validate(entry, -1, NULL)) {
            put(entries, entry);
        }
    }
    return entries;
}

static gboolean save(const ReplHistory *h, GError **error)
{
    g_autofree char *dir = g_path_get_dirname(h->path);
    g_autoptr(GString) text = g_string_new(NULL);
    guint i;

    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                    "%s: %s", dir, g_strerror(errno));
        return FALSE;
    }
    for (i = 0; i < h->entries->len; i++) {
        g_autofree char *line = g_strescape(g_ptr_array_index(h->entries, i),
                                            not_escaped());

        g_string_append_printf(text, "%s\n", line);
    }
    return g_file_set_contents_full(h->path, text->str, text->len,
                                    G_FILE_SET_CONTENTS_CONSISTENT, 0600,
                                    error);
}

char *repl_history_default_path(void)
{
    return g_build_filename(g_get_user_state_dir(), "fi_lua", "history", NULL);
}

ReplHistory *repl_history_new(const char *path)
{
    ReplHistory *h = g_new0(ReplHistory, 1);

    h->path = g_strdup(path);
    h->entries = load(path);
    return h;
}

void repl_history_free(ReplHistory *h)
{
    if (h) {
        g_free(h->path);
        g_ptr_array_unref(h->entries);
        g_free(h);
    }
}

gboolean repl_history_add(ReplHistory *h, const char *text, GError **error)
{
    GPtrArray *old = h->entries;

    h->entries = load(h->path);
    if (h->entries->len == 0) {
        /* The file cannot be read, perhaps not be written either */
        g_ptr_array_unref(h->entries);
        h->entries = old;
    } else {
        g_ptr_array_unref(old);
    }
    put(h->entries, text);
    return save(h, error);
}

const GPtrArray *repl_history_entries(const ReplHistory *h)
{
    return h->entries;
}
