/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_BINDINGS_IRQ_H
#define FI_BINDINGS_IRQ_H

#include "../gic.h"
#include "impl.h"

/* What an operation of fi.irq is about. */
typedef struct FiIrqTarget {
    FiIrqKind kind;
    unsigned number;    /* INTID, external interrupt; of FI_IRQ_INPUT: line */
    unsigned vcpu;      /* FI_IRQ_PPI, FI_IRQ_SGI */
    const char *device; /* FI_IRQ_INPUT */
    const char *name;   /* of the group of inputs, NULL: the unnamed ones */
    bool has_number;    /* FI_IRQ_INPUT: the line was given */
} FiIrqTarget;

/* The target that the table at index 1 says; its strings are on the stack.
 * @what begins the message of an error. */
FI_RAISES void fi_irq_check_target(lua_State *L, FiIrqTarget *t,
                                   const char *what);
/* Raise "what: message" and free @error. */
FI_RAISES int fi_irq_raise(lua_State *L, const char *what, GError *error);

/*
 * Do it through registers of the interrupt controller, as software on the
 * vCPU of @c would.
 */
FI_RAISES void fi_irq_by_registers(lua_State *L, FiContext *c,
                                   const FiIrqTarget *t, FiIrqOp op,
                                   const char *what);

/* fi.irq.gic{dist =, redist =} */
int fi_irq_set_gic(lua_State *L);

/* What that said; with the Lua lock. */
typedef struct FiIrqPlaces {
    bool has_dist, has_redist;
    uint64_t dist, redist;
} FiIrqPlaces;

void fi_irq_exchange_places(FiIrqPlaces *other);

/* What suppress and restore were asked while a scenario loads. */
GPtrArray *fi_irq_remembered_new(void);
/* Do it, in that order.  NULL, or the message of the first that cannot be
 * done, to be freed.  With the lock. */
char *fi_irq_perform_locked(GPtrArray *list);

#endif
