/* probe_reply.c - writes and reads what a probe says; believes nothing of it. */
#include "probe_reply.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define END "end\n"

double reply_clock(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- writing ---- */

/* A field holds no tab, no line end and no other control character. */
static void add_field(text *t, const char *s)
{
    text_put(t, "\t", 1);
    for (; *s; s++)
        text_put(t, (unsigned char)*s < ' ' ? " " : s, 1);
}

static void add_number(text *t, uint32_t n)
{
    text_add(t, "\t%u", n);
}

void reply_write_module(text *t, const module *m)
{
    text_add(t, "module");
    add_field(t, m->name);
    add_field(t, m->version);
    add_number(t, m->abi_minor);
    add_field(t, m->license);
    add_field(t, m->url);
    text_add(t, "\n");
    for (int32_t i = 0; i < m->n_plugins; i++) {
        const plugin *p = &m->plugins[i];
        text_add(t, "plugin");
        add_number(t, (uint32_t)p->kind);
        add_number(t, p->caps);
        add_field(t, p->name);
        add_field(t, p->version);
        add_field(t, p->doc);
        text_add(t, "\n");
    }
    for (int32_t i = 0; i < m->n_skipped; i++) {
        text_add(t, "skipped");
        add_field(t, m->skipped[i]);
        text_add(t, "\n");
    }
}

void reply_write_problem(text *t, const char *reason)
{
    text_add(t, "problem");
    add_field(t, reason);
    text_add(t, "\n");
}

void reply_write_end(text *t)
{
    text_add(t, END);
}

/* Has everything arrived? */
static bool whole(const text *t)
{
    const size_t n = strlen(END);
    return t->length >= n && memcmp(t->data + t->length - n, END, n) == 0 &&
           (t->length == n || t->data[t->length - n - 1] == '\n');
}

/* ---- receiving ---- */

/* false: nothing more will come. */
static bool read_some(int fd, text *t)
{
    char piece[4096];
    ssize_t n = read(fd, piece, sizeof piece);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    text_put(t, piece, (size_t)n);
    return n > 0 && !t->failed && t->length < REPLY_MOST;
}

int reply_receive(int fd, double deadline, text *t)
{
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    while (!whole(t)) {
        double left = (deadline - reply_clock()) * 1000;
        int n = poll(&wait, 1, left <= 0 ? 0 : left < 60000 ? (int)left + 1 : 60000);
        if (n < 0 && errno != EINTR)
            return REPLY_CLOSED;
        if (n > 0 && !read_some(fd, t))
            return REPLY_CLOSED;
        if (n <= 0 && left <= 0)
            return REPLY_LATE;
    }
    return REPLY_WHOLE;
}

/* ---- reading ---- */

enum { MOST_FIELDS = 6 };

/* Cuts a line into its fields; returns how many. */
static int cut(char *line, char *field[MOST_FIELDS])
{
    int n = 0;
    for (char *at = line; at && n < MOST_FIELDS; n++) {
        field[n] = strsep(&at, "\t");
    }
    return n;
}

static uint32_t field_number(const char *s)
{
    return (uint32_t)strtoul(s, NULL, 10);
}

static bool read_line(char *line, module *m, error *err)
{
    char *f[MOST_FIELDS];
    int n = cut(line, f);
    if (n == 6 && strcmp(f[0], "module") == 0) {
        m->name = f[1];
        m->version = f[2];
        m->abi_minor = field_number(f[3]);
        m->license = f[4];
        m->url = f[5];
    } else if (n == 6 && strcmp(f[0], "plugin") == 0) {
        m->plugins[m->n_plugins++] = (plugin){.kind = (int32_t)field_number(f[1]),
                                              .caps = field_number(f[2]),
                                              .name = f[3],
                                              .version = f[4],
                                              .doc = f[5],
                                              .module = m};
    } else if (n == 2 && strcmp(f[0], "skipped") == 0) {
        m->skipped[m->n_skipped++] = f[1];
    } else if (n == 2 && strcmp(f[0], "problem") == 0) {
        error_add(err, HONE_EPLUGIN, "%s", f[1]);
    } else {
        return false;
    }
    return true;
}

static size_t count_lines(const char *s)
{
    size_t n = 0;
    for (; *s; s++)
        n += *s == '\n';
    return n;
}

int32_t reply_read(text *t, const char *path, probe_reply *out, error *err)
{
    bool ended = whole(t);
    *out = (probe_reply){.text = text_take(t)};
    module *m = &out->module;
    size_t lines = out->text ? count_lines(out->text) : 0;
    m->plugins = calloc(lines + 1, sizeof *m->plugins);
    m->skipped = calloc(lines + 1, sizeof *m->skipped);
    m->path = strdup(path);
    error problems = {0};
    bool sense = ended;
    if (!out->text || !m->plugins || !m->skipped || !m->path)
        return error_add(err, HONE_ENOMEM, "out of memory");
    char *at = out->text, *line;
    while (sense && (line = strsep(&at, "\n")) && strcmp(line, "end") != 0)
        sense = read_line(line, m, &problems);
    if (problems.n == 0 && (!sense || !m->name))
        error_add(&problems, HONE_EPLUGIN, "%s could not be probed: the probe gave no answer",
                  path);
    int32_t status = problems.status;
    error_take(err, &problems);
    return status;
}

void probe_free(probe_reply *r)
{
    free(r->module.plugins);
    free(r->module.skipped);
    free(r->module.path);
    free(r->text);
    *r = (probe_reply){0};
}
