/* check_plugin.c - `hone check PLUGIN.so`: the tests of a plugin as lines for people, or JSON. */
#include "check_plugin.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conform.h"
#include "text.h"

typedef struct tally {
    FILE *out;
    const char *path;
    bool json, color;
    char *heading; /* "strategy random": the plugin whose lines are printed */
    int passed, failed, left_out;
    double seconds;
} tally;

static void print_heading(tally *t, const conform_result *r)
{
    char now[160];
    snprintf(now, sizeof now, "%s %s", r->kind, r->plugin);
    if (t->heading && strcmp(t->heading, now) == 0)
        return;
    free(t->heading);
    t->heading = strdup(now);
    fprintf(t->out, "%s:\n", now);
}

static void call_time(double seconds, char out[NUMBER_ROOM])
{
    if (seconds < 1e-3)
        snprintf(out, NUMBER_ROOM, "%.3g us", 1e6 * seconds);
    else
        duration_text(seconds, out);
}

static void print_line(tally *t, const conform_result *r)
{
    static const char *const WORDS[] = {"ok", "FAIL", "-"};
    static const char *const COLORS[] = {"\033[32m", "\033[1;31m", ""};
    char each[NUMBER_ROOM] = "";
    print_heading(t, r);
    if (r->calls)
        call_time(r->call_seconds / (double)r->calls, each);
    fprintf(t->out, "  %s%-4s%s %-13s %s%s%s%s\n", t->color ? COLORS[r->verdict] : "",
            WORDS[r->verdict], t->color ? "\033[0m" : "", r->test,
            r->verdict == CONFORM_NOT_APPLICABLE ? r->why : r->says, *each ? "  (" : "", each,
            *each ? " a call)" : "");
    if (r->verdict == CONFORM_FAILED)
        fprintf(t->out, "       %-13s %s\n       %-13s alone: hone check %s --only %s/%s/%s\n", "",
                r->why, "", t->path, r->kind, r->plugin, r->test);
}

static void print_json(tally *t, const conform_result *r)
{
    json_t *line = json_pack("{s:s, s:s, s:s, s:s, s:o, s:s, s:I, s:f, s:f}", "kind", r->kind,
                             "plugin", r->plugin, "test", r->test, "says", r->says, "passed",
                             r->verdict == CONFORM_NOT_APPLICABLE ? json_null()
                                                                  : json_boolean(r->verdict ==
                                                                                 CONFORM_PASSED),
                             "why", r->why, "calls", (json_int_t)r->calls, "seconds", r->seconds,
                             "call_seconds", r->call_seconds);
    char *words = line ? json_dumps(line, JSON_COMPACT) : NULL;
    fprintf(t->out, "%s\n", words ? words : "{}");
    free(words);
    json_decref(line);
}

static void take(void *context, const conform_result *r)
{
    tally *t = context;
    int *const counts[] = {&t->passed, &t->failed, &t->left_out};
    ++*counts[r->verdict];
    t->seconds += r->seconds;
    if (t->json)
        print_json(t, r);
    else
        print_line(t, r);
    fflush(t->out);
}

static void list_tests(FILE *out)
{
    const char *says, *kind, *name;
    for (int i = 0; (name = conform_test(i, &says, &kind)); i++)
        fprintf(out, "%-12s %-13s %s\n", kind, name, says);
}

static bool read_settings(invocation *in, conform_settings *out)
{
    int64_t seed = 1;
    const char *deadline = flag_value(in, "deadline");
    if (!flag_int(in, "seed", 0, &seed))
        return false;
    if (deadline && (!number_seconds(deadline, &out->deadline) || !(out->deadline > 0))) {
        fprintf(stderr, "hone check: --deadline %s is no time; allowed: 10, 1.5m\n", deadline);
        return false;
    }
    out->seed = (uint64_t)seed;
    out->only = flag_value(in, "only");
    out->quick = flag_given(in, "quick");
    out->in_process = flag_given(in, "in-process");
    out->program = registry_program();
    return true;
}

static void print_sum(const tally *t)
{
    char took[NUMBER_ROOM];
    fprintf(t->out, "%s: %d passed, %d failed, %d not applicable, %s\n", t->path, t->passed,
            t->failed, t->left_out, duration_text(t->seconds, took));
}

int check_plugin(invocation *in, const char *path)
{
    conform_settings settings = {0};
    settings_lists lists;
    error err = {0};
    tally t = {.path = path, .json = flag_given(in, "json"), .color = in->color};
    if (!read_settings(in, &settings))
        return EXIT_USAGE;
    if (settings.only && strcmp(settings.only, "help") == 0) {
        list_tests(stdout);
        return EXIT_DONE;
    }
    if (!(t.out = command_own_output())) {
        fprintf(stderr, "hone check: no descriptor is left\n");
        return EXIT_FAILED;
    }
    command_settings(in, &settings.config, &lists);
    int32_t status = conform_file(path, &settings, take, &t, &err);
    if (status >= 0 && !t.json)
        print_sum(&t);
    const int exit = status < 0 ? command_fail(&err) : t.failed ? EXIT_PLUGIN : EXIT_DONE;
    settings_free(&lists);
    error_free(&err);
    free(t.heading);
    fclose(t.out);
    return exit;
}
