/* enhanced_status.h — enhanced mail system status codes (RFC 3463, RFC 2034, IANA registry of RFC 5248).
 *
 *     status-code = class "." subject "." detail
 *     class       = "2" / "4" / "5"
 *     subject     = 1*3DIGIT
 *     detail      = 1*3DIGIT
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_ENHANCED_STATUS_H
#define ESMTP_WIRE_ENHANCED_STATUS_H

#include "span.h"

typedef struct enhanced_status {
    uint8_t status_class;
    uint16_t subject;
    uint16_t detail;
} enhanced_status;

/* One registered X.subject.detail. */
typedef struct enhanced_status_row {
    uint16_t subject;
    uint16_t detail;
    const char *text; /* the registry's sample text */
    const char *rfc;  /* "RFC 3463" */
} enhanced_status_row;

/* A number and what it means; tables end with a NULL text. */
typedef struct number_text {
    uint16_t number;
    const char *text;
} number_text;

/* Reads a status code at the start of a reply's text. It has to be followed by SP, HT or the end of the text to be one by
 * the RFC; `glued` says that something else followed (servers that forget the space).
 * Returns the octets it takes, 0 when the text does not begin with one. */
size_t enhanced_status_parse(span text, enhanced_status *status_r, bool *glued_r);

/* The registry's row for X.subject.detail, NULL when it has none. */
const enhanced_status_row *enhanced_status_find(uint16_t subject, uint16_t detail);
/* The registry as a whole, *count_r rows, sorted by subject and detail. */
const enhanced_status_row *enhanced_status_rows(size_t *count_r);
/* "Success", "Persistent transient failure", "Permanent failure"; and the seven subjects. */
const number_text *enhanced_status_classes(void);
const number_text *enhanced_status_subjects(void);

#endif
