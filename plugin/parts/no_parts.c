/* no_parts.c — for a build without GMime: nothing is known of parts.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts/parts.h"

bool parts_are_read(void)
{
    return false;
}

GPtrArray *parts_read(const part_source *source, const part_question *question)
{
    (void)source;
    (void)question;
    return g_ptr_array_new();
}
