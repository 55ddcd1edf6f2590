/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "environment.h"

#include <lauxlib.h>
#include <lualib.h>

#include "bindings/api.h"
#include "fi.h"

static void open_libraries(lua_State *L)
{
    luaL_openlibs(L);
    if (!fi.opts->unsafe) {
        static const char *const os_names[] = { "execute", "exit",    "remove",
                                                "rename",  "tmpname", NULL };
        size_t i;

        lua_getglobal(L, "os");
        for (i = 0; os_names[i]; i++) {
            lua_pushnil(L);
            lua_setfield(L, -2, os_names[i]);
        }
        lua_getglobal(L, "io");
        lua_pushnil(L);
        lua_setfield(L, -2, "popen");
        lua_getglobal(L, "package");
        lua_pushnil(L);
        lua_setfield(L, -2, "loadlib");
        lua_pushliteral(L, "");
        lua_setfield(L, -2, "cpath");
        lua_pop(L, 3);
    }
}

static char *plugin_stdlib_dir(void)
{
    const char *env = g_getenv("FI_LUA_STDLIB");

    if (fi.opts->stdlib) {
        return g_canonicalize_filename(fi.opts->stdlib, NULL);
    }
    return g_canonicalize_filename(env && *env ? env : FI_STDLIB_DIR, NULL);
}

/* Absolute directories only: a search in the working directory is a trap. */
static void set_package_path(lua_State *L)
{
    g_autofree char *script = g_canonicalize_filename(fi.opts->script, NULL);
    g_autofree char *dir = g_path_get_dirname(script);
    g_autofree char *stdlib = plugin_stdlib_dir();
    const char *env = g_getenv("FI_LUA_PATH");
    g_autofree char *path = g_strdup_printf(
        "%s/?.lua;%s/?/init.lua;%s%s%s/?.lua;%s/?/init.lua", dir, dir,
        env ? env : "", env && *env ? ";" : "", stdlib, stdlib);

    lua_getglobal(L, "package");
    lua_pushstring(L, path);
    lua_setfield(L, -2, "path");
    lua_pop(L, 1);
}

static void seed_random(lua_State *L)
{
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_pushinteger(L, (lua_Integer)fi.opts->seed);
    lua_call(L, 1, 0);
    lua_pop(L, 1);
}

int fi_environment_load(lua_State *L)
{
    open_libraries(L);
    set_package_path(L);
    seed_random(L);
    fi_bindings_open(L);
    if (luaL_loadfilex(L, fi.opts->script, "t") != LUA_OK) {
        return lua_error(L);
    }
    lua_call(L, 0, 0);
    return 0;
}
