/* notes.h — what the session finds noteworthy: names, and sets of them. The table is note_rows.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#ifndef ESMTP_SESSION_NOTES_H
#define ESMTP_SESSION_NOTES_H

#include <stdint.h>

/* ROW(NAME, FIELD, GROUP, SEVERITY, summary) */
#define NOTE_ROW(name, field, group, severity, summary, meaning, cause, remedy) NOTE_##name,
typedef enum note {
#include "session/note_rows.h"
    NOTE_COUNT
} note;
#undef NOTE_ROW

/* Several notes: a bit for each. */
typedef uint64_t note_set;
_Static_assert(NOTE_COUNT <= 64, "a note_set has a bit for each note");

static inline note_set note_bit(note which)
{
    return UINT64_C(1) << which;
}

/* note_bit(which), or nothing. */
static inline note_set note_if(int condition, note which)
{
    return condition ? note_bit(which) : 0;
}

#endif
