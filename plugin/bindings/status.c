/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include "../instrument.h"
#include "../reload.h"

/* fi.status and fi.reload. */

static void set_count(lua_State *L, const char *key, uint64_t n)
{
    lua_pushinteger(L, (lua_Integer)n);
    lua_setfield(L, -2, key);
}

static void set_string(lua_State *L, const char *key, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

static void set_facts(lua_State *L)
{
    int64_t now = fi_now_ns();

    set_string(L, "version", FI_VERSION);
    set_string(L, "tier", fi_has(FI_CAP_CLOCK) ? "patched" : "stock");
    set_string(L, "target", fi.target);
    set_string(L, "script", fi.opts->script);
    set_count(L, "seed", fi.opts->seed);
    if (now >= 0) {
        set_count(L, "now_ns", now);
    }
}

static void set_vcpus(lua_State *L)
{
    unsigned i;

    lua_newtable(L);
    for (i = 0; i < fi.max_vcpus; i++) {
        const FiVcpu *v = &fi_vcpus[i];

        lua_createtable(L, 0, 2);
        set_count(L, "index", i);
        lua_pushboolean(L, __atomic_load_n(&v->started, __ATOMIC_RELAXED));
        lua_setfield(L, -2, "started");
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "vcpus");
}

static void set_totals(lua_State *L)
{
    FiTotals sum;
    int state;

    fi_registry_totals(&sum);
    lua_createtable(L, 0, FI_STATES);
    for (state = 0; state < FI_STATES; state++) {
        set_count(L, fi_trigger_state_name(state), sum.triggers[state]);
    }
    lua_setfield(L, -2, "triggers");
    set_count(L, "hits", sum.hits);
    set_count(L, "fired", sum.fired);
    set_count(L, "errors", sum.errors);
    set_count(L, "missed", sum.missed);
    set_count(L, "time_ns", sum.time_ns);
}

static int status(lua_State *L)
{
    lua_newtable(L);
    set_facts(L);
    set_vcpus(L);
    set_totals(L);
    set_count(L, "faults", fi_journal_faults(fi.journal));
    set_count(L, "lines", fi_journal_lines(fi.journal));
    set_count(L, "memory", fi_script_memory_locked());
    set_count(L, "slots", fi_slots_in_use());
    set_count(L, "retranslations", fi_instrument_resets());
    set_count(L, "reloads", fi_reload_count());
    return 1;
}

/* For tasks, which end quietly then. */
static int replaced(lua_State *L)
{
    lua_pushboolean(L, fi_script_is_replaced(fi_script_context()));
    return 1;
}

void fi_bind_status(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "status", status },
        { "reload", fi_reload },
        { "_replaced", replaced },
        { NULL, NULL },
    };

    fi_reload_open(L);
    luaL_setfuncs(L, functions, 0);
}
