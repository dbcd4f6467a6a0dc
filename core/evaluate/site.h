/* site.h - where an evaluation happens: the extension "hone.evaluation/1" of objectives.
 *
 *     site_init      once an instance, before it is created
 *     site_trial     before each evaluation
 *     site_free      after the instance is gone */
#ifndef HONE_CORE_SITE_H
#define HONE_CORE_SITE_H

#include "config.h"

#define SITE_EXTENSION "hone.evaluation/1"

typedef struct site {
    hone_ext_evaluation ext; /* first: plugins hold its address */
    const char **goals;      /* [n_goals] owned; the words are constants */
    char *root;              /* <folder>/<study>.trials, owned */
    char *dir;               /* of the present trial, NULL: not made; owned */
    int64_t number, repeat;
} site;

/* `config` outlives it.  wake_fd -1: none. */
int32_t site_init(site *s, const config *c, int64_t worker, int wake_fd,
                  void (*sweep)(const hone_host *), error *err);
void site_free(site *s);
/* The evaluation that comes next; its folder is made only when asked for. */
void site_trial(site *s, int64_t number, int64_t repeat);

#endif
