/* header.h — the header fields at the front of a message content (RFC 5322, 2.2 and 3.6).
 *
 *     fields      = *( field-name ":" unstructured CRLF )         ; ended by an empty line, behind which the body stands
 *     field-name  = 1*ftext
 *     ftext       = %d33-57 / %d59-126                            ; printable, without ":"
 *     FWS         = ( [ *WSP CRLF ] 1*WSP ) / obs-FWS             ; a line that begins with WSP goes on with the field
 *
 * The content comes without dot-stuffing. What is old or wrong but sent is read too: a bare LF as line ending, white space
 * between field name and colon (4.5), an empty body, octets that are not ASCII in a body (RFC 6532), folds of nothing but
 * white space. A content may be cut off anywhere: its last field is given as far as it goes.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_HEADER_H
#define ESMTP_WIRE_HEADER_H

#include "span.h"

typedef struct header_field {
    span name; /* never empty */
    span body; /* all behind the colon, with its folds and white space, without the last line ending */
} header_field;

/* Takes the next field off the front of *rest, which begins as the whole content. False when there is no other; *rest is
 * then at the empty line that ends the header, or empty. A line that is no field is passed over with the folded lines that
 * belong to it: the "From " line of an mbox file, a folded line before the first field, a cut-off name, garbage. */
bool header_field_next(span *rest, header_field *field_r);

/* A body in one line (2.2.3): without line breaks, the white space behind them kept as sent, and without white space at both
 * ends. `out` has room for body.length octets. Returns the octets written. */
size_t header_unfold(span body, uint8_t *out);

#endif
