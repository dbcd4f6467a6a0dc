/* compare_summary.c - the results of a comparison in words, for a terminal. */
#include <math.h>
#include <string.h>

#include "compare_results.h"

enum { MOST_SENTENCES = 12 };

static void add_table(const findings *r, text *out)
{
    const comparison *c = r->comparison;
    char number[NUMBER_ROOM];
    int width = 8;
    for (int64_t s = 0; s < c->n_contenders; s++)
        width = (int)strlen(c->contenders[s].name) > width ? (int)strlen(c->contenders[s].name)
                                                           : width;
    text_add(out, "%-*s  mean rank  targets reached  failed runs  asking each\n", width,
             "strategy");
    for (int64_t i = 0; i < c->n_contenders; i++) {
        int64_t s = r->order[i], failed = 0, each = r->log->n / c->n_contenders;
        for (int64_t k = 0; k < each; k++)
            failed += r->log->records[s * each + k].failure != NULL;
        text_add(out, "%-*s  %9.2f  %13.1f %%  %11lld  %s\n", width, c->contenders[s].name,
                 r->ranks[s], 100 * r->reached[s], (long long)failed,
                 isnan(r->asking[s]) ? "-" : duration_text(r->asking[s], number));
    }
}

/* Each strategy and problem with runs that failed, with the first reason. */
static void add_failures(const findings *r, text *out)
{
    const comparison *c = r->comparison;
    int64_t each = c->n_instances * c->repeats, said = 0, places = 0;
    for (int64_t p = 0; p < c->n_contenders * c->n_blocks; p++) {
        const char *reason = NULL;
        int64_t failed = 0;
        for (int64_t i = p * each; i < (p + 1) * each; i++) {
            reason = reason ? reason : r->log->records[i].failure;
            failed += r->log->records[i].failure != NULL;
        }
        places += failed > 0;
        if (failed == 0 || said == MOST_SENTENCES)
            continue;
        run_place at = comparison_place(c, p * each);
        text_add(out, "%s%lld of %lld runs of %s on %s", said++ ? "" : "\n", (long long)failed,
                 (long long)each, c->contenders[at.contender].name, c->blocks[at.block].name);
        if (c->blocks[at.block].dimension > 0)
            text_add(out, ", dimension %lld,", (long long)c->blocks[at.block].dimension);
        text_add(out, " failed: %s\n", reason);
    }
    if (places > said)
        text_add(out, "and runs of %lld pairs of strategy and problem more, in runs.csv\n",
                 (long long)(places - said));
}

static void add_pair(const findings *r, const rival_pair *p, text *out)
{
    const comparison *c = r->comparison;
    bool first = p->better >= 0.5;
    const char *winner = c->contenders[first ? p->a : p->b].name;
    const char *loser = c->contenders[first ? p->b : p->a].name;
    const char *what = r->by_block ? "problems" : "runs";
    double better = first ? p->better : 1 - p->better;
    if (p->adjusted <= c->alpha)
        text_add(out, "  %s against %s: a difference (p %.2g after Holm); a run is better with "
                      "probability %.2f (A12)\n",
                 winner, loser, p->adjusted, better);
    else if (isfinite(p->needed) && p->needed > (double)r->n_cases)
        text_add(out, "  %s against %s: not supported (p %.2g, A12 %.2f); %.0f %s more would be "
                      "needed\n",
                 winner, loser, p->adjusted, better, ceil(p->needed - (double)r->n_cases), what);
    else
        text_add(out, "  %s against %s: not supported (p %.2g, A12 %.2f)%s\n", winner, loser,
                 p->adjusted, better,
                 isfinite(p->needed) ? " among so many pairs" : "; no sign of a difference");
}

void findings_summary(const findings *r, text *out)
{
    const comparison *c = r->comparison;
    text_add(out, "%s: %lld strategies, %lld problems, %lld runs\n\n", c->name,
             (long long)c->n_contenders, (long long)c->n_blocks, (long long)r->log->n);
    add_table(r, out);
    add_failures(r, out);
    if (!r->tested)
        return;
    text_add(out, "\nFriedman over %lld %s: chi2 %.2f, p %.2g; critical difference of mean ranks "
                  "%.2f (Nemenyi, %g)\n",
             (long long)r->n_cases, r->by_block ? "problems" : "runs", r->friedman.chi2,
             r->friedman.p, r->critical, c->alpha);
    for (int64_t i = 0; i < r->n_pairs && i < MOST_SENTENCES; i++)
        add_pair(r, &r->pairs[i], out);
    if (r->n_pairs > MOST_SENTENCES)
        text_add(out, "  and %lld pairs more in pairs.csv\n",
                 (long long)(r->n_pairs - MOST_SENTENCES));
}
