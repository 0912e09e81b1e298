/* defects.c — what is wrong with a part, as far as its octets and its header tell.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts/inside.h"

#include "wire/line.h"

static const struct {
    const char *name, *meaning;
} defects[DEFECT_COUNT] = {
    [DEFECT_NO_BOUNDARY] = {"no_boundary", "A multipart declares no boundary (RFC 2046, 5.1.1)"},
    [DEFECT_WRONG_BOUNDARY] = {"wrong_boundary", "The boundary that a multipart declares stands nowhere in it"},
    [DEFECT_LONG_BOUNDARY] = {"long_boundary", "A boundary of more than 70 characters (RFC 2046, 5.1.1)"},
    [DEFECT_NO_CLOSING_BOUNDARY] = {"no_closing_boundary", "A multipart ends without its closing boundary (RFC 2046, "
                                                           "5.1.1)"},
    [DEFECT_NESTED_TOO_DEEP] = {"nested_too_deep", "Parts within one another beyond the limit in the preferences: not read"},
    [DEFECT_TOO_MANY_PARTS] = {"too_many_parts", "More parts than the limit in the preferences: the rest is not read"},
    [DEFECT_TOO_LARGE] = {"too_large", "Larger than the limits in the preferences: not decoded"},
    [DEFECT_NO_CONTENT] = {"no_content", "A boundary stands in the header of a part"},
    [DEFECT_UNKNOWN_ENCODING] = {"unknown_encoding", "A Content-Transfer-Encoding that nobody defines: not decoded"},
    [DEFECT_ILLEGAL_BASE64] = {"illegal_base64", "Base64 with other characters, octets behind its end, or a length that "
                                                 "cannot be (RFC 2045, 6.8)"},
    [DEFECT_ILLEGAL_QUOTED_PRINTABLE] = {"illegal_quoted_printable", "Quoted-printable with an = that stands for nothing, "
                                                                     "or a raw octet (RFC 2045, 6.7)"},
    [DEFECT_ILLEGAL_UUENCODE] = {"illegal_uuencode", "Uuencode without its first or last line, with other characters, or "
                                                     "with a line that is longer than it says"},
    [DEFECT_LONG_LINE] = {"long_line", "A line of more than 998 octets (RFC 5322, 2.1.1)"},
    [DEFECT_LONG_ENCODED_LINE] = {"long_encoded_line", "An encoded line of more than 76 octets (RFC 2045, 6.7 and 6.8)"},
    [DEFECT_LONG_HEADER_LINE] = {"long_header_line", "A header line of more than 998 octets (RFC 5322, 2.1.1)"},
    [DEFECT_LONG_HEADER] = {"long_header", "A header field of more than 8,192 octets"},
    [DEFECT_LONG_PARAMETER] = {"long_parameter", "A header parameter of more than 1,000 octets"},
    [DEFECT_LONG_FILE_NAME] = {"long_file_name", "A file name of more than 255 octets"},
    [DEFECT_INVALID_HEADER] = {"invalid_header", "A line in a header that is no header field"},
    [DEFECT_WHITE_SPACE_FIRST] = {"white_space_first", "A header begins with white space"},
    [DEFECT_NO_EMPTY_LINE] = {"no_empty_line", "A header ends without an empty line (RFC 5322, 2.1)"},
    [DEFECT_CONFLICTING_HEADER] = {"conflicting_header", "A Content- field stands twice in a header"},
    [DEFECT_MALFORMED_TYPE] = {"malformed_type", "A Content-Type that cannot be read"},
    [DEFECT_MALFORMED_PARAMETER] = {"malformed_parameter", "A header parameter that cannot be read, or stands twice"},
    [DEFECT_DOUBLE_EXTENSION] = {"double_extension", "A program's file name that looks like a document's: name.pdf.exe"},
    [DEFECT_EXECUTABLE] = {"executable", "A program, by its file name or by its first octets"},
    [DEFECT_BEGINNING_MISSING] = {"beginning_missing", "The beginning of the mail was not captured: its parts are not "
                                                       "known"},
    [DEFECT_OCTETS_MISSING] = {"octets_missing", "Octets of it were not captured"},
    [DEFECT_END_MISSING] = {"end_missing", "The end of the mail was not captured"},
};

const char *part_defect_name(part_defect which)
{
    return defects[which].name;
}

const char *part_defect_meaning(part_defect which)
{
    return defects[which].meaning;
}

static defect_set defect_if(bool condition, part_defect which)
{
    return condition ? defect_bit(which) : 0;
}

/* --- encodings --------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    part_encoding encoding;
} encodings[] = {
    {"7bit", ENCODING_NONE},
    {"8bit", ENCODING_NONE},
    {"binary", ENCODING_NONE},
    {"base64", ENCODING_BASE64},
    {"quoted-printable", ENCODING_QUOTED_PRINTABLE},
    {"uuencode", ENCODING_UUENCODE},
    {"x-uuencode", ENCODING_UUENCODE},
    {"x-uue", ENCODING_UUENCODE},
    {"uue", ENCODING_UUENCODE},
    {"x-yenc", ENCODING_YENC},
    {"yenc", ENCODING_YENC},
};

part_encoding encoding_find(const char *name)
{
    if (!name)
        return ENCODING_NONE;
    for (size_t i = 0; i < sizeof encodings / sizeof encodings[0]; i++)
        if (!strcmp(encodings[i].name, name))
            return encodings[i].encoding;
    return ENCODING_UNKNOWN;
}

/* --- octets as they were sent ------------------------------------------------------------------------------------------ */

static bool is_white(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_legal_base64(span sent)
{
    size_t digits = 0, padding = 0;

    for (size_t i = 0; i < sent.length; i++) {
        uint8_t c = sent.octets[i];
        if (is_white(c))
            continue;
        if (c == '=')
            padding++;
        else if (octet_base64_value(c) < 0 || padding)
            return false;
        else
            digits++;
    }
    return padding < 3 && (digits + padding) % 4 == 0;
}

/* Of what follows an "=", how many octets belong to it: two digits, or the end of the line. 0: neither. */
static size_t quoted_length(span rest)
{
    size_t blanks = 0;

    if (rest.length >= 2 && octet_hex_value(rest.octets[0]) >= 0 && octet_hex_value(rest.octets[1]) >= 0)
        return 2;
    while (blanks < rest.length && (rest.octets[blanks] == ' ' || rest.octets[blanks] == '\t'))
        blanks++;
    rest = span_from(rest, blanks);
    if (rest.length >= 1 && rest.octets[0] == '\n')
        return blanks + 1;
    return rest.length >= 2 && rest.octets[0] == '\r' && rest.octets[1] == '\n' ? blanks + 2 : 0;
}

static bool is_legal_quoted_printable(span sent)
{
    for (size_t i = 0; i < sent.length; i++) {
        uint8_t c = sent.octets[i];
        size_t quoted = c == '=' ? quoted_length(span_from(sent, i + 1)) : 0;
        if (c == '=' ? !quoted : (c < ' ' || c > '~') && !is_white(c))
            return false;
        i += quoted;
    }
    return true;
}

/* A line of uuencode: how many octets it stands for, in one character, and four characters for each three of them; one more
 * may be a checksum. Blanks at its end may be gone. */
static bool is_legal_uuencode_line(span text)
{
    size_t octets = text.length ? (text.octets[0] - 0x20u) & 0x3f : 0;

    for (size_t i = 0; i < text.length; i++)
        if (text.octets[i] < 0x20 || text.octets[i] > 0x60)
            return false;
    return text.length <= 1 + (octets + 2) / 3 * 4 + 1;
}

/* "begin 644 name", lines, "end". */
static bool is_legal_uuencode(span sent)
{
    bool begun = false;

    for (line next; sent.length; sent = span_from(sent, next.length)) {
        next = line_first(sent);
        if (!begun)
            begun = span_starts_nocase(next.text, "begin ");
        else if (span_equal_nocase(span_trim(next.text), "end"))
            return true;
        else if (!is_legal_uuencode_line(next.text))
            return false;
    }
    return false;
}

/* Of the longest line, without its line ending. */
static size_t longest_line(span text)
{
    size_t longest = 0;

    for (span rest = text; rest.length;) {
        size_t length = span_find(rest, '\n');
        bool with_cr = length && rest.octets[length - 1] == '\r';
        longest = MAX(longest, length - with_cr);
        rest = span_from(rest, length + 1);
    }
    return longest;
}

defect_set defects_of_body(span sent, part_encoding encoding)
{
    size_t longest = longest_line(sent);
    bool encoded = encoding == ENCODING_BASE64 || encoding == ENCODING_QUOTED_PRINTABLE;

    return defect_if(longest > LINE_LIMIT, DEFECT_LONG_LINE) |
           defect_if(encoded && longest > ENCODED_LINE_LIMIT, DEFECT_LONG_ENCODED_LINE) |
           defect_if(encoding == ENCODING_UNKNOWN, DEFECT_UNKNOWN_ENCODING) |
           defect_if(encoding == ENCODING_BASE64 && !is_legal_base64(sent), DEFECT_ILLEGAL_BASE64) |
           defect_if(encoding == ENCODING_QUOTED_PRINTABLE && !is_legal_quoted_printable(sent),
                     DEFECT_ILLEGAL_QUOTED_PRINTABLE) |
           defect_if(encoding == ENCODING_UUENCODE && !is_legal_uuencode(sent), DEFECT_ILLEGAL_UUENCODE);
}

/* GMime ends a parameter at an encoded NUL, so that a name's extension would be out of sight (RFC 2231, 4). */
static bool has_encoded_nul(const char *name, const char *value)
{
    return name && !g_ascii_strncasecmp(name, "Content-", strlen("Content-")) && strstr(value, "%00");
}

defect_set defects_of_header(const char *name, const char *value)
{
    span text = span_of(value);

    return defect_if(has_encoded_nul(name, value), DEFECT_MALFORMED_PARAMETER) |
           defect_if(text.length > HEADER_LIMIT, DEFECT_LONG_HEADER) |
           defect_if(longest_line(text) > LINE_LIMIT, DEFECT_LONG_HEADER_LINE);
}

/* --- programs ---------------------------------------------------------------------------------------------------------- */

/* What Windows, macOS or a desktop of Linux starts when it is opened. */
static const char *const program_extensions[] = {
    "apk", "app", "bat", "chm", "cmd", "com", "command", "cpl", "desktop", "dll", "elf", "exe", "gadget", "hta",
    "inf", "ins", "iso", "jar", "js",  "jse", "lnk",     "msc", "msi",     "msp", "pif", "ps1", "reg",    "scf",
    "scr", "sct", "sh",  "sys", "url", "vb",  "vbe",     "vbs", "wsc",     "wsf", "wsh", "xll",
};

/* How programs begin. */
static const struct {
    const char *octets;
    size_t length;
    bool binary; /* letters that may begin a text as well: octets of zero are among the first */
} program_beginnings[] = {
    {"MZ", 2, true}, /* Windows, DOS */
    {"\x7f"
     "ELF",
     4, false},                        /* Linux */
    {"#!", 2, false},                  /* a script */
    {"\xfe\xed\xfa\xce", 4, false},    /* macOS, Mach-O ... */
    {"\xfe\xed\xfa\xcf", 4, false},    /* ... of 64 bits */
    {"\xce\xfa\xed\xfe", 4, false},    /* ... the other way round */
    {"\xcf\xfa\xed\xfe", 4, false},    /* ... and of 64 bits */
    {"\xca\xfe\xba\xbe", 4, false},    /* ... for several machines; Java */
    {"L\0\0\0\x01\x14\x02", 7, false}, /* a shortcut of Windows */
};

#define BINARY_OCTETS 64u

bool is_executable(span decoded)
{
    span first = span_first(decoded, BINARY_OCTETS);
    bool binary = span_find(first, 0) < first.length;

    for (size_t i = 0; i < sizeof program_beginnings / sizeof program_beginnings[0]; i++)
        if ((binary || !program_beginnings[i].binary) && decoded.length >= program_beginnings[i].length &&
            !memcmp(decoded.octets, program_beginnings[i].octets, program_beginnings[i].length))
            return true;
    return false;
}

static bool is_program_extension(const char *extension)
{
    for (size_t i = 0; i < sizeof program_extensions / sizeof program_extensions[0]; i++)
        if (!g_ascii_strcasecmp(extension, program_extensions[i]))
            return true;
    return false;
}

/* Does the stem end in something like ".pdf"? Blanks may be put behind it, to push the real end out of sight. */
static bool has_extension(const char *stem, size_t length)
{
    size_t letters = 0;

    while (length && stem[length - 1] == ' ')
        length--;
    while (letters < length && g_ascii_isalnum(stem[length - 1 - letters]))
        letters++;
    return letters >= 2 && letters <= 4 && letters + 1 < length && stem[length - 1 - letters] == '.' &&
           g_ascii_isalpha(stem[length - letters]); /* no version: setup-1.22.exe */
}

/* Without dots and blanks at its end, which Windows takes away. To be freed. */
static char *name_as_saved(const char *name)
{
    size_t length = strlen(name);

    while (length && (name[length - 1] == '.' || name[length - 1] == ' '))
        length--;
    return g_strndup(name, length);
}

defect_set defects_of_name(const char *name)
{
    char *saved = name_as_saved(name);
    const char *extension = strrchr(saved, '.');
    bool program = extension && is_program_extension(extension + 1);
    bool two = program && has_extension(saved, (size_t)(extension - saved));

    g_free(saved);
    return defect_if(strlen(name) > FILE_NAME_LIMIT, DEFECT_LONG_FILE_NAME) | defect_if(program, DEFECT_EXECUTABLE) |
           defect_if(two, DEFECT_DOUBLE_EXTENSION);
}
