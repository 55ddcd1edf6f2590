/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include <string.h>

#include "api.h"
#include "complete_lua.h"
#include "console.h"
#include "console_lua.h"
#include "hardware_lua.h"
#include "help_lua.h"
#include "live.h"
#include "live_lua.h"
#include "names.h"
#include "prelude_lua.h"
#include "status_lua.h"
#include "xml_lua.h"

/* Log, journal, exit, arguments, capabilities; and the order of it all. */

/* [string] */
static int log_text(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    FiLine *l;

    fi_message("%s", text);
    l = fi_journal_line(fi.journal, "log", fi_now_ns());
    fi_line_lstring(l, "text", text, len);
    fi_line_end(l);
    return 0;
}

static int note(lua_State *L)
{
    FiLine *l;

    luaL_checktype(L, 1, LUA_TTABLE);
    l = fi_journal_line(fi.journal, "note", fi_now_ns());
    fi_line_table(L, l, "data", 1);
    fi_line_end(l);
    return 0;
}

/* [code, why, outcome] for fi.verdict */
static int give_verdict(lua_State *L)
{
    FiContext *c = fi_script_context();
    lua_Integer code = luaL_checkinteger(L, 1);
    const char *why = luaL_optstring(L, 2, "");
    const char *outcome = luaL_optstring(L, 3, NULL);

    luaL_argcheck(L, code >= 0 && code <= 255, 1, "an exit status is 0 to 255");
    if (c && c->place == FI_PLACE_EXIT) {
        fi_override_exit(code, why, outcome);
    } else {
        fi_request_exit(code, why, outcome);
    }
    return 0;
}

static int exit_qemu(lua_State *L)
{
    lua_settop(L, 2);
    return give_verdict(L);
}

static int skip(lua_State *L)
{
    fi_want_skip(L, fi_need_vcpu(L, "fi.skip"));
    return 0;
}

static void wake(FiVcpu *v)
{
    if (!fi_has(FI_CAP_VCPU_WORK)) {
        fi_registry_want_gate();
        if (fi_registry_dirty()) {
            fi_retranslate_first();
        }
    }
    fi_instrument_ring(v);
}

static int defer(lua_State *L)
{
    FiContext *c = fi_need_guest(L, "fi.defer");
    lua_Integer n = luaL_checkinteger(L, 1);

    fi_need_own_scenario(L, "fi.defer");
    luaL_checktype(L, 2, LUA_TFUNCTION);
    luaL_argcheck(
        L, n >= 0 && n < (lua_Integer)fi.max_vcpus, 1,
        lua_pushfstring(L, "no vCPU %I: there are %d", n, (int)fi.n_vcpus));
    lua_settop(L, 2);
    fi_script_defer(L, &fi_vcpus[n]);
    if (!c->vcpu || n != (lua_Integer)c->vcpu->index ||
        (c->place != FI_PLACE_INSN && c->place != FI_PLACE_MEM)) {
        wake(&fi_vcpus[n]);
    }
    return 0;
}

static int now_ns(lua_State *L)
{
    fi_need_cap(L, FI_CAP_CLOCK, "fi.now_ns");
    lua_pushinteger(L, fi_now_ns());
    return 1;
}

static int has(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    int cap;

    for (cap = 0; cap < FI_CAP_COUNT; cap++) {
        if (strcmp(name, fi_cap_name(cap)) == 0) {
            lua_pushboolean(L, fi_has(cap));
            return 1;
        }
    }
    return luaL_error(L, "unknown capability '%s' (fi.caps() lists all)", name);
}

/* {set_pc = {available = true, exact = true, needs = "…"}, …} */
static int caps(lua_State *L)
{
    int cap;

    lua_newtable(L);
    for (cap = 0; cap < FI_CAP_COUNT; cap++) {
        lua_newtable(L);
        lua_pushboolean(L, fi_has(cap) || fi_has_in_part(cap));
        lua_setfield(L, -2, "available");
        lua_pushboolean(L, fi_has(cap));
        lua_setfield(L, -2, "exact");
        lua_pushstring(L, fi_cap_advice(cap));
        lua_setfield(L, -2, "needs");
        lua_setfield(L, -2, fi_cap_name(cap));
    }
    return 1;
}

static void set_args(lua_State *L)
{
    GHashTableIter it;
    gpointer key, value;

    lua_newtable(L);
    g_hash_table_iter_init(&it, fi.opts->args);
    while (g_hash_table_iter_next(&it, &key, &value)) {
        lua_pushstring(L, value);
        lua_setfield(L, -2, key);
    }
    lua_setfield(L, -2, "args");
}

static void set_string(lua_State *L, const char *key, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

static void set_facts(lua_State *L)
{
    set_args(L);
    set_string(L, "version", FI_VERSION);
    set_string(L, "target", fi.target);
    set_string(L, "script", fi.opts->script);
    lua_pushinteger(L, (lua_Integer)fi.opts->seed);
    lua_setfield(L, -2, "seed");
    lua_pushinteger(L, fi.n_vcpus);
    lua_setfield(L, -2, "vcpus");
    lua_pushboolean(L, fi.opts->unsafe);
    lua_setfield(L, -2, "_unsafe");
    lua_pushlightuserdata(L, (void *)&fi_token_skip);
    lua_setfield(L, -2, "SKIP");
    lua_pushlightuserdata(L, (void *)&fi_token_retry);
    lua_setfield(L, -2, "RETRY");
    lua_pushlightuserdata(L, (void *)&fi_token_drop);
    lua_setfield(L, -2, "DROP");
    lua_pushlightuserdata(L, (void *)&fi_token_bus_error);
    lua_setfield(L, -2, "BUS_ERROR");
}

void fi_bind_core(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "_log", log_text },  { "note", note },
        { "exit", exit_qemu }, { "_verdict", give_verdict },
        { "skip", skip },      { "defer", defer },
        { "now_ns", now_ns },  { "has", has },
        { "caps", caps },      { NULL, NULL },
    };

    luaL_setfuncs(L, functions, 0);
    set_facts(L);
}

static void run_embedded(lua_State *L, const unsigned char *code, size_t len)
{
    if (luaL_loadbufferx(L, (const char *)code, len, "=fi_lua", "t") !=
        LUA_OK) {
        lua_error(L);
    }
    lua_pushvalue(L, -2);
    fi_push_live(L);
    lua_call(L, 2, 0);
}

void fi_bindings_open(lua_State *L)
{
    lua_newtable(L);
    fi_bind_core(L);
    fi_bind_trigger(L);
    fi_bind_handle(L);
    fi_bind_event(L);
    fi_bind_counter(L);
    fi_bind_cpu(L);
    fi_bind_mem(L);
    fi_bind_symbols(L);
    fi_bind_hardware(L);
    fi_bind_irq(L);
    fi_bind_exception(L);
    fi_bind_device(L);
    fi_bind_xml(L);
    fi_bind_status(L);
    fi_bind_file(L);
    fi_bind_console(L);
    lua_pushvalue(L, -1);
    lua_setglobal(L, "fi");
    fi_bind_live(L);
    run_embedded(L, fi_hardware_lua, fi_hardware_lua_len);
    run_embedded(L, fi_status_lua, fi_status_lua_len);
    run_embedded(L, fi_console_lua, fi_console_lua_len);
    run_embedded(L, fi_prelude_lua, fi_prelude_lua_len);
    run_embedded(L, fi_xml_lua, fi_xml_lua_len);
    run_embedded(L, fi_live_lua, fi_live_lua_len);
    if (fi.opts->socket) {
        fi_bind_names(L);
        run_embedded(L, fi_help_lua, fi_help_lua_len);
        run_embedded(L, fi_complete_lua, fi_complete_lua_len);
    }
    lua_pop(L, 1);
}
