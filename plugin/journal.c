/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json_text.h"

struct FiJournal {
    char *path;
    int fd; /* -1: only count */
    /*
     * Guards what follows, and the order of lines in the file.  Not a GMutex:
     * ThreadSanitizer cannot see those, so it could not check the journal.
     */
    pthread_mutex_t lock;
    uint64_t lines;
    uint64_t faults;
    bool failed;   /* a failure has been reported */
    bool torn;     /* the file ends with a part of a line */
    GString *held; /* lines to be written together; NULL: at once */
    FiJournalFunc watcher;
    gint watched; /* atomic */
};

struct FiLine {
    FiJournal *journal;
    GString *text; /* the members from "kind" on; NULL: it is only counted */
    GString *open; /* closing brackets due, the innermost last */
    int64_t ns;
    bool fault;
};

FiJournal *fi_journal_open(const char *path, GError **error)
{
    FiJournal *j;
    int fd = -1;

    if (path) {
        /* O_APPEND: after a torn line is cut off, writes go on at the end. */
        fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                  0666);
        if (fd < 0) {
            g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno),
                        "cannot write the journal %s: %s", path,
                        g_strerror(errno));
            return NULL;
        }
    }
    j = g_new0(FiJournal, 1);
    j->path = g_strdup(path);
    j->fd = fd;
    pthread_mutex_init(&j->lock, NULL);
    return j;
}

void fi_journal_close(FiJournal *j)
{
    if (!j) {
        return;
    }
    if (j->fd >= 0) {
        close(j->fd);
    }
    pthread_mutex_destroy(&j->lock);
    g_free(j->path);
    g_free(j);
}

bool fi_journal_is_written(const FiJournal *j)
{
    return j->fd >= 0 || g_atomic_int_get(&j->watched);
}

void fi_journal_set_watcher(FiJournal *j, FiJournalFunc fn)
{
    j->watcher = fn;
}

void fi_journal_set_watched(FiJournal *j, bool watched)
{
    g_atomic_int_set(&j->watched, watched);
}

static uint64_t read_count(FiJournal *j, const uint64_t *count)
{
    uint64_t value;

    pthread_mutex_lock(&j->lock);
    value = *count;
    pthread_mutex_unlock(&j->lock);
    return value;
}

uint64_t fi_journal_faults(FiJournal *j)
{
    return read_count(j, &j->faults);
}

uint64_t fi_journal_lines(FiJournal *j)
{
    return read_count(j, &j->lines);
}

/* JSON */

/* Comma and key before the next value. */
static void begin_member(FiLine *l, const char *key)
{
    GString *text = l->text;

    /* No value ends with an opening bracket: strings end with a quote. */
    if (!strchr("{[", text->str[text->len - 1])) {
        g_string_append_c(text, ',');
    }
    if (key) {
        fi_json_string(text, key, strlen(key));
        g_string_append_c(text, ':');
    }
}

static void add_raw(FiLine *l, const char *key, const char *value)
{
    if (!l->text) {
        return;
    }
    begin_member(l, key);
    g_string_append(l->text, value);
}

void fi_line_lstring(FiLine *l, const char *key, const char *value, size_t len)
{
    if (!l->text) {
        return;
    }
    if (!value) {
        fi_line_null(l, key);
        return;
    }
    begin_member(l, key);
    fi_json_string(l->text, value, len);
}

void fi_line_string(FiLine *l, const char *key, const char *value)
{
    fi_line_lstring(l, key, value, value ? strlen(value) : 0);
}

void fi_line_int(FiLine *l, const char *key, int64_t value)
{
    if (!l->text) {
        return;
    }
    begin_member(l, key);
    g_string_append_printf(l->text, "%" PRId64, value);
}

void fi_line_bool(FiLine *l, const char *key, bool value)
{
    add_raw(l, key, value ? "true" : "false");
}

void fi_line_double(FiLine *l, const char *key, double value)
{
    if (!l->text) {
        return;
    }
    begin_member(l, key);
    fi_json_double(l->text, value);
}

void fi_line_null(FiLine *l, const char *key)
{
    add_raw(l, key, "null");
}

void fi_line_hex(FiLine *l, const char *key, uint64_t value)
{
    if (!l->text) {
        return;
    }
    begin_member(l, key);
    g_string_append_printf(l->text, "\"0x%" PRIx64 "\"", value);
}

void fi_line_bytes(FiLine *l, const char *key, const void *data, size_t len)
{
    const uint8_t *bytes = data;
    uint64_t value = 0;

    if (!l->text) {
        return;
    }
    if (len <= sizeof(value)) {
        for (size_t i = len; i-- > 0;) {
            value = value << 8 | bytes[i];
        }
        fi_line_hex(l, key, value);
        return;
    }
    begin_member(l, key);
    g_string_append(l->text, "\"hex:");
    for (size_t i = 0; i < len; i++) {
        g_string_append_printf(l->text, "%02x", bytes[i]);
    }
    g_string_append_c(l->text, '"');
}

static void open_nested(FiLine *l, const char *key, char open, char close)
{
    if (!l->text) {
        return;
    }
    begin_member(l, key);
    g_string_append_c(l->text, open);
    g_string_append_c(l->open, close);
}

static void close_nested(FiLine *l, char close)
{
    if (!l->text) {
        return;
    }
    g_return_if_fail(l->open->len && l->open->str[l->open->len - 1] == close);
    g_string_append_c(l->text, close);
    g_string_truncate(l->open, l->open->len - 1);
}

void fi_line_open_object(FiLine *l, const char *key)
{
    open_nested(l, key, '{', '}');
}

void fi_line_close_object(FiLine *l)
{
    close_nested(l, '}');
}

void fi_line_open_array(FiLine *l, const char *key)
{
    open_nested(l, key, '[', ']');
}

void fi_line_close_array(FiLine *l)
{
    close_nested(l, ']');
}

/* Lines */

FiLine *fi_journal_line(FiJournal *j, const char *kind, int64_t ns)
{
    FiLine *l = g_new0(FiLine, 1);

    l->journal = j;
    l->ns = ns;
    l->fault = !strcmp(kind, "fault");
    if (!fi_journal_is_written(j)) {
        return l;
    }
    l->open = g_string_new(NULL);
    /* The rest of an object: its head follows when the number is known. */
    l->text = g_string_sized_new(256);
    g_string_append(l->text, ",\"kind\":");
    fi_json_string(l->text, kind, strlen(kind));
    return l;
}

void fi_line_drop(FiLine *l)
{
    if (l->text) {
        g_string_free(l->text, TRUE);
        g_string_free(l->open, TRUE);
    }
    g_free(l);
}

/* The number of bytes written: fewer than @len on failure, see errno. */
static size_t write_all(int fd, const char *data, size_t len)
{
    size_t done = 0;

    while (done < len) {
        ssize_t n = write(fd, data + done, len - done);

        if (n > 0) {
            done += n;
        } else if (n == 0 || errno != EINTR) {
            break;
        }
    }
    return done;
}

/* Take back the @len bytes of a line that could not be finished. */
static void cut_off_locked(FiJournal *j, size_t len)
{
    off_t end = lseek(j->fd, 0, SEEK_CUR);

    if (end < (off_t)len || ftruncate(j->fd, end - (off_t)len) < 0) {
        j->torn = true; /* a pipe, say */
    }
}

static void write_locked(FiJournal *j, const GString *text)
{
    size_t done;
    int saved_errno;

    if (j->torn && write_all(j->fd, "\n", 1) == 1) {
        j->torn = false;
    }
    done = write_all(j->fd, text->str, text->len);
    if (done == text->len) {
        return;
    }
    saved_errno = errno;
    if (done) {
        cut_off_locked(j, done);
    }
    if (!j->failed) {
        j->failed = true;
        fprintf(stderr, "fi_lua: cannot write the journal %s: %s\n", j->path,
                g_strerror(saved_errno));
    }
}

void fi_line_end(FiLine *l)
{
    FiJournal *j = l->journal;
    char head[64];
    char time[24] = "null";

    if (l->text) {
        while (l->open->len) {
            close_nested(l, l->open->str[l->open->len - 1]);
        }
        g_string_append(l->text, "}\n");
    }
    if (l->ns >= 0) {
        snprintf(time, sizeof(time), "%" PRId64, l->ns);
    }

    pthread_mutex_lock(&j->lock);
    j->lines++;
    j->faults += l->fault;
    if (l->text) {
        snprintf(head, sizeof(head), "{\"n\":%" PRIu64 ",\"t\":%s", j->lines,
                 time);
        g_string_prepend(l->text, head);
        if (g_atomic_int_get(&j->watched)) {
            j->watcher(l->text->str, l->text->len - 1);
        }
        if (j->fd < 0) {
            /* nobody else wants it */
        } else if (j->held) {
            g_string_append_len(j->held, l->text->str, l->text->len);
        } else {
            write_locked(j, l->text);
        }
    }
    pthread_mutex_unlock(&j->lock);
    fi_line_drop(l);
}

void fi_journal_hold(FiJournal *j)
{
    pthread_mutex_lock(&j->lock);
    if (!j->held) {
        j->held = g_string_new(NULL);
    }
    pthread_mutex_unlock(&j->lock);
}

void fi_journal_release(FiJournal *j)
{
    pthread_mutex_lock(&j->lock);
    if (j->held) {
        if (j->fd >= 0 && j->held->len) {
            write_locked(j, j->held);
        }
        g_string_free(j->held, TRUE);
        j->held = NULL;
    }
    pthread_mutex_unlock(&j->lock);
}
