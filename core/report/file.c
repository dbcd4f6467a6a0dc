/* file.c - writes a file beside its place and renames it there. */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static bool write_all(int fd, const char *bytes, size_t n)
{
    while (n > 0) {
        const ssize_t done = write(fd, bytes, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        n -= (size_t)done;
    }
    return true;
}

static bool write_to(const char *path, int flags, const void *bytes, size_t n)
{
    const int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd < 0)
        return false;
    const bool written = write_all(fd, bytes, n);
    return close(fd) == 0 && written;
}

int32_t file_write(const char *path, const void *bytes, size_t n, error *err)
{
    struct stat facts;
    text beside = {0};
    bool done = false;
    text_add(&beside, "%s.%ld.new", path, (long)getpid());
    char *name = text_take(&beside);
    if (!name)
        return error_add(err, HONE_ENOMEM, "out of memory to write %s", path);
    if (stat(path, &facts) == 0 && !S_ISREG(facts.st_mode))
        done = write_to(path, 0, bytes, n);
    else if (write_to(name, O_CREAT | O_TRUNC, bytes, n) && rename(name, path) == 0)
        done = true;
    const int why = errno;
    if (!done)
        unlink(name);
    free(name);
    return done ? HONE_OK : error_add(err, HONE_EFAIL, "%s: %s", path, strerror(why));
}
