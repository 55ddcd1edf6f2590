/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_NAMES_H
#define FI_BINDINGS_NAMES_H

#include <lua.h>

/* What completion offers: registers, symbols, devices. */

/*
 * Remember the devices' names, with QEMU's big lock and without the Lua lock:
 * who completes has no business with the big lock.  Once, when the machine is
 * ready.
 */
void fi_names_collect(void);

/* Add registers(), symbols(prefix) and devices() to the table `live`. */
void fi_bind_names(lua_State *L);

#endif
