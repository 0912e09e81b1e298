/* found.h — what fuzz targets check of segments that were put in order, and of what a session found in them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_FUZZ_FOUND_H
#define ESMTP_FUZZ_FOUND_H

#include "fuzz.h"
#include "session/segments.h"
#include "session/session.h"

/* Where each direction stands, by the events so far. */
typedef struct places {
    bool begun[2];
    uint64_t next[2];
    uint64_t end[2]; /* of the FIN that was reported last */
    uint32_t touched;
} places;

/* Each position is read or lost once, in ascending order; all octets can be read. */
void check_event(places *p, const segments_event *e);

/* Sum up all octets that a segment or a transaction points to, so that a read of memory that is gone shows. */
unsigned read_segment(const segment *of);
unsigned read_transaction(const transaction *t);

/* libFuzzer's, called once. With wmem's simple allocator each allocation is one of malloc, which the sanitizer watches. */
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* Octets that are allocated now; 0 in builds without the address sanitizer, which counts them. */
size_t allocated_octets(void);

#endif
