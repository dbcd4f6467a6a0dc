/* stored.h - a stored study opened by the commands that read it. */
#ifndef HONE_COMMANDS_STORED_H
#define HONE_COMMANDS_STORED_H

#include <jansson.h>

#include "command.h"
#include "storage.h"
#include "text.h"

typedef struct stored {
    char *url;
    storage *storage;
    study_record record;
    space space;       /* as stored; empty where no trial has parameters yet */
    char **objectives; /* [record.n_goals] their names */
} stored;

/* An exit status; on failure everything is printed and freed. */
int stored_open(stored *o, const invocation *in, const char *word, bool read_only);
void stored_close(stored *o);

/* "complete", "pruned", "failed", "running", "waiting"; "?" */
const char *state_text(int32_t state);
/* The other way; also Optuna's words in capitals. */
bool state_read(const char *word, int32_t *state);

/* Complete, all constraints met that are known, at full fidelity. */
bool record_feasible(const stored *o, const trial_record *t);
/* {"number":0,"state":"complete","value":1.5,"values":[1.5],"params":{...},"seconds":0.1} */
json_t *record_json(const stored *o, const trial_record *t);
/* As one line on stdout; the reference is taken. */
void print_json(json_t *o, size_t flags);

#endif
