/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_LIVE_H
#define FI_BINDINGS_LIVE_H

#include <lua.h>

/* Make the table `live`, which has what the socket asks for; live.lua fills
 * it.  The table `fi` is on top of the stack. */
void fi_bind_live(lua_State *L);
/* Push it. */
void fi_push_live(lua_State *L);

#endif
