/* sasl.h — SASL mechanisms, and what their messages hold (RFC 4422 and the mechanisms' own documents).
 *
 * SMTP carries the messages in base64 (RFC 4954, 4): the client's on the AUTH line and in lines of their own, the server's
 * in 334 replies. Here they come decoded.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_SASL_H
#define ESMTP_WIRE_SASL_H

#include "span.h"

/* How a mechanism's messages are written. */
typedef enum sasl_grammar {
    SASL_GRAMMAR_OPAQUE, /* nothing is read from them */
    SASL_GRAMMAR_PLAIN,
    SASL_GRAMMAR_NAMES, /* PLAIN's names, with or without more behind them */
    SASL_GRAMMAR_LOGIN,
    SASL_GRAMMAR_CRAM,
    SASL_GRAMMAR_DIGEST,
    SASL_GRAMMAR_SCRAM,
    SASL_GRAMMAR_XOAUTH2,
    SASL_GRAMMAR_OAUTHBEARER,
    SASL_GRAMMAR_EXTERNAL,
    SASL_GRAMMAR_ANONYMOUS,
    SASL_GRAMMAR_GSS /* NTLMSSP, GSS-API or SPNEGO tokens, distinguished by how they begin */
} sasl_grammar;

typedef struct sasl_mechanism_row {
    const char *name; /* upper case */
    sasl_grammar grammar;
    const char *meaning; /* "user name and password in the clear" */
    const char *source;  /* "RFC 4616" */
    bool adds_layer;     /* may put a security layer round what follows (RFC 4422, 3.7) */
} sasl_mechanism_row;

/* The row of a mechanism, letters compared without case; NULL when it is not known. */
const sasl_mechanism_row *sasl_mechanism_find(span name);
const sasl_mechanism_row *sasl_mechanism_rows(size_t *count_r); /* sorted by name */
/* Can the word name a mechanism: one that is known, however it is typed, or one that follows the grammar of RFC 4422? Else
 * what stands in a mechanism's place is most likely its message. */
bool sasl_is_mechanism(span word);

/* What somebody who reads the exchange gets of it. */
typedef enum sasl_exposure {
    SASL_SHOWS_PROOF,    /* at most something to try passwords on; also for mechanisms that are not known */
    SASL_SHOWS_PASSWORD, /* a password, or a token that is as good as one */
    SASL_SHOWS_NOTHING,
} sasl_exposure;
sasl_exposure sasl_exposure_of(span mechanism);

typedef enum sasl_side { SASL_CLIENT, SASL_SERVER } sasl_side;

typedef enum sasl_field_kind {
    SASL_USERNAME, /* who authenticates */
    SASL_AUTHZID,  /* who is to be acted for */
    SASL_PASSWORD,
    SASL_TOKEN,  /* a bearer token, without "Bearer " */
    SASL_REALM,  /* NTLM: the domain */
    SASL_NONCE,  /* the server's challenge in CRAM-MD5; the client's nonce and the server's in others */
    SASL_DIGEST, /* the proof: CRAM-MD5's digest, DIGEST-MD5's response, SCRAM's p= and v= */
    SASL_SCOPE,  /* the scope an OAuth error names */
    SASL_ERROR,  /* the status of an OAuth error, SCRAM's e= */
    SASL_PROMPT, /* LOGIN's "Username:" and "Password:" */
    SASL_TRACE,  /* what an ANONYMOUS client says of itself */
} sasl_field_kind;

/* What stands between a field's octets and its value. */
typedef enum sasl_escape {
    SASL_ESCAPE_NONE,
    SASL_ESCAPE_SASLNAME,  /* "=2C" for a comma and "=3D" for "=" (RFC 5802, 5.1) */
    SASL_ESCAPE_BACKSLASH, /* quoted-pairs (RFC 2831, 7.2), or JSON's of a single character */
    SASL_ESCAPE_UTF16      /* NTLM's, the low octet first; the value is UTF-8 */
} sasl_escape;

typedef struct sasl_field {
    sasl_field_kind kind;
    sasl_escape escape;
    span value; /* as sent; sasl_field_value() takes the escapes out */
} sasl_field;

typedef enum sasl_handoff { SASL_HANDOFF_NONE, SASL_HANDOFF_NTLMSSP, SASL_HANDOFF_GSSAPI } sasl_handoff;

#define SASL_FIELDS_MAX 8u
typedef struct sasl_message {
    sasl_field fields[SASL_FIELDS_MAX];
    size_t count;
    sasl_handoff handoff; /* whose token the whole message is */
    bool secret;          /* a password or a bearer token is in it: who reads it can log in */
    bool malformed;       /* it breaks the mechanism's grammar; fields that could be read are there all the same */
} sasl_message;

/* Reads one message.
 * mechanism: NULL when not known. number: which message of its side in this exchange, from 0; the initial response on the
 * AUTH line is the client's message 0. decoded: the octets that the base64 stood for. The fields are spans of them. */
void sasl_message_parse(const sasl_mechanism_row *mechanism, sasl_side side, unsigned number, span decoded,
                        sasl_message *message_r);

/* The field's value without escapes, into `out`, which has room for sasl_field_room() octets. Returns the octets written. An
 * escape that is none is left as it stands. */
size_t sasl_field_room(const sasl_field *field);
size_t sasl_field_value(const sasl_field *field, uint8_t *out);

#endif
