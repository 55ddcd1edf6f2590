/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "console.h"
#include "impl.h"

#include <string.h>

/*
 * The event that a handler gets: a userdata with a pointer to the context,
 * which is cut when the handler ends.  Fields are computed when read.
 */

#define EVENT_MT "fi.event"

/* The metatable again: by address it is found without a string. */
static const char metatable_key;

uint64_t fi_access_value(const FiContext *c)
{
    qemu_plugin_mem_value v = qemu_plugin_mem_get_value(c->meminfo);

    switch (v.type) {
    case QEMU_PLUGIN_MEM_VALUE_U8:
        return v.data.u8;
    case QEMU_PLUGIN_MEM_VALUE_U16:
        return v.data.u16;
    case QEMU_PLUGIN_MEM_VALUE_U32:
        return v.data.u32;
    case QEMU_PLUGIN_MEM_VALUE_U64:
        return v.data.u64;
    case QEMU_PLUGIN_MEM_VALUE_U128:
        return v.data.u128.low;
    }
    return 0;
}

static void push_access_value(lua_State *L, const FiContext *c)
{
    qemu_plugin_mem_value v = qemu_plugin_mem_get_value(c->meminfo);
    uint64_t wide[2];

    if (v.type == QEMU_PLUGIN_MEM_VALUE_U128) {
        wide[0] = GUINT64_TO_LE(v.data.u128.low);
        wide[1] = GUINT64_TO_LE(v.data.u128.high);
        lua_pushlstring(L, (const char *)wide, sizeof(wide));
    } else {
        lua_pushinteger(L, (lua_Integer)fi_access_value(c));
    }
}

static void push_int_or_nil(lua_State *L, bool present, uint64_t value)
{
    if (present) {
        lua_pushinteger(L, (lua_Integer)value);
    } else {
        lua_pushnil(L);
    }
}

/* QEMU 10.2 and 11.0 call every access one to memory unless patched; then nil
 * is more honest than false. */
static bool device_field(lua_State *L, struct qemu_plugin_hwaddr *hw,
                         const char *key)
{
    bool known = hw && fi_has(FI_CAP_DEVICE_INFO);
    bool is_io = known && qemu_plugin_hwaddr_is_io(hw);

    if (strcmp(key, "is_io") == 0) {
        if (known) {
            lua_pushboolean(L, is_io);
        } else {
            lua_pushnil(L);
        }
    } else if (strcmp(key, "device") == 0) {
        lua_pushstring(L, is_io ? qemu_plugin_hwaddr_device_name(hw) : NULL);
    } else {
        return false;
    }
    return true;
}

static bool access_field(lua_State *L, const FiContext *c, const char *key)
{
    struct qemu_plugin_hwaddr *hw;

    if (strcmp(key, "addr") == 0) {
        lua_pushinteger(L, (lua_Integer)c->addr);
        return true;
    } else if (strcmp(key, "size") == 0) {
        lua_pushinteger(L, 1 << qemu_plugin_mem_size_shift(c->meminfo));
        return true;
    } else if (strcmp(key, "value") == 0) {
        push_access_value(L, c);
        return true;
    }
    hw = qemu_plugin_get_hwaddr(c->meminfo, c->addr);
    if (strcmp(key, "paddr") == 0) {
        push_int_or_nil(L, hw, hw ? qemu_plugin_hwaddr_phys_addr(hw) : 0);
        return true;
    }
    if (strcmp(key, "dma") == 0) {
        lua_pushboolean(L, false); /* seen are instructions' accesses only */
        return true;
    }
    return device_field(L, hw, key);
}

/* Of a read that the device has answered with an error there is none. */
static void push_mmio_value(lua_State *L, const FiContext *c)
{
    FiContext *released;
    bool ok = true;

    if (!c->mmio->is_write) {
        /* What the device does may come back to us: not with the lock. */
        released = fi_script_release();
        ok = qemu_plugin_fi_mmio_read_device(c->mmio);
        fi_script_reacquire(released);
    }
    push_int_or_nil(L, ok, (lua_Integer)c->mmio->value);
}

/* Copied first: pushing may raise for lack of memory. */
static void push_device(lua_State *L, const struct qemu_plugin_fi_mmio *m)
{
    char *path = qemu_plugin_fi_mmio_device(m);
    char copy[512];
    bool known = path;

    g_strlcpy(copy, known ? path : "", sizeof(copy));
    g_free(path);
    lua_pushstring(L, known ? copy : NULL);
}

static bool mmio_field(lua_State *L, const FiContext *c, const char *key)
{
    const struct qemu_plugin_fi_mmio *m = c->mmio;

    if (strcmp(key, "value") == 0) {
        push_mmio_value(L, c);
    } else if (strcmp(key, "paddr") == 0) {
        lua_pushinteger(L, (lua_Integer)m->paddr);
    } else if (strcmp(key, "size") == 0) {
        lua_pushinteger(L, m->size);
    } else if (strcmp(key, "offset") == 0) {
        lua_pushinteger(L, (lua_Integer)m->offset);
    } else if (strcmp(key, "region") == 0) {
        lua_pushstring(L, m->region);
    } else if (strcmp(key, "device") == 0) {
        push_device(L, m);
    } else if (strcmp(key, "is_io") == 0) {
        lua_pushboolean(L, true);
    } else if (strcmp(key, "dma") == 0) {
        lua_pushboolean(L, !c->vcpu);
    } else if (strcmp(key, "addr") == 0) {
        push_int_or_nil(L, c->vcpu, m->vaddr);
    } else if (strcmp(key, "pc") == 0) {
        push_int_or_nil(L, c->vcpu && m->pc, m->pc);
    } else {
        return false;
    }
    return true;
}

static bool exception_field(lua_State *L, const FiContext *c, const char *key)
{
    const FiExceptionInfo *e = c->exception;

    if (strcmp(key, "from_pc") == 0) {
        lua_pushinteger(L, (lua_Integer)c->from_pc);
    } else if (strcmp(key, "to_pc") == 0) {
        lua_pushinteger(L, (lua_Integer)c->to_pc);
    } else if (strcmp(key, "name") == 0) {
        lua_pushstring(L, e->name);
    } else if (strcmp(key, "el") == 0) {
        push_int_or_nil(L, e->el >= 0, e->el);
    } else if (strcmp(key, "number") == 0) {
        push_int_or_nil(L, e->number >= 0, e->number);
    } else if (strcmp(key, "ec") == 0) {
        push_int_or_nil(L, e->ec >= 0, e->ec);
    } else if (strcmp(key, "esr") == 0) {
        push_int_or_nil(L, e->has_syndrome, e->esr);
    } else if (strcmp(key, "far") == 0) {
        push_int_or_nil(L, e->has_syndrome, e->far);
    } else {
        return false;
    }
    return true;
}

static bool insn_field(lua_State *L, const FiContext *c, const char *key)
{
    if (strcmp(key, "pc") == 0) {
        lua_pushinteger(L, (lua_Integer)c->site->pc);
    } else if (strcmp(key, "opcode") == 0) {
        lua_pushinteger(L, c->site->opcode);
    } else if (strcmp(key, "insn_size") == 0) {
        lua_pushinteger(L, c->site->size);
    } else {
        return false;
    }
    return true;
}

static bool exit_field(lua_State *L, const char *key)
{
    if (strcmp(key, "code") == 0) {
        push_int_or_nil(L, fi_exit_requested(), fi_exit_code());
    } else if (strcmp(key, "reason") == 0) {
        lua_pushstring(L, fi_exit_requested() ? "fi.exit" : "qemu");
    } else {
        return false;
    }
    return true;
}

static bool common_field(lua_State *L, const FiContext *c, const char *key)
{
    if (strcmp(key, "kind") == 0) {
        lua_pushstring(L, fi_kind_name(c->kind));
    } else if (strcmp(key, "hits") == 0) {
        lua_pushinteger(L, (lua_Integer)c->hits);
    } else if (strcmp(key, "vcpu") == 0) {
        push_int_or_nil(L, c->vcpu, c->vcpu ? c->vcpu->index : 0);
    } else if (strcmp(key, "trigger") == 0) {
        fi_push_trigger(L, c->trigger);
    } else {
        return false;
    }
    return true;
}

static bool timer_field(lua_State *L, const FiContext *c, const char *key)
{
    if (strcmp(key, "deadline") == 0) {
        lua_pushinteger(L, c->deadline_ns);
        return true;
    }
    return false;
}

static bool known_field(const char *key)
{
    static const char *const known[] = {
        "trigger",   "kind",    "hits",     "vcpu", "pc",       "opcode",
        "insn_size", "addr",    "paddr",    "size", "value",    "is_io",
        "device",    "from_pc", "to_pc",    "name", "ec",       "esr",
        "far",       "number",  "el",       "code", "reason",   "offset",
        "region",    "dma",     "deadline", "rt",   "op0",      "op1",
        "crn",       "crm",     "op2",      "line", "captures", "complete",
        NULL
    };

    return g_strv_contains(known, key);
}

static int event_index(lua_State *L)
{
    FiContext **box = luaL_checkudata(L, 1, EVENT_MT);
    const char *key = luaL_checkstring(L, 2);
    const FiContext *c = *box;
    bool sysreg = c &&
                  (c->kind == FI_SYSREG_READ || c->kind == FI_SYSREG_WRITE);
    bool in_insn = c && (c->place == FI_PLACE_INSN || c->place == FI_PLACE_MEM);

    if (!c) {
        return luaL_error(L,
                          "ev.%s: the event is over; copy what you need "
                          "while its handler runs",
                          key);
    }
    if (common_field(L, c, key) || (in_insn && insn_field(L, c, key)) ||
        (sysreg && fi_sysreg_field(L, c, key)) ||
        (c->place == FI_PLACE_MEM && access_field(L, c, key)) ||
        (c->mmio && mmio_field(L, c, key)) ||
        (c->kind == FI_TIMER && timer_field(L, c, key)) ||
        (c->kind == FI_CONSOLE && fi_console_field(L, c, key)) ||
        (c->exception && exception_field(L, c, key)) ||
        (c->place == FI_PLACE_EXIT && exit_field(L, key))) {
        return 1;
    }
    if (!known_field(key)) {
        return luaL_error(L, "an event has no field '%s'", key);
    }
    return 0;
}

static int event_newindex(lua_State *L)
{
    return luaL_error(L,
                      "ev.%s: an event cannot be changed; faults go "
                      "through cpu, mem and the handler's result",
                      luaL_tolstring(L, 2, NULL));
}

static int event_tostring(lua_State *L)
{
    FiContext **box = luaL_checkudata(L, 1, EVENT_MT);

    if (*box) {
        lua_pushfstring(L, "event of %s", (*box)->trigger->name);
    } else {
        lua_pushliteral(L, "event that is over");
    }
    return 1;
}

void fi_push_event(lua_State *L, FiContext *c)
{
    FiContext **box = lua_newuserdatauv(L, sizeof(*box), 0);

    *box = c;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &metatable_key);
    lua_setmetatable(L, -2);
    c->event = box;
}

void fi_expire_event(FiContext *c)
{
    if (c->event) {
        *c->event = NULL;
        c->event = NULL;
    }
}

void fi_bind_event(lua_State *L)
{
    static const luaL_Reg meta[] = {
        { "__index", event_index },
        { "__newindex", event_newindex },
        { "__tostring", event_tostring },
        { NULL, NULL },
    };

    luaL_newmetatable(L, EVENT_MT);
    luaL_setfuncs(L, meta, 0);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatable_key);
}
