/* new_templates.c - sdk/template, taken in by the assembler.  The Makefile knows that this file
 * depends on them. */
#include "new_templates.h"

#include "hone_plugin.h"

#define TAKE(symbol, file)                                                                        \
    __asm__(".section .rodata\n"                                                                  \
            ".global template_" #symbol "\n.global template_" #symbol "_end\n"                    \
            ".hidden template_" #symbol "\n.hidden template_" #symbol "_end\n"                    \
            "template_" #symbol ":\n.incbin \"sdk/template/" file "\"\n"                          \
            "template_" #symbol "_end:\n.byte 0\n.previous\n");                                   \
    extern const char template_##symbol[], template_##symbol##_end[]

TAKE(strategy_c, "strategy.c");
TAKE(surrogate_c, "surrogate.c");
TAKE(acquisition_c, "acquisition.c");
TAKE(objective_c, "objective.c");
TAKE(pruner_c, "pruner.c");
TAKE(strategy_cpp, "strategy.cpp");
TAKE(strategy_rs, "strategy.rs");
TAKE(strategy_f90, "strategy.f90");
TAKE(strategy_py, "strategy.py");

#define TEMPLATE(kind, language, suffix, name, symbol)                                            \
    {kind, language, suffix, name, template_##symbol, template_##symbol##_end}

const source_template SOURCE_TEMPLATES[] = {
    TEMPLATE(HONE_STRATEGY, "c", ".c", "climb", strategy_c),
    TEMPLATE(HONE_SURROGATE, "c", ".c", "idw", surrogate_c),
    TEMPLATE(HONE_ACQUISITION, "c", ".c", "uncertainty", acquisition_c),
    TEMPLATE(HONE_OBJECTIVE, "c", ".c", "valley", objective_c),
    TEMPLATE(HONE_PRUNER, "c", ".c", "threshold", pruner_c),
    TEMPLATE(HONE_STRATEGY, "c++", ".cpp", "sampler", strategy_cpp),
    TEMPLATE(HONE_STRATEGY, "rust", ".rs", "sampler", strategy_rs),
    TEMPLATE(HONE_STRATEGY, "fortran", ".f90", "sampler", strategy_f90),
    TEMPLATE(HONE_STRATEGY, "python", ".py", "sampler", strategy_py),
    {0},
};
