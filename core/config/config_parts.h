/* config_parts.h - how a config is put together; for config*.c and compose.c only.
 *
 * Each part adds its problems to err and goes on: a negative status is out of memory, or a
 * failure after which the later parts make no sense. */
#ifndef HONE_CORE_CONFIG_PARTS_H
#define HONE_CORE_CONFIG_PARTS_H

#include "config.h"

int32_t config_read_study(config *c, error *err);      /* [study] */
int32_t config_read_evaluation(config *c, error *err); /* the host's keys of [objective] */
void config_free_study(config *c);
/* c->storage from what the file says, s, found at `origin`; NULL: it says nothing. */
int32_t config_read_storage(config *c, const char *s, const char *origin, error *err);

/* The entries of s that are not in the table, for options_read to leave out; NULL: no memory.  The
 * caller frees the list, not the names. */
const char **config_names_beside(const ini_section *s, const hone_option *table, int32_t n);

bool config_is_point(const char *section); /* [point], [point 1] */

/* compose.c: the plugin sections and what they name. */
int32_t compose(config *c, const config_settings *settings, error *err);
void compose_free(config *c);

/* config_unused.c: sections and entries that nothing reads.  used: [doc.n_sections] */
void config_refuse_unused(const config *c, const bool *used, error *err);

#endif
