/* test_compare.c - comparisons: the same bytes for any number of cores and after a kill, runs
 * on the simulated clock, programs as contenders. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "compare_record.h"
#include "compare/simulate.h"

static char folder[] = "/tmp/hone-compare-XXXXXX";

static void make_folder(void)
{
    cr_assert(mkdtemp(folder));
}

static void drop_folder(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    cr_assert_eq(system(command), 0);
}

TestSuite(compare, .init = make_folder, .fini = drop_folder, .timeout = 60);

static void write_file(const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *out = fopen(path, "w");
    cr_assert(out && fputs(content, out) >= 0 && fclose(out) == 0, "%s", path);
}

/* In the folder; HONE stands for the program. */
static int shell(const char *command)
{
    char line[1024];
    snprintf(line, sizeof line, "cd '%s' || exit 99; HONE='%s/hone'; %s", folder, BUILD_DIR, command);
    int status = system(line);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static const char SMALL[] = "[comparison]\nbudget = 10d\ndimensions = 2 3\ninstances = 1-2\n"
                            "repeats = 2\nseed = 7\n"
                            "[strategy random]\nplugin = random\n"
                            "[strategy cmaes]\nplugin = cmaes\n"
                            "[problem bbob]\nplugin = bbob\nfunction = 1 8 21\n";

Test(compare, cores_and_kills_change_no_byte)
{
    write_file("a.ini", SMALL);
    cr_assert_eq(shell("$HONE compare --no-figures a.ini --quiet --jobs 1 >one.txt 2>err.txt"), 0);
    cr_assert_eq(shell("cp -r a one && rm -r a && $HONE compare --no-figures a.ini --jobs 2 >two.txt"), 0);
    const char *same = "for f in runs history curves ecdf ert ranks pairs; do "
                       "cmp one/$f.csv a/$f.csv || exit 1; done; cmp one/summary.json "
                       "a/summary.json && cmp one/tables.tex a/tables.tex";
    cr_assert_eq(shell(same), 0);
    cr_assert_eq(shell("cmp one/runs.csv a/history.csv >cmp.txt"), 1); /* it can tell */
    /* cut in the middle of a line, as a kill may */
    cr_assert_eq(shell("head -c $(($(wc -c <one/runs.log) / 2)) one/runs.log >a/runs.log && "
                       "rm a/*.csv && $HONE compare --no-figures a.ini 2>again.txt >three.txt"), 0);
    cr_assert_eq(shell("grep -q 'of 48 runs are in' again.txt"), 0);
    cr_assert_eq(shell(same), 0);
}

Test(compare, an_interrupted_comparison_goes_on)
{
    write_file("a.ini", SMALL);
    cr_assert_eq(shell("$HONE compare --no-figures a.ini --set comparison.budget=3000d --jobs 1 >out.txt "
                       "2>err.txt & p=$!; n=0; until [ -s a/runs.log ]; do sleep 0.02; "
                       "n=$((n+1)); [ $n -lt 500 ] || exit 9; done; kill -TERM $p; wait $p"),
                 143); /* a shell's background jobs ignore Ctrl-C */
    cr_assert_eq(shell("grep -q 'the same command goes on' err.txt && "
                       "lines=$(wc -l <a/runs.log) && [ $lines -ge 1 ] && [ $lines -lt 48 ]"),
                 0);
}

Test(compare, runs_hold_what_was_asked_for)
{
    write_file("a.ini", SMALL);
    cr_assert_eq(shell("$HONE compare --no-figures a.ini --quiet >out.txt"), 0);
    /* 2 strategies x 3 functions x 2 dimensions x 2 instances x 2 repeats, 10 d evaluations */
    cr_assert_eq(shell("awk -F, 'NR > 1 { n++; bad += $7 != 10 * $3 } END { exit n != 48 || bad }' "
                       "a/runs.csv"), 0);
    /* strategies share seeds, runs of one do not */
    cr_assert_eq(shell("awk -F, 'NR > 1 { n[$6]++ } END { for (s in n) { k++; bad += n[s] != 2 } "
                       "exit k != 24 || bad }' a/runs.csv"), 0);
}

Test(compare, problems_of_the_file_are_sentences)
{
    write_file("a.ini", "[comparison]\nbugdet = 3\n[strategy a]\nplugin = random\n"
                        "[problem p]\nplugin = testfn\n");
    cr_assert_eq(shell("$HONE compare --no-figures a.ini 2>err.txt"), 2);
    cr_assert_eq(shell("grep -q \"a.ini:2: .*budget\" err.txt"), 0);
    write_file("b.ini", "[comparison]\nbudget = 5\n[strategy a]\nplugin = random\n");
    cr_assert_eq(shell("$HONE compare --no-figures b.ini 2>err.txt"), 2);
    cr_assert_eq(shell("grep -q 'there is no problem' err.txt"), 0);
}

/* A strategy whose section is wrong is a sentence before anything runs; one that cannot do one
 * of several problems fails there only. */
Test(compare, a_strategy_that_cannot)
{
    write_file("a.ini", "[comparison]\nbudget = 5\n[strategy random]\nplugin = random\n"
                        "[strategy wrong]\nplugin = cmaes\nsigmma = 3\n"
                        "[problem p]\nplugin = testfn\nfunction = sphere\n");
    cr_assert_eq(shell("$HONE compare --no-figures a.ini 2>err.txt"), 2);
    cr_assert_eq(shell("grep -q 'strategy wrong. works on no problem: .*sigmma' err.txt"), 0);
    write_file("a.ini", "[comparison]\nbudget = 5\n[strategy random]\nplugin = random\n"
                        "[strategy nsga2]\nplugin = nsga2\n[strategy cmaes]\nplugin = cmaes\n"
                        "[problem one]\nplugin = testfn\nfunction = sphere\n"
                        "[problem two]\nplugin = zdt\nfunction = zdt1\n"
                        "goal = minimize minimize\nreference = 11 11\ndimensions = 3\n");
    cr_assert_eq(shell("$HONE compare --no-figures a.ini >out.txt 2>err.txt"), 1);
    cr_assert_eq(shell("grep -q 'runs of cmaes on two-zdt1, dimension 3, failed: ' out.txt"), 0);
    cr_assert_eq(shell("grep -c 'failed: ' out.txt | grep -qx 1"), 0);
}

/* A plugin whose file changed runs again, what it does not touch stays. */
Test(compare, a_changed_plugin_runs_again)
{
    write_file("a.ini", "[comparison]\nbudget = 5\ninstances = 1-3\n"
                        "[strategy random]\nplugin = random\n[strategy mine]\nplugin = ./mine.so\n"
                        "[problem p]\nplugin = testfn\nfunction = sphere\n");
    cr_assert_eq(shell("chmod 700 . && cp '" BUILD_DIR "/plugins/strategy/sobol.so' mine.so && "
                       "$HONE compare --no-figures a.ini >out.txt 2>err.txt"), 0);
    cr_assert_eq(shell("$HONE compare --no-figures a.ini 2>err.txt >out.txt && "
                       "grep -q '^6 of 6 runs are in' err.txt"), 0);
    cr_assert_eq(shell("cp '" BUILD_DIR "/plugins/strategy/lhs.so' mine.so && "
                       "$HONE compare --no-figures a.ini 2>err.txt >out.txt && "
                       "grep -q '^3 of 6 runs are in' err.txt"), 0);
}

/* Two goals are followed by their hypervolume: with every point it can only grow. */
Test(compare, several_goals)
{
    write_file("a.ini", "[comparison]\nbudget = 60\ndimensions = 5\nworkers = 4\n"
                        "[strategy random]\nplugin = random\n[strategy sobol]\nplugin = sobol\n"
                        "[problem zdt]\nplugin = zdt\nfunction = zdt1 zdt2\n"
                        "goal = minimize minimize\nreference = 11 11\n");
    cr_assert_eq(shell("$HONE compare --no-figures a.ini --quiet >out.txt"), 0);
    cr_assert_eq(shell("awk -F, 'NR > 1 { n++; bad += !($9 < -80 && $9 >= $10 && $10 > -121) } "
                       "END { exit n != 4 || bad }' a/runs.csv"), 0);
}

/* A table's own costs are the time of the curves; where nothing says one, the machine's. */
Test(compare, curves_against_time)
{
    write_file("t.csv", "x,value,seconds\n0,5,3\n1,4,1\n2,3,1\n3,2,5\n");
    write_file("a.ini", "[comparison]\nbudget = 4\n[strategy grid]\nplugin = grid\n"
                        "[space x]\nx = int 0 3\n"
                        "[problem t]\nplugin = table\nfile = t.csv\nseconds = seconds\nspace = x\n");
    cr_assert_eq(shell("$HONE compare --no-figures a.ini --quiet >out.txt 2>err.txt"), 0);
    /* all four points take 3 + 1 + 1 + 5 seconds; then the best is known */
    cr_assert_eq(shell("tail -1 a/curves-time.csv | grep -q '^grid,t,1,simulated,10,0,0,0,0,0$'"),
                 0);
    write_file("b.ini", SMALL);
    cr_assert_eq(shell("$HONE compare --no-figures b.ini --quiet >out.txt 2>err.txt && "
                       "awk -F, 'NR > 1 { n++; bad += $4 != \"machine\" || !($5 > 0 && $5 < 60) } "
                       "END { exit n < 24 || bad }' b/curves-time.csv"), 0);
}

/* From fronts.csv again, by the definitions: the area as a sum over the sorted points, the median
 * surface by counting, at each of its corners, the runs with a point that is nowhere worse. */
static const char FRONTS[] =
    "import csv, math\nfrom collections import defaultdict\n"
    "rows = lambda f: list(csv.reader(open(f)))[1:]\nfronts = defaultdict(list)\n"
    "for r in rows('a/fronts.csv'): fronts[tuple(r[:5])].append((float(r[5]), float(r[6])))\n"
    "for r in rows('a/indicators.csv'):\n    area, y = 0, 11\n"
    "    for f in sorted(fronts[tuple(r[:5])]):\n"
    "        area += (11 - f[0]) * (y - f[1]); y = f[1]\n"
    "    assert math.isclose(area, float(r[5]), rel_tol=1e-12), (area, r)\n"
    "    known = [(i / 999, 1 - math.sqrt(i / 999)) for i in range(1000)]\n"
    "    d = sum(min(math.hypot(max(0, p[0] - z[0]), max(0, p[1] - z[1])) "
    "for p in fronts[tuple(r[:5])]) for z in known) / 1000\n"
    "    assert math.isclose(d, float(r[6]), rel_tol=1e-3) and r[7] == 'known', (d, r)\n"
    "n = 0\nfor r in rows('a/attainment.csv'):\n    x, y = float(r[4]), float(r[5])\n"
    "    def runs(u, v):\n        return sum(any(p[0] <= u and p[1] <= v for p in q) "
    "for k, q in fronts.items() if k[0] == r[0])\n"
    "    k = math.ceil(5 * float(r[3])); n += 1\n"
    "    assert runs(x, y) >= k and runs(x * (1 - 1e-9) - 1e-12, y) < k "
    "and runs(x, y * (1 - 1e-9)) < k, r\n"
    "assert len(fronts) == 10 and n > 10\n";

Test(compare, fronts_by_their_definitions)
{
    write_file("check.py", FRONTS);
    write_file("a.ini", "[comparison]\nbudget = 60\ndimensions = 4\nrepeats = 5\n"
                        "[strategy random]\nplugin = random\n[strategy nsga2]\nplugin = nsga2\n"
                        "[problem zdt]\nplugin = zdt\nfunction = zdt1\n"
                        "goal = minimize minimize\nreference = 11 11\n");
    cr_assert_eq(shell("$HONE compare a.ini --quiet >out.txt 2>err.txt"), 0);
    cr_assert_eq(shell("python3 check.py"), 0);
    cr_assert_eq(shell("grep -q 'id=\"fronts\"' a/report.html && test -s a/attainment.pdf"), 0);
}

/* ---- the simulated clock ----------------------------------------------------------------- */

typedef struct notes {
    int64_t n, numbers[64];
    double ends[64];
} notes;

static int32_t note(void *context, const simulated *t)
{
    notes *n = context;
    n->numbers[n->n] = t->number;
    n->ends[n->n++] = t->ended;
    return 0;
}

/* A table whose rows say what they cost: 2 workers, costs 3 1 1 ... by hand. */
Test(compare, costs_of_the_objective_drive_the_clock)
{
    write_file("t.csv", "x,value,seconds\n0,5,3\n1,4,1\n2,3,1\n3,2,5\n");
    write_file("s.ini", "[study]\nstorage = memory\ntrials = 4\n[space]\nx = int 0 3\n"
                        "[strategy]\nplugin = grid\n[objective]\nplugin = table\nfile = t.csv\n"
                        "seconds = seconds\nisolation = simulated\n");
    char path[256];
    error err = {0};
    config c;
    config_settings settings = {.need_objective = true};
    settings.plugins.dirs = (const char *const[]){BUILD_DIR "/plugins"};
    settings.plugins.n_dirs = 1;
    settings.plugins.program = BUILD_DIR "/hone";
    snprintf(path, sizeof path, "%s/s.ini", folder);
    cr_assert_eq(config_load(path, &settings, &c, &err), HONE_OK, "%s", error_text(&err));
    study *s;
    study_settings opening = {.config = &c};
    cr_assert_eq(study_open(&opening, &s, &err), HONE_OK, "%s", error_text(&err));
    notes n = {0};
    simulation_result result;
    simulation_settings with = {.config = &c,
                                .by = proposer_study(s),
                                .workers = 2,
                                .budget = 4,
                                .time = INFINITY,
                                .ended = note,
                                .context = &n};
    cr_assert_eq(simulate_run(&with, &result, &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(n.n, 4);
    double costs[64], busy[2] = {0, 0}; /* list scheduling over the order of asking, by hand */
    for (int64_t i = 0; i < 4; i++) {
        static const double COST[] = {3, 1, 1, 5};
        const double *x = history_native(study_history(s), i);
        int w = busy[1] < busy[0];
        costs[i] = busy[w] += COST[(int)x[0]];
    }
    for (int64_t i = 0; i < 4; i++)
        cr_expect_eq(n.ends[i], costs[n.numbers[i]]);
    cr_expect_eq(result.clock, n.ends[3]);
    for (int64_t i = 1; i < 4; i++)
        cr_expect_geq(n.ends[i], n.ends[i - 1]);
    study_close(s);
    config_free(&c);
    error_free(&err);
}

Test(compare, a_damaged_line_is_not_believed)
{
    run_record r = {.dimension = 3, .evaluations = 9, .optimum = NAN, .clock = 9}, back;
    char key[65], other[65];
    text t = {0};
    memset(key, 'a', 64);
    key[64] = '\0';
    double front[] = {1, 2, 2, 1};
    cr_assert(run_record_improve(&r, (improvement){1, 1, 0.25, 2.5}) &&
              run_record_improve(&r, (improvement){4, 4, 0.5, 0.1}));
    r.n_goals = 2;
    r.n_front = 2;
    r.front = front;
    r.timed = true;
    run_record_write(&r, key, &t);
    cr_assert(run_record_read(t.data, other, &back));
    cr_expect_str_eq(key, other);
    cr_expect_eq(back.n, 2);
    cr_expect_eq(back.steps[1].value, 0.1);
    cr_expect(isnan(back.optimum) && !back.failure);
    cr_expect_eq(back.steps[1].spent, 0.5);
    cr_expect(back.timed && back.n_goals == 2 && back.n_front == 2);
    cr_expect_arr_eq(back.front, front, sizeof front);
    cr_expect_eq(run_record_runtime(&back, 1), 4);
    run_record_free(&back);
    for (size_t i = 0; i < t.length; i++) {
        t.data[i] ^= 1;
        cr_expect(!run_record_read(t.data, other, &back), "byte %zu", i);
        t.data[i] ^= 1;
    }
    text_free(&t);
    r.front = NULL;
    run_record_free(&r);
}

/* ---- programs ---------------------------------------------------------------------------- */

static const char HALVES[] =
    "import json, sys\nn = 0\nfor line in sys.stdin:\n    q = json.loads(line)\n"
    "    if q['op'] == 'open':\n        space = q['space']; print('{\"ok\":true}', flush=True)\n"
    "    elif q['op'] == 'ask':\n        p = {s['name']: 2.0 ** -n for s in space}; n += 1\n"
    "        print(json.dumps({'trials': [{'number': n - 1, 'params': p}]}), flush=True)\n"
    "    elif q['op'] == 'close':\n        break\n    else:\n        print('{\"ok\":true}', flush=True)\n";

Test(compare, a_program_competes)
{
    write_file("halves.py", HALVES);
    write_file("a.ini", "[comparison]\nbudget = 8\ndimensions = 2\n"
                        "[strategy halves]\ncommand = python3 halves.py\n"
                        "[strategy gone]\ncommand = true\n"
                        "[problem sphere]\nplugin = testfn\nfunction = sphere\n");
    cr_assert_eq(shell("$HONE compare a.ini --quiet >out.txt 2>err.txt"), 1);
    cr_assert_eq(shell("grep -q '1 of 1 runs of gone on sphere-sphere, dimension 2, failed: ' "
                       "out.txt && grep -q '1 of 2 runs failed' err.txt"), 0);
    cr_assert_eq(shell("grep -q 'id=\"failed\"' a/report.html"), 0);
    /* the eighth point is 2^-7 twice: 2 (2^-7)^2 = 2^-13 */
    cr_assert_eq(shell("grep -q '^halves,sphere-sphere,2,1,1,[0-9]*,8,0,0.0001220703125,' "
                       "a/runs.csv"), 0);
    cr_assert_eq(shell("grep -q '^gone,.*the program ended' a/runs.csv"), 0);
}

Test(compare, optuna_competes)
{
    if (shell("/usr/bin/python3 -c 'import optuna' 2>/dev/null") != 0)
        cr_skip_test("no optuna here");
    write_file("a.ini", "[comparison]\nbudget = 12\ndimensions = 2\n"
                        "[strategy optuna]\n"
                        "command = /usr/bin/python3 " SOURCE_DIR
                        "/examples/compare/optuna_bridge.py tpe\n"
                        "[problem sphere]\nplugin = testfn\nfunction = sphere\n"
                        "[problem tree]\nplugin = testfn\nfunction = jenatton\n");
    cr_assert_eq(shell("$HONE compare --no-figures a.ini --quiet >out.txt"), 0);
    cr_assert_eq(shell("awk -F, 'NR > 1 { n++; bad += $7 != 12 || $13 != \"\\\"\\\"\" } "
                       "END { exit n != 2 || bad }' a/runs.csv"), 0);
}
