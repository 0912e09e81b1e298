/* mail_record.h — one record of the mail log: the values of a mail, column by column.
 *
 * A record has a copy of its transaction, for the session gives back what is over. Values are worked out when they are asked
 * for: of 10,000 mails a table shows a third of the columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_MAIL_RECORD_H
#define ESMTP_TAPS_MAIL_RECORD_H

#include <wsutil/nstime.h>
#include <wsutil/wmem/wmem.h>

#include "session/transaction.h"

typedef enum value_kind {
    VALUE_ABSENT, /* not known, or does not apply */
    VALUE_TEXT,
    VALUE_NUMBER,
    VALUE_BOOLEAN,
    VALUE_TIME,    /* since 1970-01-01 UTC */
    VALUE_SECONDS, /* how long */
    VALUE_LIST,
} value_kind;

typedef struct value value;

typedef struct value_list {
    const value *items;
    unsigned count;
} value_list;

struct value {
    value_kind kind;
    union {
        span text;       /* UTF-8, may hold control characters, but no NUL */
        uint64_t number; /* also of BOOLEAN */
        nstime_t time;   /* also of SECONDS */
        value_list list;
    };
};

/* In the order in which they are written. */
typedef enum column {
    COLUMN_STREAM,
    COLUMN_TIME,
    COLUMN_INDEX,
    COLUMN_OUTCOME,
    COLUMN_ENDED_BY,
    COLUMN_HELO,
    COLUMN_MAIL_FROM,
    COLUMN_NULL_SENDER,
    COLUMN_AUTH_USERNAME,
    COLUMN_RCPT_TO,
    COLUMN_RCPT_CODE,
    COLUMN_RCPT_ACCEPTED,
    COLUMN_RCPT_DEFERRED,
    COLUMN_RCPT_REJECTED,
    COLUMN_RCPT_COUNT,
    COLUMN_METHOD,
    COLUMN_SIZE,
    COLUMN_DECLARED_SIZE,
    COLUMN_CODE,
    COLUMN_ENHANCED_STATUS,
    COLUMN_TEXT,
    COLUMN_QUEUE_ID,
    COLUMN_DURATION,
    COLUMN_TLS,
    COLUMN_FIRST_FRAME,
    COLUMN_SUBJECT,
    COLUMN_MESSAGE_ID,
    COLUMN_HEADER_FROM,
    COLUMN_HEADER_TO,
    COLUMN_DATE,
    COLUMN_COUNT
} column;

typedef struct mail_record {
    const transaction *of; /* that has ended */
    unsigned restarts;     /* of Wireshark's, before it: each numbers frames and streams anew */
    uint32_t stream;
} mail_record;

/* "mail_from": that of the field esmtp.transaction.mail_from, where there is one. */
const char *column_name(column which);

/* The value of a column. It may lie in the record or in `scope`: good for as long as both are. */
value mail_record_value(wmem_allocator_t *scope, const mail_record *record, column which);

/* For wmem_array_sort() of `mail_record`: by the frame of MAIL; those of one frame by connection, then by number. */
int mail_record_compare(const void *a, const void *b);

#endif
