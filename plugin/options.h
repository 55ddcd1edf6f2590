/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_OPTIONS_H
#define FI_OPTIONS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef enum FiOnError {
    FI_ON_ERROR_DISABLE, /* a trigger, after three errors */
    FI_ON_ERROR_EXIT,    /* QEMU, with status 1 */
    FI_ON_ERROR_IGNORE,
} FiOnError;

/* The options of -plugin libfi_lua.so,key=value,… */
typedef struct FiOptions {
    char *script;       /* NULL: none */
    char *config;       /* a fault document; NULL: none */
    char *socket;       /* where to listen; NULL: nowhere */
    char *journal;      /* NULL: none */
    char *stdlib;       /* NULL: $FI_LUA_STDLIB or beside the plugin */
    GPtrArray *symbols; /* of char *, paths of ELF files */
    GHashTable *args;   /* arg.NAME=VALUE */
    uint64_t seed;
    bool seed_given;
    uint64_t budget; /* Lua instructions a handler may run */
    uint64_t memory; /* bytes that Lua may use */
    FiOnError on_error;
    bool stock;  /* hide the QEMU extensions */
    bool unsafe; /* os.execute, io.popen, C modules */
} FiOptions;

/* NULL with @error set, naming the option, where one is wrong. */
FiOptions *fi_options_parse(int argc, char **argv, GError **error);
void fi_options_free(FiOptions *o);

#endif
