/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_JSON_TEXT_H
#define FI_JSON_TEXT_H

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* Values as JSON text.  Any bytes may be given: what is not UTF-8 becomes
 * U+FFFD.  What JSON has no number for becomes null. */
void fi_json_string(GString *text, const char *s, size_t len);
void fi_json_int(GString *text, int64_t value);
void fi_json_double(GString *text, double value);

#endif
