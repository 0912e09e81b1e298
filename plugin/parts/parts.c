/* parts.c — reads the parts of a mail with GMime.
 *
 * The mail is given to GMime as an entity, not as a message: it reads the addresses of all To fields anew for each of them.
 * For the same reason, and because it would write it anew, a message within a mail is a leaf to GMime, and is read as a mail
 * of its own. What else is odd about GMime: doc/PARTS.md.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "parts/inside.h"

#include <gmime/gmime.h>
#include <gmime/gmime-filter-dos2unix.h>
#include <gmime/gmime-filter-yenc.h>

#include "wire/header.h"

/* Octets that are decoded at once. */
#define BLOCK 65536u
/* Warnings of GMime that are kept of a mail. */
#define WARNINGS_LIMIT 10000u
/* Lines before the header that are no part of it: as many are passed over. */
#define LINES_PASSED 2u

/* What GMime complained about. */
typedef struct complaint {
    gint64 offset; /* in the octets it was given; -1: it did not say */
    part_defect defect;
} complaint;

/* One mail, or one message within a mail, on its way. */
typedef struct reading {
    const part_question *question;
    const part_source *source; /* of the mail */
    GPtrArray *found;
    size_t total;   /* octets that were decoded, as they were sent */
    span octets;    /* that GMime was given */
    bool in_source; /* these lie in the source, whose holes count */
    size_t begin;   /* ... from there on */
    GArray *complaints;
    guint complaints_told;
    defect_set pending; /* of a multipart, for the next leaf */
    unsigned depth;
    bool full; /* no more parts */
} reading;

static void parts_of(reading *outer, span octets, const char *number, bool in_source, size_t begin);

bool parts_are_read(void)
{
    return true;
}

static void part_free(void *which)
{
    part *p = (part *)which;

    g_free(p->number);
    g_free(p->type);
    g_free(p->type_by_content);
    g_free(p->disposition);
    g_free(p->name);
    g_free(p->encoding);
    g_clear_pointer(&p->octets, g_byte_array_unref);
    g_clear_pointer(&p->urls, g_ptr_array_unref);
    g_free(p);
}

static char *lower_case(const char *text)
{
    return text ? g_utf8_strdown(text, -1) : NULL;
}

/* GMime gives UTF-8, but for what it could not make sense of. */
static char *valid_text(const char *text)
{
    return text ? g_utf8_make_valid(text, -1) : NULL;
}

/* --- what GMime complains about ---------------------------------------------------------------------------------------- */

/* DEFECT_COUNT: nothing of interest. `item` is what is wrong: a line, or the name of a field. */
static part_defect defect_of(GMimeParserWarning warning, const char *item)
{
    switch (warning) {
    case GMIME_CRIT_INVALID_HEADER_NAME:
        return item && (*item == ' ' || *item == '\t') ? DEFECT_WHITE_SPACE_FIRST : DEFECT_INVALID_HEADER;
    case GMIME_CRIT_CONFLICTING_HEADER:
    case GMIME_WARN_DUPLICATED_HEADER:
        return item && !g_ascii_strncasecmp(item, "Content-", 8) ? DEFECT_CONFLICTING_HEADER : DEFECT_COUNT;
    case GMIME_WARN_INVALID_CONTENT_TYPE:
        return DEFECT_MALFORMED_TYPE;
    case GMIME_WARN_INVALID_PARAMETER:
    case GMIME_WARN_DUPLICATED_PARAMETER:
    case GMIME_CRIT_CONFLICTING_PARAMETER:
        return DEFECT_MALFORMED_PARAMETER;
    case GMIME_WARN_PART_WITHOUT_CONTENT:
    case GMIME_CRIT_PART_WITHOUT_HEADERS_OR_CONTENT:
        return DEFECT_NO_CONTENT;
    case GMIME_CRIT_NESTING_OVERFLOW:
        return DEFECT_NESTED_TOO_DEEP;
    default:
        return DEFECT_COUNT;
    }
}

static void complain(gint64 offset, GMimeParserWarning warning, const gchar *item, gpointer data)
{
    GArray *complaints = (GArray *)data;
    complaint c = {offset, defect_of(warning, item)};

    if (c.defect != DEFECT_COUNT && complaints->len < WARNINGS_LIMIT)
        g_array_append_val(complaints, c);
}

/* Those that stand before `end`, and were not reported before. */
static defect_set complaints_before(reading *r, gint64 end)
{
    defect_set defects = 0;

    for (; r->complaints_told < r->complaints->len; r->complaints_told++) {
        const complaint *c = &g_array_index(r->complaints, complaint, r->complaints_told);
        if (c->offset >= end)
            break;
        defects |= defect_bit(c->defect);
    }
    return defects;
}

/* --- headers ----------------------------------------------------------------------------------------------------------- */

static defect_set defects_of_parameters(GMimeParamList *list)
{
    for (int i = 0; list && i < g_mime_param_list_length(list); i++) {
        const char *text = g_mime_param_get_value(g_mime_param_list_get_parameter_at(list, i));
        if (text && strlen(text) > PARAMETER_LIMIT)
            return defect_bit(DEFECT_LONG_PARAMETER);
    }
    return 0;
}

static defect_set defects_of_object(GMimeObject *object)
{
    GMimeHeaderList *headers = g_mime_object_get_header_list(object);
    GMimeContentType *type = g_mime_object_get_content_type(object);
    GMimeContentDisposition *disposition = g_mime_object_get_content_disposition(object);
    defect_set defects = 0;

    for (int i = 0; i < g_mime_header_list_get_count(headers); i++) {
        GMimeHeader *header = g_mime_header_list_get_header_at(headers, i);
        const char *text = g_mime_header_get_raw_value(header);
        if (text)
            defects |= defects_of_header(g_mime_header_get_name(header), text);
    }
    if (type)
        defects |= defects_of_parameters(g_mime_content_type_get_parameters(type));
    if (disposition)
        defects |= defects_of_parameters(g_mime_content_disposition_get_parameters(disposition));
    return defects;
}

static char *encoding_of(GMimeObject *object)
{
    GMimeHeader *header = g_mime_header_list_get_header(g_mime_object_get_header_list(object), "Content-Transfer-Encoding");
    const char *text = header ? g_mime_header_get_value(header) : NULL;
    char *name = valid_text(text), *lower;

    if (!name)
        return NULL;
    lower = lower_case(g_strstrip(name));
    g_free(name);
    return lower;
}

static const char *name_of(GMimeObject *object)
{
    const char *name = g_mime_object_get_content_disposition_parameter(object, "filename");

    return name ? name : g_mime_object_get_content_type_parameter(object, "name");
}

static part *part_new(GMimeObject *object, const char *number)
{
    part *p = g_new0(part, 1);
    char *type = g_mime_content_type_get_mime_type(g_mime_object_get_content_type(object));
    char *valid = valid_text(type), *disposition = valid_text(g_mime_object_get_disposition(object));

    p->number = g_strdup(number);
    p->type = valid ? lower_case(valid) : g_strdup("text/plain");
    p->disposition = lower_case(disposition);
    p->name = valid_text(name_of(object));
    p->encoding = encoding_of(object);
    p->defects = defects_of_object(object) | (p->name ? defects_of_name(p->name) : 0);
    g_free(disposition);
    g_free(valid);
    g_free(type);
    return p;
}

/* --- decoding ---------------------------------------------------------------------------------------------------------- */

/* What takes the decoded octets of a part. */
typedef struct decoding {
    part *part;
    GByteArray *octets; /* the first ones, up to keep */
    size_t keep;
    GChecksum *md5, *sha256;
} decoding;

static void decoded_take(decoding *to, span block)
{
    to->part->size += block.length;
    g_checksum_update(to->md5, block.octets, (gssize)block.length);
    g_checksum_update(to->sha256, block.octets, (gssize)block.length);
    if (to->octets->len < to->keep)
        g_byte_array_append(to->octets, block.octets, (guint)MIN(block.length, to->keep - to->octets->len));
}

static GMimeFilter *filter_of(part_encoding encoding)
{
    switch (encoding) {
    case ENCODING_BASE64:
        return g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_BASE64, FALSE);
    case ENCODING_QUOTED_PRINTABLE:
        return g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_QUOTEDPRINTABLE, FALSE);
    case ENCODING_UUENCODE:
        return g_mime_filter_basic_new(GMIME_CONTENT_ENCODING_UUENCODE, FALSE);
    case ENCODING_YENC:
        return g_mime_filter_yenc_new(FALSE);
    case ENCODING_NONE:
    case ENCODING_UNKNOWN:
        break;
    }
    return NULL;
}

/* `end` is given to the filter behind the octets. */
static void decode_filtered(decoding *to, span sent, GMimeFilter *filter, const char *end)
{
    char *last = g_strdup(end), *block = NULL;
    size_t length = 0, before = 0;

    for (span rest = sent; rest.length; rest = span_from(rest, BLOCK)) {
        span next = span_first(rest, BLOCK);
        g_mime_filter_filter(filter, (char *)(uintptr_t)next.octets, next.length, 0, &block, &length, &before);
        decoded_take(to, (span){(const uint8_t *)block, length});
    }
    g_mime_filter_complete(filter, last, strlen(last), 0, &block, &length, &before);
    decoded_take(to, (span){(const uint8_t *)block, length});
    g_object_unref(filter);
    g_free(last);
}

/* What is uuencoded or in yEnc begins with a line of its own. GMime would look at that line, and at that of a part of
 * several, anew for each block of it: one that is too long begins nothing. Returns the octets from that line on. */
static span from_first_line(span sent, const char *word, const char *second)
{
    span rest = sent, behind;

    while (rest.length && !span_starts_nocase(rest, word))
        rest = span_from(rest, span_find(rest, '\n') + 1);
    behind = span_from(rest, span_find(rest, '\n') + 1);
    if (span_find(rest, '\n') > LINE_LIMIT || (span_starts_nocase(behind, second) && span_find(behind, '\n') > LINE_LIMIT))
        return (span){NULL, 0};
    return rest;
}

static span encoded_octets(span sent, part_encoding encoding)
{
    if (encoding == ENCODING_UUENCODE)
        return from_first_line(sent, "begin ", "begin ");
    return encoding == ENCODING_YENC ? from_first_line(sent, "=ybegin ", "=ypart ") : sent;
}

/* GMime knows yEnc with bare LFs: it would decode the CR of each line. One that is encoded is none. */
static void decode_yenc(decoding *to, span sent)
{
    GMimeFilter *lines = g_mime_filter_dos2unix_new(FALSE);
    char *octets = NULL;
    size_t length = 0, before = 0;

    g_mime_filter_complete(lines, (char *)(uintptr_t)sent.octets, sent.length, 0, &octets, &length, &before);
    decode_filtered(to, encoded_octets((span){(const uint8_t *)octets, length}, ENCODING_YENC), filter_of(ENCODING_YENC),
                    "");
    g_object_unref(lines);
}

static void decode(decoding *to, span sent, part_encoding encoding)
{
    GMimeFilter *filter;

    if (encoding == ENCODING_YENC) {
        decode_yenc(to, sent);
        return;
    }
    filter = filter_of(encoding);
    /* With two signs of padding each release of GMime gives the octets of a last group of base64 that is not whole. */
    if (filter)
        decode_filtered(to, encoded_octets(sent, encoding), filter, encoding == ENCODING_BASE64 ? "==" : "");
    else
        decoded_take(to, sent);
}

static void digits_take(GChecksum *from, char *digits, size_t room)
{
    g_strlcpy(digits, g_checksum_get_string(from), room);
    g_checksum_free(from);
}

/* Is it a text that people read, in which addresses stand? */
static bool is_text(const part *p)
{
    return p->type && g_str_has_prefix(p->type, "text/");
}

/* Decodes what was sent, and tells what the octets tell. `charset` may be NULL. Returns the first of the octets, up to
 * `keep` of them. */
static GByteArray *part_decode(part *p, span sent, size_t keep)
{
    part_encoding encoding = encoding_find(p->encoding);
    decoding to = {.part = p, .octets = g_byte_array_new(), .keep = keep};

    to.md5 = g_checksum_new(G_CHECKSUM_MD5);
    to.sha256 = g_checksum_new(G_CHECKSUM_SHA256);
    p->decoded = true;
    p->defects |= defects_of_body(sent, encoding);
    decode(&to, sent, encoding);
    digits_take(to.md5, p->md5, sizeof p->md5);
    digits_take(to.sha256, p->sha256, sizeof p->sha256);
    return to.octets;
}

static void part_look_at(part *p, const part_question *question, GByteArray *octets, const char *charset)
{
    span decoded = {octets->data, octets->len};

    if (is_executable(decoded))
        p->defects |= defect_bit(DEFECT_EXECUTABLE);
    if (question->types)
        p->type_by_content = type_by_content(decoded);
    if (question->urls)
        p->urls = g_ptr_array_new_with_free_func(g_free);
    if (question->urls && is_text(p))
        urls_find(p->urls, decoded, charset, strcmp(p->type, "text/html") == 0);
}

/* --- leaves ------------------------------------------------------------------------------------------------------------ */

/* Was an octet of the range, or one beside it, not captured? */
static bool has_hole(const reading *r, size_t begin, size_t end)
{
    for (unsigned i = 0; r->in_source && i < r->source->holes_count; i++)
        if (r->source->holes[i] >= r->begin + begin && r->source->holes[i] <= r->begin + end)
            return true;
    return false;
}

static bool is_message(const char *type)
{
    static const char *const types[] = {"message/rfc822", "message/rfc2822", "message/global", "message/news"};

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        if (strcmp(type, types[i]) == 0)
            return true;
    return false;
}

/* Are there limits that keep the part from being decoded? */
static bool is_too_large(reading *r, size_t sent)
{
    if (sent > r->question->octets_limit || sent > r->question->total_limit - r->total)
        return true;
    r->total += sent;
    return false;
}

static bool is_encoded(const part *p)
{
    part_encoding encoding = encoding_find(p->encoding);

    return encoding != ENCODING_NONE && encoding != ENCODING_UNKNOWN;
}

/* A message has parts of its own. One that is not encoded lies where the mail does. */
static void message_read(reading *r, part *p, span sent, size_t begin, GByteArray *decoded)
{
    char *number = g_strdup(p->number);

    if (is_encoded(p))
        parts_of(r, (span){decoded->data, decoded->len}, number, false, 0);
    else
        parts_of(r, sent, number, r->in_source, r->begin + begin);
    g_free(number);
}

/* How many of the decoded octets are kept, if only while the part is read. */
static size_t octets_kept(const reading *r, const part *p)
{
    if (r->question->octets || is_message(p->type))
        return SIZE_MAX;
    return r->question->urls && is_text(p) ? URL_TEXT_LIMIT : TYPE_OCTETS;
}

static part *last_part(const reading *r)
{
    return (part *)g_ptr_array_index(r->found, r->found->len - 1);
}

/* To be asked before one more part is read. */
static bool is_full(reading *r)
{
    if (!r->full && r->found->len >= r->question->parts_limit) {
        last_part(r)->defects |= defect_bit(DEFECT_TOO_MANY_PARTS);
        r->full = true;
    }
    return r->full;
}

static void part_add(reading *r, part *p, size_t end)
{
    p->defects |= r->pending | complaints_before(r, (gint64)end);
    r->pending = 0;
    g_ptr_array_add(r->found, p);
}

/* `begin`, `end`: of the body as it was sent, within the octets that are read. */
static void leaf_read(reading *r, part *p, const char *charset, size_t begin, size_t end)
{
    span sent = span_first(span_from(r->octets, begin), end - begin);
    GByteArray *octets;

    if (has_hole(r, begin, end))
        p->defects |= defect_bit(DEFECT_OCTETS_MISSING);
    part_add(r, p, end);
    if (is_too_large(r, sent.length)) {
        p->defects |= defect_bit(DEFECT_TOO_LARGE);
        return;
    }
    octets = part_decode(p, sent, octets_kept(r, p));
    part_look_at(p, r->question, octets, charset);
    if (is_message(p->type))
        message_read(r, p, sent, begin, octets);
    if (r->question->octets)
        p->octets = octets;
    else
        g_byte_array_unref(octets);
}

/* --- the tree ---------------------------------------------------------------------------------------------------------- */

/* Where an object stands: its own number, and that before those of its children. */
typedef struct part_place {
    const char *own, *below; /* below "": theirs are "1", "2" ... */
    size_t body;             /* where its body begins; 0: not known */
} part_place;

static void object_read(reading *r, GMimeObject *object, part_place at);

static void leaf_of_object(reading *r, GMimePart *leaf, part_place at)
{
    GMimeDataWrapper *content = g_mime_part_get_content(leaf);
    GMimeStream *stream = content ? g_mime_data_wrapper_get_stream(content) : NULL;
    size_t begin = stream ? (size_t)stream->bound_start : r->octets.length;
    size_t end = stream && stream->bound_end >= stream->bound_start ? (size_t)stream->bound_end : begin;

    leaf_read(r, part_new((GMimeObject *)leaf, at.own),
              g_mime_object_get_content_type_parameter((GMimeObject *)leaf, "charset"), begin, end);
}

static defect_set defects_of_boundary(GMimeMultipart *multipart)
{
    const char *boundary = g_mime_object_get_content_type_parameter((GMimeObject *)multipart, "boundary");

    return boundary && strlen(boundary) > BOUNDARY_LIMIT ? defect_bit(DEFECT_LONG_BOUNDARY) : 0;
}

/* A multipart in which GMime found no part is a leaf. Where its body begins is known of the outermost one alone. */
static void empty_multipart_read(reading *r, GMimeMultipart *multipart, part_place at)
{
    GMimeObject *object = (GMimeObject *)multipart;
    part *p = part_new(object, at.own);
    bool declared = g_mime_object_get_content_type_parameter(object, "boundary") != NULL;

    p->defects |= defect_bit(declared ? DEFECT_WRONG_BOUNDARY : DEFECT_NO_BOUNDARY) | defects_of_boundary(multipart);
    if (at.body)
        leaf_read(r, p, NULL, at.body, r->octets.length);
    else
        part_add(r, p, 0);
}

static void multipart_read(reading *r, GMimeMultipart *multipart, const char *below)
{
    int count = g_mime_multipart_get_count(multipart);

    r->pending |= defects_of_object((GMimeObject *)multipart) | defects_of_boundary(multipart);
    r->depth++;
    for (int i = 0; i < count && !r->full; i++) {
        char *number = *below ? g_strdup_printf("%s.%d", below, i + 1) : g_strdup_printf("%d", i + 1);
        object_read(r, g_mime_multipart_get_part(multipart, i), (part_place){number, number, 0});
        g_free(number);
    }
    r->depth--;
    if (!multipart->write_end_boundary)
        last_part(r)->defects |= defect_bit(DEFECT_NO_CLOSING_BOUNDARY);
}

static void nested_too_deep(reading *r, GMimeObject *object, part_place at)
{
    part *p = part_new(object, at.own);

    p->defects |= defect_bit(DEFECT_NESTED_TOO_DEEP);
    part_add(r, p, 0);
}

static void object_read(reading *r, GMimeObject *object, part_place at)
{
    if (is_full(r))
        return;
    if (!GMIME_IS_MULTIPART(object))
        leaf_of_object(r, (GMimePart *)object, at);
    else if (r->depth > r->question->depth_limit)
        nested_too_deep(r, object, at);
    else if (g_mime_multipart_get_count((GMimeMultipart *)object))
        multipart_read(r, (GMimeMultipart *)object, at.below);
    else
        empty_multipart_read(r, (GMimeMultipart *)object, at);
}

/* --- a mail, or a message within it ------------------------------------------------------------------------------------ */

/* To be called once: GMime's own tables, in which a message becomes a leaf. */
static void library_begin(void)
{
    static bool begun;

    if (begun)
        return;
    begun = true;
    g_mime_init();
    g_mime_object_register_type("message", "rfc822", GMIME_TYPE_PART);
    g_mime_object_register_type("message", "rfc2822", GMIME_TYPE_PART);
    g_mime_object_register_type("message", "global", GMIME_TYPE_PART);
    g_mime_object_register_type("message", "news", GMIME_TYPE_PART);
}

static void complaints_gather(GMimeParserOptions *options, GArray *complaints)
{
#ifdef ESMTP_GMIME_FREES_DATA
    g_mime_parser_options_set_warning_callback(options, complain, complaints, NULL);
#else
    g_mime_parser_options_set_warning_callback(options, complain, complaints);
#endif
}

/* Behind the empty line with which the header ends. 0: there is none. */
static size_t body_begin(span octets, gint64 header_end)
{
    span rest = header_end > 0 ? span_from(octets, (size_t)header_end) : (span){NULL, 0};

    return rest.length ? (size_t)header_end + span_find(rest, '\n') + 1 : 0;
}

/* GMime reads the octets where they are, and does not change them. */
static GMimeObject *entity_parse(GArray *complaints, span octets, size_t *body_r)
{
    GByteArray *array = g_byte_array_new_take((guint8 *)(uintptr_t)octets.octets, octets.length);
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(array);
    GMimeParser *parser = g_mime_parser_new_with_stream(stream);
    GMimeParserOptions *options = g_mime_parser_options_new();
    GMimeObject *root;

    g_mime_stream_mem_set_owner((GMimeStreamMem *)stream, FALSE);
    complaints_gather(options, complaints);
    root = g_mime_parser_construct_part(parser, options);
    *body_r = body_begin(octets, g_mime_parser_get_headers_end(parser));
    g_mime_parser_options_free(options);
    g_object_unref(parser);
    g_object_unref(stream);
    g_byte_array_free(array, FALSE);
    return root;
}

/* Without a header there is a body alone, a text. */
static void body_read(reading *r, const char *number)
{
    GMimePart *text = g_mime_part_new_with_type("text", "plain");
    part *p = part_new((GMimeObject *)text, number);

    leaf_read(r, p, NULL, 0, r->octets.length);
    g_object_unref(text);
}

/* Does a line stand before the header that is no part of it: mbox's, or one that begins with white space? */
static bool is_passed_over(span first)
{
    return span_starts_nocase(first, "From ") || span_starts_nocase(first, ">From ") || span_starts_nocase(first, " ") ||
           span_starts_nocase(first, "\t");
}

/* Where the fields end that stand at the front, if a line stands there; else 0. */
static size_t fields_end(span octets)
{
    span rest = octets;
    header_field field;
    size_t end = 0;

    while (header_field_next(&rest, &field) && field.name.octets == octets.octets + end) {
        size_t body = (size_t)(field.body.octets + field.body.length - octets.octets);
        end = body + span_find(span_from(octets, body), '\n') + 1;
    }
    return end < octets.length ? end : 0;
}

/* GMime takes all lines up to an empty one for the header. Where there is none, the body begins with the first line that is
 * no field: the octets are read once more, with an empty line there. NULL: the header is the whole. */
static GByteArray *with_empty_line(span octets)
{
    size_t end = fields_end(octets);
    GByteArray *copy;

    if (!end)
        return NULL;
    copy = g_byte_array_sized_new((guint)octets.length + 2);
    g_byte_array_append(copy, octets.octets, (guint)end);
    g_byte_array_append(copy, (const guint8 *)"\r\n", 2);
    return g_byte_array_append(copy, octets.octets + end, (guint)(octets.length - end));
}

/* Gives what GMime makes of the octets, NULL for a body alone, and where the body begins. */
static GMimeObject *root_parse(reading *r, size_t *body_r)
{
    GMimeObject *root = entity_parse(r->complaints, r->octets, body_r);

    for (unsigned passed = 0; !root && passed < LINES_PASSED && is_passed_over(r->octets); passed++) {
        size_t line = span_find(r->octets, '\n') + 1;
        r->octets = span_from(r->octets, line);
        r->begin += line;
        root = entity_parse(r->complaints, r->octets, body_r);
    }
    return root;
}

static void root_read(reading *r, const char *own, const char *below, bool again)
{
    size_t body = 0;
    GMimeObject *root = root_parse(r, &body);
    GByteArray *copy = root && !body && !again ? with_empty_line(r->octets) : NULL;

    if (copy) {
        r->octets = (span){copy->data, copy->len};
        r->pending |= defect_bit(DEFECT_NO_EMPTY_LINE);
        g_array_set_size(r->complaints, 0);
        root_read(r, own, below, true);
        g_byte_array_unref(copy);
    } else if (root) {
        object_read(r, root, (part_place){own, below, body});
    } else {
        body_read(r, own);
    }
    g_clear_object(&root);
}

/* The octets of a line and of the folded ones behind it. */
static size_t folded_length(span octets)
{
    size_t length = 0;

    do
        length += span_find(span_from(octets, length), '\n') + 1;
    while (length < octets.length && (octets.octets[length] == ' ' || octets.octets[length] == '\t'));
    return MIN(length, octets.length);
}

/* GMime compares each parameter of a field with all those before it. Is there a line that would be such a field in a header,
 * and is so long that this takes too long? */
static bool has_endless_field(span octets)
{
    for (span rest = octets; rest.length;) {
        bool field = span_starts_nocase(rest, "Content-");
        size_t length = field ? folded_length(rest) : span_find(rest, '\n') + 1;
        if (field && length > FIELD_READ_LIMIT)
            return true;
        rest = span_from(rest, length);
    }
    return false;
}

static void entity_read(reading *r, const char *below)
{
    char *own = *below ? g_strdup_printf("%s.1", below) : g_strdup("1");

    if (has_endless_field(r->octets)) {
        r->pending |= defect_bit(DEFECT_LONG_HEADER);
        body_read(r, own);
    } else {
        root_read(r, own, below, false);
    }
    g_free(own);
}

/* `below`: the number of the message within the mail that it is, or "". */
static void parts_of(reading *outer, span octets, const char *below, bool in_source, size_t begin)
{
    reading r = *outer;

    if (is_full(outer))
        return;
    if (outer->depth > outer->question->depth_limit) {
        last_part(outer)->defects |= defect_bit(DEFECT_NESTED_TOO_DEEP);
        return;
    }
    r.octets = octets;
    r.in_source = in_source;
    r.begin = begin;
    r.complaints = g_array_new(FALSE, FALSE, sizeof(complaint));
    r.complaints_told = 0;
    r.pending = 0;
    r.depth++;
    entity_read(&r, below);
    g_array_unref(r.complaints);
    outer->total = r.total;
    outer->full = r.full;
}

GPtrArray *parts_read(const part_source *source, const part_question *question)
{
    GPtrArray *found = g_ptr_array_new_with_free_func(part_free);
    reading r = {.question = question, .source = source, .found = found};

    library_begin();
    if (source->no_begin) {
        r.octets = source->octets;
        r.complaints = g_array_new(FALSE, FALSE, sizeof(complaint));
        body_read(&r, "1");
        g_array_unref(r.complaints);
    } else {
        parts_of(&r, source->octets, "", true, 0);
    }
    last_part(&r)->defects |= (source->no_begin ? defect_bit(DEFECT_BEGINNING_MISSING) : 0) |
                              (source->no_end ? defect_bit(DEFECT_END_MISSING) : 0);
    return found;
}
