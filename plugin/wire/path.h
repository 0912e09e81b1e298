/* path.h — reverse-path and forward-path of MAIL and RCPT (RFC 5321, 4.1.2; RFC 6531, 3.3).
 *
 *     Reverse-path  = Path / "<>"
 *     Forward-path  = Path
 *     Path          = "<" [ A-d-l ":" ] Mailbox ">"
 *     A-d-l         = At-domain *( "," At-domain )
 *     Mailbox       = Local-part "@" ( Domain / address-literal )
 *     Local-part    = Dot-string / Quoted-string
 *
 * "<Postmaster>" needs no domain. What no RFC allows but clients send is read too: white space before the path, and a
 * mailbox without angle brackets.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_PATH_H
#define ESMTP_WIRE_PATH_H

#include "address.h"
#include "span.h"

typedef struct path {
    size_t consumed;        /* octets of the input up to the end of the path; the parameters stand behind */
    bool null_path;         /* "<>" */
    bool bracketed;         /* in angle brackets, as it has to be */
    bool utf8;              /* an octet of the address is not ASCII: SMTPUTF8 is needed */
    bool quoted;            /* the local part is a Quoted-string: path_unquote() gives its value */
    bool has_domain;        /* "@" stands behind the local part */
    span address;           /* without angle brackets and source route */
    span local_part;        /* as sent, with its quotes */
    span domain;            /* a literal keeps its brackets */
    span source_route;      /* "@a,@b", without the colon; empty when there is none */
    ip_address literal;     /* of the domain, when it is an address literal or an address without brackets */
    const char *expected;   /* NULL, or the first thing that the grammar requires and that is missing: "expected \">\"" */
    size_t expected_offset; /* where in the input it should stand */
    bool lenient;           /* servers accept it all the same */
} path;

/* Reads the path at the start of what follows "FROM:" or "TO:". Gives what can be known of a malformed path as well.
 * Returns whether the path follows the grammar, that is, whether `expected` is NULL. */
bool path_parse(span in, path *path_r);

/* The value of a local part: a Quoted-string without its quotes and backslashes, a Dot-string as it is. `out` has room for
 * local_part.length octets. Returns the octets written. */
size_t path_unquote(span local_part, uint8_t *out);

/* "FROM:" or "TO:" at the start of MAIL's or RCPT's argument. */
typedef struct path_prefix {
    size_t length; /* octets up to and with the colon, 0 when it is not there; what follows is for path_parse() */
    bool spaced;   /* white space stands before the colon, which RFC 5321 forbids */
} path_prefix;

/* word: "FROM" or "TO", compared without case. */
path_prefix path_prefix_find(span argument, const char *word);

#endif
