/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include <string.h>

const char fi_token_skip = 's', fi_token_retry = 'r', fi_token_drop = 'd',
           fi_token_bus_error = 'b';

int fi_raise(lua_State *L, GError *error)
{
    char text[2048]; /* on the stack: what follows does not come back */

    g_strlcpy(text, error->message, sizeof(text));
    g_error_free(error);
    return luaL_error(L, "%s", text);
}

int fi_raise_text(lua_State *L, const char *what, char *text)
{
    char copy[512];

    g_strlcpy(copy, text ? text : "QEMU does not say why", sizeof(copy));
    g_free(text);
    return luaL_error(L, "%s: %s", what, copy);
}

const char *fi_push_place(lua_State *L)
{
    lua_Debug ar;
    int level;

    for (level = 1; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (ar.currentline > 0 && strcmp(ar.source, "=fi_lua") != 0) {
            return lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
        }
    }
    return lua_pushliteral(L, "");
}

FiContext *fi_need_machine(lua_State *L, const char *what)
{
    FiContext *c = fi_script_context();

    if (!c || c->place == FI_PLACE_LOAD) {
        luaL_error(L,
                   "%s: there is no machine yet while the scenario loads; "
                   "use it in on_machine_ready(fn), in at_ns(ns, fn) or in a "
                   "handler",
                   what);
    } else if (c->place == FI_PLACE_EXIT) {
        luaL_error(L, "%s: the guest has ended", what);
    }
    return c;
}

FiContext *fi_need_guest(lua_State *L, const char *what)
{
    FiContext *c = fi_script_context();

    if (!c || c->place == FI_PLACE_LOAD) {
        luaL_error(L,
                   "%s: there is no guest yet while the scenario loads; "
                   "use it in a handler, e.g. of on_vcpu_init or on_pc",
                   what);
    } else if (c->place == FI_PLACE_EXIT) {
        luaL_error(L, "%s: the guest has ended", what);
    }
    return c;
}

void fi_need_own_scenario(lua_State *L, const char *what)
{
    if (fi_script_is_replaced(fi_script_context())) {
        luaL_error(L,
                   "%s: fi.reload() has replaced this scenario, which can "
                   "arm nothing any more",
                   what);
    }
}

FiContext *fi_need_vcpu(lua_State *L, const char *what)
{
    FiContext *c = fi_need_guest(L, what);

    if (!c->vcpu) {
        luaL_error(L,
                   "%s: this handler runs on no vCPU (%s); use "
                   "fi.defer(0, function() … end)",
                   what,
                   c->place == FI_PLACE_READY ? "the machine has not started"
                   : c->place == FI_PLACE_RESET
                       ? "the machine is being reset"
                       : "the access is not an instruction's");
    }
    return c;
}

void fi_need_cap(lua_State *L, FiCap cap, const char *what)
{
    if (!fi_has(cap)) {
        luaL_error(L,
                   "%s needs the capability '%s', which this QEMU lacks: "
                   "%s",
                   what, fi_cap_name(cap), fi_cap_advice(cap));
    }
}

const char *fi_push_hex(lua_State *L, uint64_t value)
{
    char text[32];

    g_snprintf(text, sizeof(text), "0x%" PRIx64, value);
    return lua_pushstring(L, text);
}

static const char *token_name(const void *token)
{
    return token == &fi_token_skip        ? "fi.SKIP"
           : token == &fi_token_retry     ? "fi.RETRY"
           : token == &fi_token_drop      ? "fi.DROP"
           : token == &fi_token_bus_error ? "fi.BUS_ERROR"
                                          : "userdata";
}

const char *fi_push_what(lua_State *L, int idx)
{
    if (lua_islightuserdata(L, idx)) {
        return lua_pushstring(L, token_name(lua_touserdata(L, idx)));
    } else if (lua_isinteger(L, idx)) {
        return luaL_tolstring(L, idx, NULL);
    } else if (lua_type(L, idx) == LUA_TNUMBER) {
        return lua_pushfstring(L,
                               "the float %s (math.floor() makes an integer "
                               "of it; // divides integers)",
                               luaL_tolstring(L, idx, NULL));
    }
    return luaL_typename(L, idx);
}

uint64_t fi_check_address(lua_State *L, int idx)
{
    GError *error = NULL;
    FiMapped m = { 0 };

    if (lua_isinteger(L, idx)) {
        return lua_tointeger(L, idx);
    } else if (lua_type(L, idx) != LUA_TSTRING) {
        luaL_error(L,
                   "an address is an integer or a symbol such as "
                   "\"main+0x10\", not %s",
                   luaL_typename(L, idx));
    }
    if (!fi_maps_eval(fi.maps, lua_tostring(L, idx), &m, &error)) {
        fi_raise(L, error);
    }
    fi_need_slide(L, m.map);
    return m.addr;
}

void fi_need_slide(lua_State *L, const FiMap *map)
{
    if (!map->known && map->given) {
        luaL_error(L,
                   "map '%s' has no symbols yet: triggers wait until "
                   "fi.symbols.define() gives it some, addresses can not; use "
                   "it in a handler that runs later",
                   map->name);
    } else if (!map->known) {
        luaL_error(L,
                   "where map '%s' is, is not known before its kernel has set "
                   "VBAR_EL1: triggers wait for that, addresses can not; use "
                   "it in a handler, e.g. of on_pc(\"%s:start_kernel\", fn), "
                   "or load it with slide= (0 without KASLR)",
                   map->name, map->name);
    }
}

/* The address at @idx for a trigger, which may have to wait for its map; of a
 * given one, @ret_expr is how to find it again, else NULL. */
static uint64_t address_of_trigger(lua_State *L, int idx, FiMap **ret_map,
                                   const char **ret_expr)
{
    GError *error = NULL;
    FiMapped m = { 0 };

    *ret_map = NULL;
    *ret_expr = NULL;
    if (lua_type(L, idx) != LUA_TSTRING) {
        return fi_check_address(L, idx);
    }
    if (!fi_maps_eval(fi.maps, lua_tostring(L, idx), &m, &error)) {
        fi_raise(L, error);
    }
    *ret_map = m.map;
    *ret_expr = m.map->given ? g_intern_string(m.expr) : NULL;
    return m.addr;
}

/* What holds for all of a map holds for the trigger, unless its own options
 * say otherwise. */
static void take_map(lua_State *L, FiTriggerSpec *spec, FiMap *map)
{
    spec->map = map;
    if (map && spec->el < 0) {
        spec->el = map->el;
    }
    if (map && spec->space.asid < 0 && !spec->space.has_ttbr) {
        spec->space = map->space;
    }
    if (map && map->given && !spec->place) {
        spec->place = (char *)g_intern_string(fi_push_place(L));
        lua_pop(L, 1);
    }
}

static uint64_t symbol_size(lua_State *L, int idx)
{
    FiMapped m;

    if (lua_type(L, idx) != LUA_TSTRING ||
        !fi_maps_eval(fi.maps, lua_tostring(L, idx), &m, NULL)) {
        return 1;
    }
    return fi_mapped_size(&m);
}

static void where_label(lua_State *L, int idx, uint64_t addr)
{
    if (lua_type(L, idx) == LUA_TSTRING) {
        lua_pushvalue(L, idx);
    } else {
        fi_push_hex(L, addr);
    }
}

/* A range whose ends are of two maps, or one of none, does not move. */
static void need_same_map(lua_State *L, FiMap *a, FiMap *b)
{
    const FiMap *moves = a && (!a->final || a->given)   ? a
                         : b && (!b->final || b->given) ? b
                                                        : NULL;

    if (moves) {
        luaL_error(L,
                   "both ends of the range have to be of map '%s', whose place "
                   "%s",
                   moves->name,
                   moves->given ? "may change" : "is not known yet");
    }
}

/* Of a range that is not known yet: lo, hi and size at @idx and behind it. */
static void range_label(lua_State *L, int idx)
{
    if (lua_isnil(L, idx + 1) && lua_isnil(L, idx + 2)) {
        lua_pushfstring(L, "[%s, all of it)", lua_tostring(L, idx));
    } else if (lua_isnil(L, idx + 2)) {
        lua_pushfstring(L, "[%s, %s)", lua_tostring(L, idx),
                        lua_tostring(L, idx + 1));
    } else {
        lua_pushfstring(L, "[%s, +%I)", lua_tostring(L, idx),
                        lua_tointeger(L, idx + 2));
    }
}

/* {symbol} at @idx: how many bytes it has; 0 if that is not known yet. */
static uint64_t whole_symbol(lua_State *L, int idx)
{
    GError *error = NULL;
    uint64_t extent;
    FiMapped m = { 0 };

    if (lua_type(L, idx) != LUA_TSTRING) {
        luaL_error(L,
                   "a range is {lo, hi}, {where, size = n}, or {symbol}: all "
                   "of that");
    }
    fi_maps_eval(fi.maps, lua_tostring(L, idx), &m, NULL); /* worked before */
    if (!m.symbol) {
        return 0;
    }
    extent = fi_mapped_extent(&m, &error);
    if (!extent) {
        fi_raise(L, error);
    }
    return extent;
}

/* {lo, hi}, {where, size = n} or {symbol} at @idx; leaves one label on the stack. */
static void check_range(lua_State *L, int idx, FiTriggerSpec *spec)
{
    int top = lua_gettop(L);
    FiMap *lo_map, *hi_map;

    lua_geti(L, idx, 1);          /* top+1 */
    lua_geti(L, idx, 2);          /* top+2 */
    lua_getfield(L, idx, "size"); /* top+3 */
    spec->lo = address_of_trigger(L, top + 1, &lo_map, &spec->lo_expr);
    hi_map = lo_map;
    if (!lua_isnil(L, top + 3)) {
        if (!lua_isinteger(L, top + 3) || lua_tointeger(L, top + 3) < 1) {
            luaL_error(L, "the size of a range is a whole number of bytes "
                          "from 1");
        } else if (!lua_isnil(L, top + 2)) {
            luaL_error(L, "a range is {lo, hi} or {where, size = n}, not "
                          "both");
        }
        spec->span = lua_tointeger(L, top + 3);
        spec->hi = spec->lo + spec->span;
    } else if (lua_isnil(L, top + 2)) {
        spec->span = FI_SPAN_WHOLE;
        spec->hi = spec->lo + whole_symbol(L, top + 1);
    } else {
        spec->hi = address_of_trigger(L, top + 2, &hi_map, &spec->hi_expr);
    }
    if (lo_map != hi_map) {
        need_same_map(L, lo_map, hi_map);
    }
    take_map(L, spec, lo_map);
    if (lo_map && !lo_map->known && lo_map->given) {
        range_label(L, top + 1);
        lua_replace(L, top + 1);
        lua_settop(L, top + 1);
        return;
    }
    if (spec->hi <= spec->lo) {
        luaL_error(L,
                   "the range ends at %s, which is not behind its start "
                   "%s",
                   fi_push_hex(L, spec->hi), fi_push_hex(L, spec->lo));
    }
    where_label(L, top + 1, spec->lo); /* top+4 */
    lua_pushfstring(L, "[%s, +%I)", lua_tostring(L, -1),
                    (lua_Integer)(spec->hi - spec->lo));
    lua_replace(L, top + 1);
    lua_settop(L, top + 1);
}

void fi_check_where(lua_State *L, int idx, FiTriggerSpec *spec)
{
    FiMap *map;

    idx = lua_absindex(L, idx);
    if (lua_istable(L, idx)) {
        spec->exact_pc = false;
        check_range(L, idx, spec);
        return;
    }
    spec->lo = address_of_trigger(L, idx, &map, &spec->lo_expr);
    spec->exact_pc = true;
    spec->hi = spec->lo + symbol_size(L, idx);
    take_map(L, spec, map);
    where_label(L, idx, spec->lo);
}

/* The PC */

void fi_retranslate_first(void)
{
    FiContext *c = fi_script_context();

    if (c && c->place == FI_PLACE_INSN && c->outcome) {
        c->outcome->leave = true;
    }
}

bool fi_context_pc(const FiContext *c, uint64_t *ret)
{
    if (c->site) {
        *ret = c->site->pc;
    } else if (c->mmio) {
        *ret = c->mmio->pc;
    } else if (c->place == FI_PLACE_DISCON) {
        *ret = c->to_pc;
    } else if (c->place == FI_PLACE_VCPU && c->outcome) {
        *ret = fi_vcpu_get_u64(c->vcpu, "pc");
    } else {
        return false;
    }
    return !c->mmio || *ret;
}

static void need_jump(lua_State *L, FiContext *c, const char *what)
{
    fi_need_cap(L, FI_CAP_SET_PC, what);
    if (!c->outcome) {
        luaL_error(L, "%s: not in a handler of on_%s", what,
                   fi_kind_name(c->kind));
    }
}

static void need_insn(lua_State *L, FiContext *c, const char *what)
{
    need_jump(L, c, what);
    if (c->place != FI_PLACE_INSN) {
        luaL_error(L,
                   "%s: only before an instruction (on_pc, on_insn, "
                   "after_insns), not in a handler of on_%s",
                   what, fi_kind_name(c->kind));
    }
}

void fi_want_skip(lua_State *L, FiContext *c)
{
    FiLine *l;

    need_insn(L, c, "fi.SKIP");
    c->outcome->skip = true;
    c->outcome->jump = false;
    l = fi_fault_begin(c, "skip");
    fi_line_hex(l, "old", c->site->opcode);
    fi_fault_end(L, l, 0);
}

void fi_want_retry(lua_State *L, FiContext *c)
{
    need_insn(L, c, "fi.RETRY");
    c->outcome->retry = true;
    fi_fault_end(L, fi_fault_begin(c, "retry"), 0);
}

void fi_want_pc(lua_State *L, FiContext *c, uint64_t pc)
{
    uint64_t old = c->to_pc;
    FiLine *l;

    need_jump(L, c, "writing cpu.pc");
    if (c->outcome->jump) {
        old = c->outcome->pc;
    } else {
        fi_context_pc(c, &old);
    }
    l = fi_fault_begin(c, "set_pc");
    fi_line_string(l, "target", "pc");
    fi_line_hex(l, "old", old);
    fi_line_hex(l, "new", pc);
    fi_fault_end(L, l, 0);
    c->outcome->jump = true;
    c->outcome->skip = false;
    c->outcome->pc = pc;
}

/* Journal */

static void line_pc(FiLine *l, const FiContext *c)
{
    uint64_t pc = 0;
    bool known = fi_context_pc(c, &pc);
    g_autofree char *at = known && fi_journal_is_written(fi.journal)
                              ? fi_maps_at(fi.maps, pc)
                              : NULL;

    if (known) {
        fi_line_hex(l, "pc", pc);
    } else {
        fi_line_null(l, "pc");
    }
    fi_line_string(l, "at", at);
}

FiLine *fi_fault_begin(FiContext *c, const char *action)
{
    FiLine *l = fi_journal_line(fi.journal, "fault", fi_now_ns());

    if (c->vcpu) {
        fi_line_int(l, "vcpu", c->vcpu->index);
    } else {
        fi_line_null(l, "vcpu");
    }
    line_pc(l, c);
    fi_line_string(l, "trigger", c->trigger ? c->trigger->name : NULL);
    if (c->trigger) {
        fi_line_int(l, "hit", c->hits);
    } else {
        fi_line_null(l, "hit");
    }
    fi_line_string(l, "action", action);
    return l;
}

void fi_check_info(lua_State *L, int idx)
{
    if (!lua_isnoneornil(L, idx) && !lua_istable(L, idx)) {
        luaL_error(L, "the journal's info is a table, not %s",
                   luaL_typename(L, idx));
    }
}

static int by_string(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void line_value(lua_State *L, FiLine *l, const char *key, int idx,
                       int depth);

static void line_array(lua_State *L, FiLine *l, const char *key, int idx,
                       int depth)
{
    lua_Integer i, n = lua_rawlen(L, idx);

    fi_line_open_array(l, key);
    for (i = 1; i <= n; i++) {
        lua_rawgeti(L, idx, i);
        line_value(L, l, NULL, lua_gettop(L), depth);
        lua_pop(L, 1);
    }
    fi_line_close_array(l);
}

/* Sorted, as two runs must give the same journal and Lua's order varies. */
static void line_object(lua_State *L, FiLine *l, const char *key, int idx,
                        int depth)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    guint i;

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING) {
            g_ptr_array_add(keys, (char *)lua_tostring(L, -2));
        }
    }
    g_ptr_array_sort(keys, by_string);
    fi_line_open_object(l, key);
    for (i = 0; i < keys->len; i++) {
        const char *k = g_ptr_array_index(keys, i);

        lua_pushstring(L, k);
        lua_rawget(L, idx);
        line_value(L, l, k, lua_gettop(L), depth);
        lua_pop(L, 1);
    }
    fi_line_close_object(l);
}

static void line_value(lua_State *L, FiLine *l, const char *key, int idx,
                       int depth)
{
    size_t len;
    const char *s;

    switch (lua_type(L, idx)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, idx)) {
            fi_line_int(l, key, lua_tointeger(L, idx));
        } else {
            fi_line_double(l, key, lua_tonumber(L, idx));
        }
        break;
    case LUA_TBOOLEAN:
        fi_line_bool(l, key, lua_toboolean(L, idx));
        break;
    case LUA_TSTRING:
        s = lua_tolstring(L, idx, &len);
        fi_line_lstring(l, key, s, len);
        break;
    case LUA_TTABLE:
        if (depth >= 8 || !lua_checkstack(L, 4)) {
            fi_line_string(l, key, "table");
        } else if (lua_rawlen(L, idx)) {
            line_array(L, l, key, idx, depth + 1);
        } else {
            line_object(L, l, key, idx, depth + 1);
        }
        break;
    default:
        fi_line_string(l, key, luaL_typename(L, idx));
        break;
    }
}

void fi_line_table(lua_State *L, FiLine *line, const char *key, int idx)
{
    if (lua_checkstack(L, 8)) {
        line_object(L, line, key, lua_absindex(L, idx), 0);
    }
}

void fi_fault_end(lua_State *L, FiLine *line, int info_idx)
{
    if (info_idx && lua_istable(L, info_idx)) {
        fi_line_table(L, line, "info", info_idx);
    }
    fi_line_end(line);
}
