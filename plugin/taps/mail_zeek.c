/* mail_zeek.c — the mail log as Zeek writes its smtp.log: what reads those reads this.
 *
 * Header lines, columns and their types are Zeek's, and so is what stands in them, but for three: `ts` is the time of MAIL
 * (Zeek's is that of the packet since which it waits for the mail), `last_reply` is the reply that decides the mail (Zeek's
 * is the last one before it writes), and `fuids` are empty, since there is no files.log.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "taps/mail_record.h"
#include "taps/record_log.h"
#include "wire/address.h"

#define UNSET "-"
#define EMPTY "(empty)"
/* Characters of a connection's name behind its first, and what they are taken from. */
#define UID_LENGTH 17
#define UID_DIGITS "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define UID_BASE (sizeof UID_DIGITS - 1)

/* A line on its way. */
typedef struct zeek_line {
    GString *out;
    const mail_record *record;
    unsigned depth; /* of the mail in its connection, counted as Zeek does */
} zeek_line;

/* --- values ------------------------------------------------------------------------------------------------------------ */

/* Is it what stands for no value, or for an empty one? */
static bool is_reserved(span text)
{
    return span_equal(text, span_of(UNSET)) || span_equal(text, span_of(EMPTY));
}

/* Octets that are not printable, the backslash, and in an item of a set the comma are written as \xHH. UTF-8 stays. */
static void put_octets(GString *out, span text, bool in_set)
{
    bool utf8 = g_utf8_validate((const char *)text.octets, (gssize)text.length, NULL);
    bool reserved = is_reserved(text);

    for (size_t i = 0; i < text.length; i++) {
        uint8_t c = text.octets[i];
        if (c < 0x20 || c == 0x7f || c == '\\' || (c >= 0x80 && !utf8) || (in_set && c == ',') || (reserved && i == 0))
            g_string_append_printf(out, "\\x%02x", c);
        else
            g_string_append_c(out, (char)c);
    }
}

static void put_string(GString *out, span text)
{
    if (!text.octets)
        g_string_append(out, UNSET);
    else if (!text.length)
        g_string_append(out, EMPTY);
    else
        put_octets(out, text, false);
}

/* An item of a set, which has each value once: `seen` are those before. */
static void put_item(GString *out, GHashTable *seen, span item)
{
    GString *made = g_string_new(NULL);

    put_octets(made, item, true);
    if (g_hash_table_contains(seen, made->str)) {
        g_string_free(made, TRUE);
        return;
    }
    if (g_hash_table_size(seen))
        g_string_append_c(out, ',');
    g_string_append_len(out, made->str, (gssize)made->len);
    g_hash_table_add(seen, g_string_free(made, FALSE));
}

static GHashTable *begin_set(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

/* One without items is `none`. */
static void end_set(GString *out, GHashTable *seen, const char *none)
{
    if (!g_hash_table_size(seen))
        g_string_append(out, none);
    g_hash_table_destroy(seen);
}

static span header_of(const zeek_line *l, header_kind kind)
{
    return mail_header_find(l->record->of->header, kind);
}

/* --- columns ----------------------------------------------------------------------------------------------------------- */

static void put_ts(zeek_line *l)
{
    const moment *begin = &l->record->of->begin;

    g_string_append_printf(l->out, "%" G_GINT64_FORMAT ".%06d", begin->seconds, begin->nanoseconds / 1000);
}

static const char *address_or_unset(const char *of)
{
    return of ? of : UNSET;
}

/* A name for the connection, made of its ends and its number: the same whenever the capture is read. */
static void put_uid(zeek_line *l)
{
    const peers *of = l->record->peers;
    char *ends = g_strdup_printf("%s %u %s %u %u %u", address_or_unset(of->client_addr), of->client_port,
                                 address_or_unset(of->server_addr), of->server_port, of->stream, of->restarts);
    char *digest = g_compute_checksum_for_string(G_CHECKSUM_SHA1, ends, -1);

    g_string_append_c(l->out, 'C');
    for (unsigned i = 0; i < UID_LENGTH; i++)
        g_string_append_c(l->out, UID_DIGITS[((unsigned)g_ascii_xdigit_value(digest[2 * i]) * 16 +
                                              (unsigned)g_ascii_xdigit_value(digest[2 * i + 1])) %
                                             UID_BASE]);
    g_free(digest);
    g_free(ends);
}

static void put_orig_h(zeek_line *l)
{
    g_string_append(l->out, address_or_unset(l->record->peers->client_addr));
}

static void put_orig_p(zeek_line *l)
{
    g_string_append_printf(l->out, "%u", l->record->peers->client_port);
}

static void put_resp_h(zeek_line *l)
{
    g_string_append(l->out, address_or_unset(l->record->peers->server_addr));
}

static void put_resp_p(zeek_line *l)
{
    g_string_append_printf(l->out, "%u", l->record->peers->server_port);
}

static void put_depth(zeek_line *l)
{
    g_string_append_printf(l->out, "%u", l->depth);
}

/* Of no octets: not known. */
static void put_known(zeek_line *l, span text)
{
    put_string(l->out, text.length ? text : (span){NULL, 0});
}

static void put_helo(zeek_line *l)
{
    put_known(l, l->record->of->helo);
}

static void put_mailfrom(zeek_line *l)
{
    put_known(l, l->record->of->mail_from);
}

static void put_rcptto(zeek_line *l)
{
    const transaction *t = l->record->of;
    GHashTable *seen = begin_set();

    for (unsigned i = 0; i < wmem_array_get_count(t->recipients); i++)
        put_item(l->out, seen, ((const recipient *)wmem_array_index(t->recipients, i))->address);
    end_set(l->out, seen, UNSET);
}

static void put_date(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_DATE));
}

static void put_from(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_FROM));
}

/* Where the next address of a list ends: at a comma outside of quotes. */
static size_t address_length(span list)
{
    for (size_t i = 0; i < list.length; i++) {
        size_t quoted = list.octets[i] == '"' ? span_quoted(span_from(list, i)) : 0;
        if (quoted)
            i += quoted - 1;
        else if (list.octets[i] == ',')
            return i;
    }
    return list.length;
}

static void put_addresses(zeek_line *l, span list)
{
    GHashTable *seen = begin_set();
    const char *none = list.octets ? EMPTY : UNSET;

    while (list.length) {
        size_t length = address_length(list);
        span item = span_trim(span_first(list, length));
        if (item.length)
            put_item(l->out, seen, item);
        list = span_from(list, length + 1);
    }
    end_set(l->out, seen, none);
}

static void put_to(zeek_line *l)
{
    put_addresses(l, header_of(l, HEADER_TO));
}

static void put_cc(zeek_line *l)
{
    put_addresses(l, header_of(l, HEADER_CC));
}

static void put_reply_to(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_REPLY_TO));
}

static void put_msg_id(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_MESSAGE_ID));
}

static void put_in_reply_to(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_IN_REPLY_TO));
}

static void put_subject(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_SUBJECT));
}

/* --- addresses in a text ----------------------------------------------------------------------------------------------- */

static bool is_of_address(uint8_t c)
{
    return octet_is_alphanumeric(c) || c == '.' || c == ':';
}

/* Takes the next IP address off a text; an empty span when there is none. */
static span next_ip(span *rest)
{
    static const char tag[] = "IPv6:";

    while (rest->length) {
        size_t length = 0;
        span word;
        uint8_t ip[16];
        while (length < rest->length && is_of_address(rest->octets[length]))
            length++;
        word = span_first(*rest, length);
        *rest = span_from(*rest, length ? length : 1);
        if (span_starts_nocase(word, tag))
            word = span_from(word, sizeof tag - 1);
        if (word.length && (ipv4_parse(word, ip) || ipv6_parse(word, ip)))
            return word;
    }
    return (span){NULL, 0};
}

static void put_x_originating_ip(zeek_line *l)
{
    span rest = header_of(l, HEADER_X_ORIGINATING_IP);

    put_known(l, next_ip(&rest));
}

/* Of the Received fields, so many before the last. */
static span received_from_end(const zeek_line *l, unsigned back)
{
    const mail_header *in = l->record->of->header;

    for (unsigned i = in ? in->count : 0; i-- > 0;)
        if (in->values[i].kind == HEADER_RECEIVED && !back--)
            return header_value_text(&in->values[i]);
    return (span){NULL, 0};
}

/* The oldest one, which stands last. */
static void put_first_received(zeek_line *l)
{
    put_string(l->out, received_from_end(l, 0));
}

static void put_second_received(zeek_line *l)
{
    put_string(l->out, received_from_end(l, 1));
}

static void put_last_reply(zeek_line *l)
{
    const verdict *by = &l->record->of->verdict;

    if (!by->code) {
        g_string_append(l->out, UNSET);
        return;
    }
    g_string_append_printf(l->out, "%u ", by->code);
    if (by->status.length) {
        put_octets(l->out, by->status, false);
        g_string_append_c(l->out, ' ');
    }
    put_octets(l->out, by->text, false);
}

/* The one that Zeek takes of a Received field: the second address, if there is one. */
static span ip_of_received(span text)
{
    span first = next_ip(&text), second = next_ip(&text);

    return second.length ? second : first;
}

/* Who sent it to whom, the last hop first. A vector may have a value twice, but not in sequence. */
static void put_path(zeek_line *l)
{
    const mail_header *in = l->record->of->header;
    span last = span_of(address_or_unset(l->record->peers->client_addr));

    put_resp_h(l);
    g_string_append_c(l->out, ',');
    put_orig_h(l);
    for (unsigned i = 0; in && i < in->count; i++) {
        span ip = in->values[i].kind == HEADER_RECEIVED ? ip_of_received(header_value_text(&in->values[i])) : last;
        if (!ip.length || span_equal(ip, last))
            continue;
        g_string_append_c(l->out, ',');
        put_octets(l->out, ip, true);
        last = ip;
    }
}

static void put_user_agent(zeek_line *l)
{
    put_string(l->out, header_of(l, HEADER_USER_AGENT));
}

static void put_tls(zeek_line *l)
{
    g_string_append_c(l->out, l->record->of->tls ? 'T' : 'F');
}

static void put_fuids(zeek_line *l)
{
    g_string_append(l->out, EMPTY);
}

/* --- the log ----------------------------------------------------------------------------------------------------------- */

static const struct {
    const char *name, *type;
    void (*put)(zeek_line *l);
} columns[] = {
    {"ts", "time", put_ts},
    {"uid", "string", put_uid},
    {"id.orig_h", "addr", put_orig_h},
    {"id.orig_p", "port", put_orig_p},
    {"id.resp_h", "addr", put_resp_h},
    {"id.resp_p", "port", put_resp_p},
    {"trans_depth", "count", put_depth},
    {"helo", "string", put_helo},
    {"mailfrom", "string", put_mailfrom},
    {"rcptto", "set[string]", put_rcptto},
    {"date", "string", put_date},
    {"from", "string", put_from},
    {"to", "set[string]", put_to},
    {"cc", "set[string]", put_cc},
    {"reply_to", "string", put_reply_to},
    {"msg_id", "string", put_msg_id},
    {"in_reply_to", "string", put_in_reply_to},
    {"subject", "string", put_subject},
    {"x_originating_ip", "addr", put_x_originating_ip},
    {"first_received", "string", put_first_received},
    {"second_received", "string", put_second_received},
    {"last_reply", "string", put_last_reply},
    {"path", "vector[addr]", put_path},
    {"user_agent", "string", put_user_agent},
    {"tls", "bool", put_tls},
    {"fuids", "vector[string]", put_fuids},
};
#define COLUMNS (sizeof columns / sizeof columns[0])

/* "#open	2026-11-22-14-33-40": when the log was written. */
static void put_written(GString *out, const char *what)
{
    GDateTime *now = g_date_time_new_now_local();
    char *text = g_date_time_format(now, "%Y-%m-%d-%H-%M-%S");

    g_string_append_printf(out, "#%s\t%s\n", what, text);
    g_free(text);
    g_date_time_unref(now);
}

static void put_header_lines(GString *out)
{
    g_string_append(out, "#separator \\x09\n#set_separator\t,\n");
    g_string_append(out, "#empty_field\t" EMPTY "\n#unset_field\t" UNSET "\n");
    g_string_append(out, "#path\tsmtp\n");
    put_written(out, "open");
    g_string_append(out, "#fields");
    for (size_t i = 0; i < COLUMNS; i++)
        g_string_append_printf(out, "\t%s", columns[i].name);
    g_string_append(out, "\n#types");
    for (size_t i = 0; i < COLUMNS; i++)
        g_string_append_printf(out, "\t%s", columns[i].type);
    g_string_append_c(out, '\n');
}

void mail_zeek_write(FILE *out, const void *records, unsigned count)
{
    const mail_record *of = (const mail_record *)records;
    GHashTable *through = g_hash_table_new(g_direct_hash, g_direct_equal); /* const peers * -> contents that were answered */
    GString *text = g_string_new(NULL);

    put_header_lines(text);
    for (unsigned i = 0; i < count; i++) {
        unsigned before = GPOINTER_TO_UINT(g_hash_table_lookup(through, of[i].peers));
        zeek_line line = {text, &of[i], before + 1};
        for (size_t at = 0; at < COLUMNS; at++) {
            columns[at].put(&line);
            g_string_append_c(text, at + 1 < COLUMNS ? '\t' : '\n');
        }
        g_hash_table_insert(through, (void *)(uintptr_t)of[i].peers, GUINT_TO_POINTER(before + of[i].of->content_answered));
        text_flush(text, out, false);
    }
    put_written(text, "close");
    text_flush(text, out, true);
    g_string_free(text, TRUE);
    g_hash_table_destroy(through);
}
