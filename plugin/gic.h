/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_GIC_H
#define FI_GIC_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Interrupt numbers: which input of an interrupt controller, or which bit of
 * its registers, an INTID stands for.  Numbers only; QEMU is not asked.
 */

typedef enum FiIrqKind {
    FI_IRQ_SPI,      /* INTID 32 to 1019 */
    FI_IRQ_PPI,      /* INTID 16 to 31 of one vCPU */
    FI_IRQ_SGI,      /* INTID 0 to 15 of one vCPU */
    FI_IRQ_EXTERNAL, /* of an M-profile NVIC, from 0 */
    FI_IRQ_INPUT,    /* an input of any device */
} FiIrqKind;

typedef enum FiIrqOp {
    FI_IRQ_SET,
    FI_IRQ_CLEAR,
    FI_IRQ_PULSE,
    FI_IRQ_SUPPRESS,
    FI_IRQ_RESTORE,
} FiIrqOp;

/* "set", …, and "spi", … ("device" for FI_IRQ_INPUT) */
const char *fi_irq_op_name(FiIrqOp op);
const char *fi_irq_kind_name(FiIrqKind kind);

/* Is @number one of @kind's?  Not for FI_IRQ_INPUT. */
bool fi_irq_check_number(FiIrqKind kind, int64_t number, GError **error);

/*
 * The unnamed input of QEMU's interrupt controller, which has @n_lines of
 * them and serves @n_cpus: of a GIC those of the SPIs come first, then 32 for
 * each CPU, of which the first 16 are not used.
 */
bool fi_irq_line(FiIrqKind kind, unsigned number, unsigned cpu,
                 unsigned n_lines, unsigned n_cpus, unsigned *ret,
                 GError **error);

/* Which controller's registers: GICD_PIDR2.ArchRev, or an NVIC. */
typedef enum FiIrqArch {
    FI_NVIC = 0,
    FI_GICV1 = 1,
    FI_GICV2 = 2,
    FI_GICV3 = 3,
    FI_GICV4 = 4,
} FiIrqArch;

/* A write to a register that does what an interrupt's input would, nearly. */
typedef struct FiIrqWrite {
    bool redist; /* offset in the redistributor of that CPU, else in GICD */
    bool banked; /* the CPU that writes reaches its own only */
    uint32_t offset;
    uint32_t value;
    unsigned size; /* bytes */
} FiIrqWrite;

bool fi_irq_write(FiIrqArch arch, FiIrqKind kind, unsigned number, unsigned cpu,
                  FiIrqOp op, FiIrqWrite *ret, GError **error);

#endif
