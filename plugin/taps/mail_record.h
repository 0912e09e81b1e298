/* mail_record.h — one record of the mail log: the values of a mail, column by column.
 *
 * A record has a copy of its transaction, for the session gives back what is over. Values are worked out when they are asked
 * for: of 10,000 mails a table shows a third of the columns.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_MAIL_RECORD_H
#define ESMTP_TAPS_MAIL_RECORD_H

#include "session/transaction.h"
#include "taps/carried.h"
#include "taps/peers.h"
#include "taps/record.h"

/* In the order in which they are written. */
typedef enum column {
    COLUMN_STREAM,
    COLUMN_TIME,
    COLUMN_INDEX,
    COLUMN_OUTCOME,
    COLUMN_ENDED_BY,
    COLUMN_CLIENT_ADDR,
    COLUMN_CLIENT_PORT,
    COLUMN_SERVER_ADDR,
    COLUMN_SERVER_PORT,
    COLUMN_HELO,
    COLUMN_MAIL_FROM,
    COLUMN_NULL_SENDER,
    COLUMN_AUTH_USERNAME,
    COLUMN_RCPT_TO,
    COLUMN_RCPT_CODE,
    COLUMN_RCPT_STATUS,
    COLUMN_RCPT_TEXT,
    COLUMN_RCPT_TIME,
    COLUMN_RCPT_ACCEPTED,
    COLUMN_RCPT_DEFERRED,
    COLUMN_RCPT_REJECTED,
    COLUMN_RCPT_COUNT,
    COLUMN_METHOD,
    COLUMN_SIZE,
    COLUMN_MISSING,
    COLUMN_DECLARED_SIZE,
    COLUMN_CODE,
    COLUMN_ENHANCED_STATUS,
    COLUMN_TEXT,
    COLUMN_QUEUE_ID,
    COLUMN_REPLY_FRAME,
    COLUMN_DURATION,
    COLUMN_CONTENT_TIME,
    COLUMN_REPLY_TIME,
    COLUMN_TLS,
    COLUMN_SMUGGLED,
    COLUMN_FIRST_FRAME,
    COLUMN_SUBJECT,
    COLUMN_MESSAGE_ID,
    COLUMN_HEADER_FROM,
    COLUMN_HEADER_TO,
    COLUMN_HEADER_CC,
    COLUMN_REPLY_TO,
    COLUMN_IN_REPLY_TO,
    COLUMN_USER_AGENT,
    COLUMN_X_ORIGINATING_IP,
    COLUMN_RECEIVED,
    COLUMN_DATE,
    COLUMN_TLS_FIRST,
    COLUMN_ATTACHMENTS = COLUMN_TLS_FIRST + TLS_COLUMNS,
    COLUMN_URLS,
    COLUMN_COUNT
} column;

typedef struct mail_record {
    const transaction *of;  /* that has ended */
    const peers *peers;     /* whose connection it came by */
    const carried *carried; /* NULL: not known, or not asked for */
} mail_record;

/* Its columns are those above, "mail_from": that of the field esmtp.transaction.mail_from, where there is one. */
extern const record_kind mail_record_kind;

/* mail_table.c */
#define MAIL_TABLE_COLUMNS 10
extern const table_column mail_table[MAIL_TABLE_COLUMNS];
/* "3 mails: 2 accepted, 1 rejected; 4 recipients: 2 accepted, 2 rejected" */
void mail_table_count(GString *line, const void *records, unsigned count);

/* mail_zeek.c — Zeek's smtp.log. */
void mail_zeek_write(FILE *out, const void *records, unsigned count);

/* The value of a column. It may lie in the record or in `scope`: good for as long as both are. */
value mail_record_value(wmem_allocator_t *scope, const mail_record *record, column which);

/* For wmem_array_sort() of `mail_record`: by the frame of MAIL; those of one frame by connection, then by number. */
int mail_record_compare(const void *a, const void *b);

#endif
