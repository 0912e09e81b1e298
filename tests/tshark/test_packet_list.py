"""What the packet list says: columns Protocol and Info, as people know them from the built-in dissector, and never a secret.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import places
from packets import Connection, dialogue, lines

GREETING = ("S", lines("220 mx.example.net ESMTP Postfix"))
EHLO = ("C", lines("EHLO client.example.org"))
EHLO_REPLY = ("S", lines("250-mx.example.net Hello", "250-PIPELINING", "250-AUTH LOGIN PLAIN CRAM-MD5 XOAUTH2", "250 CHUNKING"))
OPENING = [GREETING, EHLO, EHLO_REPLY]
ENVELOPE = ("C", lines("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>", "DATA"))
ENVELOPE_REPLY = ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok", "354 Go ahead"))
MAIL = lines("From: ann@example.org", "To: bob@example.net", "Subject: Hello", "", "Body.")

# What is said after the opening, and what the packet list shows for it: Protocol and Info, one a segment.
LISTED = {
    "opening": ([], [
        ("SMTP", "S: 220 mx.example.net ESMTP Postfix"),
        ("SMTP", "C: EHLO client.example.org"),
        ("SMTP", "S: 250-mx.example.net Hello | PIPELINING | AUTH LOGIN PLAIN CRAM-MD5 XOAUTH2 | CHUNKING"),
    ]),
    "commands and replies of one segment": ([ENVELOPE, ENVELOPE_REPLY], [
        ("SMTP", "C: MAIL FROM:<ann@example.org> | RCPT TO:<bob@example.net> | DATA"),
        ("SMTP", "S: 250 2.1.0 Ok | 250 2.1.5 Ok | 354 Go ahead"),
    ]),
    "several replies of several lines": ([("C", lines("NOOP", "HELP")), ("S", lines("250-a", "250 b", "214-c", "214 d"))], [
        ("SMTP", "C: NOOP | HELP"),
        ("SMTP", "S: 250-a | b | 214-c | d"),
    ]),
    "a line with another code": ([("C", lines("NOOP")), ("S", lines("250-checking", "250-still", "550 5.7.1 blocked"))], [
        ("SMTP", "C: NOOP"),
        ("SMTP", "S: 250-checking | still | 550 5.7.1 blocked"),
    ]),
    "a reply in several packets": ([("C", lines("HELP")), ("S", lines("214-a", "214-b")), ("S", lines("214-c")), ("S", lines("214 d", "250 e"))], [
        ("SMTP", "C: HELP"),
        ("SMTP", "S: 214-a | b"),
        ("SMTP", "S: 214-c"),
        ("SMTP", "S: 214 d | 250 e"),
    ]),
    "AUTH with initial response": ([("C", lines("AUTH PLAIN AGFubgBzZWNyZXQ=")), ("S", lines("235 2.7.0 Welcome"))], [
        ("SMTP", "C: AUTH PLAIN …"),
        ("SMTP", "S: 235 2.7.0 Welcome"),
    ]),
    "AUTH typed in lower case": ([("C", lines("auth plain AGFubgBzZWNyZXQ=")), ("S", lines("535 5.7.8 No"))], [
        ("SMTP", "C: auth plain …"),
        ("SMTP", "S: 535 5.7.8 No"),
    ]),
    "unknown command": ([("C", lines("XYZZY plugh")), ("S", lines("500 5.5.1 What?"))], [
        ("SMTP", "C: XYZZY plugh"),
        ("SMTP", "S: 500 5.5.1 What?"),
    ]),
}


def listed(tshark, path, **common):
    """The columns of the frames that carry SMTP, in order."""
    return list(tshark.columns(path, "Protocol", "Info", only="smtp", **common).values())


@pytest.mark.parametrize("case", LISTED)
def test_columns(tshark, capture, case):
    script, expected = LISTED[case]
    rows = listed(tshark, capture(dialogue(Connection(), OPENING + script)))
    assert rows[-len(expected):] == expected


@pytest.mark.parametrize("case", ["opening", "commands and replies of one segment", "several replies of several lines"])
def test_columns_are_the_built_in_dissectors(stock, capture, case):
    """The table above is no invention: the stock Wireshark shows the same."""
    script, expected = LISTED[case]
    assert listed(stock, capture(dialogue(Connection(), OPENING + script)))[-len(expected):] == expected


def test_continuation_of_auth_is_called_response(tshark, capture):
    script = OPENING + [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines("YW5u")),
                        ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines("c2VjcmV0")), ("S", lines("235 2.7.0 Welcome"))]
    rows = [info for _, info in listed(tshark, capture(dialogue(Connection(), script)))][len(OPENING):]
    assert rows[0] == "C: AUTH LOGIN"
    assert rows[2] == rows[4] == "C: AUTH response"
    assert rows[5] == "S: 235 2.7.0 Welcome"


def test_mail_in_one_segment(tshark, capture):
    script = OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", MAIL + lines("."))]
    protocol, info = listed(tshark, capture(dialogue(Connection(), script)))[-1]
    assert protocol == "SMTP/IMF"
    assert "from: ann@example.org, subject: Hello" in info


def test_mail_in_many_segments(tshark, capture):
    content = MAIL + b"x" * 78 + b"\r\n" + lines(*["y" * 76] * 50)
    script = OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", content + lines("."))]
    rows = listed(tshark, capture(dialogue(Connection(), script, 1000)))[5:]
    assert rows[:-1] == [("SMTP", "C: DATA fragment, 1000 bytes")] * (len(content) // 1000)
    assert rows[-1][0] == "SMTP/IMF"
    assert "subject: Hello" in rows[-1][1]


# Ways to say a secret; each is said after the opening, cut into segments of several sizes.
SECRETS = {
    "PLAIN at once": [("C", lines("AUTH PLAIN AGFubgBzZWNyZXQ="))],
    "PLAIN at once, refused": [("C", lines("AUTH PLAIN AGFubgBzZWNyZXQ=")), ("S", lines("535 5.7.8 Bad")),
                               ("C", lines("AUTH PLAIN AGFubgBzZWNyZXQ="))],
    "PLAIN in two steps": [("C", lines("AUTH PLAIN")), ("S", lines("334 ")), ("C", lines("AGFubgBzZWNyZXQ="))],
    "LOGIN": [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines("YW5u")),
              ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines("c2VjcmV0")), ("S", lines("235 2.7.0 Welcome"))],
    "LOGIN with user name at once": [("C", lines("AUTH LOGIN YW5u")), ("S", lines("334 UGFzc3dvcmQ6")),
                                     ("C", lines("c2VjcmV0"))],
    "CRAM-MD5": [("C", lines("AUTH CRAM-MD5")), ("S", lines("334 PDE4OTYuNjk3QHBvc3RvZmZpY2U+")),
                 ("C", lines("YW5uIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw"))],
    "XOAUTH2": [("C", lines("AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgc2VjcmV0AQE="))],
    "Exchange's verb": [("C", lines("X-EXPS PLAIN AGFubgBzZWNyZXQ="))],
    "mechanism unknown": [("C", lines("AUTH X-OWN c2VjcmV0"))],
    "spaces": [("C", lines("AUTH  PLAIN   AGFubgBzZWNyZXQ="))],
    "response in two lines of one segment": [("C", lines("AUTH LOGIN", "YW5u", "c2VjcmV0"))],
}
GIVEAWAYS = ["AGFubgBzZWNyZXQ", "c2VjcmV0", "secret", "YW5u", "VXNlcm5hbWU6", "UGFzc3dvcmQ6", "PDE4OTYuNjk3", "YW5uIGI5",
             "b913a602", "dXNlcj1hbm4"]


@pytest.mark.parametrize("two_pass", [False, True], ids=["one-pass", "two-pass"])
@pytest.mark.parametrize("size", [1460, 20, 13, 1])
@pytest.mark.parametrize("case", SECRETS)
def test_no_secret_in_info(tshark, capture, case, size, two_pass):
    path = capture(dialogue(Connection(), OPENING + SECRETS[case], size))
    rows = [info for _, info in listed(tshark, path, two_pass=two_pass)]
    assert len(rows) > len(OPENING)
    assert [(info, word) for info in rows for word in GIVEAWAYS if word in info] == []


@pytest.mark.parametrize("case", ["PLAIN in two steps", "LOGIN", "CRAM-MD5"])
@pytest.mark.parametrize("missing", [1, 2])
def test_no_secret_in_info_when_the_capture_begins_amid_auth(tshark, capture, case, missing):
    """The 334 tells that what comes next is a response."""
    script = SECRETS[case][missing:] if SECRETS[case][missing][0] == "S" else SECRETS[case][missing - 1:]
    path = capture(dialogue(Connection(handshake=False), script))
    rows = [info for _, info in listed(tshark, path)]
    assert rows
    assert [(info, word) for info in rows for word in GIVEAWAYS if word in info] == []


@pytest.mark.parametrize("path", places.captures_in(places.SAMPLES), ids=places.name_of)
def test_no_secret_of_a_sample_in_info(tshark, path):
    """Neither what AUTH carries nor what it says, as far as it is long enough to be distinguished from other text."""
    fields = ("esmtp.auth.message", "esmtp.auth.password", "esmtp.auth.token", "esmtp.auth.digest")
    frames = tshark.fields(path, *fields, "_ws.col.Info")
    secrets = {value for found in frames.values() for field in fields for value in found.get(field, []) if len(value) > 7}
    infos = [found["_ws.col.Info"][0] for found in frames.values()]
    assert [info for info in infos for secret in secrets if secret in info] == []
    assert secrets or not re.search("-auth-(plain|login|cram|digest|scram|xoauth)", path.name)


def test_built_in_name_keeps_matching(tshark, stock):
    """Every frame that the built-in dissector calls SMTP is still found by `smtp`."""
    path = places.SAMPLES / "seed-a-gmail-starttls.pcapng"
    lost = set(stock.frames(path, "smtp")) - set(tshark.frames(path, "smtp"))
    assert lost == set()


BUILT_IN_FIELDS = ["smtp.req.command", "smtp.req.parameter", "smtp.response.code", "smtp.rsp.parameter"]


def test_built_in_fields_keep_their_values(tshark, stock, capture):
    script = OPENING + [("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 2.1.0 Ok")), ("C", lines("QUIT")),
                        ("S", lines("221 2.0.0 Bye"))]
    path = capture(dialogue(Connection(), script))
    expected = stock.fields(path, *BUILT_IN_FIELDS)
    assert len(expected) == len(script)
    assert tshark.fields(path, *BUILT_IN_FIELDS) == expected


def test_info_of_greeting_with_control_characters_stays_one_line(tshark, capture):
    path = capture(dialogue(Connection(), [("S", b"220 a\x07b\x1bc\x00d \xff\xfe\r\n"), EHLO]))
    info = listed(tshark, path)[0][1]
    assert info.startswith("S: 220 a")
    assert not re.search(r"[\x00-\x1f]", info)


SECRET = "AGFubgBzZWNyZXQ="
TRIES = ("S", lines("334 VXNlcm5hbWU6"))

# Sessions in which a secret stands where it is not expected.
MISPLACED = {
    "the server repeats the line with the initial response": [
        ("C", lines(f"AUTH PLAIN {SECRET}")), ("S", lines(f"500 5.5.1 unrecognized: AUTH PLAIN {SECRET}"))],
    "the server repeats a response": [
        ("C", lines("AUTH LOGIN")), TRIES, ("C", lines(SECRET)), ("S", lines(f"501 5.5.2 Cannot decode: {SECRET}"))],
    "the mechanism is missing": [("C", lines(f"AUTH {SECRET}")), ("S", lines("504 5.5.4 no"))],
    "an equals sign in place of the space": [("C", lines(f"AUTH=PLAIN {SECRET}")), ("S", lines("500 5.5.1 what"))],
    "a correction typed by hand": [("C", lines(f"A\bAUTH PLAIN {SECRET}")), ("S", lines("500 5.5.1 what"))],
    "telnet's own octets in front": [("C", b"\xff\xfb\x01" + lines(f"AUTH PLAIN {SECRET}")), ("S", lines("500 5.5.1 what"))],
    "a mistyped verb": [("C", lines(f"AUHT PLAIN {SECRET}")), ("S", lines("500 5.5.1 what"))],
    "a response after the end of the exchange": [
        ("C", lines("AUTH LOGIN")), ("S", lines("504 5.5.4 no")), ("C", lines("c2VjcmV0dg")), ("S", lines("500 5.5.1 what"))],
}


@pytest.mark.parametrize("case", MISPLACED)
def test_no_secret_where_it_is_not_expected(tshark, capture, case):
    path = capture(dialogue(Connection(), OPENING + MISPLACED[case]))
    rows = [info for _, info in listed(tshark, path)]
    heads = [row for row in tshark.tree(path, "frame").splitlines() if row.startswith("Extended Simple Mail Transfer Protocol")]
    assert len(rows) == len(heads) == 3 + len(MISPLACED[case])
    assert [row for row in rows + heads if "AGFubg" in row or "c2Vjcm" in row] == []


def test_user_of_a_token_is_not_in_info(tshark):
    """The token's own dissector would write it there."""
    rows = tshark.info_column(places.SAMPLES / "postfix-auth-ntlm.pcapng", only="ntlmssp")
    assert set(rows.values()) == {"C: AUTH response", "S: 334 AUTH challenge"}


def test_records_of_one_packet_are_shown_as_one(tshark):
    """Clients that write line by line make a TLS record of each."""
    rows = tshark.columns(places.SAMPLES / "dovecot-submission-starttls.pcapng", "Protocol", "Info", only="esmtp.message.content")
    assert rows[47] == ("SMTP", "C: DATA fragment, 960 bytes")
    assert [info for _, info in rows.values() if info.count("C: ") > 1] == []


def test_several_mails_in_one_packet(tshark):
    rows = tshark.columns(places.SAMPLES / "exim-tiny-bdat-one-segment.pcapng", "Protocol", only="imf")
    assert set(rows.values()) == {("SMTP/IMF",)}


def test_lone_dot_of_a_mail_that_is_not_shown(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", lines(".")), ("S", lines("250 2.0.0 Ok"))]))
    assert [info for _, info in listed(tshark, path)][-2:] == ["C: .", "S: 250 2.0.0 Ok"]
