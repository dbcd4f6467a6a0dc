/* elf_dynamic.c - hash table, symbols, relocations and initializers of a shared object.
 *
 * The linker uses each index and address in them without a look.  A damaged one reads or
 * writes memory of somebody else: whether that crashes depends on what lies there, so that a
 * file may pass a probe in one process and crash the next.  Here the structure itself is
 * checked.  What may legally be anything (the values that relocations put in place) is not.
 *
 * Sources: System V ABI, chapter 5 (dynamic section, relocation, hash table); the GNU hash
 * table as glibc's elf/dl-lookup.c and binutils' bfd/elflink.c have it. */
#include "elf_dynamic.h"

#include <elf.h>
#include <link.h>
#include <stdbool.h>
#include <string.h>

/* The relocation "base address + addend", which fills the tables of initializers. */
#if defined(__x86_64__)
#define RELATIVE R_X86_64_RELATIVE
#elif defined(__aarch64__)
#define RELATIVE R_AARCH64_RELATIVE
#else
#define RELATIVE 0 /* none: their targets are not looked at */
#endif

#if __ELF_NATIVE_CLASS == 64
#define R_SYM(info) ELF64_R_SYM(info)
#define R_TYPE(info) ELF64_R_TYPE(info)
#else
#define R_SYM(info) ELF32_R_SYM(info)
#define R_TYPE(info) ELF32_R_TYPE(info)
#endif

enum { MOST_TAGS = 64 }; /* DT_NULL .. DT_SYMTAB_SHNDX and beyond, below the OS's own */

typedef struct object {
    const char *data;
    size_t n;
    ElfW(Ehdr) header;
    bool has[MOST_TAGS];
    uint64_t tag[MOST_TAGS];
    bool has_gnu_hash, text_relocations;
    uint64_t gnu_hash;
    uint64_t n_symbols; /* as the hash table has them; 0: unknown */
} object;

/* ---- addresses ---- */

static bool program_header(const object *o, uint64_t i, ElfW(Phdr) * out)
{
    uint64_t at = o->header.e_phoff + i * sizeof *out;
    if (at > o->n || o->n - at < sizeof *out)
        return false;
    memcpy(out, o->data + at, sizeof *out);
    return true;
}

/* Do `size` bytes at an address belong to one loaded segment with these flags? */
static bool mapped(const object *o, uint64_t address, uint64_t size, uint32_t flags)
{
    ElfW(Phdr) p;
    for (uint64_t i = 0; i < o->header.e_phnum && program_header(o, i, &p); i++)
        if (p.p_type == PT_LOAD && (p.p_flags & flags) == flags && address >= p.p_vaddr &&
            address - p.p_vaddr <= p.p_memsz && p.p_memsz - (address - p.p_vaddr) >= size)
            return true;
    return false;
}

/* Copies what the file has for an address; false if it is not all in one segment's file part. */
static bool at_address(const object *o, uint64_t address, void *out, size_t size)
{
    ElfW(Phdr) p;
    for (uint64_t i = 0; i < o->header.e_phnum && program_header(o, i, &p); i++)
        if (p.p_type == PT_LOAD && address >= p.p_vaddr && address - p.p_vaddr <= p.p_filesz &&
            p.p_filesz - (address - p.p_vaddr) >= size &&
            p.p_offset + (address - p.p_vaddr) + size <= o->n) {
            memcpy(out, o->data + p.p_offset + (address - p.p_vaddr), size);
            return true;
        }
    return false;
}

/* ---- the dynamic section ---- */

static bool take_tag(object *o, const ElfW(Dyn) * d)
{
    const uint64_t value = d->d_un.d_val;
    if (d->d_tag >= 0 && d->d_tag < MOST_TAGS) {
        if (o->has[d->d_tag] && d->d_tag != DT_NEEDED)
            return false; /* twice */
        o->has[d->d_tag] = true;
        o->tag[d->d_tag] = value;
    } else if (d->d_tag == DT_GNU_HASH) {
        o->has_gnu_hash = true;
        o->gnu_hash = value;
    }
    if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS && (value & DF_TEXTREL)))
        o->text_relocations = true;
    return true;
}

static const char *read_dynamic(object *o)
{
    ElfW(Phdr) p;
    ElfW(Dyn) d = {0};
    bool found = false;
    for (uint64_t i = 0; i < o->header.e_phnum && program_header(o, i, &p); i++) {
        if (p.p_type != PT_DYNAMIC)
            continue;
        found = true;
        for (uint64_t at = 0;; at += sizeof d) {
            if (at + sizeof d > p.p_filesz || !at_address(o, p.p_vaddr + at, &d, sizeof d))
                return "its dynamic section has no end";
            if (d.d_tag == DT_NULL)
                break;
            if (!take_tag(o, &d))
                return "its dynamic section contradicts itself";
        }
    }
    return found ? NULL : "it has no dynamic section";
}

static const char *check_tables(const object *o)
{
    if (!o->has[DT_STRTAB] || !o->has[DT_STRSZ] || !o->has[DT_SYMTAB])
        return "it has no symbols";
    if (o->has[DT_SYMENT] && o->tag[DT_SYMENT] != sizeof(ElfW(Sym)))
        return "its symbols have another size";
    if (!mapped(o, o->tag[DT_STRTAB], o->tag[DT_STRSZ], PF_R))
        return "its names lie outside";
    if (!o->has_gnu_hash && !o->has[DT_HASH])
        return "its symbols have no hash table";
    return NULL;
}

/* ---- symbols ---- */

static bool name_at(const object *o, uint64_t offset, uint32_t *hash)
{
    uint32_t h = 5381; /* Bernstein's, as the GNU hash table has it */
    char c = 1;
    for (uint64_t i = offset; c; i++) {
        if (i >= o->tag[DT_STRSZ] || !at_address(o, o->tag[DT_STRTAB] + i, &c, 1))
            return false;
        if (c)
            h = h * 33 + (unsigned char)c;
    }
    *hash = h;
    return true;
}

static bool symbol_at(const object *o, uint64_t i, ElfW(Sym) * out)
{
    return at_address(o, o->tag[DT_SYMTAB] + i * sizeof *out, out, sizeof *out);
}

static bool word_at(const object *o, uint64_t address, uint32_t *out)
{
    return at_address(o, address, out, sizeof *out);
}

/* One chain: its symbols hash to where they stand. */
static bool check_chain(object *o, uint64_t chains, uint32_t first, uint32_t i, uint32_t bucket,
                        uint32_t n_buckets)
{
    uint32_t kept = 0, hash;
    for (; !(kept & 1); i++) {
        ElfW(Sym) s;
        if (i < first || !word_at(o, chains + 4 * (uint64_t)(i - first), &kept) ||
            !symbol_at(o, i, &s) || !name_at(o, s.st_name, &hash))
            return false;
        if (hash % n_buckets != bucket || (hash | 1) != (kept | 1))
            return false;
        if (i >= o->n_symbols)
            o->n_symbols = (uint64_t)i + 1;
    }
    return true;
}

static const char *check_gnu_hash(object *o)
{
    static const char *const WRONG = "its hash table is damaged";
    uint32_t head[4]; /* buckets, first symbol, words of the filter, its shift */
    if (!at_address(o, o->gnu_hash, head, sizeof head) || head[0] == 0 || head[2] == 0 ||
        (head[2] & (head[2] - 1)) != 0 || head[3] >= 32)
        return WRONG;
    uint64_t filter = o->gnu_hash + sizeof head, buckets = filter + head[2] * sizeof(ElfW(Addr)),
             chains = buckets + 4 * (uint64_t)head[0];
    if (!mapped(o, filter, chains - filter, PF_R))
        return WRONG;
    o->n_symbols = head[1];
    for (uint32_t b = 0; b < head[0]; b++) {
        uint32_t i;
        if (!word_at(o, buckets + 4 * (uint64_t)b, &i) ||
            (i != 0 && !check_chain(o, chains, head[1], i, b, head[0])))
            return WRONG;
    }
    return NULL;
}

/* The older table: its length in the second word is the number of symbols. */
static const char *check_hash(object *o)
{
    static const char *const WRONG = "its hash table is damaged";
    uint32_t head[2], i;
    uint64_t address = o->tag[DT_HASH];
    if (!at_address(o, address, head, sizeof head) || head[0] == 0 ||
        !mapped(o, address, 8 + 4 * ((uint64_t)head[0] + head[1]), PF_R))
        return WRONG;
    for (uint64_t k = 0; k < (uint64_t)head[0] + head[1]; k++)
        if (!word_at(o, address + 8 + 4 * k, &i) || i >= head[1])
            return WRONG;
    if (o->n_symbols < head[1])
        o->n_symbols = head[1];
    return NULL;
}

static const char *check_symbols(const object *o)
{
    ElfW(Sym) s;
    uint32_t hash;
    for (uint64_t i = 0; i < o->n_symbols; i++) {
        if (!symbol_at(o, i, &s) || !name_at(o, s.st_name, &hash))
            return "its symbols are damaged";
        if (ELF64_ST_TYPE(s.st_info) == STT_FUNC && s.st_shndx != SHN_UNDEF &&
            !mapped(o, s.st_value, 1, PF_X))
            return "a function of it lies outside its code";
    }
    return NULL;
}

/* ---- relocations and initializers ---- */

static bool within(uint64_t address, const object *o, int start, int size)
{
    return o->has[start] && o->has[size] && address >= o->tag[start] &&
           address - o->tag[start] < o->tag[size];
}

static const char *check_relocation(const object *o, const ElfW(Rela) * r)
{
    const uint32_t writable = o->text_relocations ? 0 : PF_W;
    if (R_TYPE(r->r_info) == 0)
        return NULL; /* none */
    if (!mapped(o, r->r_offset, sizeof(ElfW(Addr)), writable))
        return "a relocation lies outside its data";
    if (R_SYM(r->r_info) != 0) {
        ElfW(Sym) s;
        uint32_t hash;
        if (!symbol_at(o, R_SYM(r->r_info), &s) || !name_at(o, s.st_name, &hash))
            return "a relocation names no symbol";
    }
    bool called = within(r->r_offset, o, DT_INIT_ARRAY, DT_INIT_ARRAYSZ) ||
                  within(r->r_offset, o, DT_FINI_ARRAY, DT_FINI_ARRAYSZ);
    if (RELATIVE && called && R_TYPE(r->r_info) == RELATIVE &&
        !mapped(o, (uint64_t)r->r_addend, 1, PF_X))
        return "an initializer lies outside its code";
    return NULL;
}

static const char *check_relocations(const object *o, int start, int size)
{
    ElfW(Rela) r;
    if (!o->has[start] || !o->has[size])
        return o->has[start] != o->has[size] ? "its relocations have no length" : NULL;
    if (o->tag[size] % sizeof r != 0)
        return "its relocations are cut short";
    for (uint64_t at = 0; at < o->tag[size]; at += sizeof r) {
        if (!at_address(o, o->tag[start] + at, &r, sizeof r))
            return "its relocations lie outside";
        const char *wrong = check_relocation(o, &r);
        if (wrong)
            return wrong;
    }
    return NULL;
}

static const char *check_initializers(const object *o)
{
    if ((o->has[DT_INIT] && !mapped(o, o->tag[DT_INIT], 1, PF_X)) ||
        (o->has[DT_FINI] && !mapped(o, o->tag[DT_FINI], 1, PF_X)))
        return "an initializer lies outside its code";
    if (o->has[DT_INIT_ARRAY] != o->has[DT_INIT_ARRAYSZ] ||
        o->has[DT_FINI_ARRAY] != o->has[DT_FINI_ARRAYSZ])
        return "its initializers have no length";
    if ((o->has[DT_INIT_ARRAY] &&
         !mapped(o, o->tag[DT_INIT_ARRAY], o->tag[DT_INIT_ARRAYSZ], PF_R)) ||
        (o->has[DT_FINI_ARRAY] &&
         !mapped(o, o->tag[DT_FINI_ARRAY], o->tag[DT_FINI_ARRAYSZ], PF_R)))
        return "its initializers lie outside";
    return NULL;
}

const char *elf_dynamic_check(const void *data, size_t n)
{
    object o = {.data = data, .n = n};
    const char *wrong;
    if (n < sizeof o.header)
        return "it is too short";
    memcpy(&o.header, data, sizeof o.header);
    if ((wrong = read_dynamic(&o)) || (wrong = check_tables(&o)) ||
        (o.has_gnu_hash && (wrong = check_gnu_hash(&o))) ||
        (o.has[DT_HASH] && (wrong = check_hash(&o))) || (wrong = check_symbols(&o)) ||
        (wrong = check_initializers(&o)))
        return wrong;
    if (o.has[DT_PLTREL] && o.tag[DT_PLTREL] != DT_RELA)
        return NULL; /* a machine without addends in its relocations */
    if ((wrong = check_relocations(&o, DT_RELA, DT_RELASZ)))
        return wrong;
    return check_relocations(&o, DT_JMPREL, DT_PLTRELSZ);
}
