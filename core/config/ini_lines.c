/* ini_lines.c - what a line of a study file is, and which lines are refused. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ini_lines.h"
#include "text.h"

static const size_t LINE_MOST = (size_t)1 << 20;

typedef struct cutting {
    const char *path;
    error *err;
    bool lost;  /* below a refused header: whose entries these are is unknown */
    bool begun; /* a section stands above */
} cutting;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool ini_section_legal(const char *name, size_t n)
{
    if (n == 0 || n > INI_NAME_MOST || is_blank(name[0]) || is_blank(name[n - 1]))
        return false;
    for (size_t i = 0; i < n; i++)
        if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != '-' && name[i] != ' ')
            return false;
    return true;
}

bool ini_name_legal(const char *name, size_t n)
{
    if (n == 0 || n > INI_NAME_MOST || !is_letter(name[0]))
        return false;
    for (size_t i = 1; i < n; i++)
        if (!is_letter(name[i]) && !is_digit(name[i]) && name[i] != '.' && name[i] != '-')
            return false;
    return true;
}

ini_span ini_trim(const char *begin, const char *end)
{
    while (begin < end && is_blank(*begin))
        begin++;
    while (begin < end && is_blank(end[-1]))
        end--;
    return (ini_span){.s = begin, .n = (size_t)(end - begin)};
}

/* A piece of the text as a word in a sentence. */
static const char *piece(ini_span s, char out[EXCERPT_ROOM])
{
    char word[EXCERPT_ROOM + 1];
    size_t keep = s.n < sizeof word - 1 ? s.n : sizeof word - 1;
    memcpy(word, s.s, keep);
    word[keep] = '\0';
    return text_excerpt(word, out);
}

static void cut_header(cutting *c, int number, ini_span all, ini_line *line)
{
    char word[EXCERPT_ROOM];
    const char *close = memchr(all.s, ']', all.n);
    c->begun = c->lost = true;
    if (!close) {
        error_add(c->err, HONE_ECONFIG, "%s:%d: '%s' lacks the closing ]", c->path, number,
                  piece(all, word));
        return;
    }
    ini_span name = ini_trim(all.s + 1, close), rest = ini_trim(close + 1, all.s + all.n);
    if (rest.n)
        error_add(c->err, HONE_ECONFIG,
                  "%s:%d: '%s' follows the section's name; a comment stands on a line of its own",
                  c->path, number, piece(rest, word));
    else if (name.n > INI_NAME_MOST)
        error_add(c->err, HONE_ECONFIG, "%s:%d: a section's name has at most %d bytes, not %zu",
                  c->path, number, INI_NAME_MOST, name.n);
    else if (!ini_section_legal(name.s, name.n))
        error_add(c->err, HONE_ECONFIG,
                  "%s:%d: '[%s]' is no section; allowed: letters, digits, _ - and blanks between",
                  c->path, number, piece(name, word));
    else {
        c->lost = false;
        *line = (ini_line){.kind = LINE_HEADER, .name = name.s, .name_length = name.n};
    }
}

static void cut_entry(cutting *c, int number, ini_span all, ini_line *line)
{
    char word[EXCERPT_ROOM];
    const char *equals = memchr(all.s, '=', all.n), *end = all.s + all.n;
    if (!equals) {
        error_add(c->err, HONE_ECONFIG,
                  "%s:%d: '%s' is no entry; allowed: name = value, [section], or ; and a comment",
                  c->path, number, piece(all, word));
        return;
    }
    ini_span name = ini_trim(all.s, equals), value = ini_trim(equals + 1, end);
    if (name.n > INI_NAME_MOST)
        error_add(c->err, HONE_ECONFIG, "%s:%d: a name has at most %d bytes, not %zu", c->path,
                  number, INI_NAME_MOST, name.n);
    else if (!ini_name_legal(name.s, name.n))
        error_add(c->err, HONE_ECONFIG,
                  "%s:%d: '%s' is no name; allowed: a letter or _, then letters, digits, _ . -",
                  c->path, number, piece(name, word));
    else if (!c->begun)
        error_add(c->err, HONE_ECONFIG, "%s:%d: '%s' stands above the first [section]", c->path,
                  number, piece(name, word));
    else if (!c->lost)
        *line = (ini_line){.kind = LINE_ENTRY, .name = name.s, .name_length = name.n,
                           .value = value.s, .value_length = value.n};
}

static void cut_line(cutting *c, int number, const char *s, size_t n, ini_line *line)
{
    if (n && s[n - 1] == '\r')
        n--;
    ini_span bare = ini_trim(s, s + n);
    if (memchr(s, '\0', n))
        error_add(c->err, HONE_ECONFIG, "%s:%d: a NUL byte; a study file is text", c->path, number);
    else if (n > LINE_MOST)
        error_add(c->err, HONE_ECONFIG, "%s:%d: a line has at most 1 MiB, not %zu bytes", c->path,
                  number, n);
    else if (bare.n == 0 || *bare.s == ';' || *bare.s == '#')
        return;
    else if (bare.s != s)
        error_add(c->err, HONE_ECONFIG,
                  "%s:%d: indented; sections and entries begin at the left margin, and a value "
                  "stands on one line",
                  c->path, number);
    else if (*s == '[')
        cut_header(c, number, bare, line);
    else
        cut_entry(c, number, bare, line);
}

int32_t ini_lines_cut(const char *bytes, size_t length, const char *path, ini_lines *out,
                      error *err)
{
    static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
    error found = {0};
    cutting c = {.path = path, .err = &found};
    size_t n = 1;
    if (length >= 3 && memcmp(bytes, BYTE_ORDER_MARK, 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    for (size_t i = 0; i < length; i++)
        n += bytes[i] == '\n';
    *out = (ini_lines){.n = (int)n, .line = calloc(n, sizeof *out->line)};
    if (!out->line || n > INT_MAX) {
        free(out->line);
        *out = (ini_lines){0};
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    }
    for (size_t i = 0; i < n; i++) {
        const char *end = memchr(bytes, '\n', length);
        size_t here = end ? (size_t)(end - bytes) : length;
        cut_line(&c, (int)i + 1, bytes, here, &out->line[i]);
        bytes += here + (end != NULL);
        length -= here + (end != NULL);
    }
    int32_t status = found.status;
    error_take(err, &found);
    return status;
}
