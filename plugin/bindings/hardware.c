/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../hardware.h"

#include <string.h>

#include "impl.h"

/* on_mmio_read, on_mmio_write, after_ns, at_ns, every_ns, on_machine_ready, on_reset. */

/* Places: an address, {lo, hi}, {where, size = n}, a device's name, or
 * {device, offset = n, size = n}.  An address is a physical one, so strings
 * are names and not symbols. */

static uint64_t paddr_at(lua_State *L, int idx)
{
    if (!lua_isinteger(L, idx)) {
        luaL_error(L, "a physical address is an integer, not %s",
                   fi_push_what(L, idx));
    }
    return lua_tointeger(L, idx);
}

static const char *device_at(lua_State *L, int idx)
{
    const char *name = lua_tostring(L, idx);

    if (lua_stringtonumber(L, name)) {
        luaL_error(L,
                   "\"%s\" is a string, which names a device; a physical "
                   "address is an integer, without quotes",
                   name);
    }
    return name;
}

static uint64_t range_size(lua_State *L, int idx)
{
    if (!lua_isinteger(L, idx) || lua_tointeger(L, idx) < 1) {
        luaL_error(L,
                   "the size of a range is a whole number of bytes from 1, "
                   "not %s",
                   fi_push_what(L, idx));
    }
    return lua_tointeger(L, idx);
}

static const char *range_label(lua_State *L, const FiTriggerSpec *spec)
{
    return lua_pushfstring(L, "[%s, +%I)", fi_push_hex(L, spec->lo),
                           (lua_Integer)(spec->hi - spec->lo));
}

static void check_keys(lua_State *L, int idx, bool device)
{
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        bool known = lua_isinteger(L, -2)
                         ? lua_tointeger(L, -2) >= 1 &&
                               lua_tointeger(L, -2) <= 2
                         : lua_type(L, -2) == LUA_TSTRING &&
                               (strcmp(lua_tostring(L, -2), "size") == 0 ||
                                (device &&
                                 strcmp(lua_tostring(L, -2), "offset") == 0));

        if (!known) {
            luaL_error(L,
                       "a range has no '%s': it is {lo, hi}, {address, "
                       "size = n} or {\"device\", offset = n, size = n}",
                       luaL_tolstring(L, -2, NULL));
        }
    }
}

static void check_range(lua_State *L, int idx, FiTriggerSpec *spec)
{
    bool sized, pair;

    lua_geti(L, idx, 1);
    spec->lo = paddr_at(L, -1);
    sized = lua_getfield(L, idx, "size") != LUA_TNIL;
    pair = lua_geti(L, idx, 2) != LUA_TNIL;
    if (sized == pair) {
        luaL_error(L, "a range is {lo, hi} or {address, size = n}");
    }
    spec->hi = sized ? spec->lo + range_size(L, -2) : paddr_at(L, -1);
    if (spec->hi <= spec->lo) {
        luaL_error(L, "the range ends at %s, which is not behind its start %s",
                   fi_push_hex(L, spec->hi), fi_push_hex(L, spec->lo));
    }
}

/* {device, offset = n, size = n}: its name is on top of the stack. */
static const char *check_register(lua_State *L, int idx, FiTriggerSpec *spec)
{
    spec->device = device_at(L, -1); /* anchored in the table */
    if (lua_getfield(L, idx, "offset") == LUA_TNIL) {
        luaL_error(L,
                   "{\"%s\", offset = n, size = n} needs 'offset'; all of "
                   "the device is just \"%s\"",
                   spec->device, spec->device);
    } else if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < 0 ||
               lua_tointeger(L, -1) > INT64_MAX / 2) {
        luaL_error(L, "'offset' is a whole number from 0 on, not %s",
                   fi_push_what(L, -1));
    }
    spec->lo = lua_tointeger(L, -1);
    spec->hi = spec->lo + 1;
    if (lua_getfield(L, idx, "size") != LUA_TNIL) {
        spec->hi = spec->lo + range_size(L, -1);
    }
    return lua_pushfstring(L, "%s+%s", spec->device, fi_push_hex(L, spec->lo));
}

static const char *check_table(lua_State *L, int idx, FiTriggerSpec *spec)
{
    bool device = lua_geti(L, idx, 1) == LUA_TSTRING;

    check_keys(L, idx, device);
    if (device) {
        return check_register(L, idx, spec);
    }
    check_range(L, idx, spec);
    return range_label(L, spec);
}

/* Returns a label, on the stack. */
static const char *check_place(lua_State *L, int idx, FiTriggerSpec *spec)
{
    if (lua_type(L, idx) == LUA_TSTRING) {
        spec->device = device_at(L, idx);
        return spec->device;
    } else if (lua_istable(L, idx)) {
        return check_table(L, idx, spec);
    }
    spec->lo = paddr_at(L, idx);
    spec->hi = spec->lo + 1;
    return fi_push_hex(L, spec->lo);
}

/* Once the machine is there a wrong place is an error at the script's line;
 * before that, fi_machine_ready_cb() finds it. */
static void check_device(lua_State *L, const FiTriggerSpec *spec)
{
    GError *error = NULL;
    FiContext *released;
    bool ok;

    if (!fi_machine_is_ready() || !fi_has(FI_CAP_MMIO)) {
        return;
    }
    released = fi_script_release();
    ok = fi_hardware_check(spec, &error);
    fi_script_reacquire(released);
    if (!ok) {
        fi_raise(L, error);
    }
}

static int arm_on_mmio(lua_State *L)
{
    FiTriggerSpec spec;
    const char *label;
    int fn;

    fi_trigger_spec_init(&spec, lua_tointeger(L, lua_upvalueindex(1)));
    luaL_checkany(L, 1);
    fi_need_place_for_triggers(L, &spec);
    fn = fi_check_handler(L, 2, &spec);
    label = check_place(L, 1, &spec);
    if (spec.device || spec.dma >= 0) {
        fi_need_cap(L, FI_CAP_MMIO,
                    spec.device ? "a device's name" : "option 'dma'");
    }
    spec.phys = true;
    fi_name_trigger(L, &spec, label);
    check_device(L, &spec);
    if (!spec.place) {
        spec.place = (char *)fi_push_place(L);
    }
    fi_arm(L, &spec, fn);
    return 1;
}

/* What a handler's result at @idx means for the access. */

static void journal_access(lua_State *L, FiContext *c, const char *action,
                           bool has_new)
{
    struct qemu_plugin_fi_mmio *m = c->mmio;
    FiLine *l;

    if (c->trigger->spec.quiet) {
        return;
    }
    l = fi_fault_begin(c, action);
    fi_line_hex(l, "target", m->paddr);
    fi_line_int(l, "size", m->size);
    fi_line_string(l, "region", m->region);
    if (m->has_value) {
        fi_line_hex(l, "old", m->value);
    } else {
        fi_line_null(l, "old");
    }
    if (has_new) {
        fi_line_hex(l, "new", c->mmio_value);
    }
    fi_fault_end(L, l, 3);
}

/* Unsigned, or negative and of that many bytes. */
static void check_fits(lua_State *L, uint64_t value, unsigned size)
{
    if (size < 8 && value >> (8 * size) != 0 &&
        (int64_t)value >> (8 * size - 1) != -1) {
        luaL_error(L,
                   "%s does not fit the access, which is %d byte%s wide; what "
                   "is wanted of it is to be said, e.g. value & %s",
                   fi_push_hex(L, value), (int)size, size == 1 ? "" : "s",
                   fi_push_hex(L, (UINT64_C(1) << (8 * size)) - 1));
    }
}

static uint64_t truncated(uint64_t value, unsigned size)
{
    return size < 8 ? value & ((UINT64_C(1) << (8 * size)) - 1) : value;
}

static uint64_t extended(const FiLoad *load, uint64_t value)
{
    unsigned shift = 64 - 8 * load->size;

    if (load->sign_extend) {
        value = (uint64_t)((int64_t)(value << shift) >> shift);
    }
    return load->is_64 ? value : (uint32_t)value;
}

static void override_loaded(lua_State *L, FiContext *c, const FiLoad *load,
                            uint64_t value)
{
    struct qemu_plugin_hwaddr *hw = qemu_plugin_get_hwaddr(c->meminfo, c->addr);
    char reg[8];
    FiLine *l;

    value = truncated(value, load->size);
    g_snprintf(reg, sizeof(reg), "x%d", load->rt);
    if (load->rt != 31 &&
        !fi_vcpu_set_u64(c->vcpu, reg, extended(load, value))) {
        luaL_error(L, "register '%s' cannot be written here", reg);
    }
    l = fi_fault_begin(c, "mmio_read");
    fi_line_hex(l, "target", hw ? qemu_plugin_hwaddr_phys_addr(hw) : c->addr);
    fi_line_int(l, "size", load->size);
    fi_line_null(l, "region");
    fi_line_hex(l, "old", fi_access_value(c));
    fi_line_hex(l, "new", value);
    fi_fault_end(L, l, 3);
}

static void take_value(lua_State *L, FiContext *c, int idx)
{
    struct qemu_plugin_fi_mmio *m = c->mmio;
    uint64_t value = lua_tointeger(L, idx);

    check_fits(L, value, m->size);
    value = truncated(value, m->size);
    c->mmio_value = value;
    journal_access(L, c, m->is_write ? "mmio_write" : "mmio_read", true);
    m->value = value;
    m->has_value = true;
    c->verdict = FI_VERDICT_VALUE;
}

/*
 * Without hooks in QEMU the access has been made.  What a load has read can
 * still be put into its register, if that is all that it does.
 */
static void take_result_afterwards(lua_State *L, FiContext *c, int idx)
{
    const FiArch *arch = c->vcpu->arch;
    unsigned size = 1u << qemu_plugin_mem_size_shift(c->meminfo);
    FiLoad load;

    if (!lua_isinteger(L, idx) || c->kind == FI_MMIO_WRITE) {
        fi_need_cap(L, FI_CAP_MMIO,
                    c->kind == FI_MMIO_WRITE
                        ? "changing a write to a device"
                        : "an on_mmio_read handler's result other than an "
                          "integer");
    }
    check_fits(L, lua_tointeger(L, idx), size);
    if (!arch->simple_load || !arch->simple_load(c->site->opcode, &load) ||
        load.size != size || (load.writes_back && load.base_is_rt)) {
        if (!c->trigger->missed++) {
            fi_message("%s: the instruction 0x%x at 0x%" PRIx64
                       " is no plain load, so what it reads from a device "
                       "cannot be overridden on this QEMU; such reads are "
                       "counted as missed",
                       c->trigger->name, c->site->opcode, c->site->pc);
        }
        return;
    }
    override_loaded(L, c, &load, lua_tointeger(L, idx));
}

void fi_take_mmio_result(lua_State *L, FiContext *c, int idx)
{
    const void *token = lua_touserdata(L, idx);

    if (!c->mmio) {
        take_result_afterwards(L, c, idx);
        return;
    }

    if (lua_isinteger(L, idx)) {
        take_value(L, c, idx);
    } else if (token == &fi_token_bus_error) {
        journal_access(L, c, "mmio_fail", false);
        c->verdict = FI_VERDICT_BUS_ERROR;
    } else if (token == &fi_token_drop && c->mmio->is_write) {
        journal_access(L, c, "mmio_drop", false);
        c->verdict = FI_VERDICT_DROP;
    } else {
        luaL_error(L,
                   c->mmio->is_write
                       ? "an on_mmio_write handler returns nothing, an "
                         "integer, fi.DROP or fi.BUS_ERROR, not %s"
                       : "an on_mmio_read handler returns nothing, an "
                         "integer or fi.BUS_ERROR, not %s",
                   fi_push_what(L, idx));
    }
}

/* Time */

enum {
    AFTER,
    AT,
    EVERY
};

static const char *const timer_names[] = { "after_ns", "at_ns", "every_ns" };

static void check_time(lua_State *L, int which, FiTriggerSpec *spec)
{
    lua_Integer ns = luaL_checkinteger(L, 1);
    int64_t now = MAX(fi_now_ns(), 0);

    luaL_argcheck(L, ns >= (which == EVERY), 1,
                  which == EVERY ? "a period is at least 1 ns"
                                 : "a time is not negative");
    luaL_argcheck(L, ns <= INT64_MAX / 4, 1, "a time below 73 years");
    if (which == AT) {
        if (ns < now) {
            luaL_error(L,
                       "at_ns: %I ns is in the past, it is %I ns now "
                       "(fi.now_ns()); for a time from now there is after_ns",
                       ns, (lua_Integer)now);
        }
        spec->deadline_ns = ns;
    } else {
        spec->deadline_ns = now + ns;
        spec->period_ns = which == EVERY ? ns : 0;
    }
}

static int arm_timer(lua_State *L)
{
    int which = lua_tointeger(L, lua_upvalueindex(1));
    FiTriggerSpec spec;
    int fn;

    fi_trigger_spec_init(&spec, FI_TIMER);
    fi_need_place_for_triggers(L, &spec);
    fi_need_cap(L, FI_CAP_TIMERS, timer_names[which]);
    check_time(L, which, &spec);
    fn = fi_check_handler(L, 2, &spec);
    if (which != EVERY) {
        if (spec.limit) {
            luaL_error(L, "%s fires once, it has no option 'limit'",
                       timer_names[which]);
        }
        spec.limit = 1;
    }
    if (!spec.name) {
        spec.name = lua_pushfstring(L, "%s %I", timer_names[which],
                                    lua_tointeger(L, 1));
    }
    fi_arm(L, &spec, fn);
    return 1;
}

static int arm_on_machine_ready(lua_State *L)
{
    FiContext *c = fi_script_context();
    FiTriggerSpec spec;
    int fn;

    fi_trigger_spec_init(&spec, FI_MACHINE_READY);
    fi_need_cap(L, FI_CAP_VCPU_WORK, "on_machine_ready");
    if (!c || c->place != FI_PLACE_LOAD) {
        luaL_error(L, "on_machine_ready: the machine is ready; this is for "
                      "the main chunk of a scenario");
    }
    fn = fi_check_handler(L, 1, &spec);
    spec.limit = 1;
    fi_name_trigger(L, &spec, NULL);
    fi_arm(L, &spec, fn);
    return 1;
}

static int arm_on_reset(lua_State *L)
{
    FiTriggerSpec spec;
    int fn;

    fi_trigger_spec_init(&spec, FI_MACHINE_RESET);
    fi_need_cap(L, FI_CAP_RESET, "on_reset");
    fi_need_place_for_triggers(L, &spec);
    fn = fi_check_handler(L, 1, &spec);
    fi_name_trigger(L, &spec, NULL);
    fi_arm(L, &spec, fn);
    return 1;
}

void fi_bind_hardware(lua_State *L)
{
    int i;

    lua_pushinteger(L, FI_MMIO_READ);
    lua_pushcclosure(L, arm_on_mmio, 1);
    lua_setfield(L, -2, "on_mmio_read");
    lua_pushinteger(L, FI_MMIO_WRITE);
    lua_pushcclosure(L, arm_on_mmio, 1);
    lua_setfield(L, -2, "on_mmio_write");
    for (i = AFTER; i <= EVERY; i++) {
        lua_pushinteger(L, i);
        lua_pushcclosure(L, arm_timer, 1);
        lua_setfield(L, -2, timer_names[i]);
    }
    lua_pushcfunction(L, arm_on_machine_ready);
    lua_setfield(L, -2, "on_machine_ready");
    lua_pushcfunction(L, arm_on_reset);
    lua_setfield(L, -2, "on_reset");
}
