/* replay.c — runs a fuzz target on files, without a fuzzer: the seeds, and what was found once.
 *
 *     fuzz_CONCEPT FILE-OR-FOLDER...
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

/* Targets may have it. */
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

static void replay_file(const char *path)
{
    char *octets;
    gsize length;
    uint8_t *copy; /* of its exact size: what was read ends in a NUL */

    if (!g_file_get_contents(path, &octets, &length, NULL)) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        exit(EXIT_FAILURE);
    }
    copy = room_of(length);
    memcpy(copy, octets, length);
    g_free(octets);
    printf("%s\n", path); /* the last one printed is the one that fails */
    fflush(stdout);
    LLVMFuzzerTestOneInput(copy, length);
    g_free(copy);
}

static void replay(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    const char *name;

    if (!folder) {
        replay_file(path);
        return;
    }
    while ((name = g_dir_read_name(folder)) != NULL) {
        char *file = g_build_filename(path, name, NULL);
        replay_file(file);
        g_free(file);
    }
    g_dir_close(folder);
}

int main(int argc, char **argv)
{
    if (LLVMFuzzerInitialize)
        LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++)
        replay(argv[i]);
    return EXIT_SUCCESS;
}
