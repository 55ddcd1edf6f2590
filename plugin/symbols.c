/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "symbols.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kallsyms.h"

/* How far a symbol without a size reaches. */
#define LABEL_REACH (64 * 1024)

/* How far one of a list without sizes does. */
#define LIST_REACH (16 * 1024 * 1024)

#define MAX_NEAR 3
#define MAX_LISTED 4
#define MAX_DISTANCE 2

typedef struct Entry Entry;

struct Entry {
    FiSymbol sym; /* first: the callers' view of it */
    uint64_t end; /* what it covers ends here; == sym.addr: nothing */
    Entry *next;  /* of the same name, in order of address */
};

/* What one file has brought; it stays where it is, as callers point to it. */
typedef struct Block {
    GArray *entries; /* of Entry */
    char *strings;   /* the file's string table, the names point into it */
} Block;

/* From @start up to the next range's start, @best is what fi_symbols_at says. */
typedef struct Range {
    uint64_t start;
    const Entry *best; /* or NULL */
} Range;

/* Symbols while they come one by one; names are offsets into @strings until all
 * are there. */
typedef struct List {
    GArray *entries;
    GString *strings;
} List;

struct FiSymbols {
    List adding;         /* entries NULL: none */
    GPtrArray *blocks;   /* of Block */
    GPtrArray *by_addr;  /* of Entry, owned by the blocks */
    GHashTable *by_name; /* name -> first Entry of that name */
    GArray *ranges;      /* of Range, in order of address */
};

/* An ELF file while it is read. */
typedef struct Reader {
    const char *path;
    int fd;
    uint64_t file_size;
    Elf *elf;
    GElf_Ehdr ehdr;
    GArray *sections; /* of GElf_Shdr, by section index */
} Reader;

GQuark fi_symbol_error_quark(void)
{
    return g_quark_from_static_string("fi-symbol-error-quark");
}

static void block_free(gpointer data)
{
    Block *block = data;

    g_array_unref(block->entries);
    g_free(block->strings);
    g_free(block);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Block, block_free)

static void reader_clear(Reader *r)
{
    g_clear_pointer(&r->elf, elf_end);
    if (r->fd >= 0) {
        close(r->fd);
    }
    g_clear_pointer(&r->sections, g_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Reader, reader_clear)

FiSymbols *fi_symbols_new(void)
{
    FiSymbols *syms = g_new0(FiSymbols, 1);

    syms->blocks = g_ptr_array_new_with_free_func(block_free);
    syms->by_addr = g_ptr_array_new();
    syms->by_name = g_hash_table_new(g_str_hash, g_str_equal);
    syms->ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    return syms;
}

static void list_discard(List *list)
{
    g_array_unref(list->entries);
    g_string_free(list->strings, TRUE);
}

void fi_symbols_free(FiSymbols *syms)
{
    if (!syms) {
        return;
    }
    if (syms->adding.entries) {
        list_discard(&syms->adding);
    }
    g_array_unref(syms->ranges);
    g_hash_table_unref(syms->by_name);
    g_ptr_array_unref(syms->by_addr);
    g_ptr_array_unref(syms->blocks);
    g_free(syms);
}

/* Reading ELF files */

static bool file_error(const Reader *r, GError **error, const char *text)
{
    g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_FILE, "%s: %s", r->path,
                text);
    return false;
}

static bool elf_error(const Reader *r, GError **error, const char *what)
{
    g_autofree char *text = g_strdup_printf(
        "damaged or truncated ELF file: %s: %s", what, elf_errmsg(-1));

    return file_error(r, error, text);
}

static bool open_file(Reader *r, GError **error)
{
    struct stat st;

    /* Not to wait for the writer where the path is a FIFO's by mistake. */
    r->fd = open(r->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (r->fd < 0 || fstat(r->fd, &st) < 0) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_FILE,
                    "%s: cannot open: %s", r->path, g_strerror(errno));
        return false;
    }
    if (S_ISDIR(st.st_mode)) {
        return file_error(r, error, "is a directory, not an ELF file");
    }
    if (!S_ISREG(st.st_mode)) {
        return file_error(r, error, "is not a regular file");
    }
    r->file_size = st.st_size;
    return true;
}

/*
 * libelf takes a section header table beyond the end of the file for none,
 * which would read as "stripped".
 */
static bool check_section_table(const Reader *r, GError **error)
{
    uint64_t offset = r->ehdr.e_shoff;
    uint64_t size = (uint64_t)MAX(r->ehdr.e_shnum, 1) * r->ehdr.e_shentsize;
    g_autofree char *text = NULL;

    if (!offset || (offset <= r->file_size && size <= r->file_size - offset)) {
        return true;
    }
    text = g_strdup_printf(
        "truncated ELF file: the section headers are at byte %" PRIu64
        ", but it has only %" PRIu64 " bytes",
        offset, r->file_size);
    return file_error(r, error, text);
}

static bool has_magic(const Reader *r)
{
    char magic[SELFMAG];

    return pread(r->fd, magic, SELFMAG, 0) == SELFMAG &&
           !memcmp(magic, ELFMAG, SELFMAG);
}

static bool open_elf(Reader *r, GError **error)
{
    elf_version(EV_CURRENT);
    /* No mmap: a file that shrinks meanwhile would be a SIGBUS. */
    r->elf = elf_begin(r->fd, ELF_C_READ, NULL);
    if (!r->elf) {
        return elf_error(r, error, "header");
    }
    if (elf_kind(r->elf) == ELF_K_AR) {
        return file_error(r, error, "is an archive, not an ELF file");
    }
    if (elf_kind(r->elf) != ELF_K_ELF) {
        return file_error(r, error,
                          has_magic(r)
                              ? "damaged or truncated ELF file: bad header"
                              : "is not an ELF file, nor a System.map or an "
                                "arm64 kernel's image");
    }
    if (!gelf_getehdr(r->elf, &r->ehdr)) {
        return elf_error(r, error, "header");
    }
    if (r->ehdr.e_type == ET_REL) {
        return file_error(r, error,
                          "is a relocatable object file: its symbols "
                          "have no addresses before it is linked");
    }
    return check_section_table(r, error);
}

static bool read_sections(Reader *r, GError **error)
{
    size_t count;

    if (elf_getshdrnum(r->elf, &count) < 0) {
        return elf_error(r, error, "section headers");
    }
    r->sections = g_array_new(FALSE, FALSE, sizeof(GElf_Shdr));
    for (size_t i = 0; i < count; i++) {
        GElf_Shdr shdr;

        if (!gelf_getshdr(elf_getscn(r->elf, i), &shdr)) {
            return elf_error(r, error, "section header");
        }
        g_array_append_val(r->sections, shdr);
    }
    return true;
}

static const GElf_Shdr *section(const Reader *r, size_t index)
{
    return &g_array_index(r->sections, GElf_Shdr, index);
}

/*
 * The bytes of section @index, which must be of @type.  NULL with @error set
 * when they are not all there.
 */
static Elf_Data *read_section(Reader *r, size_t index, uint32_t type,
                              GError **error)
{
    const GElf_Shdr *shdr;
    Elf_Data *data;
    g_autofree char *text = NULL;

    if (index >= r->sections->len || section(r, index)->sh_type != type) {
        file_error(r, error,
                   "damaged ELF file: the symbols' string table is missing");
        return NULL;
    }
    shdr = section(r, index);
    if (shdr->sh_offset > r->file_size ||
        shdr->sh_size > r->file_size - shdr->sh_offset) {
        text = g_strdup_printf("truncated ELF file: section %zu has %" PRIu64
                               " bytes at %" PRIu64
                               ", but the file only %" PRIu64,
                               index, (uint64_t)shdr->sh_size,
                               (uint64_t)shdr->sh_offset, r->file_size);
        file_error(r, error, text);
        return NULL;
    }
    data = elf_getdata(elf_getscn(r->elf, index), NULL);
    if (!data) {
        text = g_strdup_printf("section %zu", index);
        elf_error(r, error, text);
        return NULL;
    }
    return data;
}

/* "$a", "$d", "$t", "$x", alone or with a dot and anything behind it. */
static bool is_mapping_symbol(const char *name, int type)
{
    return type == STT_NOTYPE && name[0] == '$' && name[1] &&
           strchr("adtx", name[1]) && (name[2] == '\0' || name[2] == '.');
}

/* False for what has no address of its own. */
static bool symbol_kind(int type, FiSymbolKind *ret_kind)
{
    switch (type) {
    case STT_SECTION:
    case STT_FILE:
    case STT_TLS: /* an offset into each thread's block */
        return false;
    case STT_FUNC:
    case STT_GNU_IFUNC:
        *ret_kind = FI_SYMBOL_FUNC;
        return true;
    case STT_OBJECT:
    case STT_COMMON:
        *ret_kind = FI_SYMBOL_OBJECT;
        return true;
    default:
        *ret_kind = FI_SYMBOL_OTHER;
        return true;
    }
}

/* The end of the addresses that the symbol stands for. */
static uint64_t covered_end(const FiSymbol *sym, const GElf_Shdr *shdr)
{
    uint64_t room;

    if (sym->size) {
        return sym->addr + MIN(sym->size, UINT64_MAX - sym->addr);
    }
    if (!shdr || sym->addr < shdr->sh_addr ||
        sym->addr - shdr->sh_addr >= shdr->sh_size) {
        return sym->addr;
    }
    room = shdr->sh_size - (sym->addr - shdr->sh_addr);
    room = MIN(room, LABEL_REACH);
    return sym->addr + MIN(room, UINT64_MAX - sym->addr);
}

/*
 * Turn @gsym, called @name, into @ret_entry.  False for symbols that are of
 * no use here.
 */
static bool convert(const Reader *r, const GElf_Sym *gsym, const char *name,
                    Entry *ret_entry)
{
    int type = GELF_ST_TYPE(gsym->st_info);
    int bind = GELF_ST_BIND(gsym->st_info);
    const GElf_Shdr *shdr = NULL;
    Entry entry = { 0 };

    if (!*name || gsym->st_shndx == SHN_UNDEF || gsym->st_shndx == SHN_COMMON ||
        is_mapping_symbol(name, type) || !symbol_kind(type, &entry.sym.kind)) {
        return false;
    }
    /* The reserved indices (SHN_ABS, SHN_XINDEX, …) have no known extent. */
    if (gsym->st_shndx < SHN_LORESERVE) {
        shdr = section(r, gsym->st_shndx);
        if (!(shdr->sh_flags & SHF_ALLOC)) {
            return false; /* not in the guest's memory */
        }
    }
    entry.sym.name = name;
    entry.sym.addr = gsym->st_value;
    if (r->ehdr.e_machine == EM_ARM && entry.sym.kind == FI_SYMBOL_FUNC) {
        entry.sym.addr &= ~UINT64_C(1);
    }
    entry.sym.size = gsym->st_size;
    entry.sym.global = bind == STB_GLOBAL || bind == STB_WEAK ||
                       bind == STB_GNU_UNIQUE;
    entry.end = covered_end(&entry.sym, shdr);
    *ret_entry = entry;
    return true;
}

static bool bad_symbol(const Reader *r, size_t index, const char *what,
                       GError **error)
{
    g_autofree char *text = g_strdup_printf(
        "damaged ELF file: symbol %zu has no valid %s", index, what);

    return file_error(r, error, text);
}

static bool read_symbols(Reader *r, Elf_Data *symbols, const char *strings,
                         size_t strings_size, GArray *entries, GError **error)
{
    size_t count = symbols->d_size /
                   gelf_fsize(r->elf, ELF_T_SYM, 1, EV_CURRENT);

    for (size_t i = 1; i < count; i++) { /* the first is a dummy */
        GElf_Sym gsym;
        Entry entry;

        if (!gelf_getsym(symbols, i, &gsym)) {
            return elf_error(r, error, "symbol table");
        }
        if (gsym.st_name >= MAX(strings_size, 1)) {
            return bad_symbol(r, i, "name", error);
        }
        if (gsym.st_shndx >= r->sections->len &&
            gsym.st_shndx < SHN_LORESERVE) {
            return bad_symbol(r, i, "section", error);
        }
        if (convert(r, &gsym, strings + gsym.st_name, &entry)) {
            g_array_append_val(entries, entry);
        }
    }
    return true;
}

/* Read the symbol table in section @index; NULL with @error set if broken. */
static Block *read_table(Reader *r, size_t index, GError **error)
{
    g_autoptr(Block) block = g_new0(Block, 1);
    Elf_Data *symbols, *strings;

    block->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    symbols = read_section(r, index, section(r, index)->sh_type, error);
    if (!symbols) {
        return NULL;
    }
    strings = read_section(r, section(r, index)->sh_link, SHT_STRTAB, error);
    if (!strings) {
        return NULL;
    }
    /* One more byte, so that even an unterminated table ends. */
    block->strings = g_malloc0(strings->d_size + 1);
    if (strings->d_size && strings->d_buf) {
        memcpy(block->strings, strings->d_buf, strings->d_size);
    }
    if (!read_symbols(r, symbols, block->strings, strings->d_size,
                      block->entries, error)) {
        return NULL;
    }
    return g_steal_pointer(&block);
}

/*
 * The symbols of the first section of @type.  False if it is broken; NULL in
 * @ret_block if there is none or if it has nothing of use.
 */
static bool read_tables(Reader *r, uint32_t type, Block **ret_block,
                        GError **error)
{
    g_autoptr(Block) block = NULL;

    *ret_block = NULL;
    for (size_t i = 0; i < r->sections->len; i++) {
        if (section(r, i)->sh_type != type) {
            continue;
        }
        block = read_table(r, i, error);
        if (!block) {
            return false;
        }
        if (block->entries->len) {
            *ret_block = g_steal_pointer(&block);
        }
        return true;
    }
    return true;
}

static Block *read_elf(Reader *r, GError **error)
{
    Block *block;

    if (!open_elf(r, error) || !read_sections(r, error) ||
        !read_tables(r, SHT_SYMTAB, &block, error)) {
        return NULL;
    }
    if (!block && !read_tables(r, SHT_DYNSYM, &block, error)) {
        return NULL;
    }
    if (!block) {
        g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_NONE,
                    "%s: has no symbols, neither in .symtab nor in .dynsym: "
                    "it has been stripped",
                    r->path);
    }
    return block;
}

/* Lists: nm's format, as in System.map, and a kernel's own table */

static FiSymbolKind kind_of_letter(char type)
{
    switch (g_ascii_tolower(type)) {
    case 't':
    case 'w':
        return FI_SYMBOL_FUNC;
    case 'b':
    case 'd':
    case 'g':
    case 'r':
    case 's':
    case 'v':
        return FI_SYMBOL_OBJECT;
    default:
        return FI_SYMBOL_OTHER;
    }
}

static void list_begin(List *list)
{
    list->entries = g_array_new(FALSE, FALSE, sizeof(Entry));
    list->strings = g_string_new(NULL);
}

static void list_append(List *list, const FiSymbol *sym)
{
    Entry entry = { .sym = *sym,
                    .end = sym->addr + MIN(sym->size, UINT64_MAX - sym->addr) };

    entry.sym.name = (const char *)(uintptr_t)list->strings->len;
    g_string_append_len(list->strings, sym->name, strlen(sym->name) + 1);
    g_array_append_val(list->entries, entry);
}

static void list_add(uint64_t addr, char type, const char *name, void *opaque)
{
    FiSymbol sym = { .name = name,
                     .addr = addr,
                     .kind = kind_of_letter(type),
                     .global = g_ascii_isupper(type) || type == 'w' };

    if (name[0] == '$' || g_ascii_tolower(type) == 'u') {
        return; /* a mapping symbol, or one that is elsewhere */
    }
    list_append(opaque, &sym);
}

static gint compare_entry_addresses(gconstpointer pa, gconstpointer pb)
{
    const Entry *a = pa, *b = pb;

    return (a->sym.addr > b->sym.addr) - (a->sym.addr < b->sym.addr);
}

/* Files of such lists have no sizes: a symbol without one reaches up to the next
 * one, as in the kernel's own messages. */
static void set_sizes(GArray *entries)
{
    uint64_t next = 0;

    g_array_sort(entries, compare_entry_addresses);
    for (guint i = entries->len; i-- > 0;) {
        Entry *e = &g_array_index(entries, Entry, i);

        if (i + 1 < entries->len && e[1].sym.addr != e->sym.addr) {
            next = e[1].sym.addr;
        }
        if (next && !e->sym.size && e->sym.kind != FI_SYMBOL_OTHER &&
            next - e->sym.addr <= LIST_REACH) {
            e->sym.size = next - e->sym.addr;
            e->end = next;
        }
    }
}

static Block *list_finish(List *list)
{
    Block *block = g_new0(Block, 1);

    block->entries = list->entries;
    block->strings = g_string_free(list->strings, FALSE);
    for (guint i = 0; i < block->entries->len; i++) {
        Entry *e = &g_array_index(block->entries, Entry, i);

        e->sym.name = block->strings + (uintptr_t)e->sym.name;
    }
    set_sizes(block->entries);
    return block;
}

/* "ffff800008010000 T _stext", and in /proc/kallsyms behind a tab the module.
 * Splits @line, which is changed. */
static bool split_line(char *line, uint64_t *ret_addr, char *ret_type,
                       char **ret_name, bool *ret_module)
{
    char *end;

    *ret_addr = g_ascii_strtoull(line, &end, 16);
    if (end - line < 8 || end - line > 16 || !g_ascii_isxdigit(line[0]) ||
        end[0] != ' ' || !g_ascii_isgraph(end[1]) || end[2] != ' ') {
        return false;
    }
    *ret_type = end[1];
    *ret_name = end + 3;
    end = strchr(*ret_name, '\t');
    *ret_module = end;
    if (end) {
        *end = '\0';
    }
    g_strchomp(*ret_name);
    return **ret_name != '\0';
}

static bool is_list(const char *data, gsize size)
{
    g_autofree char *line = g_strndup(data, MIN(size, 1024));
    char type, *name;
    uint64_t addr;
    bool module;

    line[strcspn(line, "\n")] = '\0';
    return split_line(line, &addr, &type, &name, &module);
}

static bool list_error(const Reader *r, guint number, GError **error)
{
    g_autofree char *text = g_strdup_printf(
        "line %u is not of the form \"address type name\", as nm and "
        "System.map have it",
        number);

    return file_error(r, error, text);
}

/* Debian's System.map is one line, a sentence in place of a name. */
static bool is_stand_in(const char *name)
{
    return strchr(name, ' ');
}

static bool read_lines(const Reader *r, char *data, List *list, GError **error)
{
    bool some = false;
    guint number = 0;

    for (char *line = data, *next; line && *line; line = next) {
        char type, *name;
        uint64_t addr;
        bool module;

        next = strchr(line, '\n');
        if (next) {
            *next++ = '\0';
        }
        number++;
        if (!split_line(line, &addr, &type, &name, &module)) {
            return list_error(r, number, error);
        }
        if (is_stand_in(name)) {
            return file_error(r, error,
                              "is only a stand-in for a System.map; use the "
                              "kernel's image instead, /boot/vmlinuz-…, which "
                              "has its symbols in it");
        }
        some = some || addr;
        if (!module) {
            list_add(addr, type, name, list);
        }
    }
    return some || file_error(r, error,
                              "all addresses are 0: the kernel hides them; "
                              "read /proc/kallsyms as root after echo 0 "
                              ">/proc/sys/kernel/kptr_restrict");
}

static bool is_compressed(const char *data, gsize size)
{
    return size > 8 && (memcmp(data, "\x1f\x8b", 2) == 0 ||
                        memcmp(data,
                               "\xfd"
                               "7zXZ",
                               5) == 0 ||
                        memcmp(data, "\x28\xb5\x2f\xfd", 4) == 0 ||
                        memcmp(data + 4, "zimg", 4) == 0);
}

static bool read_image(const Reader *r, const char *data, gsize size,
                       List *list, GError **error)
{
    if (!fi_kallsyms_read((const uint8_t *)data, size, list_add, list, error)) {
        g_prefix_error(error, "%s: ", r->path);
        return false;
    }
    return true;
}

/* What is no ELF file.  NULL without an error: nothing that we know. */
static Block *read_other(const Reader *r, GError **error)
{
    g_autofree char *data = NULL;
    gsize size;
    List list;
    bool ok;

    if (has_magic(r) || !g_file_get_contents(r->path, &data, &size, NULL)) {
        return NULL;
    }
    if (is_compressed(data, size)) {
        file_error(r, error, "is compressed; unpack it first");
        return NULL;
    }
    if (!fi_kallsyms_is_image((const uint8_t *)data, size) &&
        !is_list(data, size)) {
        return NULL;
    }
    list_begin(&list);
    ok = fi_kallsyms_is_image((const uint8_t *)data, size)
             ? read_image(r, data, size, &list, error)
             : read_lines(r, data, &list, error);
    if (!ok) {
        list_discard(&list);
        return NULL;
    }
    return list_finish(&list);
}

static Block *read_file(const char *path, GError **error)
{
    g_auto(Reader) r = { .path = path, .fd = -1 };
    g_autoptr(GError) other = NULL;
    Block *block;

    if (!open_file(&r, error)) {
        return NULL;
    }
    block = read_other(&r, &other);
    if (other) {
        g_propagate_error(error, g_steal_pointer(&other));
        return NULL;
    }
    return block ? block : read_elf(&r, error);
}

/* Indexing */

/* By quality: global ones, then functions, then objects, then ones with a size
 * come first. */
static int compare_quality(const FiSymbol *a, const FiSymbol *b)
{
    static const int rank[] = {
        [FI_SYMBOL_FUNC] = 0,
        [FI_SYMBOL_OBJECT] = 1,
        [FI_SYMBOL_OTHER] = 2,
    };

    if (a->global != b->global) {
        return a->global ? -1 : 1;
    }
    if (a->kind != b->kind) {
        return rank[a->kind] - rank[b->kind];
    }
    return (b->size != 0) - (a->size != 0);
}

/* By address, then by name, then the best first. */
static gint compare_entries(gconstpointer pa, gconstpointer pb)
{
    const Entry *a = *(const Entry *const *)pa;
    const Entry *b = *(const Entry *const *)pb;
    int order;

    if (a->sym.addr != b->sym.addr) {
        return a->sym.addr < b->sym.addr ? -1 : 1;
    }
    order = strcmp(a->sym.name, b->sym.name);
    return order ? order : compare_quality(&a->sym, &b->sym);
}

/* Sort all entries; of several with the same name and address, keep the best,
 * as when a file is loaded twice. */
static void index_addresses(FiSymbols *syms)
{
    GPtrArray *all = syms->by_addr;
    guint kept = 0;

    g_ptr_array_sort(all, compare_entries);
    for (guint i = 0; i < all->len; i++) {
        const Entry *e = all->pdata[i];
        const Entry *last = kept ? all->pdata[kept - 1] : NULL;

        if (!last || last->sym.addr != e->sym.addr ||
            strcmp(last->sym.name, e->sym.name)) {
            all->pdata[kept++] = all->pdata[i];
        }
    }
    g_ptr_array_set_size(all, kept);
}

/* The symbols of one name are of one address each by now. */
static void mark_ambiguous(Entry *first)
{
    guint counts[2] = { 0 };

    for (Entry *e = first; e; e = e->next) {
        counts[e->sym.global]++;
    }
    for (Entry *e = first; e; e = e->next) {
        e->sym.ambiguous = counts[e->sym.global] > 1;
    }
}

static void index_names(FiSymbols *syms)
{
    GHashTableIter iter;
    gpointer first;

    g_hash_table_remove_all(syms->by_name);
    /* From the end, so that each list is in order of address. */
    for (guint i = syms->by_addr->len; i-- > 0;) {
        Entry *e = syms->by_addr->pdata[i];

        e->next = g_hash_table_lookup(syms->by_name, e->sym.name);
        g_hash_table_replace(syms->by_name, (gpointer)e->sym.name, e);
    }
    g_hash_table_iter_init(&iter, syms->by_name);
    while (g_hash_table_iter_next(&iter, NULL, &first)) {
        mark_ambiguous(first);
    }
}

/* Whether @a rather than @b names an address that both cover. */
static bool names_better(const Entry *a, const Entry *b)
{
    bool sized = a->sym.size != 0;

    if (sized != (b->sym.size != 0)) {
        return sized;
    }
    if (!sized && a->sym.addr != b->sym.addr) {
        return a->sym.addr > b->sym.addr; /* the nearest label */
    }
    if (a->sym.kind != b->sym.kind) {
        return a->sym.kind == FI_SYMBOL_FUNC || b->sym.kind == FI_SYMBOL_OTHER;
    }
    if (a->sym.global != b->sym.global) {
        return a->sym.global;
    }
    if (a->sym.addr != b->sym.addr) {
        return a->sym.addr > b->sym.addr; /* the innermost one */
    }
    if (a->sym.size != b->sym.size) {
        return a->sym.size < b->sym.size;
    }
    return strcmp(a->sym.name, b->sym.name) < 0;
}

/* A binary heap of entries, the best one at index 0. */

static void heap_swap(GPtrArray *heap, guint i, guint j)
{
    gpointer tmp = heap->pdata[i];

    heap->pdata[i] = heap->pdata[j];
    heap->pdata[j] = tmp;
}

static void heap_push(GPtrArray *heap, Entry *e)
{
    guint i = heap->len;

    g_ptr_array_add(heap, e);
    while (i && names_better(e, heap->pdata[(i - 1) / 2])) {
        heap_swap(heap, i, (i - 1) / 2);
        i = (i - 1) / 2;
    }
}

static void heap_pop(GPtrArray *heap)
{
    guint i = 0;

    g_ptr_array_remove_index_fast(heap, 0); /* the last one moves to 0 */
    for (;;) {
        guint best = i;

        for (guint child = 2 * i + 1; child <= 2 * i + 2; child++) {
            if (child < heap->len &&
                names_better(heap->pdata[child], heap->pdata[best])) {
                best = child;
            }
        }
        if (best == i) {
            return;
        }
        heap_swap(heap, i, best);
        i = best;
    }
}

static gint compare_addresses(gconstpointer pa, gconstpointer pb)
{
    uint64_t a = *(const uint64_t *)pa;
    uint64_t b = *(const uint64_t *)pb;

    return (a > b) - (a < b);
}

/* The addresses where the best symbol may change; may repeat. */
static GArray *boundaries(const FiSymbols *syms)
{
    GArray *bounds = g_array_sized_new(FALSE, FALSE, sizeof(uint64_t),
                                       2 * syms->by_addr->len);

    for (guint i = 0; i < syms->by_addr->len; i++) {
        const Entry *e = syms->by_addr->pdata[i];

        if (e->end > e->sym.addr) {
            g_array_append_val(bounds, e->sym.addr);
            g_array_append_val(bounds, e->end);
        }
    }
    g_array_sort(bounds, compare_addresses);
    return bounds;
}

/*
 * Symbols may overlap and nest in any way.  Sweep over all addresses once and
 * note where which symbol is the best one, so that a look-up is one search.
 */
static void index_ranges(FiSymbols *syms)
{
    g_autoptr(GPtrArray) heap = g_ptr_array_new();
    g_autoptr(GArray) bounds = boundaries(syms);
    const Entry *last = NULL;
    guint next = 0;

    g_array_set_size(syms->ranges, 0);
    for (guint i = 0; i < bounds->len; i++) {
        Range range = { .start = g_array_index(bounds, uint64_t, i) };

        for (; next < syms->by_addr->len; next++) {
            Entry *e = syms->by_addr->pdata[next];

            if (e->sym.addr > range.start) {
                break;
            }
            if (e->end > e->sym.addr) {
                heap_push(heap, e);
            }
        }
        /* What has ended below the top stays until it gets there. */
        while (heap->len && ((Entry *)heap->pdata[0])->end <= range.start) {
            heap_pop(heap);
        }
        range.best = heap->len ? heap->pdata[0] : NULL;
        if (range.best != last) {
            g_array_append_val(syms->ranges, range);
            last = range.best;
        }
    }
}

static void add_block(FiSymbols *syms, Block *block)
{
    g_ptr_array_add(syms->blocks, block);
    for (guint i = 0; i < block->entries->len; i++) {
        g_ptr_array_add(syms->by_addr,
                        &g_array_index(block->entries, Entry, i));
    }
    index_addresses(syms);
    index_names(syms);
    index_ranges(syms);
}

bool fi_symbols_load(FiSymbols *syms, const char *path, GError **error)
{
    Block *block = read_file(path, error);

    if (block) {
        add_block(syms, block);
    }
    return block;
}

void fi_symbols_add(FiSymbols *syms, const FiSymbol *sym)
{
    if (!syms->adding.entries) {
        list_begin(&syms->adding);
    }
    list_append(&syms->adding, sym);
}

void fi_symbols_index(FiSymbols *syms)
{
    if (syms->adding.entries) {
        add_block(syms, list_finish(&syms->adding));
        syms->adding = (List){ 0 };
    }
}

/* Look-ups */

guint fi_symbols_count(const FiSymbols *syms)
{
    return syms->by_addr->len;
}

const FiSymbol *fi_symbols_nth(const FiSymbols *syms, guint i)
{
    g_return_val_if_fail(i < syms->by_addr->len, NULL);
    return &((const Entry *)syms->by_addr->pdata[i])->sym;
}

/*
 * The edit distance of two names, or more than MAX_DISTANCE.  Only the cells
 * of the matrix that are at most MAX_DISTANCE off the diagonal matter: cell k
 * of row i is column i + k - MAX_DISTANCE.
 */
static guint edit_distance(const char *a, size_t a_len, const char *b,
                           size_t b_len)
{
    enum {
        CELLS = 2 * MAX_DISTANCE + 1,
        FAR = MAX_DISTANCE + 1
    };
    guint rows[2][CELLS];

    if (MAX(a_len, b_len) - MIN(a_len, b_len) > MAX_DISTANCE) {
        return FAR;
    }
    for (size_t i = 0; i <= a_len; i++) {
        guint *row = rows[i & 1];
        const guint *above = rows[~i & 1];
        guint least = FAR;

        for (size_t k = 0; k < CELLS; k++) {
            size_t j = i + k - MAX_DISTANCE;
            guint d = FAR;

            if (i + k < MAX_DISTANCE || j > b_len) {
                d = FAR;
            } else if (i == 0 || j == 0) {
                d = MIN(i + j, FAR);
            } else {
                d = MIN(d, above[k] + (a[i - 1] != b[j - 1]));
                d = k ? MIN(d, row[k - 1] + 1) : d;
                d = k + 1 < CELLS ? MIN(d, above[k + 1] + 1) : d;
            }
            row[k] = d;
            least = MIN(least, d);
        }
        if (least == FAR) {
            return FAR;
        }
    }
    return rows[a_len & 1][b_len + MAX_DISTANCE - a_len];
}

/* How far @name is from @wanted, 0 the nearest; UINT_MAX for not near. */
static guint farness(const char *wanted, size_t wanted_len, const char *name)
{
    size_t len = strlen(name);
    guint limit = MIN(MAX_DISTANCE, wanted_len / 2);
    guint distance;

    if (!g_ascii_strcasecmp(wanted, name)) {
        return 0;
    }
    distance = edit_distance(wanted, wanted_len, name, len);
    if (distance <= limit) {
        return distance;
    }
    /* Shorter ones than three letters are in too many names. */
    if (MIN(len, wanted_len) < 3) {
        return UINT_MAX;
    }
    if (!strncmp(wanted, name, MIN(len, wanted_len))) {
        return MAX_DISTANCE + 1;
    }
    if (strstr(name, wanted) || strstr(wanted, name)) {
        return MAX_DISTANCE + 2;
    }
    return UINT_MAX;
}

typedef struct Near {
    const char *name;
    guint farness;
    size_t length_difference;
} Near;

static bool is_nearer(const Near *a, const Near *b)
{
    if (a->farness != b->farness) {
        return a->farness < b->farness;
    }
    if (a->length_difference != b->length_difference) {
        return a->length_difference < b->length_difference;
    }
    return strcmp(a->name, b->name) < 0;
}

/* The nearest names, up to MAX_NEAR, independent of the hash table's order. */
static guint find_near(const FiSymbols *syms, const char *wanted, Near *near)
{
    size_t wanted_len = strlen(wanted);
    GHashTableIter iter;
    gpointer key;
    guint count = 0;

    g_hash_table_iter_init(&iter, syms->by_name);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        size_t len = strlen(key);
        Near n = {
            .name = key,
            .farness = farness(wanted, wanted_len, key),
            .length_difference = MAX(len, wanted_len) - MIN(len, wanted_len),
        };
        guint place;

        if (n.farness == UINT_MAX) {
            continue;
        }
        for (place = count; place && is_nearer(&n, &near[place - 1]); place--) {
            if (place < MAX_NEAR) {
                near[place] = near[place - 1];
            }
        }
        if (place < MAX_NEAR) {
            near[place] = n;
            count = MIN(count + 1, MAX_NEAR);
        }
    }
    return count;
}

static void unknown_error(const FiSymbols *syms, const char *name,
                          GError **error)
{
    g_autoptr(GString) text = g_string_new(NULL);
    Near near[MAX_NEAR];
    guint count;

    if (!error) {
        return;
    }
    g_string_append_printf(text, "no symbol \"%s\"", name);
    if (!syms->by_addr->len) {
        g_string_append(text, ": no symbols have been loaded");
    }
    count = find_near(syms, name, near);
    for (guint i = 0; i < count; i++) {
        g_string_append_printf(text, "%s\"%s\"",
                               i ? ", " : "; near names: ", near[i].name);
    }
    g_set_error_literal(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_UNKNOWN,
                        text->str);
}

static void ambiguous_error(const Entry *first, bool global, GError **error)
{
    g_autoptr(GString) list = g_string_new(NULL);
    guint count = 0;

    for (const Entry *e = first; e; e = e->next) {
        if (e->sym.global == global && count++ < MAX_LISTED) {
            g_string_append_printf(list, "%s0x%" PRIx64, count > 1 ? ", " : "",
                                   e->sym.addr);
        }
    }
    g_set_error(
        error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_AMBIGUOUS,
        "symbol \"%s\" is ambiguous: %u %s ones, at %s%s; use an address",
        first->sym.name, count, global ? "global" : "local", list->str,
        count > MAX_LISTED ? ", …" : "");
}

const FiSymbol *fi_symbols_find(const FiSymbols *syms, const char *name,
                                GError **error)
{
    const Entry *first = g_hash_table_lookup(syms->by_name, name);
    const Entry *best = first;

    if (!first) {
        unknown_error(syms, name, error);
        return NULL;
    }
    for (const Entry *e = first; e; e = e->next) {
        if (e->sym.global) {
            best = e;
            break;
        }
    }
    /* Global ones of several files may clash as well: better not to guess. */
    if (best->sym.ambiguous) {
        ambiguous_error(first, best->sym.global, error);
        return NULL;
    }
    return &best->sym;
}

/* @text: "16" or "0x10", nothing else around it. */
static bool parse_offset(const char *text, int64_t *ret_offset)
{
    bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    guint64 value;

    if (!g_ascii_string_to_unsigned(hex ? text + 2 : text, hex ? 16 : 10, 0,
                                    INT64_MAX, &value, NULL)) {
        return false;
    }
    *ret_offset = (int64_t)value;
    return true;
}

/* The last sign of @expr, as names may contain signs; NULL if it has none. */
static char *last_sign(char *expr)
{
    char *plus = strrchr(expr, '+');
    char *minus = strrchr(expr, '-');

    return plus > minus ? plus : minus;
}

/* Split @expr, which is changed, into a name and an offset of 0 or more. */
static bool split_expr(char *expr, const char **ret_name, int64_t *ret_offset,
                       bool *ret_negative)
{
    char *sign = last_sign(expr);

    if (sign) {
        *ret_negative = *sign == '-';
        *sign = '\0';
        if (!parse_offset(g_strchug(sign + 1), ret_offset)) {
            return false;
        }
    }
    *ret_name = g_strchomp(expr);
    return **ret_name != '\0';
}

static bool syntax_error(const char *expr, const char *what, GError **error)
{
    g_set_error(error, FI_SYMBOL_ERROR, FI_SYMBOL_ERROR_SYNTAX, "\"%s\" %s",
                expr, what);
    return false;
}

bool fi_symbols_eval(const FiSymbols *syms, const char *expr,
                     uint64_t *ret_addr, const FiSymbol **ret_symbol,
                     int64_t *ret_offset, GError **error)
{
    g_autofree char *copy = g_strstrip(g_strdup(expr));
    const char *name = copy;
    const FiSymbol *sym;
    int64_t offset = 0;
    bool negative = false;

    if (!g_hash_table_contains(syms->by_name, copy) &&
        !split_expr(copy, &name, &offset, &negative)) {
        return syntax_error(expr,
                            "is not a symbol, \"symbol+offset\" or "
                            "\"symbol-offset\" (offset: decimal or with 0x)",
                            error);
    }
    sym = fi_symbols_find(syms, name, error);
    if (!sym) {
        return false;
    }
    if (negative ? (uint64_t)offset > sym->addr
                 : (uint64_t)offset > UINT64_MAX - sym->addr) {
        return syntax_error(expr, "is outside of the address space", error);
    }
    offset = negative ? -offset : offset;
    *ret_addr = sym->addr + (uint64_t)offset;
    if (ret_symbol) {
        *ret_symbol = sym;
    }
    if (ret_offset) {
        *ret_offset = offset;
    }
    return true;
}

char *fi_symbols_at(const FiSymbols *syms, uint64_t addr)
{
    const Range *ranges = (const Range *)(void *)syms->ranges->data;
    guint low = 0, high = syms->ranges->len;
    const FiSymbol *sym;

    /* The number of ranges that start at or below @addr. */
    while (low < high) {
        guint middle = low + (high - low) / 2;

        if (ranges[middle].start <= addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (!low || !ranges[low - 1].best) {
        return NULL;
    }
    sym = &ranges[low - 1].best->sym;
    if (addr == sym->addr) {
        return g_strdup(sym->name);
    }
    return g_strdup_printf("%s+0x%" PRIx64, sym->name, addr - sym->addr);
}
