/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include <string.h>

#include "../arch/aarch64_sysreg.h"

/* on_sysreg_read, on_sysreg_write: which register, the event, the result. */

#define XZR 31
#define NAME_SIZE 32

static FiSysregAccess access_of(const FiContext *c)
{
    FiSysregAccess a = { .rt = XZR };

    c->vcpu->arch->sysreg_access(c->site->opcode, &a);
    return a;
}

/* Which register */

static unsigned encoding_field(lua_State *L, int idx, const char *key,
                               lua_Integer min, lua_Integer max)
{
    lua_Integer v;

    lua_getfield(L, idx, key);
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < min ||
        lua_tointeger(L, -1) > max) {
        luaL_error(L,
                   "a system register's %s is a number from %I to %I, not %s",
                   key, min, max, luaL_tolstring(L, -1, NULL));
    }
    v = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return v;
}

static void check_encoding_keys(lua_State *L, int idx)
{
    static const char *const known[] = {
        "op0", "op1", "crn", "crm", "op2", NULL
    };

    for (lua_pushnil(L); lua_next(L, idx); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING ||
            !g_strv_contains(known, lua_tostring(L, -2))) {
            luaL_error(L,
                       "unknown key '%s' in a system register's encoding "
                       "(known: op0, op1, crn, crm, op2)",
                       luaL_tolstring(L, -2, NULL));
        }
    }
}

static void check_encoding(lua_State *L, int idx, FiTriggerSpec *spec)
{
    unsigned op0, op1, crn, crm, op2;

    check_encoding_keys(L, idx);
    op0 = encoding_field(L, idx, "op0", 2, 3);
    op1 = encoding_field(L, idx, "op1", 0, 7);
    crn = encoding_field(L, idx, "crn", 0, 15);
    crm = encoding_field(L, idx, "crm", 0, 15);
    op2 = encoding_field(L, idx, "op2", 0, 7);
    spec->sysreg[0].key = FI_SYSREG_KEY(op0, op1, crn, crm, op2);
    spec->sysreg[0].mask = UINT16_MAX;
}

/* The architecture's spelling, whatever was given. */
static void push_label(lua_State *L, const FiTriggerSpec *spec)
{
    FiSysregAccess a = {
        .key = spec->sysreg[0].key,
        .write = spec->kind == FI_SYSREG_WRITE,
        .immediate = spec->sysreg[0].key >> 14 == 0,
    };
    char name[NAME_SIZE];

    fi_aarch64_sysreg_name(&a, name, sizeof(name));
    lua_pushstring(L, name);
}

static void need_aarch64(lua_State *L, const char *what)
{
    const FiContext *c = fi_script_context();
    /* While a scenario is loaded again, what kind of CPU it is is known. */
    const FiVcpu *v = c && c->staging ? &fi_vcpus[0] : c ? c->vcpu : NULL;
    bool other = v && v->started && !v->arch->sysreg_access;

    if (other || strcmp(fi.target, "aarch64") != 0) {
        luaL_error(L,
                   "%s: only AArch64 CPUs have MRS and MSR by register name, "
                   "and this is '%s'; use on_insn or on_pc",
                   what, other ? v->arch->name : fi.target);
    }
}

void fi_check_sysreg(lua_State *L, int idx, FiTriggerSpec *spec)
{
    bool write = spec->kind == FI_SYSREG_WRITE;
    GError *error = NULL;

    need_aarch64(L, write ? "on_sysreg_write" : "on_sysreg_read");
    if (lua_istable(L, idx)) {
        check_encoding(L, idx, spec);
    } else if (lua_type(L, idx) != LUA_TSTRING) {
        luaL_error(
            L,
            "a system register is a name, such as \"SCTLR_EL1\" or "
            "\"S3_0_C1_C0_0\", or {op0=, op1=, crn=, crm=, op2=}, not %s",
            luaL_typename(L, idx));
    } else if (!fi_aarch64_sysreg_find(lua_tostring(L, idx), spec->sysreg,
                                       &error)) {
        fi_raise(L, error);
    } else if (!write && spec->sysreg[0].key >> 14 == 0) {
        luaL_error(L,
                   "on_sysreg_read: %s can only be written, by MSR "
                   "(immediate)",
                   lua_tostring(L, idx));
    }
    push_label(L, spec);
}

/* The event */

static const char *name_of(const FiContext *c, const FiSysregAccess *a,
                           char ret[NAME_SIZE])
{
    c->vcpu->arch->sysreg_name(a, ret, NAME_SIZE);
    return ret;
}

/* The register in QEMU's list, or NULL.  QEMU names those that AArch32 has, too,
 * as there: CLIDR for CLIDR_EL1. */
static const FiReg *listed(const FiContext *c, const FiSysregAccess *a)
{
    char name[NAME_SIZE];
    g_autofree char *key = g_ascii_strdown(name_of(c, a, name), -1);
    const FiReg *reg = fi_vcpu_reg(c->vcpu, key);

    if (!reg && g_str_has_suffix(key, "_el1")) {
        key[strlen(key) - strlen("_el1")] = '\0';
        reg = fi_vcpu_reg(c->vcpu, key);
    }
    return reg;
}

static bool current_value(const FiContext *c, const FiSysregAccess *a,
                          uint64_t *ret)
{
    const FiReg *reg = listed(c, a);

    if (!reg || reg->size > sizeof(*ret)) {
        return false;
    }
    *ret = fi_vcpu_get_u64(c->vcpu, reg->key);
    return true;
}

/* An earlier handler's word for it counts. */
static bool value_so_far(const FiContext *c, const FiSysregAccess *a,
                         uint64_t *ret)
{
    if (c->outcome->sysreg_new) {
        *ret = c->outcome->sysreg_value;
        return true;
    }
    return a->write ? fi_sysreg_data(c, ret) : current_value(c, a, ret);
}

bool fi_sysreg_field(lua_State *L, const FiContext *c, const char *key)
{
    static const struct {
        const char *name;
        unsigned shift, mask;
    } parts[] = { { "op0", 14, 3 },
                  { "op1", 11, 7 },
                  { "crn", 7, 15 },
                  { "crm", 3, 15 },
                  { "op2", 0, 7 } };
    FiSysregAccess a = access_of(c);
    char name[NAME_SIZE];
    uint64_t value;
    size_t i;

    if (strcmp(key, "name") == 0) {
        lua_pushstring(L, name_of(c, &a, name));
        return true;
    } else if (strcmp(key, "value") == 0) {
        if (!value_so_far(c, &a, &value)) {
            return false;
        }
        lua_pushinteger(L, (lua_Integer)value);
        return true;
    } else if (strcmp(key, "rt") == 0 && !a.immediate) {
        lua_pushinteger(L, a.rt);
        return true;
    }
    for (i = 0; i < G_N_ELEMENTS(parts); i++) {
        if (strcmp(key, parts[i].name) == 0) {
            lua_pushinteger(L, (a.key >> parts[i].shift) & parts[i].mask);
            return true;
        }
    }
    return false;
}

/* The result */

static void journal(lua_State *L, FiContext *c, const FiSysregAccess *a,
                    const char *action, const uint64_t *new, int info)
{
    FiLine *l = fi_fault_begin(c, action);
    char name[NAME_SIZE];
    uint64_t old;

    fi_line_string(l, "target", name_of(c, a, name));
    if (value_so_far(c, a, &old)) {
        fi_line_hex(l, "old", old);
    } else {
        fi_line_null(l, "old");
    }
    if (new) {
        fi_line_hex(l, "new", *new);
    }
    fi_fault_end(L, l, info);
}

/* No register has the data of an MSR from XZR, so the value goes the way of
 * QEMU's register list, and the instruction does not execute. */
static void stand_in(lua_State *L, FiContext *c, const FiSysregAccess *a,
                     uint64_t value)
{
    const FiReg *reg = listed(c, a);
    char name[NAME_SIZE];
    FiContext *released;
    bool ok;

    fi_need_cap(L, FI_CAP_SYSREG_WRITE,
                "replacing what an MSR writes from XZR");
    released = fi_script_release(); /* some take QEMU's big lock */
    ok = reg && fi_vcpu_set_u64(c->vcpu, reg->key, value);
    fi_script_reacquire(released);
    if (!ok) {
        name_of(c, a, name);
        luaL_error(L,
                   "the MSR writes %s from XZR, which cannot hold another "
                   "value, and QEMU's list of registers has no writable %s: "
                   "return nothing or fi.DROP",
                   name, name);
    }
}

static void want_value(lua_State *L, FiContext *c, uint64_t value, int info)
{
    FiSysregAccess a = access_of(c);
    bool from_xzr = a.write && a.rt == XZR;

    if (a.immediate) {
        luaL_error(L, "MSR (immediate) has its data in the opcode, where it "
                      "cannot be replaced: return nothing or fi.DROP");
    }
    fi_need_cap(L, FI_CAP_SET_PC, "overriding a system register");
    if (from_xzr) {
        stand_in(L, c, &a, value);
    }
    journal(L, c, &a, a.write ? "sysreg_write" : "sysreg_read", &value, info);
    c->outcome->jump = false;
    c->outcome->skip = from_xzr;
    c->outcome->sysreg_new = true;
    c->outcome->sysreg_value = value;
    if (a.write && !from_xzr) {
        fi_registry_want_restore(c->trigger);
    }
}

static void want_drop(lua_State *L, FiContext *c, int info)
{
    FiSysregAccess a = access_of(c);

    fi_need_cap(L, FI_CAP_SET_PC, "fi.DROP");
    journal(L, c, &a, "sysreg_drop", NULL, info);
    c->outcome->jump = false;
    c->outcome->skip = true;
}

/* No address of the host, which differs from run to run. */
static const char *describe(lua_State *L, int idx)
{
    if (lua_touserdata(L, idx) == &fi_token_skip) {
        return "fi.SKIP";
    } else if (lua_touserdata(L, idx) == &fi_token_drop) {
        return "fi.DROP";
    }
    return lua_type(L, idx) == LUA_TNUMBER ? lua_tostring(L, idx)
                                           : luaL_typename(L, idx);
}

void fi_sysreg_result(lua_State *L, FiContext *c, int idx)
{
    bool write = c->kind == FI_SYSREG_WRITE;

    if (lua_isinteger(L, idx)) {
        want_value(L, c, lua_tointeger(L, idx), idx + 1);
    } else if (write && lua_touserdata(L, idx) == &fi_token_drop) {
        want_drop(L, c, idx + 1);
    } else {
        luaL_error(L, "a handler of on_%s returns nothing%s, not %s",
                   fi_kind_name(c->kind),
                   write ? ", an integer (written instead) or fi.DROP"
                         : " or an integer (what the guest reads)",
                   describe(L, idx));
    }
}
