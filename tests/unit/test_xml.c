/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xml.h"

#include <string.h>

#define PC "trigger_condition='0x1000' "
#define REG "target='CPU_REG' target_data='1' fault_data='2' "

static FiXml *read_text(const char *text)
{
    FiXml *x = fi_xml_new();

    fi_xml_feed(x, text, strlen(text));
    fi_xml_finish(x);
    return x;
}

/* The only fault of "<Fault attributes/>". */
static const FiXmlFault *read_fault(FiXml *x, const char *attributes)
{
    g_autofree char *text = g_strdup_printf("<Fault %s/>", attributes);
    const GPtrArray *faults;

    fi_xml_feed(x, text, strlen(text));
    faults = fi_xml_finish(x);
    if (!faults) {
        g_error("%s: %s", text, fi_xml_error(x)->message);
    }
    g_assert_cmpuint(faults->len, ==, 1);
    return g_ptr_array_index(faults, 0);
}

static void test_defaults(void)
{
    g_autoptr(FiXml) x = fi_xml_new();
    const FiXmlFault *f = read_fault(x, PC REG);

    g_assert_cmpint(f->trigger, ==, FI_XML_ON_PC);
    g_assert_cmpint(f->target, ==, FI_XML_CPU_REG);
    g_assert_cmpuint(f->trigger_condition, ==, 0x1000);
    g_assert_cmpuint(f->target_data, ==, 1);
    g_assert_cmpuint(f->fault_data, ==, 2);
    g_assert_cmpuint(f->size, ==, 8);
    g_assert_cmpint(f->cpu, ==, -1);
    g_assert_cmpint(f->irq_type, ==, FI_XML_SPI);
    g_assert_null(f->fault_name);
    g_assert_cmpuint(f->line, ==, 1);
}

static void test_everything_given(void)
{
    g_autoptr(FiXml) x = fi_xml_new();
    const FiXmlFault *f = read_fault(
        x, "target='IRQ' trigger='TIMER' trigger_condition='10000000000' "
           "target_data='017' fault_data='1' size='4' cpu='3' irq_type='PPI' "
           "fault_name='none'");

    g_assert_cmpint(f->trigger, ==, FI_XML_ON_TIMER);
    g_assert_cmpint(f->target, ==, FI_XML_IRQ);
    g_assert_cmpuint(f->trigger_condition, ==, 10000000000);
    g_assert_cmpuint(f->target_data, ==, 15);
    g_assert_cmpint(f->cpu, ==, 3);
    g_assert_cmpint(f->irq_type, ==, FI_XML_PPI);
    g_assert_cmpstr(f->fault_name, ==, "none");
}

static void test_largest_number(void)
{
    g_autoptr(FiXml) x = fi_xml_new();
    const FiXmlFault *f = read_fault(
        x, "target='RAM' target_data='18446744073709551615' "
           "fault_data='0xFFFFFFFFFFFFFFFF' size='0' " PC);

    g_assert_cmpuint(f->target_data, ==, UINT64_MAX);
    g_assert_cmpuint(f->fault_data, ==, UINT64_MAX);
    g_assert_cmpuint(f->size, ==, 8);
}

static void test_short_forms(void)
{
    g_autoptr(FiXml) ram = fi_xml_new();
    g_autoptr(FiXml) mmio = fi_xml_new();
    g_autoptr(FiXml) documented = fi_xml_new();
    g_autoptr(FiXml) sys_reg = fi_xml_new();
    const FiXmlFault *f = read_fault(
        ram, "trigger='RAM' trigger_condition='0x10' fault_data='1' size='2'");

    g_assert_cmpint(f->target, ==, FI_XML_RAM);
    g_assert_cmpuint(f->target_data, ==, 0x10);
    g_assert_cmpuint(f->size, ==, 2);
    f = read_fault(mmio, "trigger='MMIO' target_data='0x20' fault_data='1'");
    g_assert_cmpint(f->target, ==, FI_XML_MMIO);
    g_assert_cmpuint(f->target_data, ==, 0x20);
    f = read_fault(documented,
                   "trigger='MMIO' trigger_condition='0x30' fault_data='0'");
    g_assert_cmpuint(f->target_data, ==, 0x30);
    f = read_fault(sys_reg, "trigger='SYS_REG' fault_data='1' "
                            "trigger_condition='cntvct_el0'");
    g_assert_cmpint(f->target, ==, FI_XML_NO_TARGET);
    g_assert_cmpstr(f->sys_reg, ==, "cntvct_el0");
}

static void test_elements_anywhere(void)
{
    g_autoptr(FiXml) x = fi_xml_new();
    static const char text[] = "<?xml version='1.0'?>\n"
                               "<!-- <Fault/> -->\n"
                               "<Faults name='any'>\n"
                               "  <group>words\n"
                               "    <Fault\n"
                               "       " PC REG "/></group>\n"
                               "  <Fault " PC REG "><Fault " PC REG
                               "/></Fault>\n"
                               "</Faults>\n"
                               "<Fault " PC REG "/>\n";
    const GPtrArray *faults;
    static const unsigned lines[] = { 5, 7, 7, 9 };
    guint i;

    g_assert_cmpint(fi_xml_feed(x, text, strlen(text)), ==, FI_XML_COMPLETE);
    faults = fi_xml_finish(x);
    g_assert_nonnull(faults);
    g_assert_cmpuint(faults->len, ==, G_N_ELEMENTS(lines));
    for (i = 0; i < faults->len; i++) {
        const FiXmlFault *f = g_ptr_array_index(faults, i);

        g_assert_cmpuint(f->line, ==, lines[i]);
    }
}

static void test_no_faults(void)
{
    g_autoptr(FiXml) x = fi_xml_new();
    const GPtrArray *faults;

    g_assert_cmpint(fi_xml_feed(x, "<Faults/>", 9), ==, FI_XML_COMPLETE);
    faults = fi_xml_finish(x);
    g_assert_nonnull(faults);
    g_assert_cmpuint(faults->len, ==, 0);
}

/* Each error once */

#define TIMER "trigger='TIMER' trigger_condition='1' "
#define EXCP "target='EXCP' " PC
#define CUSTOM "target='CUSTOM' " PC
#define IRQ "target='IRQ' " PC

static const struct {
    const char *attributes, *attribute, *message;
} wrong_faults[] = {
    { PC REG "colour='red'", NULL, "unknown attribute 'colour'; known are" },
    { PC REG "cpu='1' cpu='1'", "cpu", "given twice" },
    { PC "target='cpu_reg'", "target", "'cpu_reg' is none of CPU_REG, RAM" },
    { PC REG "trigger='WHEN'", "trigger", "'WHEN' is none of PC, SYS_REG" },
    { PC REG "irq_type='LPI'", "irq_type", "none of SPI, PPI, SGI" },
    { REG, "trigger_condition", "the instruction's address" },
    { REG "trigger_condition=''", "trigger_condition", "'' is no whole" },
    { REG "trigger_condition='-1'", "trigger_condition", "no whole number" },
    { REG "trigger_condition='+1'", "trigger_condition", "no whole number" },
    { REG "trigger_condition=' 1'", "trigger_condition", "no whole number" },
    { REG "trigger_condition='1x'", "trigger_condition", "no whole number" },
    { REG "trigger_condition='089'", "trigger_condition", "no whole number" },
    { REG "trigger_condition='0x'", "trigger_condition", "no whole number" },
    { REG "trigger_condition='main'", "trigger_condition", "no whole number" },
    { REG "trigger_condition='18446744073709551616'", "trigger_condition",
      "of up to 64 bits" },
    { PC REG "cpu='65536'", "cpu", "the largest is 65535" },
    { PC, "target", "is missing; write target=\"CPU_REG, RAM" },
    { PC "target='CPU_REG' fault_data='1'", "target_data", "0 to 30" },
    { PC "target='CPU_REG' target_data='1'", "fault_data", "new value" },
    { PC "target='CPU_REG' target_data='31' fault_data='1'", "target_data",
      "31 is no register of x0 to x30" },
    { PC "target='RAM' fault_data='1'", "target_data", "virtual address" },
    { PC "target='RAM' target_data='1'", "fault_data", "is stored" },
    { PC "target='RAM' target_data='1' fault_data='1' size='3'", "size",
      "'3' is none of 1, 2, 4, 8" },
    { PC "target='RAM' target_data='1' fault_data='1' size='x'", "size",
      "no whole number" },
    { PC "target='MMIO' fault_data='1'", "target_data", "physical address" },
    { PC "target='MMIO' target_data='1'", "fault_data", "what reads give" },
    { "trigger='RAM' fault_data='1'", "trigger_condition", "virtual address" },
    { "trigger='RAM' trigger_condition='1'", "fault_data", "is stored" },
    { "trigger='RAM' trigger_condition='1' target_data='2' fault_data='1'",
      "target_data", "means nothing without target" },
    { "trigger='MMIO' target='MMIO' target_data='1' fault_data='1'", "target",
      "has none" },
    { "trigger='MMIO' fault_data='1'", "target_data", "physical address" },
    { "trigger='MMIO' target_data='1'", "fault_data", "what reads give" },
    { "trigger='MMIO' target_data='1' trigger_condition='2' fault_data='1'",
      "trigger_condition", "another address than target_data" },
    { "trigger='SYS_REG' fault_data='1'", "trigger_condition",
      "register's name" },
    { "trigger='SYS_REG' trigger_condition='midr_el1'", "fault_data",
      "what reads give" },
    { "trigger='SYS_REG' trigger_condition='12' fault_data='1'",
      "trigger_condition", "'12' is no register's name" },
    { "trigger='SYS_REG' trigger_condition='a b' fault_data='1'",
      "trigger_condition", "'a b' is no register's name" },
    { "trigger='SYS_REG' trigger_condition='midr_el1' " REG, "target",
      "trigger=\"SYS_REG\" has none" },
    { "trigger='TIMER' target='IRQ' target_data='1'", "trigger_condition",
      "virtual time in ns" },
    { TIMER, "target", "is missing" },
    { TIMER REG, "target", "does not go with CPU_REG" },
    { "trigger='TIMER' trigger_condition='0x7fffffffffffffff' target='IRQ' "
      "target_data='1'",
      "trigger_condition", "the largest is 2305843009213693951" },
    { IRQ, "target_data", "interrupt's number" },
    { IRQ "target_data='988'", "target_data",
      "an SPI's number is 0 to 987, which stands for INTID 32 to 1019" },
    { IRQ "target_data='16' irq_type='PPI'", "target_data",
      "a PPI's number is 0 to 15, which stands for INTID 16 to 31" },
    { IRQ "target_data='16' irq_type='SGI'", "target_data", "an SGI's" },
    { EXCP, "target_data", "write target_data=\"24\"" },
    { EXCP "target_data='2'", "target_data", "2 is none of QEMU's" },
    { EXCP "target_data='24' fault_data='0x100000000'", "fault_data",
      "32 bits" },
    { EXCP "target_data='1' fault_data='1'", "fault_data", "0x2000000" },
    { EXCP "target_data='4' fault_data='0x96000007'", "fault_data",
      "an external abort" },
    { EXCP "target_data='3'", "fault_data", "an external abort" },
    { CUSTOM, "fault_name", "smmu_gerror_cmdq" },
    { CUSTOM "fault_name='x' fault_data='1'", "fault_name", "'x' is unknown" },
    { CUSTOM "fault_name='smmu_gerror_cmdq'", "fault_data", "1, 2 or 3" },
    { CUSTOM "fault_name='smmu_gerror_cmdq' fault_data='4'", "fault_data",
      "'4' is no error of the command queue" },
};

/* A document is refused whole, yet read to its end. */
static void test_wrong_faults(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(wrong_faults); i++) {
        g_autofree char *text = g_strdup_printf(
            "<Faults>\n<Fault " PC REG "/>\n<Fault\n %s/>\n"
            "<Fault bad='second'/>\n</Faults>",
            wrong_faults[i].attributes);
        g_autoptr(FiXml) x = fi_xml_new();
        const FiXmlError *e;

        g_assert_cmpint(fi_xml_feed(x, text, strlen(text)), ==,
                        FI_XML_COMPLETE);
        g_assert_null(fi_xml_finish(x));
        e = fi_xml_error(x);
        g_assert_cmpuint(e->line, ==, 3);
        if (!strstr(e->message, wrong_faults[i].message)) {
            g_error("%s: '%s' does not say '%s'", wrong_faults[i].attributes,
                    e->message, wrong_faults[i].message);
        }
        g_assert_cmpstr(e->attribute, ==, wrong_faults[i].attribute);
    }
}

static void test_wrong_case(void)
{
    g_autoptr(FiXml) x = read_text("<a>\n<fault/></a>");

    g_assert_cmpstr(fi_xml_error(x)->message, ==,
                    "<fault> is not known; write <Fault …/>");
    g_assert_cmpuint(fi_xml_error(x)->line, ==, 2);
}

static const struct {
    const char *text;
    FiXmlState state;
    unsigned line;
    const char *message;
} no_documents[] = {
    { "", FI_XML_INCOMPLETE, 1, "empty" },
    { " \n ", FI_XML_INCOMPLETE, 2, "empty" },
    { "<a>\n<b>", FI_XML_INCOMPLETE, 2, "still open" },
    { "<a>\n<Fault trigger='PC", FI_XML_INCOMPLETE, 2, "attribute value" },
    { "<a>\n<!-- ", FI_XML_INCOMPLETE, 2, "comment" },
    { "words", FI_XML_MALFORMED, 1, "begin with an element" },
    { "<a>\n</b>", FI_XML_MALFORMED, 2, "“b” was closed" },
    { "<a>\n&lt;&foo;</a>", FI_XML_MALFORMED, 2, "foo" },
    { "<a>\n\xff</a>", FI_XML_MALFORMED, 2, "UTF-8" },
    { "<a>\n<Fault target='\xc3'/></a>", FI_XML_MALFORMED, 2, "UTF-8" },
    { "<a/>\n(", FI_XML_MALFORMED, 2, "begin with an element" },
};

static void test_no_documents(void)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(no_documents); i++) {
        const char *text = no_documents[i].text;
        g_autoptr(FiXml) x = fi_xml_new();
        const FiXmlError *e;

        g_assert_cmpint(fi_xml_feed(x, text, strlen(text)), ==,
                        no_documents[i].state);
        g_assert_null(fi_xml_finish(x));
        e = fi_xml_error(x);
        if (!strstr(e->message, no_documents[i].message)) {
            g_error("%s: '%s' does not say '%s'", text, e->message,
                    no_documents[i].message);
        }
        g_assert_true(g_utf8_validate(e->message, -1, NULL));
        g_assert_cmpuint(e->line, ==, no_documents[i].line);
        g_assert_null(e->attribute);
    }
}

static void test_nul(void)
{
    g_autoptr(FiXml) x = fi_xml_new();

    g_assert_cmpint(fi_xml_feed(x, "<a>\0</a>", 8), ==, FI_XML_MALFORMED);
    g_assert_cmpstr(fi_xml_error(x)->message, ==,
                    "a NUL byte, which XML does not have");
}

static FiXmlState nest(FiXml *x, int depth)
{
    FiXmlState state = FI_XML_INCOMPLETE;

    while (depth-- > 0) {
        state = fi_xml_feed(x, "<a>", 3);
    }
    return state;
}

static void test_depth(void)
{
    g_autoptr(FiXml) x = fi_xml_new();

    g_assert_cmpint(nest(x, FI_XML_MAX_DEPTH), ==, FI_XML_INCOMPLETE);
    g_assert_cmpint(nest(x, 1), ==, FI_XML_MALFORMED);
    g_assert_cmpint(nest(x, 1), ==, FI_XML_MALFORMED);
    g_assert_cmpstr(fi_xml_error(x)->message, ==,
                    "more than 64 elements within each other");
    g_assert_null(fi_xml_finish(x));
}

static void test_size(void)
{
    g_autofree char *text = g_malloc(FI_XML_MAX_SIZE);
    g_autoptr(FiXml) x = fi_xml_new();

    memset(text, ' ', FI_XML_MAX_SIZE);
    memcpy(text, "<a/>", 4);
    g_assert_cmpint(fi_xml_feed(x, text, FI_XML_MAX_SIZE), ==, FI_XML_COMPLETE);
    g_assert_cmpint(fi_xml_feed(x, " ", 1), ==, FI_XML_MALFORMED);
    g_assert_null(fi_xml_finish(x));
    g_assert_cmpstr(fi_xml_error(x)->message, ==,
                    "a document has at most 16777216 bytes");
}

/* Byte by byte: complete with the root's last byte, not before. */
static void test_pieces(void)
{
    static const char text[] =
        "<?xml version='1.0'?><!-- é </a> --><a b='&lt;/a&gt;'>\n"
        "<Fault " PC REG "/>\n<Fault " PC REG ">é</Fault></a>";
    size_t i, len = strlen(text);
    g_autoptr(FiXml) x = fi_xml_new();
    const GPtrArray *faults;

    for (i = 0; i < len; i++) {
        g_assert_cmpint(fi_xml_feed(x, text + i, 1), ==,
                        i < len - 1 ? FI_XML_INCOMPLETE : FI_XML_COMPLETE);
    }
    faults = fi_xml_finish(x);
    g_assert_cmpuint(faults->len, ==, 2);
    g_assert_cmpuint(((FiXmlFault *)faults->pdata[0])->line, ==, 2);
    g_assert_cmpuint(((FiXmlFault *)faults->pdata[1])->line, ==, 3);
}

/* Whatever is cut off or changed, nothing breaks. */
static void test_junk(void)
{
    static const char text[] =
        "<?xml version='1.0'?>\n<!-- x -->\n<a><![CDATA[<]]><Fault " PC REG
        "/>\n<Fault trigger='SYS_REG' trigger_condition='midr_el1' "
        "fault_data='0x1&#48;'/></a>";
    size_t len = strlen(text);
    int round;

    for (round = 0; round < 20000; round++) {
        g_autofree char *junk = g_memdup2(text, len);
        g_autoptr(FiXml) x = fi_xml_new();
        int changes = g_test_rand_int_range(0, 4);
        size_t cut = g_test_rand_int_range(0, len + 1);
        const GPtrArray *faults;

        while (changes-- > 0) {
            junk[g_test_rand_int_range(0, len)] = g_test_rand_int_range(0, 256);
        }
        fi_xml_feed(x, junk, cut);
        fi_xml_feed(x, junk + cut, len - cut);
        faults = fi_xml_finish(x);
        g_assert_true(!faults == !!fi_xml_error(x));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/xml/defaults", test_defaults);
    g_test_add_func("/xml/everything_given", test_everything_given);
    g_test_add_func("/xml/largest_number", test_largest_number);
    g_test_add_func("/xml/short_forms", test_short_forms);
    g_test_add_func("/xml/elements_anywhere", test_elements_anywhere);
    g_test_add_func("/xml/no_faults", test_no_faults);
    g_test_add_func("/xml/wrong_faults", test_wrong_faults);
    g_test_add_func("/xml/wrong_case", test_wrong_case);
    g_test_add_func("/xml/no_documents", test_no_documents);
    g_test_add_func("/xml/nul", test_nul);
    g_test_add_func("/xml/depth", test_depth);
    g_test_add_func("/xml/size", test_size);
    g_test_add_func("/xml/pieces", test_pieces);
    g_test_add_func("/xml/junk", test_junk);
    return g_test_run();
}
