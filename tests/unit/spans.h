/* spans.h — spans in tests: copies of exactly their size, so that a sanitizer sees one octet too far.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TESTS_SPANS_H
#define ESMTP_TESTS_SPANS_H

#include <glib.h>

#include "wire/span.h"

static inline span exact(const char *text)
{
    return (span){g_memdup2(text, strlen(text)), strlen(text)};
}

static inline void release(span copy)
{
    g_free((void *)copy.octets);
}

static inline void assert_span(span got, const char *wanted)
{
    g_assert_cmpmem(got.octets, got.length, wanted, strlen(wanted));
}

#endif
