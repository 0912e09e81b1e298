/* test_session_notes.c — what is noteworthy about a line: extensions that were not offered, lines too long, addresses
 * outside ASCII.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "dialogue.h"

/* The notes of the last command, behind an EHLO that offered `offers`, and one more command. */
static note_set notes_behind(const char *offers, const char *before, const char *text)
{
    recorder *rec = recorder_new(false, false, 0);
    note_set notes;

    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    if (offers) {
        recorder_feed(rec, C, "EHLO a\r\n", 8, 0, 0, false);
        recorder_feed(rec, S, offers, strlen(offers), 0, 0, false);
    }
    if (before) {
        recorder_feed(rec, C, before, strlen(before), 0, 0, false);
        recorder_feed(rec, S, "250 ok\r\n", 8, 0, 0, false);
    }
    notes = recorder_feed(rec, C, text, strlen(text), 0, 0, false)->findings[0].notes;
    recorder_free(rec);
    return notes & ~(note_bit(NOTE_AUTH_WITHOUT_TLS) | note_bit(NOTE_REQUIRETLS_WITHOUT_TLS));
}

/* note_bit() in a table. */
#define BIT(note) (UINT64_C(1) << (note))

static const struct {
    const char *offers, *before, *text;
    note_set notes;
} cases[] = {
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> SIZE=5\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> XYZZY=5\r\n", 0},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b>\r\n", 0},
    {NULL, NULL, "MAIL FROM:<a@b> SIZE=5\r\n", 0},
    {"250-mx\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:<a@b> SIZE=100\r\n", 0},
    {"250-mx\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:<a@b> SIZE=101\r\n", BIT(NOTE_SIZE_EXCEEDED)},
    /* The parameters begin behind the path, whatever stands in them, and without angle brackets too. */
    {"250-mx\r\n250-AUTH PLAIN\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:<a@b> SIZE=101 AUTH=<>\r\n", BIT(NOTE_SIZE_EXCEEDED)},
    {"250-mx\r\n250 SIZE 100\r\n", NULL, "MAIL FROM:a@b SIZE=101\r\n", BIT(NOTE_SIZE_EXCEEDED)},
    {"250-mx\r\n250 SIZE\r\n", NULL, "MAIL FROM:<\"> SIZE=5\"@b>\r\n", 0},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> HOLDFOR=10\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 FUTURERELEASE 9 2030-01-01T00:00:00Z\r\n", NULL, "MAIL FROM:<a@b> HOLDFOR=10\r\n", 0},
    {"250 mx\r\n", NULL, "MAIL FROM:<a@b> BY=9;R\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "RCPT TO:<a@b> NOTIFY=NEVER\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 DSN\r\n", NULL, "RCPT TO:<a@b> NOTIFY=NEVER\r\n", 0},
    {"250-mx\r\n250 8BITMIME\r\n", NULL, "MAIL FROM:<a@b> BODY=BINARYMIME\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 8BITMIME\r\n", NULL, "MAIL FROM:<a@b> BODY=8BITMIME\r\n", 0},
    {"250 mx\r\n", NULL, "BURL imap://x LAST\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250-mx\r\n250 BURL imap\r\n", NULL, "BURL imap://x LAST\r\n", 0},
    {"250 mx\r\n", NULL, "XCLIENT NAME=a\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "ETRN a\r\n", BIT(NOTE_EXTENSION_UNADVERTISED)},
    {"250 mx\r\n", NULL, "VRFY a\r\n", 0},
    {"250-mx\r\n250 AUTH=LOGIN\r\n", NULL, "AUTH LOGIN\r\n", 0},
    {"250-mx\r\n250 SMTPUTF8\r\n", NULL, "MAIL FROM:<\xc3\xbc@b>\r\n", BIT(NOTE_SMTPUTF8_MISSING)},
    {"250-mx\r\n250 SMTPUTF8\r\n", NULL, "MAIL FROM:<\xc3\xbc@b> SMTPUTF8\r\n", 0},
    {"250-mx\r\n250 SMTPUTF8\r\n", "MAIL FROM:<a@b>\r\n", "RCPT TO:<\xc3\xbc@b>\r\n", BIT(NOTE_SMTPUTF8_MISSING)},
    {"250-mx\r\n250 SMTPUTF8\r\n", "MAIL FROM:<a@b> SMTPUTF8\r\n", "RCPT TO:<\xc3\xbc@b>\r\n", 0},
};

static void test_notes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        note_set notes = notes_behind(cases[i].offers, cases[i].before, cases[i].text);
        if (notes != cases[i].notes)
            g_error("%s: notes 0x%" G_GINT64_MODIFIER "x, expected 0x%" G_GINT64_MODIFIER "x", cases[i].text, notes,
                    cases[i].notes);
    }
}

/* A command or a reply of `length` octets, its ending counted. */
static bool is_too_long(turn_kind kind, const char *begin, size_t length)
{
    recorder *rec = recorder_new(false, false, 0);
    GString *text = g_string_new(begin);
    note_set notes;

    while (text->len < length - 2)
        g_string_append_c(text, 'A');
    g_string_append(text, "\r\n");
    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    if (kind == S)
        recorder_feed(rec, C, "AUTH GSSAPI\r\n", 13, 0, 0, false);
    notes = recorder_feed(rec, kind, text->str, text->len, 0, 0, false)->findings[0].notes;
    g_string_free(text, TRUE);
    recorder_free(rec);
    return (notes & note_bit(NOTE_LINE_TOO_LONG)) != 0;
}

static void test_lengths(void)
{
    g_assert_false(is_too_long(C, "EHLO ", 512));
    g_assert_true(is_too_long(C, "EHLO ", 513));
    g_assert_false(is_too_long(C, "MAIL FROM:<a@b> ", 4096));
    g_assert_true(is_too_long(C, "MAIL FROM:<a@b> ", 4097));
    g_assert_false(is_too_long(C, "AUTH GSSAPI ", 12288));
    g_assert_true(is_too_long(C, "AUTH GSSAPI ", 12289));
    g_assert_false(is_too_long(C, "XPROXY ", 20000));
    g_assert_false(is_too_long(S, "250 ", 512));
    g_assert_true(is_too_long(S, "250 ", 513));
    g_assert_true(is_too_long(S, "250-a\r\n250 ", 600));
    g_assert_false(is_too_long(S, "334 ", 12288));
    g_assert_true(is_too_long(S, "334 ", 12289));
}

/* The first line of a content, begun before the 354 came: its NUL is told once it is known for content. */
static void test_held_oddities(void)
{
    recorder *rec = recorder_new(false, false, 0);
    const segment *in;

    recorder_feed(rec, S, "220 mx\r\n", 8, 0, 0, false);
    recorder_feed(rec, C, "DATA\r\n", 6, 0, 0, false);
    recorder_feed(rec, C, "Sub\0ject: x", 11, 0, 0, false);
    recorder_feed(rec, S, "354 go\r\n", 8, 0, 0, false);
    in = recorder_feed(rec, C, " y\r\n", 4, 0, 0, false);
    g_assert_cmpint(in->findings[0].kind, ==, FINDING_CONTENT);
    g_assert_cmpuint(in->findings[0].notes, ==, note_bit(NOTE_NUL));
    in = recorder_feed(rec, C, "z\r\n", 3, 0, 0, false);
    g_assert_cmpuint(in->findings[0].notes, ==, 0);
    recorder_free(rec);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    wmem_init();
    g_test_add_func("/session/notes/commands", test_notes);
    g_test_add_func("/session/notes/lengths", test_lengths);
    g_test_add_func("/session/notes/held oddities", test_held_oddities);
    return g_test_run();
}
