/* relay.c - a strategy with a state of its own, led along the table.
 *
 * Such a strategy (cmaes) proposes by generations: what it gives trial `number` follows from what
 * it was told of earlier generations, and within one the order of tells does not matter.  So
 * its state can be had again from the table alone: every row from `first` on is asked for in
 * order, and told when it has finished; where it wants results first, the next row waits.  That is
 * done row by row as the table grows, and from the start by a new instance; both come to the same
 * bits, whoever asked.  A row that somebody else made counts as a member that was moved there.
 *
 * It is given [0, 1] for every column, and begins where the best trial before it is. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "auto.h"

int32_t relay_init(relay *r, const hone_host *host, int32_t option)
{
    const hone_space *space = host->space(host);

    r->host = host;
    r->option = option;
    r->d = space->n_cols;
    r->part.size = sizeof r->part;
    r->params = calloc((size_t)r->d + 1, sizeof *r->params);
    r->list = calloc((size_t)r->d + 1, sizeof *r->list);
    r->x = calloc((size_t)r->d + 1, sizeof *r->x);
    if (!r->params || !r->list || !r->x)
        return HONE_ENOMEM;
    for (int64_t k = 0; k < r->d; k++) {
        r->params[k] = (hone_param){.size = sizeof *r->params,
                                    .type = HONE_REAL,
                                    .parent = -1,
                                    .name = space->params[space->col_param[k]]->name,
                                    .high = 1.0,
                                    .init = NAN};
        r->list[k] = &r->params[k];
    }
    r->given = (hone_space){.size = sizeof r->given,
                            .n_objectives = 1,
                            .n_constraints = space->n_constraints,
                            .n_params = (int32_t)r->d,
                            .params = r->list};
    return HONE_OK;
}

void relay_free(relay *r)
{
    free(r->params);
    free(r->list);
    free(r->x);
    free(r->members);
    memset(r, 0, sizeof *r);
}

/* A new instance that knows nothing. */
static int32_t begin(relay *r, int64_t first, const double *start)
{
    int32_t status;

    if (r->made)
        r->host->release(r->host, &r->part);
    r->made = 0;
    r->part = (hone_component){.size = sizeof r->part};
    for (int64_t k = 0; k < r->d; k++)
        r->params[k].init = start[k];
    status = r->host->component(r->host, r->option, 0, &r->given, &r->part);
    if (status < 0)
        return status;
    r->made = 1;
    r->ops = r->part.ops;
    r->first = r->next = first;
    r->last = -1;
    r->n_members = r->ahead = 0;
    return HONE_OK;
}

/* A table without rows: nothing is repeated in a continuum. */
static hone_trials empty_table(const relay *r, const hone_trials *t)
{
    return (hone_trials){.size = sizeof(hone_trials),
                         .n_objectives = 1,
                         .n_constraints = t->n_constraints,
                         .budget = t->budget,
                         .ldx = r->d,
                         .ldy = 1};
}

/* r->x := what it proposes for trial `number`, which becomes a member; HONE_WAIT: nothing yet. */
static int32_t propose(relay *r, const hone_trials *t, int64_t number)
{
    const hone_trials none = empty_table(r, t);
    int64_t given = 0;
    int32_t status;

    if (r->n_members == r->room) {
        const int64_t room = 2 * r->room + 16;
        member *more = realloc(r->members, (size_t)room * sizeof *more);

        if (!more)
            return HONE_ENOMEM;
        r->members = more;
        r->room = room;
    }
    status = r->ops->ask(r->part.self, &none, 1, &number, r->x, r->d, &given);
    if (status < 0)
        return status;
    if (given == 0)
        return status == HONE_DONE ? HONE_DONE : HONE_WAIT;
    r->members[r->n_members++] = (member){.number = number};
    return HONE_OK;
}

/* The row of a number from `from` on, -1: none. */
static int64_t row_of(const hone_trials *t, int64_t from, int64_t number)
{
    int64_t low = from, high = t->n;

    while (low < high) {
        const int64_t middle = low + (high - low) / 2;

        if (t->number[middle] < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < t->n && t->number[low] == number ? low : -1;
}

/* Row `row` of t, which has finished, as a table of its own. */
static int32_t tell(relay *r, const hone_trials *t, int64_t row)
{
    const int64_t zero = 0;
    hone_trials one = empty_table(r, t);

    one.n = one.n_finished = 1;
    one.number = t->number + row;
    one.state = t->state + row;
    one.x = t->x + row * t->ldx;
    one.y = t->y + row * t->ldy;
    one.finished = &zero;
    if (t->c) {
        one.c = t->c + row * t->ldc;
        one.ldc = t->ldc;
    }
    return r->ops->tell(r->part.self, &one, 1, &zero);
}

/* Tells what has finished of the members; returns how many, or a negative status. */
static int64_t tell_members(relay *r, const hone_trials *t)
{
    int64_t kept = 0, count = 0;
    int32_t status = HONE_OK;

    for (int64_t i = 0; i < r->n_members; i++) {
        member m = r->members[i];
        const int64_t row = row_of(t, r->first, m.number);

        if (status >= 0 && row >= 0 && t->state[row] != HONE_RUNNING) {
            status = tell(r, t, row);
            m.told = 1;
            count++;
        }
        if (!m.told)
            r->members[kept++] = m;
    }
    r->n_members = kept;
    return status < 0 ? status : count;
}

/* Are the rows that follow those that were proposed ahead of the table? */
static int continues(const relay *r, const hone_trials *t)
{
    if (t->n < r->next + r->ahead || (r->next > r->first && t->number[r->next - 1] != r->last))
        return 0;
    for (int64_t i = 0; i < r->ahead; i++)
        if (t->number[r->next + i] != r->members[r->n_members - r->ahead + i].number)
            return 0;
    return 1;
}

/* Goes through the table as far as it can. */
static int32_t follow(relay *r, const hone_trials *t)
{
    int64_t told, before;
    int32_t status;

    r->next += r->ahead;
    r->ahead = 0;
    do {
        told = tell_members(r, t);
        if (told < 0)
            return (int32_t)told;
        status = HONE_OK;
        for (before = r->next; r->next < t->n && status == HONE_OK; r->next += status == HONE_OK)
            status = propose(r, t, t->number[r->next]);
    } while (status >= 0 && status != HONE_DONE && (told > 0 || r->next > before));
    r->last = r->next > 0 ? t->number[r->next - 1] : -1;
    return status;
}

int32_t relay_ask(relay *r, const hone_trials *t, int64_t first, const double *start, int64_t n,
                  const int64_t *number, double *X, int64_t ldx, int64_t *n_out)
{
    int32_t status = HONE_OK;

    *n_out = 0;
    if (!r->made || first != r->first || !continues(r, t))
        status = begin(r, first, start);
    if (status >= 0)
        status = follow(r, t);
    if (status < 0 || status == HONE_DONE)
        return status;
    if (r->next < t->n)
        return HONE_WAIT;
    while (*n_out < n) {
        status = propose(r, t, number[*n_out]);
        if (status != HONE_OK)
            break;
        memcpy(X + *n_out * ldx, r->x, (size_t)r->d * sizeof *X);
        ++*n_out;
        r->ahead++;
    }
    return status == HONE_WAIT && *n_out > 0 ? HONE_OK : status;
}
