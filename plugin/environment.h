/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_ENVIRONMENT_H
#define FI_ENVIRONMENT_H

#include <lua.h>
#include <stdbool.h>

/*
 * What a scenario finds when it starts: Lua's libraries without what the guard
 * rails leave out, the table fi, and an environment: its globals, the modules
 * that it has loaded, where require() looks, the random generator's state.
 * Each scenario gets a fresh one, made from what was there before any.
 *
 * Lua functions.  The first builds all that and runs the scenario.
 */
int fi_environment_open(lua_State *L);

/* A scenario is to replace the one in use.  Make a fresh environment; with
 * fi_environment_switch() it changes places with the one in use. */
void fi_environment_prepare(lua_State *L); /* may raise an error */
int fi_environment_switch(lua_State *L);
/* Run the scenario's files in the environment in use. */
int fi_environment_run(lua_State *L);
/* Let go of the environment that is not in use. */
void fi_environment_drop(lua_State *L);

/* Were there files of a scenario given? */
bool fi_environment_has_scenario(void);

#endif
