/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "chunk.h"

#include <glib.h>
#include <lauxlib.h>
#include <string.h>

/* How Lua's parser says that the text ended too early. */
#define END_MARK "<eof>"

struct Chunk {
    lua_State *L;
};

Chunk *chunk_new(void)
{
    Chunk *c = g_new0(Chunk, 1);

    c->L = luaL_newstate();
    if (!c->L) {
        g_error("no memory for Lua");
    }
    return c;
}

void chunk_free(Chunk *c)
{
    if (c) {
        lua_close(c->L);
        g_free(c);
    }
}

bool chunk_is_xml(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '<';
}

static int compile(lua_State *L, const char *text)
{
    return luaL_loadbufferx(L, text, strlen(text), "=chunk", "t");
}

typedef enum Verdict {
    GOOD,
    ENDS_EARLY,
    WRONG,
} Verdict;

static Verdict judge(lua_State *L, const char *text)
{
    Verdict v = compile(L, text) == LUA_OK                        ? GOOD
                : g_str_has_suffix(lua_tostring(L, -1), END_MARK) ? ENDS_EARLY
                                                                  : WRONG;

    lua_pop(L, 1);
    return v;
}

/* `1 +` begins an expression but no statement, `if x` the reverse. */
static bool lua_is_complete(lua_State *L, const char *text)
{
    g_autofree char *expression = g_strconcat("return ", text, NULL);
    Verdict as_expression = judge(L, expression), as_statement;

    if (as_expression == GOOD) {
        return true;
    }
    as_statement = judge(L, text);
    return as_statement == GOOD ||
           (as_expression == WRONG && as_statement == WRONG);
}

/* XML */

typedef struct Depth {
    unsigned depth;
    bool closed; /* the root element has ended */
} Depth;

static void start_element(GMarkupParseContext *ctx, const char *name,
                          const char **attribute_names,
                          const char **attribute_values, void *opaque,
                          GError **error)
{
    (void)ctx;
    (void)name;
    (void)attribute_names;
    (void)attribute_values;
    (void)error;
    ((Depth *)opaque)->depth++;
}

static void end_element(GMarkupParseContext *ctx, const char *name,
                        void *opaque, GError **error)
{
    Depth *d = opaque;

    (void)ctx;
    (void)name;
    (void)error;
    d->closed = --d->depth == 0;
}

static bool xml_is_complete(const char *text)
{
    static const GMarkupParser parser = {
        .start_element = start_element,
        .end_element = end_element,
    };
    Depth d = { 0 };
    GMarkupParseContext *ctx = g_markup_parse_context_new(&parser, 0, &d, NULL);
    bool ok = g_markup_parse_context_parse(ctx, text, -1, NULL);

    g_markup_parse_context_free(ctx);
    return !ok || d.closed;
}

bool chunk_is_complete(Chunk *c, const char *text)
{
    return chunk_is_xml(text) ? xml_is_complete(text)
                              : lua_is_complete(c->L, text);
}
