/* compare_record.c - see compare_record.h. */
#include "compare_record.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sha256.h"

enum { CHECK = 16 }; /* digits before a line */
enum { MOST_GOALS = 1000, MOST_POINTS = 10000000 }; /* of a front that is believed */

void run_record_free(run_record *r)
{
    free(r->steps);
    free(r->front);
    free(r->failure);
    *r = (run_record){0};
}

bool run_record_improve(run_record *r, improvement step)
{
    if (r->n == r->room) {
        int64_t room = r->room ? 2 * r->room : 32;
        improvement *steps = realloc(r->steps, (size_t)room * sizeof *steps);
        if (!steps)
            return false;
        r->steps = steps;
        r->room = room;
    }
    r->steps[r->n++] = step;
    return true;
}

double run_record_best(const run_record *r)
{
    return r->n ? r->steps[r->n - 1].value : INFINITY;
}

double run_record_runtime(const run_record *r, double target)
{
    for (int64_t i = 0; i < r->n; i++)
        if (r->steps[i].value <= target)
            return (double)r->steps[i].evaluation;
    return INFINITY;
}

/* ---- a line ------------------------------------------------------------------------------ */

void run_record_write(const run_record *r, const char key[65], text *out)
{
    const double numbers[] = {r->optimum, r->clock, r->asking, r->evaluating, r->igd_plus};
    char number[NUMBER_ROOM], check[SHA256_TEXT];
    text line = {0};
    text_add(&line, "%s %lld %lld %lld", key, (long long)r->dimension, (long long)r->evaluations,
             (long long)r->failures);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        text_add(&line, " %s", number_text(numbers[i], number));
    text_add(&line, " %lld", (long long)r->n);
    for (int64_t i = 0; i < r->n; i++) {
        text_add(&line, " %lld %s", (long long)r->steps[i].evaluation,
                 number_text(r->steps[i].clock, number));
        text_add(&line, " %s", number_text(r->steps[i].spent, number));
        text_add(&line, " %s", number_text(r->steps[i].value, number));
    }
    text_add(&line, " %d %d %lld", r->timed, r->n_goals, (long long)r->n_front);
    for (int64_t i = 0; i < r->n_front * r->n_goals; i++)
        text_add(&line, " %s", number_text(r->front[i], number));
    text_add(&line, " %s", r->failure ? r->failure : "");
    for (char *at = line.data; at && *at; at++)
        if (*at == '\n')
            *at = ' ';
    if (line.failed) {
        out->failed = true;
    } else {
        sha256_text(line.data, line.length, check);
        text_add(out, "%.*s %s\n", CHECK, check, line.data);
    }
    text_free(&line);
}

static bool next_real(char **at, double *out)
{
    char *word = strsep(at, " ");
    if (!word)
        return false;
    *out = NAN;
    return strcmp(word, "nan") == 0 || number_real(word, out) || strcmp(word, "-inf") == 0;
}

static bool next_int(char **at, int64_t *out)
{
    char *word = strsep(at, " ");
    return word && number_int(word, out);
}

static bool read_front(char **at, run_record *r)
{
    int64_t timed, goals;
    if (!next_int(at, &timed) || !next_int(at, &goals) || !next_int(at, &r->n_front) ||
        goals < 0 || goals > MOST_GOALS || r->n_front < 0 || r->n_front > MOST_POINTS)
        return false;
    r->timed = timed != 0;
    r->n_goals = (int32_t)goals;
    r->front = calloc((size_t)(r->n_front * goals) + 1, sizeof *r->front);
    for (int64_t i = 0; r->front && i < r->n_front * goals; i++)
        if (!next_real(at, &r->front[i]))
            return false;
    return r->front != NULL;
}

static bool read_words(char *at, char key[65], run_record *r)
{
    char *word = strsep(&at, " ");
    int64_t n;
    if (!word || strlen(word) != 64)
        return false;
    strcpy(key, word);
    if (!next_int(&at, &r->dimension) || !next_int(&at, &r->evaluations) ||
        !next_int(&at, &r->failures) || !next_real(&at, &r->optimum) || !next_real(&at, &r->clock) ||
        !next_real(&at, &r->asking) || !next_real(&at, &r->evaluating) ||
        !next_real(&at, &r->igd_plus) || !next_int(&at, &n))
        return false;
    for (int64_t i = 0; i < n; i++) {
        improvement s;
        if (!next_int(&at, &s.evaluation) || !next_real(&at, &s.clock) ||
            !next_real(&at, &s.spent) || !next_real(&at, &s.value) || !run_record_improve(r, s))
            return false;
    }
    if (!read_front(&at, r))
        return false;
    r->failure = at && *at ? strdup(at) : NULL;
    r->present = true;
    return true;
}

bool run_record_read(const char *line, char key[65], run_record *out)
{
    size_t n = strcspn(line, "\n");
    char check[SHA256_TEXT];
    *out = (run_record){0};
    if (line[n] != '\n' || n <= CHECK + 1 || line[CHECK] != ' ')
        return false;
    sha256_text(line + CHECK + 1, n - CHECK - 1, check);
    if (strncmp(check, line, CHECK) != 0)
        return false;
    char *copy = strndup(line + CHECK + 1, n - CHECK - 1);
    bool good = copy && read_words(copy, key, out);
    free(copy);
    if (!good)
        run_record_free(out);
    return good;
}

/* ---- the log ----------------------------------------------------------------------------- */

typedef struct place {
    const char *key;
    int64_t run;
} place;

static int by_key(const void *a, const void *b)
{
    return strcmp(((const place *)a)->key, ((const place *)b)->key);
}

static void take(record_log *l, const place *places, const char *line)
{
    char key[65];
    run_record r;
    if (!run_record_read(line, key, &r))
        return;
    place wanted = {.key = key};
    const place *found = bsearch(&wanted, places, (size_t)l->n, sizeof *places, by_key);
    if (!found || r.failure || l->records[found->run].present) { /* what failed is tried again */
        run_record_free(&r);
        return;
    }
    l->records[found->run] = r;
    l->n_present++;
}

/* Reads what there is; a line without an end is ended, so that the next one stands alone. */
static int32_t read_log(record_log *l, error *err)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool whole = true;
    place *places = calloc((size_t)l->n + 1, sizeof *places);
    FILE *in = fopen(l->path, "r");
    if (!places || !in) {
        free(places);
        if (in)
            fclose(in);
        return error_add(err, HONE_ESTORAGE, "%s: cannot be read: %s", l->path, strerror(errno));
    }
    for (int64_t i = 0; i < l->n; i++)
        places[i] = (place){.key = l->keys[i], .run = i};
    qsort(places, (size_t)l->n, sizeof *places, by_key);
    while ((length = getline(&line, &room, in)) > 0) {
        whole = line[length - 1] == '\n';
        take(l, places, line);
    }
    fclose(in);
    free(line);
    free(places);
    if (!whole && write(l->fd, "\n", 1) != 1)
        return error_add(err, HONE_ESTORAGE, "%s: %s", l->path, strerror(errno));
    return HONE_OK;
}

int32_t record_log_open(const comparison *c, record_log *out, error *err)
{
    text path = {0};
    int32_t status = HONE_OK;
    *out = (record_log){.fd = -1, .n = comparison_runs(c)};
    out->keys = calloc((size_t)out->n + 1, sizeof *out->keys);
    out->records = calloc((size_t)out->n + 1, sizeof *out->records);
    text_add(&path, "%s/runs.log", c->folder);
    out->path = text_take(&path);
    if (!out->keys || !out->records || !out->path)
        return error_add(err, HONE_ENOMEM, "out of memory for a comparison's runs");
    for (int64_t i = 0; i < out->n && status >= 0; i++)
        status = comparison_key(c, comparison_place(c, i), out->keys[i], err);
    if (status < 0)
        return status;
    if (mkdir(c->folder, 0777) < 0 && errno != EEXIST)
        return error_add(err, HONE_ESTORAGE, "%s: cannot be made: %s", c->folder, strerror(errno));
    out->fd = open(out->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (out->fd < 0)
        return error_add(err, HONE_ESTORAGE, "%s: %s", out->path, strerror(errno));
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(out->fd, F_SETLK, &lock) < 0)
        return error_add(err, HONE_ESTORAGE, "%s: another comparison is at work in this folder",
                         c->folder);
    return read_log(out, err);
}

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno != EINTR)
            return false;
        bytes += done > 0 ? done : 0;
        n -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

int32_t record_log_add(record_log *l, int64_t run, const char *line, error *err)
{
    char key[65];
    run_record r;
    if (!run_record_read(line, key, &r))
        return error_add(err, HONE_EFAIL, "a run's record arrived damaged");
    if (strcmp(key, l->keys[run]) != 0) {
        run_record_free(&r);
        return error_add(err, HONE_EFAIL, "the comparison file or a plugin changed at work; the "
                         "same command goes on with what it is now");
    }
    if (!write_all(l->fd, line, strlen(line)) || fdatasync(l->fd) < 0) {
        run_record_free(&r);
        return error_add(err, HONE_ESTORAGE, "%s: %s", l->path, strerror(errno));
    }
    run_record_free(&l->records[run]);
    l->records[run] = r;
    l->n_present++;
    return HONE_OK;
}

void record_log_close(record_log *l)
{
    for (int64_t i = 0; l->records && i < l->n; i++)
        run_record_free(&l->records[i]);
    free(l->records);
    free(l->keys);
    free(l->path);
    if (l->fd >= 0)
        close(l->fd);
    *l = (record_log){.fd = -1};
}
