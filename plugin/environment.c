/* SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* dladdr */
#include "environment.h"

#include <dlfcn.h>
#include <lauxlib.h>
#include <lualib.h>
#include <stdlib.h>
#include <string.h>

#include "bindings/api.h"
#include "fi.h"

/* Keys in the registry, by their addresses. */
static const char base_key;  /* what every environment is made from */
static const char other_key; /* the one that is not in use */

/* Members of an environment, and of the base. */
enum {
    GLOBALS = 1,
    LOADED,
    PATH,
};

/* math.random keeps its state in its upvalue, which only C can get at. */
#define RNG_MAX 64

static struct {
    void *state; /* the upvalue, which random_key anchors */
    size_t size;
    unsigned char other[RNG_MAX];
} rng;

static const char random_key;

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

/* Of an installed plugin beside it, wherever the tree has been moved to. */
static char *default_stdlib_dir(void)
{
    static const char here;
    Dl_info info;

    if (dladdr(&here, &info) && info.dli_fname) {
        g_autofree char *path = realpath(info.dli_fname, NULL);
        g_autofree char *dir = g_path_get_dirname(path ? path : "");
        g_autofree char *stdlib = g_canonicalize_filename(FI_STDLIB_RELATIVE,
                                                          dir);

        if (strcmp(dir, FI_BUILD_DIR) != 0 &&
            g_file_test(stdlib, G_FILE_TEST_IS_DIR)) {
            return g_steal_pointer(&stdlib);
        }
    }
    return g_strdup(FI_STDLIB_SOURCE);
}

static char *plugin_stdlib_dir(void)
{
    const char *env = g_getenv("FI_LUA_STDLIB");

    if (fi.opts->stdlib) {
        return g_canonicalize_filename(fi.opts->stdlib, NULL);
    }
    return env && *env ? g_canonicalize_filename(env, NULL)
                       : default_stdlib_dir();
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

static void find_rng(lua_State *L)
{
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "random");
    if (!lua_getupvalue(L, -1, 1) || !lua_isuserdata(L, -1) ||
        lua_rawlen(L, -1) > RNG_MAX) {
        luaL_error(L, "this Lua's math.random has no state that is known");
    }
    rng.state = lua_touserdata(L, -1);
    rng.size = lua_rawlen(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &random_key); /* the scenario may not */
    lua_pop(L, 2);
}

/* For the environment that is not in use. */
static void seed_other(lua_State *L)
{
    unsigned char own[RNG_MAX];

    lua_rawgetp(L, LUA_REGISTRYINDEX, &base_key);
    lua_getfield(L, -1, "randomseed");
    memcpy(own, rng.state, rng.size);
    lua_pushinteger(L, (lua_Integer)fi.opts->seed);
    lua_call(L, 1, 0); /* cannot fail: the argument is right */
    memcpy(rng.other, rng.state, rng.size);
    memcpy(rng.state, own, rng.size);
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

/* Of the table on top of the stack. */
static void push_copy(lua_State *L)
{
    lua_newtable(L); /* table copy */
    for (lua_pushnil(L); lua_next(L, -3);) {
        lua_pushvalue(L, -2); /* table copy key value key */
        lua_insert(L, -2);
        lua_rawset(L, -4);
    }
}

/* What is there now is what every scenario will find. */
static void keep_base(lua_State *L)
{
    lua_newtable(L);
    lua_pushglobaltable(L);
    lua_rawseti(L, -2, GLOBALS);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_rawseti(L, -2, LOADED);
    lua_getglobal(L, "package");
    lua_getfield(L, -1, "path");
    lua_rawseti(L, -3, PATH);
    lua_setfield(L, -2, "package");
    lua_getglobal(L, "math");
    lua_getfield(L, -1, "randomseed");
    lua_setfield(L, -3, "randomseed");
    lua_pop(L, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &base_key);
}

void fi_environment_prepare(lua_State *L)
{
    lua_newtable(L); /* the environment */
    lua_rawgetp(L, LUA_REGISTRYINDEX, &base_key);
    lua_rawgeti(L, -1, GLOBALS);
    push_copy(L); /* environment base globals copy */
    lua_pushvalue(L, -1);
    lua_setfield(L, -2, LUA_GNAME);
    lua_rawseti(L, -4, GLOBALS);
    lua_rawgeti(L, -2, LOADED);
    push_copy(L); /* environment base globals loaded copy */
    lua_rawgeti(L, -5, GLOBALS);
    lua_setfield(L, -2, LUA_GNAME);
    lua_rawseti(L, -5, LOADED);
    lua_rawgeti(L, -3, PATH);
    lua_rawseti(L, -5, PATH);
    lua_pop(L, 3);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &other_key);
    seed_other(L);
}

void fi_environment_drop(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &other_key);
}

/* Between the environment at index 1 and the table at @in. */
static void exchange_field(lua_State *L, int in, const char *name, int member)
{
    lua_rawgeti(L, 1, member);
    lua_pushstring(L, name);
    lua_rawget(L, in);
    lua_rawseti(L, 1, member);
    lua_pushstring(L, name);
    lua_insert(L, -2);
    lua_rawset(L, in);
}

static void exchange_rng(void)
{
    unsigned char own[RNG_MAX];

    memcpy(own, rng.state, rng.size);
    memcpy(rng.state, rng.other, rng.size);
    memcpy(rng.other, own, rng.size);
}

/* Lua finds globals and modules by the registry, and `package` has two of
 * these things besides. */
int fi_environment_switch(lua_State *L)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &other_key); /* 1 */
    lua_rawgetp(L, LUA_REGISTRYINDEX, &base_key);
    lua_getfield(L, -1, "package"); /* 3 */
    lua_rawgeti(L, 1, GLOBALS);
    lua_pushglobaltable(L);
    lua_rawseti(L, 1, GLOBALS);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    exchange_rng();
    exchange_field(L, 3, "path", PATH);
    exchange_field(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE, LOADED);
    lua_getfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_pushliteral(L, "loaded");
    lua_insert(L, -2);
    lua_rawset(L, 3);
    return 0;
}

bool fi_environment_has_scenario(void)
{
    return fi.opts->script || fi.opts->config;
}

int fi_environment_run(lua_State *L)
{
    if (fi.opts->script) {
        run_script(L);
    }
    if (fi.opts->config) {
        load_config(L);
    }
    return 0;
}

int fi_environment_open(lua_State *L)
{
    open_libraries(L);
    set_package_path(L);
    find_rng(L);
    fi_bindings_open(L);
    keep_base(L);
    fi_environment_prepare(L);
    lua_pushcfunction(L, fi_environment_switch);
    lua_call(L, 0, 0);
    fi_environment_drop(L);
    return fi_environment_run(L);
}
