/* ini.c - a study file's lines, read by inih, and its values, kept away from it.
 *
 * inih 55 as Debian packages it cuts values at " ;" and at 200 bytes, takes an indented line
 * for more of the value above, cuts names at 49 bytes, and says nothing of it.  So the lines
 * are checked first (ini_lines.c), and inih is handed each one as a short token:
 *     [section]      as it stands, then "* = LINE", which tells that the section begins
 *     name = value   "name = LINE"
 *     anything else  an empty line
 * What it answers with is a section, a name and the number of the line to take the value of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ini.h"
#include "ini_file.h"
#include "ini_lines.h"
#include "owned.h"
#include "text.h"

/* From inih's header, which has the name of ours and so cannot be included beside it. */
extern int ini_parse_stream(char *(*reader)(char *, int, void *), void *stream,
                            int (*handler)(void *, const char *, const char *, const char *),
                            void *user);

static const char BEGINS[] = "*"; /* no entry's name */

typedef struct reading {
    ini *doc;
    ini_lines lines;
    int next;          /* line to hand out */
    bool header_given; /* its header was handed out, the mark that it begins was not */
    bool no_memory;
} reading;

/* ---- sections and entries ------------------------------------------------------------------ */

/* Makes room for one more of `size` bytes after n of them: rooms are powers of two. */
static void *grown(void *array, int n, size_t size)
{
    bool full = n == 0 || (n >= 8 && (n & (n - 1)) == 0);
    return full ? realloc(array, (n ? 2 * (size_t)n : 8) * size) : array;
}

static bool add_section(ini *doc, const char *name, int line, const char *origin)
{
    ini_section *sections = grown(doc->sections, doc->n_sections, sizeof *sections);
    if (!sections)
        return false;
    doc->sections = sections;
    ini_section s = {.name = owned_string(&doc->origins, name, strlen(name)), .line = line,
                     .origin = origin};
    if (!s.name || !s.origin)
        return false;
    sections[doc->n_sections++] = s;
    return true;
}

static bool add_entry(ini *doc, ini_section *section, const char *name, const char *value,
                      size_t length, int line, const char *origin)
{
    ini_entry *entries = grown(section->entries, section->n_entries, sizeof *entries);
    if (!entries)
        return false;
    section->entries = entries;
    ini_entry e = {.name = owned_string(&doc->origins, name, strlen(name)),
                   .value = owned_string(&doc->origins, value, length), .line = line,
                   .origin = origin};
    if (!e.name || !e.value || !e.origin)
        return false;
    entries[section->n_entries++] = e;
    return true;
}

/* ---- inih asks for lines and hands back entries ---------------------------------------------- */

static char *give_line(char *out, int room, void *context)
{
    reading *r = context;
    if (r->next >= r->lines.n)
        return NULL;
    const ini_line *line = &r->lines.line[r->next];
    if (line->kind == LINE_HEADER && !r->header_given) {
        r->header_given = true;
        snprintf(out, (size_t)room, "[%.*s]\n", (int)line->name_length, line->name);
        return out;
    }
    r->header_given = false;
    r->next++;
    if (line->kind == LINE_HEADER)
        snprintf(out, (size_t)room, "%s = %d\n", BEGINS, r->next);
    else if (line->kind == LINE_ENTRY)
        snprintf(out, (size_t)room, "%.*s = %d\n", (int)line->name_length, line->name, r->next);
    else
        snprintf(out, (size_t)room, "\n");
    return out;
}

static int take_entry(void *context, const char *section, const char *name, const char *number)
{
    reading *r = context;
    ini *doc = r->doc;
    int line = atoi(number);
    if (r->no_memory)
        return 0;
    const ini_line *from = &r->lines.line[line - 1];
    const char *origin = owned_format(&doc->origins, "%s:%d", doc->path, line);
    bool done = strcmp(name, BEGINS) == 0
                    ? add_section(doc, section, line, origin)
                    : add_entry(doc, &doc->sections[doc->n_sections - 1], name, from->value,
                                from->value_length, line, origin);
    r->no_memory = r->no_memory || !done;
    return done;
}

/* ---- names that stand twice -------------------------------------------------------------------- */

typedef struct place {
    const char *name;
    int line, first; /* first: where the name stood first; 0: here */
} place;

static int by_name(const void *a, const void *b)
{
    const place *p = a, *q = b;
    int order = strcmp(p->name, q->name);
    return order ? order : p->line - q->line;
}

static int by_line(const void *a, const void *b)
{
    return ((const place *)a)->line - ((const place *)b)->line;
}

static void find_repeated(place *places, int n)
{
    qsort(places, (size_t)n, sizeof *places, by_name);
    for (int i = 1; i < n; i++) {
        const place *before = &places[i - 1];
        if (strcmp(places[i].name, before->name) == 0)
            places[i].first = before->first ? before->first : before->line;
    }
    qsort(places, (size_t)n, sizeof *places, by_line);
}

static bool refuse_repeated_entries(const ini *doc, const ini_section *section, error *err)
{
    int n = section->n_entries;
    place *places = calloc((size_t)n + 1, sizeof *places);
    if (!places)
        return false;
    for (int i = 0; i < n; i++)
        places[i] = (place){.name = section->entries[i].name, .line = section->entries[i].line};
    find_repeated(places, n);
    for (int i = 0; i < n; i++)
        if (places[i].first)
            error_add(err, HONE_ECONFIG, "%s:%d: [%s] '%s' stands twice, first in line %d",
                      doc->path, places[i].line, section->name, places[i].name, places[i].first);
    free(places);
    return true;
}

static bool refuse_repeated_sections(const ini *doc, error *err)
{
    place *places = calloc((size_t)doc->n_sections + 1, sizeof *places);
    if (!places)
        return false;
    for (int i = 0; i < doc->n_sections; i++)
        places[i] = (place){.name = doc->sections[i].name, .line = doc->sections[i].line};
    find_repeated(places, doc->n_sections);
    for (int i = 0; i < doc->n_sections; i++)
        if (places[i].first)
            error_add(err, HONE_ECONFIG,
                      "%s:%d: [%s] stands twice, first in line %d; sections that repeat have "
                      "names of their own: [point 1], [point 2]",
                      doc->path, places[i].line, places[i].name, places[i].first);
    free(places);
    return true;
}

/* ---- the operations ------------------------------------------------------------------------------ */

/* Fills doc->sections from doc->text. */
static int32_t read_sections(ini *doc, size_t length, error *err)
{
    reading r = {.doc = doc};
    int32_t status = ini_lines_cut(doc->text, length, doc->path, &r.lines, err);
    if (r.lines.n == 0)
        return status;
    int failed = ini_parse_stream(give_line, &r, take_entry, &r);
    free(r.lines.line);
    bool whole = !r.no_memory && refuse_repeated_sections(doc, err);
    for (int i = 0; whole && i < doc->n_sections; i++)
        whole = refuse_repeated_entries(doc, &doc->sections[i], err);
    if (!whole)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", doc->path);
    if (failed)
        return error_add(err, HONE_ECONFIG, "%s: the INI reader failed (%d)", doc->path, failed);
    return err->status;
}

/* Takes over `bytes`, from malloc; of `folder` it makes an absolute path. */
static int32_t read_text(char *bytes, size_t length, const char *path, const char *folder, ini *out,
                         error *err)
{
    error found = {0};
    *out = (ini){.text = bytes, .path = strdup(path), .folder = realpath(folder, NULL)};
    if (!out->path)
        error_add(&found, HONE_ENOMEM, "%s: out of memory", path);
    else if (!out->folder)
        error_add(&found, HONE_ECONFIG, "%s: the folder '%s' cannot be found", path, folder);
    else
        read_sections(out, length, &found);
    int32_t status = found.status;
    error_take(err, &found);
    if (status < 0)
        ini_free(out);
    return status;
}

int32_t ini_read(const char *bytes, size_t length, const char *path, const char *folder, ini *out,
                 error *err)
{
    char *own = malloc(length + 1);
    *out = (ini){0};
    if (!own)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    memcpy(own, bytes, length);
    own[length] = '\0';
    return read_text(own, length, path, folder ? folder : ".", out, err);
}

int32_t ini_load(const char *path, ini *out, error *err)
{
    char *bytes;
    size_t length;
    *out = (ini){0};
    int32_t status = ini_file_read(path, &bytes, &length, err);
    if (status < 0)
        return status;
    char *folder = ini_file_folder(path);
    if (!folder) {
        free(bytes);
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    }
    status = read_text(bytes, length, path, folder, out, err);
    free(folder);
    return status;
}

int32_t ini_set(ini *doc, const char *assignment, error *err)
{
    static const char ORIGIN[] = "--set";
    char word[EXCERPT_ROOM];
    const char *equals = strchr(assignment, '='), *dot = strchr(assignment, '.');
    if (!equals || !dot || dot > equals)
        return error_add(err, HONE_ECONFIG, "%s: '%s' is no assignment; allowed: section.key=value",
                         ORIGIN, text_excerpt(assignment, word));
    ini_span section = ini_trim(assignment, dot), name = ini_trim(dot + 1, equals);
    ini_span value = ini_trim(equals + 1, equals + strlen(equals));
    if (!ini_section_legal(section.s, section.n) || !ini_name_legal(name.s, name.n))
        return error_add(err, HONE_ECONFIG,
                         "%s: '%s' names no entry; allowed: section.key=value", ORIGIN,
                         text_excerpt(assignment, word));
    char *in = owned_string(&doc->origins, section.s, section.n);
    char *key = owned_string(&doc->origins, name.s, name.n);
    char *given = owned_string(&doc->origins, value.s, value.n);
    if (!in || !key || !given)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", ORIGIN);
    if (!ini_find(doc, in) && !add_section(doc, in, 0, ORIGIN))
        return error_add(err, HONE_ENOMEM, "%s: out of memory", ORIGIN);
    ini_section *s = (ini_section *)ini_find(doc, in);
    ini_entry *e = (ini_entry *)ini_get(s, key);
    if (e) {
        *e = (ini_entry){.name = e->name, .value = given, .line = 0, .origin = ORIGIN};
        return HONE_OK;
    }
    if (!add_entry(doc, s, key, given, strlen(given), 0, ORIGIN))
        return error_add(err, HONE_ENOMEM, "%s: out of memory", ORIGIN);
    return HONE_OK;
}

const ini_section *ini_find(const ini *doc, const char *section)
{
    for (int i = 0; i < doc->n_sections; i++)
        if (strcmp(doc->sections[i].name, section) == 0)
            return &doc->sections[i];
    return NULL;
}

const ini_entry *ini_get(const ini_section *section, const char *name)
{
    for (int i = 0; section && i < section->n_entries; i++)
        if (strcmp(section->entries[i].name, name) == 0)
            return &section->entries[i];
    return NULL;
}

void ini_free(ini *doc)
{
    if (!doc)
        return;
    for (int i = 0; i < doc->n_sections; i++)
        free(doc->sections[i].entries);
    free(doc->sections);
    free(doc->path);
    free(doc->folder);
    free(doc->text);
    owned_free(&doc->origins);
    *doc = (ini){0};
}
