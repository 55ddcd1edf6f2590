/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef FI_MAPS_H
#define FI_MAPS_H

#include "symbols.h"

/*
 * Maps: one for each file of symbols, as a machine runs several programs.  A
 * map has a name, a slide (what is added to the file's addresses) and says
 * in which address space they mean something.
 *
 * A Linux kernel for AArch64 chooses its slide when it boots.  It shows in
 * VBAR_EL1, which the kernel sets to its symbol `vectors`; that it is this
 * kernel, and not a boot loader's table that happens to be so aligned, is
 * believed if its banner (or the header of its image) is where it then has to
 * be.  The slide counts as final when the kernel has got to start_kernel, or
 * sets VBAR_EL1 to the same again: before Linux 6.0 it relocates itself after it
 * has set it once.
 *
 * A map can also be given by the scenario, symbol by symbol with their final
 * addresses: of code that is in no file, or comes and goes, as a kernel's
 * modules do.  One without symbols is awaited.
 *
 * All with the Lua lock, or before the guest starts.
 */

/* Which address spaces: of one ASID, of one table. */
typedef struct FiSpace {
    int asid; /* -1: any */
    bool has_ttbr;
    uint64_t ttbr; /* of TTBR0_EL1, without ASID and CnP */
} FiSpace;

typedef struct FiMapSpec {
    char *path;
    char *name; /* NULL: made from the path */
    bool has_slide;
    uint64_t slide;
    int el; /* -1: any */
    FiSpace space;
} FiMapSpec;

typedef struct FiMap {
    char *name;
    char *path; /* NULL: given, of no file */
    FiSymbols *symbols;
    bool given;     /* its symbols come from the scenario, and may go again */
    bool named;     /* by whoever loaded it */
    bool automatic; /* the slide is the kernel's choice */
    bool known;     /* there is a slide; if given, there are symbols */
    bool final;     /* it will not change any more */
    uint64_t slide;
    int el;
    FiSpace space;
} FiMap;

typedef struct FiMaps FiMaps;

/* A symbol of a map, or a place relative to it. */
typedef struct FiMapped {
    FiMap *map;
    const FiSymbol *symbol; /* NULL: of a given map that is awaited */
    const char *expr; /* what is of it within the map; in what was asked for */
    uint64_t addr;    /* slid if the slide is known, else the file's */
    int64_t offset;
} FiMapped;

#define FI_TTBR_BADDR UINT64_C(0x0000fffffffffffe)

void fi_map_spec_init(FiMapSpec *spec);
void fi_map_spec_clear(FiMapSpec *spec);
/*
 * "PATH[:name=NAME][:slide=N][:el=N][:asid=N][:ttbr=N]", as in option
 * symbols=.  What follows the last options is the path, colons included.
 */
bool fi_map_spec_parse(const char *text, FiMapSpec *ret, GError **error);

/* Letters, digits, "_", "." and "-". */
bool fi_map_name_is_valid(const char *name);

FiMaps *fi_maps_new(void);
void fi_maps_free(FiMaps *maps);
guint fi_maps_count(const FiMaps *maps);
FiMap *fi_maps_nth(const FiMaps *maps, guint i);

/*
 * Read a file as a map.  The same file under the same name again changes the
 * map's options only.  @automatic: a Linux kernel without a given slide chooses
 * its own here.
 */
FiMap *fi_maps_load(FiMaps *maps, const FiMapSpec *spec, bool automatic,
                    GError **error);

/* Symbols for fi_maps_define(), to be filled.  They stay the maps' own, so they
 * may be left half done: the next ones take their place. */
FiSymbols *fi_maps_incoming(FiMaps *maps);
/* The given map of this name has the incoming symbols, or, without @has_symbols,
 * is awaited from now on.  NULL with @error set if a file's has that name. */
FiMap *fi_maps_define(FiMaps *maps, const char *name, bool has_symbols,
                      GError **error);

FiMap *fi_maps_get(const FiMaps *maps, const char *name, GError **error);

/*
 * "name", "name+0x10", "name-16", each with "map:" before it or without.  A
 * name that several maps have at different addresses is an error, unless one
 * alone is global.
 */
bool fi_maps_eval(const FiMaps *maps, const char *expr, FiMapped *ret,
                  GError **error);
/* An expression within @map, which has its symbols. */
bool fi_map_eval(FiMap *map, const char *expr, FiMapped *ret, GError **error);
/* The bytes that a trigger on it is about: those of an object, else 1. */
uint64_t fi_mapped_size(const FiMapped *m);
/* All of the function or object; 0 with @error set if it is not known. */
uint64_t fi_mapped_extent(const FiMapped *m, GError **error);
/* The same without an offset. */
bool fi_maps_find(const FiMaps *maps, const char *name, FiMapped *ret,
                  GError **error);
/* "name+0x10", with "map:" before it if there are several maps; NULL where no
 * map has anything.  Maps without a slide have nothing. */
char *fi_maps_at(const FiMaps *maps, uint64_t addr);

/* Does a map wait for the kernel to set VBAR_EL1? */
bool fi_maps_wait(const FiMaps *maps);

typedef bool FiMapRead(uint64_t addr, void *buf, size_t size, void *opaque);

/* VBAR_EL1 becomes @vbar: is that @map's table, with another slide than the one
 * known so far?  Changes nothing; needs no lock, as @read may wait. */
bool fi_map_recognise(const FiMap *map, uint64_t vbar, FiMapRead *read,
                      void *opaque, uint64_t *ret_slide);
/* VBAR_EL1 becomes once more what @map's slide was found by. */
bool fi_map_stays(const FiMap *map, uint64_t vbar);
void fi_map_set_slide(FiMap *map, uint64_t slide);

#endif
