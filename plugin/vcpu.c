/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "vcpu.h"

#include <string.h>

#include "fi.h"

FiVcpu *fi_vcpus;

static void reg_free(gpointer p)
{
    FiReg *reg = p;

    g_free(reg->key);
    g_free(reg);
}

void fi_vcpus_init(unsigned n)
{
    unsigned i;

    fi_vcpus = g_new0(FiVcpu, n);
    for (i = 0; i < n; i++) {
        fi_vcpus[i].index = i;
        fi_vcpus[i].arch = &fi_arch_generic;
        g_queue_init(&fi_vcpus[i].deferred);
        g_queue_init(&fi_vcpus[i].late_writes);
    }
}

/* The QEMU binary's target does not tell: qemu-system-aarch64 also runs
 * Cortex-M boards. */
static const FiArch *find_arch(const FiVcpu *v)
{
    if (fi_vcpu_reg(v, "x0") && fi_vcpu_reg(v, "cpsr")) {
        return &fi_arch_aarch64;
    } else if (fi_vcpu_reg(v, "r0") && fi_vcpu_reg(v, "xpsr")) {
        return &fi_arch_arm_m;
    } else if (fi_vcpu_reg(v, "r0") && fi_vcpu_reg(v, "cpsr")) {
        return &fi_arch_arm_a;
    }
    return &fi_arch_generic;
}

static void add_reg(FiVcpu *v, const qemu_plugin_reg_descriptor *desc)
{
    FiReg *reg = g_new0(FiReg, 1);

    reg->name = desc->name;
    reg->feature = desc->feature ? desc->feature : "";
    reg->handle = desc->handle;
    reg->readonly = fi_compat_is_readonly(desc);
    reg->key = g_ascii_strdown(desc->name, -1);
    reg->size = fi_vcpu_read(v, reg) ? v->buf->len : 0;
    /* Banked system registers appear twice by name: the first is the one in
     * use in the current security state. */
    if (reg->size == 0 || reg->size > FI_REG_MAX_SIZE ||
        g_hash_table_contains(v->regs, reg->key)) {
        reg_free(reg);
        return;
    }
    g_hash_table_insert(v->regs, reg->key, reg);
    g_ptr_array_add(v->reg_list, reg);
}

static void probe_sysreg_write(FiVcpu *v)
{
    const FiReg *reg = v->arch->sysreg_probe
                           ? fi_vcpu_reg(v, v->arch->sysreg_probe)
                           : NULL;

    if (reg) {
        fi_cap_set_sysreg_write(
            fi_vcpu_set_u64(v, reg->key, fi_vcpu_get_u64(v, reg->key)));
    }
}

void fi_vcpu_start(FiVcpu *v)
{
    g_autoptr(GArray) descs = qemu_plugin_get_registers();
    guint i;

    if (!v->started) {
        __atomic_store_n(&v->started, true, __ATOMIC_RELAXED);
        v->regs = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                        reg_free);
        v->reg_list = g_ptr_array_new();
        v->buf = g_byte_array_new();
        for (i = 0; i < descs->len; i++) {
            add_reg(v, &g_array_index(descs, qemu_plugin_reg_descriptor, i));
        }
        v->arch = find_arch(v);
        probe_sysreg_write(v);
        g_atomic_int_set(&v->has_registers, 1);
    }
}

const FiReg *fi_vcpu_reg(const FiVcpu *v, const char *key)
{
    return v->regs ? g_hash_table_lookup(v->regs, key) : NULL;
}

bool fi_vcpu_read(FiVcpu *v, const FiReg *reg)
{
    g_byte_array_set_size(v->buf, 0);
    return fi_compat_read_register(reg->handle, v->buf);
}

bool fi_vcpu_write(FiVcpu *v, const FiReg *reg, const void *data, size_t size)
{
    if (reg->readonly || size != reg->size) {
        return false; /* QEMU would abort */
    }
    g_byte_array_set_size(v->buf, size);
    memcpy(v->buf->data, data, size);
    return fi_compat_write_register(reg->handle, v->buf);
}

uint64_t fi_vcpu_get_u64(FiVcpu *v, const char *key)
{
    const FiReg *reg = fi_vcpu_reg(v, key);
    uint64_t value = 0;

    if (reg && reg->size <= sizeof(value) && fi_vcpu_read(v, reg)) {
        memcpy(&value, v->buf->data, reg->size);
    }
    return GUINT64_FROM_LE(value);
}

bool fi_vcpu_set_u64(FiVcpu *v, const char *key, uint64_t value)
{
    const FiReg *reg = fi_vcpu_reg(v, key);

    value = GUINT64_TO_LE(value);
    return reg && reg->size <= sizeof(value) &&
           fi_vcpu_write(v, reg, &value, reg->size);
}

static bool near(const char *key, const char *want)
{
    size_t n = strlen(want);

    return n >= 2 && (strncmp(key, want, n - 1) == 0 || strstr(key, want));
}

static void unknown_register(FiVcpu *v, const char *name, const char *key,
                             GError **error)
{
    g_autoptr(GString) hint = g_string_new(NULL);
    guint i, n = 0;

    for (i = 0; v->reg_list && i < v->reg_list->len && n < 4; i++) {
        const FiReg *reg = g_ptr_array_index(v->reg_list, i);

        if (near(reg->key, key)) {
            g_string_append_printf(hint, "%s%s", n++ ? ", " : "", reg->name);
        }
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "unknown register '%s'%s%s%s (cpu:names() lists all)", name,
                n ? " (near: " : "", hint->str, n ? ")" : "");
}

bool fi_vcpu_resolve(FiVcpu *v, const char *name, FiRegRef *ret, GError **error)
{
    const FiReg *reg = fi_vcpu_reg(v, name);
    g_autofree char *key = reg ? NULL : g_ascii_strdown(name, -1);
    FiRegAlias alias = { .size = 0 };

    if (!reg) {
        reg = fi_vcpu_reg(v, key);
    }
    if (!reg && v->arch->alias && v->arch->alias(v, key, &alias)) {
        reg = fi_vcpu_reg(v, alias.base);
    }
    if (!reg) {
        unknown_register(v, name, key, error);
        return false;
    }
    ret->reg = reg;
    ret->size = alias.size ? MIN(alias.size, reg->size) : reg->size;
    ret->zero_extend = alias.zero_extend;
    ret->is_pc = strcmp(reg->key, "pc") == 0;
    ret->is_sysreg = strstr(reg->feature, "sys.regs") ||
                     strstr(reg->feature, "system-registers");
    return true;
}
