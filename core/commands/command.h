/* command.h - the frame of the program's commands.
 *
 * A command is one file core/commands/<name>.c that ends with its table, and one line in
 * commands.c.  Help, manual pages and completion are made from these tables, so they cannot
 * disagree.  Commands are the only part below main that prints: results on stdout, all else
 * on stderr. */
#ifndef HONE_COMMANDS_COMMAND_H
#define HONE_COMMANDS_COMMAND_H

#include <stdbool.h>
#include <stdio.h>

#include "config.h"
#include "error.h"
#include "log.h"

/* Exit statuses, documented in `hone help exit`. */
enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1,     /* at work: no trial succeeded, too many failures, not found */
    EXIT_USAGE = 2,      /* the command line or the study file has problems */
    EXIT_PLUGIN = 3,     /* a plugin cannot be used */
    EXIT_STORAGE = 4,    /* storage failed */
    EXIT_CHANGED = 5,    /* the study file changed in what matters */
    EXIT_INTERRUPT = 130 /* 128 + SIGINT; 143 for SIGTERM */
};

typedef struct flag {
    const char *name;    /* "json": --json; NULL ends a table */
    const char *value;   /* "FILE": the flag takes a value; NULL: it does not */
    const char *help;    /* one sentence, no final stop */
} flag;

/* What a positional argument is, for completion. */
enum { ARGUMENT_NONE = 0, ARGUMENT_STUDY, ARGUMENT_FILE, ARGUMENT_PLUGIN, ARGUMENT_COMMAND };

typedef struct invocation invocation;
typedef struct command {
    const char *name;
    const char *arguments; /* "STUDY [name=value ...]" */
    const char *summary;   /* one line */
    const char *help;      /* paragraphs, wrapped at 80 columns, ending in a newline */
    const char *examples;  /* lines, ending in a newline; or NULL */
    const flag *flags;     /* own ones beside the common ones; or NULL */
    int min_arguments, max_arguments; /* max -1: any number */
    int completes;         /* ARGUMENT_* of the first argument */
    bool hidden;
    int (*run)(invocation *in); /* returns the exit status */
} command;

typedef struct given_flag {
    const flag *flag;
    const char *value;
} given_flag;

struct invocation {
    const command *command;
    int n_arguments;
    char **arguments;
    int n_flags;
    given_flag *flags;
    log_sink log;        /* stderr at the level of --quiet / --verbose */
    bool color;          /* stderr is a terminal that wants colours */
};

/* ---- in command.c ---- */
bool flag_given(const invocation *in, const char *name);
const char *flag_value(const invocation *in, const char *name); /* the last one; NULL: not given */
/* All values of a flag that may be repeated, NULL-terminated; the caller frees the array. */
const char **flag_values(const invocation *in, const char *name, int *n);
/* A flag's whole number, with a sentence and false if it is none or below `low`. */
bool flag_int(const invocation *in, const char *name, int64_t low, int64_t *out);

extern const flag COMMON_FLAGS[]; /* --set --plugin-dir --allow-unsafe-plugins --quiet --verbose --help */

/* Standard output kept for the caller alone, who closes it; what a library prints there from now
 * on (L-BFGS-B does) goes nowhere, so that it cannot stand between lines that a program reads.
 * NULL: no descriptor is left. */
FILE *command_own_output(void);

/* Prints err's sentences on stderr, each with "hone: " where it has no file:line, and returns
 * the exit status that fits; err is freed. */
int command_fail(error *err);
/* Settings from the common flags; `lists` keeps what they point to until settings_free. */
typedef struct settings_lists {
    const char **set, **dirs;
} settings_lists;
void command_settings(const invocation *in, config_settings *out, settings_lists *lists);
void settings_free(settings_lists *lists);

void command_help(const command *c, FILE *out);
int command_main(int argc, char **argv); /* finds the command, parses flags, runs it */

/* ---- in help.c ---- */
extern const char EXIT_STATUSES[]; /* each with its meaning, a line each */

/* ---- in commands.c ---- */
extern const command *const COMMANDS[]; /* NULL-terminated, in the order of the help */
const command *command_find(const char *name);

#endif
