/* utf8.h — writing UTF-8 (RFC 3629, 3), which is what every text that is shown is in.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_UTF8_H
#define ESMTP_WIRE_UTF8_H

#include "span.h"

#define UTF8_POINT_MAX 0x10ffffu
#define UTF8_OCTETS_MAX 4u /* of one code point */

/* Is the point half of a pair of UTF-16, and no character? */
bool utf8_is_surrogate(uint32_t point);

/* Writes a code point of UTF8_POINT_MAX at most into `out`; returns the octets written, 1 to UTF8_OCTETS_MAX. */
size_t utf8_put(uint32_t point, uint8_t *out);

/* UTF-16 with the low octet first (RFC 2781, 3.3) into UTF-8. `out` has room for utf8_room(in.length) octets; returns the
 * octets written. Half a pair, and an octet left over at the end, become U+FFFD. */
size_t utf8_from_utf16le(span in, uint8_t *out);
size_t utf8_room(size_t utf16_octets);

/* Does the text hold a character outside ASCII, and are all of them well-formed (RFC 3629, 4)? */
bool utf8_is_used(span text);

#endif
