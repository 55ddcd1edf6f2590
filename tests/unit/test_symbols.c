/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "symbols.h"

#include <fcntl.h>
#include <gelf.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEXT_ADDR 0x10000
#define TEXT_SIZE 0x1000
#define DATA_ADDR 0x40000
#define DATA_SIZE 0x20000

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FiSymbols, fi_symbols_free)

/* The sections of the files made here, in their order. */
enum {
    IN_NONE,
    IN_TEXT,
    IN_DATA,
    IN_DEBUG,
    IN_STRINGS,
    IN_TABLE
};

typedef struct TestSymbol {
    const char *name;
    uint64_t addr;
    uint64_t size;
    int type;
    int bind;
    int section;
} TestSymbol;

typedef struct TestFile {
    int class;     /* 0: ELFCLASS64 */
    int data;      /* 0: ELFDATA2LSB */
    int machine;   /* 0: EM_AARCH64 */
    int type;      /* 0: ET_EXEC */
    bool dynamic;  /* .dynsym rather than .symtab */
    bool stripped; /* neither */
    const TestSymbol *symbols;
    size_t count;
} TestFile;

#define FUNC(n, a, s)                          \
    {                                          \
        n, a, s, STT_FUNC, STB_GLOBAL, IN_TEXT \
    }
#define LOCAL(n, a, s)                        \
    {                                         \
        n, a, s, STT_FUNC, STB_LOCAL, IN_TEXT \
    }
#define LABEL(n, a)                             \
    {                                           \
        n, a, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT \
    }
#define OBJECT(n, a, s)                          \
    {                                            \
        n, a, s, STT_OBJECT, STB_GLOBAL, IN_DATA \
    }

static const TestSymbol some_symbols[] = {
    { "file.c", 0, 0, STT_FILE, STB_LOCAL, SHN_ABS },
    { "", TEXT_ADDR, 0, STT_SECTION, STB_LOCAL, IN_TEXT },
    { "$x", TEXT_ADDR, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
    { "$d.realdata", DATA_ADDR, 0, STT_NOTYPE, STB_LOCAL, IN_DATA },
    { "$a", TEXT_ADDR, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
    { "$t.1", TEXT_ADDR, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
    LOCAL("helper", 0x10200, 0x20),
    LOCAL("init", 0x10300, 0x10),
    LOCAL("init", 0x10320, 0x10),
    LOCAL("shadowed", 0x10400, 0x10),
    LABEL("loop", 0x10110),
    LABEL("loop-4", 0x10500),
    LABEL("$xyz", 0x10504),
    { "thread_local", 0x10, 4, STT_TLS, STB_GLOBAL, IN_DATA },
    { "debug", 0x10, 4, STT_OBJECT, STB_LOCAL, IN_DEBUG },
    { "undefined", 0, 0, STT_NOTYPE, STB_GLOBAL, SHN_UNDEF },
    { "absolute", 0xdead0000, 0, STT_NOTYPE, STB_GLOBAL, SHN_ABS },
    FUNC("checksum", 0x10100, 0x40),
    FUNC("shadowed", 0x10420, 0x10),
    { "weak", 0x10600, 0x10, STT_FUNC, STB_WEAK, IN_TEXT },
    OBJECT("buffer", DATA_ADDR, 0x400),
    OBJECT("result", DATA_ADDR + 0x400, 4),
};

#define SOME_COUNT 13 /* of these are of use */

static Elf_Scn *add_section(Elf *elf, const char *name, GElf_Shdr *shdr,
                            void *bytes, Elf_Type type, GString *names)
{
    Elf_Scn *scn = elf_newscn(elf);
    Elf_Data *data = elf_newdata(scn);
    GElf_Shdr old;

    g_assert_nonnull(gelf_getshdr(scn, &old));
    shdr->sh_name = names->len;
    g_string_append_len(names, name, strlen(name) + 1);
    data->d_buf = bytes;
    data->d_size = shdr->sh_size;
    data->d_type = type;
    data->d_align = 8;
    data->d_version = EV_CURRENT;
    shdr->sh_addralign = 8;
    g_assert_true(gelf_update_shdr(scn, shdr));
    return scn;
}

static void add_section_names(Elf *elf, GString *names)
{
    GElf_Shdr shdr = { .sh_type = SHT_STRTAB };
    Elf_Scn *scn = add_section(elf, ".shstrtab", &shdr, NULL, ELF_T_BYTE,
                               names);
    Elf_Data *data = elf_getdata(scn, NULL);
    GElf_Ehdr ehdr;

    /* Only now are all names in. */
    data->d_buf = names->str;
    data->d_size = names->len;
    g_assert_nonnull(gelf_getehdr(elf, &ehdr));
    ehdr.e_shstrndx = elf_ndxscn(scn);
    g_assert_true(gelf_update_ehdr(elf, &ehdr));
}

/* An array of Elf32_Sym or Elf64_Sym, with the dummy at its start. */
static void *make_table(const TestFile *f, GString *strings)
{
    Elf64_Sym *table = g_new0(Elf64_Sym, f->count + 1);

    for (size_t i = 0; i < f->count; i++) {
        const TestSymbol *s = &f->symbols[i];
        uint32_t name = strings->len;

        g_string_append_len(strings, s->name, strlen(s->name) + 1);
        if (f->class == ELFCLASS32) {
            ((Elf32_Sym *)(void *)table)[i + 1] = (Elf32_Sym){
                .st_name = name,
                .st_value = s->addr,
                .st_size = s->size,
                .st_info = ELF32_ST_INFO(s->bind, s->type),
                .st_shndx = s->section,
            };
        } else {
            table[i + 1] = (Elf64_Sym){
                .st_name = name,
                .st_value = s->addr,
                .st_size = s->size,
                .st_info = ELF64_ST_INFO(s->bind, s->type),
                .st_shndx = s->section,
            };
        }
    }
    return table;
}

static void add_nobits(Elf *elf, const char *name, uint64_t addr, uint64_t size,
                       uint64_t flags, GString *names)
{
    GElf_Shdr shdr = {
        .sh_type = SHT_NOBITS,
        .sh_flags = flags,
        .sh_addr = addr,
        .sh_size = size,
    };

    add_section(elf, name, &shdr, NULL, ELF_T_BYTE, names);
}

static void add_table(Elf *elf, const TestFile *f, GString *strings,
                      void **ret_table, GString *names)
{
    GElf_Shdr string_shdr = { .sh_type = SHT_STRTAB };
    GElf_Shdr shdr = {
        .sh_type = f->dynamic ? SHT_DYNSYM : SHT_SYMTAB,
        .sh_link = IN_STRINGS,
        .sh_entsize = gelf_fsize(elf, ELF_T_SYM, 1, EV_CURRENT),
    };

    *ret_table = make_table(f, strings);
    string_shdr.sh_size = strings->len;
    add_section(elf, ".strtab", &string_shdr, strings->str, ELF_T_BYTE, names);
    shdr.sh_size = gelf_fsize(elf, ELF_T_SYM, f->count + 1, EV_CURRENT);
    add_section(elf, f->dynamic ? ".dynsym" : ".symtab", &shdr, *ret_table,
                ELF_T_SYM, names);
}

static void fill_elf(Elf *elf, const TestFile *f)
{
    g_autoptr(GString) strings = g_string_new_len("", 1);
    g_autoptr(GString) names = g_string_new_len("", 1);
    g_autofree void *table = NULL;
    GElf_Ehdr ehdr;

    g_assert_true(gelf_newehdr(elf, f->class ? f->class : ELFCLASS64));
    g_assert_nonnull(gelf_getehdr(elf, &ehdr));
    ehdr.e_ident[EI_DATA] = f->data ? f->data : ELFDATA2LSB;
    ehdr.e_machine = f->machine ? f->machine : EM_AARCH64;
    ehdr.e_type = f->type ? f->type : ET_EXEC;
    ehdr.e_version = EV_CURRENT;
    g_assert_true(gelf_update_ehdr(elf, &ehdr));
    add_nobits(elf, ".text", TEXT_ADDR, TEXT_SIZE, SHF_ALLOC | SHF_EXECINSTR,
               names);
    add_nobits(elf, ".data", DATA_ADDR, DATA_SIZE, SHF_ALLOC | SHF_WRITE,
               names);
    add_nobits(elf, ".debug", 0, 0x100, 0, names);
    if (!f->stripped) {
        add_table(elf, f, strings, &table, names);
    }
    add_section_names(elf, names);
    g_assert_cmpint(elf_update(elf, ELF_C_WRITE), >, 0);
}

/* Path of a new ELF file; give it to remove_file(). */
static char *make_elf(const TestFile *f)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;
    int fd = g_file_open_tmp("fi-symbols-XXXXXX", &path, &error);
    Elf *elf;

    g_assert_no_error(error);
    elf_version(EV_CURRENT);
    elf = elf_begin(fd, ELF_C_WRITE, NULL);
    g_assert_nonnull(elf);
    fill_elf(elf, f);
    elf_end(elf);
    close(fd);
    return path;
}

static void remove_file(char *path)
{
    g_unlink(path);
    g_free(path);
}

static void load_file(FiSymbols *syms, const TestFile *f)
{
    g_autoptr(GError) error = NULL;
    char *path = make_elf(f);

    fi_symbols_load(syms, path, &error);
    g_assert_no_error(error);
    remove_file(path);
}

static FiSymbols *load_symbols(const TestSymbol *symbols, size_t count)
{
    TestFile f = { .symbols = symbols, .count = count };
    FiSymbols *syms = fi_symbols_new();

    load_file(syms, &f);
    return syms;
}

static FiSymbols *load_some(void)
{
    return load_symbols(some_symbols, G_N_ELEMENTS(some_symbols));
}

static void check_symbol(const FiSymbols *syms, const char *name, uint64_t addr,
                         uint64_t size, FiSymbolKind kind, bool global)
{
    g_autoptr(GError) error = NULL;
    const FiSymbol *s = fi_symbols_find(syms, name, &error);

    g_assert_no_error(error);
    g_assert_nonnull(s);
    g_assert_cmpstr(s->name, ==, name);
    g_assert_cmphex(s->addr, ==, addr);
    g_assert_cmphex(s->size, ==, size);
    g_assert_cmpint(s->kind, ==, kind);
    g_assert_true(s->global == global);
    g_assert_false(s->ambiguous);
}

static void check_some(const FiSymbols *syms)
{
    g_assert_cmpuint(fi_symbols_count(syms), ==, SOME_COUNT);
    check_symbol(syms, "checksum", 0x10100, 0x40, FI_SYMBOL_FUNC, true);
    check_symbol(syms, "helper", 0x10200, 0x20, FI_SYMBOL_FUNC, false);
    check_symbol(syms, "weak", 0x10600, 0x10, FI_SYMBOL_FUNC, true);
    check_symbol(syms, "shadowed", 0x10420, 0x10, FI_SYMBOL_FUNC, true);
    check_symbol(syms, "loop", 0x10110, 0, FI_SYMBOL_OTHER, false);
    check_symbol(syms, "$xyz", 0x10504, 0, FI_SYMBOL_OTHER, false);
    check_symbol(syms, "absolute", 0xdead0000, 0, FI_SYMBOL_OTHER, true);
    check_symbol(syms, "buffer", DATA_ADDR, 0x400, FI_SYMBOL_OBJECT, true);
}

static void check_at(const FiSymbols *syms, uint64_t addr, const char *expected)
{
    g_autofree char *text = fi_symbols_at(syms, addr);

    g_assert_cmpstr(text, ==, expected);
}

/* All classes and byte orders, .symtab and .dynsym: the same result. */
static void test_load(void)
{
    static const TestFile files[] = {
        { .class = ELFCLASS64, .data = ELFDATA2LSB },
        { .class = ELFCLASS64, .data = ELFDATA2MSB },
        { .class = ELFCLASS32, .data = ELFDATA2LSB, .machine = EM_ARM },
        { .class = ELFCLASS32, .data = ELFDATA2MSB, .machine = EM_ARM },
        { .dynamic = true },
        { .type = ET_DYN },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(FiSymbols) syms = fi_symbols_new();
        TestFile f = files[i];

        f.symbols = some_symbols;
        f.count = G_N_ELEMENTS(some_symbols);
        load_file(syms, &f);
        check_some(syms);
    }
}

static void test_order(void)
{
    g_autoptr(FiSymbols) syms = load_some();

    for (guint i = 1; i < fi_symbols_count(syms); i++) {
        g_assert_cmphex(fi_symbols_nth(syms, i - 1)->addr, <=,
                        fi_symbols_nth(syms, i)->addr);
    }
    g_assert_cmpstr(fi_symbols_nth(syms, 0)->name, ==, "checksum");
}

static void test_thumb(void)
{
    static const TestSymbol symbols[] = {
        FUNC("thumb", 0x10101, 0x20),
        FUNC("arm", 0x10200, 0x20),
        OBJECT("odd", DATA_ADDR + 1, 1),
        LABEL("label", 0x10301),
    };
    TestFile f = {
        .class = ELFCLASS32,
        .machine = EM_ARM,
        .symbols = symbols,
        .count = G_N_ELEMENTS(symbols),
    };
    g_autoptr(FiSymbols) arm = fi_symbols_new();
    g_autoptr(FiSymbols) aarch64 = fi_symbols_new();

    load_file(arm, &f);
    check_symbol(arm, "thumb", 0x10100, 0x20, FI_SYMBOL_FUNC, true);
    check_symbol(arm, "arm", 0x10200, 0x20, FI_SYMBOL_FUNC, true);
    check_symbol(arm, "odd", DATA_ADDR + 1, 1, FI_SYMBOL_OBJECT, true);
    check_symbol(arm, "label", 0x10301, 0, FI_SYMBOL_OTHER, false);
    check_at(arm, 0x10100, "thumb");
    check_at(arm, 0x1011f, "thumb+0x1f");
    check_at(arm, 0x10120, NULL);
    /* Bit 0 has that meaning in AArch32 only. */
    f.class = ELFCLASS64;
    f.machine = EM_AARCH64;
    load_file(aarch64, &f);
    check_symbol(aarch64, "thumb", 0x10101, 0x20, FI_SYMBOL_FUNC, true);
}

/* The error has @code, and its message the path and @text. */
static void check_load_error(const char *path, int code, const char *text)
{
    g_autoptr(FiSymbols) syms = load_some();
    g_autoptr(GError) error = NULL;

    g_assert_false(fi_symbols_load(syms, path, &error));
    g_assert_error(error, FI_SYMBOL_ERROR, code);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, path));
    g_assert_nonnull(strstr(error->message, text));
    check_some(syms); /* nothing was added or lost */
    g_assert_false(fi_symbols_load(syms, path, NULL));
}

static void check_bad_bytes(const char *bytes, size_t len, const char *text)
{
    g_autoptr(GError) error = NULL;
    char *path = NULL;

    g_close(g_file_open_tmp("fi-symbols-XXXXXX", &path, NULL), NULL);
    g_file_set_contents(path, bytes, len, &error);
    g_assert_no_error(error);
    check_load_error(path, FI_SYMBOL_ERROR_FILE, text);
    remove_file(path);
}

static void test_no_elf(void)
{
    g_autofree char *dir = g_dir_make_tmp("fi-symbols-XXXXXX", NULL);
    g_autofree char *fifo = g_build_filename(dir, "fifo", NULL);

    check_load_error("/nonexistent/x.elf", FI_SYMBOL_ERROR_FILE,
                     "No such file");
    check_load_error(dir, FI_SYMBOL_ERROR_FILE, "directory");
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    check_load_error(fifo, FI_SYMBOL_ERROR_FILE, "not a regular file");
    g_unlink(fifo);
    g_rmdir(dir);
    check_bad_bytes("", 0, "not an ELF file");
    check_bad_bytes("#!/bin/sh\n", 10, "not an ELF file");
    check_bad_bytes("!<arch>\n", 8, "archive");
    check_bad_bytes("\177ELF", 4, "damaged or truncated");
    check_bad_bytes("\177ELF\2\1\1\0\0\0\0\0\0\0\0\0", 16,
                    "damaged or truncated");
}

static void check_file_error(const TestFile *f, int code, const char *text)
{
    char *path = make_elf(f);

    check_load_error(path, code, text);
    remove_file(path);
}

static void test_no_symbols(void)
{
    static const TestSymbol useless[] = {
        { "$x", TEXT_ADDR, 0, STT_NOTYPE, STB_LOCAL, IN_TEXT },
    };
    TestFile stripped = { .stripped = true };
    TestFile empty = { .symbols = useless, .count = 1 };
    TestFile object = {
        .type = ET_REL,
        .symbols = some_symbols,
        .count = G_N_ELEMENTS(some_symbols),
    };

    check_file_error(&stripped, FI_SYMBOL_ERROR_NONE, "stripped");
    check_file_error(&empty, FI_SYMBOL_ERROR_NONE, "no symbols");
    check_file_error(&object, FI_SYMBOL_ERROR_FILE, "relocatable");
}

static void test_bad_symbol(void)
{
    TestSymbol bad = FUNC("bad", TEXT_ADDR, 4);
    TestFile f = { .symbols = &bad, .count = 1 };

    bad.section = 77;
    check_file_error(&f, FI_SYMBOL_ERROR_FILE, "symbol 1 has no valid section");
}

typedef struct Image {
    char *path;
    char *bytes;
    gsize len;
} Image;

static Image make_image(void)
{
    TestFile f = {
        .symbols = some_symbols,
        .count = G_N_ELEMENTS(some_symbols),
    };
    g_autoptr(GError) error = NULL;
    Image image = { .path = make_elf(&f) };

    g_file_get_contents(image.path, &image.bytes, &image.len, &error);
    g_assert_no_error(error);
    return image;
}

static bool load_bytes(const char *path, const char *bytes, gsize len,
                       GError **error)
{
    g_autoptr(FiSymbols) syms = fi_symbols_new();
    int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    bool ok;

    g_assert_cmpint(write(fd, bytes, len), ==, len);
    close(fd);
    ok = fi_symbols_load(syms, path, error);
    g_assert_true(ok == (fi_symbols_count(syms) != 0));
    return ok;
}

/* The section headers are last, so no shorter file is complete. */
static void test_truncated(void)
{
    Image image = make_image();

    for (gsize len = 0; len < image.len; len++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(load_bytes(image.path, image.bytes, len, &error));
        g_assert_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_FILE);
        g_assert_true(g_str_has_prefix(error->message, image.path));
        if (len >= SELFMAG) {
            g_assert_nonnull(strstr(error->message, "truncated ELF file"));
        }
    }
    g_assert_true(load_bytes(image.path, image.bytes, image.len, NULL));
    g_free(image.bytes);
    remove_file(image.path);
}

/* The header is whole, but the symbol table goes beyond the end. */
static void test_long_table(void)
{
    Image image = make_image();
    g_autoptr(GError) error = NULL;
    Elf64_Ehdr ehdr;
    Elf64_Shdr shdr;
    char *table;

    memcpy(&ehdr, image.bytes, sizeof(ehdr));
    table = image.bytes + ehdr.e_shoff + IN_TABLE * sizeof(shdr);
    memcpy(&shdr, table, sizeof(shdr));
    g_assert_cmpuint(shdr.sh_type, ==, SHT_SYMTAB);
    shdr.sh_size = UINT64_C(24) << 40;
    memcpy(table, &shdr, sizeof(shdr));
    g_assert_false(load_bytes(image.path, image.bytes, image.len, &error));
    g_assert_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_FILE);
    g_assert_nonnull(strstr(error->message, "truncated ELF file: section 5"));
    g_free(image.bytes);
    remove_file(image.path);
}

/* Whatever the damage, loading ends, with an error or without. */
static void test_damaged(void)
{
    Image image = make_image();
    g_autoptr(GRand) rand = g_rand_new_with_seed(1);
    g_autofree char *bytes = g_malloc(image.len);
    guint failures = 0;

    for (int i = 0; i < 5000; i++) {
        g_autoptr(GError) error = NULL;

        memcpy(bytes, image.bytes, image.len);
        for (int n = g_rand_int_range(rand, 1, 6); n > 0; n--) {
            bytes[g_rand_int_range(rand, 0, image.len)] =
                g_rand_boolean(rand) ? 0xff : g_rand_int_range(rand, 0, 256);
        }
        if (!load_bytes(image.path, bytes, image.len, &error)) {
            failures++;
            g_assert_nonnull(error);
        }
    }
    g_assert_cmpuint(failures, >, 0);
    g_free(image.bytes);
    remove_file(image.path);
}

static void check_find_error(const FiSymbols *syms, const char *name, int code,
                             const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(fi_symbols_find(syms, name, &error));
    g_assert_error(error, FI_SYMBOL_ERROR, code);
    g_assert_cmpstr(error->message, ==, message);
    g_assert_null(fi_symbols_find(syms, name, NULL));
}

static void test_ambiguous(void)
{
    static const TestSymbol symbols[] = {
        LOCAL("two", 0x10000, 4),  LOCAL("two", 0x10010, 4),
        LOCAL("five", 0x10040, 4), LOCAL("five", 0x10030, 4),
        LOCAL("five", 0x10020, 4), LOCAL("five", 0x10050, 4),
        LOCAL("five", 0x10060, 4), LOCAL("same", 0x10070, 4),
        LOCAL("same", 0x10070, 4),
    };
    g_autoptr(FiSymbols) syms = load_symbols(symbols, G_N_ELEMENTS(symbols));

    check_find_error(syms, "two", FI_SYMBOL_ERROR_AMBIGUOUS,
                     "symbol \"two\" is ambiguous: 2 local ones, at 0x10000, "
                     "0x10010; use an address");
    check_find_error(syms, "five", FI_SYMBOL_ERROR_AMBIGUOUS,
                     "symbol \"five\" is ambiguous: 5 local ones, at 0x10020, "
                     "0x10030, 0x10040, 0x10050, …; use an address");
    check_symbol(syms, "same", 0x10070, 4, FI_SYMBOL_FUNC, false);
    for (guint i = 0; i < fi_symbols_count(syms); i++) {
        const FiSymbol *s = fi_symbols_nth(syms, i);

        g_assert_true(s->ambiguous == (strcmp(s->name, "same") != 0));
    }
}

static void test_unknown(void)
{
    g_autoptr(FiSymbols) syms = load_some();
    g_autoptr(FiSymbols) none = fi_symbols_new();
    int unknown = FI_SYMBOL_ERROR_UNKNOWN;

    check_find_error(syms, "chekcsum", unknown,
                     "no symbol \"chekcsum\"; near names: \"checksum\"");
    check_find_error(syms, "Checksum", unknown,
                     "no symbol \"Checksum\"; near names: \"checksum\"");
    check_find_error(syms, "helpers", unknown,
                     "no symbol \"helpers\"; near names: \"helper\"");
    check_find_error(syms, "sum", unknown,
                     "no symbol \"sum\"; near names: \"checksum\"");
    check_find_error(syms, "buffer_end", unknown,
                     "no symbol \"buffer_end\"; near names: \"buffer\"");
    check_find_error(syms, "lop", unknown,
                     "no symbol \"lop\"; near names: \"loop\"");
    check_find_error(syms, "entirely_else", unknown,
                     "no symbol \"entirely_else\"");
    check_find_error(syms, "", unknown, "no symbol \"\"");
    check_find_error(none, "x", unknown,
                     "no symbol \"x\": no symbols have been loaded");
}

/* Three of them at most, the nearest first. */
static void test_near_order(void)
{
    static const TestSymbol symbols[] = {
        LABEL("xx_table_init_y", 0x10000), LABEL("table_init_late", 0x10004),
        LABEL("tables_init", 0x10008),     LABEL("tablet_inits", 0x1000c),
        LABEL("table_Init", 0x10010),      LABEL("table", 0x10014),
    };
    g_autoptr(FiSymbols) syms = load_symbols(symbols, G_N_ELEMENTS(symbols));

    check_find_error(syms, "table_init", FI_SYMBOL_ERROR_UNKNOWN,
                     "no symbol \"table_init\"; near names: \"table_Init\", "
                     "\"tables_init\", \"tablet_inits\"");
}

static void check_eval(const FiSymbols *syms, const char *expr, uint64_t addr,
                       const char *name, int64_t offset)
{
    g_autoptr(GError) error = NULL;
    const FiSymbol *s = NULL;
    uint64_t got_addr = 0;
    int64_t got_offset = 0;

    fi_symbols_eval(syms, expr, &got_addr, &s, &got_offset, &error);
    g_assert_no_error(error);
    g_assert_cmphex(got_addr, ==, addr);
    g_assert_cmpstr(s->name, ==, name);
    g_assert_cmpint(got_offset, ==, offset);
    g_assert_true(fi_symbols_eval(syms, expr, &got_addr, NULL, NULL, NULL));
}

static void check_eval_error(const FiSymbols *syms, const char *expr, int code)
{
    g_autoptr(GError) error = NULL;
    const FiSymbol *s = NULL;
    uint64_t addr = 1;
    int64_t offset = 2;

    g_assert_false(fi_symbols_eval(syms, expr, &addr, &s, &offset, &error));
    g_assert_error(error, FI_SYMBOL_ERROR, code);
    g_assert_cmpuint(addr, ==, 1);
    g_assert_null(s);
    g_assert_cmpint(offset, ==, 2);
}

static void test_eval(void)
{
    g_autoptr(FiSymbols) syms = load_some();

    check_eval(syms, "checksum", 0x10100, "checksum", 0);
    check_eval(syms, "  checksum ", 0x10100, "checksum", 0);
    check_eval(syms, "checksum+0x10", 0x10110, "checksum", 16);
    check_eval(syms, "checksum+0XaB", 0x101ab, "checksum", 0xab);
    check_eval(syms, "checksum + 010", 0x1010a, "checksum", 10);
    check_eval(syms, " checksum -16 ", 0x100f0, "checksum", -16);
    check_eval(syms, "checksum-0x10100", 0, "checksum", -0x10100);
    check_eval(syms, "checksum+0", 0x10100, "checksum", 0);
    /* There is a symbol "loop-4". */
    check_eval(syms, "loop-4", 0x10500, "loop-4", 0);
    check_eval(syms, "loop-4+4", 0x10504, "loop-4", 4);
    check_eval(syms, "loop-8", 0x10108, "loop", -8);
    check_eval(syms, "loop - 4", 0x1010c, "loop", -4);
}

static void test_eval_errors(void)
{
    static const char *const bad[] = {
        "",
        "  ",
        "+4",
        "-",
        "checksum+",
        "checksum+x",
        "checksum+0x",
        "checksum+0x0x1",
        "checksum+4 4",
        "checksum++4",
        "checksum+-4",
        "checksum+1.5",
        "checksum+99999999999999999999",
        "checksum+0x8000000000000000",
        "checksum-0x10101",
    };
    g_autoptr(FiSymbols) syms = load_some();

    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        int code = strstr(bad[i], "++") || strstr(bad[i], "+-")
                       ? FI_SYMBOL_ERROR_UNKNOWN
                       : FI_SYMBOL_ERROR_SYNTAX;

        check_eval_error(syms, bad[i], code);
    }
    check_eval_error(syms, "chekcsum+4", FI_SYMBOL_ERROR_UNKNOWN);
    check_eval_error(syms, "init+4", FI_SYMBOL_ERROR_AMBIGUOUS);
}

static void test_at(void)
{
    static const TestSymbol symbols[] = {
        LABEL("text_start", 0x10000),
        LABEL("data_start", 0x11000), /* of .text, but not in it */
        FUNC("outer", 0x10100, 0x100),
        FUNC("inner", 0x10140, 0x10),
        LOCAL("outer_local", 0x10100, 0x100),
        { "blob", 0x10100, 0x200, STT_OBJECT, STB_GLOBAL, IN_TEXT },
        LABEL("label", 0x10150),
        LABEL("tail", 0x10f00),
        OBJECT("array", DATA_ADDR, 0x10),
        { "data_label", DATA_ADDR + 0x20, 0, STT_NOTYPE, STB_LOCAL, IN_DATA },
        { "absolute", 0x10e00, 0, STT_NOTYPE, STB_GLOBAL, SHN_ABS },
        { "top", UINT64_MAX - 0xf, 0x10, STT_FUNC, STB_GLOBAL, SHN_ABS },
    };
    g_autoptr(FiSymbols) syms = load_symbols(symbols, G_N_ELEMENTS(symbols));
    g_autoptr(FiSymbols) none = fi_symbols_new();

    check_at(syms, 0, NULL);
    check_at(syms, 0xffff, NULL);
    check_at(syms, 0x10000, "text_start");
    check_at(syms, 0x100ff, "text_start+0xff");
    check_at(syms, 0x10100, "outer");
    check_at(syms, 0x10140, "inner");
    check_at(syms, 0x1014f, "inner+0xf");
    check_at(syms, 0x10150, "outer+0x50");
    check_at(syms, 0x101ff, "outer+0xff");
    check_at(syms, 0x10200, "blob+0x100");
    check_at(syms, 0x10300, "label+0x1b0");
    check_at(syms, 0x10e00, "label+0xcb0"); /* SHN_ABS has no extent */
    check_at(syms, 0x10fff, "tail+0xff");
    check_at(syms, 0x11000, NULL);
    check_at(syms, DATA_ADDR + 0xf, "array+0xf");
    check_at(syms, DATA_ADDR + 0x10, NULL);
    check_at(syms, DATA_ADDR + 0x20, "data_label");
    check_at(syms, DATA_ADDR + 0x1001f, "data_label+0xffff");
    check_at(syms, DATA_ADDR + 0x10020, NULL);
    check_at(syms, UINT64_MAX - 1, "top+0xe");
    check_at(none, 0x10000, NULL);
}

/* Random symbols, many of which overlap. */
static TestSymbol *random_symbols(GRand *rand, guint count, GStringChunk *names)
{
    static const int types[] = { STT_FUNC, STT_OBJECT, STT_NOTYPE };
    TestSymbol *symbols = g_new0(TestSymbol, count);

    for (guint i = 0; i < count; i++) {
        g_autofree char *name = g_strdup_printf("s%u", i);

        symbols[i] = (TestSymbol){
            .name = g_string_chunk_insert(names, name),
            .addr = TEXT_ADDR + g_rand_int_range(rand, -16, TEXT_SIZE + 16),
            .size = g_rand_boolean(rand) ? g_rand_int_range(rand, 1, 200) : 0,
            .type = types[g_rand_int_range(rand, 0, 3)],
            .bind = g_rand_boolean(rand) ? STB_LOCAL : STB_GLOBAL,
            .section = IN_TEXT,
        };
    }
    return symbols;
}

/* The header's rule, word by word, with the ties that it leaves open. */
static const FiSymbol *naive_at(const FiSymbols *syms, uint64_t addr)
{
    static const int rank[] = {
        [FI_SYMBOL_FUNC] = 2,
        [FI_SYMBOL_OBJECT] = 1,
        [FI_SYMBOL_OTHER] = 0,
    };
    const FiSymbol *best = NULL;

    for (guint i = 0; i < fi_symbols_count(syms); i++) {
        const FiSymbol *s = fi_symbols_nth(syms, i);
        int64_t order = 0;

        if (s->addr > addr || (s->size && addr - s->addr >= s->size)) {
            continue;
        }
        if (!s->size && (s->addr < TEXT_ADDR || addr - s->addr >= 0x10000 ||
                         addr >= TEXT_ADDR + TEXT_SIZE)) {
            continue;
        }
        if (best) {
            order = (s->size != 0) - (best->size != 0);
            if (!order && !s->size) {
                order = (int64_t)(s->addr - best->addr);
            }
            order = order ? order : rank[s->kind] - rank[best->kind];
            order = order ? order : s->global - best->global;
            order = order ? order : (int64_t)(s->addr - best->addr);
            order = order ? order : (int64_t)(best->size - s->size);
            order = order ? order : strcmp(best->name, s->name);
        }
        if (!best || order > 0) {
            best = s;
        }
    }
    return best;
}

static void test_at_random(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(2);

    for (int round = 0; round < 30; round++) {
        g_autoptr(GStringChunk) names = g_string_chunk_new(4096);
        guint count = g_rand_int_range(rand, 1, 150);
        g_autofree TestSymbol *symbols = random_symbols(rand, count, names);
        g_autoptr(FiSymbols) syms = load_symbols(symbols, count);

        for (uint64_t addr = TEXT_ADDR - 32; addr < TEXT_ADDR + TEXT_SIZE + 300;
             addr++) {
            const FiSymbol *s = naive_at(syms, addr);
            g_autofree char *expected = NULL;

            if (s) {
                expected = addr == s->addr
                               ? g_strdup(s->name)
                               : g_strdup_printf("%s+0x%x", s->name,
                                                 (unsigned)(addr - s->addr));
            }
            check_at(syms, addr, expected);
        }
    }
}

/* Further files after look-ups; what was found before stays valid. */
static void test_more_files(void)
{
    static const TestSymbol more[] = {
        FUNC("first", 0x10000, 0x10),
        FUNC("checksum", 0x10800, 0x10),
        LOCAL("helper", 0x10820, 0x10),
    };
    TestFile f = { .symbols = more, .count = G_N_ELEMENTS(more) };
    TestFile same = {
        .symbols = some_symbols,
        .count = G_N_ELEMENTS(some_symbols),
    };
    g_autoptr(FiSymbols) syms = load_some();
    const FiSymbol *before = fi_symbols_find(syms, "buffer", NULL);

    load_file(syms, &same);
    check_some(syms);
    load_file(syms, &f);
    g_assert_cmpuint(fi_symbols_count(syms), ==, SOME_COUNT + 3);
    g_assert_true(fi_symbols_find(syms, "buffer", NULL) == before);
    g_assert_cmpstr(fi_symbols_nth(syms, 0)->name, ==, "first");
    check_at(syms, 0x10004, "first+0x4");
    check_at(syms, 0x10804, "checksum+0x4");
    check_find_error(syms, "checksum", FI_SYMBOL_ERROR_AMBIGUOUS,
                     "symbol \"checksum\" is ambiguous: 2 global ones, at "
                     "0x10100, 0x10800; use an address");
    check_find_error(syms, "helper", FI_SYMBOL_ERROR_AMBIGUOUS,
                     "symbol \"helper\" is ambiguous: 2 local ones, at "
                     "0x10200, 0x10820; use an address");
}

/* As large as vmlinux, with names that repeat as much. */
static void test_large(void)
{
    enum {
        COUNT = 200000,
        LOOKUPS = 200000
    };
    g_autoptr(GStringChunk) names = g_string_chunk_new(1 << 20);
    g_autofree TestSymbol *symbols = g_new0(TestSymbol, COUNT);
    g_autoptr(FiSymbols) syms = fi_symbols_new();
    TestFile f = { .symbols = symbols, .count = COUNT };
    g_autoptr(GError) error = NULL;
    char *path;
    double seconds;

    for (guint i = 0; i < COUNT; i++) {
        g_autofree char *name = g_strdup_printf("__some_prefix_%u", i);
        guint shuffled = (guint)((uint64_t)i * 7919 % COUNT);

        symbols[i] = (TestSymbol)LOCAL(
            i % 4 ? g_string_chunk_insert(names, name) : "__key.0",
            UINT64_C(0xffff800000000000) + shuffled * 64, i % 8 ? 64 : 0);
        symbols[i].bind = i % 4 ? STB_GLOBAL : STB_LOCAL;
    }
    path = make_elf(&f);
    g_test_timer_start();
    fi_symbols_load(syms, path, &error);
    seconds = g_test_timer_elapsed();
    g_assert_no_error(error);
    g_test_message("loaded in %.3f s", seconds);
    g_assert_cmpfloat(seconds, <, 10); /* sanitizers and slow machines */
    g_assert_cmpuint(fi_symbols_count(syms), ==, COUNT);

    g_test_timer_start();
    for (uint64_t i = 0; i < LOOKUPS; i++) {
        g_free(fi_symbols_at(syms, UINT64_C(0xffff800000000000) +
                                       i * 7919 % COUNT * 64 + 4));
    }
    seconds = g_test_timer_elapsed();
    g_test_message("%d reverse look-ups in %.3f s", LOOKUPS, seconds);
    g_assert_cmpfloat(seconds, <, 10);

    g_test_timer_start();
    g_assert_null(fi_symbols_find(syms, "__some_prefix_x", &error));
    seconds = g_test_timer_elapsed();
    g_test_message("near names in %.3f s: %s", seconds, error->message);
    remove_file(path);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/symbols/load", test_load);
    g_test_add_func("/symbols/order", test_order);
    g_test_add_func("/symbols/thumb", test_thumb);
    g_test_add_func("/symbols/no-elf", test_no_elf);
    g_test_add_func("/symbols/no-symbols", test_no_symbols);
    g_test_add_func("/symbols/bad-symbol", test_bad_symbol);
    g_test_add_func("/symbols/truncated", test_truncated);
    g_test_add_func("/symbols/long-table", test_long_table);
    g_test_add_func("/symbols/damaged", test_damaged);
    g_test_add_func("/symbols/ambiguous", test_ambiguous);
    g_test_add_func("/symbols/unknown", test_unknown);
    g_test_add_func("/symbols/near-order", test_near_order);
    g_test_add_func("/symbols/eval", test_eval);
    g_test_add_func("/symbols/eval-errors", test_eval_errors);
    g_test_add_func("/symbols/at", test_at);
    g_test_add_func("/symbols/at-random", test_at_random);
    g_test_add_func("/symbols/more-files", test_more_files);
    g_test_add_func("/symbols/large", test_large);
    return g_test_run();
}
