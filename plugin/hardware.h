/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_HARDWARE_H
#define FI_HARDWARE_H

#include <glib.h>
#include <stdbool.h>

#include "qemu_compat.h"
#include "trigger.h"

/*
 * Triggers that no guest code carries: accesses to devices and moments of
 * the virtual clock.  QEMU calls us for them; this is where they are attached
 * to QEMU and what it calls.
 *
 * QEMU's functions for that take the big lock, so they cannot be called where
 * a trigger is armed or ended, which is with the Lua lock.  There, the trigger
 * is put on a list, and fi_hardware_sync() does the work once the lock is
 * free.
 */

typedef struct FiHardware FiHardware;

/* @t was armed, ended, enabled or disabled; with the Lua lock. */
void fi_hardware_changed_locked(FiTrigger *t);
/* The trigger's last reference is gone. */
void fi_hardware_free(FiHardware *hw);

extern gint fi_hardware_n_changed; /* atomic */
void fi_hardware_sync_slow(void);
/* Has it still to be done, though the machine is there?  Any thread. */
bool fi_hardware_pending(void);

/* Do what has been put on the list; without the Lua lock. */
static inline void fi_hardware_sync(void)
{
    if (G_UNLIKELY(g_atomic_int_get(&fi_hardware_n_changed))) {
        fi_hardware_sync_slow();
    }
}

/* All devices exist: from now on triggers can be attached. */
void fi_machine_ready_cb(void *userdata);
bool fi_machine_is_ready(void);

/*
 * Is there a device where FI_MMIO_* trigger wants one?  Without the Lua lock,
 * once the machine is ready.  The error names what there is instead.
 */
bool fi_hardware_check(const FiTriggerSpec *spec, GError **error);

/* This thread accesses memory for the scenario: not the guest's access. */
extern __thread bool fi_own_access;

#endif
