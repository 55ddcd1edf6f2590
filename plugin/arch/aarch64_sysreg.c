/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "aarch64_sysreg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* MRS, MSR (register): C6.2.228, C6.2.230 of the Arm ARM (DDI 0487); op0 is 2
 * or 3, L is bit 21.  MSR (immediate): op0 is 0, CRn is 4, Rt is 31. */
#define REG_MASK 0xffd00000u
#define REG_VALUE 0xd5100000u
#define IMM_MASK 0xfff8f01fu
#define IMM_VALUE 0xd500401fu
#define READ_BIT (1u << 21)

#define KEY_MASK 0xffff
#define CRM_MASK (0xf << 3)

#define MAX_NEAR 4

typedef struct Sysreg {
    char name[19];
    uint16_t key;
} Sysreg;

static const Sysreg sysregs[] = {
#define SYSREG(name, op0, op1, crn, crm, op2) \
    { #name, FI_SYSREG_KEY(op0, op1, crn, crm, op2) },
#include "aarch64_sysreg.def"
#undef SYSREG
};

/* What MSR (immediate) sets.  CRm is the value, but for those that use a part
 * of it to tell fields apart. */
static const struct Field {
    char name[10];
    uint16_t key;
    uint16_t mask;
} fields[] = {
#define FIELD(name, op1, op2, crm, crm_mask)         \
    {                                                \
#name, FI_SYSREG_KEY(0, op1, 4, crm, op2),   \
            (KEY_MASK & ~CRM_MASK) | (crm_mask) << 3 \
    }
    FIELD(UAO, 0, 3, 0, 0),      FIELD(PAN, 0, 4, 0, 0),
    FIELD(SPSel, 0, 5, 0, 0),    FIELD(ALLINT, 1, 0, 0, 0xe),
    FIELD(PM, 1, 0, 2, 0xe),     FIELD(SSBS, 3, 1, 0, 0),
    FIELD(DIT, 3, 2, 0, 0),      FIELD(SVCRSM, 3, 3, 2, 0xe),
    FIELD(SVCRZA, 3, 3, 4, 0xe), FIELD(SVCRSMZA, 3, 3, 6, 0xe),
    FIELD(TCO, 3, 4, 0, 0),      FIELD(DAIFSet, 3, 6, 0, 0),
    FIELD(DAIFClr, 3, 7, 0, 0),
#undef FIELD
};

static const struct Field *find_field(uint16_t key)
{
    size_t i;

    for (i = 0; i < G_N_ELEMENTS(fields); i++) {
        if ((key & fields[i].mask) == fields[i].key) {
            return &fields[i];
        }
    }
    return NULL;
}

bool fi_aarch64_sysreg_access(uint32_t opcode, FiSysregAccess *ret)
{
    bool immediate = (opcode & IMM_MASK) == IMM_VALUE;

    *ret = (FiSysregAccess){
        .key = (opcode >> 5) & KEY_MASK,
        .rt = opcode & 0x1f,
        .write = !(opcode & READ_BIT),
        .immediate = immediate,
    };
    if (immediate) {
        const struct Field *f = find_field(ret->key);

        if (f) {
            ret->value = (ret->key & CRM_MASK & ~f->mask) >> 3;
        }
        return f != NULL; /* CFINV and its like look the same */
    }
    return (opcode & REG_MASK) == REG_VALUE;
}

static const Sysreg *find_sysreg(const char *name)
{
    size_t lo = 0, hi = G_N_ELEMENTS(sysregs);

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        int order = g_ascii_strcasecmp(name, sysregs[mid].name);

        if (order == 0) {
            return &sysregs[mid];
        } else if (order < 0) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    return NULL;
}

/* S<op0>_<op1>_C<n>_C<m>_<op2> */
static bool parse_generic(const char *name, uint16_t *ret)
{
    unsigned op0, op1, crn, crm, op2;
    g_autofree char *upper = g_ascii_strup(name, -1);
    char again[32];

    if (sscanf(upper, "S%1u_%1u_C%2u_C%2u_%1u", &op0, &op1, &crn, &crm, &op2) !=
            5 ||
        op0 < 2 || op0 > 3 || op1 > 7 || crn > 15 || crm > 15 || op2 > 7) {
        return false;
    }
    g_snprintf(again, sizeof(again), "S%u_%u_C%u_C%u_%u", op0, op1, crn, crm,
               op2);
    *ret = FI_SYSREG_KEY(op0, op1, crn, crm, op2);
    return strcmp(again, upper) == 0; /* nothing behind it */
}

/* Number of characters to change, insert or remove; at most @limit + 1. */
static unsigned distance(const char *a, const char *b, unsigned limit)
{
    unsigned row[32], i, j, n = strlen(b);

    if (n >= G_N_ELEMENTS(row)) {
        return limit + 1;
    }
    for (j = 0; j <= n; j++) {
        row[j] = j;
    }
    for (i = 1; a[i - 1]; i++) {
        unsigned diagonal = row[0];

        row[0] = i;
        for (j = 1; j <= n; j++) {
            bool same = g_ascii_tolower(a[i - 1]) == g_ascii_tolower(b[j - 1]);
            unsigned best = MIN(row[j], row[j - 1]) + 1;

            best = MIN(best, diagonal + !same);
            diagonal = row[j];
            row[j] = best;
        }
    }
    return MIN(row[n], limit + 1);
}

static void add_near(GString *hint, unsigned *n, const char *name,
                     const char *candidate, unsigned d)
{
    size_t len = strlen(name);
    bool begins = len >= 3 && g_ascii_strncasecmp(candidate, name, len) == 0;
    unsigned found = distance(candidate, name, 2);

    /* d == 3: what only begins like it. */
    if (*n < MAX_NEAR && (d <= 2 ? found == d : found > 2 && begins)) {
        g_string_append_printf(hint, "%s%s", (*n)++ ? ", " : "", candidate);
    }
}

static void unknown_sysreg(const char *name, GError **error)
{
    g_autoptr(GString) hint = g_string_new(NULL);
    unsigned n = 0, d;
    size_t i;

    for (d = 1; d <= 3; d++) { /* the nearest first */
        for (i = 0; i < G_N_ELEMENTS(sysregs); i++) {
            add_near(hint, &n, name, sysregs[i].name, d);
        }
        for (i = 0; i < G_N_ELEMENTS(fields); i++) {
            if (!find_sysreg(fields[i].name)) {
                add_near(hint, &n, name, fields[i].name, d);
            }
        }
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                "unknown system register '%s'%s%s%s (any can be named "
                "S<op0>_<op1>_C<n>_C<m>_<op2>, with op0 2 or 3)",
                name, n ? " (near: " : "", hint->str, n ? ")" : "");
}

bool fi_aarch64_sysreg_find(const char *name, FiSysregPattern ret[2],
                            GError **error)
{
    const Sysreg *reg = find_sysreg(name);
    unsigned n = 0;
    uint16_t key;
    size_t i;

    ret[1] = (FiSysregPattern){ .mask = 0 };
    if (reg) {
        ret[n++] = (FiSysregPattern){ reg->key, KEY_MASK };
    } else if (parse_generic(name, &key)) {
        ret[n++] = (FiSysregPattern){ key, KEY_MASK };
    }
    for (i = 0; i < G_N_ELEMENTS(fields); i++) {
        if (g_ascii_strcasecmp(name, fields[i].name) == 0) {
            ret[n++] = (FiSysregPattern){ fields[i].key, fields[i].mask };
        }
    }
    if (n == 0) {
        unknown_sysreg(name, error);
    }
    return n > 0;
}

void fi_aarch64_sysreg_name(const FiSysregAccess *access, char *ret,
                            size_t size)
{
    const struct Field *f = access->immediate ? find_field(access->key) : NULL;
    const char *name = f ? f->name : NULL;
    unsigned key = access->key;
    size_t i;

    for (i = 0; !f && i < G_N_ELEMENTS(sysregs); i++) {
        if (sysregs[i].key == key) {
            name = sysregs[i].name;
            if (!access->write) {
                break; /* DBGDTRRX_EL0 is written as DBGDTRTX_EL0 */
            }
        }
    }
    if (name) {
        g_strlcpy(ret, name, size);
    } else {
        g_snprintf(ret, size, "S%u_%u_C%u_C%u_%u", key >> 14, (key >> 11) & 7,
                   (key >> 7) & 15, (key >> 3) & 15, key & 7);
    }
}

const char *fi_aarch64_sysreg_nth(unsigned n, uint16_t *ret_key)
{
    if (n >= G_N_ELEMENTS(sysregs)) {
        return NULL;
    }
    *ret_key = sysregs[n].key;
    return sysregs[n].name;
}
