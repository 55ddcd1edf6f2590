/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gic.h"

/*
 * INTIDs: Arm IHI 0069 2.2.1.  Registers: GICv2 IHI 0048 4.1.2, GICv3 and
 * GICv4 IHI 0069 12.8 and 12.10; the NVIC's (Armv7-M, B3.4) have the same
 * offsets from 0xe000e000 as a distributor's.
 */

#define FIRST_PPI 16
#define FIRST_SPI 32
#define LAST_SPI 1019
#define LAST_EXTERNAL 495
#define PRIVATE_LINES 32 /* for each CPU */

#define ISENABLER 0x100
#define ICENABLER 0x180
#define ISPENDR 0x200
#define ICPENDR 0x280
#define GICD_SGIR 0xf00
#define GICD_CPENDSGIR 0xf10
#define GICR_SGI_FRAME 0x10000

#define FI_IRQ_ERROR g_quark_from_static_string("fi-irq-error")

const char *fi_irq_op_name(FiIrqOp op)
{
    static const char *const names[] = { "set", "clear", "pulse", "suppress",
                                         "restore" };

    return names[op];
}

const char *fi_irq_kind_name(FiIrqKind kind)
{
    static const char *const names[] = { "spi", "ppi", "sgi", "irq", "device" };

    return names[kind];
}

/* Device trees count each kind from 0, and so do many boards' manuals. */
static const char *advice(FiIrqKind kind, int64_t number)
{
    if (kind == FI_IRQ_SPI && number >= 0 && number < FIRST_SPI) {
        return "; device trees count SPIs from 0, the INTID is that number "
               "+ 32";
    } else if (kind == FI_IRQ_PPI && number >= 0 && number < FIRST_PPI) {
        return "; device trees count PPIs from 0, the INTID is that number "
               "+ 16";
    }
    return "";
}

bool fi_irq_check_number(FiIrqKind kind, int64_t number, GError **error)
{
    static const struct {
        int64_t min, max;
        const char *what;
    } ranges[] = {
        [FI_IRQ_SPI] = { FIRST_SPI, LAST_SPI, "an SPI's INTID" },
        [FI_IRQ_PPI] = { FIRST_PPI, FIRST_SPI - 1, "a PPI's INTID" },
        [FI_IRQ_SGI] = { 0, FIRST_PPI - 1, "an SGI's INTID" },
        [FI_IRQ_EXTERNAL] = { 0, LAST_EXTERNAL,
                              "an NVIC's external interrupt" },
    };

    if (number >= ranges[kind].min && number <= ranges[kind].max) {
        return true;
    }
    g_set_error(error, FI_IRQ_ERROR, 0,
                "%s = %" G_GINT64_FORMAT ": %s is %" G_GINT64_FORMAT
                " to %" G_GINT64_FORMAT "%s",
                fi_irq_kind_name(kind), number, ranges[kind].what,
                ranges[kind].min, ranges[kind].max, advice(kind, number));
    return false;
}

static bool no_such_line(FiIrqKind kind, unsigned number, unsigned first,
                         unsigned n, GError **error)
{
    g_set_error(error, FI_IRQ_ERROR, 0,
                "%s = %u: this machine's interrupt controller has %u to %u",
                fi_irq_kind_name(kind), number, first, first + n - 1);
    return false;
}

bool fi_irq_line(FiIrqKind kind, unsigned number, unsigned cpu,
                 unsigned n_lines, unsigned n_cpus, unsigned *ret,
                 GError **error)
{
    unsigned n_private = PRIVATE_LINES * n_cpus;
    unsigned n_spis = n_lines - n_private;

    if (kind == FI_IRQ_EXTERNAL) {
        *ret = number;
        return number < n_lines ||
               no_such_line(kind, number, 0, n_lines, error);
    } else if (n_lines <= n_private || cpu >= n_cpus) {
        g_set_error(error, FI_IRQ_ERROR, 0,
                    "%s = %u: the interrupt controller's %u inputs are not "
                    "those of a GIC for %u vCPUs; name the input by device= "
                    "and line= (fi.irq.list() shows them)",
                    fi_irq_kind_name(kind), number, n_lines, n_cpus);
        return false;
    } else if (kind == FI_IRQ_PPI) {
        *ret = n_spis + PRIVATE_LINES * cpu + number;
        return true;
    }
    *ret = number - FIRST_SPI;
    return *ret < n_spis ||
           no_such_line(kind, number, FIRST_SPI, n_spis, error);
}

static uint32_t bitmap(FiIrqOp op)
{
    switch (op) {
    case FI_IRQ_CLEAR:
        return ICPENDR;
    case FI_IRQ_SUPPRESS:
        return ICENABLER;
    case FI_IRQ_RESTORE:
        return ISENABLER;
    default:
        return ISPENDR;
    }
}

/* SGIs of a GICv1 or v2 are sent by one register and, in v2 only, taken back
 * by another. */
static bool write_sgi_v2(FiIrqArch arch, unsigned number, unsigned cpu,
                         FiIrqOp op, FiIrqWrite *ret, GError **error)
{
    if (op != FI_IRQ_CLEAR) {
        *ret = (FiIrqWrite){ .offset = GICD_SGIR,
                             .value = UINT32_C(1) << (16 + cpu) | number,
                             .size = 4 };
        return true;
    } else if (arch == FI_GICV1) {
        g_set_error(error, FI_IRQ_ERROR, 0,
                    "sgi = %u: a GICv1 cannot take an SGI back", number);
        return false;
    }
    *ret = (FiIrqWrite){ .banked = true,
                         .offset = GICD_CPENDSGIR + number,
                         .value = 0xff,
                         .size = 1 };
    return true;
}

bool fi_irq_write(FiIrqArch arch, FiIrqKind kind, unsigned number, unsigned cpu,
                  FiIrqOp op, FiIrqWrite *ret, GError **error)
{
    bool private = kind == FI_IRQ_PPI || kind == FI_IRQ_SGI;
    bool redist = private && arch >= FI_GICV3;

    if (kind == FI_IRQ_SGI && (op == FI_IRQ_SUPPRESS || op == FI_IRQ_RESTORE)) {
        g_set_error(error, FI_IRQ_ERROR, 0,
                    "sgi = %u: an SGI has no input that could be cut; drop "
                    "the write that sends it (%s)",
                    number,
                    arch >= FI_GICV3 ? "on_sysreg_write of ICC_SGI1R_EL1"
                                     : "on_mmio_write of GICD_SGIR");
        return false;
    } else if (kind == FI_IRQ_SGI && !redist) {
        return write_sgi_v2(arch, number, cpu, op, ret, error);
    }
    *ret = (FiIrqWrite){
        .redist = redist,
        .banked = private && !redist,
        .offset = (redist ? GICR_SGI_FRAME : 0) + bitmap(op) + number / 32 * 4,
        .value = UINT32_C(1) << number % 32,
        .size = 4,
    };
    return true;
}
