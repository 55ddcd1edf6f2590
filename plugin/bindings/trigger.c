/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include <string.h>

/* on_pc and its like, and the handles that they return. */

#define TRIGGER_MT "fi.trigger"

typedef struct Handle {
    FiTrigger *t;
} Handle;

#define BIT(kind) (1u << (kind))
#define CODE_KINDS (BIT(FI_PC) | BIT(FI_INSN))
#define SYSREG_KINDS (BIT(FI_SYSREG_READ) | BIT(FI_SYSREG_WRITE))
#define MEM_KINDS (BIT(FI_READ) | BIT(FI_WRITE))
#define EXC_KINDS (BIT(FI_EXCEPTION) | BIT(FI_INTERRUPT))
#define VCPU_KINDS (BIT(FI_VCPU_INIT) | BIT(FI_IDLE) | BIT(FI_RESUME))
#define MMIO_KINDS (BIT(FI_MMIO_READ) | BIT(FI_MMIO_WRITE))
#define COUNTING_KINDS                                                \
    (CODE_KINDS | SYSREG_KINDS | MEM_KINDS | EXC_KINDS | VCPU_KINDS | \
     MMIO_KINDS)

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
};

const char *fi_kind_function(FiKind kind)
{
    return function_names[kind];
}

/* Options.  Each parser finds its value on top of the stack. */

typedef void OptionParser(lua_State *L, FiTriggerSpec *spec, const char *key);

static uint64_t whole_number(lua_State *L, const char *key, lua_Integer min,
                             lua_Integer max)
{
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < min ||
        lua_tointeger(L, -1) > max) {
        luaL_error(L, "option '%s' is a whole number from %I%s, not %s", key,
                   min,
                   max == INT64_MAX ? " on" : lua_pushfstring(L, " to %I", max),
                   luaL_tolstring(L, -1, NULL));
    }
    return lua_tointeger(L, -1);
}

static void parse_vcpu(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->vcpu = whole_number(L, key, 0, fi.max_vcpus - 1);
}

static void parse_el(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->el = whole_number(L, key, 0, 3);
}

static void parse_after(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->after = whole_number(L, key, 0, INT64_MAX >> 1);
}

static void parse_every(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->every = whole_number(L, key, 1, INT64_MAX >> 1);
}

static void parse_limit(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->limit = whole_number(L, key, 1, INT64_MAX);
}

static bool boolean(lua_State *L, const char *key)
{
    if (!lua_isboolean(L, -1)) {
        luaL_error(L, "option '%s' is true or false, not %s", key,
                   luaL_typename(L, -1));
    }
    return lua_toboolean(L, -1);
}

static void parse_total(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->total = boolean(L, key);
}

static void parse_when(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    (void)key;
    fi_check_condition(L, -1, &spec->when);
}

static uint64_t integer(lua_State *L, const char *key)
{
    if (!lua_isinteger(L, -1)) {
        luaL_error(L, "option '%s' is an integer, not %s", key,
                   luaL_typename(L, -1));
    }
    return lua_tointeger(L, -1);
}

static void parse_value(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->value = integer(L, key);
    spec->has_value = true;
}

static void parse_mask(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->mask = integer(L, key);
}

static void parse_size(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->size = whole_number(L, key, 1, 16);
    if (spec->size & (spec->size - 1)) {
        luaL_error(L, "option 'size' is 1, 2, 4, 8 or 16 bytes, not %d",
                   spec->size);
    }
}

static void parse_phys(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->phys = boolean(L, key);
}

static void parse_dma(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->dma = boolean(L, key);
}

static const char *string(lua_State *L, const char *key)
{
    if (lua_type(L, -1) != LUA_TSTRING) {
        luaL_error(L, "option '%s' is a string, not %s", key,
                   luaL_typename(L, -1));
    }
    return lua_tostring(L, -1); /* anchored in the options' table */
}

/* Known to the prelude only: a task's waits are not worth a summary. */
static void parse_internal(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->internal = boolean(L, key);
}

/* For modules: the line to blame is not the one that calls us. */
static void parse_place(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->place = (char *)string(L, key);
    spec->blame_place = true;
}

static void parse_ec(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->ec = whole_number(L, key, 0, 63);
}

static void parse_number(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->number = whole_number(L, key, 0, 511);
}

static void parse_from(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    FiTriggerSpec where;

    (void)key;
    fi_trigger_spec_init(&where, FI_PC);
    fi_check_where(L, -1, &where);
    lua_pop(L, 1);
    spec->has_from = true;
    spec->from_lo = where.lo;
    spec->from_hi = where.exact_pc ? where.lo + 1 : where.hi;
}

/* In an options' table `name` is the trigger's; in a filter, the exception's:
 * on_exception{name = "svc"} has the filter first. */
static void parse_name(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->name = string(L, key);
}

static const struct Option {
    const char *key;
    unsigned kinds;
    OptionParser *parse;
} options[] = {
    { "vcpu", COUNTING_KINDS | BIT(FI_INSNS) | BIT(FI_TIMER), parse_vcpu },
    { "el", CODE_KINDS | SYSREG_KINDS | MEM_KINDS | EXC_KINDS | MMIO_KINDS,
      parse_el },
    { "after", COUNTING_KINDS, parse_after },
    { "every", COUNTING_KINDS, parse_every },
    { "limit", COUNTING_KINDS | BIT(FI_TIMER), parse_limit },
    { "total", COUNTING_KINDS, parse_total },
    { "when", COUNTING_KINDS, parse_when },
    { "value", MEM_KINDS | MMIO_KINDS | BIT(FI_SYSREG_WRITE), parse_value },
    { "mask", MEM_KINDS | MMIO_KINDS | BIT(FI_SYSREG_WRITE), parse_mask },
    { "size", MEM_KINDS | MMIO_KINDS, parse_size },
    { "phys", MEM_KINDS, parse_phys },
    { "dma", MMIO_KINDS, parse_dma },
    { "name", ~0u, parse_name },
    { "_internal", ~0u, parse_internal },
    { "_place", MMIO_KINDS, parse_place },
};

static const struct Option filters[] = {
    { "name", EXC_KINDS, NULL },
    { "ec", EXC_KINDS, parse_ec },
    { "number", EXC_KINDS, parse_number },
    { "from", EXC_KINDS, parse_from },
};

static const struct Option *find_option(const struct Option *table, size_t n,
                                        FiKind kind, const char *key)
{
    size_t i;

    for (i = 0; i < n; i++) {
        if ((table[i].kinds & BIT(kind)) && strcmp(table[i].key, key) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static int unknown_option(lua_State *L, const struct Option *table, size_t n,
                          FiKind kind, const char *what)
{
    luaL_Buffer b;
    size_t i;
    bool first = true;

    lua_pushvalue(L, -2); /* the key */
    luaL_tolstring(L, -1, NULL);
    luaL_buffinit(L, &b);
    for (i = 0; i < n; i++) {
        if ((table[i].kinds & BIT(kind)) && table[i].key[0] != '_') {
            luaL_addstring(&b, first ? "" : ", ");
            luaL_addstring(&b, table[i].key);
            first = false;
        }
    }
    luaL_pushresult(&b);
    return luaL_error(L, "unknown %s '%s' for %s (known: %s)", what,
                      lua_tostring(L, -2), function_names[kind],
                      lua_tostring(L, -1));
}

static void parse_table(lua_State *L, int idx, FiTriggerSpec *spec,
                        const struct Option *table, size_t n, const char *what)
{
    luaL_checktype(L, idx, LUA_TTABLE);
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        const struct Option *o = NULL;

        if (lua_type(L, -2) == LUA_TSTRING) {
            o = find_option(table, n, spec->kind, lua_tostring(L, -2));
        }
        if (!o) {
            unknown_option(L, table, n, spec->kind, what);
        } else if (o->parse) {
            o->parse(L, spec, o->key);
        } else {
            spec->exception = string(L, o->key);
        }
    }
}

static void check_options(lua_State *L, const FiTriggerSpec *spec)
{
    if (spec->mask != UINT64_MAX && !spec->has_value) {
        luaL_error(L, "option 'mask' needs 'value'");
    } else if (spec->has_value && spec->size == 16) {
        luaL_error(L, "option 'value' compares up to 8 bytes, 'size' is 16");
    } else if (spec->total && spec->vcpu >= 0) {
        luaL_error(L, "options 'total' and 'vcpu' contradict each other");
    }
}

static void parse_options(lua_State *L, int idx, FiTriggerSpec *spec)
{
    parse_table(L, idx, spec, options, G_N_ELEMENTS(options), "option");
    check_options(L, spec);
}

/* Registration */

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

void fi_arm(lua_State *L, const FiTriggerSpec *spec, int fn_idx)
{
    Handle *h = new_handle(L);

    h->t = fi_trigger_new(spec);
    set_handler(L, h->t, fn_idx);
    fi_registry_add(h->t);
    fi_retranslate_first();
}

void fi_push_trigger(lua_State *L, FiTrigger *t)
{
    Handle *h = new_handle(L);

    h->t = fi_trigger_ref(t);
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
        parse_options(L, idx, spec);
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
        parse_table(L, 1, &spec, filters, G_N_ELEMENTS(filters), "filter key");
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

/* Handles */

static FiTrigger *check_trigger(lua_State *L, int idx)
{
    return ((Handle *)luaL_checkudata(L, idx, TRIGGER_MT))->t;
}

static int trigger_remove(lua_State *L)
{
    FiTrigger *t = check_trigger(L, 1);
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
    FiTrigger *t = check_trigger(L, 1);
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
    FiTrigger *t = check_trigger(L, 1);
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
    lua_pushboolean(L, check_trigger(L, 1) == check_trigger(L, 2));
    return 1;
}

static int trigger_tostring(lua_State *L)
{
    FiTrigger *t = check_trigger(L, 1);

    lua_pushfstring(L, "trigger '%s' (%I hits, fired %I times)", t->name,
                    (lua_Integer)fi_trigger_hits(t),
                    (lua_Integer)fi_trigger_fired(t));
    return 1;
}

static int trigger_index(lua_State *L)
{
    FiTrigger *t = check_trigger(L, 1);
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
    } else if (strcmp(key, "enabled") == 0) {
        lua_pushboolean(L, fi_trigger_state(t) == FI_ACTIVE);
    } else {
        lua_pushvalue(L, 2);
        if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) {
            return luaL_error(
                L,
                "a trigger has no '%s' (known: hits, fired, "
                "errors, missed, name, kind, enabled, remove, disable, "
                "enable)",
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

static int list_triggers(lua_State *L)
{
    GPtrArray *list = fi_registry_triggers();
    lua_Integer n = 0;
    guint i;

    lua_newtable(L);
    for (i = 0; i < list->len; i++) {
        FiTrigger *t = g_ptr_array_index(list, i);

        if (t->spec.kind != FI_COUNT) {
            fi_push_trigger(L, t);
            lua_seti(L, -2, ++n);
        }
    }
    return 1;
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

    create_metatable(L);
    for (kind = 0; kind < FI_KINDS; kind++) {
        if (functions[kind]) {
            lua_pushinteger(L, kind);
            lua_pushcclosure(L, functions[kind], 1);
            lua_setfield(L, -2, function_names[kind]);
        }
    }
    lua_pushcfunction(L, list_triggers);
    lua_setfield(L, -2, "triggers");
}
