/* test_greeting.c — greetings and first lines of EHLO replies, as servers send them.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "spans.h"
#include "wire/greeting.h"

static void test_greeting(void)
{
    static const struct {
        const char *in, *domain, *software, *name;
    } cases[] = {
        {"ip-10-201-52-114.ec2.internal ESMTP Exim 4.95 Ubuntu", "ip-10-201-52-114.ec2.internal", "Exim 4.95", "Exim"},
        {"mx.example.org ESMTP Exim 4.98.1 Tue, 14 Nov 2023 22:13:20 +0000", "mx.example.org", "Exim 4.98.1", "Exim"},
        {"smtp.gmail.com ESMTP d2e1a72fcca58-12345 - gsmtp", "smtp.gmail.com", "gsmtp", "Gmail"},
        {"sunsite.dcc.uchile.cl ESMTP sendmail", "sunsite.dcc.uchile.cl", "sendmail", "Sendmail"},
        {"mx.example.org ESMTP Sendmail 8.17.1/8.17.1/Debian-2; Tue, 14 Nov 2023", "mx.example.org", "Sendmail 8.17.1",
         "Sendmail"},
        {"mx.example.org ESMTP Postfix (Debian/GNU)", "mx.example.org", "Postfix", "Postfix"},
        {"mx.example.org ESMTP Postfix (3.7.11)", "mx.example.org", "Postfix (3.7.11)", "Postfix"},
        {"mx.example.org ESMTP Postfix (3.7 of a kind)", "mx.example.org", "Postfix", "Postfix"},
        {"postfix.example.org ESMTP", "postfix.example.org", "", NULL},
        {"mx.example.org ESMTP ready at exim.example.org", "mx.example.org", "", NULL},
        {"mx.example.org ESMTP myexim 4.95", "mx.example.org", "", NULL},
        {"mx.example.org ESMTP mail.exim 4.95", "mx.example.org", "", NULL},
        {"mx.example.org ESMTP ann@exim 4.95", "mx.example.org", "", NULL},
        {"mx.example.org ESMTP exim4 4.95", "mx.example.org", "", NULL},
        {"Exim/4.95 ready", "", "Exim/4.95", "Exim"},
        {"AM0.mail.example Microsoft ESMTP MAIL Service ready at Tue, 14 Nov 2023 22:13:20 +0000", "AM0.mail.example",
         "Microsoft ESMTP MAIL Service", "Microsoft Exchange"},
        {"mx.example.org Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675 ready at Tue", "mx.example.org",
         "Microsoft ESMTP MAIL Service, Version: 6.0.3790.4675", "Microsoft Exchange"},
        {"mx.example.org ESMTP OpenSMTPD", "mx.example.org", "OpenSMTPD", "OpenSMTPD"},
        {"mx.example.org ESMTP Haraka/2.8.28 ready (1F0A)", "mx.example.org", "Haraka/2.8.28", "Haraka"},
        {"mx.example.org ESMTP Haraka 2.8 ready", "mx.example.org", "Haraka 2.8", "Haraka"},
        {"mx.example.org ESMTP Haraka ready", "mx.example.org", "Haraka", "Haraka"},
        {"mx.example.org Dovecot ready.", "mx.example.org", "Dovecot", "Dovecot"},
        {"mx.example.org Cyrus LMTP v2.4.17 server ready", "mx.example.org", "Cyrus LMTP v2.4.17", "Cyrus"},
        {"mx.example.org ESMTP CommuniGate Pro 6.3.1", "mx.example.org", "CommuniGate Pro 6.3.1", "CommuniGate Pro"},
        {"mx.example.org ESMTP MDaemon 23.0.2; Tue, 14 Nov 2023", "mx.example.org", "MDaemon 23.0.2", "MDaemon"},
        {"mx.example.org ESMTP MailEnable Service, Version: 10.44-- ready", "mx.example.org", "MailEnable", "MailEnable"},
        {"mx.example.org ESMTP Service (IBM Domino Release 9.0.1FP10) ready", "mx.example.org",
         "IBM Domino Release 9.0.1FP10", "Domino"},
        {"mail.example ESMTP SimpleEmailService-d-ABC 1700000000", "mail.example", "SimpleEmailService", "Amazon SES"},
        {"mx.example.org Python SMTP 1.4.4", "mx.example.org", "Python SMTP 1.4.4", "aiosmtpd"},
        {"mailhog.example ESMTP MailHog", "mailhog.example", "MailHog", "MailHog"},
        {"Postini ESMTP 210 y6_35_0c6 ready.  CA Business and Professions Code Section 17538.45", "", "Postini", "Postini"},
        {"CheckPoint FireWall-1 secure ESMTP server", "", "CheckPoint FireWall-1", "Check Point FireWall-1"},
        {"fw.example.org FireWall-1 SMTP server", "fw.example.org", "FireWall-1", "Check Point FireWall-1"},
        {"p01c11m073.mxlogic.example ESMTP mxl_mta-6.2.0-2 [ba62d7a]; Tue, 14 Nov 2023 22:13:20 +0000 (MST)",
         "p01c11m073.mxlogic.example", "mxl_mta-6.2.0-2", "MX Logic"},
        {"163.example Anti-spam GT for Coremail System (163com[20141201])", "163.example", "Coremail", "Coremail"},
        {"mail.example ESMTP CommuniGate Pro 5.4.2 is glad to see you!", "mail.example", "CommuniGate Pro 5.4.2",
         "CommuniGate Pro"},
        {"CommuniGate Pro ESMTP 4.1.8 ready", "", "CommuniGate Pro", "CommuniGate Pro"},
        {"newxmesmtplogicsvrszc9.qq.example XMail Esmtp QQ Mail Server.", "newxmesmtplogicsvrszc9.qq.example",
         "QQ Mail Server", "QQ Mail"},
        {"smtp.qq.example Esmtp QQ QMail Server", "smtp.qq.example", "QQ QMail Server", "QQ Mail"},
        {"xmail.example ESMTP XMail 1.27", "xmail.example", "XMail 1.27", "XMail"},
        {"ESMTP on WinWebMail [3.7.3.1] ready.  http://www.winwebmail.example", "", "WinWebMail [3.7.3.1]", "WinWebMail"},
        {"mx.example.org ESMTP MailMarshal (v6.4.1.4345) Ready", "mx.example.org", "MailMarshal (v6.4.1.4345)",
         "MailMarshal"},
        {"mx.example.org (PowerMTA(TM) v3.2r4) ESMTP service ready", "mx.example.org", "PowerMTA(TM) v3.2r4", "PowerMTA"},
        {"mx.example.org ESMTP server (InterMail vM.8.00.01.00 201-2244) ready", "mx.example.org", "InterMail", "InterMail"},
        {"mx.example.org SMTP/smap Ready.", "mx.example.org", "smap", "smap"},
        {"mx.example.org ESMTP ready; forwarded by Yandex.Mail", "mx.example.org", "Yandex.Mail", "Yandex"},
        {"mercury ESMTP Sendmail 8.17.1", "mercury", "Sendmail 8.17.1", "Sendmail"},
        {"Postfix ESMTP Postfix", "Postfix", "Postfix", "Postfix"},
        {"cyrus.example.org ESMTP", "cyrus.example.org", "", NULL},
        {"[192.0.2.1] ESMTP", "[192.0.2.1]", "", NULL},
        {"localhost", "localhost", "", NULL},
        {"mx.example.org, ESMTP", "mx.example.org", "", NULL},
        {"ESMTP Postfix", "", "Postfix", "Postfix"},
        {"Welcome to the mail service", "", "", NULL},
        {"***************************", "", "", NULL},
        {"", "", "", NULL},
        {" ", "", "", NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        greeting out;
        g_test_message("%s", cases[i].in);
        greeting_parse(in, &out);
        assert_span(out.domain, cases[i].domain);
        assert_span(out.software, cases[i].software);
        g_assert_cmpstr(out.row ? out.row->name : NULL, ==, cases[i].name);
        release(in);
    }
}

/* The servers whose greetings have a number behind the name that is no version. */
static bool takes_version(const char *name)
{
    static const char *const unversioned[] = {"Amazon SES", "Gmail",   "Trend Micro InterScan",  "QQ Mail",   "Coremail",
                                              "Yandex",     "Postini", "Check Point FireWall-1", "InterMail", NULL};

    return !g_strv_contains(unversioned, name);
}

/* Each signature is found in a greeting that holds it, with a version and without, and cut off anywhere. */
static void test_rows(void)
{
    size_t count;
    const software_row *rows = software_rows(&count);

    for (size_t i = 0; i < count; i++) {
        char *plain = g_strconcat("mx.example.org ESMTP ", rows[i].signature, " ready", NULL);
        char *versioned = g_strconcat("mx.example.org ESMTP ", rows[i].signature, " 1.2-b3; ready", NULL);
        char *wanted = g_strconcat(rows[i].signature, takes_version(rows[i].name) ? " 1.2-b3" : "", NULL);
        greeting out;
        greeting_parse(span_of(plain), &out);
        assert_span(out.software, rows[i].signature);
        g_assert_cmpstr(out.row->name, ==, rows[i].name);
        greeting_parse(span_of(versioned), &out);
        assert_span(out.software, wanted);
        for (size_t length = 0; length < strlen(versioned); length++) {
            uint8_t *copy = g_memdup2(versioned, length);
            greeting_parse((span){copy, length}, &out);
            g_assert_cmpuint(out.software.length, <=, length);
            g_free(copy);
        }
        g_free(plain);
        g_free(versioned);
        g_free(wanted);
    }
}

static void test_ehlo_reply(void)
{
    static const struct {
        const char *in, *domain, *client_name, *client_text;
        address_kind kind;
    } cases[] = {
        {"smtp.gmail.com at your service, [2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d]", "smtp.gmail.com", "",
         "2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d", ADDRESS_IPV6},
        {"sunsite.dcc.uchile.cl Hello , pleased to meet you", "sunsite.dcc.uchile.cl", "", "", ADDRESS_NONE},
        {"mx.example.org Hello client.example [192.0.2.1], pleased to meet you", "mx.example.org", "client.example",
         "192.0.2.1", ADDRESS_IPV4},
        {"mx.example.org Hello client.example [192.0.2.1]", "mx.example.org", "client.example", "192.0.2.1", ADDRESS_IPV4},
        {"mx.example.org Hello [192.0.2.1]", "mx.example.org", "", "192.0.2.1", ADDRESS_IPV4},
        {"mx.example.org Hello ann@client.example [IPv6:2001:db8::1], pleased to meet you", "mx.example.org",
         "client.example", "IPv6:2001:db8::1", ADDRESS_IPV6},
        {"mx.example.org Hello root at localhost [127.0.0.1]", "mx.example.org", "localhost", "127.0.0.1", ADDRESS_IPV4},
        {"mx.example.org Hello client.example (192.0.2.1)", "mx.example.org", "client.example", "192.0.2.1", ADDRESS_IPV4},
        {"mx.example.org Hello Unknown [192.0.2.1], Haraka is at your service.", "mx.example.org", "", "192.0.2.1",
         ADDRESS_IPV4},
        {"mx.example.org Nice to meet you, client.example", "mx.example.org", "client.example", "", ADDRESS_NONE},
        {"mx.example.org Nice to meet you, [192.0.2.1]", "mx.example.org", "", "192.0.2.1", ADDRESS_IPV4},
        {"Hello host.example [192.0.2.1]", "", "host.example", "192.0.2.1", ADDRESS_IPV4},
        {"Hello client.example", "", "client.example", "", ADDRESS_NONE},
        {"Postini says hello back", "", "", "", ADDRESS_NONE},
        {"postini.example says hello back", "postini.example", "", "", ADDRESS_NONE},
        {"mx.example.org", "mx.example.org", "", "", ADDRESS_NONE},
        {"mx.example.org Hello", "mx.example.org", "", "", ADDRESS_NONE},
        {"mx.example.org Hello 192.0.2.1", "mx.example.org", "", "", ADDRESS_NONE},
        {"mx.example.org Hello b\xc3\xbc.example [::1]", "mx.example.org", "b\xc3\xbc.example", "::1", ADDRESS_IPV6},
        {"mx.example.org [not an address] [192.0.2.1", "mx.example.org", "", "192.0.2.1", ADDRESS_IPV4},
        {"", "", "", "", ADDRESS_NONE},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        span in = exact(cases[i].in);
        ehlo_reply out;
        g_test_message("%s", cases[i].in);
        ehlo_reply_parse(in, &out);
        assert_span(out.domain, cases[i].domain);
        assert_span(out.client_name, cases[i].client_name);
        assert_span(out.client_text, cases[i].client_text);
        g_assert_cmpint(out.client.kind, ==, cases[i].kind);
        for (size_t length = 0; length < in.length; length++) {
            uint8_t *copy = g_memdup2(in.octets, length);
            ehlo_reply_parse((span){copy, length}, &out);
            g_assert_cmpuint(out.domain.length, <=, length);
            g_free(copy);
        }
        release(in);
    }
}

/* Software is looked for in so much of a greeting. */
static void test_limit(void)
{
    static const char greets[] = "mx.example.org ESMTP ", name[] = "Exim";
    size_t begin = 2048 - strlen(name);
    uint8_t text[2049];
    greeting out;

    memset(text, ' ', sizeof text);
    memcpy(text, greets, strlen(greets));
    memcpy(text + begin, name, strlen(name));
    greeting_parse((span){text, sizeof text}, &out);
    assert_span(out.software, name);
    memcpy(text + begin, " Exim", 5);
    greeting_parse((span){text, sizeof text}, &out);
    g_assert_null(out.row);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/greeting/greeting", test_greeting);
    g_test_add_func("/greeting/limit", test_limit);
    g_test_add_func("/greeting/rows", test_rows);
    g_test_add_func("/greeting/ehlo_reply", test_ehlo_reply);
    return g_test_run();
}
