/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch.h"

#include <stdlib.h>
#include <string.h>

#include "../vcpu.h"
#include "aarch64_load.h"
#include "aarch64_sysreg.h"

#define PSTATE_NRW (1u << 4)
#define MODE_USR 0x10

/* Parse the number of a register called, say, "q12": 0 to @max, else -1. */
static int reg_number(const char *digits, int max)
{
    char *end;
    long n;

    if (!g_ascii_isdigit(digits[0]) ||
        (digits[0] == '0' && digits[1] != '\0')) {
        return -1;
    }
    n = strtol(digits, &end, 10);
    return *end || n > max ? -1 : (int)n;
}

static bool vector_slice(const FiVcpu *v, const char *name, FiRegAlias *ret)
{
    static const struct {
        char letter;
        size_t size;
    } views[] = { { 'q', 16 }, { 'v', 16 }, { 'd', 8 },
                  { 's', 4 },  { 'h', 2 },  { 'b', 1 } };
    int n = reg_number(name + 1, 31);
    size_t i;

    for (i = 0; n >= 0 && i < G_N_ELEMENTS(views); i++) {
        if (name[0] == views[i].letter) {
            g_snprintf(ret->base, sizeof(ret->base), "v%d", n);
            if (!fi_vcpu_reg(v, ret->base)) { /* with SVE, QEMU has z only */
                g_snprintf(ret->base, sizeof(ret->base), "z%d", n);
            }
            ret->size = views[i].size;
            return true;
        }
    }
    return false;
}

static bool alias(const FiVcpu *v, const char *name, FiRegAlias *ret)
{
    static const char *const same[][2] = { { "lr", "x30" },
                                           { "fp", "x29" },
                                           { "pstate", "cpsr" } };
    size_t i;
    int n;

    for (i = 0; i < G_N_ELEMENTS(same); i++) {
        if (strcmp(name, same[i][0]) == 0) {
            g_strlcpy(ret->base, same[i][1], sizeof(ret->base));
            return true;
        }
    }
    n = name[0] == 'w' ? reg_number(name + 1, 30) : -1;
    if (n >= 0) {
        g_snprintf(ret->base, sizeof(ret->base), "x%d", n);
        ret->size = 4;
        ret->zero_extend = true;
        return true;
    }
    if (strcmp(name, "wsp") == 0) {
        g_strlcpy(ret->base, "sp", sizeof(ret->base));
        ret->size = 4;
        ret->zero_extend = true;
        return true;
    }
    return name[0] && vector_slice(v, name, ret);
}

/* SPSR_ELx.M as in PSTATE: Arm ARM (DDI 0487) C5.2.18 */
static int current_el(FiVcpu *v)
{
    uint32_t pstate = fi_vcpu_get_u64(v, "cpsr");

    if (pstate & PSTATE_NRW) {
        return (pstate & 0x1f) == MODE_USR ? 0 : 1;
    }
    return (pstate >> 2) & 3;
}

/* Loads and stores are op0 = x1x0 (C4.1); cache maintenance by VA and DC ZVA
 * are system instructions with CRn = 7. */
static bool may_access_memory(uint32_t opcode, size_t size, bool thumb)
{
    if (size != 4 || thumb) {
        return true; /* AArch32 */
    }
    return ((opcode >> 25) & 0x5) == 0x4 || (opcode & 0xfff8f000) == 0xd5087000;
}

/* A CPU with AArch64 may be in AArch32 state. */
static bool has_sysreg_insns(FiVcpu *v)
{
    return !(fi_vcpu_get_u64(v, "cpsr") & PSTATE_NRW);
}

/* ESR_ELx.EC: D24.2.40 */
static const char *class_name(int ec)
{
    static const struct {
        int first, last;
        const char *name;
    } classes[] = {
        { 0x00, 0x00, "unknown" },      { 0x01, 0x01, "wfx" },
        { 0x07, 0x07, "fp_access" },    { 0x11, 0x11, "svc" },
        { 0x12, 0x12, "hvc" },          { 0x13, 0x13, "smc" },
        { 0x15, 0x15, "svc" },          { 0x16, 0x16, "hvc" },
        { 0x17, 0x17, "smc" },          { 0x18, 0x18, "sysreg" },
        { 0x19, 0x19, "fp_access" },    { 0x20, 0x21, "insn_abort" },
        { 0x22, 0x22, "pc_alignment" }, { 0x24, 0x25, "data_abort" },
        { 0x26, 0x26, "sp_alignment" }, { 0x28, 0x2c, "fp_exception" },
        { 0x30, 0x31, "breakpoint" },   { 0x32, 0x33, "step" },
        { 0x34, 0x35, "watchpoint" },   { 0x38, 0x38, "breakpoint" },
        { 0x3c, 0x3c, "brk" },
    };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(classes); i++) {
        if (ec >= classes[i].first && ec <= classes[i].last) {
            return classes[i].name;
        }
    }
    return "other";
}

static uint64_t banked(FiVcpu *v, const char *reg, int el)
{
    char name[32];

    g_snprintf(name, sizeof(name), "%s_el%d", reg, el);
    return fi_vcpu_get_u64(v, name);
}

/* Vector offsets: D1.3.1.4; each kind has 0x80 bytes. */
static void exception(FiVcpu *v, bool interrupt, uint64_t to_pc,
                      FiExceptionInfo *ret)
{
    static const char *const kinds[] = { "other", "irq", "fiq", "serror" };

    ret->el = current_el(v);
    ret->number = -1;
    ret->ec = -1;
    if (interrupt) {
        ret->name = kinds[(to_pc >> 7) & 3];
        return;
    }
    ret->has_syndrome = true;
    ret->esr = banked(v, "esr", ret->el);
    ret->far = banked(v, "far", ret->el);
    ret->ec = (ret->esr >> 26) & 0x3f;
    ret->name = class_name(ret->ec);
}

/* ERET leaves ELR_ELx as it is: D1.4.5 */
static bool returned_to(FiVcpu *v, uint64_t pc)
{
    int el;

    for (el = 1; el <= 3; el++) {
        if (banked(v, "elr", el) == pc) {
            return true;
        }
    }
    return false;
}

/* PSCI's SYSTEM_OFF (DEN 0022), which does not return: the register still has
 * the function. */
static bool powers_off(FiVcpu *v)
{
    return (uint32_t)fi_vcpu_get_u64(v, "x0") == 0x84000008;
}

const FiArch fi_arch_aarch64 = {
    .name = "aarch64",
    .alias = alias,
    .current_el = current_el,
    .may_access_memory = may_access_memory,
    .has_sysreg_insns = has_sysreg_insns,
    .sysreg_access = fi_aarch64_sysreg_access,
    .sysreg_name = fi_aarch64_sysreg_name,
    .simple_load = fi_aarch64_simple_load,
    .exception = exception,
    .returned_to = returned_to,
    .powers_off = powers_off,
    .sysreg_probe = "tpidr_el1",
};
