/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_SYMBOLS_H
#define FI_SYMBOLS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Symbols of ELF files: names to addresses for triggers, addresses to names
 * for logs.  A table is filled once and only read afterwards, so look-ups need
 * no lock of its own; who may put another one in its place is said in maps.h.
 */
typedef struct FiSymbols FiSymbols;

typedef enum FiSymbolKind {
    FI_SYMBOL_OTHER,
    FI_SYMBOL_FUNC,
    FI_SYMBOL_OBJECT,
} FiSymbolKind;

typedef struct FiSymbol {
    const char *name; /* owned by the table */
    uint64_t addr;    /* vaddr, without the Thumb bit */
    uint64_t size;    /* bytes, 0 where the ELF file has none */
    FiSymbolKind kind;
    bool global;    /* STB_GLOBAL or STB_WEAK */
    bool ambiguous; /* several local symbols of this name, elsewhere */
} FiSymbol;

typedef enum FiSymbolError {
    FI_SYMBOL_ERROR_FILE,      /* cannot be opened, or is no ELF file */
    FI_SYMBOL_ERROR_NONE,      /* no symbol table and no dynamic one */
    FI_SYMBOL_ERROR_UNKNOWN,   /* no symbol of that name */
    FI_SYMBOL_ERROR_AMBIGUOUS, /* several local ones of that name */
    FI_SYMBOL_ERROR_SYNTAX,    /* not "name", "name+offset" or "name-offset" */
} FiSymbolError;

#define FI_SYMBOL_ERROR fi_symbol_error_quark()
GQuark fi_symbol_error_quark(void);

/* What a Linux kernel's `linux_banner` starts with. */
#define FI_BANNER "Linux version "

FiSymbols *fi_symbols_new(void);
void fi_symbols_free(FiSymbols *syms);

/*
 * Add the symbols of ELF file @path (.symtab, or .dynsym where it is
 * stripped).  Mapping symbols ($a, $d, $t, $x: AAELF32 and AAELF64) and
 * section and file symbols are left out.  On failure nothing is added.
 */
bool fi_symbols_load(FiSymbols *syms, const char *path, GError **error);

/*
 * Symbols that are in no file: any number of fi_symbols_add(), which copies the
 * name, and then fi_symbols_index().  One without a size reaches up to the next
 * one.
 */
void fi_symbols_add(FiSymbols *syms, const FiSymbol *sym);
void fi_symbols_index(FiSymbols *syms);

/* The number of symbols. */
guint fi_symbols_count(const FiSymbols *syms);

/* The @i-th symbol in order of address. */
const FiSymbol *fi_symbols_nth(const FiSymbols *syms, guint i);

/*
 * The symbol called @name.  A global one wins over local ones; several local
 * ones at different addresses are an error which lists up to four of them.
 * An unknown name's message offers up to three near ones.
 */
const FiSymbol *fi_symbols_find(const FiSymbols *syms, const char *name,
                                GError **error);

/*
 * Evaluate "name", "name+0x10" or "name-16" (offsets decimal or with 0x,
 * blanks allowed around the sign).  A symbol whose own name contains a sign
 * wins over the arithmetic.  @ret_symbol may be NULL; with an offset other
 * than 0 it is still the symbol at the base.  Nothing is written on failure.
 */
bool fi_symbols_eval(const FiSymbols *syms, const char *expr,
                     uint64_t *ret_addr, const FiSymbol **ret_symbol,
                     int64_t *ret_offset, GError **error);

/*
 * "name" or "name+0x10" for the symbol that covers @addr: the one with a size
 * that contains it, functions before objects before others, global before
 * local; else the nearest one without a size below it within 64 KiB and
 * in the same section's extent; else NULL.  Free with g_free().
 */
char *fi_symbols_at(const FiSymbols *syms, uint64_t addr);

#endif
