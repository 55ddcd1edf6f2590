/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "gic.h"

#include <string.h>

/* The message of the error that @number gives, or "" for none. */
static char *number_error(FiIrqKind kind, int64_t number)
{
    g_autoptr(GError) error = NULL;

    if (fi_irq_check_number(kind, number, &error)) {
        g_assert_no_error(error);
        return g_strdup("");
    }
    return g_strdup(error->message);
}

static void assert_number(FiIrqKind kind, int64_t number, const char *want)
{
    g_autofree char *got = number_error(kind, number);

    if (*want == '\0') {
        g_assert_cmpstr(got, ==, "");
    } else if (!strstr(got, want)) {
        g_error("'%s' does not say '%s'", got, want);
    }
}

static void test_numbers(void)
{
    assert_number(FI_IRQ_SPI, 32, "");
    assert_number(FI_IRQ_SPI, 1019, "");
    assert_number(FI_IRQ_SPI, 1,
                  "spi = 1: an SPI's INTID is 32 to 1019; "
                  "device trees count SPIs from 0, the INTID "
                  "is that number + 32");
    assert_number(FI_IRQ_SPI, 31, "+ 32");
    assert_number(FI_IRQ_SPI, 1020, "32 to 1019");
    assert_number(FI_IRQ_SPI, -1, "spi = -1");
    assert_number(FI_IRQ_PPI, 16, "");
    assert_number(FI_IRQ_PPI, 31, "");
    assert_number(FI_IRQ_PPI, 11,
                  "ppi = 11: a PPI's INTID is 16 to 31; "
                  "device trees count PPIs from 0, the INTID "
                  "is that number + 16");
    assert_number(FI_IRQ_PPI, 32, "16 to 31");
    assert_number(FI_IRQ_SGI, 0, "");
    assert_number(FI_IRQ_SGI, 15, "");
    assert_number(FI_IRQ_SGI, 16, "sgi = 16: an SGI's INTID is 0 to 15");
    assert_number(FI_IRQ_EXTERNAL, 0, "");
    assert_number(FI_IRQ_EXTERNAL, 496, "0 to 495");
}

static void test_no_needless_advice(void)
{
    g_autofree char *high = number_error(FI_IRQ_SPI, 1020);
    g_autofree char *negative = number_error(FI_IRQ_PPI, -1);

    g_assert_null(strstr(high, "device tree"));
    g_assert_null(strstr(negative, "device tree"));
}

static unsigned line(FiIrqKind kind, unsigned number, unsigned cpu,
                     unsigned n_lines, unsigned n_cpus)
{
    g_autoptr(GError) error = NULL;
    unsigned ret = 0;

    fi_irq_line(kind, number, cpu, n_lines, n_cpus, &ret, &error);
    g_assert_no_error(error);
    return ret;
}

static void assert_no_line(FiIrqKind kind, unsigned number, unsigned cpu,
                           unsigned n_lines, unsigned n_cpus, const char *want)
{
    g_autoptr(GError) error = NULL;
    unsigned ret;

    g_assert_false(
        fi_irq_line(kind, number, cpu, n_lines, n_cpus, &ret, &error));
    g_assert_nonnull(strstr(error->message, want));
}

/* QEMU's virt machine: 256 SPIs, of which its GIC has 288 - 32. */
static void test_lines(void)
{
    const unsigned spis = 256, cpus = 4, lines = spis + 32 * cpus;

    g_assert_cmpuint(line(FI_IRQ_SPI, 32, 0, lines, cpus), ==, 0);
    g_assert_cmpuint(line(FI_IRQ_SPI, 33, 0, lines, cpus), ==, 1);
    g_assert_cmpuint(line(FI_IRQ_SPI, 287, 0, lines, cpus), ==, 255);
    g_assert_cmpuint(line(FI_IRQ_PPI, 16, 0, lines, cpus), ==, 272);
    g_assert_cmpuint(line(FI_IRQ_PPI, 27, 0, lines, cpus), ==, 283);
    g_assert_cmpuint(line(FI_IRQ_PPI, 27, 3, lines, cpus), ==, 379);
    g_assert_cmpuint(line(FI_IRQ_PPI, 31, 3, lines, cpus), ==, lines - 1);
    g_assert_cmpuint(line(FI_IRQ_EXTERNAL, 5, 0, 61, 1), ==, 5);

    assert_no_line(FI_IRQ_SPI, 288, 0, lines, cpus,
                   "spi = 288: this machine's interrupt controller has 32 to "
                   "287");
    assert_no_line(FI_IRQ_EXTERNAL, 61, 0, 61, 1,
                   "irq = 61: this machine's "
                   "interrupt controller has 0 "
                   "to 60");
    assert_no_line(FI_IRQ_SPI, 32, 0, 64, 4, "not those of a GIC for 4");
    assert_no_line(FI_IRQ_PPI, 27, 4, lines, cpus, "not those of a GIC");
}

static void assert_write(FiIrqArch arch, FiIrqKind kind, unsigned number,
                         unsigned cpu, FiIrqOp op, FiIrqWrite want)
{
    g_autoptr(GError) error = NULL;
    FiIrqWrite got;

    fi_irq_write(arch, kind, number, cpu, op, &got, &error);
    g_assert_no_error(error);
    g_assert_cmpint(got.redist, ==, want.redist);
    g_assert_cmpint(got.banked, ==, want.banked);
    g_assert_cmphex(got.offset, ==, want.offset);
    g_assert_cmphex(got.value, ==, want.value);
    g_assert_cmpuint(got.size, ==, want.size);
}

static void test_writes_of_all_versions(void)
{
    static const struct {
        FiIrqOp op;
        uint32_t offset;
    } ops[] = { { FI_IRQ_SET, 0x204 },
                { FI_IRQ_PULSE, 0x204 },
                { FI_IRQ_CLEAR, 0x284 },
                { FI_IRQ_SUPPRESS, 0x184 },
                { FI_IRQ_RESTORE, 0x104 } };
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(ops); i++) {
        FiIrqWrite want = { .offset = ops[i].offset, .value = 2, .size = 4 };

        assert_write(FI_GICV2, FI_IRQ_SPI, 33, 0, ops[i].op, want);
        assert_write(FI_GICV3, FI_IRQ_SPI, 33, 3, ops[i].op, want);
        assert_write(FI_NVIC, FI_IRQ_EXTERNAL, 33, 0, ops[i].op, want);
    }
    assert_write(FI_GICV3, FI_IRQ_SPI, 1019, 0, FI_IRQ_SET,
                 (FiIrqWrite){ .offset = 0x27c, .value = 1 << 27, .size = 4 });
}

static void test_private_writes(void)
{
    assert_write(
        FI_GICV2, FI_IRQ_PPI, 27, 1, FI_IRQ_PULSE,
        (FiIrqWrite){
            .banked = true, .offset = 0x200, .value = 1 << 27, .size = 4 });
    assert_write(FI_GICV3, FI_IRQ_PPI, 31, 1, FI_IRQ_SUPPRESS,
                 (FiIrqWrite){ .redist = true,
                               .offset = 0x10180,
                               .value = UINT32_C(1) << 31,
                               .size = 4 });
    assert_write(
        FI_GICV3, FI_IRQ_SGI, 5, 1, FI_IRQ_SET,
        (FiIrqWrite){
            .redist = true, .offset = 0x10200, .value = 1 << 5, .size = 4 });
    assert_write(
        FI_GICV3, FI_IRQ_SGI, 5, 1, FI_IRQ_CLEAR,
        (FiIrqWrite){
            .redist = true, .offset = 0x10280, .value = 1 << 5, .size = 4 });
    assert_write(
        FI_GICV2, FI_IRQ_SGI, 5, 7, FI_IRQ_PULSE,
        (FiIrqWrite){ .offset = 0xf00, .value = 1 << 23 | 5, .size = 4 });
    assert_write(
        FI_GICV2, FI_IRQ_SGI, 5, 1, FI_IRQ_CLEAR,
        (FiIrqWrite){
            .banked = true, .offset = 0xf15, .value = 0xff, .size = 1 });
}

static void assert_no_write(FiIrqArch arch, FiIrqOp op, const char *want)
{
    g_autoptr(GError) error = NULL;
    FiIrqWrite w;

    g_assert_false(fi_irq_write(arch, FI_IRQ_SGI, 3, 0, op, &w, &error));
    g_assert_nonnull(strstr(error->message, want));
}

static void test_impossible_writes(void)
{
    assert_no_write(FI_GICV2, FI_IRQ_SUPPRESS, "on_mmio_write of GICD_SGIR");
    assert_no_write(FI_GICV3, FI_IRQ_RESTORE, "ICC_SGI1R_EL1");
    assert_no_write(FI_GICV1, FI_IRQ_CLEAR, "GICv1");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/gic/numbers", test_numbers);
    g_test_add_func("/gic/no-needless-advice", test_no_needless_advice);
    g_test_add_func("/gic/lines", test_lines);
    g_test_add_func("/gic/writes", test_writes_of_all_versions);
    g_test_add_func("/gic/private-writes", test_private_writes);
    g_test_add_func("/gic/impossible-writes", test_impossible_writes);
    return g_test_run();
}
