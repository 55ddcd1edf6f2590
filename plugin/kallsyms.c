/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "kallsyms.h"

#include <string.h>

#include "symbols.h"

/*
 * Nothing in the image points to the tables, so they are found by what they
 * look like: the token table has the digits as tokens of one letter, in order;
 * everything else has a fixed place relative to it, and must agree with it.
 *
 *   up to Linux 6.3: offsets, relative base, number, names, markers, tokens
 *   since Linux 6.4: number, names, markers, tokens, offsets, relative base
 */

#define N_TOKENS 256
#define INDEX_SIZE (N_TOKENS * sizeof(uint16_t))
#define MIN_SYMBOLS 1000
#define MAX_SYMBOLS 4000000
#define PER_MARKER 256
/* How far the names may reach before the tokens. */
#define NAMES_REACH (64u << 20)
#define MAX_NAME 512
#define R_RELATIVE 0x403           /* R_AARCH64_RELATIVE */
#define SEGMENT (64 * 1024)        /* of what the image's sections start at */
#define KERNEL_ALIGN (2048 * 1024) /* of what the image starts at */

typedef struct Tables {
    const uint8_t *data;
    size_t size;
    size_t tokens, index; /* where they are */
    size_t number, names, markers, offsets, base;
    uint32_t n;
} Tables;

static size_t align(size_t pos, size_t to)
{
    return (pos + to - 1) / to * to;
}

static uint16_t get16(const Tables *t, size_t pos)
{
    return t->data[pos] | t->data[pos + 1] << 8;
}

static uint32_t get32(const Tables *t, size_t pos)
{
    return get16(t, pos) | (uint32_t)get16(t, pos + 2) << 16;
}

static uint64_t get64(const Tables *t, size_t pos)
{
    return get32(t, pos) | (uint64_t)get32(t, pos + 4) << 32;
}

bool fi_kallsyms_is_image(const uint8_t *data, size_t size)
{
    return size >= 64 && memcmp(data + 0x38, "ARM\x64", 4) == 0;
}

/* Do all tokens from @tokens on have the offsets that the index says? */
static bool index_agrees(const Tables *t)
{
    size_t pos = t->tokens;
    unsigned i;

    for (i = 0; i < N_TOKENS; i++) {
        const uint8_t *end;

        if (pos >= t->index || get16(t, t->index + 2 * i) != pos - t->tokens) {
            return false;
        }
        end = memchr(t->data + pos, 0, t->index - pos);
        if (!end) {
            return false;
        }
        pos = end - t->data + 1;
    }
    return true;
}

/* @digits: where the tokens "0" to "9" are. */
static bool tokens_around(Tables *t, size_t digits)
{
    size_t pos = digits;
    unsigned i;

    for (i = '0'; i < N_TOKENS; i++) {
        const uint8_t *end = memchr(t->data + pos, 0, t->size - pos);

        if (!end) {
            return false;
        }
        pos = end - t->data + 1;
    }
    for (i = 4; i <= 8; i += 4) { /* Linux 4 aligned to 4 on some */
        size_t offset;

        t->index = align(pos, i);
        if (t->index + INDEX_SIZE > t->size) {
            return false;
        }
        offset = get16(t, t->index + 2 * '0');
        if (offset <= digits) {
            t->tokens = digits - offset;
            if (index_agrees(t)) {
                return true;
            }
        }
    }
    return false;
}

static bool find_tokens(Tables *t)
{
    static const char digits[] = "0\0"
                                 "1\0"
                                 "2\0"
                                 "3\0"
                                 "4\0"
                                 "5\0"
                                 "6\0"
                                 "7\0"
                                 "8\0"
                                 "9";
    size_t pos = 0;

    while (pos < t->size) {
        const uint8_t *p = memmem(t->data + pos, t->size - pos, digits,
                                  sizeof(digits));

        if (!p) {
            return false;
        }
        if (tokens_around(t, p - t->data)) {
            return true;
        }
        pos = p - t->data + 1;
    }
    return false;
}

/* The length of the name at *@pos, which is moved behind it: ULEB128 of two
 * bytes at most. */
static unsigned name_length(const Tables *t, size_t *pos)
{
    unsigned len = t->data[(*pos)++];

    if (len & 0x80) {
        len = (len & 0x7f) | t->data[(*pos)++] << 7;
    }
    return len;
}

/* Expand the name at *@pos, its type first, and move behind it. */
static bool expand(const Tables *t, size_t *pos, char *buf, size_t size)
{
    size_t used = 0;
    unsigned len = name_length(t, pos);

    if (len > t->index - *pos) {
        return false;
    }
    for (; len; len--) {
        const char *token = (const char *)t->data + t->tokens +
                            get16(t, t->index + 2 * t->data[(*pos)++]);
        size_t n = strlen(token);

        if (used + n >= size) {
            return false;
        }
        memcpy(buf + used, token, n);
        used += n;
    }
    buf[used] = '\0';
    return used >= 2 && g_ascii_isalpha(buf[0]);
}

/* Are there @t->n names from @t->names on, and markers behind them? */
static bool names_agree(Tables *t)
{
    size_t pos = t->names, second = 0;
    uint32_t i;

    for (i = 0; i < t->n; i++) {
        unsigned len;

        if (pos + 2 >= t->tokens) {
            return false;
        }
        if (i == PER_MARKER) {
            second = pos - t->names;
        }
        len = name_length(t, &pos);
        if (!len || len > t->tokens - pos) {
            return false;
        }
        pos += len;
    }
    t->markers = align(pos, 8);
    return t->markers + 8 <= t->tokens && get32(t, t->markers) == 0 &&
           get32(t, t->markers + 4) == second;
}

static bool find_names(Tables *t)
{
    size_t pos = t->tokens & ~(size_t)7;
    size_t end = pos > NAMES_REACH ? pos - NAMES_REACH : 8;
    char buf[MAX_NAME];

    while (pos > end) {
        size_t names = pos;
        uint64_t n;

        pos -= 8;
        n = get64(t, pos);
        if (n < MIN_SYMBOLS || n > MAX_SYMBOLS) {
            continue;
        }
        t->number = pos;
        t->names = pos + 8;
        t->n = n;
        if (expand(t, &names, buf, sizeof(buf)) && names_agree(t)) {
            return true;
        }
    }
    return false;
}

static bool offsets_ascend(const Tables *t)
{
    uint32_t i;

    if (t->offsets + 4 * (size_t)t->n > t->size || t->base + 8 > t->size) {
        return false;
    }
    for (i = 1; i < t->n; i++) {
        if (get32(t, t->offsets + 4 * i) < get32(t, t->offsets + 4 * (i - 1))) {
            return false;
        }
    }
    return get32(t, t->offsets + 4 * (t->n - 1)) != 0;
}

static bool find_offsets(Tables *t)
{
    size_t bytes = align(4 * (size_t)t->n, 8);

    t->offsets = align(t->index + INDEX_SIZE, 8);
    t->base = t->offsets + bytes;
    if (offsets_ascend(t)) {
        return true;
    }
    if (t->number < bytes + 8) {
        return false;
    }
    t->base = t->number - 8;
    t->offsets = t->base - bytes;
    return offsets_ascend(t);
}

/*
 * What the offsets count from, `_text` or `_stext`.  In a relocatable kernel it
 * is 0 in the image, and one of the relocations, {where, type, value}, has it:
 * the one whose place in the image is that of the relative base.
 */
static bool relative_base(const Tables *t, uint64_t *ret)
{
    size_t pos;

    *ret = get64(t, t->base);
    for (pos = 0; !*ret && pos + 24 <= t->size; pos += 8) {
        uint64_t value = get64(t, pos + 16);
        uint64_t start = get64(t, pos) - t->base;

        if (get64(t, pos + 8) == R_RELATIVE && start % SEGMENT == 0 &&
            value % SEGMENT == 0 && value - start < KERNEL_ALIGN &&
            start >> 48 == 0xffff) {
            *ret = value;
        }
    }
    return *ret;
}

/*
 * Without CONFIG_KALLSYMS_ALL there are functions only.  The banner is how
 * the plugin knows the kernel again, so it is looked up by what it
 * says.
 */
static void add_banner(const Tables *t, uint64_t base, FiKallsymsFunc *fn,
                       void *opaque)
{
    const char *text = FI_BANNER;
    const uint8_t *p = memmem(t->data, t->size, text, strlen(text));

    if (p) {
        fn(base / KERNEL_ALIGN * KERNEL_ALIGN + (p - t->data), 'R',
           "linux_banner", opaque);
    }
}

static bool fail(GError **error, const char *text)
{
    g_set_error_literal(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_NONE, text);
    return false;
}

bool fi_kallsyms_read(const uint8_t *data, size_t size, FiKallsymsFunc *fn,
                      void *opaque, GError **error)
{
    Tables t = { .data = data, .size = size };
    char buf[MAX_NAME];
    bool has_banner = false;
    uint64_t base;
    uint32_t i;
    size_t pos;

    if (!find_tokens(&t) || !find_names(&t) || !find_offsets(&t)) {
        return fail(error, "an arm64 Linux image in which no table of symbols "
                           "was found (CONFIG_KALLSYMS); use its System.map "
                           "or vmlinux");
    }
    if (!relative_base(&t, &base)) {
        return fail(error, "an arm64 Linux image whose table of symbols has "
                           "no base address; use its System.map or vmlinux");
    }
    for (i = 0, pos = t.names; i < t.n; i++) {
        if (expand(&t, &pos, buf, sizeof(buf))) {
            fn(base + get32(&t, t.offsets + 4 * i), buf[0], buf + 1, opaque);
            has_banner = has_banner || !strcmp(buf + 1, "linux_banner");
        }
    }
    if (!has_banner) {
        add_banner(&t, base, fn, opaque);
    }
    return true;
}
