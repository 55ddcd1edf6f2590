/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_CONSOLE_H
#define FI_BINDINGS_CONSOLE_H

#include "impl.h"

void fi_bind_console(lua_State *L);

/* Push the event's field @key; false if there is none. */
FI_RAISES bool fi_console_field(lua_State *L, const FiContext *c,
                                const char *key);

#endif
