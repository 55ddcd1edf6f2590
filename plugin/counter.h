/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_COUNTER_H
#define FI_COUNTER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "qemu_compat.h"

/*
 * A counter of the scenario.  It has a reference from the table that names it,
 * from each Lua value and from each trigger that counts or asks it.  Plans keep
 * their triggers, so its slot is given back only when no generated code adds to
 * it any more.
 */
typedef struct FiCounter {
    gint refs; /* atomic: triggers end on any thread */
    char *name;
    qemu_plugin_u64 slot;
} FiCounter;

FiCounter *fi_counter_ref(FiCounter *c); /* NULL stays NULL */
void fi_counter_unref(FiCounter *c);

/* Names of counters; with the Lua lock. */
typedef GHashTable FiCounters;

FiCounters *fi_counters_new(void);
void fi_counters_free(FiCounters *names);
/* Let these be the names from now on. */
void fi_counters_replace(FiCounters *names);
/* The counter of that name, made if there is none, in @names (NULL: those in
 * use).  The reference is the table's. */
FiCounter *fi_counter_get(FiCounters *names, const char *name);

typedef struct FiCondition {
    FiCounter *counter; /* NULL: none */
    enum qemu_plugin_cond op;
    uint64_t imm;
} FiCondition;

bool fi_condition_holds(const FiCondition *c, unsigned vcpu);

#endif
