/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_API_H
#define FI_BINDINGS_API_H

#include <lua.h>
#include <stdbool.h>

/* Build the table `fi` and the globals of a scenario.  Raises Lua errors. */
void fi_bindings_open(lua_State *L);

/* fi.irq.suppress and restore at load were only remembered: do them now, in
 * the order in which they were asked for.  False with a message printed. */
bool fi_irq_machine_ready_locked(void);

#endif
