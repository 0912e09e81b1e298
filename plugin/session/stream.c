/* stream.c — positions in a byte stream, and units that come in several pieces.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* TCP's 32-bit sequence number as a position that does not wrap: the one nearest to what has to come next. The first octet
 * seen is put at 2^32 + its number, so that older ones have positions too. */
static uint64_t position_of(stream *st, uint32_t sequence)
{
    return st->next + (uint64_t)(int64_t)(int32_t)(sequence - (uint32_t)st->next);
}

static void stream_begin(reading *r)
{
    const segment_input *a = r->input;
    stream *st = r->stream;

    st->begun = true;
    if (a->has_sequence)
        st->next = (UINT64_C(1) << 32) + (a->starts_stream ? a->first_sequence : a->tag);
}

uint64_t stream_place(reading *r, span octets, uint64_t *segment_position_r)
{
    stream *st = r->stream;
    uint64_t begin, end, missing = 0;

    if (!st->begun)
        stream_begin(r);
    begin = r->input->has_sequence ? position_of(st, r->input->tag) : st->next;
    end = begin + octets.length;
    *segment_position_r = begin;

    if (begin < st->next) {
        uint64_t old = (end < st->next ? end : st->next) - begin;
        if (old)
            stream_emit(r, FINDING_RETRANSMISSION, begin, old);
        octets = span_from(octets, (size_t)old);
        begin += old;
    } else if (begin > st->next) {
        missing = begin - st->next;
        stream_emit(r, FINDING_GAP, st->next, missing);
    }
    r->octets = octets;
    r->position = begin;
    if (end > st->next)
        st->next = end;
    return missing;
}

finding *stream_emit(reading *r, finding_kind kind, uint64_t position, uint64_t length)
{
    r->s->record.found[kind] += length;
    return findings_add(r->s->memory.found, kind, position, length);
}

static void held_append(session *s, stream *st, span octets)
{
    size_t needed = st->held_length + octets.length;

    if (needed > st->held_capacity) {
        st->held_capacity = needed * 2 > 256 ? needed * 2 : 256;
        st->held = (uint8_t *)wmem_realloc(s->memory.lasting, st->held, st->held_capacity);
    }
    if (octets.length)
        memcpy(st->held + st->held_length, octets.octets, octets.length);
    st->held_length = needed;
}

span stream_unit(reading *r, size_t from, size_t end, const uint8_t **copy_r)
{
    stream *st = r->stream;
    span here = span_first(span_from(r->octets, from), end - from);
    span whole;

    *copy_r = NULL;
    if (!st->held_length)
        return here;
    held_append(r->s, st, here);
    whole = session_keep(r->s, (span){st->held, st->held_length});
    *copy_r = whole.octets;
    stream_drop(st);
    return whole;
}

void stream_hold(reading *r, size_t from)
{
    stream *st = r->stream;

    if (!st->held_length)
        st->unit_position = r->position + from;
    held_append(r->s, st, span_from(r->octets, from));
}

bool stream_too_long(const reading *r, size_t end)
{
    return r->stream->skipping || r->stream->held_length + (end - r->at) > UNIT_LIMIT;
}

void stream_skip(reading *r, size_t end, bool line_ends)
{
    finding *f = stream_emit(r, FINDING_UNKNOWN, r->position + r->at, end - r->at);

    if (!r->stream->skipping)
        f->notes |= note_bit(NOTE_LINE_TOO_LONG);
    stream_drop(r->stream);
    r->stream->skipping = !line_ends;
    r->at = end;
}

uint64_t stream_unit_position(const reading *r, size_t from)
{
    return r->stream->held_length ? r->stream->unit_position : r->position + from;
}

void stream_drop(stream *st)
{
    st->held_length = 0;
}

stream *stream_of_role(session *s, layer which, side role)
{
    return &s->streams[which][s->connection.roles_swapped ? !role : role];
}
