/* foreign.c — see foreign.h.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
#include "foreign.h"

typedef struct foreign_row {
    const char *mark;
    size_t length;
    const char *name;
} foreign_row;

#define MARK(octets) octets, sizeof octets - 1

static const foreign_row beginnings[] = {
    {MARK("SSH-"), "SSH"},         {MARK("HTTP/"), "HTTP"},       {MARK("SIP/2.0"), "SIP"},
    {MARK("RTSP/"), "RTSP"},       {MARK("RFB 00"), "VNC"},       {MARK("+OK "), "POP3"},
    {MARK("* OK "), "IMAP"},       {MARK("<?xml"), "XMPP"},       {MARK("<stream:stream"), "XMPP"},
    {MARK("\x16\x03\x00"), "SSL"}, {MARK("\x16\x03\x01"), "TLS"}, {MARK("\x16\x03\x02"), "TLS"},
    {MARK("\x16\x03\x03"), "TLS"}, {MARK("\x03\x00\x00"), "RDP"}, {MARK("\x05\x01\x00"), "SOCKS"},
};

static const foreign_row endings[] = {
    {MARK(" HTTP/1.0"), "HTTP"}, {MARK(" HTTP/1.1"), "HTTP"}, {MARK(" HTTP/2.0"), "HTTP"},
    {MARK(" SIP/2.0"), "SIP"},   {MARK(" RTSP/1.0"), "RTSP"},
};

static bool is_mark(span found, const foreign_row *row)
{
    return span_equal(found, (span){(const uint8_t *)row->mark, row->length});
}

const char *foreign_protocol_of(span text)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++)
        if (is_mark(span_first(text, beginnings[i].length), &beginnings[i]))
            return beginnings[i].name;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++)
        if (text.length > endings[i].length && is_mark(span_from(text, text.length - endings[i].length), &endings[i]))
            return endings[i].name;
    return NULL;
}
