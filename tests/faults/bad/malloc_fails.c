/* malloc_fails.c - LD_PRELOAD: the FAIL_AT-th allocation of the process fails, or with FAIL_STICKY=1
 * that one and all after it.  FAIL_COUNT names a file that gets the number of allocations.  Allocations
 * before the program's own begin are not counted. */
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* glibc's own, under names that are not interposed. */
void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);

#define EXPORTED __attribute__((visibility("default")))
EXPORTED void *malloc(size_t n);
EXPORTED void *calloc(size_t n, size_t size);
EXPORTED void *realloc(void *p, size_t n);

static atomic_long allocations;
static long fail_at;
static bool sticky, counting;

__attribute__((constructor)) static void begin(void)
{
    const char *at = getenv("FAIL_AT"), *always = getenv("FAIL_STICKY");
    fail_at = at ? atol(at) : 0;
    sticky = always && *always == '1';
    counting = true;
}

__attribute__((destructor)) static void end(void)
{
    const char *path = getenv("FAIL_COUNT");
    FILE *f;
    counting = false;
    if (path && (f = fopen(path, "w"))) {
        fprintf(f, "%ld\n", atomic_load(&allocations));
        fclose(f);
    }
}

static bool fails(void)
{
    if (!counting)
        return false;
    long n = atomic_fetch_add(&allocations, 1) + 1;
    bool now = fail_at > 0 && (sticky ? n >= fail_at : n == fail_at);
    if (now)
        errno = ENOMEM;
    return now;
}

void *malloc(size_t n)
{
    return fails() ? NULL : __libc_malloc(n);
}

void *calloc(size_t n, size_t size)
{
    return fails() ? NULL : __libc_calloc(n, size);
}

void *realloc(void *p, size_t n)
{
    return fails() ? NULL : __libc_realloc(p, n);
}
