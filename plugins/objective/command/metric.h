/* metric.h - results out of what a program prints.
 *
 *     rules    what to look for, made once from the options
 *     reader   what was found so far in the output of one run; it sees pieces as they come
 *
 * Three ways:
 *     LAST_LINE  the last non-empty line of the output: one number an objective, then one a
 *                constraint
 *     JSON       the last line of the output that is a JSON object: values under the names of
 *                objectives and constraints; other numbers and texts are extras
 *     PATTERN    a POSIX extended regular expression for each; its last group in the last
 *                match counts; looked for in the output, and in the errors where the output has
 *                no match
 * A line ends at a newline or a carriage return and counts up to LINE_LIMIT bytes.  What is
 * not exactly a finite decimal number is a problem, never a number. */
#ifndef HONE_COMMAND_METRIC_H
#define HONE_COMMAND_METRIC_H

#include <jansson.h>
#include <regex.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RESULT_LAST_LINE, RESULT_JSON, RESULT_PATTERN };
enum { LINE_LIMIT = 1 << 18, FOUND_ROOM = 128, SENTENCE_ROOM = 400 };

/* Decimal digits with an optional sign, point and exponent, blanks around; nothing else, and
 * finite.  n bytes. */
bool metric_number(const char *s, size_t n, double *out);

typedef struct rules {
    int result;                /* RESULT_* */
    int n_goals, n;            /* n = objectives + constraints */
    const char **names;        /* [n] owned array; the names are the caller's */
    const char **sources;      /* [n] patterns as written, PATTERN only */
    regex_t *patterns;         /* [n_patterns] compiled; then the report's if has_report */
    int n_patterns;
    bool has_report;
    regex_t report;
} rules;

/* names: [n_goals + n_constraints], kept.  false: no memory. */
bool rules_init(rules *r, int result, const char *const *goals, int n_goals,
                const char *const *constraints, int n_constraints);
/* The next pattern in the order of objectives and constraints, or the one for reports (two
 * groups: step, value).  false: `why` says what is wrong with it. */
bool rules_add(rules *r, const char *pattern, char why[SENTENCE_ROOM]);
bool rules_report(rules *r, const char *pattern, char why[SENTENCE_ROOM]);
void rules_free(rules *r);

typedef struct found { /* the last match of one pattern in one stream */
    size_t n;          /* bytes; > FOUND_ROOM: too long for a number */
    bool any;
    char text[FOUND_ROOM];
} found;

typedef struct line {
    char *data;
    size_t n, room;
    bool cut; /* longer than LINE_LIMIT: the rest is dropped */
} line;

typedef struct reader {
    const rules *rules;
    line lines[2];        /* of the output and the errors */
    found *found;         /* [2 n] */
    char last[FOUND_ROOM * 4];
    size_t n_last;        /* bytes of the last non-empty line; > sizeof last: too long */
    json_t *object;       /* of the last line that is one */
    char problem[SENTENCE_ROOM]; /* with the last line that only looks like one */
    bool failed;          /* no memory */
    /* An intermediate value; false: end the program. */
    bool (*report)(void *context, int64_t step, double value);
    void *context;
} reader;

bool reader_init(reader *r, const rules *u); /* u outlives it */
void reader_free(reader *r);
/* n 0: the stream has ended.  false: end the program. */
bool reader_take(reader *r, int stream, const char *bytes, size_t n);
/* values: [n].  false: `why` says what is missing or wrong. */
bool reader_values(const reader *r, double *values, char why[SENTENCE_ROOM]);
/* JSON: the members that are neither objectives nor constraints; text NULL: a number. */
void reader_extras(const reader *r,
                   void (*extra)(void *context, const char *key, double value, const char *text),
                   void *context);

#endif
