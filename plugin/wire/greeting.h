/* greeting.h — who a server says it is, and whom it sees (RFC 5321, 4.2, 4.1.1.1).
 *
 *     Greeting      = "220 " ( Domain / address-literal ) [ SP textstring ] CRLF
 *     ehlo-ok-rsp   = "250" ( "-" / SP ) Domain [ SP ehlo-greet ] CRLF …
 *
 * The texts behind the domain are free. What is read from them is what widespread servers put there.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_GREETING_H
#define ESMTP_WIRE_GREETING_H

#include "address.h"
#include "span.h"

/* A name that servers' greetings hold. */
typedef struct software_row {
    const char *signature; /* what the greeting holds, letters compared without case */
    bool versioned;        /* a version may follow */
    const char *name;      /* what people call it */
} software_row;

typedef struct greeting {
    span domain;   /* empty when the text begins with something else */
    span software; /* as the text has it, with the version: "Exim 4.95"; empty when no signature is found */
    const software_row *row;
} greeting;

/* Reads the text of a 220 greeting's first line. */
void greeting_parse(span text, greeting *greeting_r);

const software_row *software_rows(size_t *count_r);

typedef struct ehlo_reply {
    span domain;       /* the server's */
    span client_name;  /* the client's, as the server sees it; empty when it does not say */
    span client_text;  /* its address as written, without brackets; empty when it does not say */
    ip_address client; /* ... and read */
} ehlo_reply;

/* Reads the text of the first line of the reply to EHLO, HELO or LHLO. */
void ehlo_reply_parse(span text, ehlo_reply *reply_r);

#endif
