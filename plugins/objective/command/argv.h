/* argv.h - a command line as words, with places for values.
 *
 * Words are split as a shell splits them (blanks, '...', "...", backslash) and nothing is
 * expanded: no variables, no globs, no commands.  In a word, also within quotes:
 *     {name}      the value of a parameter, or one of trial seed worker dir study, put in
 *                 whole and byte for byte.  Other braces stay as they are; \{ is always a
 *                 plain brace.  A lone {identifier} near a known name is a problem: a slip.
 *     [-d {x}]    a group of whole arguments: gone while a parameter in it is inactive.  A
 *                 bracket opens a group only at the start of a word, unquoted, and where a
 *                 parameter stands inside. */
#ifndef HONE_COMMAND_ARGV_H
#define HONE_COMMAND_ARGV_H

#include <stdbool.h>

#include "hone_plugin.h"

enum { FACT_TRIAL, FACT_SEED, FACT_WORKER, FACT_DIR, FACT_STUDY, FACTS };
extern const char *const FACT_NAMES[FACTS]; /* "trial" ... */

enum { PROBLEM_ROOM = 400 };

typedef struct piece {
    char *text;      /* literal bytes, owned; NULL: a value */
    int parameter;   /* index, -1: a fact */
    int fact;
} piece;

typedef struct word {
    piece *pieces;   /* [n] */
    int n;
    int group;       /* 0: always there; else the group's number */
} word;

typedef struct template {
    word *words;     /* [n] */
    int n;
    bool *mentioned; /* [n_params] */
    bool facts[FACTS];
} template;

/* The values of one evaluation as text; NULL in parameters: inactive. */
typedef struct value_texts {
    const char *const *parameters; /* [n_params] */
    const char *facts[FACTS];
} value_texts;

/* false: `problem` says what is wrong.  template_free in any case. */
bool template_parse(const char *command, const hone_space *space, template *out,
                    char problem[PROBLEM_ROOM]);
/* NULL-terminated, each and the array from malloc (argv_free); NULL: out of memory. */
char **template_argv(const template *t, const value_texts *values);
void argv_free(char **argv);
void template_free(template *t);

#endif
