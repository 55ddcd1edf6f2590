/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include <string.h>

#include "../slide.h"

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

static FiMapped check_symbol(lua_State *L, int idx)
{
    GError *error = NULL;
    FiMapped m = { 0 };

    if (!fi_maps_find(fi.maps, luaL_checkstring(L, idx), &m, &error)) {
        fi_raise(L, error);
    }
    fi_need_slide(L, m.map);
    return m;
}

static int symbol(lua_State *L)
{
    FiMapped m = check_symbol(L, 1);

    lua_pushinteger(L, (lua_Integer)m.addr);
    lua_pushinteger(L, (lua_Integer)m.symbol->size);
    lua_pushstring(L, kind_name(m.symbol->kind));
    return 3;
}

static int symbols_range(lua_State *L)
{
    FiMapped m = check_symbol(L, 1);

    if (m.symbol->size == 0) {
        return luaL_error(L,
                          "symbol '%s' has no size: give {lo, hi} "
                          "yourself",
                          m.symbol->name);
    }
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, (lua_Integer)m.addr);
    lua_seti(L, -2, 1);
    lua_pushinteger(L, (lua_Integer)(m.addr + m.symbol->size));
    lua_seti(L, -2, 2);
    return 1;
}

static int symbols_at(lua_State *L)
{
    uint64_t addr = luaL_checkinteger(L, 1);
    char buf[256];
    char *name = fi_maps_at(fi.maps, addr);

    if (!name) {
        lua_pushnil(L);
        return 1;
    }
    g_strlcpy(buf, name, sizeof(buf)); /* pushing may raise */
    g_free(name);
    lua_pushstring(L, buf);
    return 1;
}

static FiMap *check_map(lua_State *L, int idx)
{
    GError *error = NULL;
    FiMap *map = fi_maps_get(fi.maps, luaL_checkstring(L, idx), &error);

    if (!map) {
        fi_raise(L, error);
    }
    return map;
}

/* Add to the list at 4 the names of @map that match the pattern at 1;
 * string.find, at 3, does the matching, so a bad pattern has Lua's own message.
 */
static lua_Integer find_in(lua_State *L, const FiMap *map, lua_Integer n)
{
    guint i;

    for (i = 0; i < fi_symbols_count(map->symbols); i++) {
        const char *name = fi_symbols_nth(map->symbols, i)->name;

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
    return n;
}

static int symbols_find(lua_State *L)
{
    const FiMap *map = lua_isnoneornil(L, 2) ? NULL : check_map(L, 2);
    lua_Integer n = 0;
    guint i;

    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_getglobal(L, "string");
    lua_getfield(L, -1, "find"); /* 3 */
    lua_newtable(L);             /* 4 */
    for (i = 0; i < fi_maps_count(fi.maps); i++) {
        if (!map || map == fi_maps_nth(fi.maps, i)) {
            n = find_in(L, fi_maps_nth(fi.maps, i), n);
        }
    }
    return 1;
}

static uint64_t integer(lua_State *L, const char *key)
{
    if (!lua_isinteger(L, -1)) {
        luaL_error(L, "fi.symbols.load: '%s' is an integer, not %s", key,
                   fi_push_what(L, -1));
    }
    return lua_tointeger(L, -1);
}

static int small(lua_State *L, const char *key, int max)
{
    uint64_t n = integer(L, key);

    if (n > (uint64_t)max) {
        luaL_error(L, "fi.symbols.load: '%s' is from 0 to %d, not %I", key, max,
                   (lua_Integer)n);
    }
    return (int)n;
}

/* One option, its value on top of the stack. */
static void take_option(lua_State *L, const char *key, FiMapSpec *spec)
{
    if (strcmp(key, "name") == 0) {
        if (lua_type(L, -1) != LUA_TSTRING ||
            !fi_map_name_is_valid(lua_tostring(L, -1))) {
            luaL_error(L, "fi.symbols.load: letters, digits, '_', '.' and '-' "
                          "make a map's name");
        }
        spec->name = (char *)lua_tostring(L, -1);
    } else if (strcmp(key, "slide") == 0) {
        spec->slide = integer(L, key);
        spec->has_slide = true;
    } else if (strcmp(key, "el") == 0) {
        spec->el = small(L, key, 3);
    } else if (strcmp(key, "asid") == 0) {
        spec->space.asid = small(L, key, UINT16_MAX);
    } else if (strcmp(key, "ttbr") == 0) {
        spec->space.ttbr = integer(L, key) & FI_TTBR_BADDR;
        spec->space.has_ttbr = true;
    } else {
        luaL_error(L,
                   "fi.symbols.load: unknown option '%s' (known: name, slide, "
                   "el, asid, ttbr)",
                   key);
    }
}

static void take_options(lua_State *L, int idx, FiMapSpec *spec)
{
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        take_option(
            L, lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "", spec);
    }
}

static int symbols_load(lua_State *L)
{
    FiContext *c = fi_script_context();
    GError *error = NULL;
    FiMapSpec spec;
    const FiMap *map;

    fi_map_spec_init(&spec);
    spec.path = (char *)luaL_checkstring(L, 1);
    if (!lua_isnoneornil(L, 2)) {
        luaL_checktype(L, 2, LUA_TTABLE);
        take_options(L, 2, &spec);
    }
    map = fi_maps_load(fi.maps, &spec, fi_slide_is_found(), &error);
    if (!map) {
        fi_raise(L, error);
    }
    fi_slide_watch();
    if (c && c->vcpu && !map->known) {
        fi_slide_look(c);
    }
    lua_pushstring(L, map->name);
    return 1;
}

/* Fields of a symbol, whose table is at @idx; @n is its number in the list. */

static uint64_t symbol_number(lua_State *L, int idx, lua_Integer n,
                              const char *key)
{
    uint64_t value;

    if (lua_getfield(L, idx, key) == LUA_TNIL && strcmp(key, "size") == 0) {
        lua_pop(L, 1);
        return 0;
    }
    if (!lua_isinteger(L, -1)) {
        luaL_error(L,
                   "fi.symbols.define: '%s' of symbol %I is an integer, not "
                   "%s",
                   key, n, fi_push_what(L, -1));
    }
    value = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value;
}

static FiSymbolKind symbol_kind(lua_State *L, int idx, lua_Integer n)
{
    static const FiSymbolKind kinds[] = { FI_SYMBOL_FUNC, FI_SYMBOL_OBJECT,
                                          FI_SYMBOL_OTHER };
    bool given = lua_getfield(L, idx, "kind") != LUA_TNIL;
    size_t i;

    for (i = 0; given && i < G_N_ELEMENTS(kinds); i++) {
        if (lua_type(L, -1) == LUA_TSTRING &&
            strcmp(lua_tostring(L, -1), kind_name(kinds[i])) == 0) {
            break;
        }
    }
    if (i == G_N_ELEMENTS(kinds)) {
        luaL_error(L,
                   "fi.symbols.define: 'kind' of symbol %I is \"func\", "
                   "\"object\" or \"other\"",
                   n);
    }
    lua_pop(L, 1);
    return given ? kinds[i] : FI_SYMBOL_FUNC;
}

static void check_symbol_keys(lua_State *L, int idx, lua_Integer n)
{
    static const char *const known[] = { "name", "address", "size", "kind",
                                         "global" };
    size_t i;

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
                                                         : "";

        for (i = 0; i < G_N_ELEMENTS(known) && strcmp(key, known[i]); i++) {
        }
        if (i == G_N_ELEMENTS(known)) {
            luaL_error(L,
                       "fi.symbols.define: unknown field '%s' of symbol %I "
                       "(known: name, address, size, kind, global)",
                       key, n);
        }
    }
}

/* The @n-th of the list at 2. */
static void take_symbol(lua_State *L, lua_Integer n, FiSymbols *symbols)
{
    FiSymbol sym = { .global = true };
    int idx;

    if (lua_geti(L, 2, n) != LUA_TTABLE) {
        luaL_error(L,
                   "fi.symbols.define: symbol %I is {name =, address =, …}, "
                   "not %s",
                   n, fi_push_what(L, -1));
    }
    idx = lua_gettop(L);
    check_symbol_keys(L, idx, n);
    sym.addr = symbol_number(L, idx, n, "address");
    sym.size = symbol_number(L, idx, n, "size");
    sym.kind = symbol_kind(L, idx, n);
    if (lua_getfield(L, idx, "global") != LUA_TNIL) {
        sym.global = lua_toboolean(L, -1);
    }
    if (lua_getfield(L, idx, "name") != LUA_TSTRING) {
        luaL_error(L,
                   "fi.symbols.define: 'name' of symbol %I is a string, not "
                   "%s",
                   n, fi_push_what(L, -1));
    }
    sym.name = lua_tostring(L, -1);
    fi_symbols_add(symbols, &sym);
    lua_settop(L, idx - 1);
}

static int symbols_define(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    bool has_symbols = !lua_isnoneornil(L, 2);
    GError *error = NULL;
    const FiMap *map;
    lua_Integer i, n;

    if (!fi_map_name_is_valid(name)) {
        luaL_error(L, "fi.symbols.define: letters, digits, '_', '.' and '-' "
                      "make a map's name");
    }
    if (has_symbols) {
        FiSymbols *symbols = fi_maps_incoming(fi.maps);

        luaL_checktype(L, 2, LUA_TTABLE);
        n = luaL_len(L, 2);
        for (i = 1; i <= n; i++) {
            take_symbol(L, i, symbols);
        }
    }
    map = fi_maps_define(fi.maps, name, has_symbols, &error);
    if (!map) {
        fi_raise(L, error);
    }
    fi_registry_slide(map);
    if (fi_registry_dirty()) {
        fi_retranslate_first();
    }
    return 0;
}

static int symbols_slide(lua_State *L)
{
    const FiMap *map = check_map(L, 1);

    if (map->known) {
        lua_pushinteger(L, (lua_Integer)map->slide);
    } else {
        lua_pushnil(L);
    }
    return 1;
}

static void push_map(lua_State *L, const FiMap *map)
{
    lua_createtable(L, 0, 7);
    lua_pushstring(L, map->name);
    lua_setfield(L, -2, "name");
    if (map->path) {
        lua_pushstring(L, map->path);
        lua_setfield(L, -2, "path");
    }
    lua_pushinteger(L, fi_symbols_count(map->symbols));
    lua_setfield(L, -2, "symbols");
    if (map->known) {
        lua_pushinteger(L, (lua_Integer)map->slide);
        lua_setfield(L, -2, "slide");
    }
    if (map->el >= 0) {
        lua_pushinteger(L, map->el);
        lua_setfield(L, -2, "el");
    }
    if (map->space.asid >= 0) {
        lua_pushinteger(L, map->space.asid);
        lua_setfield(L, -2, "asid");
    }
    if (map->space.has_ttbr) {
        lua_pushinteger(L, (lua_Integer)map->space.ttbr);
        lua_setfield(L, -2, "ttbr");
    }
}

static int symbols_maps(lua_State *L)
{
    guint i;

    lua_newtable(L);
    for (i = 0; i < fi_maps_count(fi.maps); i++) {
        push_map(L, fi_maps_nth(fi.maps, i));
        lua_seti(L, -2, i + 1);
    }
    return 1;
}

void fi_bind_symbols(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "range", symbols_range },   { "at", symbols_at },
        { "find", symbols_find },     { "load", symbols_load },
        { "define", symbols_define }, { "slide", symbols_slide },
        { "maps", symbols_maps },     { NULL, NULL },
    };

    lua_pushcfunction(L, symbol);
    lua_setfield(L, -2, "symbol");
    luaL_newlib(L, functions);
    lua_setfield(L, -2, "symbols");
}
