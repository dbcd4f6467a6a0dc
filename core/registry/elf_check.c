/* elf_check.c - the ELF header, segments and dynamic symbols of a plugin, read defensively.
 *
 * Source: System V ABI, chapters 4 and 5 (ELF header, sections, symbol table, program
 * header); elf(5).  Every offset is checked against the file's length before it is used, and
 * structures are copied out, since a damaged file aligns nothing. */
#include "elf_check.h"

#include <elf.h>
#include <link.h>
#include <string.h>

#include "elf_dynamic.h"

#define ENTRY "hone_module_v"

/* Our own header, made by the static linker: the class, byte order and machine we are. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

typedef struct file {
    const unsigned char *data;
    size_t n;
} file;

/* Copies `size` bytes at `at`; false if they are not all in the file. */
static bool copy(const file *f, uint64_t at, void *out, size_t size)
{
    if (at > f->n || f->n - at < size)
        return false;
    memcpy(out, f->data + at, size);
    return true;
}

static int32_t check_header(const char *name, const file *f, ElfW(Ehdr) * h, error *err)
{
    if (f->n == 0)
        return error_add(err, HONE_EPLUGIN, "%s is empty", name);
    if (!copy(f, 0, h, sizeof *h) || memcmp(h->e_ident, ELFMAG, SELFMAG) != 0)
        return error_add(err, HONE_EPLUGIN, "%s is not a shared object (no ELF header)", name);
    if (h->e_ident[EI_CLASS] != __ehdr_start.e_ident[EI_CLASS] ||
        h->e_ident[EI_DATA] != __ehdr_start.e_ident[EI_DATA] ||
        h->e_machine != __ehdr_start.e_machine)
        return error_add(err, HONE_EPLUGIN,
                         "%s is for another machine (ELF class %d, byte order %d, machine %d; "
                         "this host has %d, %d, %d)",
                         name, h->e_ident[EI_CLASS], h->e_ident[EI_DATA], h->e_machine,
                         __ehdr_start.e_ident[EI_CLASS], __ehdr_start.e_ident[EI_DATA],
                         __ehdr_start.e_machine);
    if (h->e_type != ET_DYN)
        return error_add(err, HONE_EPLUGIN,
                         "%s is an ELF file but not a shared object (type %d): link it with "
                         "-shared",
                         name, h->e_type);
    return HONE_OK;
}

/* The kernel maps what segments promise; reading beyond the file's end is a SIGBUS. */
static int32_t check_segments(const char *name, const file *f, const ElfW(Ehdr) * h, error *err)
{
    uint64_t end = 0;
    if (h->e_phentsize != sizeof(ElfW(Phdr)) || h->e_phnum == 0)
        return error_add(err, HONE_EPLUGIN, "%s is damaged: it has no program headers", name);
    for (uint64_t i = 0; i < h->e_phnum; i++) {
        ElfW(Phdr) p;
        if (!copy(f, h->e_phoff + i * sizeof p, &p, sizeof p))
            return error_add(err, HONE_EPLUGIN,
                             "%s is truncated: its program headers are beyond its end", name);
        if (p.p_type != PT_LOAD && p.p_type != PT_DYNAMIC)
            continue;
        if (p.p_offset + p.p_filesz < p.p_offset || p.p_memsz < p.p_filesz)
            return error_add(err, HONE_EPLUGIN, "%s is damaged: segment %d is impossible", name,
                             (int)i);
        if (p.p_offset + p.p_filesz > end)
            end = p.p_offset + p.p_filesz;
    }
    if (end > f->n)
        return error_add(err, HONE_EPLUGIN,
                         "%s is truncated: its segments end at byte %llu, the file at %llu", name,
                         (unsigned long long)end, (unsigned long long)f->n);
    return HONE_OK;
}

/* Does the symbol's name begin with ENTRY?  Its whole name goes to `out` then. */
static bool is_entry(const file *f, const ElfW(Shdr) * strings, const ElfW(Sym) * symbol,
                     char out[32])
{
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_name >= strings->sh_size ||
        strings->sh_offset > f->n || strings->sh_size > f->n - strings->sh_offset)
        return false;
    const char *name = (const char *)f->data + strings->sh_offset + symbol->st_name;
    size_t room = strings->sh_size - symbol->st_name;
    size_t length = strnlen(name, room);
    if (length == room || length >= 32 || strncmp(name, ENTRY, strlen(ENTRY)) != 0)
        return false;
    memcpy(out, name, length + 1);
    return true;
}

/* Without section headers the question is left to dlsym, in the probe. */
static int32_t check_entry(const char *name, const file *f, const ElfW(Ehdr) * h, error *err)
{
    char entry[32], other[32] = "";
    ElfW(Shdr) table, strings;
    ElfW(Sym) symbol;
    if (h->e_shoff == 0 || h->e_shentsize != sizeof table)
        return HONE_OK;
    bool found = false;
    for (uint64_t i = 0; i < h->e_shnum; i++) {
        if (!copy(f, h->e_shoff + i * sizeof table, &table, sizeof table))
            return error_add(err, HONE_EPLUGIN,
                             "%s is truncated: its section headers are beyond its end", name);
        if (table.sh_type != SHT_DYNSYM ||
            !copy(f, h->e_shoff + (uint64_t)table.sh_link * sizeof strings, &strings,
                  sizeof strings))
            continue;
        for (uint64_t at = 0; at + sizeof symbol <= table.sh_size; at += sizeof symbol) {
            if (!copy(f, table.sh_offset + at, &symbol, sizeof symbol))
                return error_add(err, HONE_EPLUGIN, "%s is damaged: its symbols are beyond its end",
                                 name);
            if (!is_entry(f, &strings, &symbol, entry))
                continue;
            if (strcmp(entry, ENTRY "1") == 0)
                found = true;
            else
                strcpy(other, entry);
        }
    }
    if (found)
        return HONE_OK;
    if (*other)
        return error_add(err, HONE_EPLUGIN,
                         "%s is a plugin for another version of the interface: it exports %s, "
                         "this host calls " ENTRY "1; build it with this host's hone_plugin.h, or "
                         "use the hone that it was made for",
                         name, other);
    return error_add(err, HONE_EPLUGIN,
                     "%s is not a hone plugin: it exports no " ENTRY "1 (HONE_MODULE writes it)",
                     name);
}

int32_t elf_check(const char *name, const void *data, size_t n, error *err)
{
    file f = {data, n};
    ElfW(Ehdr) h;
    int32_t status;
    if ((status = check_header(name, &f, &h, err)) < 0 ||
        (status = check_segments(name, &f, &h, err)) < 0)
        return status;
    if ((status = check_entry(name, &f, &h, err)) < 0)
        return status;
    const char *wrong = elf_dynamic_check(data, n);
    return wrong ? error_add(err, HONE_EPLUGIN, "%s is damaged: %s", name, wrong) : HONE_OK;
}

/* Byte for byte; a sanitizer would stop at the red zones between a plugin's constants. */
__attribute__((no_sanitize("address"))) static bool same_bytes(const char *a, const char *b,
                                                               uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (a[i] != b[i])
            return false;
    return true;
}

bool elf_same(const void *base, const void *data, size_t n)
{
    file f = {data, n};
    ElfW(Ehdr) h;
    if (!copy(&f, 0, &h, sizeof h))
        return false;
    for (uint64_t i = 0; i < h.e_phnum; i++) {
        ElfW(Phdr) p;
        if (!copy(&f, h.e_phoff + i * sizeof p, &p, sizeof p))
            return false;
        if (p.p_type != PT_LOAD || (p.p_flags & (PF_W | PF_X)))
            continue;
        if (p.p_offset > n || p.p_filesz > n - p.p_offset ||
            !same_bytes((const char *)base + p.p_vaddr, (const char *)f.data + p.p_offset,
                        p.p_filesz))
            return false;
    }
    return true;
}
