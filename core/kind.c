/* kind.c - the kinds of plugins and their capabilities, as words. */
#include <string.h>

#include "hone_plugin.h"
#include "kind.h"
#include "text.h"

static const char *const KINDS[] = {"unknown",     "strategy",  "surrogate",
                                    "acquisition", "objective", "pruner"};
enum { N_KINDS = sizeof KINDS / sizeof *KINDS };

static const struct {
    uint32_t bit;
    const char *name, *sentence;
} CAPS[] = {
    {HONE_CAP_CONCURRENT, "concurrent", "One instance answers several threads at once."},
    {HONE_CAP_BATCH, "batch", "Several points together cost less than one by one."},
    {HONE_CAP_GRADIENT, "gradient", "Its derivatives are exact, not differences."},
    {HONE_CAP_MULTI_OBJECTIVE, "multi_objective", "It works for several objectives."},
    {HONE_CAP_CONSTRAINTS, "constraints", "It uses the values of constraints."},
    {HONE_CAP_CONDITIONAL, "conditional",
     "It knows which parameters are inactive; to others those show their initial value."},
    {HONE_CAP_HISTORY_ONLY, "history_only",
     "It decides from the table of trials alone, so a study resumes without repeating its past."},
    {HONE_CAP_FIDELITY, "fidelity", "It chooses the fidelity of each trial."},
    {HONE_CAP_NO_HISTORY, "no_history",
     "It does not look at earlier trials, but to repeat none of a finite space."},
    {HONE_CAP_JOINT, "joint", "Its values for the points of one call are one joint draw."},
    {HONE_CAP_PROCESS_GLOBAL, "process_global", "A process holds one instance of it."},
    {HONE_CAP_NATIVE, "native", "It works with parameters' own values, not the unit cube."},
};
enum { N_CAPS = sizeof CAPS / sizeof *CAPS };

const char *kind_name(int32_t kind)
{
    return KINDS[kind > 0 && kind < N_KINDS ? kind : 0];
}

int32_t kind_number(const char *name)
{
    for (int32_t kind = 1; kind < N_KINDS; kind++)
        if (strcmp(name, KINDS[kind]) == 0)
            return kind;
    return 0;
}

char *caps_text(uint32_t caps)
{
    text t = {0};
    for (int i = 0; i < N_CAPS; i++)
        if (caps & CAPS[i].bit)
            text_add(&t, "%s%s", t.length ? " " : "", CAPS[i].name);
    return text_take(&t);
}

bool caps_item(uint32_t caps, int i, const char **name, const char **sentence)
{
    for (int k = 0; k < N_CAPS; k++) {
        if (!(caps & CAPS[k].bit) || i-- > 0)
            continue;
        *name = CAPS[k].name;
        *sentence = CAPS[k].sentence;
        return true;
    }
    return false;
}
