/* proxy.c — where a PROXY protocol header ends.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "proxy.h"

#define V1_LIMIT PROXY_HEADER_TELLING
#define V2_FIXED 16u

static const uint8_t v1_signature[] = {'P', 'R', 'O', 'X', 'Y', ' '};
static const uint8_t v2_signature[] = {'\r', '\n', '\r', '\n', '\0', '\r', '\n', 'Q', 'U', 'I', 'T', '\n'};

/* Do the octets begin like the signature, or are they its beginning? */
static bool begins_as(span in, const uint8_t *signature, size_t length)
{
    size_t both = in.length < length ? in.length : length;

    return both > 0 && memcmp(in.octets, signature, both) == 0;
}

static proxy_result v1_find(span in, size_t *length_r)
{
    span searched = span_first(in, V1_LIMIT);
    size_t lf = span_find(searched, '\n');

    if (lf == searched.length)
        return in.length < V1_LIMIT ? PROXY_MORE : PROXY_NONE;
    *length_r = lf + 1;
    return PROXY_HEADER;
}

static proxy_result v2_find(span in, size_t *length_r)
{
    if (in.length < V2_FIXED)
        return PROXY_MORE;
    *length_r = V2_FIXED + octets_to_number(in.octets + 14, 2);
    return PROXY_HEADER;
}

proxy_result proxy_header_find(span in, size_t *length_r)
{
    if (begins_as(in, v1_signature, sizeof v1_signature))
        return v1_find(in, length_r);
    if (begins_as(in, v2_signature, sizeof v2_signature))
        return v2_find(in, length_r);
    return PROXY_NONE;
}
