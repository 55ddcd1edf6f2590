/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_JSON_H
#define FI_BINDINGS_JSON_H

#include <glib.h>

#include "impl.h"

/*
 * Append the value at @idx as JSON (docs/protocol.md says how).  @out belongs
 * to somebody else: this may raise.
 */
FI_RAISES void fi_json_value(lua_State *L, int idx, GString *out);

#endif
