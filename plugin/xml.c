/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "xml.h"

#include <errno.h>
#include <string.h>

/* A 64-bit count of ns is 292 years; on_ns functions take a quarter of it. */
#define MAX_NS (INT64_MAX / 4)
#define MAX_CPU 65535

/* QEMU's numbers of Arm exceptions (EXCP_…), and what is in a syndrome. */
enum {
    EXCP_UNDEF = 1,
    EXCP_PREFETCH_ABORT = 3,
    EXCP_DATA_ABORT = 4,
    EXCP_IRQ = 5,
    EXCP_FIQ = 6,
    EXCP_SERROR = 24,
};
#define SYNDROME_IL 0x02000000
#define SYNDROME_FSC 0x3f
#define FSC_EXTERNAL 0x10

struct FiXml {
    GMarkupParseContext *markup;
    GPtrArray *faults;
    FiXmlError error; /* message NULL: none so far */
    bool malformed;
    bool ended; /* a root element has */
    unsigned depth;
    size_t size;
    unsigned line;     /* of the next byte */
    unsigned tag_line; /* of the last < */
};

typedef enum Attribute {
    A_TARGET,
    A_TRIGGER,
    A_TARGET_DATA,
    A_TRIGGER_CONDITION,
    A_FAULT_DATA,
    A_SIZE,
    A_CPU,
    A_IRQ_TYPE,
    A_FAULT_NAME,
    N_ATTRIBUTES,
} Attribute;

static const char *const attribute_names[] = {
    [A_TARGET] = "target",
    [A_TRIGGER] = "trigger",
    [A_TARGET_DATA] = "target_data",
    [A_TRIGGER_CONDITION] = "trigger_condition",
    [A_FAULT_DATA] = "fault_data",
    [A_SIZE] = "size",
    [A_CPU] = "cpu",
    [A_IRQ_TYPE] = "irq_type",
    [A_FAULT_NAME] = "fault_name",
    [N_ATTRIBUTES] = NULL,
};

static const char *const trigger_names[] = {
    [FI_XML_ON_PC] = "PC",       [FI_XML_ON_SYS_REG] = "SYS_REG",
    [FI_XML_ON_RAM] = "RAM",     [FI_XML_ON_MMIO] = "MMIO",
    [FI_XML_ON_TIMER] = "TIMER", NULL,
};

/* What an attribute can say, from 1 on. */
static const char *const target_names[] = {
    "CPU_REG", "RAM", "MMIO", "IRQ", "EXCP", "CUSTOM", NULL,
};

static const char *const irq_type_names[] = {
    [FI_XML_SPI] = "SPI",
    [FI_XML_PPI] = "PPI",
    [FI_XML_SGI] = "SGI",
    NULL,
};

/* One element while it is looked at. */
typedef struct Element {
    FiXml *x;
    const char *value[N_ATTRIBUTES]; /* NULL: not given */
    FiXmlFault *fault;
} Element;

/* Errors: the first one counts */

static bool fail_at(FiXml *x, unsigned line, const char *attribute,
                    char *message)
{
    if (x->error.message) {
        g_free(message);
    } else {
        x->error.line = line;
        x->error.attribute = attribute;
        x->error.message = message;
    }
    return false;
}

/* Always false. */
static bool fail(Element *e, int attribute, const char *fmt, ...)
    G_GNUC_PRINTF(3, 4);

static bool fail(Element *e, int attribute, const char *fmt, ...)
{
    va_list ap;
    char *message;

    va_start(ap, fmt);
    message = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    return fail_at(e->x, e->x->tag_line,
                   attribute < 0 ? NULL : attribute_names[attribute], message);
}

static bool malformed(FiXml *x, unsigned line, char *message)
{
    x->malformed = true;
    return fail_at(x, line, NULL, message);
}

/* Values */

static bool is_given(const Element *e, Attribute a)
{
    return e->value[a];
}

static bool need(Element *e, Attribute a, const char *what)
{
    return is_given(e, a) ||
           fail(e, a, "is missing; write %s=\"%s\"", attribute_names[a], what);
}

static bool take_choice(Element *e, Attribute a, const char *const *choices,
                        int *ret)
{
    g_autofree char *all = NULL;
    int i;

    if (!is_given(e, a)) {
        return true;
    }
    for (i = 0; choices[i]; i++) {
        if (strcmp(e->value[a], choices[i]) == 0) {
            *ret = i;
            return true;
        }
    }
    all = g_strjoinv(", ", (char **)choices);
    return fail(e, a, "'%s' is none of %s", e->value[a], all);
}

/* As strtoull() has it with base 0, but all of it, and no sign. */
static bool parse_number(const char *text, uint64_t *ret)
{
    char *end;

    if (!g_ascii_isdigit(*text)) {
        return false;
    }
    errno = 0;
    *ret = g_ascii_strtoull(text, &end, 0);
    return *end == '\0' && errno == 0;
}

static bool take_number(Element *e, Attribute a, uint64_t max, uint64_t *ret)
{
    const char *text = e->value[a];

    if (!text) {
        return true;
    }
    if (!parse_number(text, ret)) {
        return fail(e, a,
                    "'%s' is no whole number of up to 64 bits; write decimal "
                    "digits, 0x and hexadecimal ones, or 0 and octal ones",
                    text);
    }
    return *ret <= max ||
           fail(e, a, "%s is too big, the largest is %" G_GUINT64_FORMAT, text,
                max);
}

static bool take_cpu(Element *e)
{
    uint64_t cpu;

    if (!is_given(e, A_CPU)) {
        return true;
    }
    if (!take_number(e, A_CPU, MAX_CPU, &cpu)) {
        return false;
    }
    e->fault->cpu = cpu;
    return true;
}

/* 0 means the default, as in the plugin that the documents are from. */
static bool take_size(Element *e)
{
    uint64_t size = 0;

    if (!take_number(e, A_SIZE, UINT64_MAX, &size)) {
        return false;
    }
    if (size == 0) {
        size = sizeof(uint64_t);
    }
    if (e->fault->target == FI_XML_RAM && size != 1 && size != 2 && size != 4 &&
        size != 8) {
        return fail(e, A_SIZE, "'%s' is none of 1, 2, 4, 8", e->value[A_SIZE]);
    }
    e->fault->size = MIN(size, sizeof(uint64_t));
    return true;
}

static bool take_sys_reg(Element *e)
{
    const char *name = e->value[A_TRIGGER_CONDITION];
    const char *p;

    for (p = name; g_ascii_isalnum(*p) || *p == '_'; p++) {
    }
    if (*p || !g_ascii_isalpha(*name)) {
        return fail(e, A_TRIGGER_CONDITION,
                    "'%s' is no register's name; write one such as "
                    "cntvct_el0 or s3_0_c1_c0_0",
                    name);
    }
    e->fault->sys_reg = g_strdup(name);
    return true;
}

/* Triggers */

static bool check_mmio_trigger(Element *e)
{
    FiXmlFault *f = e->fault;

    if (is_given(e, A_TARGET)) {
        return fail(e, A_TARGET,
                    "trigger=\"MMIO\" has none: reads of the register give "
                    "fault_data; leave it out, or take another trigger with "
                    "target=\"MMIO\"");
    }
    if (!is_given(e, A_TARGET_DATA) && !is_given(e, A_TRIGGER_CONDITION)) {
        return need(e, A_TARGET_DATA, "the register's physical address");
    }
    if (!is_given(e, A_TARGET_DATA)) {
        f->target_data = f->trigger_condition;
    } else if (is_given(e, A_TRIGGER_CONDITION) &&
               f->trigger_condition != f->target_data) {
        return fail(e, A_TRIGGER_CONDITION,
                    "is another address than target_data; with "
                    "trigger=\"MMIO\" one of the two names the register");
    }
    f->target = FI_XML_MMIO;
    return need(e, A_FAULT_DATA, "what reads give");
}

static bool check_sys_reg_trigger(Element *e)
{
    if (is_given(e, A_TARGET)) {
        return fail(e, A_TARGET,
                    "trigger=\"SYS_REG\" has none: reads of the register "
                    "give fault_data; leave it out");
    }
    return need(e, A_FAULT_DATA, "what reads give");
}

/* Without a target, what was accessed is the target. */
static bool check_ram_trigger(Element *e)
{
    FiXmlFault *f = e->fault;

    if (is_given(e, A_TARGET)) {
        return true;
    }
    if (is_given(e, A_TARGET_DATA) && f->target_data != f->trigger_condition) {
        return fail(e, A_TARGET_DATA,
                    "means nothing without target, and fault_data goes to "
                    "trigger_condition; write target=\"RAM\", or leave it out");
    }
    f->target = FI_XML_RAM;
    f->target_data = f->trigger_condition;
    e->value[A_TARGET_DATA] = e->value[A_TRIGGER_CONDITION];
    return true;
}

static bool check_timer_trigger(Element *e)
{
    if (e->fault->target == FI_XML_CPU_REG) {
        return fail(e, A_TARGET,
                    "trigger=\"TIMER\" does not go with CPU_REG: no program "
                    "counter is known then; take trigger=\"PC\"");
    }
    return true;
}

static bool check_trigger(Element *e)
{
    FiXmlTrigger trigger = e->fault->trigger;

    switch (trigger) {
    case FI_XML_ON_MMIO:
        return check_mmio_trigger(e);
    case FI_XML_ON_SYS_REG:
        return need(e, A_TRIGGER_CONDITION, "the register's name") &&
               check_sys_reg_trigger(e);
    case FI_XML_ON_RAM:
        return need(e, A_TRIGGER_CONDITION, "the virtual address") &&
               check_ram_trigger(e);
    case FI_XML_ON_TIMER:
        return need(e, A_TRIGGER_CONDITION, "the virtual time in ns") &&
               need(e, A_TARGET, "RAM, MMIO, IRQ, EXCP or CUSTOM") &&
               check_timer_trigger(e);
    default:
        return need(e, A_TRIGGER_CONDITION, "the instruction's address") &&
               need(e, A_TARGET, "CPU_REG, RAM, MMIO, IRQ, EXCP or CUSTOM");
    }
}

/* Targets */

static bool check_cpu_reg(Element *e)
{
    return need(e, A_TARGET_DATA, "the register's number, 0 to 30") &&
           need(e, A_FAULT_DATA, "the register's new value") &&
           (e->fault->target_data <= 30 ||
            fail(e, A_TARGET_DATA,
                 "%s is no register of x0 to x30; write its number",
                 e->value[A_TARGET_DATA]));
}

static bool check_irq(Element *e)
{
    static const struct {
        const char *name;
        uint64_t max;
        unsigned first;
    } types[] = {
        [FI_XML_SPI] = { "an SPI", 987, 32 },
        [FI_XML_PPI] = { "a PPI", 15, 16 },
        [FI_XML_SGI] = { "an SGI", 15, 0 },
    };
    FiXmlIrqType type = e->fault->irq_type;

    if (!need(e, A_TARGET_DATA, "the interrupt's number")) {
        return false;
    }
    return e->fault->target_data <= types[type].max ||
           fail(e, A_TARGET_DATA,
                "%s's number is 0 to %u, which stands for INTID %u to %u, "
                "not %s",
                types[type].name, (unsigned)types[type].max, types[type].first,
                types[type].first + (unsigned)types[type].max,
                e->value[A_TARGET_DATA]);
}

static bool check_excp(Element *e)
{
    uint64_t syndrome = e->fault->fault_data;

    if (!need(e, A_TARGET_DATA, "24")) {
        return false;
    }
    if (syndrome > UINT32_MAX) {
        return fail(e, A_FAULT_DATA, "%s is wider than a syndrome's 32 bits",
                    e->value[A_FAULT_DATA]);
    }
    switch (e->fault->target_data) {
    case EXCP_IRQ:
    case EXCP_FIQ:
    case EXCP_SERROR:
        return true;
    case EXCP_UNDEF:
        return (syndrome & ~(uint64_t)SYNDROME_IL) == 0 ||
               fail(e, A_FAULT_DATA,
                    "an undefined instruction's syndrome is 0x2000000; write "
                    "that, or leave it out");
    case EXCP_PREFETCH_ABORT:
    case EXCP_DATA_ABORT:
        return (syndrome & SYNDROME_FSC) == FSC_EXTERNAL ||
               fail(e, A_FAULT_DATA,
                    "bits 5:0 are the fault status, which has to be 0x10, an "
                    "external abort; other aborts have an address, which a "
                    "document cannot give");
    default:
        return fail(e, A_TARGET_DATA,
                    "%s is none of QEMU's exception numbers that can be "
                    "injected: 1 (undefined), 3 (prefetch abort), 4 (data "
                    "abort), 5 (IRQ), 6 (FIQ), 24 (SError)",
                    e->value[A_TARGET_DATA]);
    }
}

static bool check_custom(Element *e)
{
    if (!need(e, A_FAULT_NAME, "smmu_gerror_cmdq")) {
        return false;
    }
    if (strcmp(e->value[A_FAULT_NAME], "smmu_gerror_cmdq") != 0) {
        return fail(e, A_FAULT_NAME,
                    "'%s' is unknown here, only smmu_gerror_cmdq is known; "
                    "print(fi.device.list()) shows what devices can do, and "
                    "fi.device.fault() does it",
                    e->value[A_FAULT_NAME]);
    }
    return need(e, A_FAULT_DATA, "1, 2 or 3") &&
           ((e->fault->fault_data >= 1 && e->fault->fault_data <= 3) ||
            fail(e, A_FAULT_DATA,
                 "'%s' is no error of the command queue; write 1 (illegal "
                 "command), 2 (abort) or 3 (invalidation of an ATC)",
                 e->value[A_FAULT_DATA]));
}

static bool check_target(Element *e)
{
    switch (e->fault->target) {
    case FI_XML_CPU_REG:
        return check_cpu_reg(e);
    case FI_XML_RAM:
        return need(e, A_TARGET_DATA, "the virtual address") &&
               need(e, A_FAULT_DATA, "what is stored there");
    case FI_XML_MMIO:
        return e->fault->trigger == FI_XML_ON_MMIO ||
               (need(e, A_TARGET_DATA, "the register's physical address") &&
                need(e, A_FAULT_DATA, "what reads give"));
    case FI_XML_IRQ:
        return check_irq(e);
    case FI_XML_EXCP:
        return check_excp(e);
    case FI_XML_CUSTOM:
        return check_custom(e);
    default:
        return true;
    }
}

/* Elements */

static bool collect(Element *e, const char **names, const char **values)
{
    int i, a;

    for (i = 0; names[i]; i++) {
        for (a = 0; attribute_names[a] && strcmp(names[i], attribute_names[a]);
             a++) {
        }
        if (a == N_ATTRIBUTES) {
            g_autofree char *all = g_strjoinv(", ", (char **)attribute_names);

            return fail(e, -1, "unknown attribute '%s'; known are %s", names[i],
                        all);
        }
        if (e->value[a]) {
            return fail(e, a, "is given twice; leave one out");
        }
        e->value[a] = values[i];
    }
    return true;
}

static bool take_condition(Element *e)
{
    FiXmlFault *f = e->fault;

    if (f->trigger == FI_XML_ON_SYS_REG) {
        return !is_given(e, A_TRIGGER_CONDITION) || take_sys_reg(e);
    }
    return take_number(e, A_TRIGGER_CONDITION,
                       f->trigger == FI_XML_ON_TIMER ? MAX_NS : UINT64_MAX,
                       &f->trigger_condition);
}

static bool take_values(Element *e)
{
    FiXmlFault *f = e->fault;
    int trigger = FI_XML_ON_PC, target = -1, irq_type = FI_XML_SPI;

    if (!take_choice(e, A_TRIGGER, trigger_names, &trigger) ||
        !take_choice(e, A_TARGET, target_names, &target) ||
        !take_choice(e, A_IRQ_TYPE, irq_type_names, &irq_type)) {
        return false;
    }
    f->trigger = trigger;
    f->target = target + 1;
    f->irq_type = irq_type;
    f->fault_name = g_strdup(e->value[A_FAULT_NAME]);
    return take_condition(e) &&
           take_number(e, A_TARGET_DATA, UINT64_MAX, &f->target_data) &&
           take_number(e, A_FAULT_DATA, UINT64_MAX, &f->fault_data) &&
           take_cpu(e);
}

static void free_fault(gpointer opaque)
{
    FiXmlFault *f = opaque;

    g_free(f->sys_reg);
    g_free(f->fault_name);
    g_free(f);
}

static void take_fault(FiXml *x, const char **names, const char **values)
{
    Element e = { .x = x, .fault = g_new0(FiXmlFault, 1) };

    e.fault->line = x->tag_line;
    e.fault->cpu = -1;
    if (collect(&e, names, values) && take_values(&e) && check_trigger(&e) &&
        take_size(&e) && check_target(&e)) {
        g_ptr_array_add(x->faults, e.fault);
    } else {
        free_fault(e.fault);
    }
}

static void start_element(GMarkupParseContext *markup, const char *name,
                          const char **names, const char **values,
                          gpointer opaque, GError **error)
{
    FiXml *x = opaque;

    (void)markup;
    x->ended = false;
    if (++x->depth > FI_XML_MAX_DEPTH) {
        malformed(x, x->tag_line,
                  g_strdup_printf("more than %d elements within each other",
                                  FI_XML_MAX_DEPTH));
        g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_PARSE, "too deep");
        return;
    }
    if (strcmp(name, "Fault") == 0) {
        take_fault(x, names, values);
    } else if (g_ascii_strcasecmp(name, "Fault") == 0) {
        fail_at(x, x->tag_line, NULL,
                g_strdup_printf("<%s> is not known; write <Fault …/>", name));
    }
}

static void end_element(GMarkupParseContext *markup, const char *name,
                        gpointer opaque, GError **error)
{
    FiXml *x = opaque;

    (void)markup;
    (void)name;
    (void)error;
    x->depth--;
    x->ended = x->depth == 0;
}

/* The document */

FiXml *fi_xml_new(void)
{
    static const GMarkupParser parser = {
        .start_element = start_element,
        .end_element = end_element,
    };
    FiXml *x = g_new0(FiXml, 1);

    x->line = 1;
    x->faults = g_ptr_array_new_with_free_func(free_fault);
    x->markup = g_markup_parse_context_new(&parser, 0, x, NULL);
    return x;
}

void fi_xml_free(FiXml *x)
{
    if (!x) {
        return;
    }
    g_markup_parse_context_free(x->markup);
    g_ptr_array_unref(x->faults);
    g_free(x->error.message);
    g_free(x);
}

/* GLib puts "Error on line 1 char 2: " in front. */
static const char *without_position(const char *message)
{
    const char *colon = strstr(message, ": ");

    return g_str_has_prefix(message, "Error on line ") && colon ? colon + 2
                                                                : message;
}

/* What GLib says may quote the document, which need not be UTF-8. */
static void take_markup_error(FiXml *x, const GError *error)
{
    g_autofree char *text = g_utf8_make_valid(without_position(error->message),
                                              -1);
    int line = 0;

    g_markup_parse_context_get_position(x->markup, &line, NULL);
    malformed(x, MAX(line, 1), g_strdup_printf("not well-formed: %s", text));
}

static bool parse(FiXml *x, const char *text, size_t len)
{
    g_autoptr(GError) error = NULL;
    const char *p, *end = text + len;

    if (len && !g_markup_parse_context_parse(x->markup, text, len, &error)) {
        take_markup_error(x, error);
        return false;
    }
    for (p = text; (p = memchr(p, '\n', end - p)); p++) {
        x->line++;
    }
    return true;
}

/* GLib does not tell where a tag began, so it gets them one by one. */
static void parse_tags(FiXml *x, const char *text, size_t len)
{
    const char *p = text, *end = text + len;

    while (p < end) {
        const char *next;

        if (*p == '<') {
            x->tag_line = x->line;
        }
        next = memchr(p + 1, '<', end - (p + 1));
        if (!parse(x, p, (next ? next : end) - p)) {
            return;
        }
        p = next ? next : end;
    }
}

FiXmlState fi_xml_feed(FiXml *x, const char *text, size_t len)
{
    x->size += len;
    if (x->size > FI_XML_MAX_SIZE) {
        malformed(x, x->line,
                  g_strdup_printf("a document has at most %d bytes",
                                  FI_XML_MAX_SIZE));
    }
    if (!x->malformed && memchr(text, '\0', len)) {
        malformed(x, x->line, g_strdup("a NUL byte, which XML does not have"));
    }
    if (!x->malformed) {
        parse_tags(x, text, len);
    }
    return x->malformed ? FI_XML_MALFORMED
           : x->ended   ? FI_XML_COMPLETE
                        : FI_XML_INCOMPLETE;
}

const GPtrArray *fi_xml_finish(FiXml *x)
{
    g_autoptr(GError) error = NULL;

    if (!x->malformed && !g_markup_parse_context_end_parse(x->markup, &error)) {
        take_markup_error(x, error);
    }
    return x->error.message ? NULL : x->faults;
}

const FiXmlError *fi_xml_error(const FiXml *x)
{
    return x->error.message ? &x->error : NULL;
}
