/* config_storage.c - where a study is kept: storage of [study], made whole. */
#include "config_parts.h"

#include <string.h>

#include "text.h"

/* A file's name without the folders that the study's name may seem to have. */
static void add_default_storage(const config *c, text *t)
{
    text_add(t, "%s/%s.db", c->doc.folder, c->name);
    for (char *at = t->data ? t->data + strlen(c->doc.folder) + 1 : NULL; at && *at; at++)
        if (*at == '/')
            *at = '_';
}

static bool names_server(const char *s)
{
    return strncmp(s, "postgresql://", 13) == 0 || strncmp(s, "postgres://", 11) == 0;
}

/* user:secret@host or ?password=secret: what is in a study file is shown and stored. */
static bool holds_password(const char *s)
{
    const char *host = strstr(s, "://") + 3;
    size_t n = strcspn(host, "/?");
    const char *at = memchr(host, '@', n);
    return (at && memchr(host, ':', (size_t)(at - host))) || strstr(s, "password=");
}

/* Why a storage is refused; NULL: it is a file or memory. */
static const char *storage_fault(const char *s)
{
    if (!*s)
        return "is empty";
    if (names_server(s))
        return holds_password(s) ? "holds a password, which belongs into ~/.pgpass or PGPASSWORD"
                                 : NULL;
    if (strncmp(s, "sqlite:", 7) == 0)
        return "is an address; write the file's path alone";
    if (strstr(s, "://"))
        return "names a database that hone does not know";
    if (strncmp(s, "~/", 2) == 0)
        return "begins with ~, which only shells know; write the whole path";
    return NULL;
}

int32_t config_read_storage(config *c, const char *s, const char *origin, error *err)
{
    const char *fault = s ? storage_fault(s) : NULL;
    char word[EXCERPT_ROOM];
    text t = {0};
    if (fault)
        error_add(err, HONE_ECONFIG,
                  "%s: [study] storage = %s %s; allowed: an SQLite file, "
                  "postgresql://user@host/database, or memory",
                  origin, names_server(s) ? "..." : text_excerpt(s, word), fault);
    if (!s)
        add_default_storage(c, &t);
    else if (strcmp(s, "memory") == 0 || *s == '/' || names_server(s))
        text_add(&t, "%s", s);
    else
        text_add(&t, "%s/%s", c->doc.folder, s);
    c->storage = text_take(&t);
    return c->storage ? HONE_OK
                      : error_add(err, HONE_ENOMEM, "out of memory for a study file");
}
