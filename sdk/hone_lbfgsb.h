/* hone_lbfgsb.h - minimise a smooth function within bounds: L-BFGS-B 3.0.
 *
 *     hone_lbfgsb b;
 *     hone_lbfgsb_new(&b, n);
 *     for (i...) { b.lower[i] = ...; b.upper[i] = ...; b.x[i] = ...; }
 *     hone_lbfgsb_start(&b);
 *     while (hone_lbfgsb_next(&b)) { b.f = f(b.x, b.g); }
 *     ... b.best, b.best_f, b.evaluations ...
 *     hone_lbfgsb_free(&b);
 *
 * Reverse communication: next returns whenever it wants the function, so many searches can be
 * advanced side by side and the function evaluated for all of them in one batch.
 *
 * Header only, for plugins that link -llbfgsb (the authors' Fortran code, packaged by Debian):
 * Zhu, Byrd, Lu, Nocedal, "Algorithm 778: L-BFGS-B", ACM TOMS 23, 1997; version 3.0: Morales
 * and Nocedal, "Remark on Algorithm 778", ACM TOMS 38, 2011. */
#ifndef HONE_LBFGSB_H
#define HONE_LBFGSB_H

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { HONE_LBFGSB_PAIRS = 10, HONE_LBFGSB_TEXT = 60 };
/* So many values in a row that differ from the best by less than the progress asked for end a
 * search: what is left are rounding errors, on which the routine's line search would go on, and
 * complain on standard output. */
enum { HONE_LBFGSB_PATIENCE = 3 };

typedef struct hone_lbfgsb {
    /* the caller's; set between new and start */
    double *x;             /* [n] start, then the point whose value is wanted               */
    double *lower, *upper; /* [n] finite                                                    */
    double tolerance;      /* ends when the projected gradient is below it;
                              1e-5 after new                                                */
    double progress;       /* ends when an iteration gains less than this fraction of f;
                              1e-9 after new                                                */
    int limit;             /* evaluations at most; 200 after new                            */
    double reach;          /* length of the first step at most; 0 (after new): a whole
                              gradient, which may end at a bound and tell little           */
    /* the caller's; set before each next but the first */
    double f, *g;          /* value and gradient [n] at x; a non-finite f is a wall         */
    /* results */
    double *best, best_f;  /* [n] the best point seen                                       */
    int evaluations;
    /* the routine's own */
    int n;
    double *work, dsave[29];
    int alike;             /* values in a row that are the best, but for rounding           */
    double scale;          /* of what the routine is given: the first gradient has `reach` */
    int *kinds, *iwork, lsave[4], isave[44];
    char task[HONE_LBFGSB_TEXT], csave[HONE_LBFGSB_TEXT];
} hone_lbfgsb;

#ifdef __cplusplus
extern "C"
#else
extern
#endif
void setulb_(const int *n, const int *m, double *x, const double *l, const double *u,
             const int *nbd, double *f, double *g, const double *factr, const double *pgtol,
             double *wa, int *iwa, char *task, const int *iprint, char *csave, int *lsave,
             int *isave, double *dsave, size_t task_length, size_t csave_length);

static inline void hone_lbfgsb_free(hone_lbfgsb *b)
{
    free(b->work);
    free(b->iwork);
    memset(b, 0, sizeof *b);
}

/* Room for n variables; 0, or -1 without memory.  Free it in either case. */
static inline int hone_lbfgsb_new(hone_lbfgsb *b, int n)
{
    const size_t d = (size_t)n, m = HONE_LBFGSB_PAIRS;
    const size_t wa = (2 * m + 5) * d + 11 * m * m + 8 * m;
    memset(b, 0, sizeof *b);
    b->n = n;
    b->tolerance = 1e-5;
    b->progress = 1e-9;
    b->limit = 200;
    b->work = (double *)calloc(wa + 5 * d, sizeof(double));
    b->iwork = (int *)calloc(4 * d, sizeof(int));
    if (!b->work || !b->iwork) {
        return -1;
    }
    b->x = b->work + wa;
    b->lower = b->x + d;
    b->upper = b->lower + d;
    b->g = b->upper + d;
    b->best = b->g + d;
    b->kinds = b->iwork + 3 * d;
    for (size_t i = 0; i < d; i++) {
        b->kinds[i] = 2; /* both bounds */
    }
    return 0;
}

static inline void hone_lbfgsb_say(hone_lbfgsb *b, const char *word)
{
    memset(b->task, ' ', sizeof b->task);
    memcpy(b->task, word, strlen(word));
}

/* Begins a search from x; the same object can search any number of times. */
static inline void hone_lbfgsb_start(hone_lbfgsb *b)
{
    hone_lbfgsb_say(b, "START");
    b->evaluations = 0;
    b->f = 0.0;
    b->scale = 1.0;
    b->alike = 0;
    b->best_f = HUGE_VAL;
    memcpy(b->best, b->x, (size_t)b->n * sizeof(double));
}

/* Takes f and g at x in; keeps the best.  A wall is a value that any line search shrinks from. */
static inline void hone_lbfgsb_take(hone_lbfgsb *b)
{
    int sound = isfinite(b->f);
    const double gap = b->evaluations > 1 ? fabs(b->f - b->best_f) : HUGE_VAL;
    b->alike = gap <= b->progress * fmax(fabs(b->f), 1.0) ? b->alike + 1 : 0;
    for (int i = 0; i < b->n && sound; i++) {
        sound = isfinite(b->g[i]);
    }
    if (!sound) {
        const double base = b->best_f < HUGE_VAL ? b->best_f : 0.0;
        b->f = base + 1e3 * (1.0 + fabs(base));
        memset(b->g, 0, (size_t)b->n * sizeof(double));
    } else if (b->f < b->best_f) {
        b->best_f = b->f;
        memcpy(b->best, b->x, (size_t)b->n * sizeof(double));
    }
}

/* The first step is as long as the first gradient: makes that `reach` at most, and all else alike.
 * Slopes along fixed variables, which the routine takes for curvature, are left out. */
static inline void hone_lbfgsb_scale(hone_lbfgsb *b)
{
    double sum = 0.0;
    for (int i = 0; i < b->n; i++) {
        b->g[i] = b->lower[i] < b->upper[i] ? b->g[i] : 0.0;
        sum += b->g[i] * b->g[i];
    }
    if (b->evaluations == 1 && b->reach > 0.0 && sum > b->reach * b->reach && isfinite(sum)) {
        b->scale = b->reach / sqrt(sum);
    }
    for (int i = 0; i < b->n; i++) {
        b->g[i] *= b->scale;
    }
    b->f *= b->scale;
}

/* 1: give f and g at x and call again; 0: finished.  best_f is infinite if no value was. */
static inline int hone_lbfgsb_next(hone_lbfgsb *b)
{
    const int pairs = HONE_LBFGSB_PAIRS, silent = -1;
    const double factor = b->progress / 2.220446049250313e-16;
    if (b->evaluations > 0) {
        hone_lbfgsb_take(b);
        hone_lbfgsb_scale(b);
    }
    if (b->alike >= HONE_LBFGSB_PATIENCE) {
        return 0;
    }
    const double tolerance = b->tolerance * b->scale;
    do {
        setulb_(&b->n, &pairs, b->x, b->lower, b->upper, b->kinds, &b->f, b->g, &factor,
                &tolerance, b->work, b->iwork, b->task, &silent, b->csave, b->lsave, b->isave,
                b->dsave, sizeof b->task, sizeof b->csave);
    } while (strncmp(b->task, "NEW_X", 5) == 0);
    if (strncmp(b->task, "FG", 2) != 0 || b->evaluations >= b->limit) {
        return 0;
    }
    b->evaluations++;
    return 1;
}

#endif
