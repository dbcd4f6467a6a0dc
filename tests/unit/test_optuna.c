/* test_optuna.c - Debian's Optuna reads what hone wrote, goes on, and is read in turn.
 *
 * The Python sides are tests/endtoend/optuna/.  Where Optuna is not installed the tests are
 * skipped, but not under CI. */
#include "storage_fixture.h"

#include <jansson.h>

#include "optuna.h"

/* ---- texts ---- */

Test(optuna, distributions_are_written_as_optuna_writes_them)
{
    /* Dumped by json.dumps in Optuna 3.1 (see the texts in its storage). */
    static const char *const wanted[N_PARAMS] = {
        "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": -5.0, "
        "\"high\": 5.0, \"log\": false}}",
        "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": 1e-05, "
        "\"high\": 0.1, \"log\": true}}",
        "{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": 0.25, \"low\": 0.0, "
        "\"high\": 1.0, \"log\": false}}",
        "{\"name\": \"IntDistribution\", \"attributes\": {\"log\": false, \"step\": 1, \"low\": 1, "
        "\"high\": 9}}",
        "{\"name\": \"IntDistribution\", \"attributes\": {\"log\": true, \"step\": 1, \"low\": 1, "
        "\"high\": 1024}}",
        "{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": [\"rbf\", "
        "\"linear\", \"poly\"]}}",
    };
    space sp = make_space();
    for (int i = 0; i < N_PARAMS; i++) {
        error err = {0};
        hone_param back;
        char *json = distribution_text(&sp.params[i]);
        if (wanted[i])
            cr_assert_str_eq(json, wanted[i]);
        cr_assert_eq(distribution_read("p", json, &back, &err), HONE_OK, "%s", error_text(&err));
        cr_assert_eq(back.type, sp.params[i].type);
        cr_assert_eq(back.low, sp.params[i].low);
        cr_assert_eq(back.high, sp.params[i].high);
        cr_assert_eq(back.n_choices, sp.params[i].n_choices);
        cr_assert_eq(back.flags & HONE_PARAM_LOG, sp.params[i].flags & HONE_PARAM_LOG);
        distribution_free(&back);
        free(json);
    }
    space_free(&sp);
}

Test(optuna, older_and_broken_distributions)
{
    error err = {0};
    hone_param p;
    static const char *const broken[] = {
        "",
        "{",
        "[]",
        "{\"name\": \"Float\"}",
        "{\"name\": \"FloatDistribution\"}",
        "{\"name\": \"FloatDistribution\", \"attributes\": {\"low\": 2, \"high\": 1}}",
        "{\"name\": \"CategoricalDistribution\", \"attributes\": {\"choices\": []}}",
    };
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        cr_assert_eq(distribution_read("p", broken[i], &p, &err), HONE_ESTORAGE, "%s", broken[i]);
        error_free(&err);
    }
    cr_assert_eq(distribution_read("p",
                                   "{\"name\":\"LogUniformDistribution\",\"attributes\":"
                                   "{\"low\":1e-3,\"high\":1}}",
                                   &p, &err),
                 HONE_OK);
    cr_assert(p.flags & HONE_PARAM_LOG);
    distribution_free(&p);
    cr_assert_eq(distribution_read("p",
                                   "{\"name\":\"DiscreteUniformDistribution\",\"attributes\":"
                                   "{\"low\":0,\"high\":1,\"q\":0.5}}",
                                   &p, &err),
                 HONE_OK);
    cr_assert_eq(p.step, 0.5);
    distribution_free(&p);
    cr_assert_eq(distribution_read("p",
                                   "{\"name\":\"CategoricalDistribution\",\"attributes\":"
                                   "{\"choices\":[\"a\",1,2.5,true,null,0.1]}}",
                                   &p, &err),
                 HONE_OK);
    static const char *const texts[] = {"a", "1", "2.5", "true", "null", "0.1"};
    for (int i = 0; i < 6; i++)
        cr_assert_str_eq(p.choices[i], texts[i]);
    distribution_free(&p);
}

Test(optuna, strings_and_numbers)
{
    error err = {0};
    char number[JSON_NUMBER_ROOM], *json;
    double *list;
    int32_t n;
    json = json_text(
        "a\"\\\n\t\x01 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x89 \xc0\xaf \xed\xa0\x80 \xff");
    cr_assert_str_eq(json, "\"a\\\"\\\\\\n\\u0009\\u0001 \xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x89 "
                           "\\ufffd\\ufffd \\ufffd\\ufffd\\ufffd \\ufffd\"");
    json_t *read = json_loads(json, JSON_DECODE_ANY, NULL);
    cr_assert_not_null(read);
    json_decref(read);
    free(json);
    cr_assert(utf8_valid("\xe2\x82\xac") && !utf8_valid("\xe2\x82") &&
              !utf8_valid("\xf5\x80\x80\x80"));
    cr_assert_str_eq(json_number(1, number), "1.0");
    cr_assert_str_eq(json_number(0.1, number), "0.1");
    cr_assert_str_eq(json_number(-INFINITY, number), "-Infinity");
    cr_assert_str_eq(json_number(NAN, number), "NaN");
    double values[] = {1.0 / 3, NAN, -INFINITY, -2};
    json = json_numbers(values, 4);
    cr_assert_eq(json_numbers_read(json, &list, &n, &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(n, 4);
    cr_assert(list[0] == values[0] && isnan(list[1]) && list[2] == -INFINITY && list[3] == -2);
    free(list);
    free(json);
    cr_assert_eq(json_numbers_read("[]", &list, &n, &err), HONE_OK);
    cr_assert_eq(n, 0);
    free(list);
    cr_assert_eq(json_numbers_read("[1, \"a\"]", &list, &n, &err), HONE_ESTORAGE);
    cr_assert_null(list);
    error_free(&err);
}

/* ---- with Optuna ---- */

static bool have_optuna(void)
{
    if (system("/usr/bin/python3 -c 'import optuna' 2>/dev/null") == 0)
        return true;
    cr_assert_null(getenv("CI"), "python3-optuna is missing");
    return false;
}

static void python(fixture *f, const char *script, const char *arguments)
{
    char command[1024];
    snprintf(command, sizeof command,
             "cd %s && /usr/bin/python3 -W ignore " SOURCE_DIR "/tests/endtoend/optuna/%s %s",
             f->folder, script, arguments);
    cr_assert_eq(system(command), 0, "%s", command);
}

/* A native value as Optuna shows it. */
static json_t *external(const hone_param *p, double value)
{
    if (p->type == HONE_CATEGORICAL)
        return json_string(p->choices[(int)value]);
    return p->type == HONE_INT ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *params_of(const space *sp, const double *native)
{
    json_t *params = json_object();
    for (int i = 0; i < N_PARAMS; i++)
        if (!isnan(native[i]))
            json_object_set_new(params, sp->params[i].name, external(&sp->params[i], native[i]));
    return params;
}

/* Trial i of study one, the best of which is the first; adds what Optuna should see to out. */
static void write_one(fixture *f, int64_t i, json_t *out)
{
    static const int32_t states[] = {HONE_COMPLETE, HONE_COMPLETE, HONE_PRUNED, HONE_FAILED,
                                     HONE_COMPLETE};
    const int32_t state = states[i % 5];
    double native[N_PARAMS], value = (double)((i * 7) % 11) / 3 + (double)i / 1000,
                             g[] = {i % 2 ? 0.5 : -1, -2};
    bool complete = state == HONE_COMPLETE;
    json_t *t = json_pack("{s:I, s:s, s:{s:f}, s:[f, f]}", "number", (json_int_t)i, "state",
                          optuna_state(state), "notes", "mean", 1.0 / 3, "constraints", g[0], g[1]);
    int64_t id = start_trial(f, i);
    trial_finish done = {.state = state,
                         .n_values = complete ? 1 : 0,
                         .values = &value,
                         .n_constraints = 2,
                         .constraints = g,
                         .seconds = 0.5,
                         .sequence = i};
    OK(storage_note(f->s, id, "mean", 1.0 / 3, NULL, &f->err));
    json_t *reports = json_array();
    for (int step = 0; step < 3 && i % 5 != 0; step++) {
        OK(storage_report(f->s, id, step * 2, value + step, &f->err));
        json_array_append_new(reports, json_pack("[i, f]", step * 2, value + step));
    }
    point_of(i, native);
    json_object_set_new(t, "params", params_of(&f->sp, native));
    json_object_set_new(t, "reports", reports);
    json_object_set_new(t, "values", complete ? json_pack("[f]", value) : json_null());
    OK(storage_finish(f->s, id, &done, &f->err));
    json_array_append_new(out, t);
}

/* A running trial with a NaN among its reports, then one that waits. */
static void write_open_trials(fixture *f, json_t *out)
{
    double native[N_PARAMS];
    int64_t waiting, number, id = start_trial(f, 15);
    point_of(15, native);
    json_array_append_new(out, json_pack("{s:i, s:s, s:n, s:[], s:{}, s:o}", "number", 15, "state",
                                         "RUNNING", "values", "reports", "notes", "params",
                                         params_of(&f->sp, native)));
    (void)id;
    point_of(4, native);
    OK(storage_enqueue(f->s, f->study, &f->sp, native, &waiting, &number, &f->err));
    json_array_append_new(out,
                          json_pack("{s:I, s:s, s:n, s:[], s:{}, s:{}, s:o}", "number",
                                    (json_int_t)number, "state", "WAITING", "values", "reports",
                                    "notes", "params", "fixed", params_of(&f->sp, native)));
}

static json_t *write_two(fixture *f)
{
    json_t *out = json_array();
    new_study(f, "two", 2);
    OK(storage_begin(f->s, &f->err));
    for (int64_t i = 0; i < 4; i++) {
        double values[] = {i == 3 ? INFINITY : (double)i, i == 2 ? -1 : (double)i};
        trial_finish done = {
            .state = HONE_COMPLETE, .n_values = 2, .values = values, .seconds = 1, .sequence = i};
        OK(storage_finish(f->s, start_trial(f, i), &done, &f->err));
        json_array_append_new(out, i == 3
                                       ? json_pack("{s:[s, f]}", "values", "inf", 3.0)
                                       : json_pack("{s:[f, f]}", "values", values[0], values[1]));
    }
    OK(storage_commit(f->s, &f->err));
    return out;
}

/* What Optuna reported of its own trials against what hone reads. */
typedef struct comparison {
    const json_t *trials;
    const space *sp;
    size_t next;
} comparison;

static void same_number(const json_t *wanted, double is)
{
    if (json_is_string(wanted)) /* NaN, Infinity */
        cr_assert(!isfinite(is), "%s: %g", json_string_value(wanted), is);
    else
        cr_assert_eq(json_number_value(wanted), is);
}

static void same_params(const space *sp, const json_t *params, const double *native)
{
    const char *name;
    json_t *value;
    size_t given = 0;
    for (int i = 0; i < sp->n; i++)
        given += !isnan(native[i]);
    cr_assert_eq(given, json_object_size(params));
    json_object_foreach((json_t *)params, name, value)
    {
        int32_t i = space_index(sp, name);
        cr_assert_geq(i, 0, "%s", name);
        const hone_param *p = &sp->params[i];
        if (p->type != HONE_CATEGORICAL)
            cr_assert_eq(native[i], json_number_value(value), "%s", name);
        else {
            char *text = json_is_string(value) ? strdup(json_string_value(value))
                                               : json_dumps(value, JSON_ENCODE_ANY);
            cr_assert_str_eq(p->choices[(int)native[i]], text);
            free(text);
        }
    }
}

static int32_t compare(void *context, const trial_record *t, error *err)
{
    (void)err;
    comparison *c = context;
    const json_t *wanted = json_array_get(c->trials, c->next);
    if (!wanted || json_integer_value(json_object_get(wanted, "number")) != t->number)
        return HONE_OK;
    c->next++;
    cr_assert_str_eq(optuna_state(t->state), json_string_value(json_object_get(wanted, "state")));
    const json_t *values = json_object_get(wanted, "values");
    const json_t *reports = json_object_get(wanted, "reports");
    cr_assert_eq((size_t)t->n_values, json_array_size(values), "trial %d", (int)t->number);
    for (int i = 0; i < t->n_values; i++)
        same_number(json_array_get(values, (size_t)i), t->values[i]);
    if (t->state != TRIAL_WAITING)
        same_params(c->sp, json_object_get(wanted, "params"), t->native);
    cr_assert_eq((size_t)t->n_reports, json_array_size(reports));
    for (int64_t i = 0; i < t->n_reports; i++) {
        const json_t *pair = json_array_get(reports, (size_t)i);
        cr_assert_eq(json_integer_value(json_array_get(pair, 0)), t->steps[i]);
        same_number(json_array_get(pair, 1), t->reported[i]);
    }
    return HONE_OK;
}

/* Python writes NaN and Infinity, which jansson does not read: as strings. */
static json_t *load_json(fixture *f, const char *name)
{
    char command[512], path[256];
    json_error_t where;
    snprintf(command, sizeof command, "sed -i 's/-\\?\\(NaN\\|Infinity\\)/\"\\1\"/g' %s/%s",
             f->folder, name);
    cr_assert_eq(system(command), 0);
    snprintf(path, sizeof path, "%s/%s", f->folder, name);
    json_t *root = json_load_file(path, 0, &where);
    cr_assert_not_null(root, "%s: %s", path, where.text);
    return root;
}

static void read_and_go_on(const char *schema)
{
    fixture here, *f = &here;
    char path[128], arguments[128];
    if (!have_optuna())
        cr_skip_test("python3-optuna is not installed");
    new_fixture(f, schema);
    json_t *one = json_array();
    f->sp.n_constraints = 2;
    new_study(f, "one", 1);
    int64_t study = f->study;
    OK(storage_begin(f->s, &f->err));
    OK(storage_set_attribute(f->s, study, true, "study:metric_names", "[\"loss\"]", &f->err));
    for (int64_t i = 0; i < 15; i++)
        write_one(f, i, one);
    write_open_trials(f, one);
    OK(storage_commit(f->s, &f->err));
    json_t *all = json_pack("{s:o, s:o, s:i, s:[i, i, i]}", "one", one, "two", write_two(f), "best",
                            0, "front", 0, 1, 3);
    snprintf(path, sizeof path, "%.63s/expected.json", f->folder);
    cr_assert_eq(json_dump_file(all, path, JSON_REAL_PRECISION(17)), 0);
    json_decref(all);
    snprintf(arguments, sizeof arguments, "s.db %s expected.json continued.json", schema);
    python(f, "read.py", arguments);

    json_t *continued = load_json(f, "continued.json");
    comparison c = {.trials = continued, .sp = &f->sp};
    OK(storage_trials(f->s, study, &f->sp, 15, 0, compare, &c, &f->err));
    cr_assert_eq(c.next, 3);
    json_decref(continued);
    close_fixture(f);
}

Test(optuna, schema_3_0_is_read_and_continued, .timeout = 120)
{
    read_and_go_on("3.0");
}

Test(optuna, schema_3_2_is_read_and_continued, .timeout = 120)
{
    read_and_go_on("3.2");
}

Test(optuna, a_study_of_optunas_is_read_and_continued, .timeout = 120)
{
    fixture here, *f = &here;
    space theirs;
    int64_t id, number;
    double native[3], value = 0.125;
    if (!have_optuna())
        cr_skip_test("python3-optuna is not installed");
    new_fixture(f, NULL);
    storage_close(f->s);
    snprintf(f->path, sizeof f->path, "%.63s/theirs.db", f->folder);
    python(f, "make.py", "make theirs.db made.json");
    storage_settings reading = {.read_only = true};
    OK(storage_open(f->path, &reading, &f->s, &f->err)); /* without any table of ours */
    OK(storage_find_study(f->s, "theirs", &f->study, &f->err));
    OK(storage_space(f->s, f->study, &theirs, &f->err));
    cr_assert_eq(theirs.n, 3);
    json_t *made = load_json(f, "made.json");
    comparison c = {.trials = made, .sp = &theirs};
    OK(storage_trials(f->s, f->study, &theirs, 0, 0, compare, &c, &f->err));
    cr_assert_eq(c.next, 9);
    json_decref(made);
    storage_close(f->s);

    open_storage(f, NULL);
    native[space_index(&theirs, "x")] = 0.5;
    native[space_index(&theirs, "n")] = 15;
    native[space_index(&theirs, "kind")] = 2;
    trial_start t = {.native = native, .ask = 0, .ask_seconds = NAN};
    trial_finish done = {.state = HONE_COMPLETE, .n_values = 1, .values = &value, .sequence = 0};
    OK(storage_begin(f->s, &f->err));
    OK(storage_start(f->s, f->study, &theirs, &t, &id, &number, &f->err));
    cr_assert_eq(number, 9);
    OK(storage_finish(f->s, id, &done, &f->err));
    OK(storage_commit(f->s, &f->err));
    python(f, "make.py", "check theirs.db checked.json");
    json_t *checked = load_json(f, "checked.json");
    c = (comparison){.trials = checked, .sp = &theirs};
    OK(storage_trials(f->s, f->study, &theirs, 0, 0, compare, &c, &f->err));
    cr_assert_eq(c.next, 12);
    json_decref(checked);
    space_free(&theirs);
    close_fixture(f);
}
