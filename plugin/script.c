/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "script.h"

#include <lauxlib.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "bindings/impl.h"
#include "control/feed.h"
#include "control/request.h"
#include "environment.h"
#include "fi.h"
#include "instrument_impl.h"
#include "reload.h"

#if LUA_VERSION_NUM != 504
#error "fi_lua is written for Lua 5.4"
#endif

/* Instructions between two looks at the budget. */
#define HOOK_STEP 10000
/* The main chunk may build tables, and runs once; a client can interrupt what
 * it has asked for. */
#define LOAD_BUDGET_FACTOR 100
/* What luaL_traceback() puts between message and traceback. */
#define TRACEBACK_MARK "\nstack traceback:"
/* Errors after which a trigger is disabled. */
#define MAX_ERRORS 3

static struct {
    pthread_mutex_t lock; /* not a GMutex: ThreadSanitizer cannot see those */
    lua_State *L;         /* main state: load, exit */
    FiContext *context;   /* of the lock's holder */
    uint64_t memory;      /* bytes in use */
    int refuse; /* requests for memory to be refused: see count_hook */
    bool closed;
    unsigned generation; /* of the scenario: how often it was replaced */
    GArray *idle_states; /* references of states that no vCPU has */
    bool wants_reset;    /* published on no vCPU */
    unsigned n_away;     /* contexts that have given up the lock */
    pthread_cond_t back; /* one of them has come back */
    gint ending;         /* atomic: requests are to end */
} vm = {
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .back = PTHREAD_COND_INITIALIZER,
};

/* Those of vm.n_away that are this thread's. */
static __thread unsigned n_away_here;

/* The lock */

void fi_script_lock(void)
{
    pthread_mutex_lock(&vm.lock);
}

void fi_script_unlock(void)
{
    pthread_mutex_unlock(&vm.lock);
}

bool fi_script_closed_locked(void)
{
    return vm.closed;
}

FiContext *fi_script_context(void)
{
    return vm.context;
}

static int64_t host_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

FiContext *fi_script_release(void)
{
    FiContext *c = vm.context;

    if (c && c->staging) { /* meanwhile others run in the old scenario */
        fi_staging_switch(c->staging);
    }
    vm.context = NULL;
    vm.n_away++;
    n_away_here++;
    fi_script_unlock();
    return c;
}

/* Our caller would return into a Lua that is no more.  The process ends. */
static G_NORETURN void stay_behind(void)
{
    fi_script_unlock();
    for (;;) {
        pause();
    }
}

void fi_script_reacquire(FiContext *c)
{
    int64_t since = c && c->timed ? host_ns() : 0;

    fi_script_lock();
    if (!vm.L) {
        stay_behind();
    }
    vm.n_away--;
    n_away_here--;
    pthread_cond_signal(&vm.back);
    vm.context = c;
    if (c && c->timed) {
        c->waited_ns += host_ns() - since;
    }
    if (c && c->staging) {
        fi_staging_switch(c->staging);
    }
}

/* Limits */

static bool refuse_one(void)
{
    vm.refuse -= vm.refuse > 0;
    return vm.refuse > 0;
}

static void *allocate(void *opaque, void *ptr, size_t old_size, size_t size)
{
    size_t old = ptr ? old_size : 0; /* else it tells the kind of object */
    void *p;

    (void)opaque;
    if (size == 0) {
        vm.memory -= old;
        free(ptr);
        return NULL;
    }
    if (size > old &&
        (refuse_one() || vm.memory + (size - old) > fi.opts->memory)) {
        return NULL;
    }
    p = realloc(ptr, size);
    if (p) {
        vm.memory += size - old;
    }
    return p;
}

static uint64_t budget(const FiContext *c)
{
    return c->place == FI_PLACE_LOAD || c->request
               ? fi.opts->budget * LOAD_BUDGET_FACTOR
               : fi.opts->budget;
}

static bool interrupted(const FiContext *c)
{
    return c->request && (g_atomic_int_get(&c->request->interrupted) ||
                          g_atomic_int_get(&vm.ending));
}

void fi_script_interrupt_requests(void)
{
    g_atomic_int_set(&vm.ending, 1);
}

static void describe_overrun(lua_State *L, FiContext *c)
{
    if (!c->overrun) {
        luaL_where(L, 0);
        if (interrupted(c)) {
            lua_pushfstring(L, "%sinterrupted", lua_tostring(L, -1));
        } else {
            lua_pushfstring(L,
                            "%sran more than %I Lua instructions (plugin "
                            "option budget)",
                            lua_tostring(L, -1), (lua_Integer)budget(c));
        }
        luaL_traceback(L, L, lua_tostring(L, -1), 0);
        c->overrun = g_strdup(lua_tostring(L, -1));
        lua_pop(L, 3);
    }
}

/*
 * An error from here could be caught by the scenario's pcall, so once the
 * budget is spent the hook raises it again at every instruction until the
 * handler has ended.  And a message handler of the scenario's xpcall would run
 * inside the hook, where Lua calls no hooks; only an error of memory does not
 * go through message handlers, so that is what is provoked: Lua asks twice,
 * before and after a collection.
 */
static void count_hook(lua_State *L, lua_Debug *ar)
{
    FiContext *c = vm.context;
    int step = lua_gethookcount(L);

    (void)ar;
    vm.refuse = 0;
    c->spent += step;
    if (c->spent < budget(c) && !interrupted(c) && !c->overrun) {
        if (step != HOOK_STEP) { /* a coroutine that outlived its handler */
            lua_sethook(L, count_hook, LUA_MASKCOUNT, HOOK_STEP);
        }
        return;
    }
    describe_overrun(L, c);
    lua_sethook(L, count_hook, LUA_MASKCOUNT, 1);
    vm.refuse = 3;
    lua_newuserdatauv(L, 1, 0);
}

/* The gate */

/* An object without __tostring has only an address to show for itself, which
 * differs from run to run. */
static int message_handler(lua_State *L)
{
    const char *msg = lua_tostring(L, 1);

    if (!msg && luaL_callmeta(L, 1, "__tostring")) {
        msg = lua_tostring(L, -1);
    }
    if (!msg) {
        msg = lua_pushfstring(L, "(error object is a %s value)",
                              luaL_typename(L, 1));
    }
    luaL_traceback(L, L, msg, 1);
    return 1;
}

/* [light userdata: context] -> the handler's two results */
static int invoke_with_event(lua_State *L)
{
    FiContext *c = lua_touserdata(L, 1);

    fi_push_event(L, c);                           /* context event */
    lua_rawgetp(L, LUA_REGISTRYINDEX, c->trigger); /* … handler */
    lua_pushvalue(L, 2);
    lua_call(L, 1, 2);
    return 2;
}

/* What every entry needs stays on the stack of each state. */
enum {
    MESSAGE_HANDLER = 1,
    INVOKE_WITH_EVENT = 2,
    STATE_BASE = 2,
};

static void prepare_state(lua_State *L)
{
    lua_pushcfunction(L, message_handler);
    lua_pushcfunction(L, invoke_with_event);
}

static int make_state(lua_State *L)
{
    lua_State **where = lua_touserdata(L, 1);

    lua_State *state = lua_newthread(L);

    prepare_state(state);
    lua_rawsetp(L, LUA_REGISTRYINDEX, where); /* anchors it */
    *where = state;
    return 0;
}

/* Each vCPU runs on a state of its own, and where a handler gives up the lock
 * and its vCPU comes in again, on one more. */
static lua_State *state_for(FiVcpu *v)
{
    lua_State **where;

    if (v->depth >= G_N_ELEMENTS(v->states)) {
        return NULL;
    }
    where = &v->states[v->depth];
    if (!*where) {
        lua_pushcfunction(vm.L, make_state);
        lua_pushlightuserdata(vm.L, where);
        if (lua_pcall(vm.L, 1, 0, 0) != LUA_OK) {
            lua_pop(vm.L, 1);
        }
    }
    return *where;
}

/* [] -> thread; what is not on a vCPU may come from any number of threads,
 * and each may give up the lock and take it back in any order. */
static int make_spare_state(lua_State *L)
{
    lua_State *state = lua_newthread(L);

    prepare_state(state);
    return 1;
}

static lua_State *take_spare_state(FiContext *c)
{
    lua_State *state;

    if (vm.idle_states && vm.idle_states->len) {
        guint last = vm.idle_states->len - 1;

        c->state_ref = g_array_index(vm.idle_states, int, last);
        g_array_set_size(vm.idle_states, last);
    } else {
        lua_pushcfunction(vm.L, make_spare_state);
        if (lua_pcall(vm.L, 0, 1, 0) != LUA_OK) {
            lua_pop(vm.L, 1);
            return NULL;
        }
        c->state_ref = luaL_ref(vm.L, LUA_REGISTRYINDEX);
    }
    lua_rawgeti(vm.L, LUA_REGISTRYINDEX, c->state_ref);
    state = lua_tothread(vm.L, -1);
    lua_pop(vm.L, 1);
    return state;
}

static void give_spare_state(FiContext *c)
{
    if (!vm.idle_states) {
        vm.idle_states = g_array_new(FALSE, FALSE, sizeof(int));
    }
    g_array_append_val(vm.idle_states, c->state_ref);
}

static bool on_main_state(const FiContext *c)
{
    return (c->place == FI_PLACE_LOAD && !c->staging) ||
           c->place == FI_PLACE_EXIT;
}

static bool enter(FiContext *c)
{
    c->L = c->vcpu            ? state_for(c->vcpu)
           : on_main_state(c) ? vm.L
                              : take_spare_state(c);
    if (!c->L) {
        fi_message("no memory for, or too deep nesting of, a handler");
        return false;
    }
    if (c->vcpu) {
        c->vcpu->depth++;
    }
    c->spent = 0;
    c->overrun = NULL;
    c->generation = vm.generation;
    c->outer = vm.context;
    vm.context = c;
    return true;
}

static void leave(FiContext *c)
{
    if (c->vcpu) {
        c->vcpu->depth--;
    }
    if (lua_gethookcount(c->L) != HOOK_STEP) {
        lua_sethook(c->L, count_hook, LUA_MASKCOUNT, HOOK_STEP);
    }
    vm.refuse = 0;
    g_clear_pointer(&c->overrun, g_free);
    lua_settop(c->L, STATE_BASE);
    vm.context = c->outer;
    if (!c->vcpu && !on_main_state(c)) {
        give_spare_state(c);
    }
    /* Within another one it is that one's end which publishes. */
    if (!on_main_state(c) && !c->outer && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        *(c->vcpu ? &c->vcpu->wants_reset : &vm.wants_reset) = true;
    }
}

void fi_script_publish_on_no_vcpu_locked(void)
{
    if (!fi_script_closed_locked() && fi_registry_dirty()) {
        fi_instrument_publish_locked();
        vm.wants_reset = true;
    }
}

bool fi_script_take_reset(void)
{
    bool wanted;

    fi_script_lock();
    wanted = vm.wants_reset;
    vm.wants_reset = false;
    fi_script_unlock();
    return wanted;
}

/* Errors */

static void journal_error(FiContext *c, const char *message,
                          const char *traceback, bool disabled)
{
    FiLine *l = fi_journal_line(fi.journal, "error", fi_now_ns());

    fi_line_string(l, "trigger", c->trigger ? c->trigger->name : NULL);
    fi_line_string(l, "message", message);
    fi_line_string(l, "traceback", traceback);
    fi_line_bool(l, "disabled", disabled);
    fi_line_end(l);
}

static bool disable_after(FiTrigger *t)
{
    t->errors++;
    if (fi.opts->on_error != FI_ON_ERROR_DISABLE || t->errors < MAX_ERRORS ||
        fi_trigger_state(t) != FI_ACTIVE) {
        return false;
    }
    fi_registry_set_enabled(t, false);
    return true;
}

static void report(FiContext *c, const char *text);

/* The error on top of the stack, from lua_pcall() with @status. */
static void report_status(FiContext *c, int status)
{
    report(c, c->overrun ? c->overrun : lua_tostring(c->L, -1));
    if (status == LUA_ERRMEM) {
        /* Now: the next handler's frame would keep alive, in registers that
         * it has not yet set, what this one has left there. */
        lua_settop(c->L, STATE_BASE);
        lua_gc(c->L, LUA_GCCOLLECT, 0);
    }
}

/* @text: the message, and perhaps a traceback behind it */
static void report(FiContext *c, const char *text)
{
    const char *at = text ? strstr(text, TRACEBACK_MARK) : NULL;
    g_autofree char *message = at ? g_strndup(text, at - text)
                                  : g_strdup(text ? text : "error");
    bool disabled = c->trigger && disable_after(c->trigger);

    fi_message("%s%s%s%s%s", c->trigger ? "in " : "",
               c->trigger ? c->trigger->name : "", c->trigger ? ": " : "",
               message, at ? at : "");
    if (disabled) {
        fi_message("%s: disabled after %d errors", c->trigger->name,
                   MAX_ERRORS);
    }
    journal_error(c, message, at ? at + 1 : "", disabled);
    if (fi.opts->on_error == FI_ON_ERROR_EXIT) {
        fi_request_exit(1, "error in a handler", NULL);
    }
}

void fi_script_report_locked(FiTrigger *t, const char *text)
{
    FiContext c = { .place = FI_PLACE_VCPU, .trigger = t };

    report(&c, text);
}

/* Handlers */

/* [context, result, info for the journal] */
static int take_result(lua_State *L)
{
    FiContext *c = lua_touserdata(L, 1);
    const void *token = lua_touserdata(L, 2);

    lua_settop(L, 3);
    fi_check_info(L, 3);
    if (c->kind == FI_MMIO_READ || c->kind == FI_MMIO_WRITE) {
        fi_take_mmio_result(L, c, 2);
    } else if (c->kind == FI_SYSREG_READ || c->kind == FI_SYSREG_WRITE) {
        fi_sysreg_result(L, c, 2);
    } else if (token == &fi_token_skip) {
        fi_want_skip(L, c);
    } else if (token == &fi_token_retry) {
        fi_want_retry(L, c);
    } else {
        return luaL_error(L,
                          "a handler returns nothing, fi.SKIP or fi.RETRY, "
                          "not %s",
                          luaL_typename(L, 2));
    }
    return 0;
}

/* "script:line: " to blame for a result. */
static char *place_of_handler(lua_State *L, const FiTrigger *t)
{
    lua_Debug ar;

    if (t->spec.blame_place) {
        return g_strdup(t->spec.place);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, t);
    lua_getinfo(L, ">S", &ar);
    return g_strdup_printf("%s:%d: ", ar.short_src, ar.linedefined);
}

/* The two results on top of the stack; a wrong one is the handler's error. */
static void handle_result(FiContext *c)
{
    lua_State *L = c->L;

    if (lua_isnil(L, -2)) {
        return;
    }
    lua_pushcfunction(L, take_result);
    lua_insert(L, -3);
    lua_pushlightuserdata(L, c);
    lua_insert(L, -3);
    if (lua_pcall(L, 3, 0, 0) != LUA_OK) {
        g_autofree char *place = place_of_handler(L, c->trigger);
        g_autofree char *text = g_strconcat(place, lua_tostring(L, -1), NULL);

        report(c, text);
    }
}

static void call_handler(FiContext *c)
{
    lua_State *L = c->L;
    FiTrigger *t = c->trigger;
    int status;

    if (t->wants_event) {
        lua_pushvalue(L, INVOKE_WITH_EVENT);
        lua_pushlightuserdata(L, c);
        status = lua_pcall(L, 1, 2, MESSAGE_HANDLER);
    } else {
        lua_rawgetp(L, LUA_REGISTRYINDEX, t);
        status = lua_pcall(L, 0, 2, MESSAGE_HANDLER);
    }
    fi_expire_event(c); /* at once: it is no longer anchored */
    if (status == LUA_OK) {
        handle_result(c);
    } else {
        report_status(c, status);
    }
    if (G_UNLIKELY(fi_feed_wants(FI_EVENT_HITS)) && !t->spec.internal) {
        fi_feed_hit(c);
    }
}

/* Without what it has waited for the lock. */
static void call_and_time_handler(FiContext *c)
{
    int64_t since;

    c->timed = fi_trigger_wants_time(c->trigger);
    if (G_LIKELY(!c->timed)) {
        call_handler(c);
        fi_trigger_called(c->trigger, false, 0);
        return;
    }
    c->waited_ns = 0;
    since = host_ns();
    call_handler(c);
    fi_trigger_called(c->trigger, true, host_ns() - since - c->waited_ns);
}

static void end_if_exhausted(FiTrigger *t)
{
    if (t->spec.limit && fi_trigger_fired(t) >= t->spec.limit &&
        fi_trigger_state(t) != FI_REMOVED && fi_trigger_state(t) != FI_ENDED) {
        fi_registry_end(t, FI_ENDED);
        fi_script_summarise(t);
        fi_script_drop_handler(t);
    }
}

/* Of a key that is there, so that this needs no memory. */
void fi_script_drop_handler(FiTrigger *t)
{
    if (g_atomic_int_get(&t->has_handler)) {
        g_atomic_int_set(&t->has_handler, 0);
        lua_pushnil(vm.L);
        lua_rawsetp(vm.L, LUA_REGISTRYINDEX, t);
    }
}

void fi_script_handle(FiContext *c)
{
    FiTrigger *t = c->trigger;

    c->owner = t->owner;
    fi_script_lock();
    /* It may have been removed while this thread waited for the lock. */
    if (!vm.closed && t->has_handler && fi_trigger_state(t) == FI_ACTIVE &&
        enter(c)) {
        call_and_time_handler(c); /* our caller keeps the trigger alive */
        end_if_exhausted(t);
        leave(c);
    }
    fi_script_unlock();
}

void fi_script_freeze(void)
{
    fi_script_lock();
    if (!vm.closed) {
        fi_registry_freeze();
    }
    fi_script_unlock();
}

/* Deferred functions */

typedef struct Deferred {
    int ref;
    unsigned owner;
} Deferred;

void fi_script_defer(lua_State *L, FiVcpu *v)
{
    int ref = luaL_ref(L, LUA_REGISTRYINDEX);
    Deferred *d = g_new(Deferred, 1);

    *d = (Deferred){ ref, vm.context ? vm.context->owner : 0 };
    g_queue_push_tail(&v->deferred, d);
    g_atomic_int_set(&v->has_deferred, 1);
}

static void run_one_deferred(FiVcpu *v, const Deferred *d, FiOutcome *out)
{
    FiContext c = {
        .place = FI_PLACE_VCPU, .vcpu = v, .owner = d->owner, .outcome = out
    };
    int status;

    if (!enter(&c)) {
        return;
    }
    lua_rawgeti(c.L, LUA_REGISTRYINDEX, d->ref);
    luaL_unref(c.L, LUA_REGISTRYINDEX, d->ref);
    status = lua_pcall(c.L, 0, 0, MESSAGE_HANDLER);
    if (status != LUA_OK) {
        report_status(&c, status);
    }
    leave(&c);
}

void fi_script_run_deferred(FiVcpu *v, FiOutcome *out)
{
    fi_script_lock();
    g_atomic_int_set(&v->has_deferred, 0);
    while (!vm.closed && !g_queue_is_empty(&v->deferred)) {
        g_autofree Deferred *d = g_queue_pop_head(&v->deferred);

        run_one_deferred(v, d, out);
    }
    fi_script_unlock();
}

static void drop_deferred(FiVcpu *v, unsigned owner)
{
    GList *at = v->deferred.head;

    while (at) {
        GList *next = at->next;
        Deferred *d = at->data;

        if (d->owner == owner) {
            luaL_unref(vm.L, LUA_REGISTRYINDEX, d->ref);
            g_free(d);
            g_queue_delete_link(&v->deferred, at);
        }
        at = next;
    }
}

/* Calls from C */

/* NULL, or the message of the error, with a traceback. */
static char *call_in(FiContext *c, lua_CFunction fn, void *arg)
{
    char *error = NULL;
    int status;

    if (!enter(c)) {
        return g_strdup("not enough memory, or too deep nesting");
    }
    lua_pushcfunction(c->L, fn);
    lua_pushlightuserdata(c->L, arg);
    status = lua_pcall(c->L, 1, 0, MESSAGE_HANDLER);
    if (status != LUA_OK) {
        const char *text = lua_tostring(c->L, -1);

        error = g_strdup(c->overrun ? c->overrun : text ? text : "error");
    }
    leave(c);
    return error;
}

char *fi_script_call_locked(lua_CFunction fn, void *arg)
{
    FiContext c = { .place = FI_PLACE_VCPU };
    char *error = vm.closed ? NULL : call_in(&c, fn, arg);
    char *end = error ? strstr(error, TRACEBACK_MARK) : NULL;

    if (end) {
        *end = 0;
    }
    return error;
}

/* Requests of clients */

/* The frames below the chunk are this plugin's. */
static char *without_own_frames(const char *text)
{
    const char *mark = TRACEBACK_MARK;
    const char *trace = strstr(text, mark);
    const char *end = trace ? strstr(trace, "\n\t[C]: in ?") : NULL;

    /* Of errors that have no place but the chunk itself */
    if (end && end == trace + strlen(mark)) {
        end = trace;
    }
    return end ? g_strndup(text, end - text) : g_strdup(text);
}

static void fail_request(FiRequest *r, FiContext *c, int status)
{
    const char *kind = r->kind          ? r->kind
                       : interrupted(c) ? "interrupted"
                                        : "error";
    const char *text = c->overrun ? c->overrun : lua_tostring(c->L, -1);
    g_autofree char *shown = without_own_frames(text ? text : "error");
    char *trace = strstr(shown, "\nstack traceback:");

    /* Only code that the client knows can be found in a traceback. */
    if (trace && ((r->op != FI_OP_EVAL && r->op != FI_OP_RELOAD) ||
                  strcmp(kind, "syntax") == 0)) {
        *trace = '\0';
    }
    fi_request_fail(r, kind, shown);
    if (status == LUA_ERRMEM) {
        lua_settop(c->L, STATE_BASE);
        lua_gc(c->L, LUA_GCCOLLECT, 0);
    }
}

static void perform(FiRequest *r, FiContext *c)
{
    int status;

    lua_pushcfunction(c->L, fi_request_perform);
    lua_pushlightuserdata(c->L, r);
    status = lua_pcall(c->L, 1, 0, MESSAGE_HANDLER);
    if (status != LUA_OK) {
        fail_request(r, c, status);
    }
}

void fi_script_run_request(FiRequest *r, FiVcpu *v, FiOutcome *out)
{
    FiContext c = { .place = FI_PLACE_VCPU,
                    .vcpu = v,
                    .outcome = out,
                    .request = r,
                    .owner = r->owner };

    fi_script_lock();
    if (vm.closed) {
        fi_request_fail(r, "ended", "QEMU has ended before it could be done");
    } else if (!enter(&c)) {
        fi_request_fail(r, "error",
                        "no memory for, or too deep nesting of, a request");
    } else {
        perform(r, &c);
        leave(&c);
        r->generation = fi_instrument_published_locked();
    }
    fi_script_unlock();
}

/* Loading */

static bool script_is_file(void)
{
    if (fi.opts->script && g_file_test(fi.opts->script, G_FILE_TEST_IS_DIR)) {
        fi_message("%s is a directory: script= wants a Lua file",
                   fi.opts->script);
        return false;
    }
    return true;
}

bool fi_script_load(void)
{
    FiContext c = { .place = FI_PLACE_LOAD, .kind = FI_EXIT };
    int status;

    if (!script_is_file()) {
        return false;
    }
    vm.L = lua_newstate(allocate, NULL);
    if (!vm.L) {
        fi_message("no memory for a Lua state (plugin option memory)");
        return false;
    }
    lua_sethook(vm.L, count_hook, LUA_MASKCOUNT, HOOK_STEP);
    fi_script_lock();
    prepare_state(vm.L);
    enter(&c);
    lua_pushcfunction(vm.L, fi_environment_open);
    status = lua_pcall(vm.L, 0, 0, MESSAGE_HANDLER);
    if (status != LUA_OK) {
        report_status(&c, status);
    }
    leave(&c);
    if (fi_watches_idling()) {
        fi_registry_want_gate(); /* clients' requests come through it */
    }
    fi_instrument_publish_locked();
    fi_script_unlock();
    return status == LUA_OK;
}

/* Loading again */

void fi_script_switch_environment(void)
{
    lua_pushcfunction(vm.L, fi_environment_switch);
    if (lua_pcall(vm.L, 0, 0, 0) != LUA_OK) {
        fi_message("%s", lua_tostring(vm.L, -1));
        lua_pop(vm.L, 1);
    }
}

char *fi_script_stage_locked(lua_CFunction fn, FiStaging *staging)
{
    FiContext c = { .place = FI_PLACE_LOAD,
                    .kind = FI_EXIT,
                    .request = vm.context->request, /* can interrupt it */
                    .staging = staging };
    char *error;

    fi_staging_switch(staging);
    error = call_in(&c, fn, NULL);
    fi_staging_switch(staging);
    return error;
}

void fi_script_replaced_locked(void)
{
    unsigned i;

    for (i = 0; i < fi.max_vcpus; i++) {
        drop_deferred(&fi_vcpus[i], 0);
    }
    vm.generation++;
}

bool fi_script_is_replaced(const FiContext *c)
{
    return c && c->owner == 0 && c->generation != vm.generation;
}

void fi_script_fire_locked(FiContext *c)
{
    FiTrigger *t = c->trigger;

    c->owner = t->owner;
    if (fi_trigger_state(t) == FI_ACTIVE &&
        fi_trigger_hit(t, fi.max_vcpus, false, &c->hits) && t->has_handler &&
        enter(c)) {
        call_and_time_handler(c);
        end_if_exhausted(t);
        leave(c);
    }
}

void fi_script_machine_ready_locked(FiTrigger *t)
{
    FiContext c = { .place = FI_PLACE_READY,
                    .trigger = t,
                    .kind = FI_MACHINE_READY };

    fi_script_fire_locked(&c);
}

void fi_script_collect_locked(void)
{
    lua_gc(vm.L, LUA_GCCOLLECT, 0);
}

uint64_t fi_script_memory_locked(void)
{
    return vm.memory;
}

/* The end */

void fi_script_summarise(FiTrigger *t)
{
    FiLine *l;

    if (t->staged || t->summarised || t->spec.internal ||
        t->spec.kind == FI_COUNT || t->spec.kind == FI_EXIT) {
        return;
    }
    t->summarised = true;
    l = fi_journal_line(fi.journal, "trigger", fi_now_ns());
    fi_line_string(l, "name", t->name);
    fi_line_string(l, "type", fi_kind_name(t->spec.kind));
    fi_line_int(l, "hits", fi_trigger_hits(t));
    fi_line_int(l, "fired", fi_trigger_fired(t));
    fi_line_int(l, "errors", t->errors);
    if (t->missed) {
        fi_line_int(l, "missed", t->missed);
    }
    fi_line_string(l, "state", fi_trigger_state_shown(t));
    fi_line_end(l);
    if (fi_trigger_fired(t) == 0) {
        l = fi_journal_line(fi.journal, "not_fired", fi_now_ns());
        fi_line_string(l, "name", t->name);
        fi_line_int(l, "hits", fi_trigger_hits(t));
        fi_line_end(l);
    }
}

static void run_exit_handler(FiTrigger *t)
{
    FiContext c = { .place = FI_PLACE_EXIT,
                    .trigger = t,
                    .kind = FI_EXIT,
                    .hits = 1,
                    .owner = t->owner };

    if (enter(&c)) {
        __atomic_fetch_add(&t->fired, 1, __ATOMIC_RELAXED);
        call_and_time_handler(&c);
        leave(&c);
    }
}

/*
 * Nobody enters any more, but where exit() was called on a vCPU's thread, or
 * where a stopped vCPU works for a client, handlers may be in the middle of a
 * primitive.  One that waits for a lock which this thread holds does not come
 * back.
 */
static bool all_are_back(const struct timespec *until)
{
    while (vm.n_away > n_away_here &&
           pthread_cond_timedwait(&vm.back, &vm.lock, until) == 0) {
    }
    return vm.n_away == 0;
}

void fi_script_close(const struct timespec *until)
{
    GPtrArray *list = fi_registry_triggers();
    lua_State *L;
    bool all_back;
    guint i;

    fi_script_lock();
    for (i = 0; vm.L && i < list->len; i++) {
        FiTrigger *t = g_ptr_array_index(list, i);

        if (t->spec.kind == FI_EXIT && fi_trigger_state(t) == FI_ACTIVE) {
            run_exit_handler(t);
        }
    }
    vm.closed = true;
    all_back = all_are_back(until);
    fi_journal_hold(fi.journal);
    for (i = 0; i < list->len; i++) {
        fi_script_summarise(g_ptr_array_index(list, i));
    }
    fi_journal_release(fi.journal);
    g_clear_pointer(&vm.idle_states, g_array_unref);
    L = g_steal_pointer(&vm.L);
    if (L && all_back) {
        lua_close(L);
    }
    fi_script_unlock();
}
