/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault_args.h"

#include <stdlib.h>
#include <string.h>

#define ARGS_MT "fi.args"
#define VARIANT_MT "fi.variant"

/* path, type, name, help, parameters: name, help, type, required, max,
 * choices */
#define FAULT_FORMAT "(ssssa(ssubtas))"

/* Parameters of a call */

void fi_args_clear(FiArgs *args)
{
    unsigned i;

    for (i = 0; i < args->n; i++) {
        g_free(args->args[i].name);
        g_free(args->args[i].string);
    }
    g_clear_pointer(&args->args, g_free);
    args->n = 0;
}

static int args_gc(lua_State *L)
{
    fi_args_clear(luaL_checkudata(L, 1, ARGS_MT));
    return 0;
}

static FiArgs *new_args(lua_State *L)
{
    FiArgs *args = lua_newuserdatauv(L, sizeof(*args), 0);

    *args = (FiArgs){ 0 };
    if (luaL_newmetatable(L, ARGS_MT)) {
        lua_pushcfunction(L, args_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return args;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const FiArg *)a)->name, ((const FiArg *)b)->name);
}

/* The key below the top of the stack, the value on it. */
static void check_arg(lua_State *L, const char *what)
{
    int value = lua_gettop(L), key = value - 1;

    if (lua_type(L, key) != LUA_TSTRING) {
        luaL_error(L,
                   "%s: parameters have names, as in {name = value}; %s is "
                   "none",
                   what, luaL_tolstring(L, key, NULL));
    } else if (!lua_isinteger(L, value) && !lua_isboolean(L, value) &&
               lua_type(L, value) != LUA_TSTRING) {
        luaL_error(L,
                   "%s: parameter '%s' is an integer, a string, true or "
                   "false, not %s",
                   what, lua_tostring(L, key), luaL_tolstring(L, value, NULL));
    }
}

static void add_arg(lua_State *L, FiArgs *args)
{
    FiArg *a = &args->args[args->n++];

    a->name = g_strdup(lua_tostring(L, -2));
    if (lua_type(L, -1) == LUA_TSTRING) {
        a->string = g_strdup(lua_tostring(L, -1));
    } else if (lua_isboolean(L, -1)) {
        a->is_bool = true;
        a->number = lua_toboolean(L, -1);
    } else {
        a->number = lua_tointeger(L, -1);
    }
}

static bool is_skipped(lua_State *L, const char *skip)
{
    return skip && lua_type(L, -2) == LUA_TSTRING &&
           strcmp(lua_tostring(L, -2), skip) == 0;
}

const char *fi_check_name(lua_State *L, int idx, const char *what,
                          const char *name)
{
    if (lua_type(L, idx) != LUA_TSTRING) {
        luaL_error(L, "%s: the %s is a string, not %s", what, name,
                   luaL_typename(L, idx));
    }
    return lua_tostring(L, idx);
}

FiArgs *fi_push_args(lua_State *L, int idx, const char *skip, const char *what)
{
    FiArgs *args;
    size_t n = 0;

    idx = lua_absindex(L, idx);
    if (!lua_isnoneornil(L, idx) && !lua_istable(L, idx)) {
        luaL_error(L, "%s: the parameters are a table, not %s", what,
                   luaL_typename(L, idx));
    }
    args = new_args(L);
    if (!lua_istable(L, idx)) {
        return args;
    }
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        n++;
    }
    args->args = g_new0(FiArg, n + 1);
    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        if (!is_skipped(L, skip)) {
            check_arg(L, what);
            add_arg(L, args);
        }
    }
    qsort(args->args, args->n, sizeof(args->args[0]), by_name);
    return args;
}

struct qemu_plugin_fi_arg *fi_args_for_qemu(const FiArgs *args)
{
    struct qemu_plugin_fi_arg *ret = g_new0(struct qemu_plugin_fi_arg,
                                            args->n + 1);
    unsigned i;

    for (i = 0; i < args->n; i++) {
        ret[i].name = args->args[i].name;
        ret[i].string = args->args[i].string;
        ret[i].number = args->args[i].number;
    }
    return ret;
}

void fi_args_to_line(const FiArgs *args, FiLine *line)
{
    unsigned i;

    for (i = 0; i < args->n; i++) {
        const FiArg *a = &args->args[i];

        if (a->string) {
            fi_line_string(line, a->name, a->string);
        } else if (a->is_bool) {
            fi_line_bool(line, a->name, a->number);
        } else {
            fi_line_hex(line, a->name, a->number);
        }
    }
}

/* Booleans.  QEMU may hold its big lock in these callbacks: they collect, and
 * what may raise comes when the Lua lock is ours again. */

typedef struct Check {
    const char *device, *fault;
    const FiArgs *args;
    const FiArg *wrong; /* the first one */
    bool wants_bool;
} Check;

bool fi_same_device(const char *device, const char *path, const char *type)
{
    g_autofree char *tail = NULL;

    if (!device || g_strcmp0(device, path) == 0 ||
        (type && strstr(type, device))) {
        return true;
    }
    tail = g_strconcat("/", device, NULL);
    return path && g_str_has_suffix(path, tail);
}

static void check_param(Check *check, const struct qemu_plugin_fi_param *p)
{
    bool wants_bool = p->type == QEMU_PLUGIN_FI_PARAM_BOOL;
    unsigned i;

    for (i = 0; i < check->args->n && !check->wrong; i++) {
        const FiArg *a = &check->args->args[i];

        if (strcmp(a->name, p->name) == 0 && !a->string &&
            p->type != QEMU_PLUGIN_FI_PARAM_CHOICE &&
            a->is_bool != wants_bool) {
            check->wrong = a;
            check->wants_bool = wants_bool;
        }
    }
}

static void check_fault(const char *path, const char *type,
                        const struct qemu_plugin_fi_fault *fault,
                        void *userdata)
{
    Check *check = userdata;
    unsigned i;

    if (strcmp(fault->name, check->fault) == 0 &&
        fi_same_device(check->device, path, type)) {
        for (i = 0; i < fault->n_params; i++) {
            check_param(check, &fault->params[i]);
        }
    }
}

void fi_check_booleans(lua_State *L, FiForeachFault *foreach,
                       const char *device, const char *fault,
                       const FiArgs *args, const char *what)
{
    Check check = { .device = device, .fault = fault, .args = args };
    FiContext *released;

    if (args->n == 0) {
        return;
    }
    released = fi_script_release();
    foreach(check_fault, &check)
        ;
    fi_script_reacquire(released);
    if (check.wrong) {
        luaL_error(L, "%s: parameter '%s' is %s, not %s", what,
                   check.wrong->name,
                   check.wants_bool ? "true or false" : "an integer",
                   check.wants_bool ? "a number" : "a boolean");
    }
}

/* Lists */

static GVariant *param_variant(const struct qemu_plugin_fi_param *p)
{
    static const char *const none[] = { NULL };

    return g_variant_new("(ssubt^as)", p->name, p->help ? p->help : "",
                         (guint32)p->type, (gboolean)p->required, p->max,
                         p->choices ? p->choices : none);
}

static void add_fault(const char *path, const char *type,
                      const struct qemu_plugin_fi_fault *fault, void *userdata)
{
    GVariantBuilder params;
    unsigned i;

    g_variant_builder_init(&params, G_VARIANT_TYPE("a(ssubtas)"));
    for (i = 0; i < fault->n_params; i++) {
        g_variant_builder_add_value(&params, param_variant(&fault->params[i]));
    }
    g_variant_builder_add((GVariantBuilder *)userdata, FAULT_FORMAT,
                          path ? path : "", type ? type : "", fault->name,
                          fault->help ? fault->help : "", &params);
}

static int variant_gc(lua_State *L)
{
    GVariant **box = luaL_checkudata(L, 1, VARIANT_MT);

    g_clear_pointer(box, g_variant_unref);
    return 0;
}

/* Made first, as it may raise; then filled. */
static GVariant **push_variant(lua_State *L)
{
    GVariant **box = lua_newuserdatauv(L, sizeof(*box), 0);

    *box = NULL;
    if (luaL_newmetatable(L, VARIANT_MT)) {
        lua_pushcfunction(L, variant_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return box;
}

static void collect(GVariant **box, FiForeachFault *foreach)
{
    FiContext *released = fi_script_release();
    GVariantBuilder builder;

    g_variant_builder_init(&builder, G_VARIANT_TYPE("a" FAULT_FORMAT));
    foreach(add_fault, &builder)
        ;
    *box = g_variant_ref_sink(g_variant_builder_end(&builder));
    fi_script_reacquire(released);
}

static void set_string(lua_State *L, const char *key, const char *value)
{
    lua_pushstring(L, value);
    lua_setfield(L, -2, key);
}

/* Strings from "&s" belong to the box: an error leaves nothing behind. */
static void push_choices(lua_State *L, GVariant **choices)
{
    gsize i, n = g_variant_n_children(*choices);

    lua_createtable(L, n, 0);
    for (i = 0; i < n; i++) {
        const char *s;

        g_variant_get_child(*choices, i, "&s", &s);
        lua_pushstring(L, s);
        lua_seti(L, -2, i + 1);
    }
}

static void push_param(lua_State *L, GVariant *params, gsize i)
{
    static const char *const types[] = { "integer", "boolean", "choice" };
    const char *name, *help;
    guint32 type;
    gboolean required;
    guint64 max;
    GVariant **choices = push_variant(L);

    g_variant_get_child(params, i, "(&s&subt@as)", &name, &help, &type,
                        &required, &max, choices);
    lua_createtable(L, 0, 6);
    set_string(L, "name", name);
    set_string(L, "help", help);
    set_string(L, "type", types[MIN(type, G_N_ELEMENTS(types) - 1)]);
    lua_pushboolean(L, required);
    lua_setfield(L, -2, "required");
    if (type == QEMU_PLUGIN_FI_PARAM_UINT) {
        lua_pushinteger(L, (lua_Integer)max);
        lua_setfield(L, -2, "max");
    } else if (type == QEMU_PLUGIN_FI_PARAM_CHOICE) {
        push_choices(L, choices);
        lua_setfield(L, -2, "choices");
    }
    lua_remove(L, -2); /* the box */
}

static void push_fault(lua_State *L, GVariant *faults, gsize i)
{
    const char *path, *type, *name, *help;
    GVariant **params = push_variant(L);
    gsize k;

    g_variant_get_child(faults, i, "(&s&s&s&s@a(ssubtas))", &path, &type, &name,
                        &help, params);
    lua_createtable(L, 0, 5);
    set_string(L, "path", path);
    set_string(L, "type", type);
    set_string(L, "name", name);
    set_string(L, "help", help);
    lua_newtable(L);
    for (k = 0; k < g_variant_n_children(*params); k++) {
        push_param(L, *params, k);
        lua_seti(L, -2, k + 1);
    }
    lua_setfield(L, -2, "params");
    lua_remove(L, -2); /* the box */
}

void fi_push_faults(lua_State *L, FiForeachFault *foreach)
{
    GVariant **box = push_variant(L);
    gsize i;

    collect(box, foreach);
    lua_newtable(L);
    for (i = 0; i < g_variant_n_children(*box); i++) {
        push_fault(L, *box, i);
        lua_seti(L, -2, i + 1);
    }
    lua_remove(L, -2); /* the box */
}
