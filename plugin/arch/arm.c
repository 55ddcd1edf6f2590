/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "arch.h"

#include <string.h>

#include "../vcpu.h"

/* AArch32: A-profile CPUs without AArch64, and M-profile. */

#define CPSR_T (1u << 5)
#define MODE_MASK 0x1f
#define MODE_USR 0x10
/* ITSTATE[1:0] is in bits 26:25, ITSTATE[7:2] in bits 15:10, of the CPSR
 * (DDI 0406 B1.3.3) and of the EPSR (DDI 0403 B1.4.2) alike. */
#define PSR_IT_MASK 0x0600fc00u

static uint8_t itstate_of(uint32_t psr)
{
    return ((psr >> 25) & 3) | ((psr >> 8) & 0xfc);
}

static uint32_t with_itstate(uint32_t psr, uint8_t it)
{
    return (psr & ~PSR_IT_MASK) | (uint32_t)(it & 3) << 25 |
           (uint32_t)(it & 0xfc) << 8;
}

/* ITAdvance(): DDI 0403 A7.3.2; IT is 1011 1111 with a mask that is not 0. */
static void advance(FiInsnState *state, uint32_t opcode, size_t size)
{
    uint8_t it = state->itstate;

    if (!state->thumb) {
        return;
    }
    if (size == 2 && (opcode & 0xff00) == 0xbf00 && (opcode & 0xf)) {
        state->itstate = opcode & 0xff;
    } else {
        state->itstate = it & 7 ? (it & 0xe0) | ((it << 1) & 0x1f) : 0;
    }
}

static bool numbered_alias(const char *name, FiRegAlias *ret)
{
    static const char *const same[][2] = { { "r13", "sp" },
                                           { "r14", "lr" },
                                           { "r15", "pc" },
                                           { "fp", "r11" },
                                           { "ip", "r12" } };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(same); i++) {
        if (strcmp(name, same[i][0]) == 0) {
            g_strlcpy(ret->base, same[i][1], sizeof(ret->base));
            return true;
        }
    }
    return false;
}

/* A-profile */

static bool alias_a(const FiVcpu *v, const char *name, FiRegAlias *ret)
{
    (void)v;
    return numbered_alias(name, ret);
}

static int current_el_a(FiVcpu *v)
{
    uint32_t mode = fi_vcpu_get_u64(v, "cpsr") & MODE_MASK;

    return mode == MODE_USR ? 0 : 1;
}

static void block_state_a(FiVcpu *v, FiInsnState *state)
{
    uint32_t cpsr = fi_vcpu_get_u64(v, "cpsr");

    state->thumb = cpsr & CPSR_T;
    state->itstate = itstate_of(cpsr);
}

static bool set_itstate_a(FiVcpu *v, uint8_t itstate)
{
    uint32_t cpsr = fi_vcpu_get_u64(v, "cpsr");

    return fi_vcpu_set_u64(v, "cpsr", with_itstate(cpsr, itstate));
}

static uint64_t pc_to_set_a(FiVcpu *v, uint64_t addr, bool thumb)
{
    (void)v;
    return thumb ? addr | 1 : addr;
}

/* Vector offsets: DDI 0406 B1.8.1 */
static void exception_a(FiVcpu *v, bool interrupt, uint64_t to_pc,
                        FiExceptionInfo *ret)
{
    static const char *const names[8] = { "other",      "undefined",
                                          "svc",        "prefetch_abort",
                                          "data_abort", "hyp",
                                          "irq",        "fiq" };

    (void)interrupt;
    ret->el = current_el_a(v);
    ret->number = -1;
    ret->ec = -1;
    ret->name = names[(to_pc >> 2) & 7];
}

/* PSCI's SYSTEM_OFF, as for AArch64 */
static bool powers_off_a(FiVcpu *v)
{
    return fi_vcpu_get_u64(v, "r0") == 0x84000008;
}

const FiArch fi_arch_arm_a = {
    .name = "arm",
    .alias = alias_a,
    .current_el = current_el_a,
    .block_state = block_state_a,
    .advance = advance,
    .set_itstate = set_itstate_a,
    .pc_to_set = pc_to_set_a,
    .exception = exception_a,
    .powers_off = powers_off_a,
    .sysreg_probe = "tpidrprw",
};

/* M-profile */

static bool alias_m(const FiVcpu *v, const char *name, FiRegAlias *ret)
{
    (void)v;
    if (strcmp(name, "cpsr") == 0) {
        g_strlcpy(ret->base, "xpsr", sizeof(ret->base));
        return true;
    }
    return numbered_alias(name, ret);
}

/* IPSR is 0 in Thread mode: DDI 0403 B1.4.2 */
static int exception_number(FiVcpu *v)
{
    return fi_vcpu_get_u64(v, "xpsr") & 0x1ff;
}

static int current_el_m(FiVcpu *v)
{
    bool unprivileged = fi_vcpu_get_u64(v, "control") & 1;

    return exception_number(v) == 0 && unprivileged ? 0 : 1;
}

static void block_state_m(FiVcpu *v, FiInsnState *state)
{
    state->thumb = true;
    state->itstate = itstate_of(fi_vcpu_get_u64(v, "xpsr"));
}

static bool set_itstate_m(FiVcpu *v, uint8_t itstate)
{
    uint32_t xpsr = fi_vcpu_get_u64(v, "xpsr");

    return fi_vcpu_set_u64(v, "xpsr", with_itstate(xpsr, itstate));
}

static uint64_t pc_to_set_m(FiVcpu *v, uint64_t addr, bool thumb)
{
    (void)v;
    (void)thumb;
    return addr | 1;
}

static void exception_m(FiVcpu *v, bool interrupt, uint64_t to_pc,
                        FiExceptionInfo *ret)
{
    /* DDI 0403 B1.5.2 */
    static const char *const names[16] = {
        "other",         "reset",     "nmi",         "hard_fault",
        "mem_manage",    "bus_fault", "usage_fault", "other",
        "other",         "other",     "other",       "svc",
        "debug_monitor", "other",     "pendsv",      "systick"
    };

    (void)interrupt;
    (void)to_pc;
    ret->number = exception_number(v);
    ret->name = ret->number < 16 ? names[ret->number] : "irq";
    ret->el = 1;
    ret->ec = -1;
}

const FiArch fi_arch_arm_m = {
    .name = "arm-m",
    .alias = alias_m,
    .current_el = current_el_m,
    .block_state = block_state_m,
    .advance = advance,
    .set_itstate = set_itstate_m,
    .pc_to_set = pc_to_set_m,
    .exception = exception_m,
};
