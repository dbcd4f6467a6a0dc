/* locate.c - study files and databases are told apart by what they hold, not by their names. */
#include "locate.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char SQLITE_HEADER[16] = "SQLite format 3"; /* with its NUL */

/* An empty file is a database without tables. */
static bool is_database(const char *path)
{
    char header[sizeof SQLITE_HEADER];
    struct stat info;
    if (stat(path, &info) != 0 || !S_ISREG(info.st_mode))
        return false;
    FILE *f = fopen(path, "rbe");
    size_t n = f ? fread(header, 1, sizeof header, f) : 1;
    if (f)
        fclose(f);
    return n == 0 || (n == sizeof header && memcmp(header, SQLITE_HEADER, n) == 0);
}

static int32_t no_memory(error *err)
{
    return error_add(err, HONE_ENOMEM, "out of memory");
}

static int32_t from_database(const char *path, const char *study, char **url, char **name,
                             error *err)
{
    *url = strdup(path);
    *name = study ? strdup(study) : NULL;
    if (*url && (*name || !study))
        return HONE_OK;
    free(*url);
    *url = NULL;
    return no_memory(err);
}

static int32_t from_file(const char *path, const config_settings *settings, char **url, char **name,
                         error *err)
{
    config c;
    config_settings reading = *settings;
    reading.no_plugins = true;
    reading.need_objective = false;
    int32_t status = config_load(path, &reading, &c, err);
    if (status >= 0 && strcmp(c.storage, "memory") == 0)
        status = error_add(err, HONE_ESTORAGE,
                           "%s: [study] storage = memory: the study ended with its run", path);
    if (status >= 0)
        status = from_database(c.storage, c.name, url, name, err);
    config_free(&c);
    return status;
}

int32_t study_locate(const char *word, const config_settings *settings, char **url, char **name,
                     error *err)
{
    *url = *name = NULL;
    if (strncmp(word, "postgresql://", 13) == 0 || strncmp(word, "postgres://", 11) == 0) {
        size_t n = strcspn(word, "#");
        char *server = strndup(word, n);
        int32_t status =
            server ? from_database(server, word[n] ? word + n + 1 : NULL, url, name, err)
                   : no_memory(err);
        free(server);
        return status;
    }
    if (is_database(word))
        return from_database(word, NULL, url, name, err);
    if (access(word, F_OK) == 0)
        return from_file(word, settings, url, name, err);
    int cause = errno;
    const char *mark = strchr(word, '#');
    for (; mark; mark = strchr(mark + 1, '#')) { /* a path and a name may hold '#' too */
        char *path = strndup(word, (size_t)(mark - word));
        bool found = path && is_database(path);
        int32_t status = !path   ? no_memory(err)
                         : found ? from_database(path, mark + 1, url, name, err)
                                 : HONE_OK;
        free(path);
        if (found || status < 0)
            return status;
    }
    return error_add(err, HONE_EINVAL,
                     "%s: %s; a study is a study file, a database, or database#name", word,
                     strerror(cause));
}
