/* test_elf.c - the check of a file's bytes before anything of it can run.
 *
 * The subjects are a sound plugin of the build, cut and damaged in memory, and the shared
 * libraries of this machine, none of which may be called damaged. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "elf_check.h"
#include "elf_dynamic.h"
#include "rng.h"

#define GOOD BUILD_DIR "/tests/faults/bad/good.so"

static char *read_whole(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");
    struct stat facts;
    if (!f || fstat(fileno(f), &facts) != 0 || !S_ISREG(facts.st_mode)) {
        if (f)
            fclose(f);
        return NULL;
    }
    *n = (size_t)facts.st_size;
    char *data = malloc(*n + 1);
    cr_assert(data && fread(data, 1, *n, f) == *n);
    fclose(f);
    return data;
}

/* "" if it passes. */
static const char *verdict(const void *data, size_t n)
{
    static char said[512];
    error err = {0};
    elf_check("x.so", data, n, &err);
    snprintf(said, sizeof said, "%s", error_text(&err));
    error_free(&err);
    return said;
}

Test(elf, a_sound_plugin_passes)
{
    size_t n;
    char *data = read_whole(GOOD, &n);
    cr_assert(data);
    cr_expect_str_eq(verdict(data, n), "");
    free(data);
}

/* The buffer ends where the file does, so that ASan sees a read beyond it. */
Test(elf, no_length_is_read_beyond)
{
    size_t n, passed = 0;
    char *data = read_whole(GOOD, &n);
    for (size_t length = 0; length < n; length += length < 1024 ? 1 : 61) {
        char *cut = malloc(length ? length : 1);
        cr_assert(cut);
        memcpy(cut, data, length);
        passed += *verdict(cut, length) == '\0';
        free(cut);
    }
    cr_expect_eq(passed, 0, "%zu cut files passed", passed);
    free(data);
}

Test(elf, damage_is_never_read_beyond)
{
    size_t n;
    char *data = read_whole(GOOD, &n), *copy = malloc(n);
    for (int64_t round = 0; round < 5000; round++) {
        uint64_t draws[5];
        rng_bits(rng_root(2), round, 0, 5, draws);
        memcpy(copy, data, n);
        for (int k = 1; k <= 1 + (int)(draws[0] % 4); k++)
            copy[draws[k] % (round % 2 ? 1664 : n)] = (char)(draws[k] >> 32);
        verdict(copy, n);
    }
    free(data);
    free(copy);
}

Test(elf, what_it_is_instead)
{
    size_t n;
    char *data = read_whole(GOOD, &n);
    cr_expect_str_eq(verdict(data, 0), "x.so is empty");
    cr_expect_str_eq(verdict("hello, I am a text", 18),
                     "x.so is not a shared object (no ELF header)");
    ElfW(Ehdr) h;
    memcpy(&h, data, sizeof h);
    h.e_type = ET_EXEC;
    memcpy(data, &h, sizeof h);
    cr_expect(strstr(verdict(data, n), "not a shared object (type 2)"));
    h.e_type = ET_DYN;
    h.e_machine ^= 0xff;
    memcpy(data, &h, sizeof h);
    cr_expect(strstr(verdict(data, n), "is for another machine"));
    free(data);
}

Test(elf, segments_beyond_the_end_are_named)
{
    size_t n;
    char *data = read_whole(GOOD, &n);
    ElfW(Ehdr) h;
    memcpy(&h, data, sizeof h);
    size_t end = h.e_phoff + h.e_phnum * sizeof(ElfW(Phdr));
    cr_expect(strstr(verdict(data, end), "is truncated: its segments end at byte"), "%s",
              verdict(data, end));
    free(data);
}

/* Damage to what the linker follows blindly, found by section. */
static const char *damaged(const char *section, size_t at, unsigned char to)
{
    size_t n;
    static char said[512];
    char *data = read_whole(GOOD, &n);
    ElfW(Ehdr) h;
    memcpy(&h, data, sizeof h);
    const ElfW(Shdr) *s = (const ElfW(Shdr) *)(const void *)(data + h.e_shoff);
    const char *names = data + s[h.e_shstrndx].sh_offset;
    for (int i = 0; i < h.e_shnum; i++)
        if (strcmp(names + s[i].sh_name, section) == 0) {
            cr_assert_lt(at, s[i].sh_size);
            data[s[i].sh_offset + at] = (char)to;
        }
    snprintf(said, sizeof said, "%s", verdict(data, n));
    free(data);
    return said;
}

Test(elf, what_the_linker_follows_is_checked)
{
    cr_expect(strstr(damaged(".gnu.hash", 0, 0x7f), "hash table is damaged"));
    cr_expect(strstr(damaged(".gnu.hash", 19 + 8, 0x40), "hash table is damaged"), "%s",
              damaged(".gnu.hash", 19 + 8, 0x40));
    cr_expect(strstr(damaged(".rela.dyn", 5, 0x70), "relocation lies outside"));
    cr_expect(strstr(damaged(".rela.dyn", 19, 0x70), "initializer lies outside"), "%s",
              damaged(".rela.dyn", 19, 0x70));
    cr_expect(strstr(damaged(".dynsym", 24 + 2, 0x70), "damaged"), "%s",
              damaged(".dynsym", 24 + 2, 0x70));
}

Test(elf, what_is_mapped_is_what_was_read)
{
    size_t n;
    Dl_info object;
    char *data = read_whole(GOOD, &n);
    void *handle = dlopen(GOOD, RTLD_NOW);
    void *symbol = handle ? dlsym(handle, "hone_module_v1") : NULL;
    cr_assert(symbol && dladdr(symbol, &object));
    cr_expect(elf_same(object.dli_fbase, data, n));
    data[offsetof(ElfW(Ehdr), e_flags)] ^= 1;
    cr_expect_not(elf_same(object.dli_fbase, data, n));
    free(data);
}

Test(elf, the_libraries_of_this_machine_are_sound)
{
    static const char *const FOLDERS[] = {"/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu",
                                          "/usr/lib64", "/usr/lib"};
    int looked_at = 0;
    for (size_t f = 0; f < sizeof FOLDERS / sizeof *FOLDERS; f++) {
        DIR *d = opendir(FOLDERS[f]);
        const struct dirent *e;
        while (d && (e = readdir(d)) && looked_at < 300) {
            char path[512];
            struct stat facts;
            size_t n;
            snprintf(path, sizeof path, "%s/%s", FOLDERS[f], e->d_name);
            if (!strstr(e->d_name, ".so") || stat(path, &facts) != 0 || facts.st_size > 2 << 20)
                continue;
            char *data = read_whole(path, &n);
            ElfW(Ehdr) h = {0};
            if (data && n > sizeof h)
                memcpy(&h, data, sizeof h);
            if (data && memcmp(h.e_ident, ELFMAG, SELFMAG) == 0 && h.e_type == ET_DYN &&
                h.e_ident[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)) {
                const char *wrong = elf_dynamic_check(data, n);
                cr_expect_null(wrong, "%s: %s", path, wrong);
                looked_at++;
            }
            free(data);
        }
        if (d)
            closedir(d);
    }
    cr_expect_gt(looked_at, 20);
}
