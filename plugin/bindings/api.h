/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_API_H
#define FI_BINDINGS_API_H

#include <lua.h>

/* Build the table `fi` and the globals of a scenario.  Raises Lua errors. */
void fi_bindings_open(lua_State *L);

#endif
