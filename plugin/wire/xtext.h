/* xtext.h — texts that travel in ESMTP parameters (RFC 3461, 4; RFC 6533, 3).
 *
 *     xtext               = *( xchar / hexchar )
 *     xchar               = any CHAR between "!" and "~" except "+" and "="
 *     hexchar             = "+" 2( %x30-39 / %x41-46 )            ; upper case
 *     utf-8-addr-xtext    = *( "!" to "~" except "+" "=" "\" / "\x{" HEXPOINT "}" )
 *     utf-8-addr-unitext  = the same, with UTF-8 besides
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_XTEXT_H
#define ESMTP_WIRE_XTEXT_H

#include "span.h"

typedef enum xtext_result {
    XTEXT_OK,
    XTEXT_LOWER_CASE, /* decoded; an escape has lower-case digits, which the RFC forbids */
    XTEXT_STRAY,      /* decoded; an octet stands for itself that had to be escaped, such as "=" or one that is not ASCII */
    XTEXT_BAD_ESCAPE  /* not decoded: an escape is cut off or has no hexadecimal digits */
} xtext_result;

/* Decodes the whole of `in` into `out`, which has room for in.length octets. *length_r: octets written, 0 on
 * XTEXT_BAD_ESCAPE. Of several findings the worst is returned, in the order of the enumeration. */
xtext_result xtext_decode(span in, uint8_t *out, size_t *length_r);

/* The same for the address of an ORCPT of type utf-8, in any of its forms: xtext, utf-8-addr-xtext and utf-8-addr-unitext.
 * "\x{HEXPOINT}" becomes UTF-8. No point above 10FFFF, no surrogate: these are bad escapes. */
xtext_result xtext_decode_utf8(span in, uint8_t *out, size_t *length_r);

#endif
