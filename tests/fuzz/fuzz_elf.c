/* fuzz_elf.c - fuzzes the check of a plugin's bytes: no input is read beyond its end or for ever.
 *
 * An input is a list of patches, 6 bytes each: offset, value and what to do with it.  They are
 * laid over the smallest library that this process has loaded, since random bytes never come
 * past the magic number; the file may be cut as well. */
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "elf_check.h"
#include "elf_dynamic.h"

enum { PATCH = 6 };

typedef struct base {
    char *data;
    size_t n;
} base;

static int smallest(struct dl_phdr_info *info, size_t size, void *context)
{
    struct stat facts;
    base *b = context;
    (void)size;
    if (*info->dlpi_name != '/' || stat(info->dlpi_name, &facts) != 0 ||
        (b->n > 0 && (size_t)facts.st_size >= b->n))
        return 0;
    FILE *f = fopen(info->dlpi_name, "rb");
    char *data = f ? malloc((size_t)facts.st_size) : NULL;
    if (data && fread(data, 1, (size_t)facts.st_size, f) == (size_t)facts.st_size) {
        free(b->data);
        *b = (base){data, (size_t)facts.st_size};
    } else {
        free(data);
    }
    if (f)
        fclose(f);
    return 0;
}

int LLVMFuzzerTestOneInput(const unsigned char *input, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *input, size_t size)
{
    static base library;
    error err = {0};
    if (!library.data)
        dl_iterate_phdr(smallest, &library);
    if (!library.data)
        return 0;
    size_t n = library.n;
    char *copy = malloc(n); /* as long as the file, so that a read beyond it is seen */
    if (!copy)
        return 0;
    memcpy(copy, library.data, n);
    for (size_t i = 0; i + PATCH <= size; i += PATCH) {
        uint32_t at = input[i] | (uint32_t)input[i + 1] << 8 | (uint32_t)input[i + 2] << 16;
        if (input[i + 3] & 1)
            at %= 4096; /* headers and dynamic tables */
        if (input[i + 3] == 2)
            n = 1 + at % library.n;
        else
            memcpy(copy + at % (library.n - 1), input + i + 4, 2);
    }
    char *cut = malloc(n);
    if (cut) {
        memcpy(cut, copy, n);
        elf_check("x.so", cut, n, &err);
        elf_dynamic_check(cut, n);
    }
    error_free(&err);
    free(copy);
    free(cut);
    return 0;
}
