/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_ARCH_H
#define FI_ARCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct FiVcpu FiVcpu;

/* What a register name stands for: a slice of one of QEMU's registers. */
typedef struct FiRegAlias {
    char base[32];    /* QEMU's name, lower case */
    size_t size;      /* bytes of the slice, 0: all */
    bool zero_extend; /* a write clears the rest */
} FiRegAlias;

/* State of the instruction set at a place in the code. */
typedef struct FiInsnState {
    bool thumb;
    uint8_t itstate; /* ITSTATE before the instruction; AArch32 */
} FiInsnState;

typedef struct FiExceptionInfo {
    const char *name; /* static */
    int el;
    int number; /* M-profile exception number, else -1 */
    int ec;     /* ESR_ELx.EC, else -1 */
    bool has_syndrome;
    uint64_t esr, far;
} FiExceptionInfo;

/* An instruction's access to a system register. */
typedef struct FiSysregAccess {
    uint16_t key; /* op0:op1:CRn:CRm:op2 */
    uint8_t rt;   /* 31: the zero register, or none */
    bool write;
    bool immediate; /* the data is in the opcode, no register has it */
    uint8_t value;  /* immediate: the data */
} FiSysregAccess;

/* Accesses whose key & mask is key. */
typedef struct FiSysregPattern {
    uint16_t key, mask; /* mask 0: none */
} FiSysregPattern;

/* A load of one integer register. */
typedef struct FiLoad {
    uint8_t rt;   /* 31: the zero register */
    uint8_t size; /* bytes of the access */
    bool sign_extend;
    bool is_64;       /* width of the destination; 32 bits clear the rest */
    bool is_literal;  /* there is no base register */
    bool writes_back; /* the base register changes */
    bool base_is_rt;  /* the destination is the base register */
} FiLoad;

/*
 * What differs between guest architectures.  Every function may be NULL: then
 * the feature is not there, and what needs it says so.  All run on the vCPU's
 * thread in a callback that may read registers.
 */
typedef struct FiArch {
    const char *name;

    /* Resolve @name (lower case) to a slice of a QEMU register. */
    bool (*alias)(const FiVcpu *v, const char *name, FiRegAlias *ret);

    /* The current exception level, -1 where it cannot be told. */
    int (*current_el)(FiVcpu *v);

    /* At translation: the state before a block's first instruction, and its
     * advance over one instruction. */
    void (*block_state)(FiVcpu *v, FiInsnState *state);
    void (*advance)(FiInsnState *state, uint32_t opcode, size_t size);

    /* Prepare the CPU for going on behind or at another instruction: sets
     * ITSTATE to @itstate.  False if a register cannot be written. */
    bool (*set_itstate)(FiVcpu *v, uint8_t itstate);

    /* The value for qemu_plugin_set_pc() that means @addr. */
    uint64_t (*pc_to_set)(FiVcpu *v, uint64_t addr, bool thumb);

    /* May this instruction access memory?  True where it cannot be told. */
    bool (*may_access_memory)(uint32_t opcode, size_t size, bool thumb);

    /* System registers by instruction.  Are the instructions of the block that
     * @v is about to execute of the kind that sysreg_access knows? */
    bool (*has_sysreg_insns)(FiVcpu *v);
    bool (*sysreg_access)(uint32_t opcode, FiSysregAccess *ret);
    void (*sysreg_name)(const FiSysregAccess *access, char *ret, size_t size);

    /* A load whose only effect but for write-back is on one integer register:
     * no pair, exclusive, atomic operation or vector. */
    bool (*simple_load)(uint32_t opcode, FiLoad *ret);

    /* Describe the exception or interrupt that was just taken to @to_pc. */
    void (*exception)(FiVcpu *v, bool interrupt, uint64_t to_pc,
                      FiExceptionInfo *ret);

    /* Could the instruction at @pc, about to execute, be what an exception
     * handler has just returned to?  NULL: it is assumed. */
    bool (*returned_to)(FiVcpu *v, uint64_t pc);

    /* Has a call of firmware just switched the machine off? */
    bool (*powers_off)(FiVcpu *v);

    /* A system register that can be written with its own value to learn
     * whether system registers are writable at all; NULL: none. */
    const char *sysreg_probe;
} FiArch;

extern const FiArch fi_arch_aarch64;
extern const FiArch fi_arch_arm_a;
extern const FiArch fi_arch_arm_m;
extern const FiArch fi_arch_generic;

#endif
