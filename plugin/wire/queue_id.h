/* queue_id.h — the name a server gives to the mail it took.
 *
 * No RFC knows of it, but nearly every server ends its 250 to the content with the name under which its log and its queue
 * have the mail. How each writes it is a row of a table.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_WIRE_QUEUE_ID_H
#define ESMTP_WIRE_QUEUE_ID_H

#include "span.h"

typedef enum queue_id_form {
    QUEUE_ID_BEHIND,   /* the word behind `before` */
    QUEUE_ID_BETWEEN,  /* what stands between `before` and `after`, a single word */
    QUEUE_ID_IN_FRONT, /* the word in front of `after`; it holds a digit */
    QUEUE_ID_ENDS_TEXT /* the word behind `before`, when nothing follows it; it holds a digit */
} queue_id_form;

typedef struct queue_id_row {
    queue_id_form form;
    const char *before; /* compared without case, as `after`; NULL where the form has none */
    const char *after;
    const char *example; /* a text the server sends */
    const char *name;    /* what is found in it */
    const char *source;  /* the server: "Postfix" */
    bool contents_only;  /* no server writes so but in reply to a content */
} queue_id_row;

/* The name in the text of a positive reply to the content, given without code and enhanced status. Empty when there is none.
 * A reply that a proxy passes on may hold several: the last "queued as" is where the mail lies. */
span queue_id_find(span text);
/* The same in a whole reply: its lines with their codes and endings. The last line that has a name counts: it is that of
 * the server behind a proxy, which adds lines of its own before. `cut`: the end of the reply is missing, and a name that
 * reaches up to there may go on. */
span queue_id_of_reply(span whole, bool cut);
/* Does the name in it show that a whole positive reply answers a content, whatever is known besides? Some servers end every
 * reply in the form of a name, and a few words may stand in others. */
bool queue_id_tells_content(span whole);

const queue_id_row *queue_id_rows(size_t *count_r); /* the first that fits decides */

#endif
