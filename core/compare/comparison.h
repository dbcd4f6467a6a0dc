/* comparison.h - a comparison file as checked values: who is compared, on what, how often.
 *
 *     [comparison]        budget, dimensions, instances, repeats, seed, workers, noise, ...
 *     [strategy NAME]     a contender: a plugin with options, or `command = program ...`
 *     [problem NAME]      an objective's section, or `study = FILE`; lists make suites
 *     [space NAME]        for a problem with `space = NAME`
 *     [anything else]     a section that a strategy names, such as a surrogate's
 *
 * A block is one problem in one dimension; a run is contender x block x instance x repeat.
 * Its seed comes from the comparison's seed, block, instance and repeat: the same for all
 * contenders, and the same whatever else is in the file. */
#ifndef HONE_CORE_COMPARISON_H
#define HONE_CORE_COMPARISON_H

#include "config.h"
#include "text.h"

typedef struct contender {
    const char *name;            /* into doc */
    const ini_section *section;
    const char *command;         /* NULL: a plugin */
    char *modules;               /* the strategy's plugins with the SHA-256 of their files, a
                                    line each; NULL: a program, or usable on no problem */
} contender;

typedef struct block {
    const ini_section *section;
    char *name;                  /* "bbob-f3" */
    char *function;              /* the value of the plugin's option `function`, or NULL */
    int64_t number;              /* of the function, 0: it has a name */
    int64_t dimension;           /* 0: the problem has its own */
    bool has_instances;          /* the plugin has the option `instance` */
    bool bbob;
    double *reference;           /* of the hypervolume, [n_reference]; NULL: one goal */
    int64_t n_reference;
    char *modules;               /* as a contender's, of the objective */
} block;

typedef struct comparison {
    ini doc;
    options options;             /* of [comparison] */
    const char *name;
    char *folder;                /* of the results, absolute */
    double budget;               /* evaluations ... */
    bool per_dimension;          /* ... times the dimension */
    uint64_t seed;
    int64_t workers, repeats;
    double noise, time, alpha, rope;
    int64_t n_contenders, n_blocks, n_instances, n_targets;
    contender *contenders;
    block *blocks;
    int64_t *instances;
    double *targets;             /* precisions, decreasing */
} comparison;

int32_t comparison_load(const char *path, const config_settings *settings, comparison *out,
                        error *err);
void comparison_free(comparison *c); /* also after a failure */
const hone_option *comparison_options(int32_t *n);

/* "NAME" of a section "kind NAME"; NULL: another section. */
const char *comparison_named(const ini_section *s, const char *kind);
/* Reads a study of each strategy and each problem, so that what is wrong with a section is said
 * before anything runs, and notes the plugins' files; comparison_load does it. */
int32_t comparison_find_modules(comparison *c, const config_settings *settings, error *err);

typedef struct run_place {
    int64_t contender, block, instance, repeat; /* instance: index into instances */
} run_place;
int64_t comparison_runs(const comparison *c);
run_place comparison_place(const comparison *c, int64_t run);
uint64_t comparison_seed(const comparison *c, run_place at);
/* The study of a run, as text for config_read; *folder: where its paths begin, the caller
 * frees. */
int32_t comparison_study(const comparison *c, run_place at, text *out, char **folder, error *err);
int64_t comparison_budget(const comparison *c, int64_t dimension);
/* Names the run by all that decides its result, the files of its plugins too: SHA-256 of it. */
int32_t comparison_key(const comparison *c, run_place at, char key[65], error *err);

#endif
