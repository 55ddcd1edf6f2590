/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "kallsyms.h"
#include "maps.h"

#include <glib/gstdio.h>
#include <string.h>

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FiMaps, fi_maps_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FiSymbols, fi_symbols_free)

#define KERNEL UINT64_C(0xffff800008000000)
#define SYSTEM_MAP                      \
    "ffff800008000000 T _text\n"        \
    "ffff800008010000 T _stext\n"       \
    "ffff800008010800 T vectors\n"      \
    "ffff800008020000 t helper\n"       \
    "ffff800008020010 T printk\n"       \
    "ffff800008020040 W weak\n"         \
    "ffff800008020050 t helper\n"       \
    "ffff800008bd00e8 R linux_banner\n" \
    "ffff800009000000 D jiffies\n"      \
    "ffff800009380000 T start_kernel\n"

static char *make_file(const void *data, gsize size)
{
    char *path;

    g_close(g_file_open_tmp("fi-maps-XXXXXX", &path, NULL), NULL);
    g_assert_true(g_file_set_contents(path, data, size, NULL));
    return path;
}

static void remove_file(char *path)
{
    g_unlink(path);
    g_free(path);
}

static FiMap *load(FiMaps *maps, const char *text, const char *name,
                   const uint64_t *slide)
{
    char *path = make_file(text, strlen(text));
    g_autoptr(GError) error = NULL;
    FiMapSpec spec;
    FiMap *map;

    fi_map_spec_init(&spec);
    spec.path = path;
    spec.name = (char *)name;
    if (slide) {
        spec.has_slide = true;
        spec.slide = *slide;
    }
    map = fi_maps_load(maps, &spec, true, &error);
    g_assert_no_error(error);
    remove_file(path);
    return map;
}

static void check_refused(const void *data, gsize size, const char *text)
{
    g_autoptr(FiSymbols) syms = fi_symbols_new();
    char *path = make_file(data, size);
    g_autoptr(GError) error = NULL;

    g_assert_false(fi_symbols_load(syms, path, &error));
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, text));
    g_assert_nonnull(strstr(error->message, path));
    g_assert_cmpuint(fi_symbols_count(syms), ==, 0);
    remove_file(path);
}

static void check_eval(const FiMaps *maps, const char *expr, uint64_t addr)
{
    g_autoptr(GError) error = NULL;
    FiMapped m = { 0 };

    fi_maps_eval(maps, expr, &m, &error);
    g_assert_no_error(error);
    g_assert_cmphex(m.addr, ==, addr);
}

static void check_no_eval(const FiMaps *maps, const char *expr,
                          const char *text)
{
    g_autoptr(GError) error = NULL;
    FiMapped m = { 0 };

    g_assert_false(fi_maps_eval(maps, expr, &m, &error));
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, text));
}

static void check_at(const FiMaps *maps, uint64_t addr, const char *text)
{
    g_autofree char *at = fi_maps_at(maps, addr);

    g_assert_cmpstr(at, ==, text);
}

/* Lists */

static void test_list(void)
{
    g_autoptr(FiMaps) maps = fi_maps_new();
    const uint64_t none = 0;
    const FiSymbol *sym;
    FiMap *map = load(maps, SYSTEM_MAP, NULL, &none);

    g_assert_cmpstr(map->name, ==, "kernel");
    g_assert_cmpuint(fi_symbols_count(map->symbols), ==, 10);
    sym = fi_symbols_find(map->symbols, "printk", NULL);
    g_assert_cmphex(sym->addr, ==, KERNEL + 0x20010);
    g_assert_cmphex(sym->size, ==, 0x30);
    g_assert_true(sym->global && sym->kind == FI_SYMBOL_FUNC);
    sym = fi_symbols_find(map->symbols, "jiffies", NULL);
    g_assert_true(sym->kind == FI_SYMBOL_OBJECT);
    check_no_eval(maps, "helper", "ambiguous");
    check_at(maps, KERNEL + 0x20014, "printk+0x4");
    check_at(maps, KERNEL + 0x20004, "helper+0x4");
    check_at(maps, KERNEL - 4, NULL);
}

static void test_bad_lists(void)
{
    static const char stand_in[] = "ffffffffffffffff B The real System.map is "
                                   "in the linux-image-<version>-dbg package\n";
    static const char hidden[] = "0000000000000000 T _text\n"
                                 "0000000000000000 T _stext\n";
    static const char broken[] = "ffff800008000000 T _text\nhello\n";

    check_refused(stand_in, strlen(stand_in), "/boot/vmlinuz");
    check_refused(hidden, strlen(hidden), "kptr_restrict");
    check_refused(broken, strlen(broken), "line 2 ");
    check_refused("\x1f\x8b\x08\0\0\0\0\0\0\0", 10, "compressed");
    check_refused("MZ\0\0zimg\0\0", 10, "compressed");
}

static void test_modules(void)
{
    g_autoptr(FiMaps) maps = fi_maps_new();
    FiMap *map = load(maps,
                      "ffff800008010000 T vectors\n"
                      "ffff800001234000 t virtblk_probe\t[virtio_blk]\n",
                      "list", NULL);

    g_assert_cmpuint(fi_symbols_count(map->symbols), ==, 1);
}

/* Options */

static void check_spec(const char *text, const char *path, const char *name,
                       uint64_t slide, int el, int asid, uint64_t ttbr)
{
    g_autoptr(GError) error = NULL;
    FiMapSpec spec;

    fi_map_spec_parse(text, &spec, &error);
    g_assert_no_error(error);
    g_assert_cmpstr(spec.path, ==, path);
    g_assert_cmpstr(spec.name, ==, name);
    g_assert_cmphex(spec.slide, ==, slide);
    g_assert_true(spec.has_slide == (strstr(text, ":slide=") != NULL));
    g_assert_cmpint(spec.el, ==, el);
    g_assert_cmpint(spec.space.asid, ==, asid);
    g_assert_true(spec.space.has_ttbr == (ttbr != 0));
    g_assert_cmphex(spec.space.ttbr, ==, ttbr);
    fi_map_spec_clear(&spec);
}

static void check_bad_spec(const char *text, const char *message)
{
    g_autoptr(GError) error = NULL;
    FiMapSpec spec;

    g_assert_false(fi_map_spec_parse(text, &spec, &error));
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, message));
}

static void test_spec(void)
{
    check_spec("a.elf", "a.elf", NULL, 0, -1, -1, 0);
    check_spec("/b/vmlinuz:name=k-1.2:slide=0x10000:el=1", "/b/vmlinuz",
               "k-1.2", 0x10000, 1, -1, 0);
    check_spec("a:asid=7:ttbr=0x41000000:slide=-16", "a", NULL, -16ull, -1, 7,
               0x41000000);
    check_spec("C:/a:b.elf", "C:/a:b.elf", NULL, 0, -1, -1, 0);
    check_spec("/run/12:30:45.map:el=0", "/run/12:30:45.map", NULL, 0, 0, -1,
               0);
    check_spec("/x:y=z/a.elf:name=n", "/x:y=z/a.elf", "n", 0, -1, -1, 0);
    check_bad_spec("a:nmae=x", "unknown option 'nmae'");
    check_bad_spec("a:el=4", "el=4 is not a whole number from 0 to 0x3");
    check_bad_spec("a:slide=0x", "slide=0x ");
    check_bad_spec("a:slide=", "slide= ");
    check_bad_spec("a:asid=65536", "asid=65536");
    check_bad_spec("a:asid=-1", "asid=-1");
    check_bad_spec("a:name=x y", "name=x y");
    check_bad_spec("a:name=", "name=");
}

/* Several maps */

static void test_several(void)
{
    g_autoptr(FiMaps) maps = fi_maps_new();
    const uint64_t slide = 0x200000, down = -0x1000ull;

    check_no_eval(maps, "main", "no symbols have been loaded");
    load(maps, SYSTEM_MAP, NULL, &slide);
    load(maps, "00001000 T main\n00001040 t printk\n00001080 T both\n", "fw",
         NULL);
    load(maps, "00003000 T user\n00003040 T both\n00003080 t x:y\n", "app",
         &down);
    check_eval(maps, "fw:main", 0x1000);
    check_eval(maps, "main+4", 0x1004);
    check_eval(maps, " fw:main - 0x10", 0xff0);
    check_eval(maps, "app:user", 0x2000);
    check_eval(maps, "kernel:printk", KERNEL + 0x220010);
    check_eval(maps, "printk", KERNEL + 0x220010); /* the global one */
    check_eval(maps, "fw:printk", 0x1040);
    check_eval(maps, "x:y", 0x2080);
    check_no_eval(maps, "both", "\"fw:both\", \"app:both\"");
    check_no_eval(maps, "none:main", "there are: kernel, fw, app");
    check_no_eval(maps, "mian", "near names: \"main\"");
    check_no_eval(maps, "fw:jiffies", "no symbol \"jiffies\"");
    check_at(maps, 0x1004, "fw:main+0x4");
    check_at(maps, 0x2004, "app:user+0x4");
    check_at(maps, KERNEL + 0x220012, "kernel:printk+0x2");
    check_at(maps, KERNEL + 0x20012, NULL);
}

static void test_names(void)
{
    g_autoptr(FiMaps) maps = fi_maps_new();
    g_autoptr(GError) error = NULL;
    char *path = make_file(SYSTEM_MAP, strlen(SYSTEM_MAP));
    FiMapSpec spec;
    FiMap *first, *second;

    fi_map_spec_init(&spec);
    spec.path = path;
    first = fi_maps_load(maps, &spec, false, NULL);
    spec.el = 1;
    g_assert_true(fi_maps_load(maps, &spec, false, NULL) == first);
    g_assert_cmpint(first->el, ==, 1);
    spec.name = (char *)"other";
    second = fi_maps_load(maps, &spec, false, NULL);
    g_assert_true(second != first);
    g_assert_cmpstr(second->name, ==, "other");
    remove_file(path);

    second = load(maps, SYSTEM_MAP, NULL, NULL);
    g_assert_cmpstr(second->name, ==, "kernel2");
    spec.path = (char *)"/nowhere";
    g_assert_null(fi_maps_load(maps, &spec, false, &error));
    g_assert_nonnull(strstr(error->message, "already a map \"other\""));
}

/* The slide of a kernel.  Guest memory: the banner at one address. */

typedef struct Memory {
    uint64_t banner, text;
    unsigned reads;
} Memory;

static bool read_memory(uint64_t addr, void *buf, size_t size, void *opaque)
{
    Memory *m = opaque;

    m->reads++;
    if (addr == m->banner && size == strlen(FI_BANNER)) {
        memcpy(buf, FI_BANNER, size);
    } else if (addr == m->text && size == 4) {
        memcpy(buf, "ARM\x64", 4);
    } else {
        memset(buf, 0, size);
        return addr != 0xdead;
    }
    return true;
}

static void test_slide(void)
{
    const uint64_t slide = 0x12345670000, zero = 0;
    g_autoptr(FiMaps) maps = fi_maps_new();
    FiMap *map = load(maps, SYSTEM_MAP, NULL, NULL);
    Memory m = { .banner = KERNEL + 0xbd00e8 + slide };
    uint64_t vectors = KERNEL + 0x10800, found = 0;

    g_assert_true(map->automatic && !map->known && fi_maps_wait(maps));
    check_at(maps, KERNEL + 0x20010, NULL);
    check_eval(maps, "printk", KERNEL + 0x20010);

    /* Not aligned: not even looked at. */
    g_assert_false(
        fi_map_recognise(map, vectors + 0x800, read_memory, &m, &found));
    g_assert_cmpuint(m.reads, ==, 0);
    /* A table that is so aligned, but no kernel's. */
    g_assert_false(fi_map_recognise(map, vectors, read_memory, &m, &found));
    g_assert_cmpuint(m.reads, ==, 1);
    g_assert_true(
        fi_map_recognise(map, vectors + slide, read_memory, &m, &found));
    g_assert_cmphex(found, ==, slide);
    fi_map_set_slide(map, found);
    check_eval(maps, "kernel:printk", KERNEL + 0x20010 + slide);
    check_at(maps, KERNEL + 0x20010 + slide, "printk");
    g_assert_true(fi_map_stays(map, vectors + slide));
    g_assert_false(fi_map_stays(map, vectors));
    /* The same again is nothing new; another one is. */
    g_assert_false(
        fi_map_recognise(map, vectors + slide, read_memory, &m, &found));
    m.banner = KERNEL + 0xbd00e8;
    g_assert_true(fi_map_recognise(map, vectors, read_memory, &m, &found));
    g_assert_cmphex(found, ==, 0);
    g_assert_true(fi_maps_wait(maps));
    map->final = true;
    g_assert_false(fi_maps_wait(maps));

    map = load(maps, SYSTEM_MAP, "given", &zero);
    g_assert_true(map->known && map->final);
    map = load(maps, "00001000 T vectors\n00002000 T main\n", "fw", NULL);
    g_assert_true(map->known && map->final);
}

static void test_slide_by_header(void)
{
    g_autoptr(FiMaps) maps = fi_maps_new();
    FiMap *map = load(maps,
                      "ffff800008000000 T _text\nffff800008010800 T vectors\n",
                      NULL, NULL);
    Memory m = { .text = KERNEL + 0x200038 };
    uint64_t found = 0;

    g_assert_true(!map->known);
    g_assert_false(
        fi_map_recognise(map, KERNEL + 0x10800, read_memory, &m, &found));
    g_assert_true(
        fi_map_recognise(map, KERNEL + 0x210800, read_memory, &m, &found));
    g_assert_cmphex(found, ==, 0x200000);
}

/* Images: made here, with tables in either order. */

#define IMAGE_SYMBOLS 1200

static void put(GByteArray *a, uint64_t value, unsigned size)
{
    value = GUINT64_TO_LE(value);
    g_byte_array_append(a, (const guint8 *)&value, size);
}

static void pad(GByteArray *a, unsigned to)
{
    while (a->len % to) {
        put(a, 0, 1);
    }
}

static void put_names(GByteArray *a)
{
    guint32 markers[(IMAGE_SYMBOLS + 255) / 256];
    guint start, i;

    put(a, IMAGE_SYMBOLS, 4);
    pad(a, 8);
    start = a->len;
    for (i = 0; i < IMAGE_SYMBOLS; i++) {
        g_autofree char *name = i == 1 ? g_strdup("Tvectors")
                                       : g_strdup_printf("t\x01%u", i);

        if (i % 256 == 0) {
            markers[i / 256] = a->len - start;
        }
        if (i == 5) { /* a long one: two bytes of length */
            put(a, 0x80 | 0x48, 1);
            put(a, 1, 1);
            put(a, 't', 1);
            for (guint k = 0; k < 199; k++) {
                put(a, 'x', 1);
            }
            continue;
        }
        put(a, strlen(name), 1);
        g_byte_array_append(a, (const guint8 *)name, strlen(name));
    }
    pad(a, 8);
    for (i = 0; i < G_N_ELEMENTS(markers); i++) {
        put(a, markers[i], 4);
    }
    pad(a, 8);
}

/* Token 1 is "symbol_"; the others are letters. */
static void put_tokens(GByteArray *a)
{
    guint16 index[256];
    guint start = a->len, i;

    for (i = 0; i < 256; i++) {
        index[i] = a->len - start;
        if (i == 1) {
            g_byte_array_append(a, (const guint8 *)"symbol_", 8);
        } else {
            put(a, i ? i : '?', 1);
            put(a, 0, 1);
        }
    }
    pad(a, 8);
    for (i = 0; i < 256; i++) {
        put(a, index[i], 2);
    }
    pad(a, 8);
}

/* Returns where the base is. */
static guint put_offsets(GByteArray *a, uint64_t base)
{
    guint i, at;

    for (i = 0; i < IMAGE_SYMBOLS; i++) {
        put(a, i * 0x10, 4);
    }
    pad(a, 8);
    at = a->len;
    put(a, base, 8);
    return at;
}

static GByteArray *make_image(bool old, bool relocated)
{
    GByteArray *a = g_byte_array_new();
    uint64_t base = relocated ? 0 : KERNEL + 0x10000;
    guint at;

    g_byte_array_set_size(a, 0x38);
    memset(a->data, 0, 0x38);
    put(a, 0x644d5241, 4);
    pad(a, 0x100);
    g_byte_array_append(a, (const guint8 *)FI_BANNER "6.1", 18);
    pad(a, 8);
    if (old) {
        at = put_offsets(a, base);
        put_names(a);
        put_tokens(a);
    } else {
        put_names(a);
        put_tokens(a);
        at = put_offsets(a, base);
    }
    if (relocated) {
        put(a, KERNEL + 0x40, 8); /* another one */
        put(a, 0x403, 8);
        put(a, KERNEL + 0x5000, 8);
        put(a, KERNEL + at, 8);
        put(a, 0x403, 8);
        put(a, KERNEL + 0x10000, 8);
    }
    return a;
}

static void check_image(bool old, bool relocated)
{
    g_autoptr(GByteArray) image = make_image(old, relocated);
    g_autoptr(FiSymbols) syms = fi_symbols_new();
    g_autoptr(GError) error = NULL;
    char *path = make_file(image->data, image->len);
    const FiSymbol *sym;

    fi_symbols_load(syms, path, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(fi_symbols_count(syms), ==, IMAGE_SYMBOLS + 1);
    sym = fi_symbols_find(syms, "symbol_1199", NULL);
    g_assert_cmphex(sym->addr, ==, KERNEL + 0x10000 + 1199 * 0x10);
    sym = fi_symbols_find(syms, "vectors", NULL);
    g_assert_cmphex(sym->addr, ==, KERNEL + 0x10010);
    g_assert_true(sym->global);
    sym = fi_symbols_find(syms, "linux_banner", NULL);
    g_assert_cmphex(sym->addr, ==, KERNEL + 0x100);
    remove_file(path);
}

static void test_image(void)
{
    check_image(true, true);
    check_image(true, false);
    check_image(false, true);
    check_image(false, false);
}

static void count(uint64_t addr, char type, const char *name, void *opaque)
{
    (void)addr;
    (void)type;
    (void)name;
    ++*(guint *)opaque;
}

/* Whatever is in the file: an error or symbols, and no access beyond it, which
 * the exact allocation shows to a sanitizer. */
static void test_damaged_image(void)
{
    g_autoptr(GByteArray) image = make_image(true, true);
    GRand *rand = g_rand_new_with_seed(1);
    guint refused = 0, i;

    for (i = 0; i < 3000; i++) {
        gsize size = image->len;
        g_autofree uint8_t *data = NULL;
        g_autoptr(GError) error = NULL;
        guint n = 0, k;

        if (i % 2 == 0) {
            size = g_rand_int_range(rand, 64, image->len);
        }
        data = g_memdup2(image->data, size);
        for (k = g_rand_int_range(rand, 0, 20); k; k--) {
            data[g_rand_int_range(rand, 0, size)] = g_rand_int(rand);
        }
        if (!fi_kallsyms_read(data, size, count, &n, &error)) {
            g_assert_nonnull(error);
            g_assert_cmpuint(n, ==, 0);
            refused++;
        }
    }
    g_assert_cmpuint(refused, >, 1500 - 100);
    g_test_message("%u of %u refused", refused, i);
    g_rand_free(rand);
}

/* Maps that are given symbol by symbol */

static FiMap *give(FiMaps *maps, const char *name, uint64_t addr)
{
    FiSymbol f = { .name = "f", .addr = addr, .kind = FI_SYMBOL_FUNC };
    FiSymbol g = { .name = "g",
                   .addr = addr + 0x10,
                   .size = 8,
                   .kind = FI_SYMBOL_OBJECT,
                   .global = true };
    FiSymbols *symbols = fi_maps_incoming(maps);
    g_autoptr(GError) error = NULL;
    FiMap *map;

    fi_symbols_add(symbols, &g);
    fi_symbols_add(symbols, &f);
    map = fi_maps_define(maps, name, true, &error);
    g_assert_no_error(error);
    return map;
}

static void test_given(void)
{
    g_autoptr(FiMaps) maps = fi_maps_new();
    g_autoptr(GError) error = NULL;
    FiMapped m = { 0 };
    FiMap *map;

    check_no_eval(maps, "module:f", "no map of symbols is called \"module\"");
    map = fi_maps_define(maps, "module", false, &error);
    g_assert_no_error(error);
    g_assert_false(map->known);
    g_assert_false(fi_maps_wait(maps));
    g_assert_true(fi_maps_eval(maps, "module:f+4", &m, NULL));
    g_assert_true(m.map == map && !m.symbol);
    g_assert_cmpstr(m.expr, ==, "f+4");
    g_assert_cmpuint(fi_mapped_size(&m), ==, 1);
    check_no_eval(maps, "f", "no symbols have been loaded");

    /* Half done, and then forgotten. */
    fi_symbols_add(fi_maps_incoming(maps), &(FiSymbol){ .name = "lost" });
    g_assert_true(give(maps, "module", 0x1000) == map);
    g_assert_true(map->known);
    check_eval(maps, "module:f+4", 0x1004);
    check_eval(maps, "g", 0x1010);
    check_no_eval(maps, "lost", "no symbol");
    check_at(maps, 0x100c, "f+0xc");
    check_at(maps, 0x1017, "g+0x7");
    check_at(maps, 0x1018, NULL);
    g_assert_true(fi_map_eval(map, "g", &m, NULL));
    g_assert_cmpuint(fi_mapped_size(&m), ==, 8);
    g_assert_true(fi_map_eval(map, "g+1", &m, NULL));
    g_assert_cmpuint(fi_mapped_size(&m), ==, 1);

    give(maps, "module", 0x2000);
    check_eval(maps, "f", 0x2000);
    check_at(maps, 0x100c, NULL);
    g_assert_cmpuint(fi_maps_count(maps), ==, 1);

    g_assert_true(fi_maps_define(maps, "module", false, NULL) == map);
    g_assert_false(map->known);
    check_at(maps, 0x2000, NULL);

    load(maps, SYSTEM_MAP, NULL, &(const uint64_t){ 0 });
    g_assert_null(fi_maps_define(maps, "kernel", true, &error));
    g_assert_nonnull(strstr(error->message, "already a map \"kernel\""));
    check_eval(maps, "printk", KERNEL + 0x20010);
    check_no_eval(maps, "prink", "near names: \"printk\"");
}

static void test_no_table(void)
{
    uint8_t image[4096] = { 0 };

    memcpy(image + 0x38, "ARM\x64", 4);
    check_refused(image, sizeof(image), "CONFIG_KALLSYMS");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/maps/list", test_list);
    g_test_add_func("/maps/bad-lists", test_bad_lists);
    g_test_add_func("/maps/modules", test_modules);
    g_test_add_func("/maps/spec", test_spec);
    g_test_add_func("/maps/several", test_several);
    g_test_add_func("/maps/names", test_names);
    g_test_add_func("/maps/slide", test_slide);
    g_test_add_func("/maps/slide-by-header", test_slide_by_header);
    g_test_add_func("/maps/image", test_image);
    g_test_add_func("/maps/damaged-image", test_damaged_image);
    g_test_add_func("/maps/no-table", test_no_table);
    g_test_add_func("/maps/given", test_given);
    return g_test_run();
}
