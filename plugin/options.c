/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "options.h"

#include <errno.h>
#include <string.h>

#define DEFAULT_BUDGET 10000000
#define DEFAULT_MEMORY_MIB 256

static const char *const known_options =
    "script, config, socket, journal, seed, symbols, stdlib, arg.NAME, on_error, budget, "
    "memory, stock, unsafe";

static bool fail(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool fail(GError **error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    *error = g_error_new_valist(G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, fmt,
                                ap);
    va_end(ap);
    return false;
}

static bool parse_u64(const char *key, const char *value, uint64_t min,
                      uint64_t max, uint64_t *ret, GError **error)
{
    char *end;
    uint64_t n;

    errno = 0;
    n = g_ascii_strtoull(value, &end, 0);
    if (end == value || *end || errno || *value == '-' || n < min || n > max) {
        return fail(error,
                    "option %s=%s: not a whole number from %" G_GUINT64_FORMAT
                    " to %" G_GUINT64_FORMAT,
                    key, value, min, max);
    }
    *ret = n;
    return true;
}

static bool parse_bool(const char *key, const char *value, bool *ret,
                       GError **error)
{
    static const char *const yes[] = { "on", "yes", "true", "1", NULL };
    static const char *const no[] = { "off", "no", "false", "0", NULL };

    if (g_strv_contains(yes, value)) {
        *ret = true;
    } else if (g_strv_contains(no, value)) {
        *ret = false;
    } else {
        return fail(error, "option %s=%s: neither on nor off", key, value);
    }
    return true;
}

static bool parse_on_error(const char *value, FiOnError *ret, GError **error)
{
    if (strcmp(value, "disable") == 0) {
        *ret = FI_ON_ERROR_DISABLE;
    } else if (strcmp(value, "exit") == 0) {
        *ret = FI_ON_ERROR_EXIT;
    } else if (strcmp(value, "ignore") == 0) {
        *ret = FI_ON_ERROR_IGNORE;
    } else {
        return fail(error, "option on_error=%s: not disable, exit or ignore",
                    value);
    }
    return true;
}

static void set_string(char **dest, const char *value)
{
    g_free(*dest);
    *dest = g_strdup(value);
}

static bool parse_string_option(FiOptions *o, const char *key,
                                const char *value, bool *known, GError **error)
{
    *known = true;
    if (strcmp(key, "script") == 0) {
        set_string(&o->script, value);
    } else if (strcmp(key, "config") == 0) {
        set_string(&o->config, value);
    } else if (strcmp(key, "socket") == 0) {
        set_string(&o->socket, value);
    } else if (strcmp(key, "journal") == 0) {
        set_string(&o->journal, value);
    } else if (strcmp(key, "stdlib") == 0) {
        set_string(&o->stdlib, value);
    } else if (strcmp(key, "symbols") == 0) {
        g_ptr_array_add(o->symbols, g_strdup(value));
    } else if (g_str_has_prefix(key, "arg.") && key[4]) {
        g_hash_table_insert(o->args, g_strdup(key + 4), g_strdup(value));
        return true; /* an argument may be empty */
    } else {
        *known = false;
        return true;
    }
    return *value || fail(error, "option %s: needs a value", key);
}

static bool parse_option(FiOptions *o, const char *key, const char *value,
                         GError **error)
{
    bool known;

    if (!parse_string_option(o, key, value, &known, error)) {
        return false;
    } else if (known) {
        return true;
    } else if (strcmp(key, "seed") == 0) {
        o->seed_given = true;
        return parse_u64(key, value, 0, UINT64_MAX, &o->seed, error);
    } else if (strcmp(key, "budget") == 0) {
        return parse_u64(key, value, 10000, INT64_MAX, &o->budget, error);
    } else if (strcmp(key, "memory") == 0) {
        if (!parse_u64(key, value, 1, 1 << 20, &o->memory, error)) {
            return false;
        }
        o->memory <<= 20;
        return true;
    } else if (strcmp(key, "on_error") == 0) {
        return parse_on_error(value, &o->on_error, error);
    } else if (strcmp(key, "stock") == 0) {
        return parse_bool(key, value, &o->stock, error);
    } else if (strcmp(key, "unsafe") == 0) {
        return parse_bool(key, value, &o->unsafe, error);
    }
    return fail(error, "unknown option '%s' (known: %s)", key, known_options);
}

FiOptions *fi_options_parse(int argc, char **argv, GError **error)
{
    FiOptions *o = g_new0(FiOptions, 1);
    int i;

    o->symbols = g_ptr_array_new_with_free_func(g_free);
    o->args = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    o->budget = DEFAULT_BUDGET;
    o->memory = (uint64_t)DEFAULT_MEMORY_MIB << 20;

    for (i = 0; i < argc; i++) {
        g_auto(GStrv) kv = g_strsplit(argv[i], "=", 2);

        if (!parse_option(o, kv[0] ? kv[0] : "", kv[0] && kv[1] ? kv[1] : "",
                          error)) {
            goto bad;
        }
    }
    if (!o->script && !o->config && !o->socket) {
        fail(error, "nothing to do: add script=FILE.lua (a scenario), "
                    "config=FILE.xml (a document of faults) or socket=PATH "
                    "(to be told while the guest runs) to the -plugin option");
        goto bad;
    }
    return o;

bad:
    fi_options_free(o);
    return NULL;
}

void fi_options_free(FiOptions *o)
{
    if (!o) {
        return;
    }
    g_free(o->script);
    g_free(o->config);
    g_free(o->socket);
    g_free(o->journal);
    g_free(o->stdlib);
    g_ptr_array_unref(o->symbols);
    g_hash_table_unref(o->args);
    g_free(o);
}
