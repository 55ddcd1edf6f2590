/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../reload.h"
#include "impl.h"

#include <string.h>

/* fi.counter: per-vCPU counts kept by generated code, and conditions. */

#define COUNTER_MT "fi.counter"
#define CONDITION_MT "fi.condition"

FiCounter *fi_check_counter(lua_State *L, int idx)
{
    FiCounter *c = *(FiCounter **)luaL_checkudata(L, idx, COUNTER_MT);

    luaL_argcheck(L, c, idx, "the counter is gone");
    return c;
}

void fi_check_condition(lua_State *L, int idx, FiCondition *ret)
{
    const FiCondition *c = luaL_testudata(L, idx, CONDITION_MT);

    if (!c) {
        luaL_error(L,
                   "option 'when' is a counter's condition such as "
                   "c:ge(1000), not %s",
                   luaL_typename(L, idx));
    }
    *ret = *c;
}

static int counter_new(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    FiCounter **box = lua_newuserdatauv(L, sizeof(*box), 0);
    FiContext *c = fi_script_context();
    FiCounters *names = c && c->staging ? c->staging->counters : NULL;

    *box = NULL;
    luaL_setmetatable(L, COUNTER_MT);
    *box = fi_counter_ref(fi_counter_get(names, name));
    return 1;
}

static int counter_gc(lua_State *L)
{
    FiCounter **box = luaL_checkudata(L, 1, COUNTER_MT);

    fi_counter_unref(*box);
    *box = NULL;
    return 0;
}

static int condition_gc(lua_State *L)
{
    FiCondition *c = luaL_checkudata(L, 1, CONDITION_MT);

    fi_counter_unref(c->counter);
    c->counter = NULL;
    return 0;
}

static int counter_count_pc(lua_State *L)
{
    FiTriggerSpec spec;

    fi_trigger_spec_init(&spec, FI_COUNT);
    spec.counter = fi_check_counter(L, 1);
    spec.internal = true;
    spec.name = spec.counter->name;
    fi_check_where(L, 2, &spec);
    if (spec.space.asid >= 0 || spec.space.has_ttbr) {
        return luaL_error(L,
                          "counter:count_pc: it counts in every address space, "
                          "and map '%s' is for one (asid, ttbr): count in a "
                          "handler of on_pc",
                          spec.map->name);
    }
    fi_arm(L, &spec, 0);
    lua_settop(L, 1);
    return 1;
}

static unsigned current_vcpu(lua_State *L, const char *what)
{
    return fi_need_vcpu(L, what)->vcpu->index;
}

static int counter_add(lua_State *L)
{
    FiCounter *c = fi_check_counter(L, 1);
    lua_Integer n = luaL_checkinteger(L, 2);
    unsigned v = current_vcpu(L, "counter:add");

    fi_slot_set(c->slot, v, fi_slot_get(c->slot, v) + n);
    return 0;
}

static int counter_value(lua_State *L)
{
    FiCounter *c = fi_check_counter(L, 1);
    lua_Integer v = luaL_optinteger(L, 2, -1);

    if (v < 0 && lua_isnoneornil(L, 2)) {
        v = current_vcpu(L, "counter:value");
    }
    luaL_argcheck(L, v >= 0 && v < (lua_Integer)fi.max_vcpus, 2,
                  "no such vCPU");
    lua_pushinteger(L, fi_slot_get(c->slot, v));
    return 1;
}

static int counter_sum(lua_State *L)
{
    lua_pushinteger(L, fi_slot_sum(fi_check_counter(L, 1)->slot));
    return 1;
}

static int counter_reset(lua_State *L)
{
    FiCounter *c = fi_check_counter(L, 1);
    unsigned v;

    for (v = 0; v < fi.max_vcpus; v++) {
        fi_slot_set(c->slot, v, 0);
    }
    return 0;
}

static int counter_condition(lua_State *L)
{
    FiCounter *counter = fi_check_counter(L, 1);
    lua_Integer imm = luaL_checkinteger(L, 2);
    FiCondition *c = lua_newuserdatauv(L, sizeof(*c), 0);

    c->counter = NULL;
    c->op = lua_tointeger(L, lua_upvalueindex(1));
    c->imm = imm;
    luaL_setmetatable(L, CONDITION_MT);
    c->counter = fi_counter_ref(counter);
    return 1;
}

static int counter_tostring(lua_State *L)
{
    FiCounter *c = fi_check_counter(L, 1);

    lua_pushfstring(L, "counter '%s' (%I)", c->name,
                    (lua_Integer)fi_slot_sum(c->slot));
    return 1;
}

void fi_bind_counter(lua_State *L)
{
    static const luaL_Reg methods[] = {
        { "count_pc", counter_count_pc }, { "add", counter_add },
        { "value", counter_value },       { "sum", counter_sum },
        { "reset", counter_reset },       { NULL, NULL },
    };
    static const struct {
        const char *name;
        enum qemu_plugin_cond op;
    } conditions[] = {
        { "ge", QEMU_PLUGIN_COND_GE }, { "gt", QEMU_PLUGIN_COND_GT },
        { "le", QEMU_PLUGIN_COND_LE }, { "lt", QEMU_PLUGIN_COND_LT },
        { "eq", QEMU_PLUGIN_COND_EQ }, { "ne", QEMU_PLUGIN_COND_NE },
    };
    size_t i;

    luaL_newmetatable(L, COUNTER_MT);
    lua_pushcfunction(L, counter_tostring);
    lua_setfield(L, -2, "__tostring");
    lua_pushcfunction(L, counter_gc);
    lua_setfield(L, -2, "__gc");
    luaL_newlib(L, methods);
    for (i = 0; i < G_N_ELEMENTS(conditions); i++) {
        lua_pushinteger(L, conditions[i].op);
        lua_pushcclosure(L, counter_condition, 1);
        lua_setfield(L, -2, conditions[i].name);
    }
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);

    luaL_newmetatable(L, CONDITION_MT);
    lua_pushcfunction(L, condition_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);

    lua_pushcfunction(L, counter_new);
    lua_setfield(L, -2, "counter");
}
