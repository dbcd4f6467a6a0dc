/* path.c - walks to a file the way the kernel does, and looks at everything passed. */
#include "path.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "program.h"
#include "text.h"

enum { MOST_LINKS = 40, LINK_ROOM = 4096 }; /* as Linux has them: ELOOP, PATH_MAX */

static void trust_user(trust *t, uid_t user)
{
    for (int i = 0; i < t->n; i++)
        if (t->users[i] == user)
            return;
    t->users[t->n++] = user;
}

void trust_init(trust *t, bool all)
{
    struct stat program;
    *t = (trust){.all = all};
    trust_user(t, 0);
    if (!program_elevated()) /* else the user could lend the program's rights to his own code */
        trust_user(t, geteuid());
    if (stat(program_object(), &program) == 0)
        trust_user(t, program.st_uid);
}

static bool trusted(const trust *t, uid_t user)
{
    for (int i = 0; i < t->n; i++)
        if (t->users[i] == user)
            return true;
    return t->all;
}

/* A group of the owner's own name that has no other member. */
static bool private_group(uid_t owner, gid_t group)
{
    struct passwd user, *u = NULL;
    struct group entry, *g = NULL;
    char user_room[4096], group_room[16384];
    if (getpwuid_r(owner, &user, user_room, sizeof user_room, &u) != 0 || !u ||
        getgrgid_r(group, &entry, group_room, sizeof group_room, &g) != 0 || !g)
        return false;
    if (u->pw_gid != group || strcmp(u->pw_name, g->gr_name) != 0)
        return false;
    for (char **member = g->gr_mem; *member; member++)
        if (strcmp(*member, u->pw_name) != 0)
            return false;
    return true;
}

static bool others_write(const struct stat *s)
{
    if (S_ISLNK(s->st_mode) || (S_ISDIR(s->st_mode) && (s->st_mode & S_ISVTX)))
        return false;
    return (s->st_mode & S_IWOTH) ||
           ((s->st_mode & S_IWGRP) && !private_group(s->st_uid, s->st_gid));
}

/* One thing on the way: `at` is what it is called, `path` what was asked for. */
static int32_t check_safe(const char *path, const char *at, const struct stat *s, const trust *t,
                          error *err)
{
    const char *what = S_ISDIR(s->st_mode) ? "folder " : S_ISLNK(s->st_mode) ? "link " : "file ";
    if (t->all)
        return HONE_OK;
    if (!trusted(t, s->st_uid)) {
        struct passwd user, *u = NULL;
        char room[4096];
        if (getpwuid_r(s->st_uid, &user, room, sizeof room, &u) != 0)
            u = NULL;
        return error_add(err, HONE_EPLUGIN,
                         "%s is not loaded: the %s%s belongs to %s (user %ld), who could replace "
                         "the plugin; make it yours, or use --allow-unsafe-plugins",
                         path, what, at, u ? u->pw_name : "an unknown user", (long)s->st_uid);
    }
    if (others_write(s))
        return error_add(err, HONE_EPLUGIN,
                         "%s is not loaded: others can write to the %s%s (mode %04o) and so "
                         "replace the plugin; chmod go-w it, or use --allow-unsafe-plugins",
                         path, what, at, (unsigned)(s->st_mode & 07777));
    return HONE_OK;
}

static const char *type_name(mode_t mode)
{
    return S_ISDIR(mode)    ? "a folder"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
           : S_ISCHR(mode)  ? "a character device"
           : S_ISBLK(mode)  ? "a block device"
                            : "no regular file";
}

/* ---- the walk ---- */

typedef struct walk {
    const char *path; /* as asked for */
    const trust *trust;
    char *done;       /* real path so far, without a final slash: "" is the root */
    char *rest;       /* what is left to resolve */
    int links;
    bool last_was_link; /* the name itself, not a folder on the way */
} walk;

/* Cuts the first component off w->rest; NULL: out of memory, "" : none left. */
static char *next_component(walk *w)
{
    char *from = w->rest + strspn(w->rest, "/");
    size_t length = strcspn(from, "/");
    char *component = strndup(from, length);
    memmove(w->rest, from + length, strlen(from + length) + 1);
    return component;
}

static void go_up(walk *w)
{
    char *slash = strrchr(w->done, '/');
    if (slash)
        *slash = '\0';
}

/* Continues in the link's target, before what is left. */
static int32_t follow(walk *w, const char *at, error *err)
{
    char target[LINK_ROOM];
    ssize_t n = readlink(at, target, sizeof target - 1);
    if (n <= 0)
        return error_add(err, HONE_EPLUGIN, "%s cannot be resolved: the link %s cannot be read",
                         w->path, at);
    target[n] = '\0';
    if (++w->links > MOST_LINKS)
        return error_add(err, HONE_EPLUGIN, "%s cannot be resolved: its links go round in circles",
                         w->path);
    char *rest = path_join(target, w->rest + strspn(w->rest, "/"));
    if (!rest)
        return error_add(err, HONE_ENOMEM, "out of memory");
    free(w->rest);
    w->rest = rest;
    if (*target == '/')
        *w->done = '\0';
    return HONE_OK;
}

static int32_t missing(const walk *w, const char *at, error *err)
{
    if (errno == ENOENT && !w->last_was_link)
        return PATH_MISSING;
    if (errno == ENOENT)
        return error_add(err, HONE_EPLUGIN, "%s is a link to %s, which does not exist", w->path,
                         at);
    return error_add(err, HONE_EPLUGIN, "%s cannot be looked at: %s: %s", w->path, at,
                     strerror(errno));
}

/* `at` exists: goes into a folder, follows a link, ends at a file. */
static int32_t step(walk *w, char **at, const struct stat *s, error *err)
{
    bool last = w->rest[strspn(w->rest, "/")] == '\0';
    if (last && !S_ISREG(s->st_mode) && !S_ISLNK(s->st_mode))
        return error_add(err, HONE_EPLUGIN, "%s is %s, not a plugin", w->path,
                         type_name(s->st_mode));
    int32_t status = check_safe(w->path, *at, s, w->trust, err);
    if (status < 0)
        return status;
    if (S_ISLNK(s->st_mode)) {
        w->last_was_link |= last;
        return follow(w, *at, err);
    }
    if (!last && !S_ISDIR(s->st_mode))
        return error_add(err, HONE_EPLUGIN, "%s cannot be there: %s is not a folder", w->path,
                         *at);
    free(w->done);
    w->done = *at;
    *at = NULL;
    return HONE_OK;
}

static int32_t walk_on(walk *w, struct stat *facts, error *err)
{
    int32_t status = HONE_OK;
    if (lstat("/", facts) != 0)
        return error_add(err, HONE_EPLUGIN, "/ cannot be looked at: %s", strerror(errno));
    if ((status = check_safe(w->path, "/", facts, w->trust, err)) < 0)
        return status;
    while (status == HONE_OK && w->rest[strspn(w->rest, "/")] != '\0') {
        char *component = next_component(w);
        char *at = component ? path_join(w->done, component) : NULL;
        if (!at)
            status = error_add(err, HONE_ENOMEM, "out of memory");
        else if (strcmp(component, "..") == 0)
            go_up(w);
        else if (strcmp(component, ".") != 0)
            status = lstat(at, facts) != 0 ? missing(w, at, err) : step(w, &at, facts, err);
        free(component);
        free(at);
    }
    return status;
}

int32_t path_resolve(const char *path, const trust *t, char **real, struct stat *facts,
                     error *err)
{
    walk w = {.path = path, .trust = t, .done = strdup(""), .rest = strdup(path)};
    int32_t status;
    *real = NULL;
    if (!w.done || !w.rest)
        status = error_add(err, HONE_ENOMEM, "out of memory");
    else if (*path != '/')
        status = error_add(err, HONE_EINVAL, "'%s' is not an absolute path", path);
    else
        status = walk_on(&w, facts, err);
    if (status == HONE_OK && !S_ISREG(facts->st_mode))
        status = error_add(err, HONE_EPLUGIN, "%s is %s, not a plugin", path,
                           type_name(facts->st_mode));
    if (status == HONE_OK) {
        *real = w.done;
        w.done = NULL;
    }
    free(w.done);
    free(w.rest);
    return status;
}

bool path_unchanged(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
           a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

char *path_join(const char *a, const char *b)
{
    text t = {0};
    text_add(&t, "%s/%s", a, b);
    return text_take(&t);
}
