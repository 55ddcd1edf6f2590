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

/**
 * typedef qemu_plugin_fi_cb_t - a callback without context
 * @userdata: as given at registration
 */
typedef void (*qemu_plugin_fi_cb_t)(void *userdata);

/**
 * qemu_plugin_fi_on_machine_ready() - be told when all devices exist
 * @cb: called in the main thread, with the BQL held, when the machine is
 *      complete and before any vCPU executes; at once if it is already
 * @userdata: for @cb
 *
 * Plugins are loaded before the machine is made, so what names a device has
 * to wait for this.
 *
 * This function may be called while the plugin is installed, and later from
 * any thread that holds the BQL.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_on_machine_ready(qemu_plugin_fi_cb_t cb, void *userdata);

/**
 * qemu_plugin_fi_on_machine_reset() - be told when the machine is reset
 * @cb: called in the main thread, with the BQL held and no vCPU executing,
 *      in the course of a reset: what devices contain then is not defined
 * @userdata: for @cb
 *
 * The reset with which a machine starts is one of them, and comes after @cb
 * of qemu_plugin_fi_on_machine_ready().  Loading a snapshot is not.
 *
 * This function may be called when the machine is ready, and later from any
 * thread that holds the BQL.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_on_machine_reset(qemu_plugin_fi_cb_t cb, void *userdata);

/**
 * typedef qemu_plugin_fi_vcpu_cb_t - work on a vCPU
 * @vcpu_index: the vCPU
 * @userdata: as given to qemu_plugin_fi_run_on_vcpu()
 */
typedef void (*qemu_plugin_fi_vcpu_cb_t)(unsigned int vcpu_index,
                                         void *userdata);

/**
 * qemu_plugin_fi_run_on_vcpu() - do something on a vCPU's thread
 * @vcpu_index: the vCPU
 * @cb: what to do
 * @userdata: for @cb
 *
 * @cb runs on that vCPU's thread, outside of guest code and with the BQL
 * held, after what was queued earlier.  A vCPU that executes leaves its
 * translation block for it, a halted one is woken and halts again, and while
 * the machine is stopped @cb runs as well.  It may read and write the vCPU's
 * registers, as in a callback with QEMU_PLUGIN_CB_RW_REGS; the program
 * counter is changed by qemu_plugin_fi_set_pc().
 *
 * This function may be called from any thread and from any callback, with or
 * without the BQL.  It returns at once.
 *
 * Returns: true, or false if there is no such vCPU yet
 */
QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_run_on_vcpu(unsigned int vcpu_index,
                                qemu_plugin_fi_vcpu_cb_t cb, void *userdata);

/**
 * qemu_plugin_fi_set_pc() - go on at another address
 * @vaddr: the address, as for qemu_plugin_set_pc()
 *
 * May be called from a callback of qemu_plugin_fi_run_on_vcpu() only, where
 * there is no guest code to leave: unlike qemu_plugin_set_pc() it returns.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_set_pc(uint64_t vaddr);

/**
 * qemu_plugin_fi_vcpu_is_off() - has this vCPU been switched on?
 *
 * Secondary vCPUs of many machines are off until firmware is asked for them,
 * and start in their reset state then: what is done to them before is lost.
 *
 * May be called from a callback of qemu_plugin_fi_run_on_vcpu() only.
 *
 * Returns: true if the vCPU is off
 */
QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_vcpu_is_off(void);

/** struct qemu_plugin_fi_timer - Opaque handle of a timer */
struct qemu_plugin_fi_timer;

/**
 * typedef qemu_plugin_fi_timer_cb_t - a timer has expired
 * @deadline_ns: the time for which it was set, in ns of the virtual clock
 * @userdata: as given to qemu_plugin_fi_timer_new()
 *
 * Called with the BQL held, in the main loop or, with -icount, on the vCPUs'
 * thread between two blocks.  It may call all functions for timers, and
 * qemu_plugin_fi_run_on_vcpu() to get at a vCPU's registers.
 */
typedef void (*qemu_plugin_fi_timer_cb_t)(int64_t deadline_ns, void *userdata);

/**
 * qemu_plugin_fi_timer_new() - make a timer of the guest's virtual clock
 * @cb: called when it expires
 * @userdata: for @cb
 *
 * With -icount the vCPUs stop before the first instruction that is not
 * earlier than the deadline: runs repeat exactly.
 *
 * The functions for timers may be called from any thread and from any
 * callback, with or without the BQL.
 *
 * Returns: the timer, not armed
 */
QEMU_PLUGIN_FI_API
struct qemu_plugin_fi_timer *
qemu_plugin_fi_timer_new(qemu_plugin_fi_timer_cb_t cb, void *userdata);

/**
 * qemu_plugin_fi_timer_arm() - have a timer expire
 * @timer: the timer; if it is armed, only the new deadline counts
 * @deadline_ns: when, in ns of the virtual clock; at once if that has passed
 * @period_ns: then again every so many ns; 0: only once
 *
 * Of periods that pass before the last expiry was dealt with, only the next
 * one that is still to come is used.  The phase is kept.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_timer_arm(struct qemu_plugin_fi_timer *timer,
                              int64_t deadline_ns, int64_t period_ns);

/**
 * qemu_plugin_fi_timer_disarm() - stop a timer
 * @timer: the timer
 *
 * When this returns, its callback is not running, unless it was called from
 * there, and will not be called any more.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_timer_disarm(struct qemu_plugin_fi_timer *timer);

/**
 * qemu_plugin_fi_timer_free() - disarm and free a timer
 * @timer: the timer
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_timer_free(struct qemu_plugin_fi_timer *timer);

/**
 * enum qemu_plugin_fi_mmio_action - what becomes of an access to a device
 *
 * @QEMU_PLUGIN_FI_MMIO_PASS: as if there were no hook
 * @QEMU_PLUGIN_FI_MMIO_VALUE: a read gives the value in the struct, a write
 *                             writes it
 * @QEMU_PLUGIN_FI_MMIO_DROP: a write does not reach the device, and succeeds;
 *                            for a read the same as PASS
 * @QEMU_PLUGIN_FI_MMIO_FAIL: the device is not accessed and the bus reports
 *                            an error
 */
enum qemu_plugin_fi_mmio_action {
    QEMU_PLUGIN_FI_MMIO_PASS,
    QEMU_PLUGIN_FI_MMIO_VALUE,
    QEMU_PLUGIN_FI_MMIO_DROP,
    QEMU_PLUGIN_FI_MMIO_FAIL,
};

/**
 * struct qemu_plugin_fi_mmio - an access to a device
 *
 * @paddr: address in the system's address space
 * @offset: offset in the device's memory region
 * @region: the memory region's name
 * @value: of a write, the data; of a read, the answer so far.  The bytes are
 *         in the device's order, as its registers are described
 * @has_value: @value is valid: a write, or a read that an earlier hook or
 *             qemu_plugin_fi_mmio_read_device() has answered
 * @is_write: a write, otherwise a read
 * @size: bytes: 1, 2, 4 or 8
 * @vcpu_index: the vCPU whose instruction it is, or -1: DMA, or an access by
 *              QEMU's monitor, its gdbstub or a plugin
 * @vaddr: virtual address that the instruction accesses
 * @pc: the instruction's address, 0 if it is not known
 */
struct qemu_plugin_fi_mmio {
    uint64_t paddr;
    uint64_t offset;
    const char *region;
    uint64_t value;
    bool has_value;
    bool is_write;
    unsigned int size;
    int vcpu_index;
    uint64_t vaddr;
    uint64_t pc;
};

/**
 * typedef qemu_plugin_fi_mmio_cb_t - an access is about to be made
 * @access: the access; @value may be changed, all is valid during the call
 * @userdata: as given to qemu_plugin_fi_mmio_hook_new()
 *
 * Called in the middle of an instruction, or of what a device does.  For an
 * instruction's access the vCPU's registers may be read but not written; the
 * program counter among them is not up to date.  The BQL is held unless the
 * device does without.  It must not leave by qemu_plugin_set_pc().
 */
typedef enum qemu_plugin_fi_mmio_action
(*qemu_plugin_fi_mmio_cb_t)(struct qemu_plugin_fi_mmio *access, void *userdata);

/** struct qemu_plugin_fi_mmio_hook - Opaque handle of a hook */
struct qemu_plugin_fi_mmio_hook;

/**
 * qemu_plugin_fi_mmio_hook_new() - hook the accesses to devices in a range
 * @first: first address, in the system's address space
 * @last: last address, inclusive
 * @reads: hook reads
 * @writes: hook writes
 * @cb: called for each access that touches the range
 * @userdata: for @cb
 *
 * RAM is not concerned.  Accesses count whoever makes them, and through
 * whatever alias or IOMMU.  Of several hooks on one access all are called, in
 * the order in which they were made, each with the value that the one before
 * has left; the last that does not pass decides.
 *
 * This function may be called from any thread, with or without the BQL, once
 * the machine is ready.
 *
 * Returns: the hook
 */
QEMU_PLUGIN_FI_API
struct qemu_plugin_fi_mmio_hook *
qemu_plugin_fi_mmio_hook_new(uint64_t first, uint64_t last,
                             bool reads, bool writes,
                             qemu_plugin_fi_mmio_cb_t cb, void *userdata);

/**
 * qemu_plugin_fi_mmio_hook_free() - hook no longer
 * @hook: the hook
 * @destroy: called with the hook's userdata, on any thread, when no thread is
 *           in its callback any more; may be NULL
 *
 * This function may be called from any thread, also from the hook's own
 * callback, with or without the BQL.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_mmio_hook_free(struct qemu_plugin_fi_mmio_hook *hook,
                                   void (*destroy)(void *userdata));

/**
 * qemu_plugin_fi_mmio_read_device() - have the device answer a read
 * @access: the read, in its callback
 *
 * Does the read, once; after that passing means to give the answer that is
 * now in @access.  Does nothing if there is one already.
 *
 * Returns: false if the device answered with an error
 */
QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_mmio_read_device(struct qemu_plugin_fi_mmio *access);

/**
 * qemu_plugin_fi_mmio_device() - whose register is accessed
 * @access: the access, in its callback
 *
 * Returns: the QOM path of the device, to be freed with g_free(), or NULL
 */
QEMU_PLUGIN_FI_API
char *qemu_plugin_fi_mmio_device(const struct qemu_plugin_fi_mmio *access);

/**
 * typedef qemu_plugin_fi_region_cb_t - a range of addresses of a device
 * @first: first address, in the system's address space
 * @last: last address, inclusive
 * @region: name of the memory region
 * @device_path: QOM path of the device, or NULL
 * @device_type: QOM type of the device, or NULL
 * @userdata: as given to qemu_plugin_fi_mmio_foreach()
 */
typedef void (*qemu_plugin_fi_region_cb_t)(uint64_t first, uint64_t last,
                                           const char *region,
                                           const char *device_path,
                                           const char *device_type,
                                           void *userdata);

/**
 * qemu_plugin_fi_mmio_foreach() - show where the devices are
 * @cb: called for each range that belongs to a device, in ascending order
 * @userdata: for @cb
 *
 * This function may be called from any thread, with or without the BQL, once
 * the machine is ready.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_mmio_foreach(qemu_plugin_fi_region_cb_t cb, void *userdata);

/**
 * enum qemu_plugin_fi_irq_op - what to do to an interrupt input
 * @QEMU_PLUGIN_FI_IRQ_SET: raise it
 * @QEMU_PLUGIN_FI_IRQ_CLEAR: lower it
 * @QEMU_PLUGIN_FI_IRQ_PULSE: raise and lower it at once
 * @QEMU_PLUGIN_FI_IRQ_CUT: what drives the input no longer reaches it; SET,
 *  CLEAR and PULSE still do.  The input keeps its level.
 * @QEMU_PLUGIN_FI_IRQ_MEND: undo CUT.  The input takes the level that its
 *  source has by now.
 */
enum qemu_plugin_fi_irq_op {
    QEMU_PLUGIN_FI_IRQ_SET,
    QEMU_PLUGIN_FI_IRQ_CLEAR,
    QEMU_PLUGIN_FI_IRQ_PULSE,
    QEMU_PLUGIN_FI_IRQ_CUT,
    QEMU_PLUGIN_FI_IRQ_MEND,
};

/**
 * qemu_plugin_fi_irq() - drive or cut an interrupt line
 * @device: the receiving device: its QOM path, absolute or partial, or the
 *  name of its type ("arm-gicv3"), or a word of that ("gicv3"), if that leaves
 *  only one device
 * @name: name of the group of inputs, NULL for the unnamed ones
 * @line: number of the input in its group, from 0
 * @op: what to do to the input
 * @error: on failure a message, to be freed with g_free(); may be NULL
 *
 * The input can be that of any device: an interrupt controller, an OR gate,
 * a CPU.  Without CUT the last one to drive it wins, this function or its
 * source.  CUT on a line that is cut and MEND on one that is not do nothing.
 * The source's level is watched from the first operation on the line; a
 * source that did not move since counts as low when MEND has to undo a SET.
 *
 * This function may be called from any thread and from any callback, with or
 * without the BQL, once the machine is complete.  Under -icount an interrupt
 * that it raises from within a translation block is taken at the block's end.
 *
 * Returns: true, or false if there is no such device or input
 */
QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_irq(const char *device, const char *name,
                        unsigned int line, enum qemu_plugin_fi_irq_op op,
                        char **error);

/**
 * typedef qemu_plugin_fi_irq_cb_t - is told of a group of interrupt inputs
 * @device_path: canonical QOM path of the device
 * @device_type: name of its type
 * @name: name of the group, NULL for unnamed inputs
 * @n_lines: number of inputs in it
 * @userdata: as given to qemu_plugin_fi_irq_foreach()
 */
typedef void (*qemu_plugin_fi_irq_cb_t)(const char *device_path,
                                        const char *device_type,
                                        const char *name,
                                        unsigned int n_lines, void *userdata);

/**
 * qemu_plugin_fi_irq_foreach() - list all interrupt inputs
 * @cb: called for each group of inputs of each device, by path, with the BQL
 *  held
 * @userdata: passed to @cb
 *
 * This function may be called from any thread and from any callback, with or
 * without the BQL.  Before the machine is complete it lists what there is.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_irq_foreach(qemu_plugin_fi_irq_cb_t cb, void *userdata);

/**
 * enum qemu_plugin_fi_param_type - what values a parameter takes
 * @QEMU_PLUGIN_FI_PARAM_UINT: a number from 0 to its @max
 * @QEMU_PLUGIN_FI_PARAM_BOOL: 0 or 1
 * @QEMU_PLUGIN_FI_PARAM_CHOICE: one of its @choices
 */
enum qemu_plugin_fi_param_type {
    QEMU_PLUGIN_FI_PARAM_UINT,
    QEMU_PLUGIN_FI_PARAM_BOOL,
    QEMU_PLUGIN_FI_PARAM_CHOICE,
};

/**
 * struct qemu_plugin_fi_param - a parameter of a fault
 * @name: its name
 * @help: one line about it
 * @type: what values it takes
 * @required: it has no default
 * @max: the largest value of a QEMU_PLUGIN_FI_PARAM_UINT
 * @choices: the values of a QEMU_PLUGIN_FI_PARAM_CHOICE, NULL-terminated
 */
struct qemu_plugin_fi_param {
    const char *name;
    const char *help;
    enum qemu_plugin_fi_param_type type;
    bool required;
    uint64_t max;
    const char *const *choices;
};

/**
 * struct qemu_plugin_fi_fault - a fault that a device or CPU declares
 * @name: its name
 * @help: one line about it
 * @n_params: number of @params
 * @params: its parameters
 */
struct qemu_plugin_fi_fault {
    const char *name;
    const char *help;
    unsigned int n_params;
    const struct qemu_plugin_fi_param *params;
};

/**
 * struct qemu_plugin_fi_arg - an argument for a fault
 * @name: of the parameter
 * @string: value for a QEMU_PLUGIN_FI_PARAM_CHOICE, else NULL
 * @number: value for the other types
 */
struct qemu_plugin_fi_arg {
    const char *name;
    const char *string;
    uint64_t number;
};

/**
 * typedef qemu_plugin_fi_fault_cb_t - is told of a fault
 * @device_path: canonical QOM path of the device or CPU
 * @device_type: name of its type
 * @fault: the fault, valid during the call; its strings stay valid
 * @userdata: as given with the callback
 */
typedef void (*qemu_plugin_fi_fault_cb_t)(
    const char *device_path, const char *device_type,
    const struct qemu_plugin_fi_fault *fault, void *userdata);

/**
 * qemu_plugin_fi_fault_foreach() - list the faults of all devices
 * @cb: called for each fault of each device, by path, with the BQL held
 * @userdata: passed to @cb
 *
 * This function may be called from any thread and from any callback, with or
 * without the BQL.  Before the machine is complete it lists what there is.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_fault_foreach(qemu_plugin_fi_fault_cb_t cb,
                                  void *userdata);

/**
 * qemu_plugin_fi_fault() - make a device fail in one of the ways it declares
 * @device: the device, as for qemu_plugin_fi_irq()
 * @fault: name of the fault
 * @args: arguments, in any order
 * @n_args: number of @args
 * @error: on failure a message, to be freed with g_free(); may be NULL
 *
 * Unless the fault's help says that it waits for something, it has happened
 * when this function returns.
 *
 * This function may be called from any thread and from any callback, with or
 * without the BQL, once the machine is complete.
 *
 * Returns: true, or false if there is no such device or fault, if an argument
 * is unknown, missing or not allowed, or if the device can not do it now
 */
QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_fault(const char *device, const char *fault,
                          const struct qemu_plugin_fi_arg *args,
                          unsigned int n_args, char **error);

/**
 * qemu_plugin_fi_exception_foreach() - list the exceptions of a vCPU
 * @cb: called for each exception that can be injected, with the BQL held
 * @userdata: passed to @cb
 *
 * They are those of the current vCPU's class, on other threads of that of the
 * first vCPU.  This function may be called from any thread and from any
 * callback, with or without the BQL.  Before there are vCPUs it lists none.
 */
QEMU_PLUGIN_FI_API
void qemu_plugin_fi_exception_foreach(qemu_plugin_fi_fault_cb_t cb,
                                      void *userdata);

/**
 * qemu_plugin_fi_exception() - make the current vCPU take an exception
 * @exception: name of the exception
 * @args: arguments, in any order
 * @n_args: number of @args
 * @ret_pending: if not NULL, set to whether the vCPU masks the exception now,
 *  so that it is taken once it is unmasked
 * @error: on failure a message, to be freed with g_free(); may be NULL
 *
 * In guest code, which takes a callback with QEMU_PLUGIN_CB_RW_REGS_PC, the
 * caller then leaves by qemu_plugin_set_pc(); the exception is taken at the
 * address given to that.  For an exception that the instruction is to cause,
 * or that is to come before it, the address is the instruction's own.
 * Outside of guest code, in a callback of qemu_plugin_fi_run_on_vcpu() or for
 * a vCPU that goes idle, nothing more is needed: the exception is taken
 * where the vCPU goes on, and wakes it if it is halted.
 *
 * It is an error in callbacks that may not write registers, in those for
 * discontinuities, and while an exception injected earlier waits to be taken.
 *
 * Returns: true, or false if there is no such exception, if an argument is
 * unknown, missing or not allowed, or if the vCPU can not take it now
 */
QEMU_PLUGIN_FI_API
bool qemu_plugin_fi_exception(const char *exception,
                              const struct qemu_plugin_fi_arg *args,
                              unsigned int n_args, bool *ret_pending,
                              char **error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* QEMU_QEMU_PLUGIN_FI_H */
