/* lookalike.c — see lookalike.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "lookalike.h"

#include <stdio.h>

enum state {
    AT_BEGIN, /* a line end has passed, or the content begins; perhaps NULs behind it */
    IN_TEXT,
    AT_DOT, /* one or two dots, and perhaps NULs */
    DOT_CR, /* a CR behind CRLF "." : the next octet shows what it is */
};

static void begin_line(lookalike_reader *reader, lookalike_line_end behind)
{
    reader->state = AT_BEGIN;
    reader->line = 0;
    reader->so_far = (lookalike_form){.before = (uint8_t)behind};
}

static bool follows_crlf(const lookalike_reader *reader)
{
    return reader->so_far.before == LINE_END_CRLF || reader->so_far.before == LINE_END_CRCRLF;
}

static bool has_nuls(const lookalike_form *form)
{
    return form->nuls_before || form->nuls_behind;
}

static bool meet(const lookalike_reader *reader, uint8_t behind, lookalike *met)
{
    *met = (lookalike){.form = reader->so_far, .line = reader->line, .behind = behind};
    return true;
}

static bool read_cr(lookalike_reader *reader, lookalike *met)
{
    bool found = false;

    reader->crs = reader->crs ? 2 : 1;
    if (reader->state == AT_DOT && follows_crlf(reader) && !has_nuls(&reader->so_far)) {
        if (reader->so_far.dots == 1) {
            reader->state = DOT_CR;
            return false;
        }
    } else if (reader->state == AT_DOT) {
        found = meet(reader, 1, met);
    }
    begin_line(reader, LINE_END_CR);
    return found;
}

static bool read_lf(lookalike_reader *reader, lookalike *met)
{
    static const uint8_t kinds[] = {LINE_END_LF, LINE_END_CRLF, LINE_END_CRCRLF};
    bool found = reader->state == AT_DOT && meet(reader, 1, met);

    begin_line(reader, (lookalike_line_end)kinds[reader->crs]);
    reader->crs = 0;
    return found;
}

static void read_dot(lookalike_reader *reader)
{
    bool goes_on =
        reader->state == AT_BEGIN || (reader->state == AT_DOT && reader->so_far.dots == 1 && !reader->so_far.nuls_behind);

    reader->state = goes_on ? AT_DOT : IN_TEXT;
    reader->so_far.dots++;
}

static void read_nul(lookalike_reader *reader)
{
    uint8_t *nuls = reader->state == AT_BEGIN ? &reader->so_far.nuls_before : &reader->so_far.nuls_behind;

    if (reader->state == IN_TEXT || *nuls == LOOKALIKE_NULS_MAX)
        reader->state = IN_TEXT;
    else
        ++*nuls;
}

/* CRLF "." CR, and no LF behind it. `line` counts the octet that shows it. */
static bool read_behind_dot_cr(lookalike_reader *reader, uint8_t octet, lookalike *met)
{
    lookalike none;

    meet(reader, 2, met);
    begin_line(reader, LINE_END_CR);
    lookalike_read(reader, octet, &none);
    return true;
}

bool lookalike_read(lookalike_reader *reader, uint8_t octet, lookalike *met)
{
    if (reader->state != IN_TEXT)
        reader->line++;
    if (reader->state == DOT_CR && octet != '\n')
        return read_behind_dot_cr(reader, octet, met);
    if (octet == '\r')
        return read_cr(reader, met);
    if (octet == '\n')
        return read_lf(reader, met);
    reader->crs = 0;
    if (octet == '.')
        read_dot(reader);
    else if (octet == 0)
        read_nul(reader);
    else
        reader->state = IN_TEXT;
    return false;
}

void lookalike_pass(lookalike_reader *reader, bool ends_with_crlf)
{
    reader->crs = 0;
    reader->state = IN_TEXT;
    if (ends_with_crlf)
        begin_line(reader, LINE_END_CRLF);
}

bool lookalike_is_possible(const lookalike_reader *reader, uint8_t next)
{
    if (reader->state == AT_BEGIN)
        return next == '.' || next == 0;
    return reader->state != IN_TEXT;
}

/* --- names ------------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *octets;
    const char *name;
} line_ends[] = {
    [LINE_END_CRLF] = {"\r\n", "CRLF"},
    [LINE_END_LF] = {"\n", "LF"},
    [LINE_END_CR] = {"\r", "CR"},
    [LINE_END_CRCRLF] = {"\r\r\n", "CRCRLF"},
};
#define LINE_ENDS (sizeof line_ends / sizeof line_ends[0])

/* The longest line end that `behind` begins with, LINE_ENDS for none. */
static size_t line_end_of(span behind)
{
    size_t found = LINE_ENDS, length = 0;

    for (size_t i = 0; i < LINE_ENDS; i++) {
        span octets = span_of(line_ends[i].octets);
        if (octets.length > length && span_equal(span_first(behind, octets.length), octets)) {
            found = i;
            length = octets.length;
        }
    }
    return found;
}

size_t lookalike_line_end_length(span behind)
{
    size_t found = line_end_of(behind);

    return found < LINE_ENDS ? strlen(line_ends[found].octets) : 0;
}

void lookalike_name(const lookalike_form *form, span behind, char name[LOOKALIKE_NAME_ROOM])
{
    size_t end = line_end_of(behind);

    snprintf(name, LOOKALIKE_NAME_ROOM, "%s%s%s%s%s", line_ends[form->before].name, form->nuls_before ? " NUL" : "",
             form->dots > 1 ? ".." : ".", form->nuls_behind ? "NUL " : "", end < LINE_ENDS ? line_ends[end].name : "CR");
}
