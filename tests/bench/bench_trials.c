/* bench_trials.c - what the host costs a trial: random search, float parameters, an objective
 * that does nothing, in process and in memory.
 *
 *     bench_trials                   trials a second and bytes a trial, 5 and 40 parameters
 *     bench_trials N_PARAMS N_TRIALS one measurement
 *
 * Memory is the growth of the resident set over the run. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"
#include "text.h"

static double seconds(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double resident_bytes(void)
{
    long pages = 0, resident = 0;
    FILE *f = fopen("/proc/self/statm", "r");
    if (!f || fscanf(f, "%ld %ld", &pages, &resident) != 2)
        resident = 0;
    if (f)
        fclose(f);
    return (double)resident * (double)sysconf(_SC_PAGESIZE);
}

static int fail(error *err)
{
    fprintf(stderr, "bench_trials: %s\n", error_text(err));
    error_free(err);
    return 1;
}

static int measure(int n_params, long n_trials)
{
    text file = {0};
    error err = {0};
    config c;
    study *s = NULL;
    run_result result;
    const char *const dirs[] = {BUILD_DIR "/plugins"};
    config_settings settings = {.plugins = {.dirs = dirs, .n_dirs = 1, .no_probe = true},
                                .need_objective = true};

    text_add(&file, "[study]\nname = bench\nseed = 1\nstorage = memory\ntrials = %ld\n[space]\n",
             n_trials);
    for (int i = 0; i < n_params; i++)
        text_add(&file, "x%d = float 0 1\n", i);
    text_add(&file, "[strategy]\nplugin = random\n[objective]\nplugin = testfn\nfunction = noop\n"
                    "isolation = none\n");
    if (config_read(file.data, "bench.ini", "/tmp", &settings, &c, &err) < 0)
        return fail(&err);
    study_settings opening = {.config = &c};
    if (study_open(&opening, &s, &err) < 0)
        return fail(&err);

    evaluator_settings evaluating = {.config = &c, .workers = 1};
    run_settings running = {.study = s,
                            .evaluator = &evaluating,
                            .rules = {.trials = n_trials, .deadline = 1e300},
                            .wake_fd = -1};
    double memory = resident_bytes(), start = seconds(CLOCK_PROCESS_CPUTIME_ID);
    if (run_study(&running, &result, &err) < 0)
        return fail(&err);
    double spent = seconds(CLOCK_PROCESS_CPUTIME_ID) - start;
    memory = resident_bytes() - memory;
    printf("%2d parameters, %8ld trials: %8.0f trials/s, %5.2f us and %4.0f bytes a trial\n",
           n_params, n_trials, (double)n_trials / spent, 1e6 * spent / (double)n_trials,
           memory / (double)n_trials);
    study_close(s);
    config_free(&c);
    text_free(&file);
    return 0;
}

/* In a process of its own: what an earlier measurement freed would be counted. */
static int apart(int n_params, long n_trials)
{
    int how;
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        int exit = measure(n_params, n_trials);
        fflush(stdout);
        _exit(exit);
    }
    return child < 0 || waitpid(child, &how, 0) != child || how != 0;
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return measure(atoi(argv[1]), atol(argv[2]));
    return apart(5, 1000000) || apart(40, 200000) || apart(40, 1000000);
}
