/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "fault_args.h"

#include "../instrument.h"

/*
 * fi.exception: exceptions that the CPU takes although nothing has caused
 * them.  Before an instruction the handler's own vCPU takes it at once: the
 * block is left, and the exception comes instead of the instruction.
 * Everywhere else it is queued, for QEMU can give a vCPU an exception only
 * between two blocks of its code.
 */

/* What waits for its vCPU; nothing of Lua's. */
typedef struct Queued {
    char *name;
    char *where; /* "script.lua:12: ", for an error */
    FiArgs args;
    FiTrigger *trigger; /* in whose handler it was asked for, or NULL */
    uint64_t hits;
} Queued;

static void queued_free(Queued *q)
{
    g_free(q->name);
    g_free(q->where);
    fi_args_clear(&q->args);
    g_clear_pointer(&q->trigger, fi_trigger_unref);
    g_free(q);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Queued, queued_free)

static bool raise_in_qemu(const char *name, const FiArgs *args, bool *pending,
                          char **error)
{
    g_autofree struct qemu_plugin_fi_arg *a = fi_args_for_qemu(args);

    *pending = false;
    if (qemu_plugin_fi_exception(name, a, args->n, pending, error)) {
        return true;
    }
    if (!*error) {
        *error = g_strdup("the CPU cannot take it");
    }
    return false;
}

static void to_journal(FiContext *c, const char *name, const FiArgs *args,
                       bool pending)
{
    FiLine *l = fi_fault_begin(c, "exception");

    fi_line_string(l, "target", name);
    fi_line_open_object(l, "info");
    fi_args_to_line(args, l);
    fi_line_bool(l, "pending", pending);
    fi_line_close_object(l);
    fi_line_end(l);
}

/* Later, on another vCPU or between two blocks */

static bool closed(void)
{
    bool ret;

    fi_script_lock();
    ret = fi_script_closed_locked();
    fi_script_unlock();
    return ret;
}

static void run_queued(unsigned int vcpu_index, void *userdata)
{
    g_autoptr(Queued) q = userdata;
    g_autofree char *error = NULL;
    FiContext c = { .place = FI_PLACE_VCPU,
                    .vcpu = &fi_vcpus[vcpu_index],
                    .trigger = q->trigger,
                    .hits = q->hits };
    bool pending, ok;

    if (fi_exit_requested() || closed()) {
        return;
    }
    ok = raise_in_qemu(q->name, &q->args, &pending, &error);
    fi_script_lock();
    if (fi_script_closed_locked()) {
        /* The journal has ended. */
    } else if (ok) {
        to_journal(&c, q->name, &q->args, pending);
    } else {
        g_autofree char *text = g_strdup_printf(
            "%sfi.exception.%s, vCPU %u: %s", q->where, q->name, vcpu_index,
            error);

        fi_script_report_locked(q->trigger, text);
    }
    fi_script_unlock();
    if (fi_exit_requested()) {
        fi_perform_exit(false);
    }
}

static void queue(lua_State *L, FiContext *c, const char *name, FiArgs *args,
                  unsigned vcpu)
{
    FiContext *released;
    Queued *q;
    bool ok;

    fi_push_place(L);
    q = g_new0(Queued, 1);
    q->name = g_strdup(name);
    q->where = g_strdup(lua_tostring(L, -1));
    q->args = *args;
    *args = (FiArgs){ 0 };
    q->trigger = c->trigger ? fi_trigger_ref(c->trigger) : NULL;
    q->hits = c->hits;
    released = fi_script_release();
    ok = qemu_plugin_fi_run_on_vcpu(vcpu, run_queued, q);
    fi_script_reacquire(released);
    if (!ok) {
        queued_free(q);
        luaL_error(L, "fi.exception: vCPU %d does not exist yet", (int)vcpu);
    }
}

/* Now, instead of the instruction at hand */

static int raise_here(lua_State *L, FiContext *c, const char *name,
                      const FiArgs *args)
{
    FiContext *released = fi_script_release();
    char *error = NULL;
    bool pending;
    bool ok = raise_in_qemu(name, args, &pending, &error);

    fi_script_reacquire(released);
    if (!ok) {
        return fi_raise_text(L, lua_pushfstring(L, "fi.exception.%s", name),
                             error);
    }
    to_journal(c, name, args, pending);
    if (!pending) {
        c->outcome->leave = true;
        c->outcome->exception = true;
    }
    lua_pushstring(L, pending ? "pending" : "taken");
    return 1;
}

static unsigned check_vcpu(lua_State *L, const FiContext *c, int idx)
{
    lua_Integer n;

    if (!lua_istable(L, idx) || lua_getfield(L, idx, "vcpu") == LUA_TNIL) {
        return c->vcpu ? c->vcpu->index : 0;
    }
    n = lua_isinteger(L, -1) ? lua_tointeger(L, -1) : -1;
    if (n < 0 || n >= (lua_Integer)fi.max_vcpus) {
        luaL_error(L, "fi.exception: vcpu is 0 to %d, not %s",
                   (int)fi.max_vcpus - 1, luaL_tolstring(L, -1, NULL));
    }
    return n;
}

/* [name, {parameters}] -> "taken" or "pending", or nothing */
static int raise_exception(lua_State *L)
{
    FiContext *c;
    FiArgs *args;
    const char *name, *what;
    unsigned vcpu;
    bool own;

    lua_settop(L, 2);
    name = fi_check_name(L, 1, "fi.exception.raise", "exception's name");
    what = lua_pushfstring(L, "fi.exception.%s", name);
    fi_need_cap(L, FI_CAP_EXCEPTION, what);
    c = fi_need_machine(L, what);
    vcpu = check_vcpu(L, c, 2);
    args = fi_push_args(L, 2, "vcpu", what);
    own = c->vcpu && c->vcpu->index == vcpu;
    if (own) {
        fi_check_booleans(L, qemu_plugin_fi_exception_foreach, NULL, name, args,
                          what);
    }
    if (own && c->place == FI_PLACE_INSN && FI_HAS_SET_PC) {
        return raise_here(L, c, name, args);
    }
    fi_need_cap(L, FI_CAP_VCPU_WORK, what);
    queue(L, c, name, args, vcpu);
    return 0;
}

/* For hardware.lua, which makes a table by name of it. */
static int list(lua_State *L)
{
    fi_need_cap(L, FI_CAP_EXCEPTION, "fi.exception.list");
    fi_need_vcpu(L, "fi.exception.list");
    fi_push_faults(L, qemu_plugin_fi_exception_foreach);
    return 1;
}

void fi_bind_exception(lua_State *L)
{
    static const luaL_Reg functions[] = {
        { "raise", raise_exception },
        { "list", list },
        { NULL, NULL },
    };

    luaL_newlib(L, functions);
    lua_setfield(L, -2, "exception");
}
