/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json.h"

#include <math.h>

#include "../json_text.h"

#define MAX_DEPTH 24
#define MAX_TEXT (16u << 20) /* what a frame may have */

typedef struct Encoder {
    GString *out;
    const void *open[MAX_DEPTH]; /* tables that this value is in */
    int depth;
} Encoder;

static void encode(lua_State *L, int idx, Encoder *e);

static void encode_description(lua_State *L, int idx, Encoder *e)
{
    size_t len;
    const char *s = luaL_tolstring(L, idx, &len);

    fi_json_string(e->out, s, len);
    lua_pop(L, 1);
}

/* With NUL bytes, other than GLib's. */
static bool is_utf8(const char *s, size_t len)
{
    const char *end = s;

    while (!g_utf8_validate_len(s, len, &end)) {
        if (*end) {
            return false;
        }
        len -= end + 1 - s;
        s = end + 1;
    }
    return true;
}

static void encode_string(lua_State *L, int idx, Encoder *e)
{
    size_t len;
    const char *s = lua_tolstring(L, idx, &len);

    if (is_utf8(s, len)) {
        fi_json_string(e->out, s, len);
    } else {
        g_autofree char *text = g_base64_encode((const guchar *)s, len);

        g_string_append(e->out, "{\"base64\":");
        fi_json_string(e->out, text, strlen(text));
        g_string_append_c(e->out, '}');
    }
}

static void encode_number(lua_State *L, int idx, Encoder *e)
{
    if (lua_isinteger(L, idx)) {
        fi_json_int(e->out, lua_tointeger(L, idx));
    } else if (isfinite(lua_tonumber(L, idx))) {
        fi_json_double(e->out, lua_tonumber(L, idx));
    } else {
        encode_description(L, idx, e);
    }
}

/* Are the table's keys exactly 1 to n? */
static bool is_list(lua_State *L, int idx)
{
    lua_Integer n = lua_rawlen(L, idx), found = 0;

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        if (!lua_isinteger(L, -2) || lua_tointeger(L, -2) < 1 ||
            lua_tointeger(L, -2) > n) {
            lua_pop(L, 2);
            return false;
        }
        found++;
    }
    return found == n;
}

static void encode_list(lua_State *L, int idx, Encoder *e)
{
    lua_Integer n = lua_rawlen(L, idx), i;

    g_string_append_c(e->out, '[');
    for (i = 1; i <= n; i++) {
        if (i > 1) {
            g_string_append_c(e->out, ',');
        }
        lua_rawgeti(L, idx, i);
        encode(L, lua_gettop(L), e);
        lua_pop(L, 1);
    }
    g_string_append_c(e->out, ']');
}

static void encode_object(lua_State *L, int idx, Encoder *e)
{
    bool first = true;

    g_string_append_c(e->out, '{');
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        if (!first) {
            g_string_append_c(e->out, ',');
        }
        first = false;
        encode_description(L, lua_absindex(L, -2), e);
        g_string_append_c(e->out, ':');
        encode(L, lua_gettop(L), e);
    }
    g_string_append_c(e->out, '}');
}

static bool is_open(const Encoder *e, const void *table)
{
    int i;

    for (i = 0; i < e->depth; i++) {
        if (e->open[i] == table) {
            return true;
        }
    }
    return false;
}

static void encode_table(lua_State *L, int idx, Encoder *e)
{
    const void *table = lua_topointer(L, idx);

    if (e->depth == MAX_DEPTH || is_open(e, table)) {
        encode_description(L, idx, e);
        return;
    }
    luaL_checkstack(L, 8, "a result is nested too deep");
    e->open[e->depth++] = table;
    if (is_list(L, idx)) {
        encode_list(L, idx, e);
    } else {
        encode_object(L, idx, e);
    }
    e->depth--;
}

static void encode(lua_State *L, int idx, Encoder *e)
{
    if (e->out->len > MAX_TEXT) {
        luaL_error(L,
                   "the result has more than %d MiB: return less of it, or "
                   "write it to a file",
                   (int)(MAX_TEXT >> 20));
    }
    switch (lua_type(L, idx)) {
    case LUA_TNIL:
        g_string_append(e->out, "null");
        break;
    case LUA_TBOOLEAN:
        g_string_append(e->out, lua_toboolean(L, idx) ? "true" : "false");
        break;
    case LUA_TNUMBER:
        encode_number(L, idx, e);
        break;
    case LUA_TSTRING:
        encode_string(L, idx, e);
        break;
    case LUA_TTABLE:
        encode_table(L, idx, e);
        break;
    default:
        encode_description(L, idx, e);
        break;
    }
}

void fi_json_value(lua_State *L, int idx, GString *out)
{
    Encoder e = { .out = out };

    encode(L, lua_absindex(L, idx), &e);
}
