/* mail_parts.h — the parts of mails, read as soon as a mail's content is complete.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_TAPS_MAIL_PARTS_H
#define ESMTP_TAPS_MAIL_PARTS_H

#include "dissector/message_parts.h"
#include "taps/contents.h"

/* Who is given them. `data` is what mail_parts_see() was called with. */
typedef struct mail_parts_user {
    /* part *, for the user to keep a reference to. Called once more for a content that turned out to end earlier. */
    void (*read)(void *data, const message *m, GPtrArray *parts);
    /* A transaction ended, maybe one without a content. NULL: of no interest. */
    void (*ended)(void *data, const finding *f);
} mail_parts_user;

typedef struct mail_parts mail_parts;

mail_parts *mail_parts_new(const mail_parts_user *user, part_interest in);
void mail_parts_free(mail_parts *m);

/* To be called for each record, in order; then for those of tap_visit_rest(). */
void mail_parts_see(mail_parts *m, const tap_record *record, void *data);

#endif
