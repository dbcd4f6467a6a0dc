/* test_stored.c - the commands on stored studies, as they are run: hone studies, trials, show,
 * best, delete, import. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage.h"

static const char STUDY[] = "[study]\nname = tune\ngoal = maximize\ntrials = 9\n"
                            "[space]\nC = float 2^-5 2^15 log\nkernel = categorical rbf \"a,b\"\n"
                            "degree = int 2 5 when kernel = \"a,b\"\nfixed = fixed 3\n"
                            "[strategy]\nplugin = random\n";

typedef struct answer {
    int status;
    char text[8192]; /* stdout and stderr */
} answer;

typedef struct folder {
    char path[64];
} folder;

static answer hone(const folder *f, const char *arguments)
{
    char command[1024];
    answer a = {0};
    snprintf(command, sizeof command, "cd %s && " BUILD_DIR "/hone %s 2>&1", f->path, arguments);
    FILE *p = popen(command, "r");
    cr_assert_not_null(p);
    size_t n = fread(a.text, 1, sizeof a.text - 1, p);
    a.text[n] = '\0';
    int state = pclose(p);
    a.status = WIFEXITED(state) ? WEXITSTATUS(state) : -1;
    return a;
}

static void write_text(const folder *f, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", f->path, name);
    FILE *file = fopen(path, "w");
    cr_assert(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

#define SAYS(a, words)                                                                             \
    cr_assert_not_null(strstr((a).text, words), "'%s' lacks '%s'", (a).text, words)
#define ENDS(a, wanted) cr_assert_eq((a).status, wanted, "exit %d: %s", (a).status, (a).text)

static folder new_folder(void)
{
    folder f = {"/tmp/hone-stored-XXXXXX"};
    cr_assert_not_null(mkdtemp(f.path));
    return f;
}

static void remove_folder(const folder *f)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", f->path);
    cr_assert_eq(system(command), 0);
}

/* A study with three imported trials. */
static folder new_study(void)
{
    folder f = new_folder();
    write_text(&f, "tune.ini", STUDY);
    write_text(&f, "r.csv",
               "C,kernel,degree,value,state,seconds\n1,rbf,,0.5,,\n"
               "2,\"a,b\",3,0.75,complete,1.5\n4,rbf,,,failed,\n");
    answer a = hone(&f, "import tune.ini r.csv");
    ENDS(a, 0);
    SAYS(a, "3 trials imported into study 'tune': 0 to 2");
    return f;
}

Test(stored, what_was_imported_is_listed_and_shown)
{
    folder f = new_study();
    answer a = hone(&f, "studies tune.db");
    SAYS(a, "tune   maximize       3         2");
    a = hone(&f, "studies tune.ini --json");
    SAYS(a, "{\"name\":\"tune\",\"goals\":[\"maximize\"],\"trials\":3,\"complete\":2,");
    a = hone(&f, "trials tune.ini");
    SAYS(a, "number  state     value  C  kernel  degree  fixed  seconds\n"
            "     0  complete    0.5  1  rbf          -      3        -\n"
            "     1  complete   0.75  2  a,b          3      3      1.5\n"
            "     2  failed        -  4  rbf          -      3        -\n");
    a = hone(&f, "trials tune.db#tune --state complete --sort value --json");
    cr_assert_str_eq(a.text,
                     "{\"number\":1,\"state\":\"complete\",\"value\":0.75,\"values\":[0.75],"
                     "\"params\":{\"C\":2.0,\"kernel\":\"a,b\",\"degree\":3,\"fixed\":3},"
                     "\"seconds\":1.5}\n"
                     "{\"number\":0,\"state\":\"complete\",\"value\":0.5,\"values\":[0.5],"
                     "\"params\":{\"C\":1.0,\"kernel\":\"rbf\",\"fixed\":3},\"seconds\":null}\n",
                     "%s", a.text);
    a = hone(&f, "trials tune.db --last 1 --csv");
    SAYS(
        a,
        "number,state,value,C,kernel,degree,fixed,seconds,started,completed\n2,failed,,4,rbf,,3,,");
    a = hone(&f, "trials tune.db --state complete --last 1 --csv");
    SAYS(a, "\n1,complete,0.75,2,\"a,b\",3,3,1.5,");
    cr_assert_null(strstr(a.text, "\n0,"));
    a = hone(&f, "best tune.db");
    cr_assert_str_eq(a.text, "best value = 0.75 at trial 1\n  C = 2\n  kernel = a,b\n"
                             "  degree = 3\n  fixed = 3\n");
    a = hone(&f, "show tune.db 1");
    SAYS(a, "trial 1 of study 'tune': complete\nvalue = 0.75\n  C = 2\n");
    a = hone(&f, "show tune.db 2 --json");
    SAYS(a, "\"state\": \"failed\"");
    a = hone(&f, "show tune.db 3");
    ENDS(a, 1);
    SAYS(a, "no trial 3; it has 3 trials");
    remove_folder(&f);
}

Test(stored, what_is_printed_can_be_imported)
{
    folder f = new_study();
    answer a = hone(&f, "trials tune.db --csv | " BUILD_DIR
                        "/hone import tune.ini - --set study.name=again --set study.storage=2.db");
    SAYS(a, "3 trials imported into study 'again': 0 to 2");
    answer b = hone(&f, "trials 2.db#again --csv | cut -d, -f 1-8");
    a = hone(&f, "trials tune.db --csv | cut -d, -f 1-8");
    cr_assert_str_eq(a.text, b.text);
    remove_folder(&f);
}

Test(stored, every_bad_line_is_reported_and_nothing_imported)
{
    folder f = new_study();
    write_text(&f, "bad.csv",
               "\xEF\xBB\xBF"
               "C,kernel,degree,value,state\r\n1,rbf,,2,\r\n\r\n"
               "\"1e9\",rbf,,2,\r\n2,\"a,b\",,3,\r\n2,rbf,3,3,\r\n2,\"a\nb\",3,x,\r\n"
               "3,rbf,,,failed\r\n4,rbf\r\n5,rbf,,,\r\n6,rbf,,1,odd\r\n");
    answer a = hone(&f, "import tune.ini bad.csv");
    ENDS(a, 2);
    SAYS(a, "bad.csv:4: C = 1e9 is not");
    SAYS(a, "bad.csv:5: degree: is empty");
    SAYS(a, "bad.csv:6: degree: has a value, but is inactive");
    SAYS(a, "bad.csv:7: kernel = ");
    SAYS(a, "bad.csv:7: value: is not a finite number");
    SAYS(a, "bad.csv:10: has 2 cells, the header has 5");
    SAYS(a, "bad.csv:11: value: is empty");
    SAYS(a, "bad.csv:12: state: allowed are");
    SAYS(a, "nothing was imported; --skip-bad");
    cr_assert_null(strstr(a.text, "bad.csv:2"));
    SAYS(hone(&f, "studies tune.db"), "maximize       3");
    a = hone(&f, "import tune.ini bad.csv --skip-bad");
    ENDS(a, 0);
    SAYS(a, "2 trials imported into study 'tune': 3 to 4");
    write_text(&f, "bad.csv", "C,kernl,value\n1,rbf,2\n");
    a = hone(&f, "import tune.ini bad.csv --skip-bad");
    ENDS(a, 2);
    SAYS(a, "bad.csv:1: column 'kernl' is no parameter and no objective of study 'tune'; did you "
            "mean 'kernel'?");
    SAYS(a, "there is no column for parameter 'kernel'");
    write_text(&f, "bad.csv", "C,kernel,degree,value\n1,\"rbf,,2\n");
    SAYS(hone(&f, "import tune.ini bad.csv"), "bad.csv:2: a quote is not closed");
    SAYS(hone(&f, "import tune.ini none.csv"), "none.csv: No such file");
    remove_folder(&f);
}

Test(stored, a_study_is_deleted_when_told_so)
{
    folder f = new_study();
    answer a = hone(&f, "import tune.ini r.csv --set study.name=two --set study.storage=tune.db");
    ENDS(a, 0);
    a = hone(&f, "trials tune.db");
    ENDS(a, 2);
    SAYS(a, "which study? write tune.db#NAME; there is: tune, two");
    a = hone(&f, "delete tune.db#two < /dev/null");
    ENDS(a, 2);
    SAYS(a, "--yes deletes them");
    a = hone(&f, "delete tune.db#two --yes");
    ENDS(a, 0);
    SAYS(a, "study 'two' with 3 trials is deleted");
    a = hone(&f, "trials tune.db#two");
    ENDS(a, 1);
    SAYS(a, "there is no study 'two'; there is: tune");
    ENDS(hone(&f, "delete tune.db --yes --quiet"), 0);
    SAYS(hone(&f, "best tune.db"), "there is no study in it");
    remove_folder(&f);
}

Test(stored, a_running_study_is_not_deleted)
{
    folder f = new_study();
    char path[128];
    error err = {0};
    storage *s;
    const storage_settings set = {.must_exist = true};
    int64_t id;
    snprintf(path, sizeof path, "%s/tune.db", f.path);
    cr_assert_eq(storage_open(path, &set, &s, &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(storage_find_study(s, "tune", &id, &err), HONE_OK);
    cr_assert_eq(storage_claim(s, id, &err), HONE_OK);
    answer a = hone(&f, "delete tune.db --yes");
    ENDS(a, 4);
    SAYS(a, "runs this study");
    SAYS(hone(&f, "trials tune.db --last 1"), "failed"); /* reading goes on */
    storage_close(s);
    remove_folder(&f);
}

Test(stored, all_of_a_trial_is_shown)
{
    folder f = new_study();
    char path[128];
    error err = {0};
    storage *s;
    space sp;
    const storage_settings set = {.must_exist = true};
    int64_t study, id, number;
    double native[] = {8, 1, 4, 3}, value = 0.25, noise = 0.0625;
    trial_start t = {
        .native = native, .ask = 5, .seed = UINT64_MAX, .ask_seconds = 0.5, .owner = "host:1:2"};
    trial_finish done = {.state = HONE_COMPLETE,
                         .n_values = 1,
                         .values = &value,
                         .yvar = &noise,
                         .seconds = 90,
                         .sequence = 3};
    snprintf(path, sizeof path, "%s/tune.db", f.path);
    cr_assert_eq(storage_open(path, &set, &s, &err), HONE_OK, "%s", error_text(&err));
    cr_assert_eq(storage_find_study(s, "tune", &study, &err), HONE_OK);
    cr_assert_eq(storage_space(s, study, &sp, &err), HONE_OK);
    cr_assert_eq(storage_begin(s, &err), HONE_OK);
    cr_assert_eq(storage_start(s, study, &sp, &t, &id, &number, &err), HONE_OK, "%s",
                 error_text(&err));
    cr_assert_eq(storage_report(s, id, 2, -1.5, &err), HONE_OK);
    cr_assert_eq(storage_note(s, id, "output", 0, "one\ntwo\n", &err), HONE_OK);
    cr_assert_eq(storage_note(s, id, "mean", NAN, NULL, &err), HONE_OK);
    cr_assert_eq(storage_commit(s, &err), HONE_OK);
    SAYS(hone(&f, "show tune.db 3"), "runs in    host:1:2\n");
    cr_assert_eq(storage_begin(s, &err), HONE_OK);
    cr_assert_eq(storage_finish(s, id, &done, &err), HONE_OK);
    cr_assert_eq(storage_commit(s, &err), HONE_OK);
    storage_close(s);
    space_free(&sp);
    answer a = hone(&f, "show tune.db 3");
    SAYS(a, "value = 0.25  (standard error 0.25)\n  C = 8\n  kernel = a,b\n  degree = 4\n");
    SAYS(a, "took       1 min 30 s\n");
    SAYS(a, "ask        5\nseed       18446744073709551615\nfinished   as number 3 of the study\n"
            "value at step 2: -1.5\nmean: NaN\noutput:\n    one\n    two\n");
    a = hone(&f, "show tune.db 3 --json");
    SAYS(a, "\"seed\": \"18446744073709551615\"");
    SAYS(a, "\"variance\": [\n    0.0625\n  ]");
    SAYS(a, "\"output\": \"one\\ntwo\\n\"");
    SAYS(a, "\"mean\": \"NaN\"");
    remove_folder(&f);
}

Test(stored, the_front_of_two_objectives)
{
    folder f = new_folder();
    write_text(&f, "m.ini",
               "[study]\nname = m\ngoal = minimize maximize\nconstraints = g\n"
               "[space]\nx = float 0 10\n[strategy]\nplugin = random\n");
    write_text(&f, "m.csv",
               "x,value1,value2,g\n0,1,1,-1\n1,2,3,0\n2,3,2,-1\n3,0,9,0.5\n4,1,1,-1\n");
    ENDS(hone(&f, "import m.ini m.csv"), 0);
    answer a = hone(&f, "best m.db --json");
    cr_assert_str_eq(a.text,
                     "{\"number\":0,\"state\":\"complete\",\"value\":1.0,"
                     "\"values\":[1.0,1.0],\"params\":{\"x\":0.0}}\n"
                     "{\"number\":1,\"state\":\"complete\",\"value\":2.0,"
                     "\"values\":[2.0,3.0],\"params\":{\"x\":1.0}}\n"
                     "{\"number\":4,\"state\":\"complete\",\"value\":1.0,"
                     "\"values\":[1.0,1.0],\"params\":{\"x\":4.0}}\n",
                     "%s", a.text);
    a = hone(&f, "best m.db");
    SAYS(a, "number  value1  value2  x\n     0       1       1  0\n");
    SAYS(hone(&f, "show m.db 3"), "constraint 1 = 0.5  (not met)");
    remove_folder(&f);
}

Test(stored, words_that_are_no_study)
{
    folder f = new_study();
    answer a = hone(&f, "trials none.ini");
    ENDS(a, 2);
    SAYS(a, "none.ini: No such file or directory; a study is a study file, a database, or");
    SAYS(hone(&f, "trials r.csv"), "r.csv:1:");
    SAYS(hone(&f, "trials tune.db --sort kernl"), "--sort kernl: allowed are");
    SAYS(hone(&f, "trials tune.db --state odd"), "--state odd: allowed are");
    SAYS(hone(&f, "show tune.db x"), "'x' is not the number of a trial");
    SAYS(hone(&f, "trials tune.ini --set study.storage=memory"), "the study ended with its run");
    remove_folder(&f);
}
