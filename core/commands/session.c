/* session.c - `hone session STUDY.ini`: JSON lines on standard input and output. */
#include <stdlib.h>

#include "command.h"
#include "session.h"

static void pass_log(void *context, int32_t level, const char *line)
{
    const invocation *in = context;
    if (level >= in->log.level)
        in->log.write(in->log.context, level, line);
}

static int serve(hone_study *s, FILE *to)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    bool closed = false;
    int exit = EXIT_DONE;
    while (!closed && (length = getline(&line, &room, stdin)) >= 0) {
        char *out = session_answer(s, line, (size_t)length, &closed);
        if (!out || fprintf(to, "%s\n", out) < 0 || fflush(to) != 0) {
            fprintf(stderr, "hone session: %s\n",
                    out ? "nobody reads the answers" : "out of memory");
            exit = EXIT_FAILED;
            closed = true;
        }
        free(out);
    }
    free(line);
    return exit;
}

static int session(invocation *in)
{
    hone_study *s;
    int n;
    const char **set = flag_values(in, "set", &n), **dirs = flag_values(in, "plugin-dir", &n);
    hone_open_settings settings = {.size = sizeof settings,
                                   .amend = flag_given(in, "amend"),
                                   .set = set,
                                   .plugin_dirs = dirs,
                                   .log = pass_log,
                                   .context = in};
    FILE *to = command_own_output();
    if (!to) {
        fprintf(stderr, "hone session: no descriptor is left for the answers\n");
        free(set);
        free(dirs);
        return EXIT_FAILED;
    }
    int32_t status = hone_open(in->arguments[0], &settings, &s);
    int exit;
    if (status < 0) {
        error err = {0};
        error_add(&err, status, "%s", s ? hone_message(s) : "out of memory");
        exit = command_fail(&err);
    } else {
        exit = serve(s, to);
    }
    hone_close(s);
    fclose(to);
    free(set);
    free(dirs);
    return exit;
}

static const flag FLAGS[] = {
    {"amend", NULL, "go on although the study file changed in what matters"},
    {NULL, NULL, NULL},
};

const command COMMAND_SESSION = {
    .name = "session",
    .arguments = "STUDY.ini",
    .summary = "serve a study to another program: JSON lines on standard input and output",
    .help = "One JSON object a line each way:\n"
            "  {\"op\":\"ask\",\"n\":1}                        "
            "{\"trials\":[{\"number\":0,\"params\":{...}}]}\n"
            "  {\"op\":\"tell\",\"number\":0,\"values\":[1.5]}   {\"ok\":true}\n"
            "  {\"op\":\"tell\",\"number\":0,\"state\":\"failed\"}  or \"pruned\"\n"
            "  {\"op\":\"report\",\"number\":0,\"step\":3,\"value\":0.2}  {\"stop\":false}\n"
            "  {\"op\":\"best\"}   {\"op\":\"close\"}\n"
            "An error is {\"error\":\"...\"} and the session goes on.\n",
    .flags = FLAGS,
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = session,
};
