/* resume.c - kill -9 and go on, again and again: the study ends in the same bits as one that was
 * never interrupted, and no trial that was reported is lost or evaluated twice.
 *
 *     resume          200 rounds for each cheap strategy, 50 for bayes
 *     resume short    5 each
 *     resume NAME N   N rounds for one strategy
 *
 * A round starts `hone run`, reads what it reports, and kills it after a random while.  When a
 * study is done it is compared and the next begins, until the rounds are over; the last
 * study is brought to its end.  By default a trial during which the process died twice counts as
 * failed; `retries` says otherwise here.  The database is read with SQL, not with hone's own code.
 * FAULTS_SEED sets the random delays. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MAX_TRIALS = 256, LINE = 1024 };

typedef struct subject {
    const char *strategy, *options;
    int trials, rounds;
    const char *fidelity; /* " fidelity": the space has one */
} subject;

static const subject SUBJECTS[] = {
    {"grid", "points = 4", 60, 200, ""},
    {"random", "", 60, 200, ""},
    {"sobol", "", 60, 200, ""},
    {"lhs", "", 60, 200, ""},
    {"cmaes", "", 60, 200, ""},
    {"tpe", "", 60, 200, ""},
    {"asha", "eta = 3\nmin_resource = 11", 60, 50, " fidelity"},
    {"hyperband", "eta = 3\nmin_resource = 11", 60, 50, " fidelity"},
    {"bohb", "min_resource = 11\nrandom = 0.1", 60, 50, " fidelity"},
    {"dehb", "eta = 3\nmin_resource = 11", 60, 50, " fidelity"},
    {"nsga2", "population = 10", 60, 200, ""},
    {"evolution", "population = 10", 60, 200, ""},
    {"de", "population = 10", 60, 200, ""},
    {"nelder_mead", "", 60, 200, ""},
    {"nlopt", "searches = 3", 60, 50, ""},
    {"nlopt", "algorithm = crs2", 60, 50, ""},
    {"pso", "", 60, 200, ""},
    {"local", "", 60, 200, ""},
    {"bayes", "", 20, 50, ""},
    {"bayes", "surrogate = forest", 30, 50, ""},
    {"bayes", "acquisition = thompson\nregion = 0.6", 25, 50, ""},
    {"bayes", "acquisition = log_nei\nregion = 0.6", 25, 50, ""},
    {"turbo", "initial = 6\nregions = 2\ncandidates = 100", 40, 50, ""},
    {"auto", "patience = 0\nshare = 0", 40, 50, ""},
};
enum { N_SUBJECTS = sizeof SUBJECTS / sizeof *SUBJECTS };

static const char STUDY[] = "[study]\nname = s\nseed = 5\ntrials = %d\nstorage = s.db\nretries = 1000\n"
                            "[space]\nx = float -5 10\nk = int 1 100 log%s\nc = categorical a b c\n"
                            "z = float 0 1 when c = a b\n"
                            "[strategy]\nplugin = %s\n%s\n"
                            "[objective]\nplugin = command\nresult = last_line\n"
                            "command = sh -c \"exec awk 'BEGIN { printf \\\"%%.17g\\n\\\", "
                            "ENVIRON[\\\"HONE_X\\\"] ^ 2 + log(ENVIRON[\\\"HONE_K\\\"]) + "
                            "length(ENVIRON[\\\"HONE_Z\\\"]) }'\"\n";

/* One that needs a library is not everywhere. */
static bool built(const char *strategy)
{
    char path[LINE];
    snprintf(path, sizeof path, BUILD_DIR "/plugins/strategy/%s.so", strategy);
    return access(path, F_OK) == 0;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Of Vigna, "splitmix64": the delays of a seed can be had again. */
static uint64_t state;
static double uniform(void)
{
    uint64_t z = (state += 0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/* ---- a run ---- */

typedef struct reports {
    char line[MAX_TRIALS][LINE]; /* "" until reported; without its duration */
    int n, twice;
} reports;

/* "trial 3 complete 1.5 x=1 ... 12 ms": kept up to the last parameter, so that the time that
 * it took does not count. */
static void note_line(reports *r, char *line)
{
    int number;
    if (sscanf(line, "trial %d complete", &number) != 1 || number < 0 || number >= MAX_TRIALS)
        return;
    char *params = strstr(line, "x=");
    char *end = params ? strstr(params, "c=") : NULL;
    if (end)
        end[strcspn(end, " ")] = '\0';
    if (r->line[number][0])
        r->twice++;
    else
        r->n++;
    line[strnlen(line, LINE - 1)] = '\0';
    strcpy(r->line[number], line);
}

static int start(pid_t *pid)
{
    int pipe_of[2];
    if (pipe(pipe_of) != 0 || (*pid = fork()) < 0)
        return -1;
    if (*pid == 0) {
        dup2(pipe_of[1], STDOUT_FILENO);
        close(pipe_of[0]);
        close(pipe_of[1]);
        freopen("errors", "a", stderr);
        execl(BUILD_DIR "/hone", "hone", "run", "study.ini", (char *)NULL);
        _exit(127);
    }
    close(pipe_of[1]);
    return pipe_of[0];
}

/* Runs the study; kills it after `seconds` (infinite: never).  Returns the wait status. */
static int run(double seconds, reports *r)
{
    char text[8192];
    size_t held = 0;
    pid_t pid;
    int in = start(&pid), status = -1;
    const double deadline = now() + seconds;
    bool killed = false;
    ssize_t n = 1;

    if (in < 0)
        return -1;
    while (n > 0) {
        double left = deadline - now();
        struct pollfd wait = {.fd = in, .events = POLLIN};
        if (!killed && left <= 0) {
            kill(pid, SIGKILL);
            killed = true;
        }
        int ready = poll(&wait, 1, killed || left > 600 ? -1 : (int)(left * 1000) + 1);
        if (ready <= 0)
            continue;
        n = read(in, text + held, sizeof text - 1 - held);
        held += n > 0 ? (size_t)n : 0;
        text[held] = '\0';
        char *line = text, *end;
        for (; (end = strchr(line, '\n')); line = end + 1) {
            *end = '\0';
            note_line(r, line);
        }
        held = strlen(line);
        memmove(text, line, held + 1);
    }
    close(in);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return status;
}

/* ---- what is stored ---- */

/* All trials of s.db as text, numbers to the last bit; NULL if it cannot be read. */
static char *snapshot(void)
{
    static const char SQL[] =
        "SELECT number, state, coalesce((SELECT group_concat(param_name || '=' || param_value, ' ') "
        "FROM (SELECT param_name, printf('%!.20g', param_value) AS param_value FROM trial_params p "
        "WHERE p.trial_id = t.trial_id ORDER BY param_name)), ''), coalesce((SELECT "
        "printf('%!.20g', value) FROM trial_values v WHERE v.trial_id = t.trial_id), '') "
        "FROM trials t ORDER BY number";
    sqlite3 *db = NULL;
    sqlite3_stmt *q = NULL;
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    int status = sqlite3_open_v2("s.db", &db, SQLITE_OPEN_READWRITE, NULL);
    if (status == SQLITE_OK)
        status = sqlite3_prepare_v2(db, SQL, -1, &q, NULL);
    while (status == SQLITE_OK || status == SQLITE_ROW) {
        status = sqlite3_step(q);
        if (status == SQLITE_ROW)
            fprintf(out, "%d %s %s %s\n", sqlite3_column_int(q, 0), sqlite3_column_text(q, 1),
                    sqlite3_column_text(q, 2), sqlite3_column_text(q, 3));
    }
    if (status != SQLITE_DONE)
        fprintf(stderr, "s.db: %s\n", sqlite3_errmsg(db));
    sqlite3_finalize(q);
    sqlite3_close(db);
    fclose(out);
    return text;
}

static bool stored(int number)
{
    char line[64];
    char *text = snapshot();
    snprintf(line, sizeof line, "%d COMPLETE ", number);
    const char *at = text;
    while ((at = strstr(at, line)) && at != text && at[-1] != '\n')
        at++;
    free(text);
    return at != NULL;
}

static void remove_study(void)
{
    unlink("s.db");
    unlink("s.db-wal");
    unlink("s.db-shm");
}

/* ---- rounds ---- */

typedef struct reference {
    char *trials;
    reports reported;
    double seconds;
} reference;

static int differences(const reference *whole, const reports *r, const char *what)
{
    int bad = 0;
    for (int i = 0; i < MAX_TRIALS; i++)
        if (r->line[i][0] && strcmp(r->line[i], whole->reported.line[i]) != 0 && bad++ < 3)
            printf("%s: trial %d was reported as\n  %s\nnot as\n  %s\n", what, i, r->line[i],
                   whole->reported.line[i]);
    return bad;
}

static int check_killed(const reference *whole, const reports *r, const char *what)
{
    int bad = differences(whole, r, what);
    for (int i = 0; i < MAX_TRIALS; i++)
        if (r->line[i][0] && !stored(i)) {
            printf("%s: trial %d was reported and is not stored\n", what, i);
            bad++;
        }
    return bad;
}

/* The first line in which two texts differ. */
static void show_difference(const char *a, const char *b)
{
    while (*a && *b) {
        size_t n = strcspn(a, "\n"), m = strcspn(b, "\n");
        if (n != m || strncmp(a, b, n) != 0)
            break;
        a += n + (a[n] == '\n');
        b += m + (b[m] == '\n');
    }
    printf("  %.*s\nnot\n  %.*s\n", (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

static int check_done(const reference *whole, const reports *r, const char *what)
{
    int bad = differences(whole, r, what) + r->twice;
    char *now_stored = snapshot();
    if (r->twice)
        printf("%s: %d trials were reported twice\n", what, r->twice);
    if (!now_stored || strcmp(now_stored, whole->trials) != 0) {
        printf("%s: the study ended in other bits:\n", what);
        show_difference(now_stored ? now_stored : "", whole->trials);
        bad++;
    }
    free(now_stored);
    return bad;
}

static int rounds_of(const subject *s, int rounds)
{
    reference whole = {0};
    int kills = 0, studies = 0, bad = 0;
    FILE *file = fopen("study.ini", "w");
    if (!file)
        return 1;
    fprintf(file, STUDY, s->trials, s->fidelity, s->strategy, s->options);
    fclose(file);

    remove_study();
    const double begin = now();
    int status = run(1e9, &whole.reported);
    whole.seconds = now() - begin;
    whole.trials = snapshot();
    if (status != 0 || whole.reported.n != s->trials) {
        printf("%s: the uninterrupted run ended with %d after %d trials\n", s->strategy, status,
               whole.reported.n);
        free(whole.trials);
        return 1;
    }
    for (int round = 0; round < rounds && bad == 0;) {
        reports r = {0};
        status = -1;
        remove_study();
        while (status != 0 && bad == 0) {
            bool last = round >= rounds;
            status = run(last ? 1e9 : 0.5 * whole.seconds * uniform(), &r);
            round++;
            kills += status != 0;
            if (status != 0 && !(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)) {
                printf("%s: the run ended with status %d (see errors)\n", s->strategy, status);
                bad++;
            }
            if (access("s.db", F_OK) == 0 && status != 0)
                bad += check_killed(&whole, &r, s->strategy);
        }
        if (bad == 0)
            bad = check_done(&whole, &r, s->strategy);
        studies++;
    }
    printf("%-8s %d rounds, %d kills, %d studies of %d trials: %s\n", s->strategy, rounds, kills,
           studies, s->trials, bad ? "DIFFERENT" : "the same bits, nothing lost");
    fflush(stdout);
    free(whole.trials);
    return bad;
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/hone_resume_XXXXXX", command[128];
    const char *seed = getenv("FAULTS_SEED");
    const bool quick = argc == 2 && strcmp(argv[1], "short") == 0;
    int bad = 0;

    state = seed ? strtoull(seed, NULL, 10) : 1;
    if (!mkdtemp(folder) || chdir(folder) != 0)
        return 1;
    for (int i = 0; i < N_SUBJECTS; i++) {
        const subject *s = &SUBJECTS[i];
        if (!built(s->strategy) || (argc == 3 && strcmp(argv[1], s->strategy) != 0))
            continue;
        bad += rounds_of(s, quick ? 5 : argc == 3 ? atoi(argv[2]) : s->rounds);
    }
    if (bad) {
        printf("kept for a look: %s (FAULTS_SEED=%s)\n", folder, seed ? seed : "1");
        return 1;
    }
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") == 0 && system(command) == 0 ? 0 : 1;
}
