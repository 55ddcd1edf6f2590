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

/* Patterns for the directory of the scenario, or of the fault document. */
static char *own_patterns(void)
{
    const char *file = fi.opts->script ? fi.opts->script : fi.opts->config;
    g_autofree char *path = NULL;
    g_autofree char *dir = NULL;

    if (!file) {
        return g_strdup("");
    }
    path = g_canonicalize_filename(file, NULL);
    dir = g_path_get_dirname(path);
    return g_strdup_printf("%s/?.lua;%s/?/init.lua;", dir, dir);
}

/* Absolute directories only: a search in the working directory is a trap. */
static void set_package_path(lua_State *L)
{
    g_autofree char *own = own_patterns();
    g_autofree char *stdlib = plugin_stdlib_dir();
    const char *env = g_getenv("FI_LUA_PATH");
    g_autofree char *path = g_strdup_printf(
        "%s%s%s%s/?.lua;%s/?/init.lua", own, env ? env : "",
        env && *env ? ";" : "", stdlib, stdlib);

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

static void run_script(lua_State *L)
{
    if (luaL_loadfilex(L, fi.opts->script, "t") != LUA_OK) {
        lua_error(L);
    }
    lua_call(L, 0, 0);
}

static void load_config(lua_State *L)
{
    lua_getglobal(L, "fi");
    lua_getfield(L, -1, "xml");
    lua_getfield(L, -1, "load_file");
    lua_pushstring(L, fi.opts->config);
    lua_call(L, 1, 0);
    lua_pop(L, 2);
}

int fi_environment_load(lua_State *L)
{
    open_libraries(L);
    set_package_path(L);
    seed_random(L);
    fi_bindings_open(L);
    if (fi.opts->script) {
        run_script(L);
    }
    if (fi.opts->config) {
        load_config(L);
    }
    return 0;
}
