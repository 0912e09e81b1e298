/* base64.h — the encoding of AUTH's messages (RFC 4648, 4; RFC 4954, 4).
 *
 *     base64           = base64-terminal / ( 1*( 4base64-char ) [ base64-terminal ] )
 *     base64-terminal  = ( 2base64-char "==" ) / ( 3base64-char "=" )
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_BASE64_H
#define ESMTP_WIRE_BASE64_H

#include "span.h"

typedef enum base64_status {
    BASE64_OK,
    BASE64_UNPADDED,      /* the "=" at the end are missing; all is decoded */
    BASE64_TRAILING_BITS, /* the last octet's spare bits are not zero; all is decoded */
    BASE64_CUT,           /* the last group has one character: it stands for nothing */
    BASE64_BAD_PADDING,   /* "=" in a wrong place, or something behind it */
    BASE64_BAD_OCTET      /* an octet that is none of the alphabet's */
} base64_status;

typedef struct base64_result {
    base64_status status;
    size_t length; /* octets decoded; up to the mistake when there is one */
    size_t offset; /* of the octet that is wrong, in the input; the input's length when none is, or when one is missing */
} base64_result;

/* Room that decoding `length` octets may need. */
static inline size_t base64_room(size_t length)
{
    return length / 4 * 3 + 3;
}

/* Decodes the whole of `in` into `out`, which has base64_room(in.length) octets. */
base64_result base64_decode(span in, uint8_t *out);

#endif
