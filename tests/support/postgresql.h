/* postgresql.h - a PostgreSQL server of a test's own, in a scratch folder, without TCP.
 *
 * Debian's server is used, of the version whose folder is found.  initdb refuses root, so
 * that the server runs as postgres, or nobody, there. */
#ifndef HONE_TESTS_POSTGRESQL_H
#define HONE_TESTS_POSTGRESQL_H

#include <glob.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct server {
    char folder[64], bin[128], as[256], url[256];
} server;

/* Runs a program of the server's; what it says is dropped. */
static inline int server_shell(const server *s, const char *program, const char *arguments)
{
    char line[1024];
    snprintf(line, sizeof line, "cd %s && %s %s/%s -D %s/data %s >/dev/null 2>&1", s->folder, s->as,
             s->bin, program, s->folder, arguments);
    return system(line);
}

/* Is there a server to be had?  Fills in where. */
static inline bool server_find(server *s)
{
    glob_t found;
    const struct passwd *user = getpwnam("postgres");
    *s = (server){.folder = "/tmp/hone-postgresql-XXXXXX"};
    if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) != 0)
        return false;
    const char *path = found.gl_pathv[found.gl_pathc - 1];
    snprintf(s->bin, sizeof s->bin, "%.*s", (int)(strrchr(path, '/') - path), path);
    globfree(&found);
    if (!user)
        user = getpwnam("nobody");
    if (geteuid() == 0 && user)
        snprintf(s->as, sizeof s->as,
                 "setpriv --reuid=%u --regid=%u --clear-groups env -i LC_ALL=C.UTF-8",
                 (unsigned)user->pw_uid, (unsigned)user->pw_gid);
    if (!mkdtemp(s->folder) ||
        (geteuid() == 0 && user && chown(s->folder, user->pw_uid, user->pw_gid)))
        return false;
    snprintf(s->url, sizeof s->url, "postgresql://hone@/postgres?host=%s", s->folder);
    return chmod(s->folder, 0755) == 0;
}

static inline bool server_start(const server *s)
{
    char arguments[256];
    snprintf(arguments, sizeof arguments,
             "-l log -w -o \"-k %s -c listen_addresses='' -c max_connections=120\" start",
             s->folder);
    return server_shell(s, "pg_ctl", arguments) == 0;
}

static inline bool server_make(const server *s)
{
    return server_shell(s, "initdb", "-A trust -U hone --no-sync") == 0 && server_start(s);
}

/* At once, as if it had been killed: the next start recovers. */
static inline void server_crash(const server *s)
{
    server_shell(s, "pg_ctl", "-m immediate -w stop");
}

static inline void server_remove(const server *s)
{
    char command[128];
    server_crash(s);
    snprintf(command, sizeof command, "rm -rf %s", s->folder);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", s->folder);
}

/* Runs SQL by psql; the first line of its answer. */
static inline bool server_ask(const server *s, const char *sql, char *out, size_t room)
{
    char command[2048];
    snprintf(command, sizeof command, "%s/psql -qAt -h %s -U hone -d postgres -c \"%s\"", s->bin,
             s->folder, sql);
    FILE *in = popen(command, "r");
    if (!in)
        return false;
    *out = '\0';
    if (fgets(out, (int)room, in))
        out[strcspn(out, "\n")] = '\0';
    while (fgetc(in) != EOF)
        ;
    return pclose(in) == 0;
}

#endif
