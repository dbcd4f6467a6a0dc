/* bench_open.c - opening a stored study of 100,000 trials of a history-only strategy. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "study.h"
#include "text.h"

enum { TRIALS = 100000, BATCH = 1000 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int fail(error *err)
{
    fprintf(stderr, "bench_open: %s\n", error_text(err));
    error_free(err);
    return 1;
}

/* Many trials a transaction: this part is not what is measured. */
static int32_t fill(study *s, error *err)
{
    static trial trials[BATCH];
    for (int done = 0; done < TRIALS; done += BATCH) {
        int64_t n = 0;
        int32_t status = study_begin(s, err);
        if (status >= 0)
            status = study_ask(s, BATCH, trials, &n, err);
        for (int64_t i = 0; i < n && status >= 0; i++) {
            double y = trials[i].native[0];
            told t = {.state = HONE_COMPLETE, .values = &y, .seconds = 0.0};
            status = study_tell(s, trials[i].number, &t, err);
        }
        if (status >= 0)
            status = study_commit(s, err);
        if (status < 0)
            return status;
    }
    return HONE_OK;
}

int main(void)
{
    static const char STUDY[] = "[study]\nname = s\nseed = 1\nstorage = s.db\ntrials = 200000\n"
                                "[space]\na = float 0 1\nb = float 0 1\nc = float 0 1\n"
                                "d = float 0 1\ne = float 0 1\n[strategy]\nplugin = random\n";
    char folder[] = "/var/tmp/hone_open_XXXXXX", command[64];
    const char *const dirs[] = {BUILD_DIR "/plugins"};
    config_settings settings = {.plugins = {.dirs = dirs, .n_dirs = 1, .no_probe = true}};
    error err = {0};
    config c;
    study *s = NULL;

    if (!mkdtemp(folder))
        return 1;
    if (config_read(STUDY, "s.ini", folder, &settings, &c, &err) < 0)
        return fail(&err);
    study_settings opening = {.config = &c};
    if (study_open(&opening, &s, &err) < 0 || fill(s, &err) < 0)
        return fail(&err);
    study_close(s);
    s = NULL;
    double start = now();
    if (study_open(&opening, &s, &err) < 0)
        return fail(&err);
    printf("opening a study of %lld trials: %.3f s\n",
           (long long)history_rows(study_history(s)), now() - start);
    study_close(s);
    config_free(&c);
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 ? 0 : 1;
}
