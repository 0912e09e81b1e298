/* names.h — tables that are looked up by a name: verbs, keywords, mechanisms.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_NAMES_H
#define ESMTP_WIRE_NAMES_H

#include "span.h"

/* The row with this name, ASCII letters compared without case; NULL when there is none.
 * rows: `count` structs of `size` octets, each with its name as its first member: a `const char *`, in upper case. They are
 * sorted by name, as strcmp() sorts. */
const void *names_find(span name, const void *rows, size_t count, size_t size);

#endif
