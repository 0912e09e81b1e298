/* test_tls_records.c — the octets of TLS records, and the plain text behind them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "session/tls_records.h"

/* A handshake record of three octets, an alert of two, and plain text. */
#define HANDSHAKE                                                                                                           \
    "\x16\x03\x01\x00\x03"                                                                                                  \
    "abc"
#define ALERT                                                                                                               \
    "\x15\x03\x03\x00\x02"                                                                                                  \
    "\x01\x00"
#define PLAIN "QUIT\r\n"

static span octets_of(const char *text, size_t length)
{
    return (span){(const uint8_t *)text, length};
}

static void test_begin(void)
{
    g_assert_true(tls_records_begin_with(octets_of("\x14", 1)));
    g_assert_true(tls_records_begin_with(octets_of("\x18\x03", 2)));
    g_assert_false(tls_records_begin_with(octets_of("\x13", 1)));
    g_assert_false(tls_records_begin_with(octets_of("\x19", 1)));
    g_assert_false(tls_records_begin_with(octets_of(PLAIN, 6)));
    g_assert_false(tls_records_begin_with(octets_of("", 0)));
}

/* However the octets are cut, the plain text begins at the same place. */
static void test_plain_text_behind_records(void)
{
    static const char all[] = HANDSHAKE ALERT PLAIN;
    const size_t length = sizeof all - 1, records = length - strlen(PLAIN);

    for (size_t piece = 1; piece <= length; piece++) {
        tls_records t = {.active = true};
        size_t passed = 0;

        for (size_t at = 0; at < length && t.active; at += piece) {
            size_t here = MIN(piece, length - at);
            passed += tls_records_pass(&t, octets_of(all + at, here));
        }
        g_assert_false(t.active);
        g_assert_cmpuint(passed, ==, records);
    }
}

static void test_empty_record(void)
{
    static const char all[] = "\x17\x03\x03\x00\x00" ALERT PLAIN;
    tls_records t = {.active = true};

    g_assert_cmpuint(tls_records_pass(&t, octets_of(all, sizeof all - 1)), ==, sizeof all - 1 - strlen(PLAIN));
    g_assert_false(t.active);
}

/* Within a record its end stays known; over it, nothing is known any more. */
static void test_lost_octets(void)
{
    tls_records t = {.active = true}, over;

    g_assert_cmpuint(tls_records_pass(&t, octets_of(HANDSHAKE, 6)), ==, 6);
    over = t;
    tls_records_lose(&t, 2);
    g_assert_false(t.lost);
    g_assert_cmpuint(tls_records_pass(&t, octets_of(PLAIN, 6)), ==, 0);
    g_assert_false(t.active);
    tls_records_lose(&over, 3);
    g_assert_true(over.lost);
    g_assert_cmpuint(tls_records_pass(&over, octets_of(PLAIN, 6)), ==, 6);
    g_assert_true(over.active);
}

static void test_lost_in_a_header(void)
{
    tls_records t = {.active = true};

    g_assert_cmpuint(tls_records_pass(&t, octets_of(HANDSHAKE, 3)), ==, 3);
    tls_records_lose(&t, 1);
    g_assert_true(t.lost);
}

/* Records with zeros in them, given by type and length; their octets begin with those of `first`. */
static void append_record(GByteArray *to, uint8_t type, uint16_t length, const char *first)
{
    const uint8_t header[] = {type, 3, 3, (uint8_t)(length >> 8), (uint8_t)length};
    size_t at = to->len + sizeof header;

    g_byte_array_append(to, header, sizeof header);
    g_byte_array_set_size(to, (guint)(at + length));
    memset(to->data + at, 0, length);
    memcpy(to->data + at, first, MIN(strlen(first), length));
}

static tls_facts facts_of(const GByteArray *sent)
{
    tls_records t = {.active = true};

    tls_records_pass(&t, (span){sent->data, sent->len});
    return t.facts;
}

/* A side has ended its handshake with what it sends enciphered behind ChangeCipherSpec, or, in TLS 1.3, with data that are
 * more than an alert. */
static void test_facts(void)
{
    static const struct {
        uint8_t types[4];
        uint16_t lengths[4];
        const char *last; /* how the octets of the last record begin */
        bool finished, alerted;
        uint8_t alert;
    } rows[] = {
        {{22}, {200}, "", false, false, 0},
        {{22, 22, 20, 22}, {200, 70, 1, 40}, "\x7f", true, false, 0},
        {{22, 20, 22}, {200, 1, 70}, "\x01\x01", true, false, 0},
        {{22, 20, 23}, {200, 1, 53}, "", true, false, 0},
        {{22, 20, 23}, {200, 1, 19}, "", false, false, 0},
        {{22, 21}, {200, 2}, "\x02\x30", false, true, 48},
        {{22, 20, 21}, {200, 1, 26}, "", false, false, 0},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        GByteArray *sent = g_byte_array_new();
        tls_facts facts;
        for (size_t n = 0; n < 4 && rows[i].types[n]; n++)
            append_record(sent, rows[i].types[n], rows[i].lengths[n], n == 3 || !rows[i].types[n + 1] ? rows[i].last : "");
        facts = facts_of(sent);
        g_assert_true(facts.seen);
        g_assert_cmpint(facts.finished, ==, rows[i].finished);
        g_assert_cmpint(facts.alerted, ==, rows[i].alerted);
        g_assert_cmpuint(facts.alert, ==, rows[i].alert);
        g_byte_array_unref(sent);
    }
}

/* A hello in the clear may follow ChangeCipherSpec, where the server asked for another one. */
static void test_hello_behind_cipher_spec(void)
{
    GByteArray *sent = g_byte_array_new();
    tls_facts facts;

    append_record(sent, 22, 200, "\x01");
    append_record(sent, 20, 1, "\x01");
    append_record(sent, 22, 204, "\x01");
    sent->data[sent->len - 201] = 200; /* the length that the hello itself tells */
    facts = facts_of(sent);
    g_assert_true(facts.ciphered);
    g_assert_false(facts.finished);
    g_byte_array_unref(sent);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tls-records/begin", test_begin);
    g_test_add_func("/tls-records/plain-text-behind-records", test_plain_text_behind_records);
    g_test_add_func("/tls-records/empty-record", test_empty_record);
    g_test_add_func("/tls-records/lost-octets", test_lost_octets);
    g_test_add_func("/tls-records/lost-in-a-header", test_lost_in_a_header);
    g_test_add_func("/tls-records/facts", test_facts);
    g_test_add_func("/tls-records/hello-behind-cipher-spec", test_hello_behind_cipher_spec);
    return g_test_run();
}
