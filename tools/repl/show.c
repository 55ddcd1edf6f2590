/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "show.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RED "\033[31m"
#define DIM "\033[2m"
#define CYAN "\033[36m"
#define RESET "\033[0m"

typedef struct Sink {
    FILE *file;
    bool terminal;
    bool colours;
} Sink;

static Sink out, err;

static Sink sink_for(FILE *file)
{
    const char *term = g_getenv("TERM"), *no = g_getenv("NO_COLOR");
    Sink s = { .file = file, .terminal = isatty(fileno(file)) };

    s.colours = s.terminal && !(no && *no) && term && strcmp(term, "dumb") != 0;
    return s;
}

void show_init(void)
{
    out = sink_for(stdout);
    err = sink_for(stderr);
}

bool show_has_colours(void)
{
    return out.colours;
}

/* Control characters made visible, C1 ones too; newlines and tabs stay. */
static char *visible(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *s = g_string_new(NULL);
    const char *p;

    for (p = valid; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (c == '\n' || c == '\t' || !g_unichar_iscntrl(c)) {
            g_string_append_unichar(s, c);
        } else if (c != '\r' || p[1] != '\n') {
            g_string_append_printf(s, "\\x%02x", c);
        }
    }
    return g_string_free(s, FALSE);
}

/* A colour, @text and a newline unless it ends in one. */
static void put(const Sink *s, const char *colour, const char *text)
{
    g_autofree char *shown = s->terminal ? visible(text) : g_strdup(text);
    gsize len = strlen(shown);
    bool newline = len && shown[len - 1] == '\n';

    if (newline) {
        shown[len - 1] = '\0';
    }
    if (colour && s->colours) {
        fprintf(s->file, "%s%s%s\n", colour, shown, RESET);
    } else {
        fprintf(s->file, "%s\n", shown);
    }
    fflush(s->file);
}

void show_text(const char *text)
{
    put(&out, NULL, text);
}

void show_error(const char *fmt, ...)
{
    g_autofree char *text = NULL, *line = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    line = g_strconcat("fi-repl: ", text, NULL);
    put(&err, RED, line);
}

void show_remark(const char *fmt, ...)
{
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    put(&err, DIM, text);
}

/* JSON */

const char *json_text(JsonObject *o, const char *key, const char *otherwise)
{
    JsonNode *n = json_object_get_member(o, key);

    return n && JSON_NODE_HOLDS_VALUE(n) &&
                   json_node_get_value_type(n) == G_TYPE_STRING
               ? json_node_get_string(n)
               : otherwise;
}

gint64 json_number(JsonObject *o, const char *key, gint64 otherwise)
{
    JsonNode *n = json_object_get_member(o, key);

    return n && JSON_NODE_HOLDS_VALUE(n) ? json_node_get_int(n) : otherwise;
}

JsonArray *json_list(JsonObject *o, const char *key)
{
    JsonNode *n = json_object_get_member(o, key);

    return n && JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;
}

/* A value as people write it: strings without quotes. */
static char *plain(JsonNode *n)
{
    if (JSON_NODE_HOLDS_VALUE(n) &&
        json_node_get_value_type(n) == G_TYPE_STRING) {
        return g_strdup(json_node_get_string(n));
    }
    return json_to_string(n, FALSE);
}

/* Results */

void show_results(JsonObject *payload)
{
    JsonArray *texts = json_list(payload, "text");
    guint i;

    for (i = 0; texts && i < json_array_get_length(texts); i++) {
        g_autofree char *text = plain(json_array_get_element(texts, i));

        put(&out, NULL, text);
    }
}

static bool is_table(JsonNode *n)
{
    JsonArray *a = JSON_NODE_HOLDS_ARRAY(n) ? json_node_get_array(n) : NULL;

    return a && json_array_get_length(a) &&
           JSON_NODE_HOLDS_OBJECT(json_array_get_element(a, 0));
}

void show_object(JsonObject *payload)
{
    g_autoptr(GList) names = json_object_get_members(payload);
    GList *l;

    for (l = names; l; l = l->next) {
        JsonNode *n = json_object_get_member(payload, l->data);
        g_autofree char *value = NULL, *line = NULL;

        if (is_table(n)) {
            line = g_strdup_printf("%s:", (char *)l->data);
            put(&out, CYAN, line);
            show_table(json_node_get_array(n));
            continue;
        }
        value = plain(n);
        line = g_strdup_printf("%s: %s", (char *)l->data, value);
        put(&out, NULL, line);
    }
}

/* Tables */

static bool has_column(const GPtrArray *columns, const char *name)
{
    guint i;

    for (i = 0; i < columns->len; i++) {
        if (strcmp(g_ptr_array_index(columns, i), name) == 0) {
            return true;
        }
    }
    return false;
}

static GPtrArray *columns_of(JsonArray *rows)
{
    GPtrArray *columns = g_ptr_array_new_with_free_func(g_free);
    guint i;

    for (i = 0; i < json_array_get_length(rows); i++) {
        JsonNode *row = json_array_get_element(rows, i);
        g_autoptr(GList) names = NULL;
        GList *l;

        if (JSON_NODE_HOLDS_OBJECT(row)) {
            names = json_object_get_members(json_node_get_object(row));
        }
        for (l = names; l; l = l->next) {
            if (!has_column(columns, l->data)) {
                g_ptr_array_add(columns, g_strdup(l->data));
            }
        }
    }
    return columns;
}

static char *cell(JsonArray *rows, guint row, const char *column)
{
    JsonNode *n = json_array_get_element(rows, row);

    n = JSON_NODE_HOLDS_OBJECT(n)
            ? json_object_get_member(json_node_get_object(n), column)
            : NULL;
    return n ? plain(n) : g_strdup("-");
}

static glong width_of(JsonArray *rows, const char *column)
{
    glong width = g_utf8_strlen(column, -1);
    guint i;

    for (i = 0; i < json_array_get_length(rows); i++) {
        g_autofree char *text = cell(rows, i, column);

        width = MAX(width, g_utf8_strlen(text, -1));
    }
    return width;
}

static void pad(GString *line, const char *text, glong width)
{
    glong i;

    g_string_append(line, text);
    for (i = g_utf8_strlen(text, -1); i < width + 2; i++) {
        g_string_append_c(line, ' ');
    }
}

static void put_line(GString *line, const char *colour)
{
    put(&out, colour, g_strchomp(line->str));
    g_string_truncate(line, 0);
}

void show_table(JsonArray *rows)
{
    g_autoptr(GPtrArray) columns = columns_of(rows);
    g_autoptr(GString) line = g_string_new(NULL);
    g_autofree glong *widths = g_new0(glong, columns->len + 1);
    guint i, k;

    if (columns->len == 0) {
        show_remark("(none)");
        return;
    }
    for (k = 0; k < columns->len; k++) {
        widths[k] = width_of(rows, g_ptr_array_index(columns, k));
        pad(line, g_ptr_array_index(columns, k), widths[k]);
    }
    put_line(line, CYAN);
    for (i = 0; i < json_array_get_length(rows); i++) {
        for (k = 0; k < columns->len; k++) {
            g_autofree char *text = cell(rows, i,
                                         g_ptr_array_index(columns, k));

            pad(line, text, widths[k]);
        }
        put_line(line, NULL);
    }
}

/* Errors and events */

void show_failure(JsonObject *payload)
{
    const char *message = json_text(payload, "error", "failed");
    const char *traceback = json_text(payload, "traceback", NULL);

    /* Lua's tracebacks may begin with the message */
    if (!traceback || !g_str_has_prefix(traceback, message)) {
        put(&err, RED, message);
    }
    if (traceback && *traceback) {
        put(&err, RED, traceback);
    }
}

static char *hit_text(JsonObject *e)
{
    return g_strdup_printf(
        "hit %" G_GINT64_FORMAT " of %s on vCPU %" G_GINT64_FORMAT
        " at 0x%" G_GINT64_MODIFIER "x",
        json_number(e, "hits", 0), json_text(e, "trigger", "?"),
        json_number(e, "vcpu", 0), (guint64)json_number(e, "pc", 0));
}

static char *journal_text(JsonObject *e)
{
    JsonNode *line = json_object_get_member(e, "line");

    return line ? plain(line) : g_strdup("");
}

static char *console_text(JsonObject *e)
{
    return g_strdup_printf("%s: %s", json_text(e, "type", "console"),
                           json_text(e, "text", ""));
}

static char *event_text(JsonObject *e)
{
    const char *kind = json_text(e, "event", "");
    JsonNode *whole;
    char *text;

    if (strcmp(kind, "print") == 0) {
        return g_strdup(json_text(e, "text", ""));
    } else if (strcmp(kind, "hit") == 0) {
        return hit_text(e);
    } else if (strcmp(kind, "journal") == 0) {
        return journal_text(e);
    } else if (strcmp(kind, "console") == 0) {
        return console_text(e);
    } else if (strcmp(kind, "lost") == 0) {
        return g_strdup_printf("%" G_GINT64_FORMAT
                               " events lost: they come faster than they are "
                               "read here",
                               json_number(e, "count", 0));
    }
    whole = json_node_init_object(json_node_alloc(), e);
    text = json_to_string(whole, FALSE);
    json_node_unref(whole);
    return text;
}

void show_event(JsonObject *event, bool marked)
{
    g_autofree char *text = event_text(event);
    g_auto(GStrv) lines = NULL;
    char **l;

    if (!marked) {
        put(&out, NULL, text);
        return;
    }
    lines = g_strsplit(g_strchomp(text), "\n", 0);
    for (l = lines; *l; l++) {
        g_autofree char *line = g_strconcat("* ", *l, NULL);

        put(&out, CYAN, line);
    }
}
