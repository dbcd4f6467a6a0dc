/* compare.c - `hone compare FILE.ini`: strategies on problems, and what the data says. */
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "compare_pool.h"
#include "compare_results.h"
#include "signals.h"

typedef struct effort {      /* a comparison at work */
    const invocation *in;
    const comparison *c;
    record_log log;
    int64_t *left;           /* [n_left] runs */
    int64_t n_left, done, lost;
    double started, shown;
    bool line;               /* stderr is a terminal */
} effort;

static double now_seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool interrupted(void *context)
{
    (void)context;
    return signals_count() > 0;
}

static void tick(void *context)
{
    effort *e = context;
    double now = now_seconds(), took = now - e->started;
    char number[NUMBER_ROOM];
    if (!e->line || now - e->shown < 0.2)
        return;
    e->shown = now;
    fprintf(stderr, "\r\033[Krun %lld of %lld", (long long)e->log.n_present, (long long)e->log.n);
    if (e->done > 0)
        fprintf(stderr, ", %s left",
                duration_text(ceil(took / (double)e->done * (double)(e->n_left - e->done)),
                              number));
}

static int32_t done(void *context, int64_t run, const char *line, error *err)
{
    effort *e = context;
    e->done++;
    return record_log_add(&e->log, run, line, err);
}

static void lost(void *context, int64_t run)
{
    effort *e = context;
    run_place at = comparison_place(e->c, run);
    e->done++;
    e->lost++;
    fprintf(stderr, "%shone: the process of %s on %s ended at work\n", e->line ? "\r\033[K" : "",
            e->c->contenders[at.contender].name, e->c->blocks[at.block].name);
}

/* Large dimensions first: the last runs are short then. */
static int64_t dimension_of(const effort *e, int64_t run)
{
    return e->c->blocks[comparison_place(e->c, run).block].dimension;
}

static bool choose_runs(effort *e)
{
    int64_t most = 0, below;
    e->left = calloc((size_t)e->log.n + 1, sizeof *e->left);
    for (int64_t i = 0; e->left && i < e->log.n; i++)
        if (!e->log.records[i].present && dimension_of(e, i) > most)
            most = dimension_of(e, i);
    for (; e->left && most >= 0; most = below) {
        below = -1;
        for (int64_t i = 0; i < e->log.n; i++) {
            int64_t d = dimension_of(e, i);
            if (d == most && !e->log.records[i].present)
                e->left[e->n_left++] = i;
            if (d < most && d > below)
                below = d;
        }
    }
    return e->left != NULL;
}

/* The program again, with the flags that decide what it reads. */
static char **worker_words(const invocation *in)
{
    char **words = calloc(2 * (size_t)in->n_flags + 5, sizeof *words);
    int n = 0;
    if (!words)
        return NULL;
    words[n++] = strdup(registry_program());
    words[n++] = strdup("compare-runs");
    words[n++] = strdup(in->arguments[0]);
    for (int i = 0; i < in->n_flags; i++) {
        const given_flag *f = &in->flags[i];
        text t = {0};
        if (strcmp(f->flag->name, "jobs") == 0 || strcmp(f->flag->name, "no-figures") == 0)
            continue;
        text_add(&t, "--%s%s%s", f->flag->name, f->value ? "=" : "", f->value ? f->value : "");
        words[n++] = text_take(&t);
    }
    return words;
}

static void free_words(char **words)
{
    for (char **w = words; w && *w; w++)
        free(*w);
    free(words);
}

static int32_t work(effort *e, int64_t processes, error *err)
{
    char **words = worker_words(e->in);
    int32_t status = HONE_OK;
    if (!words || !choose_runs(e))
        status = error_add(err, HONE_ENOMEM, "out of memory for the runs");
    e->started = now_seconds();
    pool_settings with = {.words = words,
                          .processes = processes,
                          .wake_fd = signals_wake_fd(),
                          .interrupted = interrupted,
                          .done = done,
                          .lost = lost,
                          .tick = tick,
                          .context = e};
    if (status >= 0 && e->n_left > 0)
        status = pool_work(&with, e->left, e->n_left, err);
    if (e->line)
        fprintf(stderr, "\r\033[K");
    free_words(words);
    free(e->left);
    return status;
}

static void command_words(const invocation *in, text *out)
{
    text_add(out, "hone compare %s", in->arguments[0]);
    for (int i = 0; i < in->n_flags; i++)
        text_add(out, " --%s%s%s", in->flags[i].flag->name, in->flags[i].value ? "=" : "",
                 in->flags[i].value ? in->flags[i].value : "");
}

/* Without gnuplot all else is there. */
static void draw(const findings *r, const char *words)
{
    error problem = {0};
    text plot = {0};
    if (findings_plot(r, &plot, &problem) >= 0 && plot.data)
        printf("\n%s", plot.data);
    if (problem.status >= 0)
        findings_report(r, words, &problem);
    for (int i = 0; i < problem.n; i++)
        fprintf(stderr, "hone: no report: %s\n", problem.lines[i]);
    text_free(&plot);
    error_free(&problem);
}

static int conclude(const invocation *in, const comparison *c, const record_log *l, error *err)
{
    findings r;
    text summary = {0}, words = {0};
    command_words(in, &words);
    int32_t status = words.failed ? HONE_ENOMEM : findings_make(c, l, &r, err);
    if (status >= 0)
        status = findings_save(&r, words.data, err);
    if (status >= 0) {
        findings_summary(&r, &summary);
        fputs(summary.data ? summary.data : "", stdout);
    }
    if (status >= 0)
        status = findings_coco(&r, err);
    if (status >= 0 && !flag_given(in, "no-figures"))
        draw(&r, words.data);
    if (status >= 0)
        printf("\nresults in %s\n", c->folder);
    int64_t failed = status >= 0 ? findings_failed(&r) : 0;
    findings_free(&r);
    text_free(&summary);
    text_free(&words);
    if (status < 0)
        return command_fail(err);
    if (failed > 0)
        fprintf(stderr, "hone: %lld of %lld runs failed; the same command tries them again\n",
                (long long)failed, (long long)l->n);
    return failed > 0 ? EXIT_FAILED : EXIT_DONE;
}

static int finish(effort *e, int32_t status, error *err)
{
    if (status < 0)
        return command_fail(err);
    if (e->log.n_present == e->log.n)
        return conclude(e->in, e->c, &e->log, err);
    fprintf(stderr, "hone: %lld of %lld runs are done and kept in %s; the same command goes on\n",
            (long long)e->log.n_present, (long long)e->log.n, e->c->folder);
    return signals_count() > 0 ? 128 + signals_first() : EXIT_FAILED;
}

static int compare(invocation *in)
{
    comparison c;
    config_settings settings;
    settings_lists lists;
    error err = {0};
    int64_t jobs = 0;
    if (!flag_int(in, "jobs", 1, &jobs))
        return EXIT_USAGE;
    command_settings(in, &settings, &lists);
    setenv("OPENBLAS_NUM_THREADS", "1", 1); /* each process has a core */
    setenv("OMP_NUM_THREADS", "1", 1);
    effort e = {.in = in, .c = &c, .log = {.fd = -1}};
    e.line = isatty(STDERR_FILENO) && !flag_given(in, "quiet");
    int32_t status = comparison_load(in->arguments[0], &settings, &c, &err);
    if (status >= 0)
        status = record_log_open(&c, &e.log, &err);
    if (status >= 0) {
        if (e.log.n_present > 0 && !flag_given(in, "quiet"))
            fprintf(stderr, "%lld of %lld runs are in %s already\n", (long long)e.log.n_present,
                    (long long)e.log.n, c.folder);
        signals_install();
        status = work(&e, jobs ? jobs : sysconf(_SC_NPROCESSORS_ONLN), &err);
    }
    int exit = finish(&e, status, &err);
    record_log_close(&e.log);
    comparison_free(&c);
    settings_free(&lists);
    return exit;
}

/* ---- a process that does runs ------------------------------------------------------------ */

static bool answer(const comparison *c, const config_settings *settings, const log_sink *log,
                   int64_t run, FILE *out, error *err)
{
    run_place at = comparison_place(c, run);
    run_record record;
    text line = {0};
    char key[65];
    bool good = comparison_key(c, at, key, err) >= 0 &&
                compare_run(c, at, settings, log, &record, err) >= 0;
    if (good) {
        run_record_write(&record, key, &line);
        good = !line.failed && fputs(line.data, out) >= 0 && fflush(out) == 0;
        run_record_free(&record);
    }
    text_free(&line);
    return good;
}

static int serve(invocation *in)
{
    comparison c = {0};
    config_settings settings;
    settings_lists lists;
    error err = {0};
    char line[64];
    int64_t run;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    command_settings(in, &settings, &lists);
    settings.plugins.no_probe = true; /* the process that started this one did */
    FILE *out = command_own_output();
    int32_t status = out ? comparison_load(in->arguments[0], &settings, &c, &err)
                         : error_add(&err, HONE_EFAIL, "no line to answer on");
    while (status >= 0 && fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (!number_int(line, &run) || run < 0 || run >= comparison_runs(&c))
            break;
        if (!answer(&c, &settings, &in->log, run, out, &err))
            status = err.status < 0 ? err.status : HONE_EFAIL;
    }
    if (out)
        fclose(out);
    comparison_free(&c);
    settings_free(&lists);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static const flag FLAGS[] = {
    {"jobs", "N", "runs at once, by default one a core"},
    {"no-figures", NULL, "tables only, no report.html"},
    {NULL, NULL, NULL},
};

const command COMMAND_COMPARE = {
    .name = "compare",
    .arguments = "FILE.ini",
    .summary = "compare strategies on problems: runs, statistics, tables",
    .help = "The file has a section [comparison] with budget, dimensions, instances, repeats,\n"
            "seed, workers, noise; a section [strategy NAME] for each contender, with a plugin\n"
            "and its options, or `command = program ...` for a program that speaks JSON lines;\n"
            "a section [problem NAME] for each objective, where function = 1-24 makes a suite,\n"
            "or with `study = FILE.ini`.  Other sections are those that strategies name.\n"
            "\n"
            "Runs are done on all cores and kept one by one; interrupted or killed, the same\n"
            "command goes on with what is left.  The numbers depend on neither the number of\n"
            "cores nor the order of runs.  A plugin whose file changed runs again.\n"
            "\n"
            "A run that fails (its strategy gives up, its program ends) counts with what it\n"
            "reached until then; such runs are named in the summary, in report.html and in\n"
            "runs.csv, the status is 1 then, and the same command tries them again.\n",
    .examples = "  hone compare comparison.ini\n"
                "  hone compare comparison.ini --set comparison.budget=500d --jobs 2\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = compare,
};

const command COMMAND_COMPARE_RUNS = {
    .name = "compare-runs",
    .arguments = "FILE.ini",
    .summary = "do runs of a comparison: numbers in, records out",
    .help = "What compare starts for each core.\n",
    .min_arguments = 1,
    .max_arguments = 1,
    .hidden = true,
    .run = serve,
};
