/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_QEMU_COMPAT_H
#define FI_QEMU_COMPAT_H

/*
 * The only file that knows how QEMU's plugin API differs between versions:
 *
 *   5 (QEMU 10.2)  register access returns int, no set_pc, no discontinuity
 *                  callbacks
 *   6 (QEMU 11.0)  register access returns bool, set_pc, discontinuities
 *   7 (QEMU 11.1)  callbacks lose their plugin id and gain userdata, and so
 *                  do the functions that register them
 *
 * and which of our own extensions (qemu-patches/) the QEMU has: they are weak,
 * so one binary serves both tiers.
 */

#include <qemu-plugin.h>

#define QEMU_PLUGIN_FI_API QEMU_PLUGIN_API __attribute__((weak))
#include "qemu-plugin-fi.h"

#if QEMU_PLUGIN_VERSION < 5 || QEMU_PLUGIN_VERSION > 7
#error "fi_lua knows QEMU's plugin API versions 5, 6 and 7 (QEMU 10.2 to 11.1)"
#endif

#define FI_HAS_SET_PC (QEMU_PLUGIN_VERSION >= 6)
#define FI_HAS_DISCON (QEMU_PLUGIN_VERSION >= 6)

#if FI_HAS_SET_PC
#define FI_CB_REGS QEMU_PLUGIN_CB_RW_REGS_PC
#else
#define FI_CB_REGS QEMU_PLUGIN_CB_RW_REGS
#endif

/* Parameter lists of the callbacks; each names its arguments. */
#if QEMU_PLUGIN_VERSION >= 7
#define FI_ARGS_NONE void *cb_userdata
#define FI_ARGS_VCPU unsigned int vcpu_index, void *cb_userdata
#define FI_ARGS_TB struct qemu_plugin_tb *tb, void *cb_userdata
#define FI_ARGS_DISCON                                          \
    unsigned int vcpu_index, enum qemu_plugin_discon_type type, \
        uint64_t from_pc, uint64_t to_pc, void *cb_userdata
#define FI_UNUSED_ID (void)cb_userdata
#define FI_USERDATA , NULL
#else
#define FI_ARGS_NONE qemu_plugin_id_t cb_id
#define FI_ARGS_VCPU qemu_plugin_id_t cb_id, unsigned int vcpu_index
#define FI_ARGS_TB qemu_plugin_id_t cb_id, struct qemu_plugin_tb *tb
#define FI_ARGS_DISCON                               \
    qemu_plugin_id_t cb_id, unsigned int vcpu_index, \
        enum qemu_plugin_discon_type type, uint64_t from_pc, uint64_t to_pc
#define FI_UNUSED_ID (void)cb_id
#define FI_USERDATA
#endif

static inline bool fi_compat_read_register(struct qemu_plugin_register *handle,
                                           GByteArray *buf)
{
#if QEMU_PLUGIN_VERSION >= 6
    return qemu_plugin_read_register(handle, buf);
#else
    return qemu_plugin_read_register(handle, buf) > 0;
#endif
}

static inline bool fi_compat_write_register(struct qemu_plugin_register *handle,
                                            GByteArray *buf)
{
#if QEMU_PLUGIN_VERSION >= 6
    return qemu_plugin_write_register(handle, buf);
#else
    return qemu_plugin_write_register(handle, buf) > 0;
#endif
}

/* The program counter's place in the register list is not for writing: QEMU
 * keeps it elsewhere while a block runs. */
static inline bool fi_compat_is_readonly(const qemu_plugin_reg_descriptor *desc)
{
#if QEMU_PLUGIN_VERSION >= 6
    return desc->is_readonly;
#else
    return g_strcmp0(desc->name, "pc") == 0;
#endif
}

static inline void fi_compat_reset(qemu_plugin_id_t id,
                                   qemu_plugin_simple_cb_t cb)
{
    qemu_plugin_reset(id, cb FI_USERDATA);
}

/* Leaves by longjmp: only ever the last act of a callback (DESIGN 5). */
static inline void fi_compat_set_pc(uint64_t vaddr)
{
#if FI_HAS_SET_PC
    qemu_plugin_set_pc(vaddr);
#else
    (void)vaddr;
#endif
}

#endif
