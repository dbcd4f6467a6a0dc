/* memory.c - success history: the F and CR of children that replaced their parent, as weighted
 * means, a slot a generation in turn.
 *
 * Sources: Tanabe, Fukunaga, "Improving the Search Performance of SHADE Using Linear Population
 * Size Reduction", CEC 2014, equations 2 to 9 and table I (H = 6); Brest, Maucec, Boskovic,
 * "Single Objective Real-Parameter Optimization: Algorithm jSO", CEC 2017: H = 5 with a last
 * slot fixed to 0.9, the slots' start, the limits of F and CR early on, and means of the old and
 * the new slot.  Both take Lehmer means of F and of CR. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "de.h"

enum { TRIES = MEMORY_NUMBERS - 1, SUCCESS = 3 };
static const double WIDTH = 0.1; /* scale of both distributions */
static const double FIXED = 0.9;
static const double PI = 3.14159265358979323846;

void memory_free(memory *m)
{
    free(m->success);
    m->success = NULL;
    m->n = m->room = 0;
}

void memory_reset(memory *m)
{
    const int jso = m->variant == DE_JSO;

    m->slots = jso ? 5 : MEMORY_MOST;
    m->next = m->n = 0;
    for (int64_t k = 0; k < m->slots; k++) {
        m->f[k] = jso ? 0.3 : 0.5;
        m->cr[k] = jso ? 0.8 : 0.5;
    }
    if (jso)
        m->f[m->slots - 1] = m->cr[m->slots - 1] = FIXED;
}

static void limit(double progress, double *f, double *cr)
{
    if (progress < 0.6)
        *f = fmin(*f, 0.7);
    if (progress < 0.25)
        *cr = fmax(*cr, 0.7);
    else if (progress < 0.5)
        *cr = fmax(*cr, 0.6);
}

void memory_draw(const memory *m, const double *u, double z, double progress, double *f,
                 double *cr)
{
    const int64_t k = (int64_t)(u[0] * (double)m->slots);

    if (m->variant == DE_RAND1 || m->variant == DE_BEST1) {
        *f = m->low + (m->high - m->low) * u[1];
        *cr = m->crossover;
        return;
    }
    *f = WIDTH; /* where all tries are below 0 */
    for (int j = 1; j <= TRIES; j++) {
        const double at = m->f[k] + WIDTH * tan(PI * (u[j] - 0.5));

        if (at > 0.0) {
            *f = fmin(at, 1.0);
            break;
        }
    }
    *cr = m->cr[k] < 0.0 ? 0.0 : fmin(fmax(m->cr[k] + WIDTH * z, 0.0), 1.0);
    if (m->variant == DE_JSO)
        limit(progress, f, cr);
}

int32_t memory_credit(memory *m, double f, double cr, double gain)
{
    if (m->n == m->room) {
        const int64_t room = m->room > 0 ? 2 * m->room : 64;
        double *larger = realloc(m->success, (size_t)(SUCCESS * room) * sizeof *larger);

        if (!larger)
            return HONE_ENOMEM;
        m->success = larger;
        m->room = room;
    }
    memcpy(m->success + SUCCESS * m->n++, (double[]){f, cr, gain}, SUCCESS * sizeof(double));
    return HONE_OK;
}

/* A gain that is not known counts as the largest that is. */
static double weight(const memory *m, int64_t i, double largest)
{
    const double gain = m->success[SUCCESS * i + 2];

    return isfinite(gain) ? gain / largest : 1.0;
}

void memory_update(memory *m)
{
    const int64_t turn = m->variant == DE_JSO ? m->slots - 1 : m->slots;
    double largest = 0.0, f = 0.0, ff = 0.0, c = 0.0, cc = 0.0, sum = 0.0;

    for (int64_t i = 0; i < m->n; i++)
        if (isfinite(m->success[SUCCESS * i + 2]))
            largest = fmax(largest, m->success[SUCCESS * i + 2]);
    largest = largest > 0.0 ? largest : 1.0;
    for (int64_t i = 0; i < m->n; i++) {
        const double w = weight(m, i, largest), *at = m->success + SUCCESS * i;

        sum += w;
        f += w * at[0];
        ff += w * at[0] * at[0];
        c += w * at[1];
        cc += w * at[1] * at[1];
    }
    m->n = 0;
    if (!(sum > 0.0))
        return;
    const double mean_f = ff / f, old_cr = m->cr[m->next];
    const double mean_cr = c > 0.0 ? cc / c : -1.0;

    if (m->variant == DE_JSO) {
        m->f[m->next] = 0.5 * (mean_f + m->f[m->next]);
        m->cr[m->next] = 0.5 * (mean_cr + old_cr);
    } else {
        m->f[m->next] = mean_f;
        m->cr[m->next] = old_cr < 0.0 ? -1.0 : mean_cr;
    }
    m->next = (m->next + 1) % turn;
}
