/* ini_file.c - reads a file without ever waiting for one: a FIFO or a terminal named as a
 * study file is refused, and a device without an end is not read. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ini_file.h"
#include "text.h"

static const size_t FILE_MOST = (size_t)16 << 20;

static const char *sort_of(mode_t mode)
{
    return S_ISDIR(mode)    ? "a directory"
           : S_ISFIFO(mode) ? "a pipe"
           : S_ISSOCK(mode) ? "a socket"
                            : "a device";
}

static int32_t read_all(int fd, const char *path, text *t, error *err)
{
    static const size_t PIECE = 65536;
    char *piece = malloc(PIECE);
    ssize_t n = piece ? 1 : -1;
    while (n > 0 && t->length <= FILE_MOST && !t->failed) {
        n = read(fd, piece, PIECE);
        if (n > 0)
            text_put(t, piece, (size_t)n);
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    int reason = errno;
    bool memory = piece && !t->failed;
    free(piece);
    if (!memory)
        return error_add(err, HONE_ENOMEM, "%s: out of memory", path);
    if (n < 0)
        return error_add(err, HONE_ECONFIG, "%s: cannot be read: %s", path, strerror(reason));
    if (t->length > FILE_MOST)
        return error_add(err, HONE_ECONFIG, "%s: a study file has at most 16 MiB", path);
    return HONE_OK;
}

int32_t ini_file_read(const char *path, char **out, size_t *length, error *err)
{
    struct stat facts;
    text t = {0};
    int32_t status = HONE_OK;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return error_add(err, HONE_ECONFIG, "%s: cannot be opened: %s", path, strerror(errno));
    if (fstat(fd, &facts) < 0)
        status = error_add(err, HONE_ECONFIG, "%s: cannot be examined: %s", path, strerror(errno));
    else if (!S_ISREG(facts.st_mode))
        status = error_add(err, HONE_ECONFIG, "%s: is %s; a study file is a regular file", path,
                           sort_of(facts.st_mode));
    else
        status = read_all(fd, path, &t, err);
    close(fd);
    if (status < 0) {
        text_free(&t);
        return status;
    }
    *length = t.length;
    *out = text_take(&t);
    return *out ? HONE_OK : error_add(err, HONE_ENOMEM, "%s: out of memory", path);
}

char *ini_file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return strdup(".");
    return slash == path ? strdup("/") : strndup(path, (size_t)(slash - path));
}
