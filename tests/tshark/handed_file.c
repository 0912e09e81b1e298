/* handed_file.c — for LD_PRELOAD: a program opens a file that it was handed open, and that it may not open itself.
 *
 * Whoever opens HANDED_NAME gets the next of the descriptors in HANDED_FDS ("4,5,6"). Each was opened by itself, so that
 * each has its own offset in the file.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int __open_2(const char *path, int flags);
int __open64_2(const char *path, int flags);

static int is_handed(const char *path)
{
    const char *name = getenv("HANDED_NAME");

    return name && strcmp(path, name) == 0;
}

static int next_handed(void)
{
    static const char *rest;
    char *end;
    int fd;

    if (!rest)
        rest = getenv("HANDED_FDS");
    if (!rest || !*rest) {
        errno = EMFILE;
        return -1;
    }
    fd = (int)strtol(rest, &end, 10);
    rest = *end ? end + 1 : end;
    return fd;
}

static int open_either(const char *function, const char *path, int flags, mode_t mode)
{
    int (*next)(const char *, int, ...);

    if (is_handed(path))
        return next_handed();
    *(void **)&next = dlsym(RTLD_NEXT, function);
    return next(path, flags, mode);
}

static mode_t mode_in(int flags, va_list arguments)
{
    return flags & (O_CREAT | __O_TMPFILE) ? (mode_t)va_arg(arguments, unsigned) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_in(flags, arguments);
    va_end(arguments);
    return open_either("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = mode_in(flags, arguments);
    va_end(arguments);
    return open_either("open64", path, flags, mode);
}

/* What these become where the compiler checks the arguments. */
int __open_2(const char *path, int flags)
{
    return open_either("open", path, flags, 0);
}

int __open64_2(const char *path, int flags)
{
    return open_either("open64", path, flags, 0);
}
