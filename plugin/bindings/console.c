/* SPDX-License-Identifier: GPL-2.0-or-later */
#include <string.h>

#include "../hardware.h"
#include "console.h"
#include "trigger_options.h"

/* What console.lua needs of C: triggers of kind FI_CONSOLE, which nothing but
 * it fires, and a way to put characters into a receiver. */

/* PL011: interrupts that are raised, and to clear them; framing errors' bit */
#define UARTRIS 0x3c
#define UARTICR 0x44
#define INT_FE (1u << 7)

/* [label, opts, fn or nil] -> trigger */
static int arm(lua_State *L)
{
    FiTriggerSpec spec;

    fi_trigger_spec_init(&spec, FI_CONSOLE);
    fi_need_place_for_triggers(L, &spec);
    fi_parse_options(L, 2, &spec);
    fi_name_trigger(L, &spec, luaL_checkstring(L, 1));
    fi_arm(L, &spec, 3);
    return 1;
}

/* [trigger, what the event is to have] from a deferred function */
static int hit(lua_State *L)
{
    FiContext *c = fi_need_vcpu(L, "on_console");
    FiContext inner = { .place = FI_PLACE_VCPU,
                        .vcpu = c->vcpu,
                        .kind = FI_CONSOLE,
                        .outcome = c->outcome };

    inner.trigger = fi_check_trigger(L, 1);
    lua_settop(L, 2);
    inner.details = luaL_ref(L, LUA_REGISTRYINDEX);
    fi_script_fire_locked(&inner);
    luaL_unref(L, LUA_REGISTRYINDEX, inner.details);
    return 0;
}

bool fi_console_field(lua_State *L, const FiContext *c, const char *key)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, c->details);
    lua_pushstring(L, key);
    lua_rawget(L, -2);
    return !lua_isnil(L, -1);
}

/* Is there a machine, so that its devices can be asked for? */
static int ready(lua_State *L)
{
    lua_pushboolean(L, fi_machine_is_ready());
    return 1;
}

typedef struct Region {
    uint64_t first;
    char *device, *type;
} Region;

static void note_region(uint64_t first, uint64_t last, const char *region,
                        const char *device_path, const char *device_type,
                        void *userdata)
{
    Region r = { first, g_strdup(device_path), g_strdup(device_type) };

    (void)last;
    (void)region;
    if (device_path && device_type) {
        g_array_append_val((GArray *)userdata, r);
    } else {
        g_free(r.device);
        g_free(r.type);
    }
}

static void clear_region(void *r)
{
    g_free(((Region *)r)->device);
    g_free(((Region *)r)->type);
}

static int free_regions(lua_State *L)
{
    GArray **box = lua_touserdata(L, 1);

    g_clear_pointer(box, g_array_unref);
    return 0;
}

/* The array belongs to a userdata that is pushed: what follows may raise. */
static GArray *push_regions(lua_State *L)
{
    GArray **box = lua_newuserdatauv(L, sizeof(*box), 0);
    FiContext *released;

    *box = NULL;
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, free_regions);
    lua_setfield(L, -2, "__gc");
    lua_setmetatable(L, -2);
    *box = g_array_new(FALSE, FALSE, sizeof(Region));
    g_array_set_clear_func(*box, clear_region);
    released = fi_script_release();
    qemu_plugin_fi_mmio_foreach(note_region, *box);
    fi_script_reacquire(released);
    return *box;
}

/* -> {{device =, type =, first =}, …} by address */
static int regions(lua_State *L)
{
    GArray *all;
    guint i;

    fi_need_cap(L, FI_CAP_MMIO, "finding a serial port");
    all = push_regions(L);
    lua_createtable(L, all->len, 0);
    for (i = 0; i < all->len; i++) {
        const Region *r = &g_array_index(all, Region, i);

        lua_createtable(L, 0, 3);
        lua_pushstring(L, r->device);
        lua_setfield(L, -2, "device");
        lua_pushstring(L, r->type);
        lua_setfield(L, -2, "type");
        lua_pushinteger(L, (lua_Integer)r->first);
        lua_setfield(L, -2, "first");
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

/* Not a fault, so not for the journal. */
static char *receive(const char *device, unsigned char byte)
{
    struct qemu_plugin_fi_arg arg = { .name = "data", .number = byte };
    FiContext *released = fi_script_release();
    char *error = NULL;
    bool ok = qemu_plugin_fi_fault(device, "framing", &arg, 1, &error);

    fi_script_reacquire(released);
    return ok ? NULL : error ? error : g_strdup("the device refuses");
}

static uint32_t access_register(uint64_t addr, uint32_t value, bool write)
{
    g_autoptr(GByteArray) data = g_byte_array_new();
    uint32_t bits = GUINT32_TO_LE(value);
    FiContext *released = fi_script_release();
    bool outer = fi_own_access;

    fi_own_access = true;
    if (write) {
        g_byte_array_append(data, (const guint8 *)&bits, sizeof(bits));
        qemu_plugin_write_memory_hwaddr(addr, data);
    } else if (qemu_plugin_read_memory_hwaddr(addr, data, sizeof(bits)) ==
               QEMU_PLUGIN_HWADDR_OPERATION_OK) {
        memcpy(&bits, data->data, sizeof(bits));
    }
    fi_own_access = outer;
    fi_script_reacquire(released);
    return GUINT32_FROM_LE(bits);
}

/* [PL011's path, its address, byte] -> nil, or why it cannot take it now */
static int put(lua_State *L)
{
    const char *device = luaL_checkstring(L, 1);
    uint64_t base = luaL_checkinteger(L, 2);
    lua_Integer byte = luaL_checkinteger(L, 3);
    char copy[256];
    uint32_t ris;
    char *error;

    fi_need_vcpu(L, "fi.console.type");
    ris = access_register(base + UARTRIS, 0, false);
    error = receive(device, byte);
    if (!error) {
        /* No character of a good line raises it; an earlier one may have. */
        if (!(ris & INT_FE)) {
            access_register(base + UARTICR, INT_FE, true);
        }
        return 0;
    }
    g_strlcpy(copy, error, sizeof(copy));
    g_free(error);
    lua_pushstring(L, copy);
    return 1;
}

/* [device, text] */
static int note_input(lua_State *L)
{
    const char *device = luaL_checkstring(L, 1);
    size_t len;
    const char *text = luaL_checklstring(L, 2, &len);
    FiLine *l = fi_journal_line(fi.journal, "input", fi_now_ns());

    fi_line_string(l, "device", device);
    fi_line_lstring(l, "text", text, len);
    fi_line_end(l);
    return 0;
}

void fi_bind_console(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "arm", arm },         { "hit", hit }, { "ready", ready },
        { "regions", regions }, { "put", put }, { "note_input", note_input },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    lua_setfield(L, -2, "_console");
}
