/* compare_coco.c - the runs on bbob as COCO's post-processing (cocopp) reads them:
 * folder/coco/STRATEGY/ holds an index bbobexp_fN.info for each function, with the files of
 * improvements (.dat) and of evaluation numbers (.tdat: 1, 10^(1/20), ... and the last).
 *
 * The format is that of Hansen, Auger, Finck, Ros, "Real-Parameter Black-Box Optimization
 * Benchmarking: Experimental Setup", RR-7215, appendix.  Departures: .dat has every improvement
 * instead of those that pass 10^(k/5), and coordinates are left out; cocopp uses neither. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "compare_results.h"
#include "file.h"

static const char COLUMNS[] = "%% function evaluation | noise-free fitness - Fopt (%.12e) | best "
                              "noise-free fitness - Fopt | measured fitness | best measured "
                              "fitness\n";
static const double PER_DECADE = 20; /* lines of a .tdat */

static void add_line(text *t, int64_t evaluation, double value, double optimum)
{
    text_add(t, "%lld %+.9e %+.9e %+.9e %+.9e\n", (long long)evaluation, value - optimum,
             value - optimum, value, value);
}

static void add_improvements(const run_record *run, text *t)
{
    text_add(t, COLUMNS, run->optimum);
    for (int64_t i = 0; i < run->n; i++)
        add_line(t, run->steps[i].evaluation, run->steps[i].value, run->optimum);
    if (run->n > 0 && run->steps[run->n - 1].evaluation < run->evaluations)
        add_line(t, run->evaluations, run_record_best(run), run->optimum);
}

static void add_moments(const run_record *run, text *t)
{
    int64_t k = 0, last = 0;
    text_add(t, COLUMNS, run->optimum);
    for (int i = 0; last < run->evaluations; i++) {
        int64_t at = (int64_t)pow(10, (double)i / PER_DECADE);
        at = at > run->evaluations ? run->evaluations : at;
        if (at <= last)
            continue;
        while (k < run->n && run->steps[k].evaluation <= at)
            k++;
        if (k > 0)
            add_line(t, at, run->steps[k - 1].value, run->optimum);
        last = at;
    }
}

static int32_t save(text *t, const char *folder, const char *name, error *err)
{
    text path = {0};
    text_add(&path, "%s/%s", folder, name);
    int32_t status = t->failed || path.failed
                         ? error_add(err, HONE_ENOMEM, "out of memory for COCO's files")
                         : file_write(path.data, t->data ? t->data : "", t->length, err);
    text_free(&path);
    text_free(t);
    return status;
}

static int32_t make_folder(const char *path, error *err)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return HONE_OK;
    return error_add(err, HONE_ESTORAGE, "%s: cannot be made: %s", path, strerror(errno));
}

/* One function in one dimension: its part of the index, and its two files. */
static int32_t write_block(const findings *r, int64_t who, int64_t where, const char *folder,
                           text *index, error *err)
{
    const comparison *c = r->comparison;
    const block *b = &c->blocks[where];
    long long number = b->number ? b->number : 1, dimension = b->dimension;
    char data[96], name[160];
    text dat = {0}, tdat = {0};
    snprintf(data, sizeof data, "data_f%lld/bbobexp_f%lld_DIM%lld", number, number, dimension);
    text_add(index, "%sfuncId = %lld, DIM = %lld, Precision = 1.000e-08, algId = '%s'\n"
                    "%% hone " HONE_VERSION "\n%s.dat", index->length ? "\n" : "", number,
             dimension, c->contenders[who].name, data);
    for (int64_t i = 0; i < c->n_instances * c->repeats; i++) {
        run_place at = {who, where, i / c->repeats, i % c->repeats};
        const run_record *run = findings_record(r, at);
        if (run->n == 0)
            continue;
        text_add(index, ", %lld:%lld|%.1e", (long long)c->instances[at.instance],
                 (long long)run->evaluations, run_record_best(run) - run->optimum);
        add_improvements(run, &dat);
        add_moments(run, &tdat);
    }
    text path = {0};
    text_add(&path, "%s/data_f%lld", folder, number);
    int32_t status = path.failed ? error_add(err, HONE_ENOMEM, "out of memory for COCO's files")
                                 : make_folder(path.data, err);
    text_free(&path);
    snprintf(name, sizeof name, "%s.dat", data);
    if (status >= 0)
        status = save(&dat, folder, name, err);
    snprintf(name, sizeof name, "%s.tdat", data);
    if (status >= 0)
        status = save(&tdat, folder, name, err);
    text_free(&dat);
    text_free(&tdat);
    return status;
}

/* All dimensions of one function, where `first` is the first block of it. */
static int32_t write_function(const findings *r, int64_t who, int64_t first, const char *folder,
                              error *err)
{
    const comparison *c = r->comparison;
    const block *b = c->blocks;
    text index = {0};
    char name[64];
    int32_t status = HONE_OK;
    for (int64_t k = first; k < c->n_blocks && status >= 0; k++)
        if (b[k].bbob && b[k].section == b[first].section && b[k].number == b[first].number)
            status = write_block(r, who, k, folder, &index, err);
    text_add(&index, "\n");
    snprintf(name, sizeof name, "bbobexp_f%lld.info",
             (long long)(b[first].number ? b[first].number : 1));
    if (status >= 0)
        return save(&index, folder, name, err);
    text_free(&index);
    return status;
}

static bool first_of_function(const comparison *c, int64_t k)
{
    const block *b = c->blocks;
    for (int64_t i = 0; i < k; i++)
        if (b[i].bbob && b[i].number == b[k].number)
            return false;
    return b[k].bbob && b[k].dimension > 0;
}

static int32_t write_contender(const findings *r, int64_t who, error *err)
{
    const comparison *c = r->comparison;
    text folder = {0};
    text_add(&folder, "%s/coco/%s", c->folder, c->contenders[who].name);
    int32_t status = folder.failed ? error_add(err, HONE_ENOMEM, "out of memory for COCO's files")
                                   : make_folder(folder.data, err);
    for (int64_t k = 0; k < c->n_blocks && status >= 0; k++)
        if (first_of_function(c, k))
            status = write_function(r, who, k, folder.data, err);
    text_free(&folder);
    return status;
}

int32_t findings_coco(const findings *r, error *err)
{
    const comparison *c = r->comparison;
    bool any = false;
    text folder = {0};
    for (int64_t k = 0; k < c->n_blocks; k++)
        any = any || first_of_function(c, k);
    if (!any)
        return HONE_OK;
    text_add(&folder, "%s/coco", c->folder);
    int32_t status = folder.failed ? error_add(err, HONE_ENOMEM, "out of memory for COCO's files")
                                   : make_folder(folder.data, err);
    text_free(&folder);
    for (int64_t s = 0; s < c->n_contenders && status >= 0; s++)
        status = write_contender(r, s, err);
    return status;
}
