/* names.c — tables that are looked up by a name.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "names.h"

#include <stdlib.h>

static int compare(const void *key, const void *row)
{
    span name = *(const span *)key;
    const char *with = *(const char *const *)row;

    for (size_t i = 0; i < name.length; i++) {
        int difference = octet_to_upper(name.octets[i]) - (uint8_t)with[i];
        if (difference != 0 || with[i] == '\0') /* NUL is an octet of a span as any other */
            return difference != 0 ? difference : 1;
    }
    return with[name.length] == '\0' ? 0 : -1;
}

const void *names_find(span name, const void *rows, size_t count, size_t size)
{
    return bsearch(&name, rows, count, size, compare);
}
