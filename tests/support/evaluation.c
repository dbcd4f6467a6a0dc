/* evaluation.c - see evaluation.h. */
#include "evaluation.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "reap.h"
#include "study.h"
#include "text.h"

double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int children_count(void)
{
    int n;
    free(children_list(&n));
    return n;
}

int processes_with(const char *needle)
{
    int found = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *d; proc && (d = readdir(proc));) {
        char path[300], line[4096];
        snprintf(path, sizeof path, "/proc/%s/cmdline", d->d_name);
        FILE *f = d->d_name[0] >= '0' && d->d_name[0] <= '9' ? fopen(path, "r") : NULL;
        if (!f)
            continue;
        size_t n = fread(line, 1, sizeof line - 1, f);
        fclose(f);
        for (size_t i = 0; i < n; i++)
            line[i] = line[i] ? line[i] : ' ';
        line[n] = '\0';
        found += strstr(line, needle) != NULL;
    }
    if (proc)
        closedir(proc);
    return found;
}

static void keep_line(void *context, int32_t level, const char *line)
{
    laboratory *l = context;
    size_t n = strlen(l->log);
    (void)level;
    snprintf(l->log + n, sizeof l->log - n, "%s\n", line);
}

void laboratory_begin(laboratory *l)
{
    *l = (laboratory){.sink = {.write = keep_line, .level = HONE_LOG_WARN}};
    l->sink.context = l;
    /* For workers in a build with AddressSanitizer: a crash is to look like one. */
    setenv("ASAN_OPTIONS", "handle_segv=0:handle_abort=0:allow_user_segv_handler=1", 0);
    strcpy(l->folder, "/tmp/hone-lab-XXXXXX");
    if (!mkdtemp(l->folder))
        abort();
}

void laboratory_file(const laboratory *l, const char *name, const char *content)
{
    char path[200];
    snprintf(path, sizeof path, "%s/%s", l->folder, name);
    FILE *f = fopen(path, "w");
    if (!f || fputs(content, f) < 0 || fclose(f) != 0)
        abort();
    if (strncmp(content, "#!", 2) == 0)
        chmod(path, 0755);
}

int32_t laboratory_open(laboratory *l, const char *more, int64_t workers)
{
    static const char *const DIRS[] = {BUILD_DIR "/plugins"};
    char *file = NULL;
    int n_set = 0;
    while (l->set && l->set[n_set])
        n_set++;
    config_settings settings = {.plugins = {.dirs = DIRS, .n_dirs = 1, .no_probe = true,
                                            .allow_unsafe = true},
                                .set = l->set, .n_set = n_set, .objective_only = true,
                                .need_objective = true};
    if (asprintf(&file, "[study]\nname = lab\ntrials = 10\nstorage = memory\n%s", more) < 0)
        abort();
    int32_t status = config_read(file, "lab.ini", l->folder, &settings, &l->config, &l->err);
    free(file);
    if (status >= 0)
        status = study_take_space(&l->config, &l->sink, &l->err);
    if (status < 0)
        return status;
    evaluator_settings e = {.config = &l->config, .log = &l->sink, .workers = workers,
                            .set = l->set, .n_set = n_set, .program = BUILD_DIR "/hone"};
    return evaluator_new(&e, &l->evaluator, &l->err);
}

static void add_note(evaluation *to, const event *e)
{
    char *notes = NULL, number[NUMBER_ROOM];
    const char *value = e->text ? e->text : number_text(e->value, number);
    if (strcmp(e->key, "reason") == 0 || strcmp(e->key, "output") == 0) {
        char **kept = *e->key == 'r' ? &to->reason : &to->output;
        free(*kept);
        *kept = strdup(value);
    } else if (asprintf(&notes, "%s%s=%s;", to->notes ? to->notes : "", e->key, value) >= 0) {
        free(to->notes);
        to->notes = notes;
    }
}

/* Takes what was said about one trial, tests that evaluate several look at results only. */
bool laboratory_next(laboratory *l, double seconds, evaluation *out)
{
    double end = seconds_now() + seconds;
    event e;
    *out = (evaluation){0};
    while (evaluator_wait(l->evaluator, fmax(0, end - seconds_now()), -1, &e, &l->err) >= 0 &&
           (e.type || seconds_now() < end)) {
        if (e.type == EVENT_NOTE)
            add_note(out, &e);
        if (e.type == EVENT_REPORT && out->n_reports < EVALUATION_REPORTS) {
            out->steps[out->n_reports] = e.step;
            out->reported[out->n_reports++] = e.value;
            if (out->n_reports == l->stop_at)
                evaluator_stop(l->evaluator, e.number);
        }
        if (e.type != EVENT_RESULT)
            continue;
        out->state = e.state;
        out->seconds = e.seconds;
        out->lost = e.lost;
        out->number = e.number;
        out->repeat = e.repeat;
        memcpy(out->y, e.y, (size_t)l->config.n_goals * sizeof *e.y);
        memcpy(out->yvar, e.yvar, (size_t)l->config.n_goals * sizeof *e.y);
        if (e.c)
            memcpy(out->c, e.c, (size_t)l->config.n_constraints * sizeof *e.c);
        return true;
    }
    return false;
}

void laboratory_submit(laboratory *l, int64_t number, const double *native)
{
    const job j = {.number = number, .seed = 1000 + (uint64_t)number, .native = native};
    if (evaluator_submit(l->evaluator, &j, &l->err) < 0) {
        fprintf(stderr, "%s\n", error_text(&l->err));
        abort();
    }
}

evaluation laboratory_try(laboratory *l, int64_t number, const double *native)
{
    evaluation out;
    laboratory_submit(l, number, native);
    if (!laboratory_next(l, 60, &out))
        abort();
    return out;
}

void evaluation_free(evaluation *e)
{
    free(e->reason);
    free(e->output);
    free(e->notes);
    *e = (evaluation){0};
}

void laboratory_shut(laboratory *l)
{
    evaluator_free(l->evaluator);
    l->evaluator = NULL;
    config_free(&l->config);
    l->config = (config){0};
    error_free(&l->err);
}

void laboratory_close(laboratory *l)
{
    char line[100];
    laboratory_shut(l);
    snprintf(line, sizeof line, "rm -rf %s", l->folder);
    if (system(line) != 0)
        abort();
}
