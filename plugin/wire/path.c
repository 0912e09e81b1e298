/* path.c — paths of MAIL and RCPT.
 *
 * First the path's end is found, then it is taken apart, then each part is held against the grammar. So a mistake in one
 * part keeps nobody from seeing the others.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "path.h"

/* The first mistake is reported, but one that servers do not accept takes the place of one that they accept. */
static void expect(path *out, const char *expected, size_t offset)
{
    if (out->expected && !out->lenient)
        return;
    out->expected = expected;
    out->expected_offset = offset;
    out->lenient = false;
}

/* The same for a mistake that servers accept. */
static void prefer(path *out, const char *expected, size_t offset)
{
    if (out->expected)
        return;
    expect(out, expected, offset);
    out->lenient = true;
}

static size_t offset_in(span whole, span part)
{
    return part.octets ? (size_t)(part.octets - whole.octets) : 0;
}

/* Octets to the next place outside of a Quoted-string (RFC 5321, 4.1.2). *quotes: may there be one? A quotation mark that
 * is not closed is an octet as any other, and so are the marks behind it: they are not searched again. */
static size_t step(span in, bool *quotes)
{
    size_t quoted = *quotes && in.octets[0] == '"' ? span_quoted(in) : 1;

    *quotes = *quotes && quoted > 0;
    return quoted > 0 ? quoted : 1;
}

/* Where the mailbox ends: at ">" in angle brackets, else at white space. Neither counts in a Quoted-string. */
static size_t mailbox_length(span in, bool bracketed)
{
    bool quotes = true;
    size_t i = 0;

    while (i < in.length) {
        uint8_t octet = in.octets[i];
        if (bracketed ? octet == '>' : octet == ' ' || octet == '\t')
            return i;
        i += step(span_from(in, i), &quotes);
    }
    return in.length;
}

/* Length of the source route with its colon; 0 when there is none. A colon in an address literal is no end. */
static size_t route_length(span in)
{
    bool in_literal = false;

    if (in.length == 0 || in.octets[0] != '@')
        return 0;
    for (size_t i = 0; i < in.length; i++) {
        if (in.octets[i] == '[')
            in_literal = true;
        else if (in.octets[i] == ']')
            in_literal = false;
        else if (in.octets[i] == ':' && !in_literal)
            return i + 1;
    }
    return 0;
}

/* The last "@" outside of a Quoted-string; in.length when there is none. The last, since a domain holds none. */
static size_t find_at(span in)
{
    size_t found = in.length;
    bool quotes = true;

    for (size_t i = 0; i < in.length; i += step(span_from(in, i), &quotes)) {
        if (in.octets[i] == '@')
            found = i;
    }
    return found;
}

/* atext of RFC 5322, 3.2.3, and UTF-8 by RFC 6531 */
static bool is_atext(uint8_t octet)
{
    return octet_is_alphanumeric(octet) || octet >= 0x80 || (octet != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", octet) != NULL);
}

/* let-dig and "-", and U-labels by RFC 6531 */
static bool is_ldh(uint8_t octet)
{
    return octet_is_alphanumeric(octet) || octet >= 0x80 || octet == '-';
}

/* Windows gives hosts such names. */
static bool is_ldh_or_underscore(uint8_t octet)
{
    return is_ldh(octet) || octet == '_';
}

/* Words of octets that are `allowed`, with single dots between them. Returns the position of the first mistake, in.length
 * for none. */
static size_t check_dotted(span in, bool (*allowed)(uint8_t))
{
    bool word = false;

    for (size_t i = 0; i < in.length; i++) {
        bool dot = in.octets[i] == '.';
        if (dot ? !word : !allowed(in.octets[i]))
            return i;
        word = !dot;
    }
    return word || in.length == 0 ? in.length : in.length - 1;
}

static void check_local_part(path *out, span in)
{
    span local = out->local_part;
    size_t offset = offset_in(in, local);

    if (local.length == 0) {
        expect(out, "expected a local part", offset);
        return;
    }
    if (out->quoted) {
        if (span_quoted(local) != local.length)
            expect(out, "expected the closing quotation mark", offset + local.length);
        for (size_t i = 0; i < local.length; i++) {
            if (local.octets[i] < ' ' || local.octets[i] == 127)
                expect(out, "expected no control character", offset + i);
        }
        return;
    }
    size_t bad = check_dotted(local, is_atext);
    if (bad < local.length)
        expect(out, "expected a local part of words and single dots, or quotation marks round it", offset + bad);
}

static void check_domain(path *out, span in)
{
    span domain = out->domain;
    size_t offset = offset_in(in, domain);

    if (!out->has_domain) {
        if (!span_equal_nocase(out->local_part, "postmaster") && out->local_part.length > 0)
            expect(out, "expected \"@\" and a domain", offset_in(in, out->local_part) + out->local_part.length);
        return;
    }
    out->literal = address_of(domain);
    if (domain.length > 0 && domain.octets[0] == '[') {
        if (out->literal.kind == ADDRESS_NONE)
            expect(out, "expected an address literal", offset);
        return;
    }
    size_t bad = check_dotted(domain, is_ldh);
    if (domain.length == 0 || check_dotted(domain, is_ldh_or_underscore) < domain.length)
        expect(out, "expected a domain of letters, digits, hyphens and single dots", offset + bad);
    else if (bad < domain.length)
        prefer(out, "expected a domain without underscores", offset + bad);
}

/* Local part and domain of a mailbox. */
static void split_mailbox(path *out, span in)
{
    size_t at = find_at(out->address);

    out->has_domain = at < out->address.length;
    out->local_part = span_first(out->address, at);
    out->domain = span_from(out->address, at + 1);
    out->quoted = out->local_part.length > 0 && out->local_part.octets[0] == '"';
    for (size_t i = 0; i < out->address.length; i++)
        out->utf8 = out->utf8 || out->address.octets[i] >= 0x80;
    check_local_part(out, in);
    check_domain(out, in);
}

/* Finds the mailbox and what surrounds it; out->consumed and out->address are set. */
static void delimit(path *out, span in)
{
    span rest = span_trim_left(in);
    size_t start = in.length - rest.length;

    if (start > 0)
        prefer(out, "expected no white space after the colon", 0);
    out->bracketed = rest.length > 0 && rest.octets[0] == '<';
    if (!out->bracketed)
        prefer(out, "expected \"<\"", start);
    rest = span_from(rest, out->bracketed ? 1 : 0);

    size_t length = mailbox_length(rest, out->bracketed);
    bool closed = out->bracketed && length < rest.length;
    if (out->bracketed && !closed) {
        length = mailbox_length(rest, false);
        expect(out, "expected \">\"", start + 1 + length);
    }
    span inner = span_first(rest, length);
    out->consumed = start + (out->bracketed ? 1 : 0) + length + (closed ? 1 : 0);
    if (closed && out->consumed < in.length && in.octets[out->consumed] != ' ' && in.octets[out->consumed] != '\t')
        expect(out, "expected a space behind \">\"", out->consumed);
    out->address = span_trim(inner);
    if (out->address.length < inner.length)
        prefer(out, "expected no white space inside the angle brackets", start + 1);
}

bool path_parse(span in, path *path_r)
{
    path out = {0};

    delimit(&out, in);
    if (out.address.length == 0) {
        out.null_path = out.bracketed && out.consumed > 0 && in.octets[out.consumed - 1] == '>';
        if (!out.null_path)
            expect(&out, "expected \"<\" and an address", out.consumed);
    } else {
        size_t route = route_length(out.address);
        if (route > 0)
            out.source_route = span_first(out.address, route - 1);
        out.address = span_from(out.address, route);
        split_mailbox(&out, in);
    }
    *path_r = out;
    return out.expected == NULL;
}

size_t path_unquote(span local_part, uint8_t *out)
{
    bool quoted = local_part.length > 0 && local_part.octets[0] == '"';
    bool closed = quoted && span_quoted(local_part) == local_part.length;
    size_t end = local_part.length - (closed ? 1 : 0);
    size_t length = 0;

    for (size_t i = quoted ? 1 : 0; i < end; i++) {
        if (quoted && local_part.octets[i] == '\\' && i + 1 < end)
            i++;
        out[length++] = local_part.octets[i];
    }
    return length;
}

path_prefix path_prefix_find(span argument, const char *word)
{
    if (!span_starts_nocase(argument, word))
        return (path_prefix){0, false};
    span behind = span_from(argument, strlen(word));
    span colon = span_trim_left(behind);
    if (colon.length == 0 || colon.octets[0] != ':')
        return (path_prefix){0, false};
    return (path_prefix){argument.length - colon.length + 1, colon.length < behind.length};
}
