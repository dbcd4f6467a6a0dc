/* command.h - what the options of a command came to, and one run of it. */
#ifndef HONE_COMMAND_COMMAND_H
#define HONE_COMMAND_COMMAND_H

#include <locale.h>

#include "argv.h"
#include "metric.h"

typedef struct command {
    const hone_host *host;
    const hone_ext_evaluation *site;
    const hone_space *space;
    const char *folder;     /* to run in */
    template words;
    bool shell;             /* sh -c text instead of words: */
    char *shell_argv[4];    /* owned, NULL-terminated */
    char *program;          /* path of argv[0], owned; NULL: found anew each time */
    bool dir;               /* each trial has a folder */
    const char *const *env; /* [n_env] NAME=value */
    int64_t n_env;
    size_t output;          /* bytes of output kept */
    rules rules;
    locale_t locale;        /* "C": numbers have a point */
} command;

/* The file of a program: a name with a slash is taken from the folder, another one from PATH,
 * whose empty and relative entries do not count, so that nothing is run because of where hone
 * was started.  From malloc; NULL: `why` says why not. */
char *find_program(const char *name, const char *folder, char why[PROBLEM_ROOM]);

/* One evaluation: the state; y and c (may be NULL) are filled where it is COMPLETE. */
int32_t run_one(const command *self, int64_t number, const double *x, uint64_t seed, double *y,
                double *c);

#endif
