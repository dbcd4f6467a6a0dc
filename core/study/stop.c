/* stop.c - the only place that decides that a study is over. */
#include "stop.h"

#include <math.h>

#include "text.h"

/* Every goal that has a target is at it or better. */
static bool meets_target(const stop_rules *rules, history *h, const config *c, int64_t row)
{
    bool any = false;
    const double *y = history_values(h, row);
    for (int32_t j = 0; rules->target && j < c->n_goals; j++) {
        if (isnan(rules->target[j]))
            continue;
        any = true;
        double goal = c->maximize[j] ? -rules->target[j] : rules->target[j];
        if (!(y[j] <= goal))
            return false;
    }
    return any && history_feasible(h, row);
}

void stop_note(stop_state *state, const stop_rules *rules, history *h, const config *c, int64_t row)
{
    int32_t result = history_state(h, row);
    state->finished++;
    state->failures = result == HONE_FAILED ? state->failures + 1 : 0;
    int64_t best = history_best(h);
    if (best != state->best - 1) {
        state->best = best + 1;
        state->since_best = 0;
    } else {
        state->since_best++;
    }
    if (result == HONE_COMPLETE && meets_target(rules, h, c, row))
        state->target_met = true;
}

int32_t stop_reason(const stop_state *state, const stop_rules *rules, double now)
{
    if (rules->max_failures > 0 && state->failures >= rules->max_failures)
        return STOP_FAILURES;
    if (state->target_met)
        return STOP_TARGET;
    if (state->finished >= rules->trials)
        return STOP_TRIALS;
    if (now >= rules->deadline)
        return STOP_TIME;
    if (rules->patience > 0 && state->since_best >= rules->patience)
        return STOP_PATIENCE;
    return STOP_NOT;
}

char *stop_text(int32_t reason, const stop_rules *rules)
{
    text t = {0};
    switch (reason) {
    case STOP_TRIALS:
        text_add(&t, "all %lld trials are done", (long long)rules->trials);
        break;
    case STOP_TIME:
        text_add(&t, "the time is up");
        break;
    case STOP_TARGET:
        text_add(&t, "the target is reached");
        break;
    case STOP_PATIENCE:
        text_add(&t, "no improvement in %lld trials", (long long)rules->patience);
        break;
    case STOP_FAILURES:
        text_add(&t, "%lld trials failed in a row (max_failures)", (long long)rules->max_failures);
        break;
    case STOP_EXHAUSTED:
        text_add(&t, "the strategy has nothing left to propose");
        break;
    case STOP_SIGNAL:
        text_add(&t, "interrupted");
        break;
    default:
        text_add(&t, "not over");
    }
    return text_take(&t);
}
