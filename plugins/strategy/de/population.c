/* population.c - the members, in their order of merit, and the archive of those replaced. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "de.h"

void population_free(population *p)
{
    free(p->members);
    free(p->order);
    free(p->archive);
    memset(p, 0, sizeof *p);
}

int32_t population_reset(population *p, int64_t n, int64_t archive_room)
{
    if (n > p->room || archive_room > p->archive_room) {
        population_free(p);
        p->members = malloc((size_t)n * sizeof *p->members);
        p->order = malloc((size_t)n * sizeof *p->order);
        p->archive = malloc((size_t)(archive_room + 1) * sizeof *p->archive);
        if (!p->members || !p->order || !p->archive) {
            population_free(p);
            return HONE_ENOMEM;
        }
        p->room = n;
        p->archive_room = archive_room;
    }
    p->n = n;
    p->ranked = p->kept = 0;
    for (int64_t i = 0; i < n; i++)
        p->members[i] = (member){.row = -1};
    return HONE_OK;
}

/* Negative: member a stands before b; of equals the older trial. */
static int compare(const population *p, int64_t a, int64_t b)
{
    const member *one = &p->members[a], *other = &p->members[b];
    const int by_merit = hone_standing_compare(&one->standing, &other->standing);

    return by_merit != 0 ? by_merit : (one->row > other->row) - (one->row < other->row);
}

void population_set(population *p, int64_t i, int64_t row, hone_standing standing)
{
    int64_t at = 0;

    if (p->members[i].row >= 0) {
        while (p->order[at] != i)
            at++;
        memmove(p->order + at, p->order + at + 1,
                (size_t)(--p->ranked - at) * sizeof *p->order);
    }
    p->members[i] = (member){.row = row, .standing = standing};
    for (at = p->ranked++; at > 0 && compare(p, p->order[at - 1], i) > 0; at--)
        p->order[at] = p->order[at - 1];
    p->order[at] = i;
}

void population_archive(population *p, int64_t row, int64_t most, double u)
{
    p->kept = p->kept < most ? p->kept : most;
    if (p->kept < most)
        p->archive[p->kept++] = row;
    else if (most > 0)
        p->archive[(int64_t)(u * (double)most)] = row;
}

void population_reduce(population *p, int64_t n)
{
    const int64_t keep = n < p->ranked ? n : p->ranked;
    int64_t to = 0, empty = n - keep;

    for (int64_t j = keep; j < p->ranked; j++)
        p->members[p->order[j]].row = -2; /* leaves */
    p->ranked = keep;
    for (int64_t i = 0; i < p->n; i++) {
        if (p->members[i].row == -2 || (p->members[i].row == -1 && empty-- <= 0))
            continue;
        p->members[to] = p->members[i];
        for (int64_t j = 0; j < p->ranked && to != i; j++)
            if (p->order[j] == i) {
                p->order[j] = to;
                break;
            }
        to++;
    }
    p->n = to;
}

int population_collapsed(const population *p, double part)
{
    if (p->ranked < 2 || p->ranked < p->n)
        return 0;
    const hone_standing *best = &p->members[p->order[0]].standing;
    const hone_standing *worst = &p->members[p->order[p->ranked - 1]].standing;

    return best->rank == worst->rank &&
           !(worst->key - best->key > part * fmax(fabs(best->key), fabs(worst->key)));
}
