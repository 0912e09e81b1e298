/* kept.c — see kept.h.
 *
 * A segment is: an octet of `segment_bits`; numbers for the frame, the length, and the octets and count of its findings;
 * further numbers as the bits say; its findings. A finding is: an octet with its kind and `finding_bits`; its length; what
 * the bits say. A number has seven bits an octet, the lowest first, and the eighth bit says that more follow. A signed
 * number has its sign in its lowest bit.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "session/kept.h"

#include "session/findings.h"

/* Octets that a block has room for: some ten segments, which are passed over to find one. */
#define BLOCK_ROOM 164u
/* The most octets that a segment or a finding takes, without a segment's findings. */
#define RECORD_MAX 96u

enum segment_bits {
    SENT_BY_SERVER = 1 << 0,
    HAS_TAG = 1 << 1,      /* a number for its tag; else that is 0 ... */
    TAG_IS_PLACE = 1 << 3, /* ... or its position, in 32 bits */
    HAS_OFFSET = 1 << 4,   /* a number */
    HAS_COPY = 1 << 5,     /* a pointer to its octets */
    HAS_POSITION = 1 << 2, /* a signed number for where it begins, beside the end of the one before */
};

/* In the upper half of a finding's first octet. */
enum finding_bits {
    HAS_EXCHANGE = 1 << 4, /* a pointer */
    HAS_OBJECT = 1 << 5,   /* a pointer: its message, AUTH or transaction */
    HAS_PLACE = 1 << 6,    /* a signed number for where it begins, beside the end of the one before */
    HAS_MORE = 1 << 7,     /* numbers for flags, step and notes, and a pointer to its octets */
};

/* A part of the list. */
typedef struct block {
    struct block *next;
    uint64_t position; /* the end of what came before it in the stream */
    uint32_t frame;    /* of the last segment before it */
    uint32_t room, used;
    uint8_t octets[];
} block;

/* Where in the list something is read, and what the next segment's numbers count from. */
typedef struct cursor {
    block *in;
    uint32_t at;
    uint64_t position;
    uint32_t frame; /* of the segment before */
} cursor;

struct kept_segments {
    block *first, *last;
    cursor latest;     /* where the last search began to compare: the next one is mostly for what comes behind */
    uint64_t position; /* the end of the last segment */
    uint32_t frame;    /* of the last segment */
};

/* A segment's numbers, in front of its findings. */
typedef struct heading {
    segment segment;
    uint32_t octets;         /* of its findings */
    const uint8_t *findings; /* ... where these are written */
} heading;

/* --- numbers ----------------------------------------------------------------------------------------------------------- */

static uint8_t *put_number(uint8_t *to, uint64_t number)
{
    for (; number > 127; number >>= 7)
        *to++ = (uint8_t)(number | 128u);
    *to++ = (uint8_t)number;
    return to;
}

static uint64_t take_number(const uint8_t **from)
{
    uint64_t number = 0;
    unsigned shift = 0;

    for (; **from & 128u; shift += 7)
        number |= (uint64_t)(*(*from)++ & 127u) << shift;
    return number | (uint64_t) * (*from)++ << shift;
}

/* What has to be added to `base`, as a signed number. */
static uint8_t *put_distance(uint8_t *to, uint64_t base, uint64_t number)
{
    uint64_t distance = number - base;

    return put_number(to, distance >> 63 ? ~distance << 1 | 1u : distance << 1);
}

static uint64_t take_distance(const uint8_t **from, uint64_t base)
{
    uint64_t coded = take_number(from);

    return base + (coded & 1u ? ~(coded >> 1) : coded >> 1);
}

static uint8_t *put_pointer(uint8_t *to, const void *pointer)
{
    memcpy(to, &pointer, sizeof pointer);
    return to + sizeof pointer;
}

static void *take_pointer(const uint8_t **from)
{
    void *pointer;

    memcpy(&pointer, *from, sizeof pointer);
    *from += sizeof pointer;
    return pointer;
}

/* --- findings ---------------------------------------------------------------------------------------------------------- */

/* They are one member. */
static const void *object_of(const finding *f)
{
    return f->message;
}

static bool has_more(const finding *f)
{
    return f->flags || f->step || f->notes || f->octets;
}

static uint8_t *put_finding(uint8_t *to, const finding *f, uint64_t expected)
{
    *to++ = (uint8_t)(f->kind | (f->exchange ? HAS_EXCHANGE : 0u) | (object_of(f) ? HAS_OBJECT : 0u) |
                      (f->position != expected ? HAS_PLACE : 0u) | (has_more(f) ? HAS_MORE : 0u));
    to = put_number(to, f->length);
    if (f->exchange)
        to = put_pointer(to, f->exchange);
    if (object_of(f))
        to = put_pointer(to, object_of(f));
    if (f->position != expected)
        to = put_distance(to, expected, f->position);
    if (has_more(f)) {
        to = put_number(to, f->flags);
        to = put_number(to, f->step);
        to = put_number(to, f->notes);
        to = put_pointer(to, f->octets);
    }
    return to;
}

/* Adds the finding to the list, and returns where it ends. */
static uint64_t take_finding(const uint8_t **from, finding_list *found, uint64_t expected)
{
    uint8_t bits = *(*from)++;
    uint32_t length = (uint32_t)take_number(from);
    finding *f = findings_add(found, (finding_kind)(bits & 15u), expected, length);

    if (bits & HAS_EXCHANGE)
        f->exchange = (exchange *)take_pointer(from);
    if (bits & HAS_OBJECT)
        f->message = (message *)take_pointer(from);
    if (bits & HAS_PLACE)
        f->position = take_distance(from, expected);
    if (bits & HAS_MORE) {
        f->flags = (unsigned)take_number(from) & 0xfffu;
        f->step = (unsigned)take_number(from) & 0xffffu;
        f->notes = take_number(from);
        f->octets = (const uint8_t *)take_pointer(from);
    }
    return f->position + f->length;
}

/* The findings behind one another, in the pools' room for them. */
static GByteArray *findings_written(finding_list *found, const segment *of)
{
    GByteArray *out = found->written;
    uint64_t expected = of->position;

    g_byte_array_set_size(out, 0);
    for (uint32_t i = 0; i < of->count; i++) {
        const finding *f = &of->findings[i];
        uint8_t record[RECORD_MAX];
        uint8_t *end = put_finding(record, f, expected);
        g_byte_array_append(out, record, (guint)(end - record));
        expected = f->position + f->length;
    }
    return out;
}

/* --- segments ---------------------------------------------------------------------------------------------------------- */

static uint8_t *put_heading(uint8_t *to, const segment *of, uint32_t octets, uint32_t frame, uint64_t expected)
{
    bool is_place = of->tag == (uint32_t)of->position, has_tag = of->tag && !is_place;

    *to++ = (uint8_t)((of->side == SIDE_SERVER ? SENT_BY_SERVER : 0u) | (has_tag ? HAS_TAG : 0u) |
                      (is_place ? TAG_IS_PLACE : 0u) | (of->position != expected ? HAS_POSITION : 0u) |
                      (of->offset ? HAS_OFFSET : 0u) | (of->octets ? HAS_COPY : 0u));
    to = put_number(to, of->frame - frame);
    to = put_number(to, of->length);
    to = put_number(to, octets);
    to = put_number(to, of->count);
    if (has_tag)
        to = put_number(to, of->tag);
    if (of->position != expected)
        to = put_distance(to, expected, of->position);
    if (of->offset)
        to = put_number(to, of->offset);
    if (of->octets)
        to = put_pointer(to, of->octets);
    return to;
}

static heading take_heading(const uint8_t **from, uint32_t frame, uint64_t expected)
{
    uint8_t bits = *(*from)++;
    heading h = {.segment = {.position = expected, .side = bits & SENT_BY_SERVER ? SIDE_SERVER : SIDE_CLIENT}};

    h.segment.frame = frame + (uint32_t)take_number(from);
    h.segment.length = (uint32_t)take_number(from);
    h.octets = (uint32_t)take_number(from);
    h.segment.count = (uint32_t)take_number(from);
    if (bits & HAS_TAG)
        h.segment.tag = (uint32_t)take_number(from);
    if (bits & HAS_POSITION)
        h.segment.position = take_distance(from, expected);
    if (bits & TAG_IS_PLACE)
        h.segment.tag = (uint32_t)h.segment.position;
    if (bits & HAS_OFFSET)
        h.segment.offset = (uint32_t)take_number(from);
    if (bits & HAS_COPY)
        h.segment.octets = (const uint8_t *)take_pointer(from);
    return h;
}

/* --- the list ---------------------------------------------------------------------------------------------------------- */

kept_segments *kept_new(pools *memory)
{
    kept_segments *kept = (kept_segments *)pools_alloc(memory, sizeof *kept);

    *kept = (kept_segments){0};
    return kept;
}

/* A block with room for so many octets, at the end of the list. */
static block *block_for(kept_segments *kept, pools *memory, size_t octets)
{
    size_t room = octets > BLOCK_ROOM ? octets : BLOCK_ROOM;
    block *added;

    if (kept->last && kept->last->room - kept->last->used >= octets)
        return kept->last;
    added = (block *)pools_alloc(memory, offsetof(block, octets) + room);
    *added = (block){.position = kept->position, .frame = kept->frame, .room = (uint32_t)room};
    if (kept->last)
        kept->last->next = added;
    else
        kept->first = added;
    kept->last = added;
    return added;
}

void kept_add(kept_segments *kept, pools *memory, const segment *added)
{
    const GByteArray *findings = findings_written(pools_findings(memory), added);
    uint8_t record[RECORD_MAX];
    size_t length = (size_t)(put_heading(record, added, findings->len, kept->frame, kept->position) - record);
    block *last = block_for(kept, memory, length + findings->len);

    memcpy(last->octets + last->used, record, length);
    last->used += (uint32_t)length;
    if (findings->len)
        memcpy(last->octets + last->used, findings->data, findings->len);
    last->used += findings->len;
    kept->frame = added->frame;
    kept->position = added->position + added->length;
}

static cursor cursor_at(block *in)
{
    return (cursor){.in = in, .position = in ? in->position : 0, .frame = in ? in->frame : 0};
}

/* Reads the next segment's numbers. Returns where they begin, NULL at the end of the list. */
static uint8_t *next_segment(cursor *c, heading *h_r)
{
    const uint8_t *at;
    uint8_t *begin;

    if (c->in && c->at == c->in->used)
        *c = cursor_at(c->in->next);
    if (!c->in)
        return NULL;
    at = begin = c->in->octets + c->at;
    *h_r = take_heading(&at, c->frame, c->position);
    h_r->findings = at;
    c->at = (uint32_t)(at - c->in->octets) + h_r->octets;
    c->frame = h_r->segment.frame;
    c->position = h_r->segment.position + h_r->segment.length;
    return begin;
}

/* In front of the frame's first segment, if there is one. Whole blocks are passed over, then segments. */
static cursor seek(const kept_segments *kept, uint32_t frame)
{
    cursor at = kept->latest.in && kept->latest.frame < frame ? kept->latest : cursor_at(kept->first), next;
    heading h;

    while (at.in && at.in->next && at.in->next->frame < frame)
        at = cursor_at(at.in->next);
    for (next = at; next_segment(&next, &h) && h.segment.frame < frame;)
        at = next;
    return at;
}

static void read_findings(const uint8_t *from, finding_list *found, segment *of)
{
    uint64_t expected = of->position;

    findings_clear(found);
    for (uint32_t i = 0; i < of->count; i++)
        expected = take_finding(&from, found, expected);
    of->findings = (const finding *)(const void *)found->list->data;
}

bool kept_find(kept_segments *kept, pools *memory, uint32_t frame, uint32_t tag, segment *found_r)
{
    cursor c;
    heading h;

    c = kept->latest = seek(kept, frame);
    while (next_segment(&c, &h) && h.segment.frame == frame) {
        if (h.segment.tag != tag)
            continue;
        read_findings(h.findings, pools_findings(memory), &h.segment);
        *found_r = h.segment;
        return true;
    }
    return false;
}

void kept_swap_sides(kept_segments *kept)
{
    cursor c = cursor_at(kept->first);
    uint8_t *at;
    heading h;

    while ((at = next_segment(&c, &h)) != NULL)
        *at ^= SENT_BY_SERVER;
}
