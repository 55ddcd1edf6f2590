/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "../xml.h"

#include "impl.h"

/* fi.xml: fault documents.  lua/xml.lua makes scenarios of what is read here.
 */

#define BOX_TYPE "fi_lua.xml"

static int free_box(lua_State *L)
{
    FiXml **box = luaL_checkudata(L, 1, BOX_TYPE);

    g_clear_pointer(box, fi_xml_free);
    return 0;
}

/* Pushing may raise, so Lua owns what is read. */
static FiXml *push_reader(lua_State *L)
{
    FiXml **box = lua_newuserdatauv(L, sizeof(*box), 0);

    *box = NULL;
    if (luaL_newmetatable(L, BOX_TYPE)) {
        lua_pushcfunction(L, free_box);
        lua_setfield(L, -2, "__gc");
        lua_pushliteral(L, "reader");
        lua_setfield(L, -2, "__metatable");
    }
    lua_setmetatable(L, -2);
    *box = fi_xml_new();
    return *box;
}

static void set_integer(lua_State *L, const char *key, uint64_t value)
{
    lua_pushinteger(L, (lua_Integer)value);
    lua_setfield(L, -2, key);
}

static void set_string(lua_State *L, const char *key, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

static void push_fault(lua_State *L, const FiXmlFault *f)
{
    static const char *const triggers[] = { "PC", "SYS_REG", "RAM", "MMIO",
                                            "TIMER" };
    static const char *const targets[] = { NULL,  "CPU_REG", "RAM",   "MMIO",
                                           "IRQ", "EXCP",    "CUSTOM" };
    static const char *const irq_types[] = { "SPI", "PPI", "SGI" };

    lua_createtable(L, 0, 11);
    set_integer(L, "line", f->line);
    set_string(L, "trigger", triggers[f->trigger]);
    set_string(L, "target", targets[f->target]);
    set_integer(L, "target_data", f->target_data);
    set_integer(L, "trigger_condition", f->trigger_condition);
    set_string(L, "sys_reg", f->sys_reg);
    set_integer(L, "fault_data", f->fault_data);
    set_integer(L, "size", f->size);
    if (f->cpu >= 0) {
        set_integer(L, "cpu", f->cpu);
    }
    set_string(L, "irq_type", irq_types[f->irq_type]);
    set_string(L, "fault_name", f->fault_name);
}

/* [text] -> list of faults, or nil, line, attribute or nil, message */
static int parse(lua_State *L)
{
    size_t len;
    const char *text = luaL_checklstring(L, 1, &len);
    FiXml *x = push_reader(L);
    const GPtrArray *faults;
    const FiXmlError *e;
    guint i;

    fi_xml_feed(x, text, len);
    faults = fi_xml_finish(x);
    if (!faults) {
        e = fi_xml_error(x);
        lua_pushnil(L);
        lua_pushinteger(L, e->line);
        lua_pushstring(L, e->attribute);
        lua_pushstring(L, e->message);
        return 4;
    }
    lua_createtable(L, faults->len, 0);
    for (i = 0; i < faults->len; i++) {
        push_fault(L, g_ptr_array_index(faults, i));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

void fi_bind_xml(lua_State *L)
{
    static const luaL_Reg functions[] = { { "_parse", parse }, { NULL, NULL } };

    luaL_newlib(L, functions);
    lua_pushinteger(L, FI_XML_MAX_SIZE);
    lua_setfield(L, -2, "_max_size");
    lua_setfield(L, -2, "xml");
}
