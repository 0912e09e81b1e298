/* transaction.h — mail transactions: one mail, from MAIL to the reply that decides it (RFC 5321, 3.3).
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_TRANSACTION_H
#define ESMTP_SESSION_TRANSACTION_H

#include "session/outcome.h"
#include "session/session.h"

/* A reply as far as a transaction rests on it. Its spans live with the session. */
typedef struct verdict {
    uint16_t code;  /* 0: no reply seen */
    bool inferred;  /* from the status: the reply had no code */
    uint32_t frame; /* where the reply is complete */
    span status;    /* enhanced status of its first line; empty when it has none */
    span text;      /* of its first line, without code and status */
    span further;   /* of a refusal: the texts of its other lines, with spaces between */
    span queue_id;  /* empty when it has none */
} verdict;

/* The same with its time. */
typedef struct timed_verdict {
    verdict verdict;
    moment time;
} timed_verdict;

typedef struct recipient {
    span address;
    span status, text; /* of the same reply's first line */
    span further;      /* of a refusal: the texts of its other lines, with spaces between */
    uint16_t code; /* of the reply to RCPT; under LMTP of the one after the content, if RCPT was accepted. 0: none seen */
    bool inferred; /* the code is, from the status: the reply had none */
    bool taken_by_rcpt;     /* RCPT was accepted */
    uint32_t command_frame; /* of RCPT */
    uint32_t reply_frame;   /* where the reply with that code is complete; 0: none seen */
    bool has_wait;
    moment wait; /* from RCPT to that reply; from the end of the content where the reply is to that */
} recipient;

struct transaction {
    uint32_t index; /* within the connection, from 1; 0 while it is not known whether its MAIL opened one */
    outcome outcome;
    const char *ended_by; /* "END-OF-DATA", or a verb, or "CLOSE", or "CAPTURE-END"; NULL while it is open */
    uint32_t first_frame; /* of MAIL */
    uint32_t last_frame;  /* with which it ended; 0: it has not */
    moment begin;
    moment end; /* of the deciding reply; begin when there is none */
    span helo;
    span mail_from;
    bool null_sender;
    span auth_username;
    wmem_array_t *recipients;  /* recipient */
    const char *method;        /* "DATA", "BDAT", "BURL"; NULL when no content was sent */
    message *message;          /* NULL: no content, or one by URL; may still grow: what counts is below */
    bool has_size;             /* the content was sent wholly, none of it by URL */
    uint64_t size;             /* ... its octets after unstuffing, when the transaction ended */
    uint64_t missing;          /* ... and how many of these were not captured */
    const mail_header *header; /* of the content as it was then, NULL when none was seen */
    bool has_declared_size;
    uint64_t declared_size;
    bool smtputf8; /* MAIL declared it */
    bool binary;   /* MAIL declared BODY=BINARYMIME (RFC 3030, 3) */
    bool tls;
    moment content_begin; /* of the 354, or of the first chunk */
    moment content_end;   /* when the content's last octet was sent */
    verdict verdict;      /* of the deciding reply; code 0 when aborted or unknown */

    /* What it takes to get there. */
    uint16_t mail_code;             /* of the reply to MAIL; 0: not seen */
    const timed_verdict *deferral;  /* the first 4yz to MAIL or RCPT; NULL: none */
    const timed_verdict *rejection; /* the first 5yz */
    unsigned recipients_taken;      /* by RCPT */
    unsigned recipients_answered;   /* RCPTs whose reply was seen */
    unsigned recipient_results;     /* LMTP, PRDR, EXDATA: results after the content, a recipient each */
    unsigned results_taken_by_some; /* ... of these, taken, nobody knows by which recipient */
    unsigned results_refused_to_some;
    unsigned result_next;         /* the search for the recipient of the next result begins at this place */
    unsigned unanswered;          /* commands of it that wait for their reply */
    unsigned envelope_unanswered; /* ... of these, MAIL and RCPT */
    uint32_t envelope_frame;      /* ... of which the last was sent here */
    bool any_deferred : 1;        /* a refusal was 4yz */
    bool content_begin_known : 1; /* content_begin is */
    bool content_end_known : 1;   /* content_end is */
    bool content_sent : 1;        /* wholly */
    bool content_answered : 1;    /* the reply to the content was seen */
    bool content_refused : 1;     /* DATA or a chunk was, though there were recipients: that decides ... */
    bool chunk_refused : 1;       /* ... for good if it was a chunk: only RSET helps (RFC 3030, 2); DATA may be sent again */
    bool by_url : 1;              /* some of the content comes from a URL (BURL) */
    bool hidden : 1;              /* a reply to it, or octets that the client sent for it, were not captured */
    bool envelope_hidden : 1;     /* ... before its content: it may have more recipients */
    bool without_mail : 1;        /* its MAIL was not captured: it is one if a reply says so, or no reply was captured ... */
    bool witnessed : 1;           /* ... as this one did */
    bool unconfirmed : 1;         /* its MAIL looked like a command where content may have been: likewise */
    bool content_granted : 1;     /* a 354 asked for its content: a second one is for another mail's */
    bool result_lost : 1;         /* one of recipient_results was not captured, it seems */
    bool last_result_seen : 1;    /* ... and the one that is for the last recipient was: no more come */
    bool reply_lost : 1;          /* the reply to its content was not captured, it seems: none that comes is for it */
    bool smuggled : 1;            /* begun by what the server took for the end of the mail before it */
    bool reported : 1;            /* a call has reported its end: what is found out later is reported once more */
    bool prdr : 1;                /* the content was answered by PRDR's 353 */
    transaction *previous;        /* open when its MAIL was sent: stays the open one if MAIL is refused */
    const char *superseded;       /* what has ended it, though the reply to its content may still come; NULL: nothing */
    transaction *merged_into;     /* its MAIL opened none: what was sent for it is the other's */
    unsigned merged_at;           /* ... and its recipients are there, from this place on */
    exchange *terminator;         /* RSET, QUIT, EHLO ... that was sent and may end it */
    transaction *next;            /* among the open ones, or among those that ended in the call under way */
    transaction *before;          /* among the open ones */
    uint32_t index_if_cut_off;    /* counted when the call of counted_frame and counted_tag was the last */
    uint32_t counted_frame;
    uint32_t counted_tag;
};

/* From the 354, or the first chunk, to the end of the content, and from there to the reply. False: that is not known. */
bool transaction_content_time(const transaction *t, moment *time_r);
bool transaction_reply_time(const transaction *t, moment *time_r);

/* A copy that outlives its session. It has all that is known of the mail, but not its content and what is under way. Of its
 * header it has the kinds of `header_kinds`, HEADER_BIT. */
transaction *transaction_copy(wmem_allocator_t *scope, const transaction *t, unsigned header_kinds);

/* A content that is sent behind a DATA before its reply is undecided until that comes: a refusal makes commands of it, and
 * a 354 makes one further behind a part of the DATA's content. Then it was none, which is known for as long as the session
 * keeps it. */
bool session_content_is_undecided(const session *s, const message *m);
bool session_content_was_none(const message *m);

/* The mail that a content was sent for; NULL: none is known. */
const transaction *message_transaction(const message *m);

/* The mail that a finding belongs to, or that it ends; NULL: none. */
const transaction *finding_transaction(const finding *f);

/* The oldest transaction that has not ended, with the others behind it (`next`); NULL for none. */
const transaction *session_open_transactions(const session *s);

/* What became of one of them if nothing more of it is in the capture: a copy that has its end, by the command that went
 * unanswered (`terminator`) or by the end of the connection or the capture. False: nothing shows that it was a mail. */
bool transaction_cut_off(session *s, const transaction *t, transaction *ended_r);

/* Is this the connection's last segment so far? */
bool session_is_last(const session *s, const segment *which);

#endif
