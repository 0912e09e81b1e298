"""What the packet list says: columns Protocol and Info, as people know them from the built-in dissector, and never a secret.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
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
    assert info == f"C: message, {len(MAIL)} octets, from ann@example.org, subject Hello"


def test_mail_in_many_segments(tshark, capture):
    content = MAIL + b"x" * 78 + b"\r\n" + lines(*["y" * 76] * 50)
    script = OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", content + lines("."))]
    rows = listed(tshark, capture(dialogue(Connection(), script, 1000)))[5:]
    assert rows[:-1] == [("SMTP", "C: DATA fragment, 1,000 octets")] * (len(content) // 1000)
    assert rows[-1] == ("SMTP/IMF", f"C: message, {len(content):,} octets, from ann@example.org, subject Hello")


def test_body_is_kept_out_and_commands_stay_in_their_order(tshark, capture):
    body = lines("MAIL FROM:<mallory@example.org>", "QUIT")
    script = OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", MAIL + body + lines(".", "NOOP", "QUIT"))]
    _, info = listed(tshark, capture(dialogue(Connection(), script)))[-1]
    assert info == f"C: message, {len(MAIL + body)} octets, from ann@example.org, subject Hello | NOOP | QUIT"


def test_chunks(tshark, capture):
    first, last = MAIL[:20], MAIL[20:]
    script = OPENING + [("C", lines("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>", "BDAT 20") + first),
                        ("C", lines(f"BDAT {len(last)} LAST") + last), ("C", b"BDAT 1\r\n\n")]
    rows = listed(tshark, capture(dialogue(Connection(), script)))[3:]
    assert rows == [
        ("SMTP", "C: MAIL FROM:<ann@example.org> | RCPT TO:<bob@example.net> | BDAT 20 | BDAT chunk, 20 octets"),
        ("SMTP/IMF", f"C: BDAT {len(last)} LAST | message, {len(MAIL)} octets, from ann@example.org, subject Hello"),
        ("SMTP", "C: BDAT 1 | BDAT chunk, 1 octet")]


# A header as it is sent, and what the list shows of it.
HEADERS = {
    "encoded words": (lines("From: =?UTF-8?Q?Ann_L=C3=A9e?= <ann@example.org>", "Subject: =?ISO-8859-1?Q?Gr=FC=DFe?="),
                      "from Ann Lée <ann@example.org>, subject Grüße"),
    "lines that end in LF": (b"From: ann@example.org\nSubject: Hello\n", "from ann@example.org, subject Hello"),
    "folded": (lines("Subject: One", " two", "From: ann@example.org"), "from ann@example.org, subject One two"),
    "control characters": (b"Subject: a\x1b[2Jb\r\n", "subject a\\033[2Jb"),
    "long": (lines("Subject: " + "é" * 70), "subject " + "é" * 60 + "…"),
    "none of them": (lines("To: bob@example.net"), ""),
}


@pytest.mark.parametrize("case", HEADERS)
def test_header(tshark, capture, case):
    header, shown = HEADERS[case]
    content = header + lines("", "Body.")
    script = OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", content + lines("."))]
    _, info = listed(tshark, capture(dialogue(Connection(), script)))[-1]
    assert info == f"C: message, {len(content)} octets" + (f", {shown}" if shown else "")


def test_notes_of_tcp_stay(tshark, capture):
    connection = dialogue(Connection(), OPENING + [ENVELOPE])
    again = dataclasses.replace(connection.segments[-1], time=connection.now)
    connection.segments.append(again)
    _, info = listed(tshark, capture(connection))[-1]
    assert re.fullmatch(rf"\[TCP [A-Za-z ]*Retransmission\] C: \[seen before, {len(again.payload)} octets\]", info)


# What is said after the opening, and the end of the last packet's text.
OUTCOMES = {
    "accepted": ([ENVELOPE, ENVELOPE_REPLY, ("C", MAIL + lines(".")), ("S", lines("250 2.0.0 Ok: queued as E9643651"))],
                 "S: 250 2.0.0 Ok: queued as E9643651 [mail 1: ann@example.org → bob@example.net, accepted]"),
    "refused, and given up with RSET": (
        [("C", lines("MAIL FROM:<ann@example.org>", "RCPT TO:<bob@example.net>")), ("S", lines("250 2.1.0 Ok", "550 5.1.1 No such user")),
         ("C", lines("RSET")), ("S", lines("250 2.0.0 Ok"))],
        "S: 250 2.0.0 Ok [mail 1: ann@example.org → bob@example.net, rejected 550 5.1.1]"),
    "content refused": (
        [ENVELOPE, ENVELOPE_REPLY, ("C", MAIL + lines(".")), ("S", lines("452-4.3.1 Full", "452 4.3.1 Come back"))],
        "S: 452-4.3.1 Full | 4.3.1 Come back [mail 1: ann@example.org → bob@example.net, deferred 452 4.3.1]"),
    "several recipients, no sender": (
        [("C", lines("MAIL FROM:<>", "RCPT TO:<bob@example.net>", "RCPT TO:<carol@example.net>", "RCPT TO:<dave@example.net>", "DATA")),
         ("S", lines("250 Ok", "250 Ok", "250 Ok", "250 Ok", "354 Go")), ("C", MAIL + lines(".")), ("S", lines("250 Ok"))],
        "S: 250 Ok [mail 1: <> → bob@example.net +2, accepted]"),
    "no recipient": ([("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 Ok")), ("C", lines("RSET")), ("S", lines("250 Ok"))],
                     "S: 250 Ok [mail 1: ann@example.org, aborted]"),
    "refused behind a refused one": (
        [("C", lines("MAIL FROM:<ann@example.org>", "MAIL FROM:<eve@example.org>")), ("S", lines("550 5.7.1 No")),
         ("C", lines("RSET")), ("S", lines("451 4.7.1 Later", "250 Ok"))],
        "S: 451 4.7.1 Later | 250 Ok [mail 2: eve@example.org, deferred 451 4.7.1]"),
}


@pytest.mark.parametrize("two_pass", [False, True], ids=["one-pass", "two-pass"])
@pytest.mark.parametrize("case", OUTCOMES)
def test_outcome_of_a_mail_that_has_ended(tshark, capture, case, two_pass):
    script, shown = OUTCOMES[case]
    assert listed(tshark, capture(dialogue(Connection(), OPENING + script)), two_pass=two_pass)[-1] == ("SMTP", shown)


def test_outcomes_of_lmtp(tshark):
    """The packet with the last recipient's reply ends the mail."""
    rows = tshark.info_column(places.SAMPLES / "dovecot-lmtp.pcapng", only="esmtp.transaction")
    assert rows[27].endswith("| 552 5.2.2 <carol@example.org> Quota exceeded (mailbox for user is full) "
                             "[mail 1: ann@example.org → bob@example.org +2, partial 552 5.2.2]")


def test_outcome_of_a_mail_that_the_end_cuts_off_is_known_on_later_visits(tshark, capture):
    connection = dialogue(Connection(), OPENING + [ENVELOPE, ENVELOPE_REPLY])
    connection.reset()
    path = capture(connection)
    without = "S: 250 2.1.0 Ok | 250 2.1.5 Ok | 354 Go ahead"
    assert listed(tshark, path)[-1] == ("SMTP", without)
    assert listed(tshark, path, two_pass=True)[-1] == ("SMTP", without + " [mail 1: ann@example.org → bob@example.net, aborted]")


def test_many_outcomes_leave_room_for_replies(tshark, capture):
    count = 200
    script = [("C", lines(*[f"MAIL FROM:<{'a' * 60}{n}@example.org>" for n in range(count)])), ("S", lines(*["550 5.7.1 No"] * count))]
    _, info = listed(tshark, capture(dialogue(Connection(), OPENING + script, 65000)))[-1]
    assert info.startswith("S: 550 5.7.1 No | 550 5.7.1 No | ")
    assert [int(number) for number in re.findall(r"\[mail (\d+): ", info)] == list(range(1, 9))


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


def test_column_of_the_code_has_number_and_words(tshark, capture):
    script = OPENING + [("C", lines("VRFY ann", "XYZZY")), ("S", lines("550 5.1.1 No", "599 What?"))]
    column = ("-o", 'gui.column.format:"Code","%Cus:esmtp.reply.code:0:R"', "-Y", "esmtp.reply.code")
    listed_codes = tshark.run(capture(dialogue(Connection(), script)), options=column).splitlines()
    assert listed_codes[0] == "220 Service ready"
    assert listed_codes[2].startswith("550 Mailbox unavailable,")


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
    assert rows[47] == ("SMTP", "C: DATA fragment, 960 octets")
    assert [info for _, info in rows.values() if info.count("C: ") > 1] == []


def test_several_mails_in_one_packet(tshark):
    rows = tshark.columns(places.SAMPLES / "exim-tiny-bdat-one-segment.pcapng", "Protocol", only="imf")
    assert set(rows.values()) == {("SMTP/IMF",)}


def test_lone_dot_of_a_mail_that_is_not_shown(tshark, capture):
    path = capture(dialogue(Connection(), OPENING + [ENVELOPE, ENVELOPE_REPLY, ("C", lines(".")), ("S", lines("250 2.0.0 Ok"))]))
    assert [info for _, info in listed(tshark, path)][-2:] == [
        "C: .", "S: 250 2.0.0 Ok [mail 1: ann@example.org → bob@example.net, accepted]"]
