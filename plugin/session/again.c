/* again.c — octets of the client that are read once more, as something else than before, when the server's replies say so.
 *
 * They are kept with the calls that brought them. What is content after all is found in the call of the reply: the packets
 * that brought it have been shown. A command that was read before, and is one still, keeps its exchange, to which the
 * finding in its packet points.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/state.h"

/* So many octets are kept at most: behind more, the first reading stays. */
#define AGAIN_LIMIT (1u << 20)

/* A call, and its octets among those kept. */
typedef struct again_call {
    uint64_t position;
    size_t length;
    segment_input input;
} again_call;

/* A command that was read from them. */
typedef struct again_command {
    uint64_t position;
    exchange *exchange;
} again_command;

void again_begin(session *s, octets_again *kept, uint64_t position)
{
    *kept = (octets_again){.position = position,
                           .calls = session_array(s, sizeof(again_call)),
                           .commands = session_array(s, sizeof(again_command))};
}

void again_forget(session *s, octets_again *kept)
{
    session_free(s, kept->octets);
    *kept = (octets_again){0};
}

void again_copy(session *to, octets_again *kept, exchange_copier exchange_in, const void *data)
{
    uint8_t *octets = NULL;

    if (!kept->calls)
        return;
    if (kept->length)
        octets = (uint8_t *)memcpy(session_realloc(to, NULL, kept->capacity), kept->octets, kept->length);
    kept->octets = octets;
    kept->capacity = octets ? kept->capacity : 0;
    kept->calls = session_array_copy(to, kept->calls, sizeof(again_call));
    kept->commands = session_array_copy(to, kept->commands, sizeof(again_command));
    for (unsigned i = 0; i < wmem_array_get_count(kept->commands); i++) {
        again_command *noted = (again_command *)wmem_array_index(kept->commands, i);
        noted->exchange = exchange_in(data, noted->exchange);
    }
}

/* Decided octets are removed when they take half of the room. */
static void append(session *s, octets_again *kept, span octets)
{
    if (kept->start > kept->length / 2) {
        memmove(kept->octets, kept->octets + kept->start, kept->length - kept->start);
        kept->length -= kept->start;
        kept->start = 0;
    }
    if (kept->length + octets.length > kept->capacity) {
        kept->capacity = 2 * (kept->length + octets.length);
        kept->octets = (uint8_t *)session_realloc(s, kept->octets, kept->capacity);
    }
    memcpy(kept->octets + kept->length, octets.octets, octets.length);
    kept->length += octets.length;
}

bool again_keep(reading *r, octets_again *kept, span octets, uint64_t position)
{
    again_call call = {.position = position, .input = *r->input};

    if (kept->position > position) {
        octets = span_from(octets, (size_t)(kept->position - position));
        call.position = kept->position;
    }
    call.length = octets.length;
    if (kept->length - kept->start + call.length > AGAIN_LIMIT)
        return false;
    if (call.length) {
        append(r->s, kept, octets);
        wmem_array_append_one(kept->calls, call);
    }
    return true;
}

void again_drop(octets_again *kept, uint64_t position)
{
    const again_call *call;

    kept->start += (size_t)(position - kept->position);
    if (kept->start > kept->length) /* it came in the call that is being read */
        kept->start = kept->length;
    kept->position = position;
    for (; kept->first_call < wmem_array_get_count(kept->calls); kept->first_call++) {
        call = (const again_call *)wmem_array_index(kept->calls, kept->first_call);
        if (call->position + call->length > position)
            return;
    }
}

span again_octets(const octets_again *kept)
{
    return span_from((span){kept->octets, kept->length}, kept->start);
}

void again_note(octets_again *kept, uint64_t position, exchange *e)
{
    again_command noted = {position, e};

    wmem_array_append_one(kept->commands, noted);
}

exchange *again_noted(session *s, uint64_t position)
{
    again_part *again = &s->again;

    for (; again->under_way && again->next_command < wmem_array_get_count(again->commands); again->next_command++) {
        again_command *noted = (again_command *)wmem_array_index(again->commands, again->next_command);
        if (noted->position >= position)
            return noted->position == position ? noted->exchange : NULL;
    }
    return NULL;
}

/* The findings from `first` on belong to packets that have been shown: all but content are removed. */
static void keep_content_findings(reading *r, unsigned first)
{
    finding_list *found = r->s->memory.found;

    for (unsigned i = first; i < found->list->len;) {
        finding *f = &g_array_index(found->list, finding, i);
        if (f->kind != FINDING_CONTENT && f->kind != FINDING_END_OF_DATA) {
            g_array_remove_index(found->list, i);
            g_array_remove_index(found->parsed, i);
            continue;
        }
        f->flags |= FLAG_READ_AGAIN;
        if (f->message->complete)
            f->message->complete_frame = r->input->frame;
        i++;
    }
}

/* The findings of a call get octets of their own. */
static void own_octets(const reading *of, unsigned first)
{
    GArray *list = of->s->memory.found->list;

    for (unsigned i = first; i < list->len; i++) {
        finding *f = &g_array_index(list, finding, i);
        if (!f->octets && f->length && f->position >= of->position)
            f->octets =
                session_keep(of->s, span_first(span_from(of->octets, (size_t)(f->position - of->position)), f->length))
                    .octets;
    }
}

static void read_calls(session *s, const octets_again *kept)
{
    span rest = again_octets(kept);

    for (unsigned i = kept->first_call; i < wmem_array_get_count(kept->calls); i++) {
        const again_call *call = (const again_call *)wmem_array_index(kept->calls, i);
        uint64_t begin = call->position > kept->position ? call->position : kept->position;
        unsigned first = s->memory.found->list->len;
        reading r = {.s = s,
                     .stream = stream_of_role(s, call->input.layer, SIDE_CLIENT),
                     .input = &call->input,
                     .role = SIDE_CLIENT,
                     .octets = span_first(rest, (size_t)(call->position + call->length - begin)),
                     .position = begin};
        client_read(&r);
        own_octets(&r, first);
        rest = span_from(rest, r.octets.length);
    }
}

void again_read(reading *r, octets_again *kept, again_part how)
{
    session *s = r->s;
    unsigned first = s->memory.found->list->len;

    how.under_way = true;
    how.commands = kept->commands;
    s->again = how;
    read_calls(s, kept);
    keep_content_findings(r, first);
    s->again = (again_part){0};
    again_forget(s, kept);
}
