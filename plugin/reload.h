/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_RELOAD_H
#define FI_RELOAD_H

#include <glib.h>
#include <lua.h>

#include "bindings/irq.h"
#include "counter.h"

/*
 * fi.reload(): a scenario is loaded while another one is in use.  What it arms
 * is staged here: attached to nothing, in no plan.  When all of it has loaded
 * it takes the other one's place at once, with the Lua lock and without
 * anything that could fail; otherwise it is thrown away.
 *
 * The Lua lock may be given up while it loads.  Others then run in the old
 * scenario: its environment is put back for that time.
 */
typedef struct FiStaging {
    GPtrArray *triggers;  /* each with a reference, in order */
    FiCounters *counters; /* a scenario counts from 0 */
    GPtrArray *irqs;      /* fi.irq.suppress and restore, remembered */
    FiIrqPlaces places;   /* fi.irq.gic: of the scenario not in use */
    char *error;
} FiStaging;

/* Exchange the scenario in use and the one that is loading; with the lock. */
void fi_staging_switch(FiStaging *s);

/* [] -> number of triggers */
int fi_reload(lua_State *L);
/* Create the metatable of what a reload owns. */
void fi_reload_open(lua_State *L);

/* How often the scenario was replaced; with the Lua lock. */
unsigned fi_reload_count(void);

#endif
