/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_ENVIRONMENT_H
#define FI_ENVIRONMENT_H

#include <lua.h>

/*
 * What a scenario finds when it starts: Lua's libraries without what the guard
 * rails leave out, where require() looks, the seed, the table fi.  A Lua
 * function: builds all that and runs the scenario's main chunk.
 */
int fi_environment_load(lua_State *L);

#endif
