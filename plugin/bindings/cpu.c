/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "impl.h"

#include <string.h>

/* cpu: the registers of the vCPU whose event is handled. */

#define CPU_MT "fi.cpu"
#define CURRENT_VCPU -1

/* Status bits that no translated code has built in: NZCV, Q and GE. */
#define PSR_FLAGS 0xf80f0000u

typedef struct Cpu {
    int index;
} Cpu;

static FiContext *check_cpu(lua_State *L, const char *what)
{
    const Cpu *cpu = luaL_checkudata(L, 1, CPU_MT);
    FiContext *c = fi_need_vcpu(L, what);

    if (cpu->index != CURRENT_VCPU && cpu->index != (int)c->vcpu->index) {
        luaL_error(L,
                   "vCPU %d's registers cannot be reached from a handler "
                   "on vCPU %d: use fi.defer(%d, function() … end)",
                   cpu->index, (int)c->vcpu->index, cpu->index);
    }
    return c;
}

static void resolve(lua_State *L, FiContext *c, const char *name, FiRegRef *ret)
{
    GError *error = NULL;

    if (!fi_vcpu_resolve(c->vcpu, name, ret, &error)) {
        fi_raise(L, error);
    }
}

/* The PC is not kept up to date within a block; we know it better. */
static bool known_pc(const FiContext *c, uint64_t *ret)
{
    if (c->outcome && c->outcome->jump) {
        *ret = c->outcome->pc;
    } else if (c->site) {
        *ret = c->site->pc;
    } else if (c->place == FI_PLACE_DISCON) {
        *ret = c->to_pc;
    } else if (c->mmio) {
        *ret = c->mmio->pc;
    } else {
        return false;
    }
    return true;
}

/* The register's bytes are in the vCPU's buffer afterwards. */
static const uint8_t *read_bytes(lua_State *L, FiContext *c,
                                 const FiRegRef *ref, const char *name)
{
    uint64_t pc;

    if (!fi_vcpu_read(c->vcpu, ref->reg)) {
        luaL_error(L, "register '%s' cannot be read here", name);
    }
    if (ref->is_pc && known_pc(c, &pc)) {
        pc = GUINT64_TO_LE(pc & ~(uint64_t)(ref->size == 4 ? 1 : 0));
        memcpy(c->vcpu->buf->data, &pc, ref->size);
    }
    return c->vcpu->buf->data;
}

static uint64_t to_u64(const uint8_t *data, size_t size)
{
    uint64_t value = 0;

    memcpy(&value, data, MIN(size, sizeof(value)));
    return GUINT64_FROM_LE(value);
}

static int read_register(lua_State *L, FiContext *c, const char *name)
{
    FiRegRef ref;
    const uint8_t *data;

    resolve(L, c, name, &ref);
    data = read_bytes(L, c, &ref, name);
    if (ref.size > 8) {
        lua_pushlstring(L, (const char *)data, ref.size);
    } else {
        lua_pushinteger(L, (lua_Integer)to_u64(data, ref.size));
    }
    return 1;
}

/* Bytes of the value at @idx, @size of them, on top of the stack. */
static const uint8_t *value_bytes(lua_State *L, int idx, size_t size,
                                  const char *name)
{
    uint64_t v;
    size_t len;
    bool fits;

    if (lua_type(L, idx) == LUA_TSTRING) {
        const char *s = lua_tolstring(L, idx, &len);

        if (len != size) {
            luaL_error(L, "register '%s' has %d bytes, the string %d", name,
                       (int)size, (int)len);
        }
        lua_pushvalue(L, idx);
        return (const uint8_t *)s;
    }
    if (!lua_isinteger(L, idx)) {
        luaL_error(L,
                   "register '%s' takes an integer or a string of %d "
                   "bytes, not %s",
                   name, (int)size, luaL_typename(L, idx));
    }
    if (size > 8) {
        luaL_error(L,
                   "register '%s' has %d bytes: use a string, e.g. "
                   "string.pack",
                   name, (int)size);
    }
    v = lua_tointeger(L, idx);
    /* Negative numbers of the register's size are fine. */
    fits = size == 8 || v >> (8 * size) == 0 ||
           (int64_t)v >> (8 * size - 1) == -1;
    if (!fits) {
        luaL_error(L, "register '%s' has %d bits, %s does not fit", name,
                   (int)size * 8, fi_push_hex(L, v));
    }
    v = GUINT64_TO_LE(v);
    return (const uint8_t *)lua_pushlstring(L, (const char *)&v, size);
}

static void journal_write(lua_State *L, FiContext *c, const FiRegRef *ref,
                          const char *name, const uint8_t *old,
                          const uint8_t *new, int info)
{
    FiLine *l = fi_fault_begin(c, "write_register");

    fi_line_string(l, "target", name);
    fi_line_bytes(l, "old", old, ref->size);
    fi_line_bytes(l, "new", new, ref->size);
    fi_fault_end(L, l, info);
}

static bool changes_translation(const FiRegRef *ref, const uint8_t *old,
                                const uint8_t *new)
{
    bool psr = strcmp(ref->reg->key, "cpsr") == 0 ||
               strcmp(ref->reg->key, "xpsr") == 0;

    return ref->is_sysreg ||
           (psr && ((to_u64(old, 4) ^ to_u64(new, 4)) & ~PSR_FLAGS));
}

static void need_writable(lua_State *L, const FiRegRef *ref, const char *name)
{
    if (ref->reg->readonly) {
        luaL_error(L, "register '%s' is read-only", name);
    } else if (ref->is_sysreg) {
        fi_need_cap(L, FI_CAP_SYSREG_WRITE, "writing a system register");
    }
}

/* A slice keeps the rest of its register, or clears it. */
static bool store(FiContext *c, const FiRegRef *ref, const uint8_t *value)
{
    g_autofree uint8_t *whole = g_malloc0(ref->reg->size);
    FiContext *released;
    bool ok;

    if (!ref->zero_extend && fi_vcpu_read(c->vcpu, ref->reg)) {
        memcpy(whole, c->vcpu->buf->data, ref->reg->size);
    }
    memcpy(whole, value, ref->size);
    /* Some system registers take QEMU's big lock. */
    released = ref->is_sysreg ? fi_script_release() : NULL;
    ok = fi_vcpu_write(c->vcpu, ref->reg, whole, ref->reg->size);
    if (released) {
        fi_script_reacquire(released);
    }
    return ok;
}

static void write_register(lua_State *L, FiContext *c, const char *name,
                           int value_idx, int info)
{
    FiRegRef ref;
    const uint8_t *old, *new;

    fi_check_info(L, info);
    resolve(L, c, name, &ref);
    new = value_bytes(L, value_idx, ref.size, name);
    if (c->mmio) {
        luaL_error(L,
                   "register '%s' cannot be written while an instruction "
                   "accesses a device: return the value that it is to read, "
                   "or use fi.defer(%d, function() … end)",
                   name, (int)c->vcpu->index);
    }
    if (ref.is_pc) {
        fi_want_pc(L, c, to_u64(new, ref.size));
        return;
    }
    need_writable(L, &ref, name);
    old = (const uint8_t *)lua_pushlstring(
        L, (const char *)read_bytes(L, c, &ref, name), ref.size);
    if (!store(c, &ref, new)) {
        luaL_error(L, "register '%s' cannot be written", name);
    }
    if (c->outcome && changes_translation(&ref, old, new)) {
        c->outcome->leave = true;
    }
    journal_write(L, c, &ref, name, old, new, info);
}

/* Methods */

static int cpu_read(lua_State *L)
{
    return read_register(L, check_cpu(L, "cpu:read"), luaL_checkstring(L, 2));
}

static int cpu_write(lua_State *L)
{
    FiContext *c = check_cpu(L, "cpu:write");

    luaL_checkany(L, 3);
    lua_settop(L, 4);
    write_register(L, c, luaL_checkstring(L, 2), 3, 4);
    return 0;
}

static int cpu_bytes(lua_State *L)
{
    FiContext *c = check_cpu(L, "cpu:bytes");
    const char *name = luaL_checkstring(L, 2);
    FiRegRef ref;

    resolve(L, c, name, &ref);
    lua_pushlstring(L, (const char *)read_bytes(L, c, &ref, name), ref.size);
    return 1;
}

static int cpu_names(lua_State *L)
{
    FiContext *c = check_cpu(L, "cpu:names");
    guint i;

    lua_newtable(L);
    for (i = 0; i < c->vcpu->reg_list->len; i++) {
        const FiReg *reg = g_ptr_array_index(c->vcpu->reg_list, i);

        lua_pushstring(L, reg->name);
        lua_seti(L, -2, i + 1);
    }
    return 1;
}

static int cpu_size(lua_State *L)
{
    FiRegRef ref;

    resolve(L, check_cpu(L, "cpu:size"), luaL_checkstring(L, 2), &ref);
    lua_pushinteger(L, ref.size);
    return 1;
}

/* Constant system registers refuse only when written: try their own value. */
static bool accepts_own_value(FiContext *c, const FiRegRef *ref)
{
    return fi_has(FI_CAP_SYSREG_WRITE) &&
           fi_vcpu_set_u64(c->vcpu, ref->reg->key,
                           fi_vcpu_get_u64(c->vcpu, ref->reg->key));
}

static int cpu_writable(lua_State *L)
{
    FiContext *c = check_cpu(L, "cpu:writable");
    FiRegRef ref;
    bool yes;

    resolve(L, c, luaL_checkstring(L, 2), &ref);
    if (ref.is_pc) {
        yes = fi_has(FI_CAP_SET_PC) && c->outcome;
    } else if (ref.is_sysreg) {
        yes = accepts_own_value(c, &ref);
    } else {
        yes = !ref.reg->readonly;
    }
    lua_pushboolean(L, yes);
    return 1;
}

static int cpu_index(lua_State *L)
{
    const char *key = luaL_checkstring(L, 2);

    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) {
        return 1;
    }
    if (strcmp(key, "index") == 0) {
        const Cpu *cpu = luaL_checkudata(L, 1, CPU_MT);

        lua_pushinteger(L,
                        cpu->index != CURRENT_VCPU
                            ? cpu->index
                            : (int)fi_need_vcpu(L, "cpu.index")->vcpu->index);
        return 1;
    }
    return read_register(L, check_cpu(L, "reading a register"), key);
}

static int cpu_newindex(lua_State *L)
{
    FiContext *c = check_cpu(L, "writing a register");

    write_register(L, c, luaL_checkstring(L, 2), 3, 0);
    return 0;
}

static int cpu_tostring(lua_State *L)
{
    const Cpu *cpu = luaL_checkudata(L, 1, CPU_MT);

    if (cpu->index == CURRENT_VCPU) {
        lua_pushliteral(L, "the current vCPU");
    } else {
        lua_pushfstring(L, "vCPU %d", cpu->index);
    }
    return 1;
}

static void push_cpu(lua_State *L, int index)
{
    Cpu *cpu = lua_newuserdatauv(L, sizeof(*cpu), 0);

    cpu->index = index;
    luaL_setmetatable(L, CPU_MT);
}

static int get_cpu(lua_State *L)
{
    lua_Integer n;

    if (lua_isnoneornil(L, 1)) {
        push_cpu(L, CURRENT_VCPU);
        return 1;
    }
    n = luaL_checkinteger(L, 1);
    luaL_argcheck(
        L, n >= 0 && n < (lua_Integer)fi.max_vcpus, 1,
        lua_pushfstring(L, "no vCPU %I: there are %d", n, (int)fi.n_vcpus));
    push_cpu(L, n);
    return 1;
}

void fi_bind_cpu(lua_State *L)
{
    static const luaL_Reg methods[] = {
        { "read", cpu_read },   { "write", cpu_write },
        { "bytes", cpu_bytes }, { "names", cpu_names },
        { "size", cpu_size },   { "writable", cpu_writable },
        { NULL, NULL },
    };

    luaL_newmetatable(L, CPU_MT);
    lua_pushcfunction(L, cpu_newindex);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, cpu_tostring);
    lua_setfield(L, -2, "__tostring");
    luaL_newlib(L, methods);
    lua_pushcclosure(L, cpu_index, 1);
    lua_setfield(L, -2, "__index");
    lua_pop(L, 1);

    lua_pushcfunction(L, get_cpu);
    lua_setfield(L, -2, "cpu");
}
