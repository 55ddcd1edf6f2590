/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "maps.h"

#include <inttypes.h>
#include <string.h>

#define SLIDE_ALIGN (64 * 1024) /* the largest page of AArch64 */

struct FiMaps {
    GPtrArray *list;     /* of FiMap */
    FiSymbols *incoming; /* of the next given map; or NULL */
};

/* Options of a map */

void fi_map_spec_init(FiMapSpec *spec)
{
    *spec = (FiMapSpec){ .el = -1, .space = { .asid = -1 } };
}

void fi_map_spec_clear(FiMapSpec *spec)
{
    g_clear_pointer(&spec->path, g_free);
    g_clear_pointer(&spec->name, g_free);
}

static bool bad(GError **error, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool bad(GError **error, const char *fmt, ...)
{
    va_list ap;

    va_start(ap, fmt);
    if (error) {
        *error = g_error_new_valist(FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_SYNTAX,
                                    fmt, ap);
    }
    va_end(ap);
    return false;
}

bool fi_map_name_is_valid(const char *name)
{
    const char *p;

    for (p = name; *p; p++) {
        if (!g_ascii_isalnum(*p) && !strchr("_.-", *p)) {
            return false;
        }
    }
    return p > name;
}

static bool parse_number(const char *key, const char *text, uint64_t max,
                         uint64_t *ret, GError **error)
{
    bool negative = *text == '-' && max == UINT64_MAX; /* a slide downwards */
    const char *digits = text + negative;
    bool hex = g_ascii_strncasecmp(digits, "0x", 2) == 0;
    guint64 n;

    if (!g_ascii_string_to_unsigned(hex ? digits + 2 : digits, hex ? 16 : 10, 0,
                                    max, &n, NULL)) {
        return bad(error,
                   "%s=%s is not a whole number from 0 to 0x%" PRIx64
                   " (decimal or with 0x)",
                   key, text, max);
    }
    *ret = negative ? -n : n;
    return true;
}

static bool parse_key(const char *key, const char *value, FiMapSpec *spec,
                      GError **error)
{
    uint64_t n;

    if (strcmp(key, "name") == 0) {
        g_free(spec->name);
        spec->name = g_strdup(value);
        return fi_map_name_is_valid(value) ||
               bad(error,
                   "name=%s: letters, digits, '_', '.' and '-' make a "
                   "map's name",
                   value);
    } else if (strcmp(key, "slide") == 0) {
        spec->has_slide = true;
        return parse_number(key, value, UINT64_MAX, &spec->slide, error);
    } else if (strcmp(key, "el") == 0) {
        bool ok = parse_number(key, value, 3, &n, error);

        spec->el = ok ? (int)n : -1;
        return ok;
    } else if (strcmp(key, "asid") == 0) {
        bool ok = parse_number(key, value, UINT16_MAX, &n, error);

        spec->space.asid = ok ? (int)n : -1;
        return ok;
    } else if (strcmp(key, "ttbr") == 0) {
        spec->space.has_ttbr = true;
        return parse_number(key, value, FI_TTBR_BADDR, &spec->space.ttbr,
                            error);
    }
    return bad(error,
               "unknown option '%s' behind the path (known: name, slide, el, "
               "asid, ttbr)",
               key);
}

/* The start of the last ":key=value" of @text; NULL if it has none. */
static char *last_option(char *text)
{
    char *colon = strrchr(text, ':');
    const char *p;

    if (!colon || colon == text || strchr(colon, '/')) {
        return NULL;
    }
    for (p = colon + 1; g_ascii_islower(*p); p++) {
    }
    return p > colon + 1 && *p == '=' ? colon : NULL;
}

bool fi_map_spec_parse(const char *text, FiMapSpec *ret, GError **error)
{
    g_autofree char *rest = g_strdup(text);
    FiMapSpec spec;
    char *option;

    fi_map_spec_init(&spec);
    while ((option = last_option(rest))) {
        char *value = strchr(option, '=');

        *option = '\0';
        *value++ = '\0';
        if (!parse_key(option + 1, value, &spec, error)) {
            fi_map_spec_clear(&spec);
            return false;
        }
    }
    spec.path = g_strdup(rest);
    *ret = spec;
    return true;
}

/* The list */

static void map_free(gpointer data)
{
    FiMap *map = data;

    fi_symbols_free(map->symbols);
    g_free(map->name);
    g_free(map->path);
    g_free(map);
}

FiMaps *fi_maps_new(void)
{
    FiMaps *maps = g_new0(FiMaps, 1);

    maps->list = g_ptr_array_new_with_free_func(map_free);
    return maps;
}

void fi_maps_free(FiMaps *maps)
{
    if (maps) {
        fi_symbols_free(maps->incoming);
        g_ptr_array_unref(maps->list);
        g_free(maps);
    }
}

guint fi_maps_count(const FiMaps *maps)
{
    return maps->list->len;
}

FiMap *fi_maps_nth(const FiMaps *maps, guint i)
{
    return g_ptr_array_index(maps->list, i);
}

static FiMap *lookup(const FiMaps *maps, const char *name, size_t len)
{
    guint i;

    for (i = 0; i < maps->list->len; i++) {
        FiMap *map = fi_maps_nth(maps, i);

        if (strlen(map->name) == len && memcmp(map->name, name, len) == 0) {
            return map;
        }
    }
    return NULL;
}

FiMap *fi_maps_get(const FiMaps *maps, const char *name, GError **error)
{
    FiMap *map = lookup(maps, name, strlen(name));
    g_autoptr(GString) known = g_string_new(NULL);
    guint i;

    if (map) {
        return map;
    }
    for (i = 0; i < maps->list->len; i++) {
        g_string_append_printf(known, "%s%s", i ? ", " : "",
                               fi_maps_nth(maps, i)->name);
    }
    g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_UNKNOWN,
                "no map of symbols is called \"%s\" (%s%s)", name,
                known->len ? "there are: " : "none has been loaded",
                known->str);
    return NULL;
}

static uint64_t address_in_file(const FiMap *map, const char *name)
{
    const FiSymbol *sym = fi_symbols_find(map->symbols, name, NULL);

    return sym ? sym->addr : 0;
}

/* Has it what shows where it is, and that it is there? */
static bool is_kernel(const FiMap *map)
{
    return address_in_file(map, "vectors") &&
           (address_in_file(map, "linux_banner") ||
            address_in_file(map, "_text"));
}

/* "firmware" for "build/firmware.elf"; of several the later ones get a number.
 */
static char *default_name(const FiMaps *maps, const FiMap *map)
{
    g_autofree char *base = is_kernel(map) ? g_strdup("kernel")
                                           : g_path_get_basename(map->path);
    char *dot = strrchr(base, '.');
    g_autofree char *name = NULL;
    guint n;

    if (dot && dot > base) {
        *dot = '\0';
    }
    g_strcanon(base, G_CSET_A_2_Z G_CSET_a_2_z G_CSET_DIGITS "_.-", '_');
    name = g_strdup(base);
    for (n = 2; lookup(maps, name, strlen(name)); n++) {
        g_free(name);
        name = g_strdup_printf("%s%u", base, n);
    }
    return g_steal_pointer(&name);
}

static void set_options(FiMap *map, const FiMapSpec *spec, bool automatic)
{
    map->el = spec->el;
    map->space = spec->space;
    if (spec->has_slide || !automatic || !is_kernel(map)) {
        map->automatic = false;
        map->known = map->final = true;
        map->slide = spec->slide;
    } else if (!map->automatic) {
        map->automatic = true;
        map->known = map->final = false;
        map->slide = 0;
    }
}

static FiMap *loaded_before(const FiMaps *maps, const FiMapSpec *spec)
{
    guint i;

    for (i = 0; i < maps->list->len; i++) {
        FiMap *map = fi_maps_nth(maps, i);

        if (map->path && strcmp(map->path, spec->path) == 0 &&
            (spec->name ? strcmp(map->name, spec->name) == 0 : !map->named)) {
            return map;
        }
    }
    return NULL;
}

FiMap *fi_maps_load(FiMaps *maps, const FiMapSpec *spec, bool automatic,
                    GError **error)
{
    FiMap *map = loaded_before(maps, spec);

    if (map) {
        set_options(map, spec, automatic);
        return map;
    }
    map = spec->name ? lookup(maps, spec->name, strlen(spec->name)) : NULL;
    if (map) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_SYNTAX,
                    "%s: there is already a map \"%s\", of %s; choose another "
                    "name",
                    spec->path, spec->name,
                    map->path ? map->path : "fi.symbols.define()");
        return NULL;
    }
    map = g_new0(FiMap, 1);
    map->symbols = fi_symbols_new();
    map->path = g_strdup(spec->path);
    if (!fi_symbols_load(map->symbols, spec->path, error)) {
        map_free(map);
        return NULL;
    }
    map->name = spec->name ? g_strdup(spec->name) : default_name(maps, map);
    map->named = spec->name;
    set_options(map, spec, automatic);
    g_ptr_array_add(maps->list, map);
    return map;
}

FiSymbols *fi_maps_incoming(FiMaps *maps)
{
    fi_symbols_free(maps->incoming);
    maps->incoming = fi_symbols_new();
    return maps->incoming;
}

static void give(FiMap *map, FiSymbols *symbols)
{
    fi_symbols_free(map->symbols);
    map->known = symbols;
    map->symbols = symbols ? symbols : fi_symbols_new();
    fi_symbols_index(map->symbols);
}

FiMap *fi_maps_define(FiMaps *maps, const char *name, bool has_symbols,
                      GError **error)
{
    FiMap *map = lookup(maps, name, strlen(name));

    if (map && !map->given) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_SYNTAX,
                    "there is already a map \"%s\", of %s; choose another name",
                    name, map->path);
        return NULL;
    }
    if (!map) {
        map = g_new0(FiMap, 1);
        map->name = g_strdup(name);
        map->given = map->named = map->final = true;
        map->el = -1;
        map->space.asid = -1;
        g_ptr_array_add(maps->list, map);
    }
    give(map, has_symbols ? g_steal_pointer(&maps->incoming) : NULL);
    return map;
}

/* Look-ups */

/* Of all maps while they are asked. */
typedef struct Answer {
    FiMapped best;
    bool found, clash;
    GString *maps;   /* that have it, for the message */
    GError *refusal; /* the most telling one of the maps without */
} Answer;

static bool tells_more(const GError *a, const GError *b)
{
    if (!b || a->code != b->code) {
        return !b || a->code == FI_SYMBOL_ERROR_AMBIGUOUS;
    }
    return strstr(a->message, "near") && !strstr(b->message, "near");
}

static void keep_refusal(Answer *a, GError *e)
{
    if (tells_more(e, a->refusal)) {
        g_clear_error(&a->refusal);
        a->refusal = e;
    } else {
        g_error_free(e);
    }
}

static void keep_found(Answer *a, const FiMapped *m)
{
    g_string_append_printf(a->maps, "%s\"%s:%s\"", a->found ? ", " : "",
                           m->map->name, m->symbol->name);
    if (!a->found) {
        a->best = *m;
        a->found = true;
    } else if (m->symbol->global != a->best.symbol->global) {
        if (m->symbol->global) {
            a->best = *m;
            a->clash = false;
        }
    } else if (m->addr != a->best.addr || m->map->known != a->best.map->known) {
        a->clash = true;
    }
}

bool fi_map_eval(FiMap *map, const char *expr, FiMapped *ret, GError **error)
{
    FiMapped m = { .map = map, .expr = expr };

    if (!fi_symbols_eval(map->symbols, expr, &m.addr, &m.symbol, &m.offset,
                         error)) {
        return false;
    }
    m.addr += map->slide;
    *ret = m;
    return true;
}

uint64_t fi_mapped_size(const FiMapped *m)
{
    bool object = m->symbol && !m->offset &&
                  m->symbol->kind == FI_SYMBOL_OBJECT;

    return object ? MAX(m->symbol->size, 1) : 1;
}

uint64_t fi_mapped_extent(const FiMapped *m, GError **error)
{
    if (m->offset) {
        bad(error, "\"%s\" has an offset: all of a symbol goes without one",
            m->expr);
        return 0;
    } else if (!m->symbol->size) {
        bad(error, "symbol '%s' has no size: give {lo, hi} yourself",
            m->symbol->name);
    }
    return m->symbol->size;
}

static bool awaited(const FiMap *map)
{
    return map->given && !map->known;
}

static void ask(FiMap *map, const char *expr, Answer *a)
{
    GError *e = NULL;
    FiMapped m;

    if (awaited(map)) {
        return;
    }
    if (fi_map_eval(map, expr, &m, &e)) {
        keep_found(a, &m);
    } else {
        keep_refusal(a, e);
    }
}

/* The map that "map:" before the name says; @ret_expr is what follows it. */
static bool split_map(const FiMaps *maps, const char *expr, FiMap **ret_map,
                      const char **ret_expr, GError **error)
{
    const char *colon = strchr(expr, ':');
    g_autofree char *name = NULL;
    guint i;

    *ret_map = NULL;
    *ret_expr = expr;
    for (i = 0; colon && i < maps->list->len; i++) {
        if (fi_symbols_find(fi_maps_nth(maps, i)->symbols, expr, NULL)) {
            return true; /* the colon is the symbol's own */
        }
    }
    if (!colon) {
        return true;
    }
    name = g_strstrip(g_strndup(expr, colon - expr));
    *ret_map = fi_maps_get(maps, name, error);
    *ret_expr = colon + 1;
    return *ret_map;
}

static bool refuse_all(Answer *a, const char *expr, GError **error)
{
    if (a->clash) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_AMBIGUOUS,
                    "\"%s\" is in several maps: say one of %s", expr,
                    a->maps->str);
        return false;
    }
    if (!a->refusal) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_UNKNOWN,
                    "no symbol \"%s\": no symbols have been loaded", expr);
        return false;
    }
    g_propagate_error(error, g_steal_pointer(&a->refusal));
    return false;
}

bool fi_maps_eval(const FiMaps *maps, const char *expr, FiMapped *ret,
                  GError **error)
{
    Answer a = { 0 };
    const char *rest;
    FiMap *map;
    bool ok;
    guint i;

    if (!split_map(maps, expr, &map, &rest, error)) {
        return false;
    }
    if (map && awaited(map)) {
        *ret = (FiMapped){ .map = map, .expr = rest };
        return true;
    }
    a.maps = g_string_new(NULL);
    for (i = 0; i < maps->list->len; i++) {
        if (!map || map == fi_maps_nth(maps, i)) {
            ask(fi_maps_nth(maps, i), rest, &a);
        }
    }
    /* Ambiguous in one map and global in another: the global one. */
    if (a.found && a.refusal && a.refusal->code == FI_SYMBOL_ERROR_AMBIGUOUS &&
        !a.best.symbol->global) {
        a.found = false;
    }
    ok = a.found && !a.clash;
    if (ok) {
        *ret = a.best;
    } else {
        refuse_all(&a, rest, error);
    }
    g_clear_error(&a.refusal);
    g_string_free(a.maps, TRUE);
    return ok;
}

bool fi_maps_find(const FiMaps *maps, const char *name, FiMapped *ret,
                  GError **error)
{
    FiMapped m;

    if (!fi_maps_eval(maps, name, &m, error)) {
        return false;
    }
    if (m.offset) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_UNKNOWN,
                    "no symbol \"%s\": give its name without an offset", name);
        return false;
    }
    *ret = m;
    return true;
}

char *fi_maps_at(const FiMaps *maps, uint64_t addr)
{
    guint i;

    for (i = 0; i < maps->list->len; i++) {
        const FiMap *map = fi_maps_nth(maps, i);
        g_autofree char *at = map->known ? fi_symbols_at(map->symbols,
                                                         addr - map->slide)
                                         : NULL;

        if (at && maps->list->len > 1) {
            return g_strdup_printf("%s:%s", map->name, at);
        } else if (at) {
            return g_steal_pointer(&at);
        }
    }
    return NULL;
}

/* The slide of a kernel */

bool fi_maps_wait(const FiMaps *maps)
{
    guint i;

    for (i = 0; i < maps->list->len; i++) {
        if (!fi_maps_nth(maps, i)->final) {
            return true;
        }
    }
    return false;
}

/* Is this the kernel that would be there with @slide? */
static bool recognised(const FiMap *map, uint64_t slide, FiMapRead *read,
                       void *opaque)
{
    uint64_t banner = address_in_file(map, "linux_banner");
    char buf[sizeof(FI_BANNER) - 1];

    if (banner) {
        return read(banner + slide, buf, strlen(FI_BANNER), opaque) &&
               memcmp(buf, FI_BANNER, strlen(FI_BANNER)) == 0;
    }
    /* The magic number of the image's header. */
    return read(address_in_file(map, "_text") + slide + 0x38, buf, 4, opaque) &&
           memcmp(buf, "ARM\x64", 4) == 0;
}

bool fi_map_recognise(const FiMap *map, uint64_t vbar, FiMapRead *read,
                      void *opaque, uint64_t *ret_slide)
{
    uint64_t slide = vbar - address_in_file(map, "vectors");

    if (slide % SLIDE_ALIGN || (map->known && slide == map->slide) ||
        !recognised(map, slide, read, opaque)) {
        return false;
    }
    *ret_slide = slide;
    return true;
}

bool fi_map_stays(const FiMap *map, uint64_t vbar)
{
    return map->known && vbar == address_in_file(map, "vectors") + map->slide;
}

void fi_map_set_slide(FiMap *map, uint64_t slide)
{
    map->slide = slide;
    map->known = true;
}
