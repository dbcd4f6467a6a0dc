/* replay.c - `hone replay STUDY.ini`: repeats every recorded ask of a study in one process. */
#include "open.h"
#include "study.h"

static int replay(invocation *in)
{
    opened o;
    int exit = opened_config(&o, in, in->arguments[0], false, NULL);
    if (exit != EXIT_DONE)
        return exit;
    const study_settings settings = {.log = &in->log, .replay = true};
    if ((exit = opened_study(&o, &settings)) != EXIT_DONE)
        return exit;
    const study_origin *from = study_origin_of(o.study);
    if (from->n_replayed == 0) {
        fprintf(stderr,
                "hone replay: no ask of study '%s' is recorded; [study] order = replayable records "
                "them\n",
                o.config.name);
        exit = EXIT_FAILED;
    } else {
        printf("%lld asks over %lld trials repeated: the same bits\n", (long long)from->n_replayed,
               (long long)from->n_trials);
    }
    opened_close(&o);
    return exit;
}

const command COMMAND_REPLAY = {
    .name = "replay",
    .arguments = "STUDY.ini",
    .summary = "repeat every recorded ask of a study in one process, bit for bit",
    .help = "With [study] order = replayable, what each worker asked, and what it knew then, is\n"
            "recorded in one order over all processes.  This command tells and asks a new\n"
            "instance of the strategy in that order and compares every point; it changes\n"
            "nothing.  The first trial that differs ends it with status 5.\n",
    .examples = "  hone replay study.ini\n",
    .min_arguments = 1,
    .max_arguments = 1,
    .completes = ARGUMENT_STUDY,
    .run = replay,
};
