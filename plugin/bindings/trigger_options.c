/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trigger_options.h"

#include <string.h>

#define BIT(kind) (1u << (kind))
#define CODE_KINDS (BIT(FI_PC) | BIT(FI_INSN))
#define SYSREG_KINDS (BIT(FI_SYSREG_READ) | BIT(FI_SYSREG_WRITE))
#define MEM_KINDS (BIT(FI_READ) | BIT(FI_WRITE))
#define EXC_KINDS (BIT(FI_EXCEPTION) | BIT(FI_INTERRUPT))
#define VCPU_KINDS (BIT(FI_VCPU_INIT) | BIT(FI_IDLE) | BIT(FI_RESUME))
/* They count, on no vCPU. */
#define RARE_KINDS (BIT(FI_CONSOLE) | BIT(FI_MACHINE_RESET))
#define MMIO_KINDS (BIT(FI_MMIO_READ) | BIT(FI_MMIO_WRITE))
#define COUNTING_KINDS                                                \
    (CODE_KINDS | SYSREG_KINDS | MEM_KINDS | EXC_KINDS | VCPU_KINDS | \
     MMIO_KINDS)

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

static void need_aarch64(lua_State *L, const char *key)
{
    if (strcmp(fi.target, "aarch64") != 0) {
        luaL_error(L, "option '%s' is for AArch64, this QEMU's guest is %s",
                   key, fi.target);
    }
}

static void parse_asid(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    need_aarch64(L, key);
    spec->space.asid = whole_number(L, key, 0, UINT16_MAX);
}

static void parse_ttbr(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    need_aarch64(L, key);
    if (!lua_isinteger(L, -1)) {
        luaL_error(L, "option '%s' is a value of TTBR0_EL1, not %s", key,
                   luaL_typename(L, -1));
    }
    spec->space.ttbr = lua_tointeger(L, -1) & FI_TTBR_BADDR;
    spec->space.has_ttbr = true;
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

/* For console.lua: what it does to accesses is what the line would do. */
static void parse_quiet(lua_State *L, FiTriggerSpec *spec, const char *key)
{
    spec->quiet = boolean(L, key);
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
    if (where.map) {
        fi_need_slide(L, where.map);
    }
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
    { "asid", CODE_KINDS | SYSREG_KINDS | MEM_KINDS, parse_asid },
    { "ttbr", CODE_KINDS | SYSREG_KINDS | MEM_KINDS, parse_ttbr },
    { "after", COUNTING_KINDS | RARE_KINDS, parse_after },
    { "every", COUNTING_KINDS | RARE_KINDS, parse_every },
    { "limit", COUNTING_KINDS | RARE_KINDS | BIT(FI_TIMER), parse_limit },
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
    { "_quiet", MMIO_KINDS, parse_quiet },
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
                      lua_tostring(L, -2), fi_kind_function(kind),
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

void fi_parse_options(lua_State *L, int idx, FiTriggerSpec *spec)
{
    parse_table(L, idx, spec, options, G_N_ELEMENTS(options), "option");
    check_options(L, spec);
}

void fi_parse_exception_filter(lua_State *L, int idx, FiTriggerSpec *spec)
{
    parse_table(L, idx, spec, filters, G_N_ELEMENTS(filters), "filter key");
}
