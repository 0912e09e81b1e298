/* instrumented.c — has callgrind count from the first packet that tshark reads to where it closes the capture: not its
 * start-up, which is by far the longer part of a short run. Loaded into tshark with LD_PRELOAD.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <valgrind/callgrind.h>

/* libwiretap's, with pointers to what it alone knows. Its releases differ in how many arguments wtap_read() has: all are
 * pointers, which come in registers, and what is not used is not missed. */
int wtap_read(void *a, void *b, void *c, void *d, void *e, void *f);
void wtap_close(void *file);

int wtap_read(void *a, void *b, void *c, void *d, void *e, void *f)
{
    static int (*real)(void *, void *, void *, void *, void *, void *);

    if (!real) {
        real = (int (*)(void *, void *, void *, void *, void *, void *))dlsym(RTLD_NEXT, "wtap_read");
        CALLGRIND_START_INSTRUMENTATION;
    }
    return real(a, b, c, d, e, f);
}

void wtap_close(void *file)
{
    CALLGRIND_STOP_INSTRUMENTATION;
    ((void (*)(void *))dlsym(RTLD_NEXT, "wtap_close"))(file);
}
