/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "irq.h"

#include <string.h>

#include "../reload.h"
#include "api.h"

/* fi.irq: interrupts that no device has raised, and those that do not come. */

#define BOX_MT "fi.irq.inputs"

/* QEMU's inputs */

/* The interrupt controller: in what QEMU lists, the device whose unnamed
 * inputs are SPIs and PPIs, or an NVIC's. */
typedef struct Controller {
    bool nvic;
    char path[256];
    unsigned n_lines;
    unsigned n; /* how many there are */
} Controller;

static bool is_controller(bool nvic, const char *type)
{
    static const char *const gics[] = { "arm_gic", "arm-gicv3", "kvm-arm-gic",
                                        "kvm-arm-gicv3", NULL };

    return nvic ? strcmp(type, "armv7m") == 0 : g_strv_contains(gics, type);
}

static void note_controller(const char *path, const char *type,
                            const char *name, unsigned n_lines, void *userdata)
{
    Controller *found = userdata;

    if (!name && is_controller(found->nvic, type)) {
        found->n++;
        found->n_lines = n_lines;
        g_strlcpy(found->path, path, sizeof(found->path));
    }
}

/* Make a line of the controller of @t; the path goes to @found. */
static FI_RAISES void find_line(lua_State *L, FiIrqTarget *t, Controller *found,
                                const char *what)
{
    FiContext *released;
    GError *error = NULL;
    unsigned line;

    *found = (Controller){ .nvic = t->kind == FI_IRQ_EXTERNAL };
    released = fi_script_release();
    qemu_plugin_fi_irq_foreach(note_controller, found);
    fi_script_reacquire(released);
    if (found->n != 1) {
        luaL_error(L,
                   "%s: this machine has %s %s; name the input by device= and "
                   "line= (fi.irq.list() shows them)",
                   what, found->n ? "more than one" : "no",
                   found->nvic ? "NVIC" : "GIC");
    } else if (!fi_irq_line(t->kind, t->number, t->vcpu, found->n_lines,
                            fi.n_vcpus, &line, &error)) {
        fi_irq_raise(L, what, error);
    }
    t->device = found->path;
    t->number = line;
}

/* How many inputs the group has of which the line was not given. */
typedef struct Group {
    const FiIrqTarget *target;
    unsigned n_lines;
} Group;

static void note_group(const char *path, const char *type, const char *name,
                       unsigned n_lines, void *userdata)
{
    Group *g = userdata;

    if (g_strcmp0(name, g->target->name) == 0 &&
        fi_same_device(g->target->device, path, type)) {
        g->n_lines = MAX(g->n_lines, n_lines);
    }
}

/* Input 0 of many would be a guess. */
static FI_RAISES void check_only_input(lua_State *L, const FiIrqTarget *t,
                                       const char *what)
{
    Group g = { .target = t };
    FiContext *released = fi_script_release();

    qemu_plugin_fi_irq_foreach(note_group, &g);
    fi_script_reacquire(released);
    if (g.n_lines > 1) {
        luaL_error(L, "%s: device '%s' has inputs 0 to %d; line = says which",
                   what, t->device, (int)g.n_lines - 1);
    }
}

static char *drive(const FiIrqTarget *t, FiIrqOp op)
{
    static const enum qemu_plugin_fi_irq_op ops[] = {
        [FI_IRQ_SET] = QEMU_PLUGIN_FI_IRQ_SET,
        [FI_IRQ_CLEAR] = QEMU_PLUGIN_FI_IRQ_CLEAR,
        [FI_IRQ_PULSE] = QEMU_PLUGIN_FI_IRQ_PULSE,
        [FI_IRQ_SUPPRESS] = QEMU_PLUGIN_FI_IRQ_CUT,
        [FI_IRQ_RESTORE] = QEMU_PLUGIN_FI_IRQ_MEND,
    };
    FiContext *released = fi_script_release();
    char *error = NULL;
    bool ok = qemu_plugin_fi_irq(t->device, t->name, t->number, ops[op],
                                 &error);

    fi_script_reacquire(released);
    return ok ? NULL : error ? error : g_strdup("QEMU refuses");
}

static FI_RAISES void by_line(lua_State *L, const FiIrqTarget *t, FiIrqOp op,
                              const char *what)
{
    FiIrqTarget input = *t;
    Controller found;
    char *error;

    if (t->kind != FI_IRQ_INPUT) {
        find_line(L, &input, &found, what);
    } else if (!t->has_number) {
        check_only_input(L, t, what);
    }
    error = drive(&input, op);
    if (error) {
        fi_raise_text(L, what, error);
    }
}

/* Doing it */

static char *target_text(const FiIrqTarget *t)
{
    if (t->kind == FI_IRQ_INPUT) {
        return g_strdup_printf("%s %s[%u]", t->device, t->name ? t->name : "",
                               t->number);
    } else if (t->kind == FI_IRQ_PPI || t->kind == FI_IRQ_SGI) {
        return g_strdup_printf("%s %u vcpu %u", fi_irq_kind_name(t->kind),
                               t->number, t->vcpu);
    }
    return g_strdup_printf("%s %u", fi_irq_kind_name(t->kind), t->number);
}

static void to_journal(lua_State *L, FiContext *c, const FiIrqTarget *t,
                       FiIrqOp op, bool by_register)
{
    g_autofree char *target = target_text(t);
    FiLine *l = fi_fault_begin(c, "irq");

    fi_line_string(l, "target", target);
    fi_line_open_object(l, "info");
    fi_line_string(l, "op", fi_irq_op_name(op));
    if (by_register) {
        fi_line_string(l, "via", "register");
    }
    fi_line_close_object(l);
    fi_fault_end(L, l, 0);
}

static bool has_line(const FiIrqTarget *t)
{
    return t->kind != FI_IRQ_SGI && fi_has(FI_CAP_IRQ);
}

static FI_RAISES void perform(lua_State *L, FiContext *c, const FiIrqTarget *t,
                              FiIrqOp op, const char *what)
{
    bool by_register = !has_line(t);

    if (!by_register) {
        by_line(L, t, op, what);
    } else if (t->kind == FI_IRQ_INPUT) {
        fi_need_cap(L, FI_CAP_IRQ, what);
    } else if (!c->vcpu) {
        luaL_error(L,
                   "%s: %s this is a write to the interrupt controller's "
                   "registers, which a vCPU has to make: use it in a handler "
                   "on a vCPU",
                   what,
                   t->kind == FI_IRQ_SGI ? "an SGI has no input, and"
                                         : "on this QEMU");
    } else {
        fi_irq_by_registers(L, c, t, op, what);
    }
    to_journal(L, c, t, op, by_register);
}

/* Suppressed at load: done when the devices are there. */

typedef struct Remembered {
    FiIrqTarget target;
    char *device, *name; /* owned */
    char *where;         /* "script.lua:3: " */
    FiIrqOp op;
} Remembered;

static GPtrArray *remembered; /* with the Lua lock */

static void remembered_free(gpointer data)
{
    Remembered *r = data;

    g_free(r->device);
    g_free(r->name);
    g_free(r->where);
    g_free(r);
}

GPtrArray *fi_irq_remembered_new(void)
{
    return g_ptr_array_new_with_free_func(remembered_free);
}

static FI_RAISES void remember(lua_State *L, const FiIrqTarget *t, FiIrqOp op,
                               const char *what)
{
    FiStaging *staging = fi_script_context()->staging;
    Remembered *r;

    if (!has_line(t)) {
        luaL_error(L,
                   "%s while the scenario loads needs an input of the "
                   "interrupt controller, and the capability 'irq'; %s a "
                   "register does it, and the guest's setup would undo that: "
                   "use a handler that runs later",
                   what, t->kind == FI_IRQ_SGI ? "for an SGI" : "on this QEMU");
    }
    fi_push_place(L);
    r = g_new0(Remembered, 1);
    r->target = *t;
    r->target.device = r->device = g_strdup(t->device);
    r->target.name = r->name = g_strdup(t->name);
    r->where = g_strdup(lua_tostring(L, -1));
    r->op = op;
    if (!remembered) {
        remembered = fi_irq_remembered_new();
    }
    g_ptr_array_add(staging ? staging->irqs : remembered, r);
}

/* [light userdata: Remembered] */
static int perform_remembered(lua_State *L)
{
    const Remembered *r = lua_touserdata(L, 1);
    const char *what = lua_pushfstring(L, "fi.irq.%s", fi_irq_op_name(r->op));

    perform(L, fi_script_context(), &r->target, r->op, what);
    return 0;
}

char *fi_irq_perform_locked(GPtrArray *list)
{
    guint i;

    for (i = 0; i < list->len; i++) {
        Remembered *r = g_ptr_array_index(list, i);
        g_autofree char *error = fi_script_call_locked(perform_remembered, r);

        if (error) {
            return g_strconcat(r->where, error, NULL);
        }
    }
    return NULL;
}

bool fi_irq_machine_ready_locked(void)
{
    g_autofree char *error = remembered ? fi_irq_perform_locked(remembered)
                                        : NULL;

    if (error) {
        fi_message("%s", error);
    }
    g_clear_pointer(&remembered, g_ptr_array_unref);
    return !error;
}

/* [table]; upvalue: the operation */
static int operate(lua_State *L)
{
    FiIrqOp op = lua_tointeger(L, lua_upvalueindex(1));
    const FiContext *c = fi_script_context();
    const char *what;
    FiIrqTarget t;

    lua_settop(L, 1);
    what = lua_pushfstring(L, "fi.irq.%s", fi_irq_op_name(op));
    fi_irq_check_target(L, &t, what);
    if (c && c->place == FI_PLACE_LOAD &&
        (op == FI_IRQ_SUPPRESS || op == FI_IRQ_RESTORE)) {
        remember(L, &t, op, what);
    } else {
        perform(L, fi_need_machine(L, what), &t, op, what);
    }
    return 0;
}

/* For hardware.lua and fi.irq_storm, which check a target before a storm of
 * it begins. */
static int check(lua_State *L)
{
    FiIrqTarget t;

    fi_irq_check_target(L, &t, "fi.irq.pulse");
    return 0;
}

/* The list */

typedef struct Input {
    char *device, *type, *name;
    unsigned n_lines;
} Input;

static void input_free(gpointer data)
{
    Input *i = data;

    g_free(i->device);
    g_free(i->type);
    g_free(i->name);
    g_free(i);
}

static void note_input(const char *path, const char *type, const char *name,
                       unsigned n_lines, void *userdata)
{
    Input *i = g_new0(Input, 1);

    i->device = g_strdup(path);
    i->type = g_strdup(type);
    i->name = g_strdup(name);
    i->n_lines = n_lines;
    g_ptr_array_add(userdata, i);
}

static gint by_path(gconstpointer a, gconstpointer b)
{
    const Input *x = *(const Input *const *)a, *y = *(const Input *const *)b;
    int order = strcmp(x->device, y->device);

    return order ? order : g_strcmp0(x->name, y->name);
}

static int inputs_gc(lua_State *L)
{
    GPtrArray **box = luaL_checkudata(L, 1, BOX_MT);

    g_clear_pointer(box, g_ptr_array_unref);
    return 0;
}

static GPtrArray *push_inputs(lua_State *L)
{
    GPtrArray **box = lua_newuserdatauv(L, sizeof(*box), 0);
    FiContext *released;

    *box = NULL;
    luaL_setmetatable(L, BOX_MT);
    *box = g_ptr_array_new_with_free_func(input_free);
    released = fi_script_release();
    qemu_plugin_fi_irq_foreach(note_input, *box);
    fi_script_reacquire(released);
    g_ptr_array_sort(*box, by_path);
    return *box;
}

static int list(lua_State *L)
{
    GPtrArray *inputs;
    guint i;

    fi_need_cap(L, FI_CAP_IRQ, "fi.irq.list");
    fi_need_machine(L, "fi.irq.list");
    inputs = push_inputs(L);
    lua_createtable(L, inputs->len, 0);
    for (i = 0; i < inputs->len; i++) {
        const Input *in = g_ptr_array_index(inputs, i);

        lua_createtable(L, 0, 4);
        lua_pushstring(L, in->device);
        lua_setfield(L, -2, "device");
        lua_pushstring(L, in->type);
        lua_setfield(L, -2, "type");
        lua_pushstring(L, in->name); /* nil: the unnamed ones */
        lua_setfield(L, -2, "name");
        lua_pushinteger(L, in->n_lines);
        lua_setfield(L, -2, "lines");
        lua_seti(L, -2, i + 1);
    }
    return 1;
}

void fi_bind_irq(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "list", list },
        { "gic", fi_irq_set_gic },
        { "_check", check },
        { NULL, NULL },
    };
    int op;

    luaL_newmetatable(L, BOX_MT);
    lua_pushcfunction(L, inputs_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);

    luaL_newlib(L, functions);
    for (op = FI_IRQ_SET; op <= FI_IRQ_RESTORE; op++) {
        lua_pushinteger(L, op);
        lua_pushcclosure(L, operate, 1);
        lua_setfield(L, -2, fi_irq_op_name(op));
    }
    lua_setfield(L, -2, "irq");
}
