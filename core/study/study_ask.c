/* study_ask.c - points to evaluate: trials whose worker was lost, then enqueued ones, then
 * the strategy's. */
#include "constraints.h"
#include "study_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for n points at once in native, columns and numbers. */
static int32_t make_room(study *s, int64_t n, error *err)
{
    if (n <= s->room_asked)
        return HONE_OK;
    size_t cols = (size_t)instance_view(s->strategy)->table.n_cols;
    double *native = realloc(s->native, ((size_t)n + 1) * (size_t)s->space->n * sizeof *native);
    s->native = native ? native : s->native;
    double *columns = realloc(s->columns, (size_t)n * (cols + 1) * sizeof *columns);
    s->columns = columns ? columns : s->columns;
    int64_t *numbers = realloc(s->numbers, (size_t)n * sizeof *numbers);
    s->numbers = numbers ? numbers : s->numbers;
    if (!native || !columns || !numbers)
        return error_add(err, HONE_ENOMEM, "out of memory for %lld points", (long long)n);
    s->room_asked = n;
    return HONE_OK;
}

static double *native_slot(study *s, int64_t i)
{
    return s->native + i * s->space->n;
}

static void hand_out(study *s, int64_t i, pending *p, const double *native, trial *out)
{
    memcpy(native_slot(s, i), native, (size_t)s->space->n * sizeof *native);
    p->ours = p->fenced = true;
    *out = (trial){.number = p->number, .seed = p->seed, .native = native_slot(s, i)};
}

/* ---- lost and enqueued trials ---- */

/* A trial that outlived `retries` owners has failed. */
static int32_t give_up(study *s, pending *p, int64_t times, error *err)
{
    told t = {.state = HONE_FAILED, .seconds = NAN};
    int64_t number = p->number;
    p->ours = true;
    int32_t status = study_note(s, number, "reason", 0, "lost: its worker died", err);
    if (status >= 0)
        status = study_tell(s, number, &t, err);
    log_line(s->set.log, HONE_LOG_WARN, "trial %lld lost its worker %lld times and has failed",
             (long long)number, (long long)times);
    return status;
}

/* How often the trial was lost before, from its note; -1 on failure. */
typedef struct losses {
    int64_t number, n;
} losses;

static int32_t find_losses(void *context, const trial_record *t, error *err)
{
    (void)err;
    losses *l = context;
    for (int64_t i = 0; t->number == l->number && i < t->n_notes; i++)
        if (strcmp(t->note_keys[i], "lost") == 0)
            l->n = strtoll(t->note_json[i], NULL, 10);
    return HONE_OK;
}

static int32_t take_lost(study *s, pending *p, int64_t i, trial *out, bool *taken, error *err)
{
    losses l = {.number = p->number};
    int32_t status = HONE_OK;
    if (!p->released) {
        status = storage_trials(s->storage, s->id, s->space, p->number, WITH_NOTES, find_losses, &l,
                                err);
        if (status < 0)
            return status;
    }
    p->lost = false;
    p->holder = -1;
    *taken = p->released || l.n < s->config->retries;
    if (!*taken)
        return give_up(s, p, l.n + 1, err);
    if (!p->released)
        status = storage_note(s->storage, p->id, "lost", (double)(l.n + 1), NULL, err);
    if (status >= 0)
        status = storage_own(s->storage, p->id, s->owner, err);
    if (status >= 0)
        hand_out(s, i, p, history_native(s->history, p->row), out);
    return status;
}

static int32_t take_waiting(study *s, pending *p, int64_t i, trial *out, bool *taken, error *err)
{
    const double *native = history_native(s->history, p->row);
    trial_start start = {.native = native,
                         .ask = -1,
                         .seed = study_trial_seed(s, p->number),
                         .ask_seconds = NAN,
                         .owner = s->owner};
    int32_t status = storage_take(s->storage, p->id, s->space, &start, taken, err);
    p->waiting = false;
    p->seed = start.seed;
    if (status >= 0 && *taken)
        hand_out(s, i, p, native, out);
    return status;
}

static int32_t ask_waiting(study *s, int64_t n, trial *trials, int64_t *n_out, error *err)
{
    int32_t status = HONE_OK;
    for (int k = 0; k < s->n_pending && *n_out < n && status >= 0; k++) {
        pending *p = &s->pending[k];
        bool taken = false;
        int before = s->n_pending;
        if (p->lost)
            status = take_lost(s, p, *n_out, &trials[*n_out], &taken, err);
        else if (p->waiting)
            status = take_waiting(s, p, *n_out, &trials[*n_out], &taken, err);
        *n_out += taken;
        k -= before - s->n_pending; /* given up: the list became shorter */
    }
    return status;
}

/* ---- the strategy's points ---- */

/* Random points in place of what a strategy could not give (HONE_ENUMERIC). */
static int32_t random_points(study *s, int64_t n, error *err)
{
    const view *v = instance_view(s->strategy);
    rng_key key = rng_child(s->key, "fallback", 0);
    double *u = native_slot(s, n); /* there is room for one more */
    for (int64_t i = 0; i < n; i++) {
        rng_uniform(key, s->numbers[i], 0, s->space->n, u);
        double *native = native_slot(s, i);
        space_random(s->space, u, native);
        if (!constraints_met(s->space, native, NULL) &&
            constraints_repair(s->space, key, s->numbers[i], native) < 0)
            return error_add(err, HONE_ENOMEM, "out of memory");
        view_encode(v, native, s->columns + i * v->table.n_cols);
    }
    return HONE_OK;
}

static int32_t record_ask(study *s, int64_t n, int64_t n_out, int32_t given, int64_t rows,
                          error *err)
{
    ask_record a = {.sequence = s->next_ask,
                    .n = n,
                    .n_out = n_out,
                    .n_rows = rows,
                    .n_finished = s->next_sequence,
                    .budget = s->planned,
                    .status = given,
                    .n_cols = instance_view(s->strategy)->table.n_cols,
                    .numbers = s->numbers,
                    .x = s->columns};
    void *state = NULL;
    int32_t status = s->history_only ? storage_newest_ask(s->storage, s->id, &a.sequence, err)
                                     : HONE_OK; /* others ask, too */
    if (s->history_only)
        s->next_ask = ++a.sequence;
    if (status >= 0 && instance_stateful(s->strategy))
        status = instance_save(s->strategy, &state, &a.n_state, err);
    if (status >= 0) {
        a.state = state;
        status = storage_ask(s->storage, s->id, &a, err);
        s->next_ask++;
    }
    free(state);
    return status;
}

/* A point that is on record already is told at once, as its earlier trial was. */
static int32_t reuse(study *s, pending *p, int64_t earlier, trial *out, error *err)
{
    const config *c = s->config;
    double values[16], noise[16];
    if (c->n_goals > 16)
        return HONE_OK;
    for (int32_t j = 0; j < c->n_goals; j++) {
        values[j] = study_sign(s, j) * history_values(s->history, earlier)[j];
        noise[j] = history_noise(s->history, earlier, j);
    }
    told t = {.state = HONE_COMPLETE,
              .values = values,
              .constraints = history_constraints(s->history, earlier),
              .yvar = noise,
              .seconds = 0};
    int64_t number = p->number;
    out->reused = true;
    int32_t status =
        study_note(s, number, "reused", (double)history_number(s->history, earlier), NULL, err);
    return status < 0 ? status : study_tell(s, number, &t, err);
}

/* A trial of a batch that is handed out later, by whichever process is free. */
static void set_aside(pending *p)
{
    p->ours = p->fenced = false;
    p->lost = p->released = true;
}

/* out NULL: a trial of a batch that nobody has asked for yet. */
static int32_t start_trial(study *s, int64_t i, int64_t ask, double ask_seconds,
                           const trial_next *next, trial *out, error *err)
{
    trial aside;
    const view *v = instance_view(s->strategy);
    double *native = native_slot(s, i);
    view_decode(v, s->columns + i * v->table.n_cols, native);
    pending p = {
        .number = s->next_number, .holder = -1, .seed = study_trial_seed(s, s->next_number)};
    trial_start start = {.native = native,
                         .ask = ask,
                         .seed = p.seed,
                         .ask_seconds = ask_seconds,
                         .owner = out ? s->owner : RELEASED,
                         .id = next ? next->ids[i] : 0,
                         .number = p.number};
    int64_t number, earlier = -1;
    if (s->config->duplicates == DUPLICATES_REUSE)
        earlier = history_find(s->history, native);
    int32_t status = storage_start(s->storage, s->id, s->space, &start, &p.id, &number, err);
    if (status < 0)
        return status;
    if (number != p.number)
        return error_add(err, HONE_ESTORAGE,
                         "%s: trial %lld became number %lld: somebody else "
                         "writes without the lock",
                         s->config->storage, (long long)p.number, (long long)number);
    p.row = history_start(s->history, number, native, ask_seconds, err);
    if (p.row < 0)
        return (int32_t)p.row;
    s->next_number++;
    pending *kept = study_add_pending(s, &p, err);
    if (!kept)
        return HONE_ENOMEM;
    notes_flush(s, number, p.id, err);
    kept->ours = kept->fenced = true;
    if (!out)
        set_aside(kept);
    else
        *out = (trial){.number = number, .seed = p.seed, .native = native};
    if (earlier < 0)
        return HONE_OK;
    status = reuse(s, kept, earlier, out ? out : &aside, err);
    return status < 0 || out ? status : share_keep_news(s, p.row, err);
}

/* Illegal rows are replaced in the call; three asks in a row with any end the study. */
static int32_t count_faults(study *s, error *err)
{
    int64_t faults = instance_faults(s->strategy);
    s->faults_in_row = faults > s->faults ? s->faults_in_row + 1 : 0;
    s->faults = faults;
    if (s->faults_in_row < 3)
        return HONE_OK;
    return error_add(err, HONE_EPLUGIN,
                     "strategy '%s' proposed illegal points three times in a row",
                     instance_plugin(s->strategy)->name);
}

/* n points; those beyond `room` are set aside.  next: ids for them, or NULL. */
static int32_t ask_strategy(study *s, int64_t n, int64_t room, const trial_next *next,
                            trial *trials, int64_t *n_out, error *err)
{
    hone_trials t;
    const view *v = instance_view(s->strategy);
    int64_t given = 0, rows = history_rows(s->history);
    int32_t status =
        history_table(s->history, v, s->planned == INT64_MAX ? -1 : s->planned, &t, err);
    if (status < 0)
        return status;
    for (int64_t i = 0; i < n; i++)
        s->numbers[i] = s->next_number + i;
    double start = study_clock();
    int32_t answer =
        strategy_ask(s->strategy, &t, n, s->numbers, s->columns, v->table.n_cols, &given, err);
    double seconds = given > 0 ? (study_clock() - start) / (double)given : NAN;
    if (answer < 0 && answer != HONE_ENUMERIC)
        return answer;
    if (answer == HONE_ENUMERIC) {
        log_line(s->set.log, HONE_LOG_WARN, "%s; trial %lld is random", error_text(err),
                 (long long)s->next_number);
        error_free(err);
        if ((status = random_points(s, n, err)) < 0)
            return status;
        given = n;
    }
    if ((status = count_faults(s, err)) < 0)
        return status;
    int64_t ask = -1;
    if ((!s->history_only || s->config->replayable) && (given > 0 || answer == HONE_ENUMERIC)) {
        if ((status = record_ask(s, n, answer < 0 ? 0 : given, answer, rows, err)) < 0)
            return status;
        ask = s->next_ask - 1;
    }
    for (int64_t i = 0; i < given && status >= 0; i++)
        status = start_trial(s, i, ask, seconds, next, i < room ? &trials[i] : NULL, err);
    notes_drop(s);
    *n_out += given < room ? given : room;
    if (answer == HONE_WAIT && given == 0 && t.n_running == 0 && status >= 0)
        status =
            error_add(err, HONE_EPLUGIN, "strategy '%s' waits for results, but no trial is running",
                      instance_plugin(s->strategy)->name);
    return status < 0 ? status : answer > 0 ? answer : HONE_OK;
}

/* Without a look at what others did. */
static int32_t ask_apart(study *s, int64_t n, trial *trials, int64_t *n_out, error *err)
{
    trial_next next;
    int64_t n_free, most = (int64_t)(sizeof next.ids / sizeof *next.ids);
    int32_t status = make_room(s, n, err);
    if (status >= 0)
        status = apart_ask(s, n < most ? n : most, &next, &n_free, err);
    if (status != HONE_OK)
        return status;
    return ask_strategy(s, n_free, n_free, &next, trials, n_out, err);
}

/* Of the study as it stands now: in a transaction, everything is read. */
static int32_t ask_beside(study *s, int64_t n, trial *trials, int64_t *n_out, error *err)
{
    int64_t wanted = s->config->batch > 0 ? s->config->batch : n;
    int32_t status = make_room(s, wanted > n ? wanted : n, err);
    if (status >= 0)
        status = ask_waiting(s, n, trials, n_out, err);
    int64_t left = s->planned - history_rows(s->history);
    if (status < 0 || *n_out > 0 || n <= 0)
        return status;
    if (left <= 0)
        return HONE_DONE;
    if (study_batch_open(s))
        return HONE_WAIT;
    return ask_strategy(s, wanted < left ? wanted : left, n, NULL, trials, n_out, err);
}

int32_t study_ask(study *s, int64_t n, trial *trials, int64_t *n_out, error *err)
{
    *n_out = 0;
    int32_t status = study_begin(s, err);
    if (status < 0)
        return status;
    status = s->apart ? ask_apart(s, n, trials, n_out, err) : ask_beside(s, n, trials, n_out, err);
    if (status < 0)
        return study_abandon(s, status);
    int32_t committed = study_commit(s, err);
    return committed < 0 ? committed : status;
}
