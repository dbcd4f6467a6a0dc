/* storage_backend.h - what a kind of storage gives; for the storage_*.c files only.
 *
 * storage.c checks what holds for every kind (a transaction is open where one is needed,
 * arguments are legal) and calls through this table.  A backend's struct begins with
 * `storage`.  Optional slots may be NULL: nothing is kept and nothing is found. */
#ifndef HONE_CORE_STORAGE_BACKEND_H
#define HONE_CORE_STORAGE_BACKEND_H

#include "storage.h"

typedef struct storage_ops {
    void (*close)(storage *s);
    int32_t (*begin)(storage *s, error *err);
    int32_t (*commit)(storage *s, error *err); /* undoes everything if it fails */
    void (*rollback)(storage *s);

    int32_t (*studies)(storage *s, study_record **out, int *n, error *err);
    int32_t (*find_study)(storage *s, const char *name, int64_t *id, error *err);
    int32_t (*create_study)(storage *s, const char *name, const bool *maximize, int32_t n_goals,
                            int64_t *id, error *err);
    int32_t (*delete_study)(storage *s, int64_t study, error *err);
    int32_t (*set)(storage *s, int64_t study, const char *key, const char *value, error *err);
    int32_t (*get)(storage *s, int64_t study, const char *key, char **value, error *err);
    int32_t (*start)(storage *s, int64_t study, const space *sp, const trial_start *t, int64_t *id,
                     int64_t *number, error *err);
    int32_t (*finish)(storage *s, int64_t trial, const trial_finish *f, error *err);
    int32_t (*enqueue)(storage *s, int64_t study, const space *sp, const double *native,
                       int64_t *id, int64_t *number, error *err);
    int32_t (*take)(storage *s, int64_t trial, const space *sp, const trial_start *t, bool *taken,
                    error *err);
    int32_t (*space)(storage *s, int64_t study, space *out, error *err);

    /* optional */
    int32_t (*lock)(storage *s, int64_t study, error *err); /* NULL: begin locks everything */
    bool (*lost)(storage *s);
    int32_t (*set_attribute)(storage *s, int64_t study, bool system, const char *key,
                             const char *json, error *err);
    int32_t (*get_attribute)(storage *s, int64_t study, bool system, const char *key, char **json,
                             error *err);
    int32_t (*report)(storage *s, int64_t trial, int64_t step, double value, error *err);
    int32_t (*note)(storage *s, int64_t trial, const char *key, double value, const char *text,
                    error *err);
    int32_t (*heartbeat)(storage *s, int64_t trial, error *err);
    int32_t (*own)(storage *s, int64_t trial, const char *owner, error *err);
    int32_t (*adopt)(storage *s, int64_t trial, int64_t sequence, error *err);
    int32_t (*ask)(storage *s, int64_t study, const ask_record *a, error *err);
    int32_t (*asks)(storage *s, int64_t study, int64_t from, ask_visitor visit, void *context,
                    error *err);
    int32_t (*newest_ask)(storage *s, int64_t study, int64_t *sequence, error *err);
    int32_t (*newest_state)(storage *s, int64_t study, int64_t *sequence, error *err);
    int32_t (*trials)(storage *s, int64_t study, const space *sp, int64_t from_number, int flags,
                      trial_visitor visit, void *context, error *err);
    int32_t (*next)(storage *s, int64_t study, int64_t n, bool alone, trial_next *out, error *err);
    int32_t (*order)(storage *s, int64_t study, error *err);
    int32_t (*open_elsewhere)(storage *s, int64_t study, const char *owner, int64_t *n, error *err);
    int32_t (*changed)(storage *s, int64_t *mark, bool *changed, error *err);
    int32_t (*join)(storage *s, int64_t study, const char *label, bool shared, double lease,
                    error *err);
    int32_t (*beat)(storage *s, int64_t study, const char *owner, error *err);
    int32_t (*leave)(storage *s, int64_t study, const char *owner, error *err);
    int32_t (*disown)(storage *s, int64_t study, const char *owner, const char *heir, error *err);
    int32_t (*workers)(storage *s, int64_t study, worker_visitor visit, void *context, error *err);
    int32_t (*claim)(storage *s, int64_t study, error *err);
    void (*release)(storage *s, int64_t study);
} storage_ops;

struct storage {
    const storage_ops *ops;
    bool open; /* a transaction is */
};

int32_t storage_memory_open(storage **out, error *err);
int32_t storage_sqlite_open(const char *path, const storage_settings *settings, storage **out,
                            error *err);

int32_t storage_postgresql_open(const char *url, const storage_settings *settings, storage **out,
                                error *err);

#endif
