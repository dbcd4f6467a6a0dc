/* simplex.c - the Nelder-Mead method on the unit cube.
 *
 * Sources: Nelder and Mead, "A Simplex Method for Function Minimization", Computer Journal 7
 * (1965), in the form of Lagarias, Reeds, Wright, Wright, SIAM J. Optim. 9 (1998): what is compared
 * with < and with <=, and who stands first among equals; Gao and Han, "Implementing the
 * Nelder-Mead simplex algorithm with adaptive parameters", Comput. Optim. Appl. 51 (2012),
 * equation 4.1.  Points outside the cube are clipped to it, as SciPy does.
 *
 * All four points that an iteration may try follow from the simplex, so that they can be asked for
 * at once; those that are not needed are forgotten. */
#include "simplex.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE = 20 }; /* iterations a vertex without a better best one */

int32_t simplex_init(simplex *s, int64_t n, int adaptive)
{
    const int64_t most = n + 1 > MOVES ? n + 1 : MOVES;
    const double d = (double)(n > 1 ? n : 2); /* one column: as two, else it would not contract */

    memset(s, 0, sizeof *s);
    s->n = n;
    s->reflection = 1.0;
    s->expansion = adaptive ? 1.0 + 2.0 / d : 2.0;
    s->contraction = adaptive ? 0.75 - 0.5 / d : 0.5;
    s->shrinkage = adaptive ? 1.0 - 1.0 / d : 0.5;
    s->x = calloc((size_t)((n + 1) * n), sizeof *s->x);
    s->standing = calloc((size_t)(n + 1), sizeof *s->standing);
    s->questions = calloc((size_t)most, sizeof *s->questions);
    s->room = calloc((size_t)((most + 1) * n), sizeof *s->room);
    if (!s->x || !s->standing || !s->questions || !s->room)
        return HONE_ENOMEM;
    for (int64_t i = 0; i < most; i++)
        s->questions[i].x = s->room + i * n;
    return HONE_OK;
}

void simplex_free(simplex *s)
{
    free(s->x);
    free(s->standing);
    free(s->questions);
    free(s->room);
    memset(s, 0, sizeof *s);
}

static void clip(double *x, int64_t n)
{
    for (int64_t j = 0; j < n; j++)
        x[j] = fmin(fmax(x[j], 0.0), 1.0);
}

static void ask_for(simplex *s, int32_t phase, int64_t n)
{
    s->phase = phase;
    s->n_questions = n;
    for (int64_t i = 0; i < n; i++) {
        s->questions[i].state = UNASKED;
        s->questions[i].number = -1;
    }
}

void simplex_begin(simplex *s, const double *start, const double *steps)
{
    s->iteration = s->improved = 0;
    ask_for(s, BUILDING, s->n + 1);
    for (int64_t i = 0; i <= s->n; i++) {
        double *x = s->questions[i].x;

        memcpy(x, start, (size_t)s->n * sizeof *x);
        if (i == 0)
            continue;
        const double to = x[i - 1] + steps[i - 1];

        x[i - 1] = to > 1.0 || to < 0.0 ? x[i - 1] - steps[i - 1] : to;
        clip(x, s->n);
    }
}

/* ---- an iteration -------------------------------------------------------------------------*/

static double *vertex(const simplex *s, int64_t i)
{
    return s->x + i * s->n;
}

/* question q: centre + factor (centre - worst) */
static void place(simplex *s, int q, const double *centre, double factor)
{
    const double *worst = vertex(s, s->n);
    double *x = s->questions[q].x;

    for (int64_t j = 0; j < s->n; j++)
        x[j] = (1.0 + factor) * centre[j] - factor * worst[j];
    clip(x, s->n);
}

static void move(simplex *s)
{
    const int64_t most = s->n + 1 > MOVES ? s->n + 1 : MOVES;
    double *centre = s->room + most * s->n;

    memset(centre, 0, (size_t)s->n * sizeof *centre);
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->n; j++)
            centre[j] += vertex(s, i)[j];
    for (int64_t j = 0; j < s->n; j++)
        centre[j] /= (double)s->n;
    ask_for(s, MOVING, MOVES);
    place(s, REFLECTION, centre, s->reflection);
    place(s, INSIDE, centre, -s->contraction);
    place(s, EXPANSION, centre, s->reflection * s->expansion);
    place(s, OUTSIDE, centre, s->reflection * s->contraction);
}

/* Stable: of equals the one that was there before stands first. */
static void sort(simplex *s)
{
    const size_t bytes = (size_t)s->n * sizeof *s->x;
    const int64_t most = s->n + 1 > MOVES ? s->n + 1 : MOVES;
    double *spare = s->room + most * s->n;

    for (int64_t i = 1; i <= s->n; i++) {
        const hone_standing own = s->standing[i];
        int64_t at = i;

        while (at > 0 && hone_standing_compare(&s->standing[at - 1], &own) > 0)
            at--;
        if (at == i)
            continue;
        memcpy(spare, vertex(s, i), bytes);
        memmove(vertex(s, at + 1), vertex(s, at), (size_t)(i - at) * bytes);
        memmove(s->standing + at + 1, s->standing + at, (size_t)(i - at) * sizeof own);
        memcpy(vertex(s, at), spare, bytes);
        s->standing[at] = own;
    }
}

static void turn(simplex *s)
{
    const hone_standing before = s->standing[0];

    sort(s);
    s->iteration++;
    if (s->iteration == 1 || hone_standing_compare(&s->standing[0], &before) < 0)
        s->improved = s->iteration;
    move(s);
}

static void replace(simplex *s, int64_t i, const question *q)
{
    memcpy(vertex(s, i), q->x, (size_t)s->n * sizeof *q->x);
    s->standing[i] = q->standing;
}

static void shrink(simplex *s)
{
    ask_for(s, SHRINKING, s->n);
    for (int64_t i = 0; i < s->n; i++)
        for (int64_t j = 0; j < s->n; j++)
            s->questions[i].x[j] =
                vertex(s, 0)[j] + s->shrinkage * (vertex(s, i + 1)[j] - vertex(s, 0)[j]);
}

/* The question while MOVING that decides next; the reflection is known for all but itself. */
static int deciding(const simplex *s)
{
    const hone_standing *r = &s->questions[REFLECTION].standing;

    if (s->questions[REFLECTION].state != KNOWN)
        return REFLECTION;
    if (hone_standing_compare(r, &s->standing[0]) < 0)
        return EXPANSION;
    if (hone_standing_compare(r, &s->standing[s->n > 1 ? s->n - 1 : 0]) < 0)
        return REFLECTION;
    return hone_standing_compare(r, &s->standing[s->n]) < 0 ? OUTSIDE : INSIDE;
}

/* The outcome of a move whose deciding question is known. */
static void decide(simplex *s, int which)
{
    const question *q = &s->questions[which], *r = &s->questions[REFLECTION];
    const int against_r = hone_standing_compare(&q->standing, &r->standing);
    int accepted = 1;

    if (which == EXPANSION && against_r >= 0)
        q = r;
    else if (which == OUTSIDE)
        accepted = against_r <= 0;
    else if (which == INSIDE)
        accepted = hone_standing_compare(&q->standing, &s->standing[s->n]) < 0;
    if (!accepted) {
        shrink(s);
        return;
    }
    replace(s, s->n, q);
    turn(s);
}

static int all_known(const simplex *s)
{
    for (int64_t i = 0; i < s->n_questions; i++)
        if (s->questions[i].state != KNOWN)
            return 0;
    return 1;
}

void simplex_advance(simplex *s)
{
    if (s->phase == MOVING) {
        const int which = deciding(s);

        if (s->questions[which].state == KNOWN)
            decide(s, which);
    } else if (all_known(s)) {
        for (int64_t i = 0; i < s->n_questions; i++)
            replace(s, s->phase == BUILDING ? i : i + 1, &s->questions[i]);
        turn(s);
    }
}

question *simplex_next(simplex *s, int ahead)
{
    if (s->phase == MOVING) {
        const int which = deciding(s);

        if (s->questions[which].state == UNASKED)
            return &s->questions[which];
        if (!ahead || which != REFLECTION)
            return NULL;
    }
    for (int64_t i = 0; i < s->n_questions; i++)
        if (s->questions[i].state == UNASKED)
            return &s->questions[i];
    return NULL;
}

int simplex_ended(const simplex *s, double tolx, double tolfun)
{
    const hone_standing *best = &s->standing[0], *worst = &s->standing[s->n];
    double wide = 0.0;

    if (s->phase != MOVING)
        return 0;
    for (int64_t i = 1; i <= s->n; i++)
        for (int64_t j = 0; j < s->n; j++)
            wide = fmax(wide, fabs(vertex(s, i)[j] - vertex(s, 0)[j]));
    if (hone_standing_compare(best, worst) == 0 ||
        s->iteration - s->improved > PATIENCE * (s->n + 1))
        return 1;
    return wide <= tolx && best->rank == worst->rank && worst->key - best->key <= tolfun;
}
