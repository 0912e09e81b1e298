/* test_foreign.c — first lines of other protocols.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include <glib.h>

#include "wire/foreign.h"

/* A literal and its length, NUL octets counted. */
#define OCTETS(text) text, sizeof(text) - 1

static void test_foreign(void)
{
    static const struct {
        const char *in;
        size_t length;
        const char *name; /* NULL: none */
    } cases[] = {
        {OCTETS("SSH-2.0-OpenSSH_9.2p1"), "SSH"},
        {OCTETS("HTTP/1.1 400 Bad Request"), "HTTP"},
        {OCTETS("SIP/2.0 200 OK"), "SIP"},
        {OCTETS("RTSP/1.0 200 OK"), "RTSP"},
        {OCTETS("RFB 003.008"), "VNC"},
        {OCTETS("+OK POP3 ready"), "POP3"},
        {OCTETS("* OK IMAP4rev1 ready"), "IMAP"},
        {OCTETS("<?xml version='1.0'?>"), "XMPP"},
        {OCTETS("<stream:stream to='a'>"), "XMPP"},
        {OCTETS("\x16\x03\x00\x00\x2f"), "SSL"},
        {OCTETS("\x16\x03\x01\x02\x00"), "TLS"},
        {OCTETS("\x16\x03\x02\x02\x00"), "TLS"},
        {OCTETS("\x16\x03\x03\x02\x00"), "TLS"},
        {OCTETS("\x03\x00\x00\x13\x0e"), "RDP"},
        {OCTETS("\x05\x01\x00"), "SOCKS"},
        {OCTETS("GET / HTTP/1.0"), "HTTP"},
        {OCTETS("CONNECT mx.example.org:25 HTTP/1.1"), "HTTP"},
        {OCTETS("PRI * HTTP/2.0"), "HTTP"},
        {OCTETS("OPTIONS sip:nm SIP/2.0"), "SIP"},
        {OCTETS("OPTIONS / RTSP/1.0"), "RTSP"},
        {OCTETS(""), NULL},
        {OCTETS("SSH"), NULL},
        {OCTETS("ssh-2.0"), NULL},
        {OCTETS(" HTTP/1.0"), NULL}, /* a request has something before it */
        {OCTETS("x HTTP/1.0"), "HTTP"},
        {OCTETS("GET / HTTP/1.2"), NULL},
        {OCTETS("GET / HTTP/1.1 "), NULL},
        {OCTETS("\x16\x03\x04"), NULL}, /* TLS 1.3 keeps 3.1 or 3.3 in its records */
        {OCTETS("\x16\x03"), NULL},
        {OCTETS("\x05\x01"), NULL},
        {OCTETS("* OK"), NULL},
        {OCTETS("EHLO client.example"), NULL},
        {OCTETS("220 mx.example.org ESMTP"), NULL},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint8_t *copy = g_memdup2(cases[i].in, cases[i].length);
        g_assert_cmpstr(foreign_protocol_of((span){copy, cases[i].length}), ==, cases[i].name);
        g_free(copy);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/foreign", test_foreign);
    return g_test_run();
}
