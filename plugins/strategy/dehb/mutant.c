/* mutant.c - one mutant of dehb's populations: rand/1 mutation, binomial crossover. */
#include "dehb.h"

/* Parents: the best `size` of a population, then all others; how many. */
static int64_t gather(dehb *s, const dehb_population *from, int64_t size)
{
    int64_t n = 0;

    for (int64_t j = 0; j < from->ranked && j < size; j++)
        s->pool[n++] = from->members[from->order[j]].row;
    for (int64_t k = s->l.n - 1; k >= 0 && n < DEHB_PARENTS; k--)
        for (int64_t j = 0; j < s->rungs[k].ranked && n < DEHB_PARENTS + 1; j++) {
            const int64_t row = s->rungs[k].members[s->rungs[k].order[j]].row;
            int there = 0;

            for (int64_t i = 0; i < n; i++)
                there |= s->l.config[s->pool[i]] == s->l.config[row];
            if (!there)
                s->pool[n++] = row;
        }
    return n;
}

/* A column of a row; where it is inactive, the number given. */
static double column(const dehb *s, int64_t row, int64_t c, double otherwise)
{
    const double v = s->t->x[row * s->t->ldx + c];

    return isnan(v) ? otherwise : v;
}

/* s->mutant := target crossed with a + F (b - c); u: 3 n_cols + 1 numbers. */
static void mutate(dehb *s, int64_t target, const int64_t *parent, const double *u)
{
    const int64_t cols = s->l.space->n_cols, forced = (int64_t)(u[0] * (double)cols);

    for (int64_t c = 0; c < cols; c++) {
        const double other = u[1 + 3 * c], fill = u[2 + 3 * c];
        double v = column(s, parent[0], c, fill) +
                   s->f * (column(s, parent[1], c, 0.5) - column(s, parent[2], c, 0.5));

        if (s->l.space->col_choice[c] < 0 && !(v >= 0 && v <= 1))
            v = fill;
        s->mutant[c] = u[3 + 3 * c] < s->crossover || c == forced || target < 0
                           ? v
                           : column(s, target, c, other);
    }
}

/* Choices: the largest column becomes 1. */
static void choose(dehb *s)
{
    const hone_space *space = s->l.space;

    for (int64_t c = 0, n; c < space->n_cols; c += n) {
        n = hone_columns(space, c);
        if (n > 1)
            hone_choose(n, hone_chosen(n, s->mutant + c), s->mutant + c);
    }
}

int dehb_evolve(dehb *s, int64_t number, int64_t kind, int64_t i, int64_t turn, double *u)
{
    const int64_t k = s->l.n - 1 - kind + i, cols = s->l.space->n_cols;
    const dehb_population *own = &s->rungs[k], *from = i > 0 ? &s->rungs[k - 1] : own;
    const int64_t size = i > 0 ? hone_brackets_size(s->l.n, s->l.eta, kind, i) : own->n;
    const int64_t n = gather(s, from, size);
    int64_t parent[DEHB_PARENTS];

    if (n < DEHB_PARENTS)
        return 0;
    s->host->uniform(s->host, number, 0, 3 * cols + 1 + DEHB_PARENTS, u);
    for (int64_t j = 0; j < DEHB_PARENTS; j++) { /* a partial shuffle */
        const int64_t at = j + (int64_t)(u[3 * cols + 1 + j] * (double)(n - j));

        parent[j] = s->pool[at];
        s->pool[at] = s->pool[j];
    }
    mutate(s, own->members[turn % own->n].row, parent, u);
    choose(s);
    return 1;
}
