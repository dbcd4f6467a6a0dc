/* search.h - one run of nlopt_optimize behind ask and tell, and the runs that follow it. */
#ifndef HONE_NLOPT_SEARCH_H
#define HONE_NLOPT_SEARCH_H

#include <nlopt.h>

#include "hone_callback.h"
#include "hone_fresh.h"

/* One of NLopt's, and what it can do.  two: needs two columns at least; local: for mlsl. */
typedef struct method {
    nlopt_algorithm id;
    int two, constraints, local;
} method;

enum { MOST_CONSTRAINTS = 64 };

typedef struct nlopt {
    const hone_host *host;
    const method *algorithm, *local;
    double step, xtol, ftol; /* step NaN: NLopt's own */
    unsigned population;
    int restarts;
    hone_fresh fresh;
    int64_t n;               /* columns */
    int64_t begun;           /* searches so far: the number of the next start */
    int64_t n_searches;
    struct search *search;   /* [n_searches] */
} nlopt;

typedef struct search {
    nlopt *owner;
    hone_callback *call; /* NULL: none runs */
    int64_t start;       /* its number */
    int64_t pending;     /* number of the trial under way, -1: none */
    int over;            /* it ended and no other follows */
    int told, failed;    /* values so far; the first trial failed */
    double worst;        /* of them */
    double *x;           /* [n] the point under way */
    double *at, *y;      /* [n], [1 + constraints] NLopt's last point, its values */
    int known;           /* at and y are set */
    nlopt_opt opt;       /* while it runs */
    nlopt_result result;
} search;

/* [n_searches] of them, none begun. */
int32_t searches_make(nlopt *s);
void searches_free(nlopt *s);

/* The next point of the search, or of those that follow it, into s->x; the same again until it is
 * told.  HONE_DONE: none follows. */
int32_t search_next(search *s);
/* The values of a finished row of the table, as NLopt is to see them. */
void search_tell(search *s, const hone_trials *t, int64_t row);

#endif
