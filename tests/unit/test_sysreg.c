/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A64 decoding against the cross assembler: FI_CROSS is the prefix of its
 * tools, e.g. aarch64-linux-gnu-.
 */
#include <glib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>

#include "arch/aarch64_load.h"
#include "arch/aarch64_sysreg.h"

/* The widest that binutils 2.40 knows, and what it has beside it. */
#define ARCH                                                        \
    ".arch armv9.3-a+memtag+profile+predres+rng+ssbs+sve2+sme+tme+" \
    "ls64+cssc\n"
#define ALL_SYSREGS 1000
#define FEWEST_KNOWN 900 /* by any assembler that knows this .arch */

static const char *cross;
static char *dir;

static char *path(const char *name)
{
    return g_build_filename(dir, name, NULL);
}

/* Run a tool of the cross compiler; its stderr. */
static char *run(const char *tool, const char *const *args, gboolean *ret_ok)
{
    g_autofree char *command = g_strconcat(cross, tool, NULL);
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autoptr(GError) error = NULL;
    char *text = NULL;
    int status = -1;

    g_ptr_array_add(argv, command);
    for (; *args; args++) {
        g_ptr_array_add(argv, (char *)*args);
    }
    g_ptr_array_add(argv, NULL);
    g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL,
                 NULL, NULL, &text, &status, &error);
    g_assert_no_error(error);
    *ret_ok = g_spawn_check_wait_status(status, NULL);
    return text;
}

/*
 * Assemble @lines: ret[i] is the opcode of line i, 0 where the assembler
 * refuses it.
 */
static void assemble(char **lines, uint32_t *ret)
{
    guint n = g_strv_length(lines), i, used = 0;
    g_autofree char *source = path("t.s"), *object = path("t.o"),
                    *binary = path("t.bin");
    g_autofree gboolean *bad = g_new0(gboolean, n);
    const char *as[] = { source, "-o", object, NULL };
    const char *objcopy[] = { "-O", "binary", object, binary, NULL };
    g_autofree char *data = NULL;
    gsize size;
    gboolean ok = FALSE;
    int pass;

    for (pass = 0; pass < 2 && !ok; pass++) {
        g_autoptr(GString) text = g_string_new(ARCH);
        g_autofree char *errors = NULL;
        const char *p;
        unsigned line;

        for (i = 0; i < n; i++) {
            g_string_append_printf(text, "%s\n", bad[i] ? "" : lines[i]);
        }
        g_assert_true(g_file_set_contents(source, text->str, -1, NULL));
        errors = run("as", as, &ok);
        for (p = errors; (p = strstr(p, "t.s:")); p++) {
            if (sscanf(p, "t.s:%u: Error", &line) == 1 && line >= 2 &&
                g_str_has_prefix(strchr(p + 4, ':') + 1, " Error")) {
                bad[line - 2] = TRUE;
            }
        }
        g_assert_true(ok || pass == 0);
    }
    g_free(run("objcopy", objcopy, &ok));
    g_assert_true(ok && g_file_get_contents(binary, &data, &size, NULL));
    for (i = 0; i < n; i++) {
        ret[i] = 0;
        if (!bad[i]) {
            g_assert_cmpuint(used + 4, <=, size);
            memcpy(&ret[i], data + used, 4);
            ret[i] = GUINT32_FROM_LE(ret[i]);
            used += 4;
        }
    }
    g_assert_cmpuint(used, ==, size);
}

static bool have_assembler(void)
{
    if (!cross) {
        g_test_skip("no AArch64 cross assembler");
    }
    return cross != NULL;
}

/* Each name of the table, read and written. */

static void check_table(const char *format, bool write, bool *known)
{
    g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
    g_autofree uint32_t *opcodes = NULL;
    const char *name;
    uint16_t key;
    unsigned i;

    for (i = 0; (name = fi_aarch64_sysreg_nth(i, &key)); i++) {
        g_autofree char *lower = g_ascii_strdown(name, -1);

        g_ptr_array_add(lines, g_strdup_printf(format, lower));
    }
    g_ptr_array_add(lines, NULL);
    opcodes = g_new0(uint32_t, i);
    assemble((char **)lines->pdata, opcodes);
    for (i = 0; (name = fi_aarch64_sysreg_nth(i, &key)); i++) {
        FiSysregAccess a;
        char shown[32];

        if (!opcodes[i]) {
            continue;
        }
        known[i] = true;
        g_assert_true(fi_aarch64_sysreg_access(opcodes[i], &a));
        if (a.key != key) {
            g_test_message("%s: 0x%x, the assembler has 0x%x", name, key,
                           a.key);
            g_test_fail();
        }
        g_assert_true(a.write == write && !a.immediate && a.rt == 7);
        fi_aarch64_sysreg_name(&a, shown, sizeof(shown));
        /* One encoding has a name for each direction. */
        g_assert_true(strcmp(shown, name) == 0 ||
                      g_str_has_prefix(name, "DBGDTR"));
    }
}

static void test_table(void)
{
    bool known[ALL_SYSREGS] = { false };
    const char *name;
    uint16_t key;
    unsigned i, unknown = 0;

    if (!have_assembler()) {
        return;
    }
    check_table("mrs x7, %s", false, known);
    check_table("msr %s, x7", true, known);
    for (i = 0; (name = fi_aarch64_sysreg_nth(i, &key)); i++) {
        if (!known[i]) {
            unknown++;
            g_test_message("this assembler does not know %s", name);
        }
    }
    g_assert_cmpuint(i, ==, ALL_SYSREGS);
    g_assert_cmpuint(i - unknown, >=, FEWEST_KNOWN);
}

static void test_order(void)
{
    const char *name, *before = "";
    FiSysregPattern p[2];
    uint16_t key;
    unsigned i;

    for (i = 0; (name = fi_aarch64_sysreg_nth(i, &key)); i++) {
        g_autofree char *lower = g_ascii_strdown(name, -1);

        g_assert_cmpint(g_ascii_strcasecmp(before, name), <, 0);
        g_assert_true(fi_aarch64_sysreg_find(lower, p, NULL));
        g_assert_cmphex(p[0].key, ==, key);
        g_assert_cmphex(p[0].mask, ==, 0xffff);
        before = name;
    }
}

/* MSR (immediate) */

static void test_fields(void)
{
    static const struct {
        const char *text, *name;
        unsigned value;
    } cases[] = {
        { "msr daifset, #5", "DAIFSet", 5 },
        { "msr daifclr, #15", "DAIFClr", 15 },
        { "msr spsel, #1", "SPSel", 1 },
        { "msr pan, #1", "PAN", 1 },
        { "msr uao, #0", "UAO", 0 },
        { "msr ssbs, #1", "SSBS", 1 },
        { "msr dit, #1", "DIT", 1 },
        { "msr tco, #1", "TCO", 1 },
        { "msr allint, #1", "ALLINT", 1 },
        { "smstart sm", "SVCRSM", 1 },
        { "smstop za", "SVCRZA", 0 },
        { "smstart", "SVCRSMZA", 1 },
    };
    char *lines[G_N_ELEMENTS(cases) + 1] = { NULL };
    uint32_t opcodes[G_N_ELEMENTS(cases)];
    size_t i;

    if (!have_assembler()) {
        return;
    }
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        lines[i] = (char *)cases[i].text;
    }
    assemble(lines, opcodes);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        FiSysregPattern p[2];
        FiSysregAccess a;
        char name[32];
        unsigned hits;

        if (!opcodes[i]) {
            g_test_message("this assembler does not know %s", cases[i].text);
            continue;
        }
        g_assert_true(fi_aarch64_sysreg_access(opcodes[i], &a));
        g_assert_true(a.immediate && a.write);
        g_assert_cmpuint(a.value, ==, cases[i].value);
        fi_aarch64_sysreg_name(&a, name, sizeof(name));
        g_assert_cmpstr(name, ==, cases[i].name);
        g_assert_true(fi_aarch64_sysreg_find(name, p, NULL));
        hits = (a.key & p[0].mask) == p[0].key;
        hits += p[1].mask && (a.key & p[1].mask) == p[1].key;
        g_assert_cmpuint(hits, ==, 1);
    }
}

static void test_not_sysreg(void)
{
    static const uint32_t others[] = {
        0xd503201f, /* nop */
        0xd5033fdf, /* isb */
        0xd500401f, /* cfinv */
        0xd500403f, /* xaflag */
        0xd508871f, /* tlbi vmalle1 */
        0xd50b7420, /* dc zva, x0 */
        0xd5087800, /* at s1e1r, x0 */
        0xd4000001, /* svc #0 */
        0xf9400020, /* ldr x0, [x1] */
    };
    FiSysregAccess a;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(others); i++) {
        g_assert_false(fi_aarch64_sysreg_access(others[i], &a));
    }
}

/* Names */

static void test_generic(void)
{
    static const char *const bad[] = {
        "S3_0_C1_C0",
        "S1_0_C7_C8_0",
        "S4_0_C1_C0_0",
        "S3_8_C1_C0_0",
        "S3_0_C16_C0_0",
        "S3_0_C1_C0_8",
        "S3_0_C1_C0_0x",
        "S3_0_C01_C0_0",
        "S3_0_C1_C16_0",
        "S3_0_C1_C0_0_0",
        " S3_0_C1_C0_0",
        "S+3_0_C1_C0_0",
        "",
        "S3_0_C1_C0_-1",
    };
    FiSysregAccess a = { .key = FI_SYSREG_KEY(3, 7, 15, 15, 7) };
    FiSysregPattern p[2];
    char name[32];
    size_t i;

    g_assert_true(fi_aarch64_sysreg_find("S3_0_C1_C0_0", p, NULL));
    g_assert_cmphex(p[0].key, ==, 0xc080);
    g_assert_cmphex(p[1].mask, ==, 0);
    g_assert_true(fi_aarch64_sysreg_find("s2_7_c15_c15_7", p, NULL));
    g_assert_cmphex(p[0].key, ==, 0xbfff);
    fi_aarch64_sysreg_name(&a, name, sizeof(name));
    g_assert_cmpstr(name, ==, "S3_7_C15_C15_7");
    for (i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_assert_false(fi_aarch64_sysreg_find(bad[i], p, NULL));
    }
}

static void near(const char *name, const char *wanted)
{
    g_autoptr(GError) error = NULL;
    FiSysregPattern p[2];

    g_assert_false(fi_aarch64_sysreg_find(name, p, &error));
    g_assert_nonnull(error);
    if (!strstr(error->message, wanted)) {
        g_test_message("%s", error->message);
        g_test_fail();
    }
}

static void test_unknown(void)
{
    g_autofree char *endless = g_strnfill(5000, 'x');

    near("SCTLR_EL4", "(near: SCTLR_EL1, SCTLR_EL2, SCTLR_EL3");
    near("sctrl_el1", "near: SCTLR2_EL1, SCTLR_EL1)");
    near("DAIFSett", "near: DAIFSet");
    near("vbar", "near: VBAR_EL1");
    near("nosuch", "unknown system register 'nosuch' (any can be named S<op0>");
    near(endless, "unknown system register 'xxx");
}

/* FiArch.simple_load */

static void test_loads(void)
{
    static const struct {
        const char *text;
        int rt; /* -1: none of the simple loads */
        unsigned size;
        bool sign_extend, is_64, writes_back, base_is_rt, is_literal;
    } cases[] = {
        { "ldr x3, [x1]", 3, 8, 0, 1, 0, 0, 0 },
        { "ldr w3, [x1, #8]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldr w3, [sp, #8]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldr xzr, [sp]", 31, 8, 0, 1, 0, 0, 0 },
        { "ldr x1, [x1]", 1, 8, 0, 1, 0, 1, 0 },
        { "ldr x3, [x1], #8", 3, 8, 0, 1, 1, 0, 0 },
        { "ldr x3, [x1, #8]!", 3, 8, 0, 1, 1, 0, 0 },
        { "ldr w3, [x1, x2]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldr w3, [x1, w2, sxtw #2]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldr x3, .", 3, 8, 0, 1, 0, 0, 1 },
        { "ldr w3, .", 3, 4, 0, 0, 0, 0, 1 },
        { "ldrsw x3, .", 3, 4, 1, 1, 0, 0, 1 },
        { "ldrb w30, [x1]", 30, 1, 0, 0, 0, 0, 0 },
        { "ldrb w3, [x1], #1", 3, 1, 0, 0, 1, 0, 0 },
        { "ldrh w3, [x3]", 3, 2, 0, 0, 0, 1, 0 },
        { "ldrsb w3, [x1]", 3, 1, 1, 0, 0, 0, 0 },
        { "ldrsb x3, [x1]", 3, 1, 1, 1, 0, 0, 0 },
        { "ldrsh w3, [x1]", 3, 2, 1, 0, 0, 0, 0 },
        { "ldrsh x3, [x1]!", -1, 0, 0, 0, 0, 0, 0 }, /* no such form */
        { "ldrsh x3, [x1, #2]!", 3, 2, 1, 1, 1, 0, 0 },
        { "ldrsw x3, [x1]", 3, 4, 1, 1, 0, 0, 0 },
        { "ldrsw x3, [x1, x2, lsl #2]", 3, 4, 1, 1, 0, 0, 0 },
        { "ldur x3, [x1, #-8]", 3, 8, 0, 1, 0, 0, 0 },
        { "ldur w3, [x1, #3]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldurb w3, [x1, #-1]", 3, 1, 0, 0, 0, 0, 0 },
        { "ldurh w3, [x1, #-1]", 3, 2, 0, 0, 0, 0, 0 },
        { "ldursb x3, [x1, #-1]", 3, 1, 1, 1, 0, 0, 0 },
        { "ldursh w3, [x1, #-1]", 3, 2, 1, 0, 0, 0, 0 },
        { "ldursw x3, [x1, #-1]", 3, 4, 1, 1, 0, 0, 0 },
        { "ldar x3, [x1]", 3, 8, 0, 1, 0, 0, 0 },
        { "ldar w3, [x3]", 3, 4, 0, 0, 0, 1, 0 },
        { "ldarb w3, [x1]", 3, 1, 0, 0, 0, 0, 0 },
        { "ldarh w3, [x1]", 3, 2, 0, 0, 0, 0, 0 },
        { "ldlar w3, [x1]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldapr x3, [x1]", 3, 8, 0, 1, 0, 0, 0 },
        { "ldaprb w3, [x1]", 3, 1, 0, 0, 0, 0, 0 },
        { "ldapur w3, [x1, #4]", 3, 4, 0, 0, 0, 0, 0 },
        { "ldapursb x3, [x1, #4]", 3, 1, 1, 1, 0, 0, 0 },
        { "ldtr x3, [x1]", 3, 8, 0, 1, 0, 0, 0 },
        { "ldtrb w3, [x1, #1]", 3, 1, 0, 0, 0, 0, 0 },
        { "ldtrsh w3, [x1, #2]", 3, 2, 1, 0, 0, 0, 0 },
        { "ldtrsw x3, [x1]", 3, 4, 1, 1, 0, 0, 0 },
        { "ldp x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldpsw x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldnp x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldxr x3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldaxr w3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldxp x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldadd x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "swp x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "cas x3, x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldraa x3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldraa x3, [x1, #8]!", -1, 0, 0, 0, 0, 0, 0 },
        { "ldg x3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ld64b x4, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldr q3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldr d3, [x1, x2]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldr s3, .", -1, 0, 0, 0, 0, 0, 0 },
        { "ldur b3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ld1 {v0.16b}, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "ldr z0, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "prfm pldl1keep, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "prfum pldl1keep, [x1, #1]", -1, 0, 0, 0, 0, 0, 0 },
        { "prfm pldl1keep, [x1, x2]", -1, 0, 0, 0, 0, 0, 0 },
        { "prfm pldl1keep, .", -1, 0, 0, 0, 0, 0, 0 },
        { "str x3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "stur w3, [x1, #1]", -1, 0, 0, 0, 0, 0, 0 },
        { "stlr w3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "stlur w3, [x1]", -1, 0, 0, 0, 0, 0, 0 },
        { "add x3, x1, x2", -1, 0, 0, 0, 0, 0, 0 },
        { "b .", -1, 0, 0, 0, 0, 0, 0 },
    };
    char *lines[G_N_ELEMENTS(cases) + 1] = { NULL };
    uint32_t opcodes[G_N_ELEMENTS(cases)];
    unsigned refused = 0;
    size_t i;

    if (!have_assembler()) {
        return;
    }
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        lines[i] = (char *)cases[i].text;
    }
    assemble(lines, opcodes);
    for (i = 0; i < G_N_ELEMENTS(cases); i++) {
        FiLoad l = { 0 };
        bool is = opcodes[i] && fi_aarch64_simple_load(opcodes[i], &l);

        refused += !opcodes[i];
        if (is != (cases[i].rt >= 0) ||
            (is && (l.rt != cases[i].rt || l.size != cases[i].size ||
                    l.sign_extend != cases[i].sign_extend ||
                    l.is_64 != cases[i].is_64 ||
                    l.writes_back != cases[i].writes_back ||
                    l.base_is_rt != cases[i].base_is_rt ||
                    l.is_literal != cases[i].is_literal))) {
            g_test_message("%s (0x%08x): %d rt %d size %d sign %d 64 %d "
                           "write-back %d base %d literal %d",
                           cases[i].text, opcodes[i], is, l.rt, l.size,
                           l.sign_extend, l.is_64, l.writes_back, l.base_is_rt,
                           l.is_literal);
            g_test_fail();
        }
    }
    g_assert_cmpuint(refused, ==, 1);
}

static void test_unallocated_loads(void)
{
    static const uint32_t opcodes[] = {
        0xb9c00020, /* size 2, opc 3 */
        0xf9c00020, /* size 3, opc 3 */
        0x38200820, /* strb with option<1> = 0 */
        0x38600820, /* ldrb with option<1> = 0 */
        0x08c07c20, /* ldlarb's place with Rs that is not all ones */
    };
    FiLoad l;
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(opcodes); i++) {
        g_assert_false(fi_aarch64_simple_load(opcodes[i], &l));
    }
}

int main(int argc, char **argv)
{
    int status;

    g_test_init(&argc, &argv, NULL);
    cross = g_getenv("FI_CROSS");
    cross = cross && *cross ? cross : NULL;
    dir = g_dir_make_tmp("fi-sysreg-XXXXXX", NULL);
    g_assert_nonnull(dir);
    g_test_add_func("/sysreg/table", test_table);
    g_test_add_func("/sysreg/order", test_order);
    g_test_add_func("/sysreg/fields", test_fields);
    g_test_add_func("/sysreg/others", test_not_sysreg);
    g_test_add_func("/sysreg/generic", test_generic);
    g_test_add_func("/sysreg/unknown", test_unknown);
    g_test_add_func("/load/all", test_loads);
    g_test_add_func("/load/unallocated", test_unallocated_loads);
    status = g_test_run();
    for (int i = 0; i < 3; i++) {
        g_autofree char *file = path(
            ((const char *const[]){ "t.s", "t.o", "t.bin" })[i]);

        g_unlink(file);
    }
    g_rmdir(dir);
    g_free(dir);
    return status;
}
