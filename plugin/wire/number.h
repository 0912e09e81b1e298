/* number.h — decimal numbers as the ABNF of the RFCs writes them: 1*DIGIT.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_NUMBER_H
#define ESMTP_WIRE_NUMBER_H

#include "span.h"

typedef enum number_result {
    NUMBER_OK,
    NUMBER_BAD,      /* empty, or something that is no digit */
    NUMBER_OVERFLOW, /* digits alone, but more than `max` */
} number_result;

/* Reads the whole of `in` as 1*DIGIT. *value_r is set on NUMBER_OK alone. */
number_result number_parse(span in, uint64_t max, uint64_t *value_r);

#endif
