/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../hardware.h"
#include "impl.h"

#include <string.h>

/*
 * fi.mem and fi.phys: guest memory by vaddr, through the current vCPU's
 * translation, and by paddr.  Both give up the Lua lock around QEMU's access,
 * which may reach a device and so take the big QEMU lock.
 */

#define MEM_MT "fi.mem"
#define VIEW_MT "fi.mem.view"
#define MAX_LENGTH (64 << 20)

typedef struct Space {
    bool phys;
} Space;

typedef struct View {
    bool phys;
    bool is_signed;
    unsigned size;
} View;

static const char *space_name(bool phys)
{
    return phys ? "phys" : "virt";
}

static const char *hwaddr_error(enum qemu_plugin_hwaddr_operation_result r)
{
    switch (r) {
    case QEMU_PLUGIN_HWADDR_OPERATION_OK:
        return NULL;
    case QEMU_PLUGIN_HWADDR_OPERATION_DEVICE_ERROR:
        return "the device refuses the access";
    case QEMU_PLUGIN_HWADDR_OPERATION_ACCESS_DENIED:
        return "access denied";
    case QEMU_PLUGIN_HWADDR_OPERATION_INVALID_ADDRESS:
        return "nothing is there";
    case QEMU_PLUGIN_HWADDR_OPERATION_INVALID_ADDRESS_SPACE:
        return "no such address space";
    default:
        return "the access failed";
    }
}

/* NULL if all went well. */
static const char *access_memory(bool phys, uint64_t addr, GByteArray *buf,
                                 size_t len, bool write)
{
    bool ok;

    if (phys) {
        return hwaddr_error(
            write ? qemu_plugin_write_memory_hwaddr(addr, buf)
                  : qemu_plugin_read_memory_hwaddr(addr, buf, len));
    }
    ok = write ? qemu_plugin_write_memory_vaddr(addr, buf)
               : qemu_plugin_read_memory_vaddr(addr, buf, len);
    return ok ? NULL : "not mapped";
}

/* QEMU's own read of unassigned physical memory gives zeros and no error for
 * some machines; what it reports is passed on. */
static FI_RAISES void access_or_raise(lua_State *L, FiContext *c, bool phys,
                                      uint64_t addr, size_t len, bool write)
{
    GByteArray *buf = c->vcpu->buf;
    FiContext *released;
    const char *why;

    released = fi_script_release();
    fi_own_access = true;
    why = access_memory(phys, addr, buf, len, write);
    fi_own_access = false;
    fi_script_reacquire(released);
    if (why) {
        luaL_error(L, "cannot %s %d bytes at %s address %s: %s",
                   write ? "write" : "read", (int)len,
                   phys ? "physical" : "virtual", fi_push_hex(L, addr), why);
    }
}

static void read_memory(lua_State *L, FiContext *c, bool phys, uint64_t addr,
                        size_t len)
{
    access_or_raise(L, c, phys, addr, len, false);
}

static void journal_write(lua_State *L, FiContext *c, bool phys, uint64_t addr,
                          const void *old, const void *new, size_t len,
                          int info)
{
    FiLine *l = fi_fault_begin(c, "write_memory");

    fi_line_hex(l, "target", addr);
    fi_line_string(l, "space", space_name(phys));
    fi_line_int(l, "size", len);
    if (old) {
        fi_line_bytes(l, "old", old, len);
    } else {
        fi_line_null(l, "old");
    }
    fi_line_bytes(l, "new", new, len);
    fi_fault_end(L, l, info);
}

/* @data must stay put while the lock is released: it is a Lua string that the
 * stack anchors, or on the C stack. */
static void write_memory(lua_State *L, FiContext *c, bool phys, uint64_t addr,
                         const char *data, size_t len, int info)
{
    const char *old;

    /* The old value costs a read; a register of a device may change by that,
     * or be write-only, which is the price of a journal that proves itself. */
    read_memory(L, c, phys, addr, len);
    old = lua_pushlstring(L, (const char *)c->vcpu->buf->data, len);
    g_byte_array_set_size(c->vcpu->buf, len);
    memcpy(c->vcpu->buf->data, data, len);
    access_or_raise(L, c, phys, addr, len, true);
    journal_write(L, c, phys, addr, old, data, len, info);
    lua_pop(L, 1);
}

/* Views: mem.u32[addr] */

static uint64_t view_read(lua_State *L, FiContext *c, const View *view,
                          uint64_t addr)
{
    uint64_t value = 0;

    read_memory(L, c, view->phys, addr, view->size);
    memcpy(&value, c->vcpu->buf->data, view->size);
    return GUINT64_FROM_LE(value);
}

static int view_index(lua_State *L)
{
    const View *view = luaL_checkudata(L, 1, VIEW_MT);
    FiContext *c = fi_need_vcpu(L, "reading memory");
    uint64_t addr = fi_check_address(L, 2);
    uint64_t value = view_read(L, c, view, addr);
    unsigned shift = 64 - 8 * view->size;

    if (view->is_signed) {
        lua_pushinteger(L, (int64_t)(value << shift) >> shift);
    } else {
        lua_pushinteger(L, (lua_Integer)value);
    }
    return 1;
}

static int view_newindex(lua_State *L)
{
    const View *view = luaL_checkudata(L, 1, VIEW_MT);
    FiContext *c = fi_need_vcpu(L, "writing memory");
    uint64_t addr = fi_check_address(L, 2);
    uint64_t value = luaL_checkinteger(L, 3);

    if (view->size < 8 && value >> (8 * view->size) != 0 &&
        (int64_t)value >> (8 * view->size - 1) != -1) {
        return luaL_error(L, "%s does not fit %d bytes", fi_push_hex(L, value),
                          view->size);
    }
    value = GUINT64_TO_LE(value);
    write_memory(L, c, view->phys, addr, (const char *)&value, view->size, 0);
    return 0;
}

/* Methods */

static bool check_space(lua_State *L)
{
    return ((Space *)luaL_checkudata(L, 1, MEM_MT))->phys;
}

static int mem_read(lua_State *L)
{
    bool phys = check_space(L);
    FiContext *c = fi_need_vcpu(L, "reading memory");
    uint64_t addr = fi_check_address(L, 2);
    lua_Integer len = luaL_checkinteger(L, 3);

    luaL_argcheck(L, len >= 1 && len <= MAX_LENGTH, 3,
                  "a length from 1 byte to 64 MiB");
    read_memory(L, c, phys, addr, len);
    lua_pushlstring(L, (const char *)c->vcpu->buf->data, len);
    return 1;
}

static int mem_write(lua_State *L)
{
    bool phys = check_space(L);
    FiContext *c = fi_need_vcpu(L, "writing memory");
    uint64_t addr = fi_check_address(L, 2);
    size_t len;
    const char *data;

    luaL_checktype(L, 3, LUA_TSTRING); /* a number would be converted */
    data = lua_tolstring(L, 3, &len);
    fi_check_info(L, 4);
    luaL_argcheck(L, len >= 1 && len <= MAX_LENGTH, 3,
                  "a string of 1 byte to 64 MiB");
    write_memory(L, c, phys, addr, data, len, 4);
    return 0;
}

static int mem_index(lua_State *L)
{
    check_space(L);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) == LUA_TNIL) { /* methods */
        lua_getiuservalue(L, 1, 1);                       /* views */
        lua_pushvalue(L, 2);
        lua_rawget(L, -2);
    }
    if (lua_isnil(L, -1)) {
        return luaL_error(L,
                          "memory has no '%s' (known: u8, u16, u32, u64, "
                          "i8, i16, i32, i64, read, write)",
                          luaL_tolstring(L, 2, NULL));
    }
    return 1;
}

static int mem_newindex(lua_State *L)
{
    return luaL_error(L, "assign through a view, e.g. mem.u32[address] = "
                         "value");
}

static void push_view(lua_State *L, bool phys, unsigned size, bool is_signed)
{
    View *view = lua_newuserdatauv(L, sizeof(*view), 0);

    *view = (View){ .phys = phys, .size = size, .is_signed = is_signed };
    luaL_setmetatable(L, VIEW_MT);
}

static void push_space(lua_State *L, bool phys)
{
    static const unsigned sizes[] = { 1, 2, 4, 8 };
    Space *space = lua_newuserdatauv(L, sizeof(*space), 1);
    size_t i;

    space->phys = phys;
    luaL_setmetatable(L, MEM_MT);
    lua_newtable(L);
    for (i = 0; i < 2 * G_N_ELEMENTS(sizes); i++) {
        lua_pushfstring(L, "%s%d", i % 2 ? "i" : "u", (int)sizes[i / 2] * 8);
        push_view(L, phys, sizes[i / 2], i % 2);
        lua_rawset(L, -3);
    }
    lua_setiuservalue(L, -2, 1);
}

void fi_bind_mem(lua_State *L)
{
    static const luaL_Reg view_meta[] = {
        { "__index", view_index },
        { "__newindex", view_newindex },
        { NULL, NULL },
    };
    static const luaL_Reg methods[] = {
        { "read", mem_read },
        { "write", mem_write },
        { NULL, NULL },
    };

    luaL_newmetatable(L, VIEW_MT);
    luaL_setfuncs(L, view_meta, 0);
    lua_pop(L, 1);

    luaL_newmetatable(L, MEM_MT);
    luaL_newlib(L, methods);
    lua_pushcclosure(L, mem_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, mem_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pop(L, 1);

    push_space(L, false);
    lua_setfield(L, -2, "mem");
    push_space(L, true);
    lua_setfield(L, -2, "phys");
}
