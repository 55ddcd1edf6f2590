/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "names.h"

#include <string.h>

#include "../qemu_compat.h"
#include "../vcpu.h"
#include "impl.h"
#include "live.h"

#define MAX_SYMBOLS 200

typedef struct Fault {
    char *path, *type, *name;
} Fault;

/* Immutable once published. */
typedef struct Devices {
    GHashTable *mmio, *irq, *fault; /* sets of names */
    GArray *faults;                 /* of Fault */
} Devices;

static Devices *devices; /* atomic */

static GHashTable *new_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static void add(GHashTable *set, const char *name)
{
    if (name) {
        g_hash_table_add(set, g_strdup(name));
    }
}

static void add_region(uint64_t first, uint64_t last, const char *region,
                       const char *path, const char *type, void *opaque)
{
    Devices *d = opaque;

    (void)first;
    (void)last;
    add(d->mmio, region);
    add(d->mmio, path);
    add(d->mmio, type);
}

static void add_irq(const char *path, const char *type, const char *name,
                    unsigned int n_lines, void *opaque)
{
    Devices *d = opaque;

    (void)name;
    (void)n_lines;
    add(d->irq, path);
    add(d->irq, type);
}

static void add_fault(const char *path, const char *type,
                      const struct qemu_plugin_fi_fault *fault, void *opaque)
{
    Devices *d = opaque;
    Fault f = { g_strdup(path), g_strdup(type), g_strdup(fault->name) };

    add(d->fault, path);
    add(d->fault, type);
    g_array_append_val(d->faults, f);
}

void fi_names_collect(void)
{
    Devices *d = g_new0(Devices, 1);

    d->mmio = new_set();
    d->irq = new_set();
    d->fault = new_set();
    d->faults = g_array_new(FALSE, FALSE, sizeof(Fault));
    if (fi_has(FI_CAP_MMIO)) {
        qemu_plugin_fi_mmio_foreach(add_region, d);
    }
    if (fi_has(FI_CAP_IRQ)) {
        qemu_plugin_fi_irq_foreach(add_irq, d);
    }
    if (fi_has(FI_CAP_DEVICE_FAULT)) {
        qemu_plugin_fi_fault_foreach(add_fault, d);
    }
    g_atomic_pointer_set(&devices, d);
}

static void push_set(lua_State *L, GHashTable *set, const char *key)
{
    GHashTableIter it;
    gpointer name;
    lua_Integer n = 0;

    lua_newtable(L);
    g_hash_table_iter_init(&it, set);
    while (g_hash_table_iter_next(&it, &name, NULL)) {
        lua_pushstring(L, name);
        lua_seti(L, -2, ++n);
    }
    lua_setfield(L, -2, key);
}

/* Append to the list in the table on top of the stack under @device. */
static void push_fault(lua_State *L, const char *device, const char *fault)
{
    if (lua_getfield(L, -1, device) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, device);
    }
    lua_pushstring(L, fault);
    lua_rawseti(L, -2, lua_rawlen(L, -2) + 1);
    lua_pop(L, 1);
}

static void push_faults(lua_State *L, const Devices *d)
{
    guint i;

    lua_newtable(L);
    for (i = 0; i < d->faults->len; i++) {
        const Fault *f = &g_array_index(d->faults, Fault, i);

        push_fault(L, f->path, f->name);
        push_fault(L, f->type, f->name);
    }
    lua_setfield(L, -2, "faults");
}

/* {mmio = {name, …}, irq = …, fault = …, faults = {[device] = {name, …}}} */
static int push_devices(lua_State *L)
{
    const Devices *d = g_atomic_pointer_get(&devices);

    lua_newtable(L);
    if (!d) {
        lua_newtable(L);
        lua_setfield(L, -2, "faults");
        return 1;
    }
    push_set(L, d->mmio, "mmio");
    push_set(L, d->irq, "irq");
    push_set(L, d->fault, "fault");
    push_faults(L, d);
    return 1;
}

/* Of vCPU 0, once it has started; they do not change then. */
static int push_registers(lua_State *L)
{
    const FiVcpu *v = &fi_vcpus[0];
    guint i;

    lua_newtable(L);
    for (i = 0; g_atomic_int_get(&v->has_registers) && i < v->reg_list->len;
         i++) {
        const FiReg *reg = g_ptr_array_index(v->reg_list, i);

        lua_pushstring(L, reg->name);
        lua_seti(L, -2, i + 1);
    }
    return 1;
}

static int push_symbols(lua_State *L)
{
    const char *prefix = luaL_checkstring(L, 1);
    size_t len = strlen(prefix);
    lua_Integer n = 0;
    guint i, m;

    lua_newtable(L);
    for (m = 0; m < fi_maps_count(fi.maps); m++) {
        const FiSymbols *symbols = fi_maps_nth(fi.maps, m)->symbols;

        for (i = 0; i < fi_symbols_count(symbols) && n < MAX_SYMBOLS; i++) {
            const char *name = fi_symbols_nth(symbols, i)->name;

            if (strncmp(name, prefix, len) == 0) {
                lua_pushstring(L, name);
                lua_seti(L, -2, ++n);
            }
        }
    }
    return 1;
}

void fi_bind_names(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "devices", push_devices },
        { "registers", push_registers },
        { "symbols", push_symbols },
        { NULL, NULL },
    };

    fi_push_live(L);
    luaL_setfuncs(L, functions, 0);
    lua_pop(L, 1);
}
