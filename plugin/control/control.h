/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_CONTROL_H
#define FI_CONTROL_H

#include <glib.h>
#include <stdbool.h>
#include <time.h>

#include "../script.h"

/*
 * Live control, as the rest of the plugin sees it: a socket on which clients
 * ask for chunks of Lua to be run.  Everything here does nothing if there is
 * no socket.
 */

/* Listen at @path; at install. */
bool fi_control_listen(const char *path, GError **error);
/* Start to answer; the scenario is loaded.  False with a message printed. */
bool fi_control_start(void);
bool fi_control_is_on(void);

/* Run the requests that wait for this vCPU, on its thread and without any
 * lock of ours; @out: where they may change its PC, or NULL. */
void fi_control_run(FiVcpu *v, FiOutcome *out);
/* The same with QEMU's big lock, which others want, too: for some
 * milliseconds, and later again if some are left. */
void fi_control_run_for_a_while(FiVcpu *v, FiOutcome *out);
/* It cannot be reached for now; whoever waits for it is told @why. */
void fi_control_tell_waiting(FiVcpu *v, const char *why);
/* The vCPUs exist from now on. */
void fi_control_machine_ready(void);
/* A retranslation is done, or hooks are attached: replies may wait for it.
 * Any thread, whatever locks it holds. */
void fi_control_settled(void);

/* The guest's end: nothing is executed any more (what is under way is
 * interrupted, and waited for until then), then everybody is told. */
void fi_control_quiesce(const struct timespec *until);
void fi_control_stop(const char *reason, bool has_code, int code);

/* Where @c's print goes: to the client that asked for what is running or that
 * armed it; false if that is none, or gone. */
bool fi_control_print(const FiContext *c, const char *text, size_t len);

#endif
