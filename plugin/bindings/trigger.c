/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trigger_options.h"

#include <string.h>

/* on_pc and its like. */

#define BIT(kind) (1u << (kind))
#define EXC_KINDS (BIT(FI_EXCEPTION) | BIT(FI_INTERRUPT))

static const char *const function_names[FI_KINDS] = {
    [FI_PC] = "on_pc",
    [FI_INSN] = "on_insn",
    [FI_READ] = "on_read",
    [FI_WRITE] = "on_write",
    [FI_EXCEPTION] = "on_exception",
    [FI_INTERRUPT] = "on_interrupt",
    [FI_VCPU_INIT] = "on_vcpu_init",
    [FI_IDLE] = "on_idle",
    [FI_RESUME] = "on_resume",
    [FI_SYSREG_READ] = "on_sysreg_read",
    [FI_SYSREG_WRITE] = "on_sysreg_write",
    [FI_INSNS] = "after_insns",
    [FI_EXIT] = "on_exit",
    [FI_MMIO_READ] = "on_mmio_read",
    [FI_MMIO_WRITE] = "on_mmio_write",
    [FI_TIMER] = "a timer",
    [FI_MACHINE_READY] = "on_machine_ready",
    [FI_MACHINE_RESET] = "on_reset",
    [FI_CONSOLE] = "on_console",
};

const char *fi_kind_function(FiKind kind)
{
    return function_names[kind];
}

void fi_need_place_for_triggers(lua_State *L, const FiTriggerSpec *spec)
{
    FiContext *c = fi_script_context();

    if (c && c->place == FI_PLACE_EXIT) {
        luaL_error(L, "%s: the guest has ended", function_names[spec->kind]);
    }
    if (BIT(spec->kind) & EXC_KINDS) {
        fi_need_cap(L, FI_CAP_DISCONTINUITY, function_names[spec->kind]);
    }
}

/* @idx: the first of "[opts,] fn".  Returns the function's index. */
static int options_and_function(lua_State *L, int idx, FiTriggerSpec *spec)
{
    if (lua_istable(L, idx)) {
        fi_parse_options(L, idx, spec);
        idx++;
    }
    if (!lua_isfunction(L, idx) && !lua_isnoneornil(L, idx)) {
        luaL_error(L, "%s: the handler (argument %d) is a function, not %s",
                   function_names[spec->kind], idx, luaL_typename(L, idx));
    }
    return idx;
}

static void reject_more(lua_State *L, const FiTriggerSpec *spec, int last)
{
    if (lua_gettop(L) > last) {
        luaL_error(L, "%s: too many arguments", function_names[spec->kind]);
    }
}

int fi_check_handler(lua_State *L, int idx, FiTriggerSpec *spec)
{
    int fn = options_and_function(L, idx, spec);

    reject_more(L, spec, fn);
    lua_settop(L, fn);
    return fn;
}

void fi_name_trigger(lua_State *L, FiTriggerSpec *spec, const char *label)
{
    if (!spec->name) {
        spec->name = lua_pushfstring(L, "%s%s%s", function_names[spec->kind],
                                     label ? " " : "", label ? label : "");
    }
}

static int arm_at_place(lua_State *L)
{
    FiTriggerSpec spec;
    const char *label;
    int fn;

    fi_trigger_spec_init(&spec, lua_tointeger(L, lua_upvalueindex(1)));
    luaL_checkany(L, 1);
    fi_need_place_for_triggers(L, &spec);
    fn = options_and_function(L, 2, &spec);
    reject_more(L, &spec, fn);
    lua_settop(L, fn);
    fi_check_where(L, 1, &spec);
    label = lua_tostring(L, -1);
    fi_name_trigger(L, &spec, label);
    fi_arm(L, &spec, fn);
    return 1;
}

static int arm_on_sysreg(lua_State *L)
{
    FiTriggerSpec spec;
    int fn;

    fi_trigger_spec_init(&spec, lua_tointeger(L, lua_upvalueindex(1)));
    luaL_checkany(L, 1);
    fi_need_place_for_triggers(L, &spec);
    fn = options_and_function(L, 2, &spec);
    reject_more(L, &spec, fn);
    lua_settop(L, fn);
    fi_check_sysreg(L, 1, &spec);
    fi_name_trigger(L, &spec, lua_tostring(L, -1));
    fi_arm(L, &spec, fn);
    return 1;
}

static uint32_t opcode_field(lua_State *L, const char *key)
{
    lua_Integer v;

    if (lua_getfield(L, 1, key) == LUA_TNIL || !lua_isinteger(L, -1)) {
        luaL_error(L,
                   "on_insn: {mask = integer, value = integer} wanted, "
                   "'%s' is %s",
                   key, luaL_typename(L, -1));
    }
    v = lua_tointeger(L, -1);
    if (v < 0 || v > UINT32_MAX) {
        luaL_error(L, "on_insn: '%s' has more than 32 bits", key);
    }
    lua_pop(L, 1);
    return v;
}

static void check_opcode_keys(lua_State *L)
{
    for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2)
                                                         : "";

        if (strcmp(key, "mask") != 0 && strcmp(key, "value") != 0) {
            luaL_error(L,
                       "on_insn: unknown key '%s' in the opcode (known: "
                       "mask, value)",
                       luaL_tolstring(L, -2, NULL));
        }
    }
}

static int arm_on_insn(lua_State *L)
{
    FiTriggerSpec spec;
    char label[32];
    int fn;

    fi_trigger_spec_init(&spec, FI_INSN);
    luaL_checktype(L, 1, LUA_TTABLE);
    fi_need_place_for_triggers(L, &spec);
    check_opcode_keys(L);
    spec.opcode_mask = opcode_field(L, "mask");
    spec.opcode_value = opcode_field(L, "value");
    if (spec.opcode_value & ~spec.opcode_mask) {
        luaL_error(L, "on_insn: no opcode & mask can be equal to value, which "
                      "has bits outside of mask");
    }
    fn = options_and_function(L, 2, &spec);
    reject_more(L, &spec, fn);
    g_snprintf(label, sizeof(label), "0x%x/0x%x", spec.opcode_value,
               spec.opcode_mask);
    fi_name_trigger(L, &spec, label);
    fi_arm(L, &spec, fn);
    return 1;
}

/* Keys that only a filter has mark a table as the filter; `name` alone is the
 * filter's where the table comes first and another argument follows it or
 * not: on_exception{name = "svc"}. */
static bool is_filter(lua_State *L, int idx)
{
    static const char *const keys[] = { "name", "ec", "number", "from" };
    bool found = false;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(keys) && !found; i++) {
        found = lua_getfield(L, idx, keys[i]) != LUA_TNIL;
        lua_pop(L, 1);
    }
    return found;
}

/* A misspelt name would never fire, and silently. */
static void check_exception_name(lua_State *L, const char *name)
{
    static const char *const known[] = {
        "unknown",      "wfx",
        "svc",          "hvc",
        "smc",          "sysreg",
        "fp_access",    "insn_abort",
        "pc_alignment", "data_abort",
        "sp_alignment", "fp_exception",
        "breakpoint",   "step",
        "watchpoint",   "brk",
        "other",        "irq",
        "fiq",          "serror",
        "undefined",    "prefetch_abort",
        "hyp",          "reset",
        "nmi",          "hard_fault",
        "mem_manage",   "bus_fault",
        "usage_fault",  "debug_monitor",
        "pendsv",       "systick",
    };
    size_t i;

    for (i = 0; name && i < G_N_ELEMENTS(known); i++) {
        if (strcmp(name, known[i]) == 0) {
            return;
        }
    }
    if (name) {
        luaL_error(L,
                   "unknown exception '%s' (docs/lua-api.md lists them, "
                   "e.g. svc, data_abort, irq)",
                   name);
    }
}

static int arm_on_exception(lua_State *L)
{
    FiTriggerSpec spec;
    int idx = 1, fn;

    fi_trigger_spec_init(&spec, lua_tointeger(L, lua_upvalueindex(1)));
    fi_need_place_for_triggers(L, &spec);
    if (lua_type(L, 1) == LUA_TSTRING) {
        spec.exception = lua_tostring(L, 1);
        idx = 2;
    } else if (lua_istable(L, 1) && is_filter(L, 1)) {
        fi_parse_exception_filter(L, 1, &spec);
        idx = 2;
    }
    fn = options_and_function(L, idx, &spec);
    reject_more(L, &spec, fn);
    check_exception_name(L, spec.exception);
    fi_name_trigger(L, &spec, spec.exception);
    spec.exception = g_intern_string(spec.exception);
    fi_arm(L, &spec, fn);
    return 1;
}

static int arm_on_vcpu_event(lua_State *L)
{
    FiTriggerSpec spec;
    int fn;

    fi_trigger_spec_init(&spec, lua_tointeger(L, lua_upvalueindex(1)));
    fi_need_place_for_triggers(L, &spec);
    fn = options_and_function(L, 1, &spec);
    reject_more(L, &spec, fn);
    fi_name_trigger(L, &spec, NULL);
    fi_arm(L, &spec, fn);
    return 1;
}

/* The instruction before which an on_pc handler runs is the first of the n;
 * leaving its block makes it pass uncounted. */
static uint64_t insns_to_ignore(uint64_t n)
{
    FiContext *c = fi_script_context();
    bool before_insn = c && c->place == FI_PLACE_INSN && c->outcome &&
                       fi_has(FI_CAP_SET_PC);

    return before_insn && n > 0 ? n - 1 : n;
}

static int arm_after_insns(lua_State *L)
{
    FiContext *c = fi_script_context();
    lua_Integer n = luaL_checkinteger(L, 1);
    FiTriggerSpec spec;
    int fn;

    fi_trigger_spec_init(&spec, FI_INSNS);
    luaL_argcheck(L, n >= 0 && n <= INT64_MAX >> 1, 1,
                  "a number of instructions from 0 on");
    fi_need_place_for_triggers(L, &spec);
    fn = options_and_function(L, 2, &spec);
    reject_more(L, &spec, fn);
    if (spec.vcpu < 0) {
        spec.vcpu = c && c->vcpu ? (int)c->vcpu->index : 0;
    }
    spec.after = insns_to_ignore(n);
    spec.limit = 1;
    fi_name_trigger(L, &spec, lua_pushfstring(L, "%I", n));
    fi_arm(L, &spec, fn);
    return 1;
}

void fi_bind_trigger(lua_State *L)
{
    static lua_CFunction const functions[FI_KINDS] = {
        [FI_PC] = arm_at_place,
        [FI_INSN] = arm_on_insn,
        [FI_READ] = arm_at_place,
        [FI_WRITE] = arm_at_place,
        [FI_EXCEPTION] = arm_on_exception,
        [FI_INTERRUPT] = arm_on_exception,
        [FI_VCPU_INIT] = arm_on_vcpu_event,
        [FI_IDLE] = arm_on_vcpu_event,
        [FI_RESUME] = arm_on_vcpu_event,
        [FI_SYSREG_READ] = arm_on_sysreg,
        [FI_SYSREG_WRITE] = arm_on_sysreg,
        [FI_INSNS] = arm_after_insns,
        [FI_EXIT] = arm_on_vcpu_event,
    };
    int kind;

    for (kind = 0; kind < FI_KINDS; kind++) {
        if (functions[kind]) {
            lua_pushinteger(L, kind);
            lua_pushcclosure(L, functions[kind], 1);
            lua_setfield(L, -2, function_names[kind]);
        }
    }
}
