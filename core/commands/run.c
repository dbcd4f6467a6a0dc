/* run.c - `hone run STUDY.ini`: a study from the first trial, or from where it stopped. */
#include "loop.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "open.h"
#include "progress.h"
#include "signals.h"

static int32_t cancelled(void *context)
{
    (void)context;
    return signals_count() > 1;
}

static int interrupts(void *context)
{
    (void)context;
    return signals_count();
}

static void say_origin(const invocation *in, const opened *o)
{
    const study_origin *from = study_origin_of(o->study);
    const config *c = &o->config;
    if (flag_given(in, "quiet"))
        return;
    if (!from->continued) {
        if (strcmp(c->storage, "memory") != 0)
            fprintf(stderr, "study '%s', new, in %s\n", c->name, c->storage);
        return;
    }
    fprintf(stderr, "study '%s' in %s goes on after %lld trials: %lld complete", c->name,
            c->storage, (long long)(from->n_complete + from->n_pruned + from->n_failed),
            (long long)from->n_complete);
    if (from->n_pruned)
        fprintf(stderr, ", %lld pruned", (long long)from->n_pruned);
    if (from->n_failed)
        fprintf(stderr, ", %lld failed", (long long)from->n_failed);
    if (from->n_lost)
        fprintf(stderr, "; %lld that did not end %s run again", (long long)from->n_lost,
                from->n_lost == 1 ? "is" : "are");
    fprintf(stderr, "\n");
}

static stop_rules rules_of(const opened *o)
{
    const config *c = &o->config;
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (stop_rules){.trials = study_planned(o->study),
                        .deadline = (double)t.tv_sec + 1e-9 * (double)t.tv_nsec + c->time,
                        .target = c->target,
                        .patience = c->patience,
                        .max_failures = c->max_failures};
}

static int exit_of(const opened *o, const run_result *r)
{
    if (r->reason == STOP_SIGNAL)
        return 128 + signals_first();
    if (r->reason == STOP_FAILURES || history_best(study_history(o->study)) < 0)
        return EXIT_FAILED;
    return EXIT_DONE;
}

static void explain_failures(const run_result *r)
{
    if (r->reason != STOP_FAILURES && r->state.finished != r->state.failures)
        return;
    if (r->last_reason[0])
        fprintf(stderr, "hone: the last failure: %s\n", r->last_reason);
    if (r->last_output && *r->last_output)
        fprintf(stderr, "hone: its output was:\n%s%s", r->last_output,
                r->last_output[strlen(r->last_output) - 1] == '\n' ? "" : "\n");
}

static int progress_mode(const invocation *in)
{
    if (flag_given(in, "json"))
        return PROGRESS_JSON;
    if (flag_given(in, "quiet"))
        return PROGRESS_QUIET;
    return isatty(STDOUT_FILENO) && isatty(STDERR_FILENO) ? PROGRESS_LINE : PROGRESS_PLAIN;
}

static int work(const invocation *in, opened *o)
{
    error err = {0};
    progress shown;
    run_result result;
    const config *c = &o->config;
    evaluator_settings evaluating = {.config = c,
                                     .log = &in->log,
                                     .workers = c->workers,
                                     .set = o->settings.set,
                                     .n_set = o->settings.n_set};
    run_settings running = {.study = o->study,
                            .evaluator = &evaluating,
                            .log = &in->log,
                            .rules = rules_of(o),
                            .wake_fd = signals_wake_fd(),
                            .interrupts = interrupts,
                            .finished = progress_finished,
                            .tick = progress_tick,
                            .context = &shown};
    progress_start(&shown, o->study, progress_mode(in), in->color);
    int32_t status = run_study(&running, &result, &err);
    progress_clear(&shown);
    if (shown.mode != PROGRESS_JSON)
        progress_summary(&shown, &result, &running.rules);
    fflush(stdout);
    explain_failures(&result);
    int exit = status < 0 ? command_fail(&err) : exit_of(o, &result);
    free(result.last_output);
    return exit;
}

static int run(invocation *in)
{
    opened o;
    int64_t more = 0, trials = 0, workers = 0;
    char plan[64], slots[64];
    const char *sets[3] = {NULL};
    int n = 0;

    if (!flag_int(in, "more", 0, &more) || !flag_int(in, "trials", 1, &trials) ||
        !flag_int(in, "workers", 1, &workers))
        return EXIT_USAGE;
    snprintf(plan, sizeof plan, "study.trials=%lld", (long long)trials);
    snprintf(slots, sizeof slots, "study.workers=%lld", (long long)workers);
    if (trials)
        sets[n++] = plan;
    if (workers)
        sets[n++] = slots;
    int exit = opened_config(&o, in, in->arguments[0], true, sets);
    if (exit != EXIT_DONE)
        return exit;
    signals_install();
    study_settings settings = {
        .log = &in->log, .amend = flag_given(in, "amend"), .cancelled = cancelled};
    if ((exit = opened_study(&o, &settings)) != EXIT_DONE)
        return exit;
    if (more)
        study_plan(o.study, history_rows(study_history(o.study)) + more);
    say_origin(in, &o);
    exit = work(in, &o);
    opened_close(&o);
    return exit;
}

static const flag FLAGS[] = {
    {"trials", "N", "trials in all, instead of the study file's"},
    {"more", "N", "N trials more than there are"},
    {"workers", "N", "evaluations at once, instead of the study file's"},
    {"amend", NULL, "go on although the study file changed in what matters"},
    {"json", NULL, "one JSON object a finished trial on standard output"},
    {NULL, NULL, NULL},
};

const command COMMAND_RUN = {
    .name = "run",
    .arguments = "STUDY.ini",
    .summary = "run a study, or go on with it exactly where it stopped",
    .help = "Evaluates trials until a rule of [study] stops it: trials, time, target,\n"
            "patience, max_failures.  If the storage has the study already it goes on, with\n"
            "the same random numbers as if it had never stopped; if the study file changed in\n"
            "what matters, it says what differs and stops.\n"
            "\n"
            "Ctrl-C once: no new trials, running ones get a grace time, a summary, exit 130.\n"
            "Ctrl-C twice: at once.  What was reported as done is in storage in any case.\n",
    .examples = "  hone run study.ini\n"
                "  hone run study.ini --set strategy.plugin=random --set study.name=baseline\n"
                "  hone run study.ini --more 20\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = run,
};
