/* report.h — the report of a capture, as it is gathered while packets are read, and what is found out of it at the end.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_REPORT_H
#define ESMTP_TAPS_REPORT_H

#include <stdio.h>

#include "session/mail_result.h"
#include "taps/connection_record.h"
#include "taps/mail_record.h"
#include "taps/unread.h"

/* A wait of so many seconds is slow. */
#define REPORT_SLOW 2
/* Verbs of a connection whose waits are listed. */
#define REPORT_STEPS 12u
#define REPORT_VERB_ROOM 16u
/* Addresses that are listed with a reason. */
#define REPORT_ADDRESSES 3u
/* Refusals of a connection, outside of its mails, that are listed one by one. */
#define REPORT_REFUSALS 8u
/* Hops of a path. */
#define REPORT_HOPS 30u

typedef struct report_connection report_connection;
typedef struct report_mail report_mail;

/* The waits for replies to a verb. */
typedef struct report_step {
    char verb[REPORT_VERB_ROOM]; /* "CONNECT" is the greeting */
    unsigned count;
    moment longest;
    uint32_t frame; /* of the reply that took longest */
} report_step;

/* A reply that refuses, and says something that no earlier one did. */
typedef struct report_refusal {
    refusal why;
    uint16_t code;  /* 0: none was sent */
    bool permanent; /* trying again does not help */
    uint32_t frame;
    char verb[REPORT_VERB_ROOM]; /* that it answers; empty: none */
    const char *status, *text;   /* of its first line; NULL: none */
    const char *address;         /* MAIL's or RCPT's; NULL: none */
} report_refusal;

/* The refusals of one server for one reason: of a connection, or of all. */
typedef struct report_reason {
    report_refusal first;
    const char *server;                  /* its address; "": not known */
    const report_connection *connection; /* of the first */
    unsigned count;
    unsigned connections;
    const char *addresses[REPORT_ADDRESSES];
    unsigned address_count;
} report_reason;

/* How often a note was found: in a connection, or in all. */
typedef struct report_note {
    note which;
    unsigned count, connections;
    uint32_t frame;  /* the first one's */
    uint64_t packet; /* ... in all that was read */
} report_note;

/* What becomes of a mail that was sent before. */
typedef enum report_link {
    LINK_NONE,
    LINK_RETRY,
    LINK_GREYLISTED, /* ... and the first try was refused to see whether there is a second one */
    LINK_DUPLICATE,  /* both were taken, or the first may have been */
} report_link;

/* Refusals of a mail's commands that only follow from an earlier one. */
typedef struct report_followed {
    uint32_t index; /* the transaction's; 0: none */
    unsigned count;
    uint16_t code;  /* of the first */
    const char *to; /* ... and the verb that it answers */
} report_followed;

struct report_mail {
    mail_record record;
    report_connection *connection;
    report_followed followed;
    uint64_t reasons; /* why it, or one of its recipients, was refused: a bit for each refusal_id */
    /* Across connections. */
    report_link link;
    const report_mail *earlier; /* the try before this one */
    unsigned tries;             /* this one and those before */
    bool tried_again;           /* it is the earlier one of another */
    report_mail *from;          /* the hop before this one ... */
    bool from_is_guess;         /* by sender and recipient: its header was not sent */
    bool passed_on;             /* it is the hop before another */
    const report_mail *about;   /* of a bounce: the mail that it reports */
    bool about_is_guess;
};

struct report_connection {
    unsigned number;          /* in the capture, from 1 */
    const carrier *carrier;   /* until its file is dropped */
    logged_connection record; /* when that is known: */
    bool recorded;
    bool chosen;              /* ... and whether it is to be reported */
    wmem_array_t *mails;      /* report_mail * ... */
    wmem_map_t *by_index;     /* ... and by the number of the transaction */
    report_followed followed; /* of the mail under way */
    report_step steps[REPORT_STEPS];
    unsigned step_count;
    bool has_reply;                           /* the server has said something ... */
    moment reply_time;                        /* ... at last now */
    moment pause;                             /* the longest that the client waited before a command ... */
    char pause_verb[REPORT_VERB_ROOM];        /* ... which was this one; empty: it never waited */
    moment error_wait;                        /* for the refusal before */
    bool tarpit;                              /* the wait grows with each error */
    report_refusal refusals[REPORT_REFUSALS]; /* of no mail */
    unsigned refusal_count;
    uint64_t reasons;    /* a bit for each refusal_id that a reply gave */
    wmem_array_t *given; /* report_reason, in the order of their first refusals */
    unsigned auth_failed, no_such_user, refused;
    note_set notes;
    wmem_array_t *found; /* report_note: how often each was */
};

/* A client that connected. */
typedef struct report_host {
    const char *address;
    unsigned connections, mails, auth_failed, no_such_user, refused;
    bool chosen; /* one of its connections is */
} report_host;

typedef struct report {
    wmem_allocator_t *scope;
    wmem_array_t *connections; /* report_connection *, in the order of their first segments when all is read */
    unread unread;             /* what belongs to no connection */
    unsigned restarts;         /* of Wireshark's: each numbers packets anew */
    /* When all is read: */
    wmem_array_t *mails; /* report_mail *, by time, of all connections */
    wmem_array_t *hosts; /* report_host * */
    /* ... of the connections that are chosen: */
    wmem_array_t *reasons; /* report_reason *, the most frequent first */
    report_note notes[NOTE_COUNT];
    unsigned not_chosen; /* connections */
} report;

/* report_gather.c */
report *report_new(void);
void report_free(report *r);
/* A mail ended, or is cut off. */
void report_add_mail(report *r, report_connection *of, const transaction *t, const peers *by, bool again);
struct tap_record;
/* What a call of the dissector found, at that time. */
void report_add_call(report *r, report_connection *of, const peers *by, const struct tap_record *record, const moment *now);
report_connection *report_connection_new(report *r, const carrier *of);
/* Adds the address of a refusal to those of its reason. */
void report_add_address(report_reason *to, const char *address);

/* report_link.c — numbers the connections, and finds out what they and their mails have to do with one another. To be called
 * once, when all is read. */
void report_link_all(report *r);

/* report_merge.c — leaves out the connections that are not chosen, and finds out what the others have in all. To be called
 * once, behind report_link_all(). */
void report_merge(report *r);

/* report_text.c, report_json.c */
void report_write_text(FILE *out, const report *r);
char *report_text(const report *r); /* to be freed with g_free() */
void report_write_json(FILE *out, const report *r);

/* report_find.c — what both writers need. */
bool mail_has_trouble(const transaction *t);
/* What the whole capture has. */
typedef struct report_totals {
    unsigned mails[OUTCOME_COUNT], recipients[OUTCOME_COUNT];
    unsigned all_mails, all_recipients;
    unsigned not_to_all; /* accepted mails of which a recipient was refused */
} report_totals;
report_totals report_count(const report *r);
/* Did it fail, was it slow, or odd? */
bool report_connection_is_listed(const report_connection *of);
bool report_is_slow(const report_connection *of);
/* Has it to do with a mail of a connection that is chosen: as one of them, another try, hop or bounce? */
bool report_mail_concerns(const report_mail *of);
/* Is the client one that a person should look at? */
bool report_host_is_listed(const report_host *of);
/* The server's name, or its address. */
span report_server(const report_connection *of);
/* A fault beside those of the replies: what the end of the connection shows; NULL: none. */
typedef struct report_fault {
    const char *what, *fault, *next;
} report_fault;
const report_fault *report_connection_fault(const report_connection *of);
static inline const report_connection *report_connection_at(const report *r, unsigned n)
{
    return *(report_connection *const *)wmem_array_index(r->connections, n);
}

static inline const report_mail *report_mail_at(wmem_array_t *mails, unsigned n)
{
    return *(report_mail *const *)wmem_array_index(mails, n);
}

/* Is the reason among those? */
static inline bool report_has_reason(uint64_t reasons, unsigned id)
{
    return reasons >> id & 1;
}
_Static_assert(REFUSAL_IDS <= 64, "a set of reasons has a bit for each");

/* These stand under "why", the others under "odd". */
#define REPORT_REFUSAL_NOTES                                                                                                \
    (note_bit(NOTE_REFUSED) | note_bit(NOTE_DEFERRED) | note_bit(NOTE_AUTH_FAILED) | note_bit(NOTE_CLOSING_REPLY))

/* What a note is called, as a field and in words, and what to do about it. */
typedef struct report_note_row {
    const char *name, *severity, *summary;
    const char *remedy; /* NULL: nothing has to be done */
} report_note_row;
const report_note_row *report_note_find(note which);
/* The notes that stand under "odd", the severest first. `order` has room for NOTE_COUNT; returns how many there are. */
unsigned report_odd_notes(const report *r, note *order);
/* "greylisted, and taken at the second try" and its kind. */
const char *report_link_text(const report_mail *of);
/* From the end of the earlier try. */
bool report_wait(const report_mail *of, moment *wait_r);
/* What is wrong with TLS, in words, in the order of the bits of tls_fault: REPORT_TLS_FAULTS of them. */
#define REPORT_TLS_FAULTS 5u
unsigned report_tls_faults(const report_connection *of);
const char *report_tls_fault_text(unsigned bit);
/* An alert of TLS in words (RFC 8446, 6). */
const char *report_alert_text(uint8_t alert);

#endif
