/* test_parts.c — what mails carry, and what is wrong with it.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "../fuzz/parts_begin.h"
#include "parts/parts.h"

/* Joins the lines of a mail. */
#define L(line) line "\r\n"

static const part_question question =
    {.octets = true, .urls = true, .parts_limit = 100, .depth_limit = 20, .octets_limit = 1 << 20, .total_limit = 1 << 22};

static void append_part(GString *list, const part *p)
{
    g_string_append_printf(list, "%s %s", p->number, p->type);
    if (p->name)
        g_string_append_printf(list, " '%s'", p->name);
    if (p->decoded)
        g_string_append_printf(list, " %u", (unsigned)p->size);
    for (unsigned i = 0; i < DEFECT_COUNT; i++)
        if (p->defects & defect_bit((part_defect)i))
            g_string_append_printf(list, " %s", part_defect_name((part_defect)i));
    for (guint i = 0; p->urls && i < p->urls->len; i++)
        g_string_append_printf(list, " <%s>", (const char *)g_ptr_array_index(p->urls, i));
    g_string_append_c(list, '\n');
}

static char *listed(const part_source *source, const part_question *asked)
{
    GString *list = g_string_new(NULL);
    GPtrArray *parts = parts_read(source, asked);

    for (guint i = 0; i < parts->len; i++)
        append_part(list, (const part *)g_ptr_array_index(parts, i));
    g_ptr_array_unref(parts);
    return g_string_free(list, FALSE);
}

static void check(const char *mail, const char *expected)
{
    part_source source = {.octets = span_of(mail)};
    char *list = listed(&source, &question);

    g_assert_cmpstr(list, ==, expected);
    g_free(list);
}

static GPtrArray *parts_of(const char *mail)
{
    part_source source = {.octets = span_of(mail)};

    return parts_read(&source, &question);
}

/* --- shapes of mails --------------------------------------------------------------------------------------------------- */

#define MIXED(boundary) L("Subject: x") L("MIME-Version: 1.0") L("Content-Type: multipart/mixed; boundary=" boundary) L("")

static void test_a_mail_without_mime_is_a_text(void)
{
    check(L("Subject: x") L("") L("text"), "1 text/plain 6\n");
    check(L("Subject: x") L(""), "1 text/plain 0\n");
    check(L("Subject: x"), "1 text/plain 0\n");
    check("", "1 text/plain 0\n");
    check(L("") L("text"), "1 text/plain 6\n");
}

static void test_a_mail_without_header_is_a_body(void)
{
    check(L("Hello there") L("text"), "1 text/plain 19 invalid_header\n");
    check("Hello", "1 text/plain 5\n");
}

static void test_a_header_without_an_empty_line_ends_where_its_fields_do(void)
{
    check(L("Subject: x") L("Hello there"), "1 text/plain 13 no_empty_line\n");
    check(MIXED("a") "--a\r\n\r\none\r\n--a--\r\n", "1 text/plain 3\n");
    check(L("Subject: x") L("Hello there") L("") L("text"), "1 text/plain 6 invalid_header\n");
}

static void test_what_stands_before_the_header_is_passed_over(void)
{
    check(L("From ann@example.org Sat Jan  3") L("Content-Type: text/html") L("") L("x"), "1 text/html 3 invalid_header\n");
    check(L(" continued: what") L("Content-Type: text/html") L("") L("x"), "1 text/html 3 white_space_first\n");
}

static void test_parts_are_numbered_as_in_imap(void)
{
    check(MIXED("a") L("--a") L("") L("one") L("--a") L("Content-Type: multipart/alternative; boundary=\"b\"") L("") L("--b")
              L("") L("two") L("--b") L("Content-Type: text/html") L("") L("<p>") L("--b--") L("--a") L("Content-Type: "
                                                                                                        "message/rfc822")
                  L("") L("Subject: within") L("") L("three") L("--a--"),
          "1 text/plain 3\n"
          "2.1 text/plain 3\n"
          "2.2 text/html 3\n"
          "3 message/rfc822 24\n"
          "3.1 text/plain 5\n");
}

static void test_a_message_within_a_mail_has_parts(void)
{
    check(L("Content-Type: message/rfc822") L("") MIXED("a") L("--a") L("") L("one") L("--a--"), "1 message/rfc822 95\n1.1 "
                                                                                                 "text/plain 3\n");
    check(L("Content-Type: message/rfc822") L("Content-Transfer-Encoding: base64") L("") L("U3ViamVjdDogeA0KDQp0ZXh0DQo="),
          "1 message/rfc822 20\n1.1 text/plain 6\n");
}

static void test_a_part_of_a_digest_is_a_message(void)
{
    check(L("Content-Type: multipart/digest; boundary=a") L("") L("--a") L("") L("Subject: x") L("") L("text") L("--a--"),
          "1 message/rfc822 18\n1.1 text/plain 4\n");
}

/* --- names and encodings ----------------------------------------------------------------------------------------------- */

#define ATTACHED(header, body) MIXED("a") L("--a") header L("") body L("--a--")

static void test_names(void)
{
    check(ATTACHED(L("Content-Disposition: attachment; filename=\"a b.txt\""), L("x")), "1 text/plain 'a b.txt' 1\n");
    check(ATTACHED(L("Content-Type: image/png; name=i.png"), L("x")), "1 image/png 'i.png' 1\n");
    check(ATTACHED(L("Content-Disposition: attachment; filename*=UTF-8''%E2%82%AC.txt"), L("x")), "1 text/plain "
                                                                                                  "'\xe2\x82\xac.txt' 1\n");
    check(ATTACHED(L("Content-Disposition: attachment;") L(" filename*0=\"long\"; filename*1=\"er.txt\""), L("x")), "1 "
                                                                                                                    "text/"
                                                                                                                    "plain "
                                                                                                                    "'longer"
                                                                                                                    ".txt' "
                                                                                                                    "1\n");
    check(ATTACHED(L("Content-Type: text/plain; name=\"=?utf-8?Q?=C3=A4.txt?=\""), L("x")), "1 text/plain '\xc3\xa4.txt' "
                                                                                            "1\n");
}

static void test_encodings(void)
{
    static const char *const mails[] = {
        ATTACHED(L("Content-Transfer-Encoding: base64"), L("SGVsbG8sIHdvcmxkIQ==")),
        ATTACHED(L("Content-Transfer-Encoding: BASE64 "), L("SGVsbG8s") L("IHdvcmxkIQ==")),
        ATTACHED(L("Content-Transfer-Encoding: quoted-printable"), L("Hello=2C=") L(" world!")),
        ATTACHED(L("Content-Transfer-Encoding: x-uuencode"), L("begin 644 f") L("-2&5L;&\\L('=O<FQD(0``") L("`") L("end")),
        ATTACHED(L("Content-Transfer-Encoding: 8bit"), L("Hello, world!")),
    };

    for (size_t i = 0; i < sizeof mails / sizeof mails[0]; i++) {
        GPtrArray *parts = parts_of(mails[i]);
        const part *p = (const part *)g_ptr_array_index(parts, 0);
        g_assert_cmpmem(p->octets->data, p->octets->len, "Hello, world!", 13);
        g_assert_cmpstr(p->md5, ==, "6cd3556deb0da54bca060b4c39479839");
        g_assert_cmpstr(p->sha256, ==, "315f5bdb76d078c43b8ac0064e4a0164612b1fce77c869345bfc94c75894edd3");
        g_assert_cmpuint(p->defects, ==, 0);
        g_ptr_array_unref(parts);
    }
}

static void test_large_parts_are_decoded_piece_by_piece(void)
{
    enum { OCTETS = 300000 };
    guint8 *octets = (guint8 *)g_malloc(OCTETS);
    char *digits, *mail;
    GPtrArray *parts;

    for (unsigned i = 0; i < OCTETS; i++)
        octets[i] = (guint8)(i * i >> 8);
    digits = g_base64_encode(octets, OCTETS);
    mail = g_strconcat(L("Content-Transfer-Encoding: base64") L(""), digits, NULL);
    parts = parts_of(mail);
    g_assert_cmpmem(((part *)g_ptr_array_index(parts, 0))->octets->data, ((part *)g_ptr_array_index(parts, 0))->octets->len,
                    octets, OCTETS);
    g_ptr_array_unref(parts);
    g_free(mail);
    g_free(digits);
    g_free(octets);
}

/* --- defects ----------------------------------------------------------------------------------------------------------- */

static void test_boundaries(void)
{
    check(L("Content-Type: multipart/mixed") L("") L("--a") L("") L("one") L("--a--"), "1 multipart/mixed 19 no_boundary\n");
    check(MIXED("b") L("--a") L("") L("one") L("--a--"), "1 multipart/mixed 19 wrong_boundary\n");
    check(MIXED("a") L("--a") L("") L("one"), "1 text/plain 5 no_closing_boundary\n");
    check(MIXED("a") L("--a") L("") L("one") L("--a") L("") L("two"), "1 text/plain 3\n2 text/plain 5 "
                                                                      "no_closing_boundary\n");
    check(MIXED("a") L("--a") L("Content-Type: text/html") L("--a") L("") L("two") L("--a--"), "1 text/html 0 no_content\n2 "
                                                                                               "text/plain 3\n");
#define LONG "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0123456789"
    check(MIXED(LONG) L("--" LONG) L("") L("one") L("--" LONG "--"), "1 text/plain 3 long_boundary\n");
}

static void test_the_inner_multipart_lacks_its_closing_boundary(void)
{
    check(MIXED("a") L("--a") L("Content-Type: multipart/mixed; boundary=b") L("") L("--b") L("") L("one") L("--a") L("")
              L("two") L("--a--"),
          "1.1 text/plain 3 no_closing_boundary\n2 text/plain 3\n");
}

static void test_illegal_encodings(void)
{
    check(ATTACHED(L("Content-Transfer-Encoding: base64"), L("SGV*sbG8=")), "1 text/plain 5 illegal_base64\n");
    check(ATTACHED(L("Content-Transfer-Encoding: base64"), L("SGVsbG8")), "1 text/plain 5 illegal_base64\n");
    check(ATTACHED(L("Content-Transfer-Encoding: base64"), L("SGVsbA")), "1 text/plain 4 illegal_base64\n");
    check(ATTACHED(L("Content-Transfer-Encoding: base64"), L("SGVsb")), "1 text/plain 3 illegal_base64\n");
    check(ATTACHED(L("Content-Transfer-Encoding: base64"), L("SGVsbG8=x")), "1 text/plain 5 illegal_base64\n");
    check(ATTACHED(L("Content-Transfer-Encoding: quoted-printable"), L("a=ZZb")), "1 text/plain 5 "
                                                                                  "illegal_quoted_printable\n");
    check(ATTACHED(L("Content-Transfer-Encoding: quoted-printable"), L("a\xe4")), "1 text/plain 2 "
                                                                                  "illegal_quoted_printable\n");
    check(ATTACHED(L("Content-Transfer-Encoding: base32"), L("ME======")), "1 text/plain 8 unknown_encoding\n");
}

static void test_programs(void)
{
    check(ATTACHED(L("Content-Disposition: attachment; filename=setup.EXE"), L("x")), "1 text/plain 'setup.EXE' 1 "
                                                                                      "executable\n");
    check(ATTACHED(L("Content-Disposition: attachment; filename=a.pdf.exe"), L("x")), "1 text/plain 'a.pdf.exe' 1 "
                                                                                      "double_extension executable\n");
    check(ATTACHED(L("Content-Disposition: attachment; filename=\"a.pdf      .js\""), L("x")), "1 text/plain 'a.pdf      "
                                                                                               ".js' 1 double_extension "
                                                                                               "executable\n");
    check(ATTACHED(L("Content-Disposition: attachment; filename=setup-1.22.exe"), L("x")), "1 text/plain 'setup-1.22.exe' 1 "
                                                                                           "executable\n");
    check(ATTACHED(L("Content-Disposition: attachment; filename=a.tar.gz"), L("x")), "1 text/plain 'a.tar.gz' 1\n");
    check(ATTACHED(L("Content-Transfer-Encoding: base64") L("Content-Type: image/png"), L("TVqQAAMAAAA=")), "1 image/png 8 "
                                                                                                            "executable\n");
    check(ATTACHED("", L("MZ are my initials")), "1 text/plain 18\n");
}

/* A mail whose header has a field of so many octets, or whose body has a line of as many. */
static char *with_octets(const char *before, unsigned count, const char *behind)
{
    char *octets = g_strnfill(count, 'x'), *mail = g_strconcat(before, octets, behind, NULL);

    g_free(octets);
    return mail;
}

static void check_long(const char *before, unsigned count, const char *behind, const char *expected)
{
    char *mail = with_octets(before, count, behind);

    check(mail, expected);
    g_free(mail);
}

static void test_long_lines(void)
{
    check_long(L("Subject: x") L(""), 998, L(""), "1 text/plain 1000\n");
    check_long(L("Subject: x") L(""), 999, L(""), "1 text/plain 1001 long_line\n");
    check_long(L("Content-Transfer-Encoding: quoted-printable") L(""), 77, L(""), "1 text/plain 79 long_encoded_line\n");
    check_long("Subject: ", 1000, L("") L(""), "1 text/plain 0 long_header_line\n");
    check_long("Subject: ", 9000, L("") L(""), "1 text/plain 0 long_header_line long_header\n");
    check_long("Content-Type: text/plain; x-y=", 1001, L("") L(""), "1 text/plain 0 long_header_line long_parameter\n");
}

static void test_headers(void)
{
    check(ATTACHED(L("Content-Type: text/html") L("Content-Type: text/plain"), L("x")), "1 text/plain 1 "
                                                                                        "conflicting_header\n");
    check(ATTACHED(L(" folded: nothing") L("Content-Type: text/html"), L("x")), "1 text/html 1 white_space_first\n");
    check(ATTACHED(L("no field") L("Content-Type: text/html"), L("x")), "1 text/html 1 invalid_header\n");
}

/* --- limits and holes -------------------------------------------------------------------------------------------------- */

static void check_asked(const char *mail, part_question asked, const char *expected)
{
    part_source source = {.octets = span_of(mail)};
    char *list = listed(&source, &asked);

    g_assert_cmpstr(list, ==, expected);
    g_free(list);
}

static void test_limits(void)
{
    const char *three = MIXED("a") L("--a") L("") L("one") L("--a") L("") L("two") L("--a") L("") L("three") L("--a--");
    const char *deep =
        L("Content-Type: message/rfc822") L("") L("Content-Type: message/rfc822") L("") L("x: y") L("") L("z");
    part_question asked = question;

    asked.parts_limit = 2;
    check_asked(three, asked, "1 text/plain 3\n2 text/plain 3 too_many_parts\n");
    asked.parts_limit = 3;
    check_asked(three, asked, "1 text/plain 3\n2 text/plain 3\n3 text/plain 5\n");
    asked.octets_limit = 3;
    check_asked(three, asked, "1 text/plain 3\n2 text/plain 3\n3 text/plain too_large\n");
    asked = question;
    asked.total_limit = 8;
    check_asked(three, asked, "1 text/plain 3\n2 text/plain 3\n3 text/plain too_large\n");
    asked = question;
    check_asked(deep, asked, "1 message/rfc822 43\n1.1 message/rfc822 11\n1.1.1 text/plain 3\n");
    asked.depth_limit = 1;
    check_asked(deep, asked, "1 message/rfc822 43\n1.1 message/rfc822 11 nested_too_deep\n");
}

static void test_holes(void)
{
    const char *mail = MIXED("a") L("--a") L("") L("one") L("--a") L("") L("two") L("--a--");
    size_t hole = (size_t)(strstr(mail, "wo\r\n") - mail);
    part_source source = {.octets = span_of(mail), .holes = &hole, .holes_count = 1};
    char *list = listed(&source, &question);

    g_assert_cmpstr(list, ==, "1 text/plain 3\n2 text/plain 3 octets_missing\n");
    g_free(list);
    source = (part_source){.octets = span_of("text\r\n"), .no_begin = true};
    list = listed(&source, &question);
    g_assert_cmpstr(list, ==, "1 text/plain 6 beginning_missing\n");
    g_free(list);
    source = (part_source){.octets = span_of(L("Subject: x") L("") L("text")), .no_end = true};
    list = listed(&source, &question);
    g_assert_cmpstr(list, ==, "1 text/plain 6 end_missing\n");
    g_free(list);
}

/* What would take GMime longer the more of it there is. */
static void test_mails_made_to_be_slow(void)
{
    enum { OCTETS = 1000000 };
    const char *const uuencoded = L("Content-Transfer-Encoding: x-uuencode") L(""), *const repeated[] = {"begin ", "begin"
                                                                                                                   "\n"};
    GString *mail = g_string_new("Content-Type: text/html");
    gint64 begun = g_get_monotonic_time();

    for (unsigned i = 0; mail->len < OCTETS; i++)
        g_string_append_printf(mail, "; a%u=b", i);
    g_string_append(mail, L("") L("") L("x"));
    check(mail->str, "1 text/plain 1000008 long_line long_header\n");
    for (size_t i = 0; i < sizeof repeated / sizeof repeated[0]; i++) {
        g_string_assign(mail, uuencoded);
        while (mail->len < OCTETS)
            g_string_append(mail, repeated[i]);
        check(mail->str, i ? "1 text/plain 0 illegal_uuencode\n" : "1 text/plain 0 illegal_uuencode long_line\n");
    }
    g_string_free(mail, TRUE);
    g_assert_cmpint(g_get_monotonic_time() - begun, <, 60 * G_USEC_PER_SEC);
}

/* --- addresses --------------------------------------------------------------------------------------------------------- */

static void test_urls(void)
{
    check(L("Subject: x") L("") L("See http://example.org/a?b=c&d (or <https://example.net>). HTTP://EXAMPLE.COM, http:// "
                                  "no"),
          "1 text/plain 91 <http://example.org/a?b=c&d> <https://example.net> <HTTP://EXAMPLE.COM>\n");
    check(L("Content-Type: text/html") L("") L("<a href=\"http://example.org/?a=1&amp;b=2\">http://example.org/</a>"), "1 "
                                                                                                                       "text"
                                                                                                                       "/htm"
                                                                                                                       "l "
                                                                                                                       "67 "
                                                                                                                       "<htt"
                                                                                                                       "p://"
                                                                                                                       "exam"
                                                                                                                       "ple."
                                                                                                                       "org/"
                                                                                                                       "?a="
                                                                                                                       "1&b="
                                                                                                                       "2> "
                                                                                                                       "<htt"
                                                                                                                       "p://"
                                                                                                                       "exam"
                                                                                                                       "ple."
                                                                                                                       "org/"
                                                                                                                       ">"
                                                                                                                       "\n");
    check(L("Content-Transfer-Encoding: quoted-printable") L("") L("http://example.=") L("org/=3D1"), "1 text/plain 23 "
                                                                                                      "<http://example.org/"
                                                                                                      "=1>\n");
    check(L("Content-Type: application/x") L("") L("http://example.org/"), "1 application/x 21\n");
    check(L("Subject: x") L("") L("ahttp:// https:http://example.org"), "1 text/plain 35 <http://example.org>\n");
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    parts_begin();
    g_test_add_func("/parts/a mail without MIME is a text", test_a_mail_without_mime_is_a_text);
    g_test_add_func("/parts/a mail without header is a body", test_a_mail_without_header_is_a_body);
    g_test_add_func("/parts/a header without an empty line ends where its fields do",
                    test_a_header_without_an_empty_line_ends_where_its_fields_do);
    g_test_add_func("/parts/what stands before the header is passed over",
                    test_what_stands_before_the_header_is_passed_over);
    g_test_add_func("/parts/parts are numbered as in IMAP", test_parts_are_numbered_as_in_imap);
    g_test_add_func("/parts/a message within a mail has parts", test_a_message_within_a_mail_has_parts);
    g_test_add_func("/parts/a part of a digest is a message", test_a_part_of_a_digest_is_a_message);
    g_test_add_func("/parts/names", test_names);
    g_test_add_func("/parts/encodings", test_encodings);
    g_test_add_func("/parts/large parts are decoded piece by piece", test_large_parts_are_decoded_piece_by_piece);
    g_test_add_func("/parts/boundaries", test_boundaries);
    g_test_add_func("/parts/the inner multipart lacks its closing boundary",
                    test_the_inner_multipart_lacks_its_closing_boundary);
    g_test_add_func("/parts/illegal encodings", test_illegal_encodings);
    g_test_add_func("/parts/programs", test_programs);
    g_test_add_func("/parts/long lines", test_long_lines);
    g_test_add_func("/parts/headers", test_headers);
    g_test_add_func("/parts/limits", test_limits);
    g_test_add_func("/parts/holes", test_holes);
    g_test_add_func("/parts/mails made to be slow", test_mails_made_to_be_slow);
    g_test_add_func("/parts/urls", test_urls);
    return g_test_run();
}
