/* test_storage_faults.c - what storage says and keeps when files, locks and disks go wrong. */
#include "storage_fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "storage_sqlite.h"

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    cr_assert_not_null(f);
    cr_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

static void refused(const char *path, const storage_settings *set, const char *words)
{
    storage *s;
    error err = {0};
    int32_t status = storage_open(path, set, &s, &err);
    cr_assert_eq(status, HONE_ESTORAGE, "%s: status %d", path, status);
    cr_assert_null(s);
    cr_assert_not_null(strstr(error_text(&err), words), "'%s' lacks '%s'", error_text(&err), words);
    cr_assert_eq(strncmp(error_text(&err), path, strlen(path)), 0, "the file is named first: %s",
                 error_text(&err));
    error_free(&err);
}

static int32_t count(void *context, const trial_record *t, error *err)
{
    (void)t, (void)err;
    ++*(int64_t *)context;
    return HONE_OK;
}

static int64_t count_trials(fixture *f)
{
    int64_t n = 0;
    OK(storage_trials(f->s, f->study, &f->sp, 0, ONLY_FINISHED, count, &n, &f->err));
    return n;
}

/* ---- files that are no storage ---- */

Test(storage_faults, paths_that_cannot_be)
{
    fixture here, *f = &here;
    char path[512];
    const storage_settings set = {0}, there = {.must_exist = true}, reading = {.read_only = true};
    new_fixture(f, NULL);
    refused(f->folder, &set, "is a folder");
    refused("/dev/null", &set, "is not a regular file");
    snprintf(path, sizeof path, "%s/fifo", f->folder);
    cr_assert_eq(mkfifo(path, 0600), 0);
    refused(path, &set, "is not a regular file");
    snprintf(path, sizeof path, "%s/none/s.db", f->folder);
    refused(path, &set, "No such file or directory");
    snprintf(path, sizeof path, "%s/none.db", f->folder);
    refused(path, &there, "there is no such file");
    refused(path, &reading, "there is no such file");
    cr_assert_neq(access(path, F_OK), 0, "a refused file is not made");
    snprintf(path, sizeof path, "%s/s.db/x", f->folder);
    refused(path, &set, "Not a directory");
    refused("mysql://host/db", &set, "no storage of the kind 'mysql'");
    close_fixture(f);
}

Test(storage_faults, files_of_other_programs)
{
    fixture here, *f = &here;
    char path[512];
    const storage_settings set = {0}, reading = {.read_only = true};
    new_fixture(f, NULL);
    snprintf(path, sizeof path, "%s/study.ini", f->folder);
    write_file(path, "[study]\nname = a study file given as a database; longer than 16 bytes\n");
    refused(path, &set, "is not an SQLite file");
    refused(path, &reading, "is not an SQLite file");
    snprintf(path, sizeof path, "%s/other.db", f->folder);
    run_sql(path, "CREATE TABLE songs (a); CREATE TABLE albums (b)");
    refused(path, &set, "of another program (it has tables albums, songs)");
    snprintf(path, sizeof path, "%s/empty.db", f->folder);
    write_file(path, "");
    refused(path, &reading, "is empty");
    close_fixture(f);
}

Test(storage_faults, schemas)
{
    fixture here, *f = &here;
    const storage_settings set = {0};
    for (int i = 0; i < 2; i++) {
        new_fixture(f, i ? "3.0" : "3.2");
        new_study(f, "s", 1);
        add_trials(f, 0, 3);
        storage_close(f->s);
        open_storage(f, i ? "3.2" : "3.0"); /* an existing file keeps its stamp */
        cr_assert_eq(count_trials(f), 3);
        storage_close(f->s);
        run_sql(f->path, "UPDATE hone_study SET value = '2' WHERE key = 'schema'");
        refused(f->path, &set, "was written by a newer hone (schema 2");
        run_sql(f->path, "UPDATE alembic_version SET version_num = 'v2.6.0.a'");
        refused(f->path, &set, "has Optuna's schema 'v2.6.0.a'; hone reads v3.2.0.a");
        refused(f->path, &set, "optuna storage upgrade");
        run_sql(f->path, "DELETE FROM alembic_version");
        refused(f->path, &set, "another program");
        f->s = NULL;
        close_fixture(f);
    }
}

/* ---- damage ---- */

static void flip(const char *path, long at, unsigned char with)
{
    int fd = open(path, O_RDWR);
    unsigned char byte;
    cr_assert(fd >= 0 && pread(fd, &byte, 1, at) == 1);
    byte ^= with;
    cr_assert(pwrite(fd, &byte, 1, at) == 1);
    close(fd);
}

Test(storage_faults, damage_is_noticed_or_harmless)
{
    fixture here, *f = &here;
    struct stat info;
    int found = 0, rounds = 60;
    const storage_settings set = {0};
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 50);
    storage_close(f->s);
    cr_assert_eq(stat(f->path, &info), 0);
    /* Headers of pages: SQLite keeps no checksum of values, but all of its structure. */
    for (int i = 0; i < rounds; i++) {
        long at = 4096L * (i % (info.st_size / 4096)) + (i % (info.st_size / 4096) == 0 ? 100 : 0);
        error err = {0};
        int64_t n = 0;
        flip(f->path, at, 0x40);
        int32_t status = storage_open(f->path, &set, &f->s, &err);
        if (status >= 0)
            status = storage_trials(f->s, 1, &f->sp, 0, 0, count, &n, &err);
        cr_assert(status >= 0 ? n == 50 : status == HONE_ESTORAGE, "%s", error_text(&err));
        if (status < 0) {
            found++;
            cr_assert(strstr(error_text(&err), "damaged") ||
                          strstr(error_text(&err), "not an SQLite"),
                      "%s", error_text(&err));
        }
        error_free(&err);
        storage_close(f->s);
        flip(f->path, at, 0x40);
    }
    cr_assert_gt(found, rounds * 8 / 10, "%d of %d", found, rounds);
    cr_assert_eq(truncate(f->path, info.st_size / 2), 0);
    refused(f->path, &set, ".recover");
    f->s = NULL;
    close_fixture(f);
}

/* ---- locks ---- */

Test(storage_faults, a_locked_file_names_its_holder)
{
    for (int wal = 1; wal >= 0; wal--) {
        fixture here, *f = &here;
        sqlite3 *db;
        int ready[2], done[2], state;
        char byte, words[64];
        new_fixture(f, NULL);
        cr_assert(pipe(ready) == 0 && pipe(done) == 0);
        if (!wal) { /* as on file systems that other hosts share */
            storage_close(f->s);
            run_sql(f->path, "PRAGMA journal_mode = DELETE");
        }
        pid_t child = fork();
        if (child == 0) {
            int bad = sqlite3_open(f->path, &db) ||
                      sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) ||
                      write(ready[1], "x", 1) != 1;
            close(done[1]);
            bad = bad || read(done[0], &byte, 1) != 0;
            sqlite3_close(db);
            _exit(bad);
        }
        close(done[0]);
        cr_assert_eq(read(ready[0], &byte, 1), 1);
        int32_t status;
        if (wal)
            status = storage_begin(f->s, &f->err);
        else {
            storage_settings set = {.lock_wait = 0.3};
            status = storage_open(f->path, &set, &f->s, &f->err);
        }
        cr_assert_eq(status, HONE_ESTORAGE);
        snprintf(words, sizeof words, "locked by process %ld", (long)child);
        cr_assert_not_null(strstr(error_text(&f->err), words), "%s", error_text(&f->err));
        error_free(&f->err);
        close(done[1]);
        cr_assert_eq(waitpid(child, &state, 0), child);
        cr_assert_eq(state, 0);
        close_fixture(f);
        close(ready[0]), close(ready[1]);
    }
}

Test(storage_faults, shared_file_systems_are_known)
{
    cr_assert(file_system_shared(0x6969));
    cr_assert(file_system_shared((int32_t)0xFF534D42), "f_type may be sign-extended");
    cr_assert(!file_system_shared(0xEF53), "ext4");
    cr_assert(!file_system_shared(0x01021994), "tmpfs");
}

/* ---- read-only ---- */

/* As another user, since root may write everywhere. */
static void as_nobody(void (*run)(fixture *f), fixture *f)
{
    int state;
    pid_t child = fork();
    cr_assert(child >= 0);
    if (child == 0) {
        if (geteuid() == 0 && (setegid(65534) != 0 || seteuid(65534) != 0))
            _exit(2);
        run(f);
        _exit(0);
    }
    cr_assert_eq(waitpid(child, &state, 0), child);
    cr_assert_eq(state, 0);
}

static void read_only_checks(fixture *f)
{
    error err = {0};
    storage *s;
    storage_settings set = {.read_only = true}, writing = {0};
    int64_t n = 0;
    if (storage_open(f->path, &writing, &s, &err) != HONE_ESTORAGE) {
        fprintf(stderr, "opened for writing\n");
        _exit(3);
    }
    error_free(&err);
    if (storage_open(f->path, &set, &s, &err) < 0 ||
        storage_trials(s, f->study, &f->sp, 0, 0, count, &n, &err) < 0 || n != 4) {
        fprintf(stderr, "%s\n", error_text(&err));
        _exit(4);
    }
    if (storage_begin(s, &err) != HONE_ESTORAGE)
        _exit(5);
    storage_close(s);
}

Test(storage_faults, read_only_files_and_folders_can_be_read)
{
    fixture here, *f = &here;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    add_trials(f, 0, 4);
    storage_close(f->s);
    f->s = NULL;
    cr_assert_eq(chmod(f->path, 0444), 0);
    cr_assert_eq(chmod(f->folder, 0777), 0);
    as_nobody(read_only_checks, f);
    cr_assert_eq(chmod(f->folder, 0555), 0);
    as_nobody(read_only_checks, f);
    cr_assert_eq(chmod(f->folder, 0755), 0);
    close_fixture(f);
}

/* ---- kills and full disks ---- */

/* Writes trials for ever, and their number to `out` once each is durable. */
static void write_for_ever(fixture *f, int out)
{
    storage_settings set = {0};
    error err = {0};
    int64_t from = 0;
    if (storage_open(f->path, &set, &f->s, &err) < 0)
        _exit(1);
    storage_trials(f->s, f->study, &f->sp, 0, 0, count, &from, &err);
    for (int64_t i = from;; i++) {
        double native[N_PARAMS], value = (double)i;
        int64_t id, number;
        trial_start t = {.native = native, .ask = i, .ask_seconds = NAN};
        trial_finish done = {
            .state = HONE_COMPLETE, .n_values = 1, .values = &value, .sequence = i};
        point_of(i, native);
        if (storage_begin(f->s, &err) < 0 ||
            storage_start(f->s, f->study, &f->sp, &t, &id, &number, &err) < 0 ||
            storage_finish(f->s, id, &done, &err) < 0 || storage_commit(f->s, &err) < 0) {
            dprintf(STDERR_FILENO, "%s\n", error_text(&err));
            _exit(strstr(error_text(&err), "s.db: disk I/O error: File too large") ? 7 : 1);
        }
        if (write(out, &number, sizeof number) != sizeof number)
            _exit(1);
    }
}

static int64_t last_told(int in, int64_t before)
{
    int64_t number, last = before;
    while (read(in, &number, sizeof number) == sizeof number)
        last = number;
    return last;
}

Test(storage_faults, what_was_told_survives_kill)
{
    fixture here, *f = &here;
    int64_t told = -1;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    storage_close(f->s);
    f->s = NULL;
    for (int round = 0; round < 25; round++) {
        int channel[2], state;
        cr_assert_eq(pipe(channel), 0);
        pid_t child = fork();
        if (child == 0)
            write_for_ever(f, channel[1]);
        close(channel[1]);
        const struct timespec life = {.tv_nsec = 3000000 + 1700000L * (round * 7 % 23)};
        nanosleep(&life, NULL);
        kill(child, SIGKILL);
        cr_assert_eq(waitpid(child, &state, 0), child);
        cr_assert(WIFSIGNALED(state), "round %d: exit %d", round, state);
        told = last_told(channel[0], told);
        close(channel[0]);
        open_storage(f, NULL); /* also checks the file */
        int64_t n = count_trials(f);
        cr_assert(n > told, "round %d: told %lld, stored %lld", round, (long long)told + 1,
                  (long long)n);
        told = n - 1;
        storage_close(f->s);
        f->s = NULL;
    }
    cr_assert_gt(told, 25);
    close_fixture(f);
}

Test(storage_faults, a_full_disk_is_a_sentence_and_loses_nothing)
{
    fixture here, *f = &here;
    int channel[2], state;
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    storage_close(f->s);
    cr_assert_eq(pipe(channel), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {3000000, 3000000};
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &limit);
        fcntl(channel[1], F_SETFL, O_NONBLOCK); /* nobody reads while it writes */
        write_for_ever(f, channel[1]);
    }
    close(channel[1]);
    int64_t told = last_told(channel[0], -1);
    cr_assert_eq(waitpid(child, &state, 0), child);
    cr_assert(WIFEXITED(state) && WEXITSTATUS(state) == 7, "%x", state);
    cr_assert_gt(told, 20);
    open_storage(f, NULL);
    cr_assert_eq(count_trials(f), told + 1);
    add_trials(f, told + 1, told + 20); /* there is room again */
    cr_assert_eq(count_trials(f), told + 20);
    close_fixture(f);
}

/* ---- size ---- */

Test(storage_faults, a_hundred_thousand_trials_are_read_in_a_moment, .timeout = 60)
{
    fixture here, *f = &here;
    space sp = {.fidelity = -1};
    struct timespec a, b;
    int64_t id, number, n = 0;
    const char *const names[] = {"a", "b", "c", "d", "e"};
    new_fixture(f, NULL);
    new_study(f, "s", 1);
    for (int i = 0; i < 5; i++)
        OK(space_add(&sp, names[i], "float 0 1", "test", &f->err));
    OK(storage_begin(f->s, &f->err));
    for (int64_t i = 0; i < 100000; i++) {
        double u = (double)i / 100000, native[] = {u, u / 2, u / 3, u / 4, u / 5};
        trial_start t = {.native = native, .ask = i, .ask_seconds = 1e-6, .owner = "host:1:2"};
        trial_finish done = {.state = HONE_COMPLETE, .n_values = 1, .values = &u, .sequence = i};
        OK(storage_start(f->s, f->study, &sp, &t, &id, &number, &f->err));
        OK(storage_finish(f->s, id, &done, &f->err));
    }
    OK(storage_commit(f->s, &f->err));
    clock_gettime(CLOCK_MONOTONIC, &a);
    OK(storage_trials(f->s, f->study, &sp, 0, 0, count, &n, &f->err));
    clock_gettime(CLOCK_MONOTONIC, &b);
    double seconds = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
    cr_assert_eq(n, 100000);
    cr_log_info("read in %.3f s", seconds);
    cr_assert_lt(seconds, 5, "a query a trial or a sort takes much longer than this: %g s",
                 seconds);
    space_free(&sp);
    close_fixture(f);
}
