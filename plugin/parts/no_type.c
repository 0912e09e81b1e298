/* no_type.c — for a build without libmagic: nothing tells the type of octets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts/inside.h"

char *type_by_content(span decoded)
{
    (void)decoded;
    return NULL;
}
