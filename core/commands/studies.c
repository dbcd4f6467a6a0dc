/* studies.c - `hone studies`: what a database holds; `hone delete`: and no longer. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "columns.h"
#include "locate.h"
#include "stored.h"

/* ---- hone studies ---- */

static char *goals_text(const study_record *r)
{
    text t = {0};
    for (int32_t i = 0; i < r->n_goals; i++)
        text_add(&t, "%s%s", i ? " " : "", r->maximize[i] ? "maximize" : "minimize");
    return text_take(&t);
}

static void print_study_json(const study_record *r)
{
    json_t *goals = json_array();
    for (int32_t i = 0; i < r->n_goals; i++)
        json_array_append_new(goals, json_string(r->maximize[i] ? "maximize" : "minimize"));
    print_json(json_pack("{s:s, s:o, s:I, s:I, s:s}", "name", r->name, "goals", goals, "trials",
                         (json_int_t)r->n_trials, "complete", (json_int_t)r->n_complete, "started",
                         r->created),
               JSON_COMPACT);
}

static bool print_studies(const study_record *list, int n)
{
    static const char *const headings[] = {"study", "goal", "trials", "complete", "started"};
    columns l = {.n_columns = 5};
    char number[NUMBER_ROOM];
    for (int i = 0; i < 5; i++)
        columns_add(&l, headings[i]);
    for (int i = 0; i < n; i++) {
        char *goals = goals_text(&list[i]);
        columns_add(&l, list[i].name);
        columns_add(&l, goals ? goals : "?");
        columns_add(&l, number_text((double)list[i].n_trials, number));
        columns_add(&l, number_text((double)list[i].n_complete, number));
        snprintf(number, sizeof number, "%.19s", list[i].created);
        columns_add(&l, *number ? number : "-");
        free(goals);
    }
    bool printed = columns_print(&l, stdout);
    columns_free(&l);
    return printed;
}

static int studies(invocation *in)
{
    config_settings settings;
    settings_lists lists;
    error err = {0};
    storage *s = NULL;
    study_record *list = NULL;
    char *url, *name;
    int n = 0;
    const storage_settings reading = {.read_only = true};
    command_settings(in, &settings, &lists);
    int32_t status = study_locate(in->arguments[0], &settings, &url, &name, &err);
    if (status >= 0)
        status = storage_open(url, &reading, &s, &err);
    if (status >= 0)
        status = storage_studies(s, &list, &n, &err);
    for (int i = 0; i < n && flag_given(in, "json"); i++)
        print_study_json(&list[i]);
    if (status >= 0 && !flag_given(in, "json") && !print_studies(list, n))
        status = error_add(&err, HONE_ENOMEM, "out of memory for the list of studies");
    study_records_free(list, n);
    storage_close(s);
    settings_free(&lists);
    free(url);
    free(name);
    return status < 0 ? command_fail(&err) : EXIT_DONE;
}

static const flag STUDIES_FLAGS[] = {
    {"json", NULL, "one JSON object a line"},
    {NULL, NULL, NULL},
};

const command COMMAND_STUDIES = {
    .name = "studies",
    .arguments = "DATABASE",
    .summary = "list the studies in a database",
    .help = "Prints each study with its goals, trials and the time of its first trial.  A study\n"
            "file stands for the database that it names.\n",
    .examples = "  hone studies study.db\n",
    .flags = STUDIES_FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_FILE,
    .run = studies,
};

/* ---- hone delete ---- */

/* EXIT_DONE: go on. */
static int confirm(const invocation *in, const stored *s)
{
    char answer[16];
    if (flag_given(in, "yes"))
        return EXIT_DONE;
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "hone delete: study '%s' in %s has %lld trials; --yes deletes them\n",
                s->record.name, s->url, (long long)s->record.n_trials);
        return EXIT_USAGE;
    }
    fprintf(stderr, "Delete study '%s' with %lld trials from %s? [y/N] ", s->record.name,
            (long long)s->record.n_trials, s->url);
    fflush(stderr);
    if (fgets(answer, sizeof answer, stdin) && (*answer == 'y' || *answer == 'Y'))
        return EXIT_DONE;
    fprintf(stderr, "hone delete: nothing was deleted\n");
    return EXIT_FAILED;
}

/* A study that a living process runs is not deleted under it. */
static int32_t delete_stored(const stored *s, error *err)
{
    int32_t status = storage_begin(s->storage, err);
    if (status < 0)
        return status;
    if ((status = storage_claim(s->storage, s->record.id, err)) >= 0 &&
        (status = storage_delete_study(s->storage, s->record.id, err)) >= 0)
        return storage_commit(s->storage, err);
    storage_rollback(s->storage);
    return status;
}

static int delete_study(invocation *in)
{
    stored s;
    error err = {0};
    int exit = stored_open(&s, in, in->arguments[0], false);
    if (exit != EXIT_DONE)
        return exit;
    if ((exit = confirm(in, &s)) == EXIT_DONE) {
        if (delete_stored(&s, &err) < 0)
            exit = command_fail(&err);
        else if (!flag_given(in, "quiet"))
            fprintf(stderr, "study '%s' with %lld trials is deleted from %s\n", s.record.name,
                    (long long)s.record.n_trials, s.url);
    }
    stored_close(&s);
    return exit;
}

static const flag DELETE_FLAGS[] = {
    {"yes", NULL, "do not ask"},
    {NULL, NULL, NULL},
};

const command COMMAND_DELETE = {
    .name = "delete",
    .arguments = "STUDY",
    .summary = "delete a study with all its trials",
    .help = "Asks on a terminal, else needs --yes.  Other studies in the database stay.\n",
    .examples = "  hone delete study.db#name\n",
    .flags = DELETE_FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = delete_study,
};
