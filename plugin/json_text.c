/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "json_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

/* Valid UTF-8 without NUL bytes. */
static void append_escaped(GString *text, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = s[i];

        if (c == '"' || c == '\\') {
            g_string_append_c(text, '\\');
            g_string_append_c(text, c);
        } else if (c == '\n') {
            g_string_append(text, "\\n");
        } else if (c == '\r') {
            g_string_append(text, "\\r");
        } else if (c == '\t') {
            g_string_append(text, "\\t");
        } else if (c < 0x20) {
            g_string_append_printf(text, "\\u%04x", c);
        } else {
            g_string_append_c(text, c);
        }
    }
}

/*
 * As g_utf8_make_valid(), each byte that is no part of a valid character
 * becomes U+FFFD; but that one takes NUL for invalid.
 */
void fi_json_string(GString *text, const char *s, size_t len)
{
    g_string_append_c(text, '"');
    while (len) {
        const char *end;
        size_t valid;

        g_utf8_validate_len(s, len, &end);
        valid = end - s;
        append_escaped(text, s, valid);
        s += valid;
        len -= valid;
        if (len) {
            g_string_append(text, *s ? "\xef\xbf\xbd" : "\\u0000");
            s++;
            len--;
        }
    }
    g_string_append_c(text, '"');
}

void fi_json_int(GString *text, int64_t value)
{
    g_string_append_printf(text, "%" PRId64, value);
}

void fi_json_double(GString *text, double value)
{
    char buf[G_ASCII_DTOSTR_BUF_SIZE];

    if (!isfinite(value)) {
        g_string_append(text, "null");
        return;
    }
    /* g_ascii_dtostr() alone would always write 17 digits: 0.1 as
     * 0.10000000000000001. */
    for (int digits = 1; digits <= 17; digits++) {
        char format[16];

        snprintf(format, sizeof(format), "%%.%dg", digits);
        g_ascii_formatd(buf, sizeof(buf), format, value);
        if (g_ascii_strtod(buf, NULL) == value) {
            break;
        }
    }
    g_string_append(text, buf);
}
