/* test_queue_id.c — the names servers give to the mail they took.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/queue_id.h"

static void check(const char *text, const char *wanted)
{
    size_t length = strlen(text);
    uint8_t *copy = g_memdup2(text, length);
    g_test_message("%s", text);
    span found = queue_id_find((span){copy, length});
    g_assert_cmpmem(found.octets, found.length, wanted, strlen(wanted));
    g_free(copy);
    /* Cut off anywhere nothing behind the end is looked at. */
    for (size_t cut = 0; cut < length; cut++) {
        copy = g_memdup2(text, cut);
        g_assert_cmpuint(queue_id_find((span){copy, cut}).length, <=, cut);
        g_free(copy);
    }
}

static void test_rows(void)
{
    size_t count;
    const queue_id_row *rows = queue_id_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *upper = g_ascii_strup(rows[i].example, -1);
        char *name = g_ascii_strup(rows[i].name, -1);
        check(rows[i].example, rows[i].name);
        check(upper, name);
        g_assert_cmpuint(strlen(rows[i].source), >, 0);
        g_assert_true(rows[i].form == QUEUE_ID_IN_FRONT || rows[i].before);
        g_free(upper);
        g_free(name);
    }
}

static void test_find(void)
{
    static const struct {
        const char *in, *name;
    } cases[] = {
        {"Ok: queued as 4XyZ12", "4XyZ12"},
        {"Ok: 1234 bytes queued as ABCDEF", "ABCDEF"},
        {"Ok: queued as 4XyZ12.", "4XyZ12"},
        {"OK: queued as.", ""},
        {"Ok, id=12345-01, from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as 4XyZ12", "4XyZ12"},
        {"Ok: queued as (4XyZ00).", "4XyZ00"},
        {"Ok: queued as: 4XyZ00", "4XyZ00"},
        {"Ok: queued as :4XyZ00", "4XyZ00"},
        {"Ok: queued as AAA (from proxy: 250 2.0.0 Ok: queued as BBB)", "BBB"},
        {"Ok: queued as <abc=@mailhog.example>", "abc=@mailhog.example"},
        {"Ok, discarded, id=12345-01 - spam", "12345-01"},
        {"OK id=1rABcd-000123-Xy", "1rABcd-000123-Xy"},
        {"<abc@AM0.example> [InternalId=8486217203713, Hostname=AM0.example] 12345 bytes in 0.123, 100 KB/sec Queued mail "
         "for "
         "delivery",
         "8486217203713"},
        {"<abc@AM0.example> [InternalId=42] Queued mail for delivery", "42"},
        {"OK  1700000000 x12-20020a5d1234si123456wrb.7 - gsmtp", "x12-20020a5d1234si123456wrb.7"},
        {"OK DMARC:Quarantine 1700000000 x12si - gsmtp", "x12si"},
        {": 1a2b3c4d Message accepted for delivery", "1a2b3c4d"},
        {"1a2b3c4d Message accepted for delivery", "1a2b3c4d"},
        {"Message accepted for delivery", ""},
        {"OK Message accepted for delivery", ""},
        {"12345 message accepted for delivery", "12345"},
        {"ok 1700000000 qp 12345", "12345"},
        {"Queued! 1700000000 qp 12345 <a@b>", "12345"},
        {"Queued (10.023 seconds)", ""},
        {"Message Queued (1F0A2C3D-4E5F-6789-ABCD-EF0123456789.1)", "1F0A2C3D-4E5F-6789-ABCD-EF0123456789.1"},
        {"<ann@example.org> aBcDeFgH1234 Saved", "aBcDeFgH1234"},
        {"<ann@example.org> Saved", ""},
        {"Ok 0100018c0a1b2c3d-4e5f6a7b-000000", "0100018c0a1b2c3d-4e5f6a7b-000000"},
        {"OK 4A/BC-12345-XYZ", "4A/BC-12345-XYZ"},
        {"ok dirdel", ""},
        {"Ok", ""},
        {"OK", ""},
        {"Ok thanks a lot 2u", ""},
        {"Mail accepted", ""},
        {"Great success", ""},
        {"Requested mail action okay, completed", ""},
        {"", ""},
        {"queued as ", ""},
        {"queued as \x01", ""},
        {"Accepted [STATUS=new MSGID=XoLm.abc-DEF]", "XoLm.abc-DEF"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++)
        check(cases[i].in, cases[i].name);
}

static void test_of_reply(void)
{
    static const struct {
        const char *in, *name;
    } cases[] = {
        {"", ""},
        {"no reply at all", ""},
        {"250 2.0.0 Ok\r\n", ""},
        {"250 2.0.0 Ok: queued as 4XyZ12", "4XyZ12"},
        {"250-2.0.0 Ok: queued as AAA\r\n250 2.0.0 Ok\r\n", "AAA"},
        {"250-2.0.0 Ok: queued as AAA\r\n250 2.0.0 Ok: queued as BBB\r\n", "BBB"},
        {"250-2.0.0 Ok: queued as AAA\nid=BBB\n250 Ok\n", "AAA"},
        {"250Ok: queued as AAA\r\n", "AAA"},
        {"2.0.0 Ok: queued as AAA\r\n", "AAA"},
        {"250-Ok\r\n250Ok: queued as AAA\r\n", ""},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, strlen(cases[i].in));
        span found = queue_id_of_reply((span){copy, strlen(cases[i].in)}, false);
        g_assert_cmpmem(found.octets, found.length, cases[i].name, strlen(cases[i].name));
        g_free(copy);
    }
}

/* Which servers' names stand in replies to contents alone. */
static void test_tells_content(void)
{
    static const struct {
        const char *in;
        bool tells;
    } cases[] = {
        {"250 2.0.0 Ok: queued as 4XyZ12\r\n", true},
        {"250-2.0.0 Ok\r\n250 OK id=1rABcd-000123-Xy\r\n", true},
        {"250 2.0.0 OK  1700000000 x12si123456abc.7 - gsmtp\r\n", false}, /* in Gmail's replies to all commands */
        {"250 Ok 0100018c0a1b2c3d\r\n", false},                           /* "Ok 127" could be anything */
        {"250-queued as A1\r\n250 2.1.0 OK x12si123 - gsmtp\r\n", false},
        {"250 2.1.0 Ok\r\n", false},
        {"", false},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, strlen(cases[i].in));
        g_assert_true(queue_id_tells_content((span){copy, strlen(cases[i].in)}) == cases[i].tells);
        g_free(copy);
    }
}

/* A text as long as a hostile server may make it is done with at once. */
static void test_long(void)
{
    static const char *const patterns[] = {"<", "queued as ", "queued (", "Message ", "id="};
    const size_t length = 1u << 22;
    uint8_t *in = g_malloc(length);

    for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
        for (size_t n = 0; n < length; n++)
            in[n] = (uint8_t)patterns[i][n % strlen(patterns[i])];
        g_assert_cmpuint(queue_id_find((span){in, length}).length, <, length);
    }
    g_free(in);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/queue_id/rows", test_rows);
    g_test_add_func("/queue_id/find", test_find);
    g_test_add_func("/queue_id/of_reply", test_of_reply);
    g_test_add_func("/queue_id/tells_content", test_tells_content);
    g_test_add_func("/queue_id/long", test_long);
    return g_test_run();
}
