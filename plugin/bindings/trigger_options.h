/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_TRIGGER_OPTIONS_H
#define FI_BINDINGS_TRIGGER_OPTIONS_H

#include "impl.h"

/* The options' table at @idx of a trigger of spec->kind: what each key may be,
 * and for which kinds there is one. */
FI_RAISES void fi_parse_options(lua_State *L, int idx, FiTriggerSpec *spec);

/* The filter's table at @idx of on_exception or on_interrupt. */
FI_RAISES void fi_parse_exception_filter(lua_State *L, int idx,
                                         FiTriggerSpec *spec);

#endif
