/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_FAULT_ARGS_H
#define FI_BINDINGS_FAULT_ARGS_H

#include "impl.h"

/*
 * What fi.exception and fi.device share: faults that QEMU declares by name,
 * with parameters.
 */

typedef struct FiArg {
    char *name;
    char *string; /* NULL: a number */
    uint64_t number;
    bool is_bool;
} FiArg;

/* Parameters, sorted by name. */
typedef struct FiArgs {
    FiArg *args;
    unsigned n;
} FiArgs;

/* The string at @idx, which the message of an error calls @name. */
FI_RAISES const char *fi_check_name(lua_State *L, int idx, const char *what,
                                    const char *name);

void fi_args_clear(FiArgs *args);

/*
 * Push a userdata with the parameters in the table at @idx (nil: none), but
 * for @skip (NULL: none).  @what begins the message of an error.
 */
FI_RAISES FiArgs *fi_push_args(lua_State *L, int idx, const char *skip,
                               const char *what);

/* For QEMU; g_free() it.  The strings stay @args's. */
struct qemu_plugin_fi_arg *fi_args_for_qemu(const FiArgs *args);

/* Members of the journal line's open object. */
void fi_args_to_line(const FiArgs *args, FiLine *line);

typedef void FiForeachFault(qemu_plugin_fi_fault_cb_t cb, void *userdata);

/*
 * QEMU sees no difference between true and 1: raise an error if @args has one
 * where the declaration wants the other.  What is not declared is left to
 * QEMU.  @device: as for qemu_plugin_fi_fault(), NULL for exceptions.
 */
FI_RAISES void fi_check_booleans(lua_State *L, FiForeachFault *foreach,
                                 const char *device, const char *fault,
                                 const FiArgs *args, const char *what);

/*
 * Push a list of what QEMU declares, in its order: {path =, type =, name =,
 * help =, params = {{name =, type =, required =, help =, max =, choices =},
 * …}}.
 */
FI_RAISES void fi_push_faults(lua_State *L, FiForeachFault *foreach);

#endif
