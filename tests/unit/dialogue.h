/* dialogue.h — sessions written down as tables, for the tests of plugin/session.
 *
 * A dialogue is a list of turns, what each side sends in turn, and the findings expected, one line of text each. It is fed
 * to a session in many ways: a turn at a time, several turns joined, octet by octet, every turn cut in two at every octet.
 * The findings have to be the same each time, once the pieces of what the cuts divided are put together.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TESTS_DIALOGUE_H
#define ESMTP_TESTS_DIALOGUE_H

#include <glib.h>

#include "session/session.h"

typedef enum turn_kind {
    DIALOGUE_END,
    C,      /* the client sends */
    S,      /* the server sends */
    CT,     /* the client inside TLS */
    ST,     /* the server inside TLS */
    C_LOST, /* sent by the client, but not captured */
    S_LOST,
} turn_kind;

typedef struct turn {
    turn_kind kind;
    const char *text;
    size_t length;  /* when `text` holds NULs; 0: up to its NUL */
    uint32_t again; /* so many octets of it were sent before */
    uint32_t cut;   /* so many octets at its end were cut off by the snap length */
} turn;

#define DIALOGUE_TURNS 40
#define DIALOGUE_LINES 48

/* What the lines of `expected` look like, with "C" or "S" for the side that sent it, "CT" or "ST" inside TLS:
 *     C command MAIL FROM:<a@b>            C content 12/11 complete         (octets on the wire / unstuffed)
 *     C response 0 dXNlcg==                C chunk 5, ends 12/12            (of BDAT; the last one tells the sizes)
 *     S reply 250 to MAIL FROM:<a@b>       C end-of-data
 *     S reply 220 to CONNECT               S reply 250 to END-OF-DATA of 12
 *     C part 3      C unknown 20      C gap 20      C old 20      C opaque 20      C proxy header 30
 * A run that goes on in a later turn is shown once, where it began. Behind these come flags in braces and notes in brackets.
 * A last line "tls: granted", "running" or "readable" tells the state of TLS unless there was never any. */
typedef struct dialogue {
    const char *name;
    bool late;             /* the capture starts in the middle */
    bool roles_wrong;      /* the client is taken for the server at first */
    uint64_t gather_limit; /* 0: a mebibyte */
    turn turns[DIALOGUE_TURNS];
    const char *expected[DIALOGUE_LINES];
} dialogue;

/* Adds a test for each of the `count` dialogues under `path`. */
void dialogues_add(const char *path, const dialogue *dialogues, size_t count);

/* A session that is fed call by call, and all that came of it. */
typedef struct recorder recorder;

recorder *recorder_new(bool late, bool roles_wrong, uint64_t gather_limit);
void recorder_free(recorder *rec);
session *recorder_session(const recorder *rec);
/* Feeds octets that follow those before in their stream, of which `again` were sent before, and checks that the findings
 * cover them all, once each. New octets begin a new frame unless `same_frame`. */
const segment *recorder_feed(recorder *rec, turn_kind kind, const void *octets, size_t length, uint32_t again, uint32_t cut,
                             bool same_frame);
/* Checks that every call's findings are found again. */
void recorder_check_calls(const recorder *rec);
/* The same, checks all messages, and gives the findings in the notation above. */
char *recorder_findings(recorder *rec);

#endif
