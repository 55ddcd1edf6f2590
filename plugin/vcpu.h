/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_VCPU_H
#define FI_VCPU_H

#include <glib.h>
#include <lua.h>
#include <stdbool.h>
#include <stdint.h>

#include "arch/arch.h"
#include "qemu_compat.h"

/* One of QEMU's registers, on one vCPU: the handles are not shared. */
typedef struct FiReg {
    char *key;        /* name in lower case */
    const char *name; /* as QEMU has it */
    const char *feature;
    struct qemu_plugin_register *handle;
    size_t size; /* bytes */
    bool readonly;
} FiReg;

#define FI_REG_MAX_SIZE (64 * 1024) /* SME's ZA */

/* An MSR whose data is replaced: replace.h. */
typedef enum FiReplaceState {
    FI_REPLACE_NONE,
    FI_REPLACE_WAITS, /* for the MSR to be translated anew */
    FI_REPLACE_ACTIVE,
} FiReplaceState;

typedef struct FiReplacement {
    gint state; /* FiReplaceState; read by other threads while they translate */
    uint64_t pc;
    unsigned rt;
    uint64_t value, old;
    bool last; /* what made code look for this is over */
} FiReplacement;

/* State of a vCPU; only its own thread touches it unless said otherwise. */
struct FiVcpu {
    unsigned index;
    /* Its thread runs: registers can be read.  Others look atomically. */
    bool started;
    bool executed; /* its first block has been entered */
    const FiArch *arch;
    gint has_registers;  /* atomic; regs and reg_list do not change any more */
    GHashTable *regs;    /* key -> FiReg */
    GPtrArray *reg_list; /* in QEMU's order */
    GByteArray *buf;     /* for register and memory access */

    /* Leaving a block to have it translated anew executes this instruction a
     * second time; its triggers have already run.  Read by other threads
     * while they translate. */
    gint resume;
    uint64_t resume_pc;
    /* An exception was taken there first, from which the guest may return
     * elsewhere or never: only a return is the second time. */
    bool resume_on_return;

    FiReplacement replace;

    bool wants_reset; /* a plan was published: retranslate */

    /* An on_exception handler's jump, done when the next block begins. */
    bool has_jump;
    uint64_t jump_pc;

    lua_State *states[8]; /* by depth of nested entries */
    unsigned depth;

    GQueue late_writes; /* of its own thread: late_write.h */

    GQueue deferred;   /* script.c's; with the Lua lock */
    gint has_deferred; /* atomic */
    gint has_requests; /* atomic: of the socket, control/server.c has them */
    gint rests;        /* atomic: leaves has_requests alone for a moment */
    gint running;      /* atomic: it executes, as far as QEMU tells */
};

extern FiVcpu *fi_vcpus; /* fi.max_vcpus of them */

void fi_vcpus_init(unsigned n);

/* On the vCPU's thread, before its first instruction. */
void fi_vcpu_start(FiVcpu *v);

/* QEMU's register @key (lower case), or NULL. */
const FiReg *fi_vcpu_reg(const FiVcpu *v, const char *key);

/* Read a whole register; false if QEMU refuses.  The bytes (guest order, i.e.
 * little-endian on all Arm that we know) are in v->buf until the next call. */
bool fi_vcpu_read(FiVcpu *v, const FiReg *reg);
bool fi_vcpu_write(FiVcpu *v, const FiReg *reg, const void *data, size_t size);

/* For arch/: an integer register, 0 / false where there is none. */
uint64_t fi_vcpu_get_u64(FiVcpu *v, const char *key);
bool fi_vcpu_set_u64(FiVcpu *v, const char *key, uint64_t value);

/*
 * A register by any name, for the Lua side: resolves case, aliases, slices.
 * On failure @error names the register and, if unknown, near ones.
 */
typedef struct FiRegRef {
    const FiReg *reg;
    size_t size; /* of the slice */
    bool zero_extend;
    bool is_pc;
    bool is_sysreg;
} FiRegRef;

bool fi_vcpu_resolve(FiVcpu *v, const char *name, FiRegRef *ret,
                     GError **error);

#endif
