/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "aarch64_load.h"

/* Loads of one integer register.  Encodings: C4.1.94 "Loads and stores" of the
 * Arm ARM (DDI 0487). */

/* size: bits 31:30, opc: bits 23:22.  opc 1 loads zero-extended; 2 and 3 load
 * sign-extended to 64 and to 32 bits, where the data is narrower than that. */
static bool set_kind(uint32_t opcode, FiLoad *ret)
{
    unsigned size = opcode >> 30, opc = (opcode >> 22) & 3;

    if (opc == 0 || (opc == 2 && size == 3) || (opc == 3 && size >= 2)) {
        return false; /* a store, PRFM, or unallocated */
    }
    *ret = (FiLoad){
        .rt = opcode & 0x1f,
        .size = 1 << size,
        .sign_extend = opc >= 2,
        .is_64 = opc == 2 || size == 3,
    };
    return true;
}

static bool base_is_rt(uint32_t opcode)
{
    unsigned rt = opcode & 0x1f, rn = (opcode >> 5) & 0x1f;

    return rt == rn && rt != 31; /* 31 is SP as a base, XZR as Rt */
}

static bool unsigned_offset(uint32_t opcode, FiLoad *ret)
{
    return (opcode & 0x3f000000) == 0x39000000 && set_kind(opcode, ret);
}

/* LDUR, post-index, LDTR, pre-index */
static bool immediate_offset(uint32_t opcode, FiLoad *ret)
{
    if ((opcode & 0x3f200000) != 0x38000000 || !set_kind(opcode, ret)) {
        return false;
    }
    ret->writes_back = opcode & (1 << 10);
    return true;
}

static bool register_offset(uint32_t opcode, FiLoad *ret)
{
    /* option<1> is bit 14: extension of a register of 32 or 64 bits */
    return (opcode & 0x3f204c00) == 0x38204800 && set_kind(opcode, ret);
}

static bool literal(uint32_t opcode, FiLoad *ret)
{
    unsigned opc = opcode >> 30;

    if ((opcode & 0x3f000000) != 0x18000000 || opc == 3) { /* 3: PRFM */
        return false;
    }
    *ret = (FiLoad){
        .rt = opcode & 0x1f,
        .size = opc == 1 ? 8 : 4,
        .sign_extend = opc == 2,
        .is_64 = opc != 0,
        .is_literal = true,
    };
    return true;
}

/* LDAR, LDLAR */
static bool ordered(uint32_t opcode, FiLoad *ret)
{
    unsigned size = opcode >> 30;

    if ((opcode & 0x3fff7c00) != 0x08df7c00) {
        return false;
    }
    *ret = (FiLoad){
        .rt = opcode & 0x1f,
        .size = 1 << size,
        .is_64 = size == 3,
    };
    return true;
}

/* LDAPUR */
static bool ordered_unscaled(uint32_t opcode, FiLoad *ret)
{
    return (opcode & 0x3f200c00) == 0x19000000 && set_kind(opcode, ret);
}

/* LDAPR is among the atomic operations: A = 1, R = 0, o3 = 1, opc = 4 */
static bool ordered_rcpc(uint32_t opcode, FiLoad *ret)
{
    unsigned size = opcode >> 30;

    if ((opcode & 0x3ffffc00) != 0x38bfc000) {
        return false;
    }
    *ret = (FiLoad){
        .rt = opcode & 0x1f,
        .size = 1 << size,
        .is_64 = size == 3,
    };
    return true;
}

bool fi_aarch64_simple_load(uint32_t opcode, FiLoad *ret)
{
    bool is_load = unsigned_offset(opcode, ret) ||
                   immediate_offset(opcode, ret) ||
                   register_offset(opcode, ret) || ordered(opcode, ret) ||
                   ordered_unscaled(opcode, ret) || ordered_rcpc(opcode, ret);

    if (is_load) {
        ret->base_is_rt = base_is_rt(opcode);
    }
    return is_load || literal(opcode, ret);
}
