/* metric.c - see metric.h. */
#include "metric.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 60, GROUPS = 10, NOT_ZERO = 1 };

bool metric_number(const char *s, size_t n, double *out)
{
    char text[FOUND_ROOM];
    size_t i = 0, digits = 0;
    while (n > 0 && isblank((unsigned char)s[n - 1]))
        n--;
    while (n > 0 && isblank((unsigned char)*s))
        s++, n--;
    if (n == 0 || n >= sizeof text)
        return false;
    i += s[i] == '-' || s[i] == '+';
    while (i < n && isdigit((unsigned char)s[i]))
        i++, digits++;
    i += i < n && s[i] == '.';
    while (i < n && isdigit((unsigned char)s[i]))
        i++, digits++;
    if (digits == 0)
        return false;
    if (i < n && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        i += i < n && (s[i] == '-' || s[i] == '+');
        size_t start = i;
        while (i < n && isdigit((unsigned char)s[i]))
            i++;
        if (i == start)
            return false;
    }
    if (i != n)
        return false;
    memcpy(text, s, n);
    text[n] = '\0';
    *out = strtod(text, NULL);
    return isfinite(*out);
}

/* The first bytes of a text, fit for a sentence. */
static const char *shown(const char *s, size_t n, char out[SHOWN + 4])
{
    size_t m = n < SHOWN ? n : SHOWN;
    for (size_t i = 0; i < m; i++)
        out[i] = isprint((unsigned char)s[i]) ? s[i] : '?';
    strcpy(out + m, m < n ? "..." : "");
    return out;
}

/* ---- rules -------------------------------------------------------------------------------*/

bool rules_init(rules *r, int result, const char *const *goals, int n_goals,
                const char *const *constraints, int n_constraints)
{
    int n = n_goals + n_constraints;
    *r = (rules){.result = result, .n_goals = n_goals, .n = n};
    r->names = calloc((size_t)n + 1, sizeof *r->names);
    r->sources = calloc((size_t)n + 1, sizeof *r->sources);
    r->patterns = calloc((size_t)n + 1, sizeof *r->patterns);
    if (!r->names || !r->sources || !r->patterns)
        return false;
    for (int i = 0; i < n; i++)
        r->names[i] = i < n_goals ? goals[i] : constraints[i - n_goals];
    return true;
}

static bool compile(regex_t *to, const char *pattern, size_t groups, char why[SENTENCE_ROOM])
{
    char said[200];
    int failure = regcomp(to, pattern, REG_EXTENDED);
    if (failure) {
        regerror(failure, to, said, sizeof said);
        snprintf(why, SENTENCE_ROOM, "'%.100s' is no extended regular expression: %s", pattern,
                 said);
        return false;
    }
    if (to->re_nsub >= groups && to->re_nsub < GROUPS)
        return true;
    snprintf(why, SENTENCE_ROOM, "'%.100s' has %zu groups in parentheses; %s", pattern,
             to->re_nsub, groups == 1 ? "the last one is to hold the number"
                                      : "the last two are to hold step and value");
    regfree(to);
    return false;
}

bool rules_add(rules *r, const char *pattern, char why[SENTENCE_ROOM])
{
    if (r->n_patterns == r->n) {
        snprintf(why, SENTENCE_ROOM, "there are more patterns than objectives and constraints");
        return false;
    }
    if (!compile(&r->patterns[r->n_patterns], pattern, 1, why))
        return false;
    r->sources[r->n_patterns++] = pattern;
    return true;
}

bool rules_report(rules *r, const char *pattern, char why[SENTENCE_ROOM])
{
    r->has_report = compile(&r->report, pattern, 2, why);
    return r->has_report;
}

void rules_free(rules *r)
{
    for (int i = 0; i < r->n_patterns; i++)
        regfree(&r->patterns[i]);
    if (r->has_report)
        regfree(&r->report);
    free(r->names);
    free(r->sources);
    free(r->patterns);
    *r = (rules){0};
}

/* ---- one line ----------------------------------------------------------------------------*/

/* The next match in s from `from` on; group[0] is all of it. */
static bool match(const regex_t *pattern, const char *s, size_t from, regmatch_t group[GROUPS])
{
    if (regexec(pattern, s + from, GROUPS, group, from ? REG_NOTBOL : 0) != 0)
        return false;
    for (int i = 0; i < GROUPS; i++)
        if (group[i].rm_so >= 0) {
            group[i].rm_so += (regoff_t)from;
            group[i].rm_eo += (regoff_t)from;
        }
    return true;
}

static size_t behind(const regmatch_t *m)
{
    return (size_t)m->rm_eo + (m->rm_eo == m->rm_so);
}

static void keep_match(const regex_t *pattern, const char *s, size_t n, found *to)
{
    regmatch_t group[GROUPS];
    for (size_t at = 0; at <= n && match(pattern, s, at, group); at = behind(&group[0])) {
        const regmatch_t *m = &group[pattern->re_nsub];
        if (m->rm_so < 0)
            continue; /* an optional group that took no part */
        to->any = true;
        to->n = (size_t)(m->rm_eo - m->rm_so);
        memcpy(to->text, s + m->rm_so, to->n < FOUND_ROOM ? to->n : FOUND_ROOM);
    }
}

/* false: the host wants no more. */
static bool hand_reports(reader *r, const char *s, size_t n)
{
    const regex_t *pattern = &r->rules->report;
    regmatch_t group[GROUPS];
    for (size_t at = 0; at <= n && match(pattern, s, at, group); at = behind(&group[0])) {
        const regmatch_t *step = &group[pattern->re_nsub - 1], *value = step + 1;
        double number[2];
        if (step->rm_so < 0 || value->rm_so < 0 ||
            !metric_number(s + step->rm_so, (size_t)(step->rm_eo - step->rm_so), &number[0]) ||
            !metric_number(s + value->rm_so, (size_t)(value->rm_eo - value->rm_so), &number[1]) ||
            number[0] != floor(number[0]) || fabs(number[0]) > 9e15)
            continue; /* no number, nothing to report */
        if (!r->report(r->context, (int64_t)number[0], number[1]))
            return false;
    }
    return true;
}

static void keep_object(reader *r, const char *s, size_t n)
{
    json_error_t error;
    char text[SHOWN + 4];
    while (n > 0 && isblank((unsigned char)*s))
        s++, n--;
    if (n == 0 || *s != '{')
        return;
    json_t *object = json_loadb(s, n, JSON_REJECT_DUPLICATES, &error);
    if (object) {
        json_decref(r->object);
        r->object = object;
    } else {
        snprintf(r->problem, sizeof r->problem, "the line '%s' is no JSON: %.150s",
                 shown(s, n, text), error.text);
    }
}

static void keep_last(reader *r, const char *s, size_t n)
{
    bool blank = true;
    for (size_t i = 0; i < n && blank; i++)
        blank = isspace((unsigned char)s[i]);
    if (blank)
        return;
    r->n_last = n;
    memcpy(r->last, s, n < sizeof r->last ? n : sizeof r->last);
}

/* Reads the line that was gathered and empties it.  false: end the program. */
static bool read_line(reader *r, int stream)
{
    const rules *u = r->rules;
    line *l = &r->lines[stream];
    char *s = l->data;
    size_t n = l->n;
    l->n = 0;
    l->cut = false;
    if (n == 0)
        return true;
    for (char *zero = s; (zero = memchr(zero, '\0', n - (size_t)(zero - s)));)
        *zero = NOT_ZERO; /* the C library's expressions end there */
    s[n] = '\0';
    for (int i = 0; u->result == RESULT_PATTERN && i < u->n_patterns; i++)
        keep_match(&u->patterns[i], s, n, &r->found[stream * u->n + i]);
    if (u->result == RESULT_JSON && stream == 0)
        keep_object(r, s, n);
    if (u->result == RESULT_LAST_LINE && stream == 0)
        keep_last(r, s, n);
    return !u->has_report || hand_reports(r, s, n);
}

/* ---- pieces to lines ---------------------------------------------------------------------*/

static void add_piece(reader *r, line *l, const char *bytes, size_t n)
{
    if (n == 0 || l->cut)
        return;
    if (l->n + n > LINE_LIMIT) {
        l->cut = true;
        n = LINE_LIMIT - l->n;
    }
    if (l->n + n + 1 > l->room) {
        size_t room = l->room ? l->room : 4096;
        while (room < l->n + n + 1)
            room *= 2;
        char *data = realloc(l->data, room);
        if (!data) {
            r->failed = true;
            return;
        }
        l->data = data;
        l->room = room;
    }
    memcpy(l->data + l->n, bytes, n);
    l->n += n;
}

static const char *line_end(const char *s, size_t n)
{
    const char *newline = memchr(s, '\n', n);
    const char *back = memchr(s, '\r', newline ? (size_t)(newline - s) : n);
    return back ? back : newline;
}

bool reader_take(reader *r, int stream, const char *bytes, size_t n)
{
    line *l = &r->lines[stream];
    bool going = true;
    const char *end;
    if (n == 0) /* the last line may lack its newline */
        return read_line(r, stream);
    while ((end = line_end(bytes, n))) {
        size_t length = (size_t)(end - bytes);
        add_piece(r, l, bytes, length);
        going = read_line(r, stream) && going;
        n -= length + 1;
        bytes = end + 1;
    }
    add_piece(r, l, bytes, n);
    return going;
}

/* ---- the result --------------------------------------------------------------------------*/

static bool last_line_values(const reader *r, double *values, char why[SENTENCE_ROOM])
{
    char text[SHOWN + 4];
    const rules *u = r->rules;
    size_t at = 0, n = r->n_last;
    int i = 0;
    if (n == 0) {
        snprintf(why, SENTENCE_ROOM, "the program printed nothing");
        return false;
    }
    while (n <= sizeof r->last && at < n) {
        size_t start = at;
        while (at < n && !isspace((unsigned char)r->last[at]))
            at++;
        if (at > start && (i == u->n || !metric_number(r->last + start, at - start, &values[i++])))
            break;
        while (at < n && isspace((unsigned char)r->last[at]))
            at++;
        if (at == n && i == u->n)
            return true;
    }
    shown(r->last, n < sizeof r->last ? n : sizeof r->last, text);
    if (u->n == 1)
        snprintf(why, SENTENCE_ROOM, "the last line, '%s', is not one finite number", text);
    else
        snprintf(why, SENTENCE_ROOM, "the last line, '%s', is not %d finite numbers", text, u->n);
    return false;
}

static bool object_values(const reader *r, double *values, char why[SENTENCE_ROOM])
{
    const rules *u = r->rules;
    for (int i = 0; i < u->n && r->object; i++) {
        const json_t *member = json_object_get(r->object, u->names[i]);
        values[i] = json_number_value(member);
        if (json_is_number(member) && isfinite(values[i]))
            continue;
        snprintf(why, SENTENCE_ROOM, "the last JSON object has no number '%.100s'", u->names[i]);
        return false;
    }
    if (!r->object)
        snprintf(why, SENTENCE_ROOM, "%s",
                 r->problem[0] ? r->problem : "no line of the output is a JSON object");
    return r->object != NULL;
}

static bool pattern_values(const reader *r, double *values, char why[SENTENCE_ROOM])
{
    char text[SHOWN + 4];
    const rules *u = r->rules;
    for (int i = 0; i < u->n; i++) {
        const found *f = r->found[i].any ? &r->found[i] : &r->found[u->n + i];
        if (!f->any) {
            snprintf(why, SENTENCE_ROOM, "no line matches '%.200s'", u->sources[i]);
            return false;
        }
        if (f->n > FOUND_ROOM || !metric_number(f->text, f->n, &values[i])) {
            size_t n = f->n < FOUND_ROOM ? f->n : FOUND_ROOM;
            snprintf(why, SENTENCE_ROOM, "'%s', which '%.200s' found, is not a finite number",
                     shown(f->text, n, text), u->sources[i]);
            return false;
        }
    }
    return true;
}

bool reader_values(const reader *r, double *values, char why[SENTENCE_ROOM])
{
    if (r->failed) {
        snprintf(why, SENTENCE_ROOM, "out of memory while reading the output");
        return false;
    }
    switch (r->rules->result) {
    case RESULT_JSON:
        return object_values(r, values, why);
    case RESULT_PATTERN:
        return pattern_values(r, values, why);
    default:
        return last_line_values(r, values, why);
    }
}

static bool is_result(const rules *u, const char *key)
{
    for (int i = 0; i < u->n; i++)
        if (strcmp(u->names[i], key) == 0)
            return true;
    return strcmp(key, "reason") == 0 || strcmp(key, "output") == 0;
}

void reader_extras(const reader *r,
                   void (*extra)(void *context, const char *key, double value, const char *text),
                   void *context)
{
    const char *key;
    json_t *member;
    if (!r->object)
        return;
    json_object_foreach(r->object, key, member)
    {
        if (is_result(r->rules, key))
            continue;
        if (json_is_number(member))
            extra(context, key, json_number_value(member), NULL);
        else if (json_is_string(member))
            extra(context, key, NAN, json_string_value(member));
    }
}

bool reader_init(reader *r, const rules *u)
{
    *r = (reader){.rules = u};
    r->found = calloc(2 * (size_t)u->n + 1, sizeof *r->found);
    return r->found != NULL;
}

void reader_free(reader *r)
{
    for (int stream = 0; stream < 2; stream++)
        free(r->lines[stream].data);
    free(r->found);
    json_decref(r->object);
    *r = (reader){0};
}
