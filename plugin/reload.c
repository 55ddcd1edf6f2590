/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "reload.h"

#include <lauxlib.h>
#include <string.h>

#include "environment.h"
#include "fi.h"
#include "hardware.h"
#include "script.h"

#define STAGING_MT "fi.staging"

static bool under_way; /* with the Lua lock */
static unsigned n_done;

static void unref_trigger(gpointer t)
{
    fi_trigger_unref(t);
}

/* A staging is a userdata, as pushing an error's text may fail. */
static FiStaging *push_staging(lua_State *L)
{
    FiStaging *s = lua_newuserdatauv(L, sizeof(*s), 0);

    memset(s, 0, sizeof(*s));
    luaL_setmetatable(L, STAGING_MT);
    s->triggers = g_ptr_array_new_with_free_func(unref_trigger);
    s->counters = fi_counters_new();
    s->irqs = fi_irq_remembered_new();
    return s;
}

static int staging_gc(lua_State *L)
{
    FiStaging *s = luaL_checkudata(L, 1, STAGING_MT);

    g_clear_pointer(&s->triggers, g_ptr_array_unref);
    g_clear_pointer(&s->counters, fi_counters_free);
    g_clear_pointer(&s->irqs, g_ptr_array_unref);
    g_clear_pointer(&s->error, g_free);
    return 0;
}

void fi_staging_switch(FiStaging *s)
{
    fi_script_switch_environment();
    fi_irq_exchange_places(&s->places);
}

static void check_place(lua_State *L)
{
    const FiContext *c = fi_script_context();

    if (under_way) {
        luaL_error(L, "fi.reload: a reload is already under way");
    } else if (!c || c->place == FI_PLACE_LOAD) {
        luaL_error(L, "fi.reload: the scenario is still loading; use it in a "
                      "handler");
    } else if (c->place == FI_PLACE_EXIT) {
        luaL_error(L, "fi.reload: the guest has ended");
    } else if (fi_script_is_replaced(c)) {
        luaL_error(L, "fi.reload: this scenario has been replaced already");
    } else if (!fi_environment_has_scenario()) {
        luaL_error(L, "fi.reload: there is no scenario; the plugin options "
                      "script= and config= give one");
    }
}

static void load(FiStaging *s)
{
    s->error = fi_script_stage_locked(fi_environment_run, s);
    if (!s->error) {
        s->error = fi_irq_perform_locked(s->irqs);
    }
}

static void throw_away(FiStaging *s)
{
    guint i;

    for (i = 0; i < s->triggers->len; i++) {
        FiTrigger *t = g_ptr_array_index(s->triggers, i);

        g_atomic_int_set(&t->state, FI_REMOVED);
        fi_script_drop_handler(t);
    }
}

static void end_old(void)
{
    g_autoptr(GPtrArray) ended = fi_registry_end_owner(0);
    guint i;

    for (i = 0; i < ended->len; i++) {
        fi_script_summarise(g_ptr_array_index(ended, i));
        fi_script_drop_handler(g_ptr_array_index(ended, i));
    }
    fi_script_replaced_locked();
}

static unsigned arm_new(FiStaging *s)
{
    unsigned n = 0;
    guint i;

    for (i = 0; i < s->triggers->len; i++) {
        FiTrigger *t = g_ptr_array_index(s->triggers, i);

        t->staged = false;
        if (fi_trigger_state(t) == FI_REMOVED) {
            fi_script_summarise(t);
        } else {
            fi_registry_add(t);
            n += !t->spec.internal;
        }
    }
    return n;
}

/* Nothing here can fail.  Whoever calls us publishes once, at its end. */
static unsigned commit(FiStaging *s)
{
    unsigned n;

    fi_journal_hold(fi.journal);
    end_old();
    fi_counters_replace(g_steal_pointer(&s->counters));
    fi_staging_switch(s);
    n = arm_new(s);
    n_done++;
    fi_journal_release(fi.journal);
    return n;
}

static void write_line(const FiStaging *s, unsigned n)
{
    FiLine *l = fi_journal_line(fi.journal, "reload", fi_now_ns());

    fi_line_bool(l, "ok", !s->error);
    fi_line_string(l, "script", fi.opts->script);
    if (s->error) {
        fi_line_null(l, "triggers");
    } else {
        fi_line_int(l, "triggers", n);
    }
    fi_line_string(l, "error", s->error);
    fi_line_end(l);
}

static void run_ready_handlers(FiStaging *s)
{
    guint i;

    for (i = 0; fi_machine_is_ready() && i < s->triggers->len; i++) {
        FiTrigger *t = g_ptr_array_index(s->triggers, i);

        if (t->spec.kind == FI_MACHINE_READY) {
            fi_script_machine_ready_locked(t);
        }
    }
}

int fi_reload(lua_State *L)
{
    FiStaging *s;
    unsigned n = 0;

    check_place(L);
    s = push_staging(L);
    fi_environment_prepare(L);
    under_way = true; /* from here on nothing raises an error */
    load(s);
    if (s->error) {
        throw_away(s);
    } else {
        n = commit(s);
    }
    fi_environment_drop(L);
    write_line(s, n);
    if (!s->error) {
        run_ready_handlers(s);
        fi_retranslate_first();
    }
    under_way = false;
    /* What triggers and counters have outside of Lua does not press its
     * collector. */
    fi_script_collect_locked();
    if (s->error) {
        lua_pushstring(L, s->error);
        return lua_error(L);
    }
    lua_pushinteger(L, n);
    return 1;
}

unsigned fi_reload_count(void)
{
    return n_done;
}

void fi_reload_open(lua_State *L)
{
    luaL_newmetatable(L, STAGING_MT);
    lua_pushcfunction(L, staging_gc);
    lua_setfield(L, -2, "__gc");
    lua_pop(L, 1);
}
