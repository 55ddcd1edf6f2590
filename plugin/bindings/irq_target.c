/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irq.h"

#include <string.h>

/* The table that says which interrupt is meant: at index 1. */

int fi_irq_raise(lua_State *L, const char *what, GError *error)
{
    char *text = g_strdup(error->message);

    g_error_free(error);
    return fi_raise_text(L, what, text);
}

static FI_RAISES lua_Integer whole_field(lua_State *L, const char *key,
                                         const char *what)
{
    lua_Integer v;

    lua_getfield(L, 1, key);
    if (!lua_isinteger(L, -1)) {
        luaL_error(L, "%s: '%s' is a whole number, not %s", what, key,
                   lua_type(L, -1) == LUA_TNUMBER ? luaL_tolstring(L, -1, NULL)
                                                  : luaL_typename(L, -1));
    }
    v = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return v;
}

/* The string stays on the stack. */
static FI_RAISES const char *string_field(lua_State *L, const char *key,
                                          const char *what)
{
    if (lua_getfield(L, 1, key) != LUA_TSTRING) {
        luaL_error(L, "%s: '%s' is a string, not %s", what, key,
                   luaL_typename(L, -1));
    }
    return lua_tostring(L, -1);
}

static bool has_field(lua_State *L, const char *key)
{
    bool ret = lua_getfield(L, 1, key) != LUA_TNIL;

    lua_pop(L, 1);
    return ret;
}

static FI_RAISES FiIrqKind check_kind(lua_State *L, const char *what)
{
    int kind, found = -1, n = 0;

    for (kind = FI_IRQ_SPI; kind <= FI_IRQ_INPUT; kind++) {
        if (has_field(L, fi_irq_kind_name(kind))) {
            found = kind;
            n++;
        }
    }
    if (n != 1) {
        luaL_error(L,
                   "%s takes exactly one of spi, ppi, sgi (INTIDs), irq (of "
                   "an NVIC) and device",
                   what);
    }
    return found;
}

static FI_RAISES void check_keys(lua_State *L, FiIrqKind kind, const char *what)
{
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
                                                         : "";
        bool is_private = kind == FI_IRQ_PPI || kind == FI_IRQ_SGI;
        bool of_input = strcmp(key, "line") == 0 || strcmp(key, "name") == 0;

        if (strcmp(key, fi_irq_kind_name(kind)) == 0 ||
            (is_private && strcmp(key, "vcpu") == 0) ||
            (kind == FI_IRQ_INPUT && of_input)) {
            continue;
        }
        luaL_error(L, "%s: '%s' does not go with '%s' (known: %s%s)", what,
                   luaL_tolstring(L, -2, NULL), fi_irq_kind_name(kind),
                   fi_irq_kind_name(kind),
                   is_private             ? ", vcpu"
                   : kind == FI_IRQ_INPUT ? ", line, name"
                                          : "");
    }
}

static FI_RAISES unsigned check_vcpu(lua_State *L, const char *what)
{
    const FiContext *c = fi_script_context();
    lua_Integer n;

    if (!has_field(L, "vcpu")) {
        return c && c->vcpu ? c->vcpu->index : 0;
    }
    n = whole_field(L, "vcpu", what);
    if (n < 0 || n >= (lua_Integer)fi.n_vcpus) {
        luaL_error(L, "%s: vcpu = %I: the vCPUs are 0 to %d", what, n,
                   (int)fi.n_vcpus - 1);
    }
    return n;
}

static FI_RAISES void check_number(lua_State *L, FiIrqTarget *t,
                                   const char *what)
{
    lua_Integer n = whole_field(L, fi_irq_kind_name(t->kind), what);
    GError *error = NULL;

    if (!fi_irq_check_number(t->kind, n, &error)) {
        fi_irq_raise(L, what, error);
    }
    t->number = n;
    if (t->kind == FI_IRQ_PPI || t->kind == FI_IRQ_SGI) {
        t->vcpu = check_vcpu(L, what);
    }
}

/* Strings stay on the stack. */
static FI_RAISES void check_input(lua_State *L, FiIrqTarget *t,
                                  const char *what)
{
    lua_Integer line = 0;

    t->has_number = has_field(L, "line");
    if (t->has_number) {
        line = whole_field(L, "line", what);
    }

    t->device = string_field(L, "device", what);
    if (has_field(L, "name")) {
        t->name = string_field(L, "name", what);
    }
    if (line < 0 || line > INT32_MAX) {
        luaL_error(L, "%s: line = %I: inputs are numbered from 0", what, line);
    }
    t->number = line;
}

void fi_irq_check_target(lua_State *L, FiIrqTarget *t, const char *what)
{
    if (!lua_istable(L, 1)) {
        luaL_error(L, "%s takes a table, e.g. {spi = 33}, not %s", what,
                   luaL_typename(L, 1));
    }
    *t = (FiIrqTarget){ .kind = check_kind(L, what) };
    check_keys(L, t->kind, what);
    if (t->kind == FI_IRQ_INPUT) {
        check_input(L, t, what);
    } else {
        check_number(L, t, what);
    }
}
