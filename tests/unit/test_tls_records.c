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

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tls-records/begin", test_begin);
    g_test_add_func("/tls-records/plain-text-behind-records", test_plain_text_behind_records);
    g_test_add_func("/tls-records/empty-record", test_empty_record);
    g_test_add_func("/tls-records/lost-octets", test_lost_octets);
    g_test_add_func("/tls-records/lost-in-a-header", test_lost_in_a_header);
    return g_test_run();
}
