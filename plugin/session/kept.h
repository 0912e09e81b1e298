/* kept.h — the segments of a stream, kept for later visits in few octets.
 *
 * There are as many segments as packets, and a capture has millions. So a segment and its findings are written one behind
 * the other, each number in as few octets as it takes, and only what does not follow from what stands before it. They are
 * read into a list of findings when their packet is visited again.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_KEPT_H
#define ESMTP_SESSION_KEPT_H

#include "session/session.h"

typedef struct kept_segments kept_segments;

/* An empty list, which lives as long as the pools. */
kept_segments *kept_new(pools *memory);
/* Writes a segment behind the others, whose frames are not higher. What its findings point to has to stay. */
void kept_add(kept_segments *kept, pools *memory, const segment *added);
/* Reads a segment and its findings, which go to the list of the pools. False: there is none. */
bool kept_find(kept_segments *kept, pools *memory, uint32_t frame, uint32_t tag, segment *found_r);
/* All of them were sent by the other side. */
void kept_swap_sides(kept_segments *kept);

#endif
