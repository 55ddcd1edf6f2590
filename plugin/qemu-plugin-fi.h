/*
 * QEMU Plugin API - fault injection extensions
 *
 * What a fault injector needs and qemu-plugin.h does not have.  These
 * functions come and go one by one, without a version number: a plugin
 * that is to be loaded by any QEMU declares them weak, by defining
 * QEMU_PLUGIN_FI_API as QEMU_PLUGIN_API __attribute__((weak)) before it
 * includes this header, and compares each with NULL before its first use.
 *
 * They exist in system emulation only.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#ifndef QEMU_QEMU_PLUGIN_FI_H
#define QEMU_QEMU_PLUGIN_FI_H

#include "qemu-plugin.h"

#ifndef QEMU_PLUGIN_FI_API
#define QEMU_PLUGIN_FI_API QEMU_PLUGIN_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/**
 * qemu_plugin_fi_clock_ns() - read the guest's virtual clock
 *
 * The clock starts at 0 with the machine, stands still while the machine is
 * stopped, and is the one from which the guest's timers are derived.
 *
 * This function may be called from any thread and from any callback, with
 * or without the BQL, and has no side effects.  Two things are special under
 * -icount:
 *
 *  - In the middle of a translation block, where a device may not read the
 *    clock, it gives the time at which the block is going to end, as
 *    instructions are counted by the block.  If the block is left early, by
 *    an exception for instance, then a later call may return a smaller value.
 *    The difference is below the length of one block.
 *
 *  - On a thread that is not a vCPU's, it gives the time at which the vCPU
 *    threads last gave account, which is when they last left the execution
 *    loop.
 *
 * Returns: nanoseconds of QEMU_CLOCK_VIRTUAL
 */
QEMU_PLUGIN_FI_API
int64_t qemu_plugin_fi_clock_ns(void);

/**
 * qemu_plugin_fi_shutdown() - end QEMU in order
 * @exit_code: the status that QEMU returns to its caller
 *
 * Asks the main loop to shut the machine down, as a power-off by the guest
 * would, except that -no-shutdown does not keep QEMU alive.  On a vCPU's
 * thread that vCPU stops as soon as it leaves its translation block; the
 * others stop a little later.  The first request's status wins.
 *
 * This function may be called from any thread and from any callback, with
 * or without the BQL.  It returns.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_shutdown(int exit_code);

typedef void (*qemu_plugin_fi_cb_t)(void *userdata);
typedef void (*qemu_plugin_fi_vcpu_cb_t)(unsigned int vcpu_index,
                                         void *userdata);

QEMU_PLUGIN_FI_API
void qemu_plugin_fi_on_machine_ready(qemu_plugin_fi_cb_t cb, void *userdata);

QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_run_on_vcpu(unsigned int vcpu_index,
                                qemu_plugin_fi_vcpu_cb_t cb, void *userdata);

typedef void (*qemu_plugin_fi_region_cb_t)(uint64_t first, uint64_t last,
                                           const char *region,
                                           const char *device_path,
                                           const char *device_type,
                                           void *userdata);

QEMU_PLUGIN_FI_API
void qemu_plugin_fi_mmio_foreach(qemu_plugin_fi_region_cb_t cb,
                                 void *userdata);

enum qemu_plugin_fi_irq_op {
    QEMU_PLUGIN_FI_IRQ_SET,
    QEMU_PLUGIN_FI_IRQ_CLEAR,
    QEMU_PLUGIN_FI_IRQ_PULSE,
    QEMU_PLUGIN_FI_IRQ_CUT,
    QEMU_PLUGIN_FI_IRQ_MEND,
};

QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_irq(const char *device, const char *name,
                        unsigned int line, enum qemu_plugin_fi_irq_op op,
                        char **error);

typedef void (*qemu_plugin_fi_irq_cb_t)(const char *device_path,
                                        const char *device_type,
                                        const char *name,
                                        unsigned int n_lines, void *userdata);

QEMU_PLUGIN_FI_API
void qemu_plugin_fi_irq_foreach(qemu_plugin_fi_irq_cb_t cb, void *userdata);

enum qemu_plugin_fi_param_type {
    QEMU_PLUGIN_FI_PARAM_UINT,
    QEMU_PLUGIN_FI_PARAM_BOOL,
    QEMU_PLUGIN_FI_PARAM_CHOICE,
};

struct qemu_plugin_fi_param {
    const char *name;
    const char *help;
    enum qemu_plugin_fi_param_type type;
    bool required;
    uint64_t max;
    const char *const *choices;
};

struct qemu_plugin_fi_fault {
    const char *name;
    const char *help;
    unsigned int n_params;
    const struct qemu_plugin_fi_param *params;
};

struct qemu_plugin_fi_arg {
    const char *name;
    const char *string;
    uint64_t number;
};

typedef void (*qemu_plugin_fi_fault_cb_t)(
    const char *device_path, const char *device_type,
    const struct qemu_plugin_fi_fault *fault, void *userdata);

QEMU_PLUGIN_FI_API
void qemu_plugin_fi_fault_foreach(qemu_plugin_fi_fault_cb_t cb,
                                  void *userdata);

QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_fault(const char *device, const char *fault,
                          const struct qemu_plugin_fi_arg *args,
                          unsigned int n_args, char **error);

QEMU_PLUGIN_FI_API
void qemu_plugin_fi_exception_foreach(qemu_plugin_fi_fault_cb_t cb,
                                      void *userdata);

QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_exception(const char *exception,
                              const struct qemu_plugin_fi_arg *args,
                              unsigned int n_args, bool *ret_pending,
                              char **error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* QEMU_QEMU_PLUGIN_FI_H */
