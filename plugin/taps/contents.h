/* contents.h — the contents of mails as their packets pass, octet for octet what the client's mail software handed over.
 *
 * The session keeps no content larger than a limit, so they are gathered here, one content a connection at a time. A content
 * is reported as soon as it is complete, for its reply may never come; one that is undecided, when that is over. Of one with
 * holes there is what was captured.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_CONTENTS_H
#define ESMTP_TAPS_CONTENTS_H

#include "dissector/tap.h"

/* The callbacks for contents. `data` is what contents_see() was called with. */
typedef struct contents_user {
    /* message_captured() octets, to be freed with g_free: the user's from now on. */
    void (*complete)(void *data, const connection *of, const message *m, uint8_t *octets);
    /* One that was reported, with m->may_be_cut, ended earlier: it has m->unstuffed_size octets. */
    void (*cut)(void *data, const connection *of, const message *m);
    /* A transaction ended, maybe one without a content. Its content was reported before. */
    void (*ended)(void *data, const connection *of, const finding *f);
} contents_user;

typedef struct contents contents;

contents *contents_new(const contents_user *user);
void contents_free(contents *c);

/* To be called for each record, in order; then for those of tap_visit_rest(). */
void contents_see(contents *c, const tap_record *record, void *data);

/* What a file's name says of a content that is not whole: "-720-octets-missing", "-up-to-720-..."
 * where BDAT lines may be among them; to be freed with g_free. */
char *content_missing_text(const message *m);

/* A message that is over leaves its address to a later one: what is kept of a content is kept by its connection (`of`), or
 * what stands for that, and its number within it. */
GHashTable *content_table_new(GDestroyNotify value_free);
void content_table_put(GHashTable *table, const void *of, const message *m, void *value);
/* NULL: there is none, or no message. */
void *content_table_find(GHashTable *table, const void *of, const message *m);
/* Its value is freed, if the table has a function for that. */
void content_table_remove(GHashTable *table, const void *of, const message *m);

#endif
