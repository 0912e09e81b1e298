/* content.c — the end of data and the dots in front of it.
 *
 * What matters happens at the line breaks: a table there says, for the state and the next octet, where to go and what to do.
 * The text between them is found, checked and copied with the C library's block functions.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "content.h"

typedef enum content_state {
    LINE_BEGIN, /* a CRLF has passed, or the content begins */
    LF_BEGIN,   /* a bare LF has passed */
    CR_PASSED,  /* a CR has passed; the next octet shows what it was */
    DOT,        /* "." after CRLF, taken out: stuffed, or the end mark's */
    DOT_CR,     /* "." CR after CRLF, of which the CR is held back */
    LF_DOT,     /* "." after a bare LF that ends a line, taken out */
    KEPT_DOT,   /* "." after a bare CR or LF that ends no line: content */
    TEXT,
    STATES
} content_state;

typedef enum octet_class { OCTET_CR, OCTET_LF, OCTET_DOT, OCTET_OTHER, OCTET_CLASSES } octet_class;

/* What to do on the way to the next state. */
enum {
    KEEP = 1 << 0,    /* the octet is content */
    AGAIN = 1 << 1,   /* the octet is not taken yet: it is looked at again in the next state */
    RELEASE = 1 << 2, /* the CR held back is content */
    STUFFED = 1 << 3, /* the dot taken out was stuffed */
    END = 1 << 4,     /* the end of data */
    BARE_LF = 1 << 5, /* findings */
    BARE_CR = 1 << 6, /* the octet before this one */
};

typedef struct content_step {
    uint8_t next;
    uint8_t actions;
} content_step;

/* In the order CR, LF, dot, any other octet. */
static const content_step steps[STATES][OCTET_CLASSES] = {
    [LINE_BEGIN] = {{TEXT, AGAIN}, {TEXT, AGAIN}, {DOT, 0}, {TEXT, AGAIN}},
    [LF_BEGIN] = {{TEXT, AGAIN}, {TEXT, AGAIN}, {KEPT_DOT, KEEP}, {TEXT, AGAIN}},
    [CR_PASSED] = {{CR_PASSED, KEEP | BARE_CR}, {LINE_BEGIN, KEEP}, {KEPT_DOT, KEEP | BARE_CR}, {TEXT, AGAIN | BARE_CR}},
    [DOT] = {{DOT_CR, 0}, {LF_BEGIN, KEEP | STUFFED | BARE_LF}, {TEXT, AGAIN | STUFFED}, {TEXT, AGAIN | STUFFED}},
    [DOT_CR] = {{CR_PASSED, AGAIN | RELEASE | STUFFED},
                {LINE_BEGIN, END},
                {CR_PASSED, AGAIN | RELEASE | STUFFED},
                {CR_PASSED, AGAIN | RELEASE | STUFFED}},
    [LF_DOT] = {{CR_PASSED, KEEP | STUFFED}, {LINE_BEGIN, END | BARE_LF}, {TEXT, AGAIN | STUFFED}, {TEXT, AGAIN | STUFFED}},
    [KEPT_DOT] = {{CR_PASSED, KEEP}, {LF_BEGIN, KEEP | BARE_LF}, {TEXT, AGAIN}, {TEXT, AGAIN}},
    [TEXT] = {{CR_PASSED, KEEP}, {LF_BEGIN, KEEP | BARE_LF}, {TEXT, KEEP}, {TEXT, KEEP}},
};

/* One call's work: the reader it is for, the input with where the reading stands, and what comes out. */
typedef struct content_work {
    content_reader *reader;
    content_piece *piece;
    span in;
    size_t at;
    size_t next_lf; /* at or behind `at`; found once a line, so that lines of bare CRs stay linear */
    uint8_t *out;
} content_work;

static void note(content_piece *piece, content_oddity oddity)
{
    piece->oddities |= (unsigned)oddity;
}

/* Counts `length` octets at `at` into the line under way. Behind the limit the count stands still: it has nothing more to
 * say, and a line may be longer than it can hold. */
static void count(content_work *work, size_t length)
{
    uint32_t before = work->reader->line_length;

    if (before > CONTENT_LINE_LIMIT)
        return;
    if (length <= CONTENT_LINE_LIMIT - before) {
        work->reader->line_length = before + (uint32_t)length;
        return;
    }
    note(work->piece, CONTENT_LINE_TOO_LONG);
    work->reader->line_length = CONTENT_LINE_LIMIT + 1;
}

/* What lies behind the content is left out: a packet may hold many contents. */
static void note_nul(content_piece *piece, span consumed)
{
    if (span_find(consumed, '\0') < consumed.length)
        note(piece, CONTENT_NUL);
}

/* Eight octets at a time, which is as fast as memory. */
static bool has_eight_bit(span in)
{
    uint64_t word, high = 0;
    size_t at = 0;

    for (; at + sizeof word <= in.length; at += sizeof word) {
        memcpy(&word, in.octets + at, sizeof word);
        high |= word;
    }
    for (; at < in.length; at++)
        high |= in.octets[at];
    return high & UINT64_C(0x8080808080808080);
}

static void note_eight_bit(content_piece *piece, span consumed)
{
    if (has_eight_bit(consumed))
        note(piece, CONTENT_EIGHT_BIT);
}

static void keep(content_work *work, const uint8_t *octets, size_t length)
{
    count(work, length);
    work->reader->line_unstuffed += (uint32_t)length;
    if (work->out && length > 0)
        memcpy(work->out + work->piece->unstuffed, octets, length);
    work->piece->unstuffed += length;
}

/* Takes the text up to the next CR or LF, or to the end of the input. Most lines end with CRLF, which is taken with it:
 * true. */
static bool take_text(content_work *work)
{
    if (work->next_lf < work->at)
        work->next_lf = work->at + span_find(span_from(work->in, work->at), '\n');

    span text = span_first(span_from(work->in, work->at), work->next_lf - work->at);
    text.length = span_find(text, '\r');
    bool crlf = work->next_lf < work->in.length && work->at + text.length + 1 == work->next_lf;
    size_t taken = text.length + (crlf ? 2 : 0);
    keep(work, text.octets, taken);
    work->at += taken;
    if (taken)
        lookalike_pass(&work->reader->lookalike, crlf);
    if (!crlf)
        return false;
    work->reader->state = LINE_BEGIN;
    work->reader->line_length = work->reader->line_unstuffed = 0;
    return true;
}

static octet_class class_of(const content_reader *reader, uint8_t octet)
{
    switch (octet) {
    case '\r':
        return OCTET_CR;
    case '\n':
        return OCTET_LF;
    case '.':
        return reader->chunked ? OCTET_OTHER : OCTET_DOT;
    default:
        return OCTET_OTHER;
    }
}

static content_step next_step(const content_reader *reader, octet_class class)
{
    if (reader->bare_lf_ends && reader->state == LF_BEGIN && class == OCTET_DOT)
        return (content_step){LF_DOT, 0};
    if (reader->bare_lf_ends && reader->state == DOT && class == OCTET_LF)
        return (content_step){LINE_BEGIN, END | BARE_LF};
    return steps[reader->state][class];
}

static void note_actions(content_work *work, unsigned actions)
{
    if (actions & BARE_LF)
        note(work->piece, CONTENT_BARE_LF);
    if (actions & BARE_CR)
        note(work->piece, CONTENT_BARE_CR);
    if (actions & STUFFED)
        work->piece->stuffed = true;
}

/* Two dots where each LF ends a line are a stuffed one; in a chunk they are text. */
static bool is_lookalike(const content_reader *reader, const lookalike *met)
{
    return met->form.dots == 1 || !(reader->bare_lf_ends || reader->chunked);
}

/* The octet was taken: is it, with those before it, like an end of data? */
static void look_for_lookalike(content_work *work, uint8_t octet)
{
    content_reader *reader = work->reader;
    content_piece *piece = work->piece;
    uint32_t line_unstuffed = reader->line_unstuffed;

    if (!lookalike_read(&reader->lookalike, octet, &piece->met)) {
        if (!reader->lookalike.line)
            reader->line_unstuffed = 0;
        return;
    }
    reader->line_unstuffed = reader->lookalike.line;
    if (piece->ended || !is_lookalike(reader, &piece->met))
        return;
    if (piece->met.form.dots == 1)
        note(piece, CONTENT_LOOKALIKE);
    piece->line_unstuffed = line_unstuffed;
    piece->stopped = reader->stops_at_lookalikes;
}

/* Takes, or looks at, the octet at `at`. */
static void take_octet(content_work *work)
{
    static const uint8_t cr = '\r';
    content_reader *reader = work->reader;
    const uint8_t *octet = work->in.octets + work->at;
    unsigned from = reader->state;
    content_step step = next_step(reader, class_of(reader, *octet));

    note_actions(work, step.actions);
    if (step.actions & RELEASE)
        keep(work, &cr, 1);
    if (step.actions & KEEP)
        keep(work, octet, 1);
    if (step.actions & END) {
        work->piece->ended = true;
        work->piece->end_mark = from == DOT_CR ? 3 : 2;
    }
    if (!(step.actions & AGAIN)) {
        work->at++;
        look_for_lookalike(work, *octet);
    }
    reader->state = step.next;
    if (step.next == LINE_BEGIN || step.next == LF_BEGIN)
        reader->line_length = 0;
}

void content_begin(content_reader *reader, bool bare_lf_ends)
{
    *reader = (content_reader){.state = LINE_BEGIN, .bare_lf_ends = bare_lf_ends};
}

void content_begin_chunks(content_reader *reader)
{
    *reader = (content_reader){.state = LINE_BEGIN, .chunked = true};
}

void content_pass_gap(content_reader *reader, bool line_begins)
{
    reader->state = line_begins ? LINE_BEGIN : TEXT;
    reader->line_length = reader->line_unstuffed = 0;
    lookalike_pass(&reader->lookalike, line_begins);
}

/* Is the octet at `at` in the middle of text, or the beginning of a line that is nothing but text? */
static bool is_at_text(content_work *work)
{
    content_reader *reader = work->reader;

    if (lookalike_is_possible(&reader->lookalike, work->in.octets[work->at]))
        return false;
    if (reader->state == LINE_BEGIN)
        reader->state = TEXT; /* as the table has it */
    return reader->state == TEXT;
}

content_piece content_read(content_reader *reader, span in, uint8_t *out)
{
    content_piece piece = {0};
    content_work work = {.reader = reader, .piece = &piece, .in = in, .out = out};

    work.next_lf = span_find(in, '\n');
    while (work.at < in.length && !piece.ended && !piece.stopped) {
        if (is_at_text(&work) && take_text(&work))
            continue;
        if (work.at < in.length)
            take_octet(&work);
    }
    piece.consumed = work.at;
    note_nul(&piece, span_first(in, work.at));
    note_eight_bit(&piece, span_first(in, work.at));
    return piece;
}
