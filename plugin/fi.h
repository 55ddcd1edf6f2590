/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_H
#define FI_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "journal.h"
#include "maps.h"
#include "options.h"
#include "qemu_compat.h"

#define FI_VERSION "0.1.0"

/* What is set once, while the plugin is installed, and only read afterwards. */
typedef struct FiPlugin {
    qemu_plugin_id_t id;
    FiOptions *opts;
    FiMaps *maps;
    FiJournal *journal;
    char *target;     /* QEMU's name, e.g. "aarch64" */
    unsigned n_vcpus; /* at start */
    unsigned max_vcpus;
    bool icount; /* QEMU counts instructions for its clock */
} FiPlugin;

extern FiPlugin fi;

/* Capabilities: what this QEMU can do, and where each one comes from. */
typedef enum FiCap {
    FI_CAP_SET_PC,
    FI_CAP_DISCONTINUITY,
    FI_CAP_CLOCK,
    FI_CAP_SHUTDOWN,
    FI_CAP_SYSREG_WRITE,
    FI_CAP_DEVICE_INFO,
    FI_CAP_SHARED_THREAD,
    FI_CAP_VCPU_WORK,
    FI_CAP_TIMERS,
    FI_CAP_MMIO,
    FI_CAP_IRQ,
    FI_CAP_EXCEPTION,
    FI_CAP_DEVICE_FAULT,
    FI_CAP_RESET,
    FI_CAP_COUNT,
} FiCap;

bool fi_has(FiCap cap);
/* It works in part, by the public API alone: fi.caps() says not exact. */
bool fi_has_in_part(FiCap cap);
/* Does what it offers work exactly as hardware would?  False as well where
 * there is only a substitute, as for FI_CAP_IRQ in the stock tier. */
const char *fi_cap_name(FiCap cap);
/* How to get a capability that is missing. */
const char *fi_cap_advice(FiCap cap);
/* System registers can only be tried out once there is a vCPU. */
void fi_cap_set_sysreg_write(bool yes);

/* Guest virtual time in ns, -1 where QEMU does not tell. */
int64_t fi_now_ns(void);

/* The guest has switched the machine off.  QEMU needs a while to end, in which
 * its clock may go on; for us the run ends now. */
void fi_note_power_off(void);

/* A line on stderr with the plugin's prefix; text may have several lines. */
void fi_message(const char *fmt, ...) G_GNUC_PRINTF(1, 2);

/*
 * End QEMU with @code once the running handler has ended.  The first call
 * wins.  Any thread.
 */
void fi_request_exit(int code, const char *why, const char *outcome);
bool fi_exit_requested(void);
int fi_exit_code(void);
/* In on_exit handlers: change the status that is about to be returned. */
void fi_override_exit(int code, const char *why, const char *outcome);
/* After fi_request_exit(), while the machine is being made: end QEMU now, that
 * is before the guest's first instruction.  QEMU's main thread. */
void fi_exit_before_start(void) G_GNUC_NORETURN;
/* At the end of a callback after fi_request_exit(), without any lock of ours;
 * @may_wait: without one of QEMU's, too. */
void fi_perform_exit(bool may_wait);

#endif
