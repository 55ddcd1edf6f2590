/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../reload.h"
#include "impl.h"

#include <string.h>

/* The handles of triggers: what on_pc and its like return. */

#define TRIGGER_MT "fi.trigger"

typedef struct Handle {
    FiTrigger *t;
} Handle;

static bool takes_argument(lua_State *L, int idx)
{
    lua_Debug ar;

    lua_pushvalue(L, idx);
    lua_getinfo(L, ">u", &ar);
    return ar.nparams > 0 || ar.isvararg;
}

static void set_handler(lua_State *L, FiTrigger *t, int idx)
{
    if (idx && !lua_isnoneornil(L, idx)) {
        t->wants_event = takes_argument(L, idx);
        lua_pushvalue(L, idx);
        lua_rawsetp(L, LUA_REGISTRYINDEX, t);
        g_atomic_int_set(&t->has_handler, 1);
    } else {
        g_atomic_int_set(&t->has_handler, 0);
        lua_pushnil(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, t);
    }
}

static Handle *new_handle(lua_State *L)
{
    Handle *h = lua_newuserdatauv(L, sizeof(*h), 0);

    h->t = NULL;
    luaL_setmetatable(L, TRIGGER_MT);
    return h;
}

static void stage(FiStaging *s, FiTrigger *t)
{
    t->staged = true;
    g_ptr_array_add(s->triggers, fi_trigger_ref(t));
}

void fi_arm(lua_State *L, const FiTriggerSpec *spec, int fn_idx)
{
    const FiContext *c = fi_script_context();
    const char *what = fi_kind_function(spec->kind);
    Handle *h;

    fi_need_own_scenario(L, what ? what : "counter:count_pc");
    h = new_handle(L);
    h->t = fi_trigger_new(spec);
    h->t->owner = c ? c->owner : 0;
    set_handler(L, h->t, fn_idx);
    if (c && c->staging) {
        stage(c->staging, h->t);
    } else {
        fi_registry_add(h->t);
        fi_retranslate_first();
    }
}

void fi_push_trigger(lua_State *L, FiTrigger *t)
{
    Handle *h = new_handle(L);

    h->t = fi_trigger_ref(t);
}

FiTrigger *fi_check_trigger(lua_State *L, int idx)
{
    Handle *h = luaL_checkudata(L, idx, TRIGGER_MT);

    luaL_argcheck(L, h->t, idx, "the trigger is gone");
    return h->t;
}

static int trigger_remove(lua_State *L)
{
    FiTrigger *t = fi_check_trigger(L, 1);
    FiTriggerState s = fi_trigger_state(t);

    if (s == FI_ACTIVE || s == FI_DISABLED) {
        fi_registry_end(t, FI_REMOVED);
        fi_script_summarise(t);
        set_handler(L, t, 0);
    }
    return 0;
}

static int trigger_enable(lua_State *L)
{
    FiTrigger *t = fi_check_trigger(L, 1);
    bool enable = lua_toboolean(L, lua_upvalueindex(1));
    FiTriggerState s = fi_trigger_state(t);

    if (s == FI_REMOVED || s == FI_ENDED) {
        return luaL_error(L, "trigger '%s' is %s for good", t->name,
                          s == FI_ENDED ? "at its limit and over" : "removed");
    }
    fi_registry_set_enabled(t, enable);
    fi_retranslate_first();
    return 0;
}

/* For the prelude's wait(): give the trigger another handler, or none. */
static int trigger_handler(lua_State *L)
{
    FiTrigger *t = fi_check_trigger(L, 1);
    FiTriggerState s = fi_trigger_state(t);

    if (s == FI_ACTIVE || s == FI_DISABLED) {
        set_handler(L, t, 2);
    }
    lua_pushboolean(L, s == FI_ACTIVE || s == FI_DISABLED);
    return 1;
}

static int trigger_gc(lua_State *L)
{
    Handle *h = luaL_checkudata(L, 1, TRIGGER_MT);

    g_clear_pointer(&h->t, fi_trigger_unref);
    return 0;
}

static int trigger_eq(lua_State *L)
{
    lua_pushboolean(L, fi_check_trigger(L, 1) == fi_check_trigger(L, 2));
    return 1;
}

static int trigger_tostring(lua_State *L)
{
    FiTrigger *t = fi_check_trigger(L, 1);

    lua_pushfstring(L, "trigger '%s' (%I hits, fired %I times)", t->name,
                    (lua_Integer)fi_trigger_hits(t),
                    (lua_Integer)fi_trigger_fired(t));
    return 1;
}

static void push_owner(lua_State *L, const FiTrigger *t)
{
    if (t->owner) {
        lua_pushfstring(L, "session %d", (int)t->owner);
    } else {
        lua_pushliteral(L, "scenario");
    }
}

static int trigger_index(lua_State *L)
{
    FiTrigger *t = fi_check_trigger(L, 1);
    const char *key = luaL_checkstring(L, 2);

    if (strcmp(key, "hits") == 0) {
        lua_pushinteger(L, fi_trigger_hits(t));
    } else if (strcmp(key, "fired") == 0) {
        lua_pushinteger(L, fi_trigger_fired(t));
    } else if (strcmp(key, "errors") == 0) {
        lua_pushinteger(L, t->errors);
    } else if (strcmp(key, "missed") == 0) {
        lua_pushinteger(L, t->missed);
    } else if (strcmp(key, "name") == 0) {
        lua_pushstring(L, t->name);
    } else if (strcmp(key, "kind") == 0) {
        lua_pushstring(L, fi_kind_name(t->spec.kind));
    } else if (strcmp(key, "state") == 0) {
        lua_pushstring(L, fi_trigger_state_shown(t));
    } else if (strcmp(key, "owner") == 0) {
        push_owner(L, t);
    } else if (strcmp(key, "time_ns") == 0) {
        lua_pushinteger(L, fi_trigger_time_ns(t));
    } else if (strcmp(key, "enabled") == 0) {
        lua_pushboolean(L, fi_trigger_state(t) == FI_ACTIVE);
    } else {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) {
            return luaL_error(
                L,
                "a trigger has no '%s' (known: hits, fired, "
                "errors, missed, time_ns, name, kind, state, owner, "
                "enabled, remove, disable, enable)",
                key);
        }
    }
    return 1;
}

static int trigger_newindex(lua_State *L)
{
    return luaL_error(L, "a trigger's '%s' cannot be assigned",
                      luaL_tolstring(L, 2, NULL));
}

/* While a scenario loads to replace another one, what it has armed. */
static GPtrArray *triggers_to_list(void)
{
    const FiContext *c = fi_script_context();

    return c && c->staging ? c->staging->triggers : fi_registry_triggers();
}

static bool is_listed(FiTrigger *t)
{
    return t->spec.kind != FI_COUNT && !t->spec.native &&
           fi_trigger_state(t) != FI_REMOVED;
}

static void set_count(lua_State *L, const char *key, uint64_t n)
{
    lua_pushinteger(L, (lua_Integer)n);
    lua_setfield(L, -2, key);
}

static void push_row(lua_State *L, FiTrigger *t)
{
    lua_createtable(L, 0, 9);
    lua_pushstring(L, t->name);
    lua_setfield(L, -2, "name");
    lua_pushstring(L, fi_kind_name(t->spec.kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, fi_trigger_state_shown(t));
    lua_setfield(L, -2, "state");
    push_owner(L, t);
    lua_setfield(L, -2, "owner");
    set_count(L, "hits", fi_trigger_hits(t));
    set_count(L, "fired", fi_trigger_fired(t));
    set_count(L, "errors", t->errors);
    set_count(L, "missed", t->missed);
    set_count(L, "time_ns", fi_trigger_time_ns(t));
}

typedef FI_RAISES void (*PushFunc)(lua_State *L, FiTrigger *t);

static int push_each(lua_State *L, PushFunc push)
{
    GPtrArray *list = triggers_to_list();
    lua_Integer n = 0;
    guint i;

    lua_newtable(L);
    for (i = 0; i < list->len; i++) {
        FiTrigger *t = g_ptr_array_index(list, i);

        if (is_listed(t)) {
            push(L, t);
            lua_seti(L, -2, ++n);
        }
    }
    return 1;
}

static int list_triggers(lua_State *L)
{
    return push_each(L, fi_push_trigger);
}

/* Plain data, for those who show it. */
static int trigger_rows(lua_State *L)
{
    return push_each(L, push_row);
}

static void push_methods(lua_State *L)
{
    lua_newtable(L);
    lua_pushcfunction(L, trigger_remove);
    lua_setfield(L, -2, "remove");
    lua_pushboolean(L, true);
    lua_pushcclosure(L, trigger_enable, 1);
    lua_setfield(L, -2, "enable");
    lua_pushboolean(L, false);
    lua_pushcclosure(L, trigger_enable, 1);
    lua_setfield(L, -2, "disable");
    lua_pushcfunction(L, trigger_handler);
    lua_setfield(L, -2, "_handler");
}

static void create_metatable(lua_State *L)
{
    static const luaL_Reg meta[] = {
        { "__gc", trigger_gc },
        { "__eq", trigger_eq },
        { "__tostring", trigger_tostring },
        { "__newindex", trigger_newindex },
        { NULL, NULL },
    };

    luaL_newmetatable(L, TRIGGER_MT);
    luaL_setfuncs(L, meta, 0);
    push_methods(L);
    lua_pushcclosure(L, trigger_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);
}

void fi_bind_handle(lua_State *L)
{
    create_metatable(L);
    lua_pushcfunction(L, list_triggers);
    lua_setfield(L, -2, "triggers");
    lua_pushcfunction(L, trigger_rows);
    lua_setfield(L, -2, "_trigger_rows");
}
