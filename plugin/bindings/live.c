/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "../control/control.h"
#include "../control/feed.h"
#include "../control/request.h"
#include "impl.h"
#include "json.h"
#include "live.h"

/* What the socket asks for, in the VM: a chunk, or one of live.lua's
 * operations. */

static const char live_key; /* its address: the table `live` */

void fi_push_live(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &live_key);
}

/* An expression, whose values are wanted, or statements. */
static void push_chunk(lua_State *L, FiRequest *r)
{
    const char *name = lua_pushfstring(L, "=%s", r->name ? r->name : "chunk");
    const char *code;
    size_t len;

    lua_pushliteral(L, "return ");
    lua_pushlstring(L, r->text, r->len);
    lua_concat(L, 2);
    code = lua_tolstring(L, -1, &len);
    if (luaL_loadbufferx(L, code, len, name, "t") == LUA_OK) {
        return;
    }
    lua_pop(L, 1);
    if (luaL_loadbufferx(L, r->text, r->len, name, "t") != LUA_OK) {
        r->kind = "syntax";
        lua_error(L);
    }
}

static void append_literal(lua_State *L, int idx, FiRequest *r)
{
    size_t len;
    const char *s;

    fi_push_live(L);
    lua_getfield(L, -1, "literal");
    lua_pushvalue(L, idx);
    lua_pushboolean(L, true);
    lua_call(L, 2, 1);
    s = lua_tolstring(L, -1, &len);
    if (r->as_text) {
        g_string_append_len(r->reply, s, len);
        g_string_append_c(r->reply, '\n');
    } else {
        fi_json_value(L, -1, r->reply);
    }
    lua_pop(L, 2);
}

/* "name":[…] of the values from @first on. */
static void append_list(lua_State *L, FiRequest *r, int first, int last,
                        void (*append)(lua_State *, int, FiRequest *))
{
    int i;

    g_string_append_c(r->reply, '[');
    for (i = first; i <= last; i++) {
        if (i > first) {
            g_string_append_c(r->reply, ',');
        }
        append(L, i, r);
    }
    g_string_append_c(r->reply, ']');
}

static void append_value(lua_State *L, int idx, FiRequest *r)
{
    fi_json_value(L, idx, r->reply);
}

static void eval(lua_State *L, FiRequest *r)
{
    int base, top, i;

    push_chunk(L, r);
    base = lua_gettop(L);
    lua_call(L, 0, LUA_MULTRET);
    top = lua_gettop(L);
    luaL_checkstack(L, 16, "too many results");
    if (r->as_text) {
        for (i = base; i <= top; i++) {
            append_literal(L, i, r);
        }
        return;
    }
    g_string_append(r->reply, "{\"values\":");
    append_list(L, r, base, top, append_value);
    g_string_append(r->reply, ",\"text\":");
    append_list(L, r, base, top, append_literal);
    g_string_append_c(r->reply, '}');
}

/* live.OP(text, line's client) -> what JSON is to show, text */
static void operate(lua_State *L, FiRequest *r)
{
    size_t len;
    const char *s;

    fi_push_live(L);
    lua_getfield(L, -1, fi_op_name(r->op));
    if (r->text) {
        lua_pushlstring(L, r->text, r->len);
    } else {
        lua_pushnil(L);
    }
    lua_call(L, 1, 2);
    if (!r->as_text) {
        fi_json_value(L, -2, r->reply);
        return;
    }
    s = luaL_tolstring(L, -1, &len);
    g_string_append_len(r->reply, s, len);
    if (len && s[len - 1] != '\n') {
        g_string_append_c(r->reply, '\n');
    }
}

int fi_request_perform(lua_State *L)
{
    FiRequest *r = lua_touserdata(L, 1);

    if (r->op == FI_OP_EVAL) {
        eval(L, r);
    } else {
        operate(L, r);
    }
    return 0;
}

/* For print: [text] -> whether a client got it */
static int print_to_client(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);

    lua_pushboolean(L, fi_control_print(fi_script_context(), text, len));
    return 1;
}

/* [device, type, byte] -> does anybody listen? */
static int console_byte(lua_State *L)
{
    const char *device = luaL_checkstring(L, 1);
    const char *type = luaL_checkstring(L, 2);
    char byte = luaL_checkinteger(L, 3);

    if (!fi_feed_wants(FI_EVENT_CONSOLE)) {
        return 0;
    }
    fi_feed_console(device, type, byte);
    lua_pushboolean(L, true);
    return 1;
}

/* For live.xml: [line, attribute or nil] where the document is wrong. */
static int blame_document(lua_State *L)
{
    FiContext *c = fi_script_context();
    lua_Integer line = luaL_checkinteger(L, 1);
    const char *attribute = luaL_optstring(L, 2, NULL);

    if (c->request) {
        c->request->kind = "xml";
        c->request->line = line;
        g_free(c->request->attribute);
        c->request->attribute = g_strdup(attribute);
    }
    return 0;
}

/* The globals of the scenario, which a reload replaces. */
static int globals(lua_State *L)
{
    lua_pushglobaltable(L);
    return 1;
}

void fi_bind_live(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "globals", globals },
        { "console_byte", console_byte },
        { "blame_document", blame_document },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &live_key);
    lua_pushcfunction(L, print_to_client);
    lua_setfield(L, -2, "_print");
}
