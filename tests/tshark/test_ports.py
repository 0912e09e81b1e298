"""Which connections are ours: by port, by choice, and by what they open with.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

import connections
from packets import CLIENT, SERVER, Connection, dialogue, lines
from sharkd import Sharkd

# Ports that no dissector has. Some releases look for SAP on CLIENT's 40000, and a port's dissector comes before heuristics.
ODD = 40025
CLIENT_PORT = 40020
GREETING = ("S", lines("220 mx.example.org ESMTP Postfix"))
HELLO = ("C", lines("EHLO client.example.com"))
REPLY = ("S", lines("250 mx.example.org"))
QUIET_GREETING = ("S", lines("220 mx.example.org ready"))


def connection(port, **options):
    return Connection(client=(CLIENT[0], CLIENT_PORT), server=(SERVER[0], port), **options)


def ours(tshark, capture, script, port=ODD, **common):
    """How many of the packets that carry something are shown as SMTP."""
    return tshark.count(capture(dialogue(connection(port), script)), "esmtp", **common)


@pytest.mark.parametrize("port", [24, 25, 366, 587])
def test_ports_of_our_own(tshark, capture, port):
    assert ours(tshark, capture, [QUIET_GREETING, ("C", lines("HELP")), ("S", lines("214 no"))], port) == 3


TAKEN = {
    "greeting with the protocol's name": ([GREETING, HELLO, REPLY], 3),
    "EHLO behind a greeting that says nothing": ([QUIET_GREETING, HELLO, REPLY], (2, 3)),
    "EHLO behind a greeting in two packets that says nothing": (
        [("S", lines("220-mx.example.org")), ("S", lines("220 ready")), HELLO, REPLY], (2, 4)),
    "HELO without a greeting": ([("C", lines("HELO client.example.com")), REPLY], 2),
    "LHLO": ([("S", lines("220 mx.example.org ready")), ("C", lines("LHLO client.example.com")), REPLY], (2, 3)),
    "greeting of a host without a dot": ([("S", lines("220 localhost ESMTP")), HELLO, REPLY], 3),
    "greeting of many words": ([("S", lines("220 mx.example.org Kerio Connect 9.4 ESMTP ready")), HELLO, REPLY], 3),
    "greeting of several lines": ([("S", lines("220-mx.example.org ESMTP Exim 4.96", "220 no spam")), HELLO, REPLY], 3),
    "readable where TLS was granted": (
        [GREETING, HELLO, ("S", lines("250-mx.example.org", "250 STARTTLS")), ("C", lines("STARTTLS")), ("S", lines("220 Go")),
         ("C", lines("MAIL FROM:<ann@example.com>")), ("S", lines("250 Ok"))], 7),
}

MAIL_TEXT = lines("EHLO client.example.com", "MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.org>", "DATA")
FTP_LOGIN = [("C", lines("USER anonymous")), ("S", lines("331 Guest login ok, send your e-mail address as password")),
             ("C", lines("PASS ann@example.org")), ("S", lines("230-Welcome", "230 Guest access restrictions apply")),
             ("C", lines("HELP")), ("S", lines("214-The following commands are recognized", " MAIL MLFL MRCP MSOM RCPT NOOP QUIT",
                                              "214 Help OK")),
             ("C", lines("EPSV")), ("S", lines("229 Entering Extended Passive Mode (|||50000|)")), ("C", lines("STOR smtp.log")),
             ("S", lines("150 Ok to send data")), ("S", lines("226 Transfer complete")), ("C", lines("NOOP", "QUIT")),
             ("S", lines("200 Ok", "221-You sent 1 file", "221 Goodbye"))]

LEFT = {
    "FTP": [("S", lines("220 ftp.example.org FTP server ready")), ("C", lines("USER anonymous")),
            ("S", lines("331 Guest login ok")), ("C", lines("PASS ann@example.org")), ("S", lines("230 Welcome")),
            ("C", lines("QUIT")), ("S", lines("221 Goodbye"))],
    "FTP on a host named after mail": [("S", lines("220 smtp.example.org FTP server")), ("C", lines("HELP"))],
    "HTTP": [("C", lines("GET /EHLO HTTP/1.1", "Host: mx.example.org", "")),
             ("S", lines("HTTP/1.1 200 OK", "Content-Length: 26", "", "EHLO client.example.com"))],
    "HTTP that carries SMTP": [("C", lines("POST / HTTP/1.1", "Content-Length: 30", "", "EHLO client.example.com", "QUIT"))],
    "IRC": [("C", lines("NICK ann", "USER ann 0 * :Ann")), ("S", lines(":irc.example.org 001 ann :Welcome")),
            ("C", lines("QUIT :EHLO there"))],
    "POP3": [("S", lines("+OK POP3 ready")), ("C", lines("USER ann")), ("S", lines("+OK"))],
    "EHLO said by the side that was connected to": [("S", lines("EHLO client.example.com")), ("C", lines("250 ok"))],
    "a word in the middle of a line": [("C", lines("please EHLO client.example.com"))],
    "FTP that tells of SMTP": [("S", lines(
        "220-ftp.example.org SMTP and FTP services of Example", "220-Write to postmaster by ESMTP: smtp mx.example.org",
        "220 ready"))] + FTP_LOGIN,
    "FTP that does not say so": [("S", lines(
        "220-Welcome to the SMTP archive", "220-ESMTP mx.example.org is elsewhere", "220 ready"))] + FTP_LOGIN,
    "FTP with a sentence that ends in mail": [("S", lines("220 files.example.org is no server of any mail, for SMTP see mx"))]
    + FTP_LOGIN,
    "a file sent up whose middle is mail": [("C", b"begin 644 log.txt\n" + b"x" * 1442), ("C", MAIL_TEXT)],
    "HTTP whose body is mail, a packet of its own": [
        ("C", lines("POST /upload HTTP/1.1", "Host: mx.example.org", f"Content-Length: {len(MAIL_TEXT)}", "Expect: 100-continue",
                    "User-Agent: smtp-checker/1.0", "")),
        ("S", lines("HTTP/1.1 100 Continue", "")), ("C", MAIL_TEXT), ("S", lines("HTTP/1.1 204 No Content", ""))],
    "HTTP whose answer is mail, a packet of its own": [
        ("C", lines("GET /mail.log HTTP/1.1", "Host: mx.example.org", "")),
        ("S", lines("HTTP/1.1 200 OK", f"Content-Length: {len(MAIL_TEXT)}", "")), ("S", MAIL_TEXT),
        ("S", lines("220 mx.example.org ESMTP Postfix"))],
    "NNTP": [("S", lines("200 news.example.org InterNetNews NNRP server INN 2.7.1 ready (posting ok)")),
             ("C", lines("CAPABILITIES")), ("S", lines("101 Capability list:", "VERSION 2", "READER", "POST", "STARTTLS", ".")),
             ("C", lines("MODE READER")), ("S", lines("200 Posting allowed")), ("C", lines("GROUP comp.mail.misc")),
             ("S", lines("211 1234 3000234 3002322 comp.mail.misc")), ("C", lines("ARTICLE 3000234")),
             ("S", lines("220 3000234 <45223423@example.com> ESMTP smtp", "From: ann@example.com", "Subject: SMTP", "",
                         "EHLO client.example.com", ".")),
             ("C", lines("POST")), ("S", lines("340 Input article")), ("C", MAIL_TEXT + lines(".")), ("S", lines("240 Received")),
             ("C", lines("QUIT")), ("S", lines("205 NNTP Service exits normally"))],
    "POP3, a mail fetched": [
        ("S", lines("+OK POP3 mx.example.org ESMTP ready <1896.697170952@mx.example.org>")), ("C", lines("CAPA")),
        ("S", lines("+OK", "TOP", "SASL PLAIN LOGIN", "STLS", "PIPELINING", ".")), ("C", lines("USER ann", "PASS secret", "STAT")),
        ("S", lines("+OK", "+OK", "+OK 2 320")), ("C", lines("RETR 1")), ("S", lines("+OK 120 octets")),
        ("S", MAIL_TEXT + lines(".")), ("C", lines("NOOP", "QUIT")), ("S", lines("+OK", "+OK Bye"))],
    "IMAP, a mail put in": [
        ("S", lines("* OK [CAPABILITY IMAP4rev1 STARTTLS AUTH=PLAIN] Dovecot ready")), ("C", lines("a LOGIN ann secret")),
        ("S", lines("a OK Logged in")), ("C", lines(f"b APPEND Sent {{{len(MAIL_TEXT)}}}")), ("S", lines("+ OK")),
        ("C", MAIL_TEXT + lines("")), ("S", lines("b OK Append completed")), ("C", lines("c LOGOUT")),
        ("S", lines("* BYE Logging out", "c OK Logout completed"))],
    "IRC, a server and much talk": [
        ("S", lines(":irc.example.org NOTICE AUTH :*** Looking up your hostname...", "PING :220")), ("C", lines("PONG :220")),
        ("C", lines("CAP LS 302", "NICK ann", "USER ann 0 * :Ann")),
        ("S", lines(":irc.example.org 001 ann :Welcome", ":irc.example.org 220 ann :ESMTP smtp",
                    ":irc.example.org 250 ann :Highest connection count: 40", ":irc.example.org 354 ann x")),
        ("C", lines("JOIN #smtp")), ("S", lines(":bob PRIVMSG #smtp :EHLO client.example.com")),
        ("C", lines("PRIVMSG #smtp :220 mx.example.org ESMTP")), ("C", lines("HELP")), ("C", lines("QUIT :MAIL FROM:<ann@example.com>")),
        ("S", lines("ERROR :Closing link"))],
    "IRC, one server to another": [
        ("C", lines("PASS secret TS 6 :1AA", "CAPAB :ENCAP QS TLS", "SERVER irc1.example.org 1 :mail")),
        ("S", lines("PASS secret TS 6 :2BB", "SERVER irc2.example.org 1 :ESMTP"))],
    "SIP": [
        ("C", lines("INVITE sip:bob@example.org SIP/2.0", "Via: SIP/2.0/TCP client.example.com", "From: <sip:ann@example.com>",
                    "To: <sip:bob@example.org>", "Call-ID: 1@client.example.com", "CSeq: 1 INVITE", "Content-Length: 0", "")),
        ("S", lines("SIP/2.0 220 ESMTP smtp", "CSeq: 1 INVITE", "")), ("C", lines("ACK sip:bob@example.org SIP/2.0", ""))],
    "ManageSieve": [
        ("S", lines('"IMPLEMENTATION" "Dovecot Pigeonhole"', '"STARTTLS"', 'OK "ESMTP ready."')), ("C", lines("NOOP", "LOGOUT")),
        ("S", lines("OK", "OK"))],
}


@pytest.mark.parametrize("case", TAKEN)
@pytest.mark.parametrize("two_pass", [False, True], ids=["one-pass", "two-pass"])
def test_openings_that_can_be_nothing_else(tshark, capture, case, two_pass):
    """A number, or one for each pass: a greeting that only the hello shows to be one is drawn on later visits."""
    script, expected = TAKEN[case]
    assert ours(tshark, capture, script, two_pass=two_pass) == (expected[two_pass] if isinstance(expected, tuple) else expected)


@pytest.mark.parametrize("ends", [(CLIENT, SERVER), (SERVER, CLIENT)], ids=["server-higher", "server-lower"])
def test_greeting_that_only_the_hello_shows_to_be_one(tshark, capture, ends):
    """It is read with the hello, whatever the order of the addresses: the replies are paired, and the log counts it."""
    client, server = (ends[0][0], CLIENT_PORT), (ends[1][0], ODD)
    path = capture(dialogue(Connection(client, server), [("S", lines("220-mx.example.org")), ("S", lines("220 ready")), HELLO, REPLY]))
    for two_pass in (False, True):
        record, = connections.records(tshark, path, two_pass=two_pass)
        assert (record["replies"], record["server_addr"], record["server_name"]) == (2, server[0], "mx.example.org")
    assert tshark.values(path, "esmtp.reply.verb", two_pass=True) == ["CONNECT", "EHLO"]
    assert tshark.values(path, "esmtp.command.reply_frame", two_pass=True) == ["7"]
    assert tshark.count(path, "esmtp.expert", two_pass=True) == 0


@pytest.mark.parametrize("case", LEFT)
def test_other_protocols_are_left_alone(tshark, capture, case):
    assert ours(tshark, capture, LEFT[case]) == 0


@pytest.mark.parametrize("name", ["esmtp", "smtp", "lmtp"])
def test_decode_as(tshark, capture, name):
    path = capture(dialogue(connection(ODD), [QUIET_GREETING, ("C", lines("HELP")), ("S", lines("214 no"))]))
    assert tshark.count(path, "esmtp") == 0
    assert tshark.count(path, "esmtp", options=("-d", f"tcp.port=={ODD},{name}")) == 3


SESSION = [GREETING, HELLO, REPLY]


@pytest.mark.parametrize("preferences, port, expected", [
    ({"esmtp.tcp.port": "2525"}, 2525, 3),
    ({"smtp.tcp.port": "2526"}, 2526, 3),
    ({"smtp.tcp.port": "2526"}, 25, 3),
    ({"esmtp.tcp.port": "2525", "esmtp.replace_builtin": "FALSE"}, 2525, 0),
    ({"esmtp.replace_builtin": "FALSE"}, 25, 0),
    ({"esmtp.replace_builtin": "FALSE"}, 587, 0),
])
def test_ports_by_preference(tshark, capture, preferences, port, expected):
    script = [QUIET_GREETING, ("C", lines("HELP")), ("S", lines("214 no"))]
    path = capture(dialogue(connection(port), script))
    assert tshark.count(path, "esmtp", preferences=preferences) == expected
    assert tshark.count(path, "smtp", preferences=preferences) == 3


QUIET = [QUIET_GREETING, ("C", lines("HELP")), ("S", lines("214 no"))]


@pytest.mark.parametrize("port, choice", [(ODD, f"tcp.port=={ODD},esmtp"), (25, "tcp.port==25,esmtp"), (587, "tcp.port==25-600,esmtp"),
                                          (366, "tcp.port==0x16c:3,esmtp")])
@pytest.mark.parametrize("keep", [{"preferences": {"esmtp.replace_builtin": "FALSE"}}, {}], ids=["not-replaced", "replaced"])
def test_a_choice_of_ours_stays(tshark, capture, port, choice, keep):
    assert ours(tshark, capture, QUIET, port, options=("-d", choice), **keep) == 3


@pytest.mark.thorough
def test_a_choice_for_other_ports_keeps_none_of_ours(tshark, capture):
    for choice in (f"tcp.port=={ODD},esmtp", "tcp.port==26-30,esmtp", "tcp.port==23:2,esmtp", "tls.port==25,esmtp", "tcp.port==2,esmtp"):
        assert ours(tshark, capture, QUIET, 25, options=("-d", choice), preferences={"esmtp.replace_builtin": "FALSE"}) == 0


def test_a_choice_of_the_builtin_goes_to_it_when_it_is_not_replaced(tshark, capture):
    path = capture(dialogue(connection(ODD), QUIET))
    common = {"options": ("-d", f"tcp.port=={ODD},smtp"), "preferences": {"esmtp.replace_builtin": "FALSE"}}
    assert (tshark.count(path, "smtp && !esmtp", **common), tshark.count(path, "esmtp", **common)) == (3, 0)


def test_a_choice_of_the_builtin_taken_and_given_back(tshark, capture):
    """In a program that runs on. What its preferences name is a choice like Decode As."""
    path = capture(dialogue(connection(ODD), QUIET))
    with Sharkd(tshark.sandbox) as sharkd:
        sharkd.load(path, {"smtp.tcp.port": str(ODD)})
        assert len(sharkd.matching("esmtp")) == 3
        sharkd.load(path, {"esmtp.replace_builtin": "FALSE"})
        assert (len(sharkd.matching("smtp && !esmtp")), len(sharkd.matching("esmtp"))) == (3, 0)
        sharkd.load(path, {"esmtp.replace_builtin": "TRUE"})
        assert len(sharkd.matching("esmtp")) == 3


def test_disabled_it_gives_the_ports_back(tshark, capture):
    path = capture(dialogue(connection(25), SESSION))
    assert tshark.count(path, "smtp.req.command == EHLO", options=("--disable-protocol", "esmtp")) == 1
    assert tshark.count(path, "esmtp", options=("--disable-protocol", "esmtp")) == 0
