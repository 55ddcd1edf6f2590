/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_JOURNAL_H
#define FI_JOURNAL_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The journal: one JSON object a line, format in docs/journal.md.  A line is
 * built without any lock by one thread and written with a single write(2), so
 * that a crash loses no finished line and lines of two vCPUs never mix.
 */
typedef struct FiJournal FiJournal;
typedef struct FiLine FiLine;

/*
 * Create @path, or truncate it.  NULL for @path makes a journal that only
 * counts: every function works and nothing is written.
 */
FiJournal *fi_journal_open(const char *path, GError **error);

/* Close the file; idempotent through NULL. */
void fi_journal_close(FiJournal *j);

/* Lines of kind "fault", and all lines, written so far. Any thread. */
uint64_t fi_journal_faults(FiJournal *j);
uint64_t fi_journal_lines(FiJournal *j);

/*
 * Somebody else who wants the lines: @fn gets each, without its newline, with
 * the journal's lock held.  Only while it is watched.
 */
typedef void (*FiJournalFunc)(const char *line, size_t len);
void fi_journal_set_watcher(FiJournal *j, FiJournalFunc fn);
void fi_journal_set_watched(FiJournal *j, bool watched);

/* Without a file, and unwatched, lines are only counted: what is costly to find
 * out for one can be left out then. */
bool fi_journal_is_written(const FiJournal *j);

/*
 * Begin a line of @kind at virtual time @ns (negative: unknown, null in the
 * file).  Finish it with fi_line_end() or drop it with fi_line_drop().
 */
FiLine *fi_journal_line(FiJournal *j, const char *kind, int64_t ns);

/* Members, in the order of the calls.  Strings may hold any bytes: those that
 * are not valid UTF-8 become U+FFFD.  A NULL string becomes null. */
void fi_line_string(FiLine *l, const char *key, const char *value);
void fi_line_lstring(FiLine *l, const char *key, const char *value, size_t len);
void fi_line_int(FiLine *l, const char *key, int64_t value);
void fi_line_bool(FiLine *l, const char *key, bool value);
void fi_line_double(FiLine *l, const char *key, double value);
void fi_line_null(FiLine *l, const char *key);
/* "0x…": 64 bits do not fit a JSON number. */
void fi_line_hex(FiLine *l, const char *key, uint64_t value);
/* Up to 8 bytes as "0x…" (little-endian), more as "hex:…" in memory order. */
void fi_line_bytes(FiLine *l, const char *key, const void *data, size_t len);
/* Nested objects and arrays; in arrays pass NULL for key. */
void fi_line_open_object(FiLine *l, const char *key);
void fi_line_close_object(FiLine *l);
void fi_line_open_array(FiLine *l, const char *key);
void fi_line_close_array(FiLine *l);

/*
 * Number the line, write it and free it.  Failing to write (disk full) is
 * reported once on stderr; later lines are still counted and tried.
 */
void fi_line_end(FiLine *l);

/*
 * Between these, lines are collected and written together: for the summary at
 * the end, which may have a line for each of many thousand triggers.
 */
void fi_journal_hold(FiJournal *j);
void fi_journal_release(FiJournal *j);
void fi_line_drop(FiLine *l);

#endif
