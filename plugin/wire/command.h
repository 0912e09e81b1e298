/* command.h — a client's command line: verb and argument (RFC 5321, 4.1.1, and the extensions).
 *
 *     command = verb [ SP argument ] CRLF
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_COMMAND_H
#define ESMTP_WIRE_COMMAND_H

#include "span.h"

/* What has to follow a verb for a line to be taken for a command beyond doubt. */
typedef enum verb_shape {
    VERB_SHAPE_VAGUE,    /* never beyond doubt: an English word may begin a line of a message */
    VERB_SHAPE_ALONE,    /* nothing: QUIT */
    VERB_SHAPE_ARGUMENT, /* one word: EHLO mx.example.org */
    VERB_SHAPE_FROM,     /* FROM: */
    VERB_SHAPE_TO,       /* TO: */
    VERB_SHAPE_CHUNK,    /* a number, and LAST or nothing */
    VERB_SHAPE_MECHANISM /* a SASL mechanism in upper or lower case, and at most one word more */
} verb_shape;

enum { VERB_SHAPES = VERB_SHAPE_MECHANISM + 1 }; /* how many shapes there are */

typedef struct verb_row {
    const char *name; /* upper case */
    verb_shape shape;
    const char *meaning; /* "begins a mail transaction" */
    const char *source;  /* "RFC 5321, 4.1.1.2"; for verbs of no RFC who defines them: "Postfix", "Microsoft Exchange" */
} verb_row;

typedef struct command {
    const verb_row *row; /* NULL when the verb is unknown */
    span verb;           /* as typed */
    span argument;       /* what follows the verb, without the white space before it, with what stands at its end */
} command;

/* Splits one line, given without its ending. Leading white space is passed over. Malformed, with false returned: the line
 * has no verb, that is nothing but white space, or its first word holds an octet that is no letter, digit or "-". */
bool command_parse(span text, command *command_r);

/* Can this be nothing but a command (an EHLO with its name, MAIL FROM:, QUIT alone ...)? What a session that lost its
 * state takes up again from, and what distinguishes commands from message content. */
bool command_unmistakable(const command *in);

const verb_row *verb_rows(size_t *count_r); /* sorted by name */

/* BDAT's argument (RFC 3030, 2):  bdat-cmd = "BDAT" SP chunk-size [ SP end-marker ] */
typedef enum bdat_result { BDAT_OK, BDAT_BAD, BDAT_OVERFLOW } bdat_result;
typedef struct bdat_argument {
    uint64_t size; /* octets that follow the line */
    bool last;
} bdat_argument;
bdat_result bdat_parse(span argument, bdat_argument *bdat_r);

#endif
