/* csv.c - comma-separated values, in place. */
#include "csv.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

/* ---- the file ---- */

static int32_t read_all(FILE *f, const char *path, char **out, error *err)
{
    text t = {0};
    char part[65536];
    size_t n;
    text_put(&t, "", 0);
    while ((n = fread(part, 1, sizeof part, f)) > 0)
        text_put(&t, part, n);
    if (ferror(f)) {
        text_free(&t);
        return error_add(err, HONE_EINVAL, "%s: %s", path, strerror(errno));
    }
    bool binary = t.length != strlen(t.data ? t.data : "");
    *out = text_take(&t);
    if (*out && !binary)
        return HONE_OK;
    return *out ? error_add(err, HONE_EINVAL, "%s: is not a text file", path)
                : error_add(err, HONE_ENOMEM, "%s: out of memory", path);
}

static int32_t load_text(const char *path, char **out, error *err)
{
    if (strcmp(path, "-") == 0)
        return read_all(stdin, "standard input", out, err);
    FILE *f = fopen(path, "re");
    if (!f)
        return error_add(err, HONE_EINVAL, "%s: %s", path, strerror(errno));
    int32_t status = read_all(f, path, out, err);
    fclose(f);
    return status;
}

/* ---- cells ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The text of a quoted cell, moved to its begin; *p behind the closing quote.  NULL: there is
 * none. */
static char *quoted_cell(char **p, int *line)
{
    char *from = *p + 1, *to = from, *cell = from;
    for (;; from++) {
        if (!*from)
            return NULL;
        if (*from == '"' && from[1] != '"')
            break;
        from += *from == '"';
        *line += *from == '\n';
        *to++ = *from;
    }
    *p = from + 1;
    *to = '\0'; /* at the closing quote or before it */
    return cell;
}

/* One cell; *end: the character behind it (a comma, a line end or NUL), which may be
 * overwritten by the NUL of the cell. */
static char *next_cell(char **p, char *end, int *line)
{
    while (is_blank(**p))
        ++*p;
    char *cell = *p;
    if (*cell == '"') {
        if (!(cell = quoted_cell(p, line)))
            return NULL;
        while (is_blank(**p) || (**p == '\r' && (*p)[1] == '\n'))
            ++*p;
        *end = **p;
        return *end == ',' || *end == '\n' || *end == '\0' ? cell : NULL;
    }
    *p += strcspn(*p, ",\n");
    *end = **p;
    char *last = *p;
    while (last > cell && (is_blank(last[-1]) || (*end != ',' && last[-1] == '\r')))
        last--;
    *last = '\0';
    return cell;
}

static int32_t add_cell(csv *c, char *cell, error *err)
{
    csv_row *r = &c->rows[c->n - 1];
    char **more = realloc(r->cells, ((size_t)r->n + 1) * sizeof *more);
    if (!more)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", c->path);
    r->cells = more;
    r->cells[r->n++] = cell;
    return HONE_OK;
}

static int32_t add_row(csv *c, int line, error *err)
{
    if (c->n == c->room) {
        int room = c->room ? 2 * c->room : 64;
        csv_row *more = realloc(c->rows, (size_t)room * sizeof *more);
        if (!more)
            return error_add(err, HONE_ENOMEM, "%s: out of memory", c->path);
        c->rows = more;
        c->room = room;
    }
    c->rows[c->n++] = (csv_row){.line = line};
    return HONE_OK;
}

static int32_t split(csv *c, char *p, error *err)
{
    int line = 1;
    while (*p) {
        size_t blank = strspn(p, " \t\r");
        if (p[blank] == '\n' || !p[blank]) {
            p += blank + (p[blank] == '\n');
            line++;
            continue;
        }
        char end = ',';
        int begin = line;
        int32_t status = add_row(c, line, err);
        while (status >= 0 && end == ',') {
            char *cell = next_cell(&p, &end, &line);
            status = cell ? add_cell(c, cell, err)
                          : error_add(err, HONE_EINVAL,
                                      "%s:%d: a quote is not closed, or something "
                                      "stands behind it",
                                      c->path, begin);
            p += cell && end != '\0';
        }
        if (status < 0)
            return status;
        line++;
    }
    return c->n > 0 ? HONE_OK : error_add(err, HONE_EINVAL, "%s: is empty", c->path);
}

int32_t csv_load(const char *path, csv *out, error *err)
{
    *out = (csv){.path = strdup(strcmp(path, "-") == 0 ? "standard input" : path)};
    if (!out->path)
        return error_add(err, HONE_ENOMEM, "out of memory");
    int32_t status = load_text(path, &out->text, err);
    if (status < 0)
        return status;
    bool mark = strncmp(out->text, "\xEF\xBB\xBF", 3) == 0;
    return split(out, out->text + (mark ? 3 : 0), err);
}

void csv_free(csv *c)
{
    for (int i = 0; i < c->n; i++)
        free(c->rows[i].cells);
    free(c->rows);
    free(c->text);
    free(c->path);
    *c = (csv){0};
}
