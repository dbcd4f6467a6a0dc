/* program.c - finds the file that this code was loaded from, and what lies beside it.
 *
 * In a build tree that is build/<kind>/hone or libhone.so.0, with plugins/ beside; installed
 * it is <prefix>/bin/hone or <libdir>/libhone.so.0. */
#include "program.h"

#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "registry.h"

static struct {
    char object[PATH_MAX];  /* this code's file */
    char plugins[PATH_MAX]; /* the build tree's plugins */
    char hone[PATH_MAX];    /* the program */
} place; /* written once, by find_place */

/* Is this code part of the main program, rather than of a library? */
static bool in_main_program(const Dl_info *us)
{
    Dl_info program;
    return dladdr((void *)getauxval(AT_ENTRY), &program) != 0 &&
           program.dli_fbase == us->dli_fbase;
}

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static bool is_program(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) && access(path, X_OK) == 0;
}

/* out := <folder of object>/<rest>; false if it does not fit. */
static bool beside(const char *rest, char out[PATH_MAX])
{
    const char *slash = strrchr(place.object, '/');
    int length = (int)(slash - place.object);
    return snprintf(out, PATH_MAX, "%.*s/%s", length, place.object, rest) < PATH_MAX;
}

static void find_hone(bool in_main)
{
    static const char *const PLACES[] = {"hone", "../bin/hone", "../../bin/hone"};
    if (in_main) { /* hone itself; or some program with this code linked in */
        if (strcmp(strrchr(place.object, '/'), "/hone") == 0)
            strcpy(place.hone, place.object);
        return;
    }
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++)
        if (beside(PLACES[i], place.hone) && is_program(place.hone))
            return;
    *place.hone = '\0';
}

static void find_place(void)
{
    Dl_info us;
    char kind[PATH_MAX];
    if (!dladdr((void *)(uintptr_t)find_place, &us))
        return;
    bool in_main = in_main_program(&us);
    const char *path = in_main ? "/proc/self/exe" : us.dli_fname;
    if (!realpath(path, place.object) || *place.object != '/') {
        *place.object = '\0';
        return;
    }
    find_hone(in_main);
    if (!beside("plugins/strategy", kind) || !is_folder(kind) ||
        !beside("plugins", place.plugins))
        *place.plugins = '\0';
}

static void find_place_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find_place);
}

const char *program_object(void)
{
    find_place_once();
    return place.object;
}

const char *program_plugins(void)
{
    find_place_once();
    return place.plugins;
}

const char *registry_program(void)
{
    find_place_once();
    return place.hone;
}

bool program_elevated(void)
{
    return getauxval(AT_SECURE) != 0;
}
