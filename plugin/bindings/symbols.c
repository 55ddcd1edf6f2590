/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

/* fi.symbol and fi.symbols */

static const char *kind_name(FiSymbolKind kind)
{
    switch (kind) {
    case FI_SYMBOL_FUNC:
        return "func";
    case FI_SYMBOL_OBJECT:
        return "object";
    default:
        return "other";
    }
}

static const FiSymbol *check_symbol(lua_State *L, int idx)
{
    GError *error = NULL;
    const FiSymbol *s = fi_symbols_find(fi.symbols, luaL_checkstring(L, idx),
                                        &error);

    if (!s) {
        fi_raise(L, error);
    }
    return s;
}

static int symbol(lua_State *L)
{
    const FiSymbol *s = check_symbol(L, 1);

    lua_pushinteger(L, (lua_Integer)s->addr);
    lua_pushinteger(L, (lua_Integer)s->size);
    lua_pushstring(L, kind_name(s->kind));
    return 3;
}

static int symbols_range(lua_State *L)
{
    const FiSymbol *s = check_symbol(L, 1);

    if (s->size == 0) {
        return luaL_error(L,
                          "symbol '%s' has no size: give {lo, hi} "
                          "yourself",
                          s->name);
    }
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, (lua_Integer)s->addr);
    lua_seti(L, -2, 1);
    lua_pushinteger(L, (lua_Integer)(s->addr + s->size));
    lua_seti(L, -2, 2);
    return 1;
}

static int symbols_at(lua_State *L)
{
    uint64_t addr = luaL_checkinteger(L, 1);
    char buf[256];
    char *name = fi_symbols_at(fi.symbols, addr);

    if (!name) {
        lua_pushnil(L);
        return 1;
    }
    g_strlcpy(buf, name, sizeof(buf)); /* pushing may raise */
    g_free(name);
    lua_pushstring(L, buf);
    return 1;
}

/* string.find does the matching, so a bad pattern has Lua's own message. */
static int symbols_find(lua_State *L)
{
    lua_Integer n = 0;
    guint i;

    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "find"); /* 3 */
    lua_newtable(L);             /* 4 */
    for (i = 0; i < fi_symbols_count(fi.symbols); i++) {
        const char *name = fi_symbols_nth(fi.symbols, i)->name;

        lua_pushvalue(L, 3);
        lua_pushstring(L, name);
        lua_pushvalue(L, 1);
        lua_call(L, 2, 1);
        if (!lua_isnil(L, -1)) {
            lua_pushstring(L, name);
            lua_seti(L, 4, ++n);
        }
        lua_pop(L, 1);
    }
    return 1;
}

void fi_bind_symbols(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "range", symbols_range },
        { "at", symbols_at },
        { "find", symbols_find },
        { NULL, NULL },
    };

    lua_pushcfunction(L, symbol);
    lua_setfield(L, -2, "symbol");
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "symbols");
}
