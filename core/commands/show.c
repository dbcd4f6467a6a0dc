/* show.c - `hone show STUDY N`: everything that is known of one trial. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "point.h"
#include "stored.h"

typedef struct request {
    const stored *study;
    int64_t number;
    bool json, found;
} request;

/* ---- for people ---- */

static void print_values(const stored *s, const trial_record *t)
{
    char number[NUMBER_ROOM], noise[NUMBER_ROOM];
    for (int32_t i = 0; i < t->n_values; i++) {
        const char *name = i < s->record.n_goals ? s->objectives[i] : "value";
        printf("%s = %s", name, number_text(t->values[i], number));
        if (t->yvar && !isnan(t->yvar[i]))
            printf("  (standard error %s)", number_short(sqrt(t->yvar[i]), noise));
        putchar('\n');
    }
    for (int32_t i = 0; i < t->n_constraints; i++)
        printf("constraint %d = %s%s\n", i + 1, number_text(t->constraints[i], number),
               t->constraints[i] <= 0 ? "" : "  (not met)");
}

static void print_params(const stored *s, const trial_record *t)
{
    for (int32_t i = 0; i < s->space.n; i++) {
        char *value = isnan(t->native[i]) ? NULL : param_write(&s->space.params[i], t->native[i]);
        if (value)
            printf("  %s = %s\n", s->space.params[i].name, value);
        free(value);
    }
}

static void print_origin(const trial_record *t)
{
    char number[NUMBER_ROOM];
    if (t->started)
        printf("started    %s\n", t->started);
    if (t->completed)
        printf("completed  %s\n", t->completed);
    if (!isnan(t->seconds))
        printf("took       %s\n", duration_text(t->seconds, number));
    if (!isnan(t->ask_seconds))
        printf("proposed   in %s\n", duration_text(t->ask_seconds, number));
    if (t->ask >= 0)
        printf("ask        %lld\n", (long long)t->ask);
    if (t->seed)
        printf("seed       %llu\n", (unsigned long long)t->seed);
    if (t->sequence >= 0)
        printf("finished   as number %lld of the study\n", (long long)t->sequence);
    if (t->owner)
        printf("runs in    %s\n", t->owner);
}

/* A note of several lines stands below its name, indented. */
static void print_lines(const char *key, const char *lines)
{
    if (!strchr(lines, '\n')) {
        printf("%s: %s\n", key, lines);
        return;
    }
    printf("%s:\n", key);
    while (*lines) {
        size_t n = strcspn(lines, "\n");
        printf("    %.*s\n", (int)n, lines);
        lines += n + (lines[n] == '\n');
    }
}

/* What the model believed of an objective when it proposed the trial; NaN: no note. */
static double belief_note(const trial_record *t, const char *what, int32_t objective)
{
    char key[32];
    snprintf(key, sizeof key, objective ? "%s.%d" : "%s", what, objective);
    double value = NAN;
    for (int64_t i = 0; i < t->n_notes; i++)
        if (strcmp(t->note_keys[i], key) == 0) {
            json_t *note = json_loads(t->note_json[i], JSON_DECODE_ANY, NULL);
            if (json_is_number(note))
                value = json_number_value(note);
            json_decref(note);
        }
    return value;
}

static bool is_belief(const char *key)
{
    size_t n = strcspn(key, ".");
    return (n == 4 && strncmp(key, "mean", n) == 0) || (n == 2 && strncmp(key, "sd", n) == 0);
}

/* In the user's direction; the notes are minimised. */
static void print_beliefs(const stored *s, const trial_record *t)
{
    char mean[NUMBER_ROOM], sd[NUMBER_ROOM];
    for (int32_t k = 0; k < s->record.n_goals; k++) {
        double m = belief_note(t, "mean", k), deviation = belief_note(t, "sd", k);
        if (!isnan(m))
            printf("predicted  %s = %s, standard deviation %s\n", s->objectives[k],
                   number_text(s->record.maximize[k] ? -m : m, mean), number_text(deviation, sd));
    }
}

static void print_notes(const trial_record *t)
{
    for (int64_t i = 0; i < t->n_notes; i++) {
        json_t *value = json_loads(t->note_json[i], JSON_DECODE_ANY, NULL);
        if (!(json_is_number(value) && is_belief(t->note_keys[i]))) /* stands above */
            print_lines(t->note_keys[i],
                        json_is_string(value) ? json_string_value(value) : t->note_json[i]);
        json_decref(value);
    }
}

static void print_record(const stored *s, const trial_record *t)
{
    char number[NUMBER_ROOM];
    printf("trial %lld of study '%s': %s\n", (long long)t->number, s->record.name,
           state_text(t->state));
    print_values(s, t);
    print_params(s, t);
    print_origin(t);
    print_beliefs(s, t);
    for (int64_t i = 0; i < t->n_reports; i++)
        printf("%s at step %lld: %s\n", s->record.n_goals > 1 ? "report" : s->objectives[0],
               (long long)t->steps[i], number_text(t->reported[i], number));
    print_notes(t);
}

/* ---- for programs ---- */

static json_t *text_or_null(const char *s)
{
    return s ? json_string(s) : json_null();
}

/* A note as it is stored; NaN and its like, which JSON lacks, as text. */
static json_t *note_json(const char *json)
{
    json_t *value = json_loads(json, JSON_DECODE_ANY, NULL);
    return value ? value : json_string(json);
}

static void print_record_json(const stored *s, const trial_record *t)
{
    json_t *o = record_json(s, t), *reports = json_array(), *notes = json_object();
    char seed[24];
    for (int64_t i = 0; i < t->n_reports; i++)
        json_array_append_new(reports, json_pack("{s:I, s:o}", "step", (json_int_t)t->steps[i],
                                                 "value", real_or_null(t->reported[i])));
    for (int64_t i = 0; i < t->n_notes; i++)
        json_object_set_new(notes, t->note_keys[i], note_json(t->note_json[i]));
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)t->seed); /* beyond 2^53 */
    json_object_set_new(o, "study", json_string(s->record.name));
    json_object_set_new(o, "started", text_or_null(t->started));
    json_object_set_new(o, "completed", text_or_null(t->completed));
    json_object_set_new(o, "ask_seconds", real_or_null(t->ask_seconds));
    json_object_set_new(o, "ask", t->ask < 0 ? json_null() : json_integer((json_int_t)t->ask));
    json_object_set_new(o, "finished",
                        t->sequence < 0 ? json_null() : json_integer((json_int_t)t->sequence));
    json_object_set_new(o, "seed", json_string(seed));
    json_object_set_new(o, "owner", text_or_null(t->owner));
    if (t->yvar) {
        json_t *noise = json_array();
        for (int32_t i = 0; i < t->n_values; i++)
            json_array_append_new(noise, real_or_null(t->yvar[i]));
        json_object_set_new(o, "variance", noise);
    }
    json_object_set_new(o, "reports", reports);
    json_object_set_new(o, "notes", notes);
    print_json(o, JSON_INDENT(2));
}

/* ---- the command ---- */

static int32_t show_trial(void *context, const trial_record *t, error *err)
{
    (void)err;
    request *r = context;
    if (t->number != r->number)
        return HONE_DONE;
    r->found = true;
    if (r->json)
        print_record_json(r->study, t);
    else
        print_record(r->study, t);
    return HONE_DONE;
}

static int show(invocation *in)
{
    stored s;
    error err = {0};
    request r = {.study = &s, .json = flag_given(in, "json")};
    if (!number_int(in->arguments[1], &r.number) || r.number < 0) {
        fprintf(stderr, "hone show: '%s' is not the number of a trial\n", in->arguments[1]);
        return EXIT_USAGE;
    }
    int exit = stored_open(&s, in, in->arguments[0], true);
    if (exit != EXIT_DONE)
        return exit;
    int32_t status = storage_trials(s.storage, s.record.id, &s.space, r.number, WITH_NOTES,
                                    show_trial, &r, &err);
    if (status < 0)
        exit = command_fail(&err);
    else if (!r.found) {
        fprintf(stderr, "hone show: study '%s' has no trial %lld; it has %lld trials\n",
                s.record.name, (long long)r.number, (long long)s.record.n_trials);
        exit = EXIT_FAILED;
    }
    stored_close(&s);
    return exit;
}

static const flag FLAGS[] = {
    {"json", NULL, "one JSON object"},
    {NULL, NULL, NULL},
};

const command COMMAND_SHOW = {
    .name = "show",
    .arguments = "STUDY NUMBER",
    .summary = "show all of one trial: values, parameters, times, reports, notes, output",
    .help =
        "Prints what is stored of a trial; notes are what strategy and objective kept with it,\n"
        "for a failed trial the reason and the head and tail of its output.\n",
    .examples = "  hone show study.ini 17\n  hone show study.db#name 0 --json\n",
    .flags = FLAGS,
    .min_arguments = 2,
    .max_arguments = 2,
    .completes = ARGUMENT_STUDY,
    .run = show,
};
