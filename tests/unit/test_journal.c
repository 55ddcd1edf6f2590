/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <locale.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define THREADS 8
#define LINES_EACH 1000

typedef struct Fixture {
    char *dir;
    char *path;
    FiJournal *journal;
} Fixture;

static void set_up(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    (void)data;
    f->dir = g_dir_make_tmp("fi-journal-XXXXXX", &error);
    g_assert_no_error(error);
    f->path = g_build_filename(f->dir, "out.jsonl", NULL);
    f->journal = fi_journal_open(f->path, &error);
    g_assert_no_error(error);
}

static void tear_down(Fixture *f, gconstpointer data)
{
    (void)data;
    fi_journal_close(f->journal);
    g_unlink(f->path);
    g_rmdir(f->dir);
    g_free(f->path);
    g_free(f->dir);
}

static char *read_text(const char *path)
{
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

/* The object in @text, which must be one valid line of JSON. */
static JsonNode *parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(text, &error);

    g_assert_no_error(error);
    g_assert_nonnull(node);
    g_assert_true(JSON_NODE_HOLDS_OBJECT(node));
    return node;
}

/* Check that each line is JSON with the next number; returns their number. */
static guint check_lines(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint count = g_strv_length(lines) - 1;

    g_assert_cmpstr(lines[count], ==, ""); /* the last one is complete */
    for (guint i = 0; i < count; i++) {
        g_autoptr(JsonNode) node = parse(lines[i]);

        g_assert_cmpint(
            json_object_get_int_member(json_node_get_object(node), "n"), ==,
            i + 1);
    }
    return count;
}

static void end_line(FiJournal *j, const char *kind)
{
    fi_line_end(fi_journal_line(j, kind, 0));
}

static void test_members(Fixture *f, gconstpointer data)
{
    FiLine *l = fi_journal_line(f->journal, "fault", 421300);
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) node = NULL;

    (void)data;
    fi_line_int(l, "vcpu", 0);
    fi_line_hex(l, "pc", 0x40200208);
    fi_line_string(l, "at", NULL);
    fi_line_bool(l, "yes", true);
    fi_line_bool(l, "no", false);
    fi_line_null(l, "none");
    fi_line_open_object(l, "info");
    fi_line_string(l, "model", "bit-flip");
    fi_line_open_array(l, "bits");
    fi_line_int(l, NULL, INT64_MIN);
    fi_line_int(l, NULL, INT64_MAX);
    fi_line_open_object(l, NULL);
    fi_line_close_object(l);
    fi_line_open_array(l, NULL);
    fi_line_close_array(l);
    fi_line_string(l, NULL, "{");
    fi_line_string(l, NULL, "[");
    fi_line_close_array(l);
    fi_line_close_object(l);
    fi_line_int(l, "last", -1);
    fi_line_end(l);
    text = read_text(f->path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":421300,\"kind\":\"fault\",\"vcpu\":0,"
                    "\"pc\":\"0x40200208\",\"at\":null,\"yes\":true,"
                    "\"no\":false,\"none\":null,"
                    "\"info\":{\"model\":\"bit-flip\","
                    "\"bits\":[-9223372036854775808,9223372036854775807,"
                    "{},[],\"{\",\"[\"]},\"last\":-1}\n");
    node = parse(text);
}

static void test_time(Fixture *f, gconstpointer data)
{
    g_autofree char *text = NULL;

    (void)data;
    fi_line_end(fi_journal_line(f->journal, "note", -1));
    fi_line_end(fi_journal_line(f->journal, "note", 0));
    fi_line_end(fi_journal_line(f->journal, "note", INT64_MAX));
    text = read_text(f->path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":null,\"kind\":\"note\"}\n"
                    "{\"n\":2,\"t\":0,\"kind\":\"note\"}\n"
                    "{\"n\":3,\"t\":9223372036854775807,\"kind\":\"note\"}\n");
}

static void test_bytes(Fixture *f, gconstpointer data)
{
    static const uint8_t bytes[9] = { 1, 2, 3, 4, 5, 6, 7, 8, 0xf9 };
    FiLine *l = fi_journal_line(f->journal, "note", 0);
    g_autofree char *text = NULL;

    (void)data;
    fi_line_hex(l, "zero", 0);
    fi_line_hex(l, "max", UINT64_MAX);
    fi_line_bytes(l, "b0", NULL, 0);
    fi_line_bytes(l, "b1", bytes, 1);
    fi_line_bytes(l, "b3", bytes, 3);
    fi_line_bytes(l, "b8", bytes + 1, 8);
    fi_line_bytes(l, "b9", bytes, 9);
    fi_line_end(l);
    text = read_text(f->path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":0,\"kind\":\"note\",\"zero\":\"0x0\","
                    "\"max\":\"0xffffffffffffffff\",\"b0\":\"0x0\","
                    "\"b1\":\"0x1\",\"b3\":\"0x30201\","
                    "\"b8\":\"0xf908070605040302\","
                    "\"b9\":\"hex:0102030405060708f9\"}\n");
}

/* What is in the file for a string, and what a parser makes of it. */
static void check_string(const char *value, size_t len, const char *written)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *path = NULL;
    g_autofree char *text = NULL;
    g_autofree char *expected = NULL;
    g_autoptr(JsonNode) node = NULL;
    FiJournal *j;
    FiLine *l;

    g_close(g_file_open_tmp("fi-journal-XXXXXX", &path, NULL), NULL);
    j = fi_journal_open(path, &error);
    g_assert_no_error(error);
    l = fi_journal_line(j, "log", 0);
    fi_line_lstring(l, "s", value, len);
    fi_line_end(l);
    fi_journal_close(j);
    text = read_text(path);
    expected = g_strdup_printf("{\"n\":1,\"t\":0,\"kind\":\"log\",\"s\":%s}\n",
                               written);
    g_assert_cmpstr(text, ==, expected);
    g_assert_true(g_utf8_validate(text, -1, NULL));
    node = parse(text);
    if (!memchr(value, 0, len)) {
        g_autofree char *valid = g_utf8_make_valid(value, len);

        g_assert_cmpstr(
            json_object_get_string_member(json_node_get_object(node), "s"), ==,
            valid);
    }
    g_unlink(path);
}

static void test_strings(void)
{
#define CHECK(value, written) check_string(value, sizeof(value) - 1, written)
    CHECK("", "\"\"");
    CHECK("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
    CHECK("\n\r\t\b\f\x01\x1f\x7f",
          "\"\\n\\r\\t\\u0008\\u000c\\u0001\\u001f\x7f\"");
    CHECK("gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x9b",
          "\"gr\xc3\xbc\xc3\x9f \xf0\x9f\x90\x9b\"");
    CHECK("a\0b", "\"a\\u0000b\"");
    CHECK("\0", "\"\\u0000\"");
    CHECK("a\xff\xfe"
          "b",
          "\"a\xef\xbf\xbd\xef\xbf\xbd"
          "b\"");
    CHECK("cut \xe2\x82", "\"cut \xef\xbf\xbd\xef\xbf\xbd\"");
    CHECK("\xc3\0\xbc", "\"\xef\xbf\xbd\\u0000\xef\xbf\xbd\"");
    /* A surrogate, and an overlong slash. */
    CHECK("\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"");
    CHECK("\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\"");
#undef CHECK
}

static void test_keys(Fixture *f, gconstpointer data)
{
    FiLine *l = fi_journal_line(f->journal, "a\"b", 0);
    g_autofree char *text = NULL;

    (void)data;
    fi_line_int(l, "k\n\xff", 1);
    fi_line_end(l);
    text = read_text(f->path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":0,\"kind\":\"a\\\"b\","
                    "\"k\\n\xef\xbf\xbd\":1}\n");
}

static void test_doubles(Fixture *f, gconstpointer data)
{
    static const double values[] = {
        0.1,     -1.5,    0,       -0.0,     1e300,     5e-324,
        DBL_MAX, DBL_MIN, 1.0 / 3, 100,      1e21,      123456789,
        2.5e-7,  M_PI,    NAN,     INFINITY, -INFINITY,
    };
    FiLine *l;
    g_autofree char *text = NULL;
    g_autoptr(JsonNode) node = NULL;
    JsonArray *array;
    guint count = G_N_ELEMENTS(values);

    (void)data;
    /* A locale with a decimal comma must not matter, where there is one. */
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        g_test_message("no locale with a decimal comma here");
    }
    l = fi_journal_line(f->journal, "note", 0);
    fi_line_open_array(l, "v");
    for (guint i = 0; i < count; i++) {
        fi_line_double(l, NULL, values[i]);
    }
    fi_line_close_array(l);
    fi_line_end(l);
    setlocale(LC_ALL, "C");
    text = read_text(f->path);
    g_assert_nonnull(strstr(text, "[0.1,-1.5,0,-0,1e+300,5e-324,"));
    g_assert_nonnull(strstr(text, ",2.5e-07,"));
    g_assert_nonnull(strstr(text, ",null,null,null]}\n"));
    node = parse(text);
    array = json_object_get_array_member(json_node_get_object(node), "v");
    g_assert_cmpuint(json_array_get_length(array), ==, count);
    for (guint i = 0; i < count - 3; i++) {
        g_assert_cmpfloat(json_array_get_double_element(array, i), ==,
                          values[i]);
    }
}

static void test_counts(Fixture *f, gconstpointer data)
{
    g_autofree char *text = NULL;

    (void)data;
    end_line(f->journal, "start");
    end_line(f->journal, "fault");
    fi_line_drop(fi_journal_line(f->journal, "fault", 0));
    end_line(f->journal, "faults");
    end_line(f->journal, "fault");
    g_assert_cmpuint(fi_journal_lines(f->journal), ==, 4);
    g_assert_cmpuint(fi_journal_faults(f->journal), ==, 2);
    text = read_text(f->path);
    g_assert_cmpuint(check_lines(text), ==, 4);
}

/* A line that was begun first is numbered when it ends. */
static void test_order(Fixture *f, gconstpointer data)
{
    FiLine *first = fi_journal_line(f->journal, "a", 0);
    FiLine *second = fi_journal_line(f->journal, "b", 0);
    g_autofree char *text = NULL;

    (void)data;
    fi_line_end(second);
    fi_line_end(first);
    text = read_text(f->path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":0,\"kind\":\"b\"}\n"
                    "{\"n\":2,\"t\":0,\"kind\":\"a\"}\n");
}

/* What a handler that failed has left open is closed. */
static void test_unclosed(Fixture *f, gconstpointer data)
{
    FiLine *l = fi_journal_line(f->journal, "note", 0);
    g_autofree char *text = NULL;

    (void)data;
    fi_line_open_object(l, "o");
    fi_line_open_array(l, "a");
    fi_line_end(l);
    text = read_text(f->path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":0,\"kind\":\"note\",\"o\":{\"a\":[]}}\n");
}

static void test_truncates(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    (void)data;
    end_line(f->journal, "note");
    fi_journal_close(f->journal);
    f->journal = fi_journal_open(f->path, &error);
    g_assert_no_error(error);
    text = read_text(f->path);
    g_assert_cmpstr(text, ==, "");
    g_assert_cmpuint(fi_journal_lines(f->journal), ==, 0);
}

static void test_close_on_exec(Fixture *f, gconstpointer data)
{
    bool found = false;

    (void)data;
    for (int fd = 0; fd < 64; fd++) {
        g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", fd);
        g_autofree char *target = g_file_read_link(link, NULL);

        if (!g_strcmp0(target, f->path)) {
            found = true;
            g_assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        }
    }
    g_assert_true(found);
}

static void test_no_file(void)
{
    FiJournal *j = fi_journal_open(NULL, NULL);
    FiLine *l = fi_journal_line(j, "fault", 1);

    g_assert_nonnull(j);
    fi_line_string(l, "a", "b");
    fi_line_end(l);
    end_line(j, "note");
    g_assert_cmpuint(fi_journal_lines(j), ==, 2);
    g_assert_cmpuint(fi_journal_faults(j), ==, 1);
    fi_journal_close(j);
    fi_journal_close(NULL);
}

static void check_open_error(const char *path, int code)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(fi_journal_open(path, &error));
    g_assert_error(error, G_FILE_ERROR, code);
    g_assert_nonnull(strstr(error->message, path));
}

static void test_open_errors(Fixture *f, gconstpointer data)
{
    g_autofree char *missing = g_build_filename(f->dir, "no", "out", NULL);

    (void)data;
    check_open_error(f->dir, G_FILE_ERROR_ISDIR);
    check_open_error(missing, G_FILE_ERROR_NOENT);
    check_open_error("", G_FILE_ERROR_NOENT);
}

static void test_disk_full(void)
{
    if (g_test_subprocess()) {
        FiJournal *j = fi_journal_open("/dev/full", NULL);

        end_line(j, "fault");
        end_line(j, "fault");
        g_assert_cmpuint(fi_journal_lines(j), ==, 2);
        g_assert_cmpuint(fi_journal_faults(j), ==, 2);
        fi_journal_close(j);
        return;
    }
    if (access("/dev/full", W_OK)) {
        g_test_skip("no /dev/full");
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*cannot write the journal /dev/full: *");
    /* Only once. */
    g_test_trap_assert_stderr_unmatched("*cannot write*cannot write*");
}

/* A line that does not fit leaves no part of itself; later ones go on. */
static void torn_line(const char *path)
{
    struct rlimit limit = { .rlim_max = RLIM_INFINITY };
    g_autofree char *text = NULL;
    FiJournal *j = fi_journal_open(path, NULL);
    char long_value[200];
    FiLine *l;

    signal(SIGXFSZ, SIG_IGN);
    end_line(j, "note");
    limit.rlim_cur = 100;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    memset(long_value, 'x', sizeof(long_value));
    l = fi_journal_line(j, "note", 0);
    fi_line_lstring(l, "s", long_value, sizeof(long_value));
    fi_line_end(l);
    end_line(j, "note");
    g_assert_cmpuint(fi_journal_lines(j), ==, 3);
    fi_journal_close(j);
    text = read_text(path);
    g_assert_cmpstr(text, ==,
                    "{\"n\":1,\"t\":0,\"kind\":\"note\"}\n"
                    "{\"n\":3,\"t\":0,\"kind\":\"note\"}\n");
}

static void test_torn_line(Fixture *f, gconstpointer data)
{
    (void)data;
    if (g_test_subprocess()) {
        torn_line(f->path);
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr("*cannot write the journal *: *");
}

static void on_alarm(int sig)
{
    (void)sig;
}

/* Reads the FIFO @data slowly, so that its writer gets stuck again and again. */
static gpointer slow_reader(gpointer data)
{
    GString *text = g_string_new(NULL);
    int fd = open(data, O_RDONLY);
    sigset_t alarms;
    char buf[8192];
    ssize_t n;

    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarms, NULL);
    while ((n = read(fd, buf, sizeof(buf))) != 0) {
        if (n > 0) {
            g_string_append_len(text, buf, n);
        }
        g_usleep(1000);
    }
    close(fd);
    return g_string_free(text, FALSE);
}

/* Writes that signals interrupt, before and after some bytes, lose nothing. */
static void test_interrupted(void)
{
    struct sigaction action = { .sa_handler = on_alarm };
    struct itimerval timer = {
        .it_interval = { .tv_usec = 500 },
        .it_value = { .tv_usec = 500 },
    };
    g_autofree char *dir = g_dir_make_tmp("fi-journal-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(dir, "fifo", NULL);
    g_autofree char *value = g_strnfill(300000, 'x');
    g_autofree char *text = NULL;
    FiJournal *j;
    GThread *reader;

    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    reader = g_thread_new("reader", slow_reader, path);
    j = fi_journal_open(path, NULL);
    g_assert_nonnull(j);
    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &timer, NULL);
    for (int i = 0; i < 5; i++) {
        FiLine *l = fi_journal_line(j, "note", 0);

        fi_line_string(l, "s", value);
        fi_line_end(l);
    }
    timer.it_value.tv_usec = 0;
    setitimer(ITIMER_REAL, &timer, NULL);
    fi_journal_close(j);
    text = g_thread_join(reader);
    g_assert_cmpuint(strlen(text), >, 5 * 300000);
    g_assert_cmpuint(check_lines(text), ==, 5);
    g_unlink(path);
    g_rmdir(dir);
}

typedef struct Writer {
    FiJournal *journal;
    int index;
} Writer;

static gpointer write_lines(gpointer data)
{
    Writer *w = data;

    for (int i = 0; i < LINES_EACH; i++) {
        FiLine *l = fi_journal_line(w->journal, i % 4 ? "note" : "fault", i);

        fi_line_int(l, "vcpu", w->index);
        fi_line_int(l, "i", i);
        fi_line_string(l, "s", "some \"text\"");
        if (i % 10 == 9) {
            fi_line_drop(fi_journal_line(w->journal, "fault", i));
        }
        fi_line_end(l);
        g_assert_cmpuint(fi_journal_lines(w->journal), >, (guint)i);
    }
    return NULL;
}

/* Each thread's own lines are in its order. */
static void check_threads(const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    int next[THREADS] = { 0 };

    for (guint i = 0; i < THREADS * LINES_EACH; i++) {
        g_autoptr(JsonNode) node = parse(lines[i]);
        JsonObject *object = json_node_get_object(node);
        int vcpu = json_object_get_int_member(object, "vcpu");

        g_assert_cmpint(json_object_get_int_member(object, "i"), ==,
                        next[vcpu]++);
    }
}

static void test_threads(Fixture *f, gconstpointer data)
{
    Writer writers[THREADS];
    GThread *threads[THREADS];
    g_autofree char *text = NULL;

    (void)data;
    for (int i = 0; i < THREADS; i++) {
        writers[i] = (Writer){ .journal = f->journal, .index = i };
        threads[i] = g_thread_new("writer", write_lines, &writers[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
    }
    g_assert_cmpuint(fi_journal_lines(f->journal), ==, THREADS * LINES_EACH);
    g_assert_cmpuint(fi_journal_faults(f->journal), ==,
                     THREADS * LINES_EACH / 4);
    text = read_text(f->path);
    g_assert_cmpuint(check_lines(text), ==, THREADS * LINES_EACH);
    check_threads(text);
}

static void add(const char *name, void (*test)(Fixture *, gconstpointer))
{
    g_autofree char *path = g_strdup_printf("/journal/%s", name);

    g_test_add(path, Fixture, NULL, set_up, test, tear_down);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    add("members", test_members);
    add("time", test_time);
    add("bytes", test_bytes);
    add("keys", test_keys);
    add("doubles", test_doubles);
    add("counts", test_counts);
    add("order", test_order);
    add("unclosed", test_unclosed);
    add("truncates", test_truncates);
    add("close-on-exec", test_close_on_exec);
    add("open-errors", test_open_errors);
    add("torn-line", test_torn_line);
    add("threads", test_threads);
    g_test_add_func("/journal/strings", test_strings);
    g_test_add_func("/journal/no-file", test_no_file);
    g_test_add_func("/journal/disk-full", test_disk_full);
    g_test_add_func("/journal/interrupted", test_interrupted);
    return g_test_run();
}
