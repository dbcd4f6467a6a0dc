/* argv.c - see argv.h.
 *
 * Three passes: characters to words (each byte marked as plain, quoted or escaped), words to
 * groups, bytes of a word to pieces. */
#include "argv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const FACT_NAMES[FACTS] = {"trial", "seed", "worker", "dir", "study"};

enum { PLAIN = 1, QUOTED, ESCAPED }; /* how a byte of a word was written */
enum { NAME_ROOM = 64 };             /* names are at most 48 bytes long */

/* A word as written, before pieces are cut from it. */
typedef struct raw {
    char *bytes, *how; /* [n] and [n] PLAIN, QUOTED or ESCAPED; bytes NUL-terminated */
    size_t n;
    bool open, close;  /* a bracket before or behind it was taken for a group's */
    int group;
} raw;

typedef struct raws {
    raw *list;
    int n, room;
} raws;

static void free_raws(raws *r)
{
    for (int i = 0; i < r->n; i++) {
        free(r->list[i].bytes);
        free(r->list[i].how);
    }
    free(r->list);
    *r = (raws){0};
}

/* A new empty word with room for `most` bytes; NULL: out of memory. */
static raw *add_raw(raws *r, size_t most)
{
    if (r->n == r->room) {
        int room = r->room ? 2 * r->room : 16;
        raw *list = realloc(r->list, (size_t)room * sizeof *list);
        if (!list)
            return NULL;
        r->list = list;
        r->room = room;
    }
    raw *w = &r->list[r->n++];
    *w = (raw){.bytes = calloc(most + 1, 1), .how = calloc(most + 1, 1)};
    return w->bytes && w->how ? w : NULL;
}

static void add_byte(raw *w, char byte, char how)
{
    w->bytes[w->n] = byte;
    w->how[w->n++] = how;
}

/* One word from *at on; false: a quote has no end. */
static bool read_word(const char **at, raw *w)
{
    const char *s = *at;
    while (*s && !isspace((unsigned char)*s)) {
        if (*s == '\\' && s[1]) {
            add_byte(w, s[1], ESCAPED);
            s += 2;
        } else if (*s == '\'' || *s == '"') {
            char quote = *s++;
            while (*s && *s != quote) {
                bool escape = quote == '"' && *s == '\\' && s[1] && strchr("\"\\$`{", s[1]);
                s += escape;
                add_byte(w, *s++, escape ? ESCAPED : QUOTED);
            }
            if (!*s)
                return false;
            s++;
        } else {
            add_byte(w, *s++, PLAIN);
        }
    }
    *at = s;
    return true;
}

static bool split(const char *command, raws *out, char problem[PROBLEM_ROOM])
{
    const char *s = command;
    for (;;) {
        while (isspace((unsigned char)*s))
            s++;
        if (!*s)
            break;
        raw *w = add_raw(out, strlen(s));
        if (!w || !read_word(&s, w)) {
            snprintf(problem, PROBLEM_ROOM, "%s", w ? "a quote is not closed" : "out of memory");
            return false;
        }
    }
    if (out->n == 0)
        snprintf(problem, PROBLEM_ROOM, "is empty");
    return out->n > 0;
}

/* ---- names -------------------------------------------------------------------------------*/

static int find_parameter(const hone_space *space, const char *name)
{
    for (int i = 0; i < space->n_params; i++)
        if (strcmp(space->params[i]->name, name) == 0)
            return i;
    return -1;
}

static int find_fact(const char *name)
{
    for (int i = 0; i < FACTS; i++)
        if (strcmp(FACT_NAMES[i], name) == 0)
            return i;
    return -1;
}

/* Optimal string alignment distance: insertions, deletions, changes, swapped neighbours. */
static int distance(const char *a, const char *b)
{
    int row[3][NAME_ROOM + 1];
    int n = (int)strnlen(a, NAME_ROOM), m = (int)strnlen(b, NAME_ROOM);
    int *two = row[0], *one = row[1], *now = row[2];
    for (int j = 0; j <= m; j++)
        now[j] = j;
    for (int i = 1; i <= n; i++) {
        int *spare = two;
        two = one, one = now, now = spare;
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            int best = one[j - 1] + (a[i - 1] != b[j - 1]);
            best = one[j] + 1 < best ? one[j] + 1 : best;
            best = now[j - 1] + 1 < best ? now[j - 1] + 1 : best;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                best = two[j - 2] + 1 < best ? two[j - 2] + 1 : best;
            now[j] = best;
        }
    }
    return now[m];
}

/* Within max(1, length/3) and not altogether different, or the same but for case. */
static bool is_near(const char *name, const char *known)
{
    int length = (int)strlen(name), d = distance(name, known);
    return strcasecmp(name, known) == 0 || (d < length && d <= (length / 3 > 1 ? length / 3 : 1));
}

static const char *nearest_name(const hone_space *space, const char *name)
{
    for (int i = 0; i < space->n_params; i++)
        if (is_near(name, space->params[i]->name))
            return space->params[i]->name;
    for (int i = 0; i < FACTS; i++)
        if (is_near(name, FACT_NAMES[i]))
            return FACT_NAMES[i];
    return NULL;
}

static bool is_identifier(const char *s)
{
    if (!isalpha((unsigned char)*s) && *s != '_')
        return false;
    while (isalnum((unsigned char)*s) || *s == '_')
        s++;
    return *s == '\0';
}

/* The name in braces at byte `at` of a word; its length with both braces, 0: there is none. */
static size_t brace_name(const raw *w, size_t at, char name[NAME_ROOM])
{
    if (w->bytes[at] != '{' || w->how[at] == ESCAPED)
        return 0;
    size_t end = at + 1;
    while (end < w->n && w->bytes[end] != '}' && w->bytes[end] != '{')
        end++;
    size_t n = end - at - 1;
    if (end == w->n || w->bytes[end] != '}' || n == 0 || n >= NAME_ROOM)
        return 0;
    memcpy(name, w->bytes + at + 1, n);
    name[n] = '\0';
    return n + 2;
}

/* ---- groups ------------------------------------------------------------------------------*/

static bool holds_parameter(const raw *w, const hone_space *space)
{
    char name[NAME_ROOM];
    for (size_t at = 0; at < w->n; at++)
        if (brace_name(w, at, name) && find_parameter(space, name) >= 0)
            return true;
    return false;
}

static bool ends_group(const raw *w)
{
    return w->n > 0 && w->bytes[w->n - 1] == ']' && w->how[w->n - 1] == PLAIN;
}

/* Numbers the groups and marks their brackets. */
static void find_groups(raws *r, const hone_space *space)
{
    int groups = 0;
    for (int i = 0; i < r->n; i++) {
        bool parameter = false;
        int end = i;
        if (r->list[i].n == 0 || r->list[i].bytes[0] != '[' || r->list[i].how[0] != PLAIN)
            continue;
        while (end < r->n && !ends_group(&r->list[end]))
            end++;
        for (int j = i; j <= end && j < r->n; j++)
            parameter = parameter || holds_parameter(&r->list[j], space);
        if (end == r->n || !parameter)
            continue;
        groups++;
        r->list[i].open = r->list[end].close = true;
        for (int j = i; j <= end; j++)
            r->list[j].group = groups;
        i = end;
    }
}

/* ---- pieces ------------------------------------------------------------------------------*/

static bool add_literal(word *w, const char *bytes, size_t n)
{
    piece *p = &w->pieces[w->n];
    if (n == 0)
        return true;
    *p = (piece){.text = strndup(bytes, n), .parameter = -1, .fact = -1};
    w->n++;
    return p->text != NULL;
}

/* Can the parameter be inactive? */
static bool conditional(const hone_param *p)
{
    return p->parent >= 0;
}

/* One value into a word, or what is wrong with it. */
static bool add_value(template *t, word *w, const hone_space *space, const char *name,
                      char problem[PROBLEM_ROOM])
{
    piece *p = &w->pieces[w->n++];
    *p = (piece){.parameter = find_parameter(space, name), .fact = find_fact(name)};
    if (p->parameter < 0) {
        t->facts[p->fact] = true;
        return true;
    }
    t->mentioned[p->parameter] = true;
    if (w->group == 0 && conditional(space->params[p->parameter])) {
        snprintf(problem, PROBLEM_ROOM,
                 "{%s} can be inactive: put its arguments in brackets, as in [-x {%s}], so that "
                 "they vanish with it", name, name);
        return false;
    }
    return true;
}

static bool cut_word(template *t, const raw *r, word *w, const hone_space *space,
                     char problem[PROBLEM_ROOM])
{
    char name[NAME_ROOM];
    size_t start = r->open, end = r->n - r->close, at = start;
    w->group = r->group;
    w->pieces = calloc(r->n + 2, sizeof *w->pieces);
    bool made = w->pieces != NULL;
    while (made && at < end) {
        size_t length = brace_name(r, at, name);
        if (length && (find_parameter(space, name) >= 0 || find_fact(name) >= 0)) {
            made = add_literal(w, r->bytes + start, at - start);
            if (made && !add_value(t, w, space, name, problem))
                return false;
            at += length;
            start = at;
            continue;
        }
        const char *near = length && is_identifier(name) ? nearest_name(space, name) : NULL;
        if (near) {
            snprintf(problem, PROBLEM_ROOM,
                     "there is no parameter '%s'; did you mean {%s}? (write \\{%s} for plain "
                     "braces)", name, near, name);
            return false;
        }
        at++;
    }
    made = made && add_literal(w, r->bytes + start, end - start);
    if (!made)
        snprintf(problem, PROBLEM_ROOM, "out of memory");
    return made;
}

/* A group is for parameters that can be inactive; other brackets are meant as they are. */
static bool check_groups(const template *t, const hone_space *space, char problem[PROBLEM_ROOM])
{
    for (int i = 0; i < t->n; i++) {
        bool needed = t->words[i].group == 0;
        for (int j = 0; j < t->n && !needed; j++)
            for (int k = 0; k < t->words[j].n && t->words[j].group == t->words[i].group; k++) {
                int p = t->words[j].pieces[k].parameter;
                needed = needed || (p >= 0 && conditional(space->params[p]));
            }
        if (!needed) {
            snprintf(problem, PROBLEM_ROOM,
                     "no parameter in the bracketed group can be inactive; put a bracket that is "
                     "meant as it is in quotes, '['");
            return false;
        }
    }
    return true;
}

bool template_parse(const char *command, const hone_space *space, template *out,
                    char problem[PROBLEM_ROOM])
{
    raws r = {0};
    *out = (template){0};
    bool good = split(command, &r, problem);
    if (good) {
        find_groups(&r, space);
        out->words = calloc((size_t)r.n, sizeof *out->words);
        out->mentioned = calloc((size_t)space->n_params + 1, sizeof *out->mentioned);
        good = out->words && out->mentioned;
        if (!good)
            snprintf(problem, PROBLEM_ROOM, "out of memory");
    }
    for (int i = 0; i < r.n && good; i++) {
        const raw *w = &r.list[i];
        if (w->n == (size_t)w->open + w->close && (w->open || w->close))
            continue; /* a bracket that stands alone */
        good = cut_word(out, w, &out->words[out->n++], space, problem);
    }
    good = good && check_groups(out, space, problem);
    free_raws(&r);
    return good;
}

/* ---- the words of one evaluation ---------------------------------------------------------*/

static bool group_gone(const template *t, int group, const value_texts *values)
{
    for (int i = 0; group && i < t->n; i++)
        for (int k = 0; k < t->words[i].n && t->words[i].group == group; k++) {
            int p = t->words[i].pieces[k].parameter;
            if (p >= 0 && !values->parameters[p])
                return true;
        }
    return false;
}

static const char *piece_text(const piece *p, const value_texts *values)
{
    const char *text = p->text            ? p->text
                       : p->parameter >= 0 ? values->parameters[p->parameter]
                                           : values->facts[p->fact];
    return text ? text : "";
}

static char *join_word(const word *w, const value_texts *values)
{
    size_t n = 0;
    for (int k = 0; k < w->n; k++)
        n += strlen(piece_text(&w->pieces[k], values));
    char *joined = malloc(n + 1), *at = joined;
    for (int k = 0; joined && k < w->n; k++)
        at = stpcpy(at, piece_text(&w->pieces[k], values));
    if (joined)
        *at = '\0';
    return joined;
}

char **template_argv(const template *t, const value_texts *values)
{
    char **argv = calloc((size_t)t->n + 1, sizeof *argv);
    int n = 0;
    for (int i = 0; argv && i < t->n; i++) {
        if (group_gone(t, t->words[i].group, values))
            continue;
        argv[n] = join_word(&t->words[i], values);
        if (!argv[n++]) {
            argv_free(argv);
            return NULL;
        }
    }
    return argv;
}

void argv_free(char **argv)
{
    for (char **a = argv; a && *a; a++)
        free(*a);
    free(argv);
}

void template_free(template *t)
{
    for (int i = 0; i < t->n; i++) {
        for (int k = 0; k < t->words[i].n; k++)
            free(t->words[i].pieces[k].text);
        free(t->words[i].pieces);
    }
    free(t->words);
    free(t->mentioned);
    *t = (template){0};
}
