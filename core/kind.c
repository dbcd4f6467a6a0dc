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
    const char *name;
} CAPS[] = {
    {HONE_CAP_CONCURRENT, "concurrent"},
    {HONE_CAP_BATCH, "batch"},
    {HONE_CAP_GRADIENT, "gradient"},
    {HONE_CAP_MULTI_OBJECTIVE, "multi_objective"},
    {HONE_CAP_CONSTRAINTS, "constraints"},
    {HONE_CAP_CONDITIONAL, "conditional"},
    {HONE_CAP_HISTORY_ONLY, "history_only"},
    {HONE_CAP_FIDELITY, "fidelity"},
    {HONE_CAP_NO_HISTORY, "no_history"},
    {HONE_CAP_PROCESS_GLOBAL, "process_global"},
    {HONE_CAP_NATIVE, "native"},
};

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
    for (size_t i = 0; i < sizeof CAPS / sizeof *CAPS; i++)
        if (caps & CAPS[i].bit)
            text_add(&t, "%s%s", t.length ? " " : "", CAPS[i].name);
    return text_take(&t);
}
