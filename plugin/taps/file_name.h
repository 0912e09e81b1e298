/* file_name.h — names for files that are safe whatever a mail calls itself: on Linux, macOS and Windows.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_FILE_NAME_H
#define ESMTP_TAPS_FILE_NAME_H

#include <glib.h>

/* The text as the stem of a file name, to be freed with g_free: no path separators, no control or invisible characters,
 * nothing a file system or shell takes for special at the beginning or end, no device name of Windows, at most
 * FILE_STEM_LIMIT octets of UTF-8. Never empty: what leaves nothing gives `fallback`. */
#define FILE_STEM_LIMIT 120u
char *file_stem(const char *utf8, const char *fallback);

/* The names given so far. Two that differ in upper and lower case alone are the same, as they are on Windows and macOS. */
typedef struct file_names file_names;

file_names *file_names_new(void);
void file_names_free(file_names *names);

/* "stem.extension", or "stem (2).extension" and so on when that is taken; to be freed with g_free. */
char *file_name_take(file_names *names, const char *stem, const char *extension);
/* Gives a name back that file_name_take() gave for this stem: the next one of the stem may have it. */
void file_name_release(file_names *names, const char *stem, const char *name);

#endif
