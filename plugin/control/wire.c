/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "wire.h"

#include <lauxlib.h>
#include <string.h>

#include "../xml.h"

#define MAX_HEADER 64

struct FiWire {
    bool framed, ended;
    GByteArray *in;
    size_t taken;   /* bytes of @in that are done */
    size_t scanned; /* of it, for #interrupt */
    bool interrupt;

    /* text mode */
    bool skipping;      /* the rest of a line that is too long */
    GString *chunk;     /* its lines so far */
    unsigned n_lines;   /* of it */
    FiXml *scan;        /* the chunk is a document */
    bool reported_tail; /* the end has been spoken about */
    lua_State *L;       /* compiles, and never runs anything */

    /* framed mode */
    char id[33];
    bool has_header;
    size_t frame_len;
    bool dead;
};

FiWire *fi_wire_new(void)
{
    FiWire *w = g_new0(FiWire, 1);

    w->in = g_byte_array_new();
    w->chunk = g_string_new(NULL);
    return w;
}

static void drop_chunk(FiWire *w)
{
    g_string_truncate(w->chunk, 0);
    w->n_lines = 0;
    g_clear_pointer(&w->scan, fi_xml_free);
}

void fi_wire_free(FiWire *w)
{
    if (!w) {
        return;
    }
    drop_chunk(w);
    g_byte_array_unref(w->in);
    g_string_free(w->chunk, TRUE);
    g_clear_pointer(&w->L, lua_close);
    g_free(w);
}

void fi_wire_item_free(FiWireItem *item)
{
    if (item) {
        g_free(item->id);
        g_free(item->text);
        g_free(item);
    }
}

static FiWireItem *item_new(FiWireKind kind, const char *text, size_t len)
{
    FiWireItem *item = g_new0(FiWireItem, 1);

    item->kind = kind;
    item->text = g_malloc(len + 1);
    memcpy(item->text, text, len);
    item->text[len] = '\0';
    item->len = len;
    return item;
}

static FiWireItem *bad(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

static FiWireItem *bad(const char *fmt, ...)
{
    FiWireItem *item = g_new0(FiWireItem, 1);
    va_list ap;

    va_start(ap, fmt);
    item->kind = FI_WIRE_BAD;
    item->text = g_strdup_vprintf(fmt, ap);
    item->len = strlen(item->text);
    va_end(ap);
    return item;
}

void fi_wire_set_framed(FiWire *w)
{
    w->framed = true;
}

size_t fi_wire_buffered(const FiWire *w)
{
    return w->in->len - w->taken;
}

unsigned fi_wire_chunk_lines(const FiWire *w)
{
    return w->n_lines;
}

void fi_wire_cancel(FiWire *w)
{
    drop_chunk(w);
}

bool fi_wire_take_interrupt(FiWire *w)
{
    bool yes = w->interrupt;

    w->interrupt = false;
    return yes;
}

static bool is_line(const char *line, size_t len, const char *what)
{
    if (len && line[len - 1] == '\r') {
        len--;
    }
    return len == strlen(what) && memcmp(line, what, len) == 0;
}

/* Lines that wait for their turn: is one of them #interrupt? */
static void scan_for_interrupt(FiWire *w)
{
    const char *data = (const char *)w->in->data;
    const char *end;

    w->scanned = MAX(w->scanned, w->taken);
    while ((end = memchr(data + w->scanned, '\n', w->in->len - w->scanned))) {
        const char *line = data + w->scanned;

        if (is_line(line, end - line, "#framed 1")) {
            w->scanned = w->in->len; /* frames from here on */
            return;
        }
        w->interrupt = w->interrupt || is_line(line, end - line, "#interrupt");
        w->scanned = end + 1 - data;
    }
}

void fi_wire_feed(FiWire *w, const char *data, size_t len)
{
    if (w->dead) {
        return;
    }
    if (w->taken) {
        g_byte_array_remove_range(w->in, 0, w->taken);
        w->scanned -= MIN(w->scanned, w->taken);
        w->taken = 0;
    }
    g_byte_array_append(w->in, (const guint8 *)data, len);
    if (!w->framed) {
        scan_for_interrupt(w);
    }
}

void fi_wire_end(FiWire *w)
{
    w->ended = true;
}

/* Chunks */

static lua_State *compiler(FiWire *w)
{
    if (!w->L) {
        w->L = luaL_newstate();
    }
    return w->L;
}

/* As in lua.c: a statement that ends too early ends in a complaint about the
 * end of file. */
static bool is_incomplete(lua_State *L, int idx)
{
    static const char mark[] = "<eof>";
    size_t n = sizeof(mark) - 1, len;
    const char *message = lua_tolstring(L, idx, &len);

    return len >= n && memcmp(message + len - n, mark, n) == 0;
}

static int compile(lua_State *L, const char *text, size_t len)
{
    return luaL_loadbufferx(L, text, len, "=repl", "t");
}

/* NULL: incomplete.  The newline is part of it, so that a string without its
 * closing quote is an error and does not wait for more. */
static FiWireItem *compile_chunk(FiWire *w)
{
    lua_State *L = compiler(w);
    g_autoptr(GString) expression = g_string_new("return ");
    FiWireItem *item = NULL;
    const char *message;
    size_t len;

    if (!L) {
        return bad("no memory to compile it");
    }
    g_string_append_len(expression, w->chunk->str, w->chunk->len);
    if (compile(L, expression->str, expression->len) == LUA_OK ||
        compile(L, w->chunk->str, w->chunk->len) == LUA_OK) {
        item = item_new(FI_WIRE_CHUNK, w->chunk->str, w->chunk->len);
    } else if (!is_incomplete(L, -1) && !is_incomplete(L, -2)) {
        message = lua_tolstring(L, -1, &len);
        item = item_new(FI_WIRE_SYNTAX, message, len);
    }
    lua_settop(L, 0);
    return item;
}

static FiWireItem *scan_document(FiWire *w, const char *line, size_t len)
{
    if (!w->scan) {
        w->scan = fi_xml_new();
    }
    if (fi_xml_feed(w->scan, line, len) == FI_XML_INCOMPLETE) {
        return NULL;
    }
    /* Whoever loads it finds what is wrong with it, and says so. */
    return item_new(FI_WIRE_XML, w->chunk->str, w->chunk->len);
}

static FiWireItem *check_size(FiWire *w)
{
    size_t max = w->scan ? FI_WIRE_MAX_FRAME : FI_WIRE_MAX_CHUNK;

    if (w->chunk->len <= max && (w->scan || w->n_lines <= FI_WIRE_MAX_LINES)) {
        return NULL;
    }
    drop_chunk(w);
    return bad("a chunk of more than %u lines or %u KiB that is still "
               "incomplete: use dofile(\"FILE\"), or framed mode",
               FI_WIRE_MAX_LINES, FI_WIRE_MAX_CHUNK >> 10);
}

static bool is_blank(const char *line, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (!g_ascii_isspace(line[i])) {
            return false;
        }
    }
    return true;
}

static bool begins_document(const FiWire *w)
{
    const char *s = w->chunk->str;

    while (g_ascii_isspace(*s)) {
        s++;
    }
    return w->n_lines == 1 && *s == '<';
}

static FiWireItem *add_to_chunk(FiWire *w, const char *line, size_t len)
{
    FiWireItem *item;

    if (!w->chunk->len && is_blank(line, len)) {
        return item_new(FI_WIRE_COMMAND, "", 0);
    }
    g_string_append_len(w->chunk, line, len);
    w->n_lines++;
    item = w->scan || begins_document(w) ? scan_document(w, line, len)
                                         : compile_chunk(w);
    if (item) {
        drop_chunk(w);
        return item;
    }
    return check_size(w);
}

/* Other lines that begin with # ask for the length of something. */
static bool is_command(const char *text, size_t len)
{
    static const char *const names[] = { "help",   "vcpu", "events",
                                         "cancel", "quit", "framed" };
    const char *space = memchr(text, ' ', len);
    size_t n = space ? (size_t)(space - text) : len, i;

    for (i = 0; i < G_N_ELEMENTS(names); i++) {
        if (n == strlen(names[i]) && memcmp(text, names[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/* @len: with the newline */
static FiWireItem *take_line(FiWire *w, const char *line, size_t len)
{
    size_t bare = len - 1;

    if (bare && line[bare - 1] == '\r') {
        bare--;
    }
    if (is_line(line, bare, "#interrupt")) {
        return NULL; /* done when it came */
    } else if (is_line(line, bare, "#cancel") || !w->chunk->len) {
        if (bare && line[0] == '#' && is_command(line + 1, bare - 1)) {
            return item_new(FI_WIRE_COMMAND, line + 1, bare - 1);
        } else if (bare && line[0] == '?') {
            return item_new(FI_WIRE_HELP, line + 1, bare - 1);
        }
    }
    return add_to_chunk(w, line, len);
}

/* A fault document shows by itself whether it is all there, and programs that
 * send one need not end it with a newline. */
static FiWireItem *take_document_tail(FiWire *w)
{
    const char *line = (const char *)w->in->data + w->taken;
    size_t len = fi_wire_buffered(w);
    FiWireItem *item;

    if (!w->scan && (w->chunk->len || *line != '<')) {
        return NULL;
    }
    w->taken = w->in->len;
    item = add_to_chunk(w, line, len);
    w->reported_tail = item;
    return item;
}

/* What is left at the end may be half of what was meant. */
static FiWireItem *refuse_tail(FiWire *w)
{
    bool tail = fi_wire_buffered(w) > 0 && !w->skipping;
    FiWireItem *document;

    if (!w->ended || w->reported_tail || (!tail && !w->chunk->len)) {
        return NULL;
    }
    document = tail ? take_document_tail(w) : NULL;
    if (document) {
        return document;
    }
    tail = tail && fi_wire_buffered(w) > 0;
    w->reported_tail = true;
    w->taken = w->in->len;
    drop_chunk(w);
    return bad(tail ? "the last line does not end in a newline: it was not "
                      "executed"
                    : "the last chunk is incomplete: it was not executed");
}

static FiWireItem *next_of_text(FiWire *w)
{
    FiWireItem *item = NULL;

    while (!item) {
        const char *line = (const char *)w->in->data + w->taken;
        size_t left = fi_wire_buffered(w);
        const char *end = left ? memchr(line, '\n', left) : NULL;
        size_t len = end ? (size_t)(end + 1 - line) : left;

        if (!end && left <= FI_WIRE_MAX_LINE) {
            return refuse_tail(w);
        }
        w->taken += len;
        if (w->skipping) {
            w->skipping = !end;
        } else if (len > FI_WIRE_MAX_LINE) {
            w->skipping = !end;
            drop_chunk(w);
            item = bad("a line has more than %u bytes: it was not executed; "
                       "use dofile(\"FILE\"), or framed mode",
                       FI_WIRE_MAX_LINE);
        } else {
            item = take_line(w, line, len);
        }
    }
    return item;
}

/* Frames */

static bool is_id(const char *s, size_t len)
{
    size_t i;

    for (i = 0; i < len; i++) {
        if (!g_ascii_isalnum(s[i]) && !strchr("_.-", s[i])) {
            return false;
        }
    }
    return len > 0 && len <= 32 && !(len == 1 && *s == '0');
}

static bool parse_length(const char *s, size_t len, size_t *ret)
{
    size_t i;

    *ret = 0;
    for (i = 0; i < len; i++) {
        if (!g_ascii_isdigit(s[i])) {
            return false;
        }
        *ret = *ret * 10 + (s[i] - '0');
    }
    return len > 0 && len <= 8;
}

/* The end of the connection, as nothing behind this can be found. */
static FiWireItem *give_up(FiWire *w, FiWireItem *item)
{
    w->dead = true;
    w->taken = w->in->len;
    return item;
}

/* @len: without the newline */
static FiWireItem *take_header(FiWire *w, const char *line, size_t len)
{
    const char *space = memchr(line, ' ', len);
    g_autofree char *shown = NULL;

    if (space && is_id(line, space - line) &&
        parse_length(space + 1, len - (space + 1 - line), &w->frame_len) &&
        w->frame_len <= FI_WIRE_MAX_FRAME) {
        memcpy(w->id, line, space - line);
        w->id[space - line] = '\0';
        w->has_header = true;
        return NULL;
    }
    shown = g_utf8_make_valid(line, MIN(len, 40));
    return give_up(w, bad("not the header of a request: '%s'; it is ID LENGTH, "
                          "with an ID of 1 to 32 letters, digits, _ . or -, "
                          "and a LENGTH of up to %u bytes",
                          shown, FI_WIRE_MAX_FRAME));
}

static FiWireItem *next_of_frames(FiWire *w)
{
    const char *data = (const char *)w->in->data + w->taken;
    size_t left = fi_wire_buffered(w);
    FiWireItem *item;

    if (w->dead) {
        return NULL;
    }
    if (!w->has_header) {
        const char *end = left ? memchr(data, '\n', MIN(left, MAX_HEADER))
                               : NULL;

        if (!end && left < MAX_HEADER) {
            return NULL;
        }
        item = take_header(w, data, end ? (size_t)(end - data) : left);
        if (item) {
            return item;
        }
        w->taken += end + 1 - data;
        data = end + 1;
        left = fi_wire_buffered(w);
    }
    if (left < w->frame_len) {
        return NULL;
    }
    item = item_new(FI_WIRE_REQUEST, data, w->frame_len);
    item->id = g_strdup(w->id);
    w->taken += w->frame_len;
    w->has_header = false;
    return item;
}

FiWireItem *fi_wire_next(FiWire *w)
{
    return w->framed ? next_of_frames(w) : next_of_text(w);
}
