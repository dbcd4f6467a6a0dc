/* no_entry.c - a plain library that strayed into a plugin folder.  Its constructor must not
 * run: it makes the file that HONE_TEST_MARK names. */
#include <stdio.h>
#include <stdlib.h>

static void __attribute__((constructor)) leave_mark(void)
{
    const char *path = getenv("HONE_TEST_MARK");
    FILE *f = path ? fopen(path, "w") : NULL;
    if (f)
        fclose(f);
}
