/* Study files as checked values: what they become, and every kind of problem with its whole
 * sentence, on the plugins of the tree. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "config.h"
#include "text.h"

static const char *const DIRS[] = {BUILD_DIR "/plugins"};

typedef struct fixture {
    config c;
    error err;
    int32_t status;
} fixture;

static fixture read_with(const char *content, config_settings settings)
{
    fixture f = {0};
    settings.plugins = (registry_settings){.dirs = DIRS, .n_dirs = 1, .no_probe = true};
    f.status = config_read(content, "s.ini", "/tmp", &settings, &f.c, &f.err);
    return f;
}

static fixture read_study(const char *content)
{
    return read_with(content, (config_settings){.need_objective = true});
}

static void done(fixture *f)
{
    config_free(&f->c);
    error_free(&f->err);
}

#define OBJECTIVE "[objective]\nplugin = testfn\n"
#define SPACE "[space]\nx = float 0 1\ny = int 1 9\n"

Test(config, the_smallest_study_has_every_default)
{
    fixture f = read_study(SPACE OBJECTIVE);
    const config *c = &f.c;
    cr_assert_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect_str_eq(c->name, "s");
    cr_expect_str_eq(c->storage, "/tmp/s.db");
    cr_expect(c->n_goals == 1 && !c->maximize[0]);
    cr_expect_str_eq(c->objectives[0], "value");
    cr_expect_eq(c->n_constraints, 0);
    cr_expect(c->trials == 100 && c->seed == 0 && c->workers == 1 && c->repeats == 1);
    cr_expect(isinf(c->time) && isnan(c->target[0]) && c->patience == 0 && c->max_failures == 5);
    cr_expect(c->duplicates == DUPLICATES_REUSE && c->retries == 1);
    cr_expect(c->isolation == ISOLATION_PROCESS && isinf(c->timeout) && c->grace == 5);
    cr_expect_str_eq(c->optuna_schema, "3.2");
    cr_expect_eq(c->timestamps, TIMESTAMPS_UTC);
    cr_expect_str_eq(c->strategy->plugin->name, "auto");
    cr_expect_str_eq(c->objective->plugin->name, "testfn");
    cr_expect(!c->pruner || strcmp(c->pruner->plugin->name, "none") == 0);
    cr_expect(c->n_points == 0 && c->warnings.n == 0);
    cr_expect(c->space.n == 2 && c->space.n_objectives == 1);
    for (int32_t i = 0; i < c->strategy->n_parts; i++)
        if (strcmp(c->strategy->plugin->options[i].name, "surrogate") == 0)
            cr_expect_str_eq(c->strategy->parts[i]->plugin->name, "gp");
    done(&f);
}

Test(config, every_key_of_a_study)
{
    fixture f = read_study(
        "[study]\nname = a/b\ngoal = maximize, minimise\nobjectives = gain cost\nconstraints = w\n"
        "trials = none\nseed = 18446744073709551615\nworkers = 4\ntime = 1.5h\ntarget = 3 0.5\n"
        "patience = 50\nmax_failures = none\nrepeats = 3\nduplicates = evaluate\nretries = 0\n"
        "optuna_schema = 3.0\ntimestamps = local\n" SPACE
        "[objective]\nplugin = testfn\nisolation = none\ntimeout = 90s\ngrace = 10ms\n"
        "[strategy]\nplugin = sobol\n[point 1]\ny = 3\n[point b]\nx = 0.25\n");
    const config *c = &f.c;
    cr_assert_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect_str_eq(c->storage, "/tmp/a_b.db");
    cr_expect(c->n_goals == 2 && c->maximize[0] && !c->maximize[1]);
    cr_expect_str_eq(c->objectives[1], "cost");
    cr_expect_str_eq(c->constraints[0], "w");
    cr_expect(c->trials == INT64_MAX && c->seed == UINT64_MAX && c->workers == 4);
    cr_expect(c->time == 5400 && c->target[0] == 3 && c->target[1] == 0.5);
    cr_expect(c->patience == 50 && c->max_failures == 0 && c->repeats == 3 && c->retries == 0);
    cr_expect_eq(c->duplicates, DUPLICATES_EVALUATE);
    cr_expect_str_eq(c->optuna_schema, "3.0");
    cr_expect_eq(c->timestamps, TIMESTAMPS_LOCAL);
    cr_expect(c->isolation == ISOLATION_NONE && c->timeout == 90 && c->grace == 0.01);
    cr_assert_eq(c->n_points, 2);
    cr_expect_str_eq(c->point_names[1], "point b");
    cr_expect(c->points[0] == 0.5 && c->points[1] == 3, "what is missing takes the middle");
    cr_expect(c->points[2] == 0.25 && c->points[3] == 5);
    done(&f);
}

static const char *strategy_of(const char *content, fixture *f)
{
    *f = read_study(content);
    cr_assert_eq(f->status, HONE_OK, "%s", error_text(&f->err));
    return f->c.strategy->plugin->name;
}

Test(config, strategy_by_default)
{
    fixture f;
    cr_expect_str_eq(strategy_of("[study]\ntrials = 1000\n" SPACE OBJECTIVE, &f), "auto");
    done(&f);
    cr_expect_str_eq(strategy_of("[study]\ngoal = minimize minimize\n" SPACE OBJECTIVE, &f),
                     "auto");
    done(&f);
    cr_expect_str_eq(strategy_of(SPACE OBJECTIVE "[bayes]\ninitial = 7\n", &f), "auto");
    done(&f);
    cr_expect_str_eq(strategy_of(SPACE OBJECTIVE "[surrogate]\nkernel = rbf\n", &f), "auto");
    done(&f);
}

Test(config, every_kind_of_problem)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {"[study]\ntrails = 60\n" SPACE OBJECTIVE,
         "s.ini:2: [study] unknown option 'trails'; did you mean 'trials'?"},
        {"[study]\ntimeout = 60\n" SPACE OBJECTIVE,
         "s.ini:2: [study] 'timeout' is not an option of [study]; [objective] has it"},
        {"[study]\ngoal = maximise minimze\n" SPACE OBJECTIVE,
         "s.ini:2: [study] goal = minimze is not allowed; allowed: minimize or maximize, one for "
         "each objective; did you mean 'minimize'?"},
        {"[study]\ngoal = ,\n" SPACE OBJECTIVE,
         "s.ini:2: [study] goal is empty; allowed: minimize or maximize"},
        {"[study]\nobjectives = a b\n" SPACE OBJECTIVE,
         "s.ini:2: [study] objectives names 2, but goal has 1"},
        {"[study]\ngoal = minimize minimize\nobjectives = a a\n" SPACE OBJECTIVE,
         "s.ini:3: [study] objectives: 'a' stands twice"},
        {"[study]\ntarget = 1 2\n" SPACE OBJECTIVE,
         "s.ini:2: [study] target has 2 numbers, but goal has 1"},
        {"[study]\ntrials = 0\n" SPACE OBJECTIVE,
         "s.ini:2: [study] trials = 0 is out of range; allowed: a whole number >= 1, or none, "
         "default 100"},
        {"[study]\nseed = -1\n" SPACE OBJECTIVE,
         "s.ini:2: [study] seed = -1 is not a whole number from 0 to 2^64 - 1; allowed: a whole "
         "number >= 0, default 0"},
        {"[study]\ntime = nan\n" SPACE OBJECTIVE,
         "s.ini:2: [study] time = nan is not a duration; allowed: a duration such as 30s, 1.5m, "
         "2h > 0, or none, default none"},
        {"[study]\nduplicates = resue\n" SPACE OBJECTIVE,
         "s.ini:2: [study] duplicates = resue is not one of its choices; allowed: one of reuse, "
         "evaluate, default reuse; did you mean 'reuse'?"},
        {"[study]\nstorage = postgresql://u:secret@h/d\n" SPACE OBJECTIVE,
         "s.ini:2: [study] storage = ... holds a password, which belongs into ~/.pgpass or "
         "PGPASSWORD; allowed: an SQLite file, postgresql://user@host/database, or memory"},
        {"[study]\nstorage = mysql://h/d\n" SPACE OBJECTIVE,
         "s.ini:2: [study] storage = mysql://h/d names a database that hone does not know; "
         "allowed: an SQLite file, postgresql://user@host/database, or memory"},
        {"[study]\nstorage = sqlite:///x.db\n" SPACE OBJECTIVE,
         "s.ini:2: [study] storage = sqlite:///x.db is an address; write the file's path alone; "
         "allowed: an SQLite file, postgresql://user@host/database, or memory"},
        {"[study]\nname = \xff\n" SPACE OBJECTIVE,
         "s.ini:2: [study] name = \xff is not allowed; allowed: UTF-8 text of at most 512 bytes"},
        {"[objective]\nplugin = command\ncommand = echo\n",
         "s.ini: [space] is missing: which parameters are there?"},
        {"[space]\n" OBJECTIVE,
         "s.ini:1: [space] is empty; a line for each parameter, such as x = float 0 1"},
        {SPACE, "s.ini: [objective] is missing: how is a trial evaluated?"},
        {SPACE "[objective]\nfunction = sphere\n",
         "s.ini:4: [objective] plugin = NAME is missing"},
        {SPACE OBJECTIVE "functoin = sphere\n",
         "s.ini:6: [objective] unknown option 'functoin'; did you mean 'function'?"},
        {SPACE OBJECTIVE "timout = 3\n",
         "s.ini:6: [objective] unknown option 'timout'; did you mean 'timeout'?"},
        {SPACE OBJECTIVE "isolation = yes\n",
         "s.ini:6: [objective] isolation = yes is not one of its choices; allowed: one of "
         "process, none, simulated, default process"},
        {SPACE OBJECTIVE "grace = -1s\n",
         "s.ini:6: [objective] grace = -1s is out of range; allowed: a duration such as 30s, 1.5m, "
         "2h, default 5s"},
        {SPACE OBJECTIVE "[surogate]\nplugin = gp\n",
         "s.ini:6: [surogate] is used by nothing; did you mean [surrogate]?"},
        {SPACE OBJECTIVE "[elephant]\n", "s.ini:6: [elephant] is used by nothing"},
        {SPACE OBJECTIVE "[strategy]\nplugin = bayes\nkernel = rbf\n",
         "s.ini:8: [strategy] 'kernel' is not an option of bayes; [surrogate] gp has it"},
        {SPACE OBJECTIVE "[strategy]\nplugin = bayes\nworkers = 2\n",
         "s.ini:8: [strategy] 'workers' is not an option of bayes; [study] has it"},
        {SPACE OBJECTIVE "[strategy]\nplugn = random\n",
         "s.ini:7: [strategy] unknown option 'plugn'; did you mean 'plugin'?"},
        {SPACE OBJECTIVE "[surrogate]\nkernel = matern53\n",
         "s.ini:7: [surrogate] kernel = matern53 is not one of its choices; allowed: one of "
         "matern52, matern32, rbf, matern12, rational, default matern52; did you mean 'matern52'?"},
        {SPACE OBJECTIVE "[pruner]\nplugin = median\n[study]\ngoal = minimize minimize\n",
         "s.ini:6: [pruner] median needs a study with one objective; allowed with several: none"},
        {SPACE OBJECTIVE "[point 1]\nz = 1\n", "s.ini:7: [point 1] 'z' is no parameter of [space]"},
        {SPACE OBJECTIVE "[point 1]\ny = 10\n",
         "s.ini:7: [point 1] y = 10 is not a value of this parameter; allowed: a whole number from "
         "1 to 9"},
        {SPACE "k = categorical a b\nd = int 1 3 when k = b\n" OBJECTIVE
               "[point 1]\nk = a\nd = 2\n",
         "s.ini:10: [point 1] d is inactive here: k is not one of the values that its `when` "
         "names"},
        {"[study]\ntrials = x\n[space]\nz = flaot 0 1\ny = int 3 1\n[objective]\nplugin = testfn\n"
         "nosie = 1\n[surogate]\n", /* all in one go, in the order of the file */
         "s.ini:2: [study] trials = x is not a number; allowed: a whole number >= 1, or none, "
         "default 100\n"
         "s.ini:4: [space] z: 'flaot' is no kind of parameter; allowed: float, int, categorical, "
         "ordered, fixed; did you mean 'float'?\n"
         "s.ini:5: [space] y: low 3 is above high 1\n"
         "s.ini:8: [objective] unknown option 'nosie'; did you mean 'noise'?\n"
         "s.ini:9: [surogate] is used by nothing; did you mean [surrogate]?"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture f = read_study(rows[i].text);
        cr_expect_lt(f.status, 0, "row %zu was accepted", i);
        cr_expect_str_eq(error_text(&f.err), rows[i].sentence);
        done(&f);
    }
}

/* Sentences that name folders or other plugins: their beginning. */
Test(config, plugins_that_cannot_be_had)
{
    static const struct {
        const char *text, *sentence;
    } rows[] = {
        {SPACE OBJECTIVE "[strategy]\nplugin = bayse\n", "s.ini:7: [strategy] no strategy 'bayse'"},
        {SPACE OBJECTIVE "[strategy]\nplugin = ../x\n", "s.ini:7: [strategy] "},
        {SPACE OBJECTIVE "[strategy]\nplugin = gp\n", "s.ini:7: [strategy] "},
        {SPACE OBJECTIVE "[strategy]\nplugin = bayes\nsurrogate = mine\n[mne]\nplugin = gp\n",
         "s.ini:8: [mine] no surrogate 'mine'"},
        {SPACE OBJECTIVE "[strategy]\nmodule = nowhere\nplugin = random\n",
         "s.ini:7: [strategy] module = nowhere is in none of the plugin folders"},
        {SPACE OBJECTIVE "[strategy]\nmodule = random\nplugin = other\n", "s.ini:7: [strategy] "},
        {"[study]\ngoal = minimize minimize\n" SPACE OBJECTIVE "[strategy]\nplugin = cmaes\n",
         "s.ini:2: [study] goal has several objectives, which strategy cmaes cannot handle; "
         "allowed: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fixture f = read_study(rows[i].text);
        cr_expect_lt(f.status, 0, "row %zu was accepted", i);
        cr_expect_eq(strncmp(error_text(&f.err), rows[i].sentence, strlen(rows[i].sentence)), 0,
                     "%s", error_text(&f.err));
        done(&f);
    }
}

Test(config, a_strategy_is_swapped_by_one_line)
{
    static const char *const set[] = {"strategy.plugin=random"};
    static const char STUDY[] = SPACE OBJECTIVE
        "[strategy]\nplugin = bayes\n[surrogate]\nplugin = gp\nkernel = rbf\n"
        "[acquisition]\nplugin = ei\n";
    fixture f = read_with(STUDY, (config_settings){.need_objective = true, .set = set, .n_set = 1});
    cr_assert_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect_str_eq(f.c.strategy->plugin->name, "random");
    done(&f);
}

Test(config, components_by_section_and_by_name)
{
    fixture f = read_study(SPACE OBJECTIVE
                           "[strategy]\nplugin = bayes\nsurrogate = rough\nacquisition = ucb\n"
                           "[rough]\nplugin = gp\nkernel = matern32\n");
    cr_assert_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    const component *s = f.c.strategy;
    for (int32_t i = 0; i < s->n_parts; i++) {
        const char *name = s->plugin->options[i].name;
        if (strcmp(name, "surrogate") == 0)
            cr_expect_str_eq(s->parts[i]->section, "rough");
        if (strcmp(name, "acquisition") == 0)
            cr_expect_str_eq(s->parts[i]->plugin->name, "ucb");
    }
    done(&f);
    f = read_study(SPACE OBJECTIVE "[strategy]\nmodule = random\nplugin = random\n");
    cr_expect_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    done(&f);
}

Test(config, assignments_are_blamed_as_such)
{
    static const char *const set[] = {"study.trails=5", "nonsense", "point 1.x=7"};
    fixture f = read_with(SPACE OBJECTIVE,
                          (config_settings){.need_objective = true, .set = set, .n_set = 3});
    cr_expect_eq(f.status, HONE_ECONFIG);
    cr_expect_str_eq(error_text(&f.err),
                     "--set: 'nonsense' is no assignment; allowed: section.key=value\n"
                     "--set: [point 1] x = 7 is not a value of this parameter; allowed: a number "
                     "from 0 to 1\n"
                     "--set: [study] unknown option 'trails'; did you mean 'trials'?");
    done(&f);
}

Test(config, less_is_read_where_less_is_needed)
{
    fixture f = read_with(SPACE, (config_settings){0});
    cr_expect_eq(f.status, HONE_OK, "told from outside: %s", error_text(&f.err));
    cr_expect_null(f.c.objective);
    done(&f);
    f = read_with(SPACE OBJECTIVE "[strategy]\nplugin = nowhere\n[what]\n",
                  (config_settings){.objective_only = true});
    cr_expect_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect_null(f.c.strategy);
    cr_expect_str_eq(f.c.objective->plugin->name, "testfn");
    done(&f);
    f = read_with(SPACE "[objective]\nplugin = nowhere\ntimeout = 3\n",
                  (config_settings){.no_plugins = true});
    cr_expect_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect(!f.c.registry && f.c.timeout == 3 && f.c.space.n == 2);
    done(&f);
}

Test(config, a_space_of_the_objectives_own)
{
    fixture f = read_study(OBJECTIVE "[point 1]\nx3 = 0.25\n");
    error err = {0};
    hone_param many[25];
    const hone_param *list[25];
    char names[25][16];
    cr_assert_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect(f.c.space.n == 0 && f.c.n_points == 0);
    cr_expect_str_eq(f.c.strategy->plugin->name, "auto");
    for (int i = 0; i < 25; i++) {
        snprintf(names[i], sizeof names[i], "x%d", i);
        many[i] = (hone_param){.size = sizeof many[i], .type = HONE_REAL, .parent = -1,
                               .name = names[i], .low = 0, .high = 1, .init = NAN};
        list[i] = &many[i];
    }
    const hone_space own = {.size = sizeof own, .n_params = 25, .params = list};
    cr_assert_eq(config_take_space(&f.c, &own, &err), HONE_OK, "%s", error_text(&err));
    cr_expect_eq(f.c.space.n, 25);
    cr_expect_str_eq(f.c.strategy->plugin->name, "auto");
    cr_assert_eq(f.c.n_points, 1);
    cr_expect(f.c.points[3] == 0.25 && f.c.points[4] == 0.5);
    error_free(&err);
    done(&f);
}

Test(config, identity_holds_what_matters)
{
    static const char *const same[] = {"study.trials=7",   "study.workers=3", "study.time=1h",
                                       "study.name=other", "study.storage=x", "objective.timeout=9",
                                       "strategy.plugin=auto", "surrogate.plugin=gp"};
    static const struct {
        const char *set, *sentence;
    } other[] = {
        {"study.seed=5", "study.seed was '0' and is '5'"},
        {"study.goal=maximize", "study.goal was 'minimize' and is 'maximize'"},
        {"space.x=float 0 2", "space.x was 'float 0 1' and is 'float 0 2'"},
        {"space.z=int 1 2", "space.z = int 1 2 is new"},
        {"surrogate.kernel=rbf", "strategy.model.surrogate.kernel was 'matern52' and is 'rbf'"},
        {"objective.noise=1", "objective.noise was '0' and is '1'"},
    };
    fixture f = read_study(SPACE OBJECTIVE);
    char *now = config_identity(&f.c);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        fixture g = read_with(SPACE OBJECTIVE, (config_settings){.set = &same[i], .n_set = 1});
        char *then = config_identity(&g.c);
        cr_expect_str_eq(now, then, "%s", same[i]);
        free(then);
        done(&g);
    }
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        error e = {0};
        fixture g = read_with(SPACE OBJECTIVE, (config_settings){.set = &other[i].set, .n_set = 1});
        char *then = config_identity(&g.c);
        config_differences(now, then, &e);
        cr_expect_str_eq(error_text(&e), other[i].sentence);
        cr_expect_eq(e.status, HONE_ECHANGED);
        error_free(&e);
        free(then);
        done(&g);
    }
    error e = {0};
    config_differences("space.x = a\nspace.y = b\n", "space.y = b\nspace.x = a\n", &e);
    cr_expect_str_eq(error_text(&e), "the parameters stand in another order");
    error_free(&e);
    config_differences("space.x = a\nspace.y = b\n", "space.y = b\n", &e);
    cr_expect_str_eq(error_text(&e), "space.x = a is gone");
    error_free(&e);
    free(now);
    done(&f);
}

Test(config, ten_thousand_parameters)
{
    text t = {0};
    const clock_t begin = clock();
    (void)begin;
    text_add(&t, "%s[space]\n", OBJECTIVE);
    for (int i = 0; i < 10000; i++)
        text_add(&t, "parameter_%d = float 1e-5 1 log\n", i);
    fixture f = read_study(t.data);
    cr_expect_eq(f.status, HONE_OK, "%s", error_text(&f.err));
    cr_expect_eq(f.c.space.n, 10000);
#ifndef __SANITIZE_ADDRESS__
    cr_expect_lt((double)(clock() - begin) / CLOCKS_PER_SEC, 3);
#endif
    done(&f);
    text_free(&t);
}
