/* table.h - what a module says about itself, checked and copied into this host's layout.
 *
 * The tables may come from an older or a newer header, or be wrong.  All questions of size
 * are answered here once; the rest of the host sees complete structs, zero where the plugin's
 * ended.  Nothing of the plugin is called. */
#ifndef HONE_CORE_TABLE_H
#define HONE_CORE_TABLE_H

#include "registry.h"

/* m->path is set; the rest is filled.  One bad plugin of several is left out with its reason
 * in m->skipped; without a usable one: HONE_EPLUGIN. */
int32_t table_read(const hone_module *given, module *m, error *err);

#endif
