"""Which connections are ours: by port, by choice, and by what they open with.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from packets import CLIENT, SERVER, Connection, dialogue, lines

ODD = 40025
GREETING = ("S", lines("220 mx.example.org ESMTP Postfix"))
HELLO = ("C", lines("EHLO client.example.com"))
REPLY = ("S", lines("250 mx.example.org"))
QUIET_GREETING = ("S", lines("220 mx.example.org ready"))


def connection(port, **options):
    return Connection(client=CLIENT, server=(SERVER[0], port), **options)


def ours(tshark, capture, script, port=ODD, **common):
    """How many of the packets that carry something are shown as SMTP."""
    return tshark.count(capture(dialogue(connection(port), script)), "esmtp", **common)


@pytest.mark.parametrize("port", [24, 25, 366, 587])
def test_ports_of_our_own(tshark, capture, port):
    assert ours(tshark, capture, [QUIET_GREETING, ("C", lines("HELP")), ("S", lines("214 no"))], port) == 3


TAKEN = {
    "greeting with the protocol's name": ([GREETING, HELLO, REPLY], 3),
    "EHLO behind a greeting that says nothing": ([QUIET_GREETING, HELLO, REPLY], 2),
    "HELO without a greeting": ([("C", lines("HELO client.example.com")), REPLY], 2),
    "LHLO": ([("S", lines("220 mx.example.org ready")), ("C", lines("LHLO client.example.com")), REPLY], 2),
}

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
}


@pytest.mark.parametrize("case", TAKEN)
@pytest.mark.parametrize("two_pass", [False, True], ids=["one-pass", "two-pass"])
def test_openings_that_can_be_nothing_else(tshark, capture, case, two_pass):
    script, expected = TAKEN[case]
    assert ours(tshark, capture, script, two_pass=two_pass) == expected


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
    ({"esmtp.replace_builtin": "FALSE"}, 25, 0),
    ({"esmtp.replace_builtin": "FALSE"}, 587, 0),
])
def test_ports_by_preference(tshark, capture, preferences, port, expected):
    script = [QUIET_GREETING, ("C", lines("HELP")), ("S", lines("214 no"))]
    path = capture(dialogue(connection(port), script))
    assert tshark.count(path, "esmtp", preferences=preferences) == expected
    assert tshark.count(path, "smtp", preferences=preferences) == 3


def test_disabled_it_gives_the_ports_back(tshark, capture):
    path = capture(dialogue(connection(25), SESSION))
    assert tshark.count(path, "smtp.req.command == EHLO", options=("--disable-protocol", "esmtp")) == 1
    assert tshark.count(path, "esmtp", options=("--disable-protocol", "esmtp")) == 0
