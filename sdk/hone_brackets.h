/* hone_brackets.h - for strategies that assign budgets: Hyperband's brackets.
 *
 * Bracket b of n rungs is of kind s = n - 1 - b mod n: ceil(n eta^s / (s + 1)) configurations start
 * on rung n - 1 - s, and of each rung's the best 1/eta go on to the next one once all of them are
 * finished (Li et al., "Hyperband", JMLR 18 (2018), algorithm 1).  A worker that finds a rung not
 * finished does not wait: it begins with the next bracket, as in Falkner et al., "BOHB", 2018.
 *
 * A configuration belongs to the first bracket with a free place on the rung where it was first
 * evaluated; so all follows from the table.
 *
 *     hone_brackets_init(&b, host, eta, least)
 *     hone_brackets_read(&b, t)                          0: no memory
 *     hone_brackets_next(&b, &config, &rung)             1: a promotion, 0: a new configuration
 *     hone_brackets_asked(&b, config, rung, ...)         it is in the batch; config -1: a new one
 *     hone_brackets_end(&b)                              forgets what the batch asked
 *     hone_brackets_free(&b);
 *
 * Header only, C99 and C++11. */
#ifndef HONE_BRACKETS_H
#define HONE_BRACKETS_H

#include "hone_ladder.h"

typedef struct hone_bracket {
    int64_t kind, n, room; /* configurations */
    int64_t *config;       /* [n] */
    int64_t started[HONE_RUNGS], finished[HONE_RUNGS]; /* on rung n - 1 - kind + i */
    int closed[HONE_RUNGS];                            /* nobody goes on to this one any more */
} hone_bracket;

typedef struct hone_asked {
    int64_t config, rung;
} hone_asked;

typedef struct hone_brackets {
    hone_ladder l;
    const hone_trials *t;
    hone_bracket *brackets; /* [n] */
    int64_t n, room, open;  /* those before `open` have nothing more to promote */
    int64_t begun[HONE_RUNGS]; /* configurations of each kind */
    int64_t placed, finished, anew; /* configurations and finished trials that were taken */
    int64_t *bracket;       /* [bracket_room] of each configuration */
    int64_t bracket_room;
    hone_merit *order;      /* scratch */
    int64_t order_room;
    hone_asked *asked;      /* [n_asked] in this batch */
    int64_t n_asked, asked_room;
} hone_brackets;

/* Configurations of a bracket of kind s on its rung i. */
static inline int64_t hone_brackets_size(int64_t n, int64_t eta, int64_t s, int64_t i)
{
    int64_t power = 1, k, size;

    for (k = 0; k < s && power < INT64_MAX / eta / n; k++)
        power *= eta;
    size = (n * power + s) / (s + 1); /* the ceiling */
    for (k = 0; k < i; k++)
        size /= eta;
    return size;
}

static inline void hone_brackets_clear(hone_brackets *b)
{
    int64_t i;

    for (i = 0; i < b->n; i++)
        free(b->brackets[i].config);
    memset(b->begun, 0, sizeof b->begun);
    b->n = b->open = b->placed = b->finished = b->n_asked = 0;
}

static inline void hone_brackets_free(hone_brackets *b)
{
    hone_brackets_clear(b);
    free(b->brackets);
    free(b->bracket);
    free(b->order);
    free(b->asked);
    hone_ladder_free(&b->l);
}

static inline int32_t hone_brackets_init(hone_brackets *b, const hone_host *host, int64_t eta,
                                         double least)
{
    memset(b, 0, sizeof *b);
    return hone_ladder_init(&b->l, host, eta, least);
}

/* ---- reading ---- */

/* The bracket in which the next new configuration of a kind belongs. */
static inline int64_t hone_brackets_place(const hone_brackets *b, int64_t s)
{
    const int64_t n = b->l.n;

    return b->begun[s] / hone_brackets_size(n, b->l.eta, s, 0) * n + n - 1 - s;
}

/* Room for bracket number `at`; those before it exist too. */
static inline int hone_brackets_make(hone_brackets *b, int64_t at)
{
    while (b->n <= at) {
        hone_bracket *p;

        if (b->n == b->room) {
            const int64_t room = b->room ? 2 * b->room : 16;
            void *moved = realloc(b->brackets, (size_t)room * sizeof *b->brackets);

            if (!moved)
                return 0;
            b->brackets = (hone_bracket *)moved;
            b->room = room;
        }
        p = &b->brackets[b->n];
        memset(p, 0, sizeof *p);
        p->kind = b->l.n - 1 - b->n++ % b->l.n;
    }
    return 1;
}

static inline int hone_brackets_enter(hone_brackets *b, int64_t config)
{
    const int64_t s = b->l.n - 1 - b->l.first[config], at = hone_brackets_place(b, s);
    hone_bracket *p;

    if (config >= b->bracket_room) {
        if (!hone_ladder_grow(&b->bracket, 2 * config + 64))
            return 0;
        b->bracket_room = 2 * config + 64;
    }
    if (!hone_brackets_make(b, at))
        return 0;
    p = &b->brackets[at];
    if (p->n == p->room) {
        if (!hone_ladder_grow(&p->config, 2 * p->n + 8))
            return 0;
        p->room = 2 * p->n + 8;
    }
    b->begun[s]++;
    b->bracket[config] = at;
    p->config[p->n++] = config;
    return 1;
}

/* The bracket's own rung, as a trial of its configuration has it; -1: below its first. */
static inline int64_t hone_brackets_rung(const hone_brackets *b, const hone_bracket *p, int64_t k)
{
    return k - (b->l.n - 1 - p->kind);
}

static inline int hone_brackets_read(hone_brackets *b, const hone_trials *t)
{
    hone_ladder *l = &b->l;
    int64_t r = l->rows;

    if (!hone_ladder_read(l, t))
        return 0;
    if (b->anew != l->anew) {
        hone_brackets_clear(b);
        b->anew = l->anew;
        r = 0;
    }
    b->t = t;
    for (; b->placed < l->configs.n; b->placed++)
        if (!hone_brackets_enter(b, b->placed))
            return 0;
    for (; r < l->rows; r++) {
        hone_bracket *p = &b->brackets[b->bracket[l->config[r]]];
        const int64_t i = hone_brackets_rung(b, p, l->rung[r]);

        if (i >= 0 && l->row[l->config[r] * l->n + l->rung[r]] == r + 1)
            p->started[i]++;
    }
    for (; b->finished < t->n_finished; b->finished++) {
        const int64_t row = t->finished[b->finished], c = l->config[row];
        hone_bracket *p = &b->brackets[b->bracket[c]];
        const int64_t i = hone_brackets_rung(b, p, l->rung[row]);

        if (i >= 0 && l->row[c * l->n + l->rung[row]] == row + 1)
            p->finished[i]++;
    }
    return 1;
}

/* ---- what is next ---- */

/* The best configuration of rung i - 1 that may go on to rung i and has not; -1: none is left. */
static inline int64_t hone_brackets_best(hone_brackets *b, const hone_bracket *p, int64_t i,
                                         int64_t size)
{
    const hone_ladder *l = &b->l;
    const int64_t k = l->n - 1 - p->kind + i;
    int64_t n = 0, j;

    for (j = 0; j < p->n; j++) {
        const int64_t row = l->row[p->config[j] * l->n + k - 1];

        if (row > 0)
            b->order[n++] = hone_ladder_merit(l, b->t, row - 1);
    }
    qsort(b->order, (size_t)n, sizeof *b->order, hone_merit_compare);
    for (j = 0; j < n && j < size && b->order[j].rank <= HONE_VIOLATED; j++)
        if (l->row[b->order[j].config * l->n + k] == 0)
            return b->order[j].config;
    return -1;
}

/* A promotion within p: its configuration and its own rung; -1: none now. */
static inline int64_t hone_brackets_promote(hone_brackets *b, hone_bracket *p, int64_t *rung)
{
    const int64_t n = b->l.n, eta = b->l.eta;
    int64_t i;

    for (i = 1; i <= p->kind; i++) {
        const int64_t before = p->closed[i - 1] ? p->started[i - 1]
                                                : hone_brackets_size(n, eta, p->kind, i - 1);
        const int64_t size = hone_brackets_size(n, eta, p->kind, i);
        int64_t config;

        if (p->closed[i])
            continue;
        if (p->started[i] >= size) {
            p->closed[i] = 1;
            continue;
        }
        if (p->finished[i - 1] < before)
            return -1;
        if ((config = hone_brackets_best(b, p, i, size)) >= 0) {
            *rung = n - 1 - p->kind + i;
            return config;
        }
        p->closed[i] = 1; /* too few were worth it */
    }
    return -1;
}

/* The scratch has room for every configuration of one bracket. */
static inline int hone_brackets_reserve(hone_brackets *b)
{
    void *moved;

    if (b->order_room >= b->l.configs.n)
        return 1;
    if (!(moved = realloc(b->order, (size_t)(2 * b->l.configs.n) * sizeof *b->order)))
        return 0;
    b->order = (hone_merit *)moved;
    b->order_room = 2 * b->l.configs.n;
    return 1;
}

/* 1: *config goes on to *rung; 0: a new configuration is due on *rung; -1: no memory. */
static inline int hone_brackets_next(hone_brackets *b, int64_t *config, int64_t *rung)
{
    int64_t at, s, first = INT64_MAX;

    *rung = 0;
    if (!hone_brackets_reserve(b))
        return -1;
    for (at = b->open; at < b->n; at++) {
        hone_bracket *p = &b->brackets[at];

        if ((*config = hone_brackets_promote(b, p, rung)) >= 0)
            return 1;
        if (at == b->open && p->n == hone_brackets_size(b->l.n, b->l.eta, p->kind, 0) &&
            (p->kind == 0 || p->closed[p->kind]))
            b->open++;
    }
    for (s = 0; s < b->l.n; s++)
        if (hone_brackets_place(b, s) < first) {
            first = hone_brackets_place(b, s);
            *rung = b->l.n - 1 - s;
        }
    *config = -1;
    return 0;
}

/* Counts what this batch asks for as started; 0: no memory. */
static inline int hone_brackets_asked(hone_brackets *b, int64_t config, int64_t rung)
{
    const int64_t s = b->l.n - 1 - rung;

    if (b->n_asked == b->asked_room) {
        const int64_t room = b->asked_room ? 2 * b->asked_room : 16;
        void *moved = realloc(b->asked, (size_t)room * sizeof *b->asked);

        if (!moved)
            return 0;
        b->asked = (hone_asked *)moved;
        b->asked_room = room;
    }
    b->asked[b->n_asked].config = config;
    b->asked[b->n_asked++].rung = rung;
    if (config < 0) {
        b->begun[s]++;
    } else {
        hone_bracket *p = &b->brackets[b->bracket[config]];

        b->l.row[config * b->l.n + rung] = -1;
        p->started[hone_brackets_rung(b, p, rung)]++;
    }
    return 1;
}

static inline void hone_brackets_end(hone_brackets *b)
{
    while (b->n_asked > 0) {
        const hone_asked *a = &b->asked[--b->n_asked];

        if (a->config < 0) {
            b->begun[b->l.n - 1 - a->rung]--;
        } else {
            hone_bracket *p = &b->brackets[b->bracket[a->config]];
            const int64_t i = hone_brackets_rung(b, p, a->rung);

            b->l.row[a->config * b->l.n + a->rung] = 0;
            p->started[i]--;
            p->closed[i] = 0;
            if (b->open > b->bracket[a->config])
                b->open = b->bracket[a->config];
        }
    }
}

#endif
