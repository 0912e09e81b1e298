"""What makes a mail transaction, and what becomes of it: each rule in a session made for it.

A case is a session and the mails in it, each as the columns that matter. It is read from the log in one pass and in two, and
from the fields esmtp.transaction.* in two.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

import mail_log
import packets
from packets import Connection, dialogue, lines

OK, ALSO_OK = lines("250 2.1.0 Ok"), lines("250 2.1.5 Ok")
GREETING = [("S", lines("220 mx.example.net ESMTP"))]
EHLO = [("C", lines("EHLO client.example.org")), ("S", lines("250-mx.example.net", "250-PIPELINING", "250 CHUNKING"))]
LHLO = [("C", lines("LHLO client.example.org")), ("S", lines("250-mx.example.net", "250 PIPELINING"))]
FROM = [("C", lines("MAIL FROM:<a@example.org>")), ("S", OK)]
TO = [("C", lines("RCPT TO:<b@example.net>")), ("S", ALSO_OK)]
DATA = [("C", lines("DATA")), ("S", lines("354 Go ahead"))]
CONTENT = ("C", lines("Subject: Hello", "", "text", "."))
TAKEN = ("S", lines("250 2.0.0 Ok: queued as 1234567"))
QUIT = [("C", lines("QUIT")), ("S", lines("221 2.0.0 Bye"))]
OPENED = GREETING + EHLO
ENVELOPE = FROM + TO
SENT = ENVELOPE + DATA + [CONTENT]
CHUNK = lines("Subject: Hello", "", "text")


def says(command, reply):
    return [("C", lines(command)), ("S", lines(reply))]


def accepted(**more):
    return {"outcome": "accepted", "ended_by": "END-OF-DATA", "code": 250, "queue_id": "1234567"} | more


def aborted(by, **more):
    return {"outcome": "aborted", "ended_by": by, "code": None, "text": None, "duration": None} | more


def rejected(by, code, **more):
    return {"outcome": "rejected", "ended_by": by, "code": code} | more


def deferred(by, code, **more):
    return {"outcome": "deferred", "ended_by": by, "code": code} | more


CASES = {
    # --- how many
    "no mail": (OPENED + QUIT, []),
    "a recipient before MAIL is none": (OPENED + says("RCPT TO:<b@example.net>", "503 5.5.1 Need MAIL") + QUIT, []),
    "one mail": (OPENED + SENT + [TAKEN] + QUIT,
                 [accepted(index=1, size=24, subject="Hello", method="DATA", rcpt_code=[250])]),
    "two mails, numbered": (OPENED + (SENT + [TAKEN]) * 2, [accepted(index=1), accepted(index=2)]),
    "three mails in one packet": (
        OPENED + [("C", (FROM[0][1] + TO[0][1] + lines(f"BDAT {len(CHUNK)} LAST") + CHUNK) * 3),
                  ("S", (OK + ALSO_OK + TAKEN[1]) * 3)],
        [accepted(index=1, method="BDAT"), accepted(index=2), accepted(index=3, size=len(CHUNK))]),

    # --- what ends one
    "RSET": (OPENED + ENVELOPE + says("RSET", "250 2.0.0 Ok") + QUIT, [aborted("RSET", rcpt_count=1)]),
    "QUIT": (OPENED + ENVELOPE + QUIT, [aborted("QUIT")]),
    "EHLO": (OPENED + ENVELOPE + EHLO + SENT + [TAKEN], [aborted("EHLO"), accepted(index=2)]),
    "HELO": (OPENED + ENVELOPE + says("HELO client.example.org", "250 mx.example.net"), [aborted("EHLO")]),
    "EHLO refused keeps it": (
        OPENED + FROM + says("EHLO", "501 5.5.4 Syntax") + TO + DATA + [CONTENT, TAKEN], [accepted(index=1)]),
    "MAIL refused inside one keeps it": (
        OPENED + FROM + says("MAIL FROM:<c@example.org>", "503 5.5.1 Nested MAIL") + TO + DATA + [CONTENT, TAKEN],
        [accepted(index=1, mail_from="a@example.org", rcpt_to=["b@example.net"])]),
    "MAIL accepted inside one ends it": (
        OPENED + ENVELOPE + says("MAIL FROM:<c@example.org>", "250 Ok") + TO + DATA + [CONTENT, TAKEN],
        [aborted("MAIL", mail_from="a@example.org"), accepted(index=2, mail_from="c@example.org")]),
    "STARTTLS": (OPENED + ENVELOPE + says("STARTTLS", "220 2.0.0 Go ahead"), [aborted("STARTTLS", tls=False)]),
    "STARTTLS refused keeps it": (
        OPENED + FROM + says("STARTTLS", "454 4.7.0 Not now") + TO + DATA + [CONTENT, TAKEN], [accepted()]),
    "NOOP, VRFY and what nobody knows keep it": (
        OPENED + FROM + says("NOOP", "250 Ok") + TO + says("VRFY b", "252 Perhaps") + says("XYZZY", "500 5.5.2 What?") + DATA
        + [CONTENT, TAKEN], [accepted(index=1)]),
    "RSET without one ends none": (OPENED + says("RSET", "250 2.0.0 Ok") + SENT + [TAKEN], [accepted(index=1)]),
    "421 in place of the final reply": (OPENED + SENT + [("S", lines("421 4.3.2 Shutting down"))],
                                        [deferred("END-OF-DATA", 421, enhanced_status="4.3.2")]),

    # --- refused
    "MAIL refused": (OPENED + says("MAIL FROM:<a@example.org>", "550 5.7.1 Go away") + QUIT,
                     [rejected("MAIL", 550, enhanced_status="5.7.1", text="Go away", rcpt_count=0)]),
    "MAIL deferred": (OPENED + says("MAIL FROM:<a@example.org>", "451 4.3.0 Later") + QUIT, [deferred("MAIL", 451)]),
    "MAIL refused, the rest pipelined": (
        OPENED + [("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")),
                  ("S", lines("550 5.7.1 Go away", "503 5.5.1 Need MAIL", "503 5.5.1 Need RCPT"))] + QUIT,
        [rejected("MAIL", 550, rcpt_to=["b@example.net"], rcpt_code=[503], rcpt_rejected=["b@example.net"])]),
    "the only recipient refused": (OPENED + FROM + says("RCPT TO:<b@example.net>", "550 5.1.1 No such user") + QUIT,
                                   [rejected("QUIT", 550, enhanced_status="5.1.1", rcpt_rejected=["b@example.net"])]),
    "one recipient deferred, one refused": (
        OPENED + FROM + says("RCPT TO:<b@example.net>", "450 4.2.1 Later") + says("RCPT TO:<c@example.net>", "550 5.1.1 No")
        + QUIT,
        [deferred("QUIT", 450, rcpt_deferred=["b@example.net"], rcpt_rejected=["c@example.net"], rcpt_code=[450, 550])]),
    "no recipient, and DATA refused": (
        OPENED + FROM + says("RCPT TO:<b@example.net>", "550 5.1.1 No") + says("DATA", "554 5.5.1 No recipients")
        + says("RSET", "250 Ok"), [rejected("RSET", 550)]),
    "some recipients refused, the content taken": (
        OPENED + ENVELOPE + says("RCPT TO:<c@example.net>", "550 5.1.1 No") + DATA + [CONTENT, TAKEN],
        [accepted(rcpt_accepted=["b@example.net"], rcpt_rejected=["c@example.net"], rcpt_count=2)]),
    "DATA refused": (OPENED + ENVELOPE + says("DATA", "451 4.3.1 No space") + says("RSET", "250 Ok"),
                     [deferred("RSET", 451, size=None, subject=None)]),
    "content refused": (OPENED + SENT + [("S", lines("554-5.7.1 Looks like spam", "554 5.7.1 Bye"))],
                        [rejected("END-OF-DATA", 554, text="Looks like spam", queue_id=None, size=24)]),
    "content deferred": (OPENED + SENT + [("S", lines("451 4.7.1 Greylisted"))], [deferred("END-OF-DATA", 451)]),
    "a chunk refused": (
        OPENED + ENVELOPE + [("C", lines(f"BDAT {len(CHUNK)}") + CHUNK), ("S", lines("552 5.3.4 Too big"))]
        + says("RSET", "250 Ok"),
        [rejected("RSET", 552, method="BDAT")]),
    "the last chunk refused": (
        OPENED + ENVELOPE + [("C", lines(f"BDAT {len(CHUNK)} LAST") + CHUNK), ("S", lines("552 5.3.4 Too big"))],
        [rejected("END-OF-DATA", 552, size=len(CHUNK))]),

    # --- replies as no RFC has them
    "the code glued to the text": (
        OPENED + says("MAIL FROM:<a@example.org>", "250Ok") + says("RCPT TO:<b@example.net>", "550no such user") + QUIT,
        [rejected("QUIT", 550, rcpt_code=[550], text="no such user")]),
    "a status without a code": (
        OPENED + FROM + says("RCPT TO:<b@example.net>", "5.1.1 unknown user") + QUIT,
        [rejected("QUIT", None, rcpt_code=[None], rcpt_rejected=["b@example.net"], enhanced_status="5.1.1",
                  text="unknown user")]),
    "a status without a code, after the content": (
        OPENED + SENT + [("S", lines("4.3.1 disk full"))] + QUIT,
        [deferred("END-OF-DATA", None, enhanced_status="4.3.1", text="disk full", size=24)]),
    "neither": (OPENED + SENT + [("S", lines("disk full"))] + SENT + [TAKEN] + QUIT,
                [{"outcome": "unknown", "ended_by": "END-OF-DATA", "code": None}, accepted(index=2)]),

    # --- what follows DATA before its reply is what the reply makes it
    "a content that begins like a command": (
        OPENED + [("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA", "RCPT TO:<c@example.net>")
                   + CONTENT[1]), ("S", OK + ALSO_OK + lines("354 go") + TAKEN[1])] + QUIT,
        [accepted(rcpt_to=["b@example.net"], rcpt_code=[250], size=49)]),
    "DATA refused, the content with it": (
        OPENED + [("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA") + CONTENT[1]
                   + lines("MAIL FROM:<c@example.org>", "RCPT TO:<b@example.net>", "DATA") + CONTENT[1]),
                  ("S", OK + lines("550 5.1.1 No", "554 5.5.1 No") + lines("500 5.5.2 What?") * 4 + OK + ALSO_OK
                   + lines("354 go") + TAKEN[1])] + QUIT,
        [rejected("MAIL", 550, size=None), accepted(mail_from="c@example.org", rcpt_code=[250], size=24)]),

    # --- what is hidden may have been more
    "the replies to a group lost": (
        OPENED + [("C", lines("MAIL FROM:<a@example.org>", "RCPT TO:<b@example.net>", "DATA")),
                  ("lost", lines("250 2.1.0 Ok", "550 5.1.1 No", "503 5.5.1 No"))] + says("RSET", "250 2.0.0 Ok") + QUIT,
        [{"outcome": "unknown", "ended_by": "RSET", "rcpt_code": [None], "code": None}]),

    # --- LMTP
    "LMTP, all take it": (
        GREETING + LHLO + FROM + TO + says("RCPT TO:<c@example.net>", "250 Ok") + DATA
        + [CONTENT, ("S", lines("250 2.0.0 b 1234567 Saved")), ("S", lines("250 2.0.0 c Saved"))],
        [{"outcome": "accepted", "rcpt_code": [250, 250], "ended_by": "END-OF-DATA"}]),
    "LMTP, partial": (
        GREETING + LHLO + FROM + TO + says("RCPT TO:<c@example.net>", "250 Ok")
        + says("RCPT TO:<d@example.net>", "550 5.1.1 No") + DATA
        + [CONTENT, ("S", lines("452 4.2.2 b is full", "250 2.0.0 c Saved"))],
        [{"outcome": "partial", "code": 452, "rcpt_code": [452, 250, 550], "rcpt_accepted": ["c@example.net"],
          "rcpt_deferred": ["b@example.net"], "rcpt_rejected": ["d@example.net"]}]),
    "LMTP, none takes it": (
        GREETING + LHLO + FROM + TO + says("RCPT TO:<c@example.net>", "250 Ok") + DATA
        + [CONTENT, ("S", lines("552 5.2.2 b is full", "452 4.2.2 c is full"))],
        [deferred("END-OF-DATA", 552, rcpt_code=[552, 452])]),

    # --- what belongs to it
    "null sender": (OPENED + says("MAIL FROM:<>", "250 Ok") + TO + QUIT, [aborted("QUIT", mail_from="", null_sender=True)]),
    "declared size": (
        OPENED + says("MAIL FROM:<a@example.org> SIZE=12345", "250 Ok") + TO + QUIT, [aborted("QUIT", declared_size=12345)]),
    "the user, once authenticated": (
        OPENED + says("AUTH PLAIN AGFubgBzZWNyZXQ=", "235 2.7.0 Welcome") + SENT + [TAKEN], [accepted(auth_username="ann")]),
    "no user when it failed": (
        OPENED + says("AUTH PLAIN AGFubgBzZWNyZXQ=", "535 5.7.8 No") + SENT + [TAKEN], [accepted(auth_username=None)]),
    "header fields are decoded": (
        OPENED + ENVELOPE + DATA + [("C", lines("Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", " folded", "From: Ann", "To: Bob",
                                                "Message-ID: <1@x>", "Date: today", "", ".")), TAKEN],
        [accepted(subject="Grüße folded", header_from="Ann", header_to="Bob", message_id="<1@x>", date="today")]),
    "NUL cuts no header field short": (
        OPENED + ENVELOPE + DATA + [("C", b"Subject: Invoice\0 42\r\nFrom: =?utf-8?q?An=00n?=\r\nTo: =?iso-8859-1?q?B=00=F6b?=\r\n\r\n.\r\n"),
                                    TAKEN],
        [accepted(subject="Invoice␀ 42", header_from="An␀n", header_to="B␀öb")]),
}

# Where the connection ends in the middle of a mail: what was seen last, and what is known of the mail then.
CUT = {
    "behind MAIL": (FROM[:1], {"outcome": "aborted", "rcpt_count": 0}),
    "behind MAIL's reply": (FROM, {"outcome": "aborted", "rcpt_count": 0}),
    "behind RCPT": (FROM + TO[:1], {"outcome": "aborted", "rcpt_count": 1, "rcpt_code": [None]}),
    "behind RCPT's reply": (ENVELOPE, {"outcome": "aborted", "rcpt_code": [250]}),
    "behind RCPT's refusal": (FROM + says("RCPT TO:<b@example.net>", "550 5.1.1 No"), {"outcome": "rejected", "code": 550}),
    "behind DATA": (ENVELOPE + DATA[:1], {"outcome": "aborted", "size": None}),
    "behind DATA's reply": (ENVELOPE + DATA, {"outcome": "aborted", "size": None}),
    "in a field of the header": (
        ENVELOPE + DATA + [("C", lines("Subject: Hello", " all", "From: Ann", "To: Bo")[:-2])],
        {"outcome": "aborted", "size": None, "subject": "Hello all", "header_from": "Ann", "header_to": None}),
    "between fields of the header": (
        ENVELOPE + DATA + [("C", lines("Subject: Hello", "From: Ann"))], {"outcome": "aborted", "subject": "Hello", "header_from": None}),
    "in the content": (ENVELOPE + DATA + [("C", lines("Subject: Hello", "", "te"))], {"outcome": "aborted", "size": None}),
    "behind the content": (SENT, {"outcome": "unknown", "size": 24, "subject": "Hello", "code": None}),
}
ENDS = {"FIN": Connection.close, "RST": Connection.reset}
ENDED = {}  # a case's name: how its connection ends, if it does
for place, (seen, expected) in CUT.items():
    for word in ENDS:
        CASES[f"cut {place} by a {word}"] = (OPENED + seen, [{"ended_by": "CLOSE", "index": 1} | expected])
        ENDED[f"cut {place} by a {word}"] = word
    if expected["outcome"] != "rejected":
        expected = expected | {"outcome": "open"}
    CASES[f"cut {place}"] = (OPENED + seen, [{"ended_by": "CAPTURE-END", "index": 1} | expected])
for verb in ("RSET", "QUIT", "EHLO client.example.org", "STARTTLS"):
    CASES[f"cut behind {verb}, unanswered"] = (OPENED + ENVELOPE + [("C", lines(verb))], [aborted(verb.split()[0], index=1)])

REFUSED_ON_THE_WAY = GREETING + LHLO + FROM + TO * 2 + DATA + [("C", lines("Subject: Hello", "", "te")), ("S", lines("451 4.3.0 Disk full"))]
CASES["LMTP, refused on the way and cut"] = (REFUSED_ON_THE_WAY, [deferred("CLOSE", 451, rcpt_code=[451, None], text="Disk full")])
ENDED["LMTP, refused on the way and cut"] = "RST"

ONE_SIDED = OPENED + SENT + [TAKEN] + SENT + [TAKEN] + QUIT
CASES["the client's side only"] = (
    [step for step in ONE_SIDED if step[0] == "C"],
    [{"outcome": "unknown", "mail_from": "a@example.org", "rcpt_to": ["b@example.net"], "size": 24, "subject": "Hello"}] * 2)
CASES["the server's side only"] = (
    [step for step in ONE_SIDED if step[0] == "S"],
    [accepted(index=index, mail_from=None, rcpt_to=[], method="DATA", size=None) for index in (1, 2)])


NAMES = list(CASES)  # a case's place in it is the number of its connection
ENDING = [f"esmtp.transaction.{name}" for name in ("index", "outcome", "ended_by")]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """All cases in one capture, a connection each."""
    segments = []
    for number, (script, _) in enumerate(CASES.values()):
        start = segments[-1].time + 1 if segments else packets.START
        connection = dialogue(Connection(client=("192.0.2.1", 40000 + number), start=start), script)
        ENDS.get(ENDED.get(NAMES[number]), lambda _: None)(connection)
        segments += connection.segments
    return packets.write(tmp_path_factory.mktemp("transactions") / "cases.pcap", segments)


@pytest.fixture(scope="module")
def one_pass(tshark, path):
    return by_case(mail_log.records(tshark, path))


@pytest.fixture(scope="module")
def two_passes(tshark, path):
    return by_case(mail_log.records(tshark, path, two_pass=True))


@pytest.fixture(scope="module")
def fields(tshark, path):
    """{case: {frame: what the fields tell}}, of two passes"""
    return fields_by_case(tshark, path, two_pass=True)


def by_case(records):
    return {name: [record for record in records if NAMES[record["stream"]] == name] for name in NAMES}


def fields_by_case(tshark, path, **common):
    found = {name: {} for name in NAMES}
    for frame, values in tshark.fields(path, "tcp.stream", "esmtp.tls", *ENDING, **common).items():
        if "esmtp.tls" in values:  # which every packet of ours has
            found[NAMES[int(values["tcp.stream"][0])]][frame] = list(zip(*(values.get(name, []) for name in ENDING)))
    return found


def only(record, names):
    return {name: record[name] for name in names}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.thorough
def test_case(one_pass, two_passes, fields, name):
    expected, found = CASES[name][1], one_pass[name]
    assert [only(*pair) for pair in zip(found, expected)] == expected
    assert len(found) == len(expected)
    assert two_passes[name] == found
    assert sorted(mail for frame in fields[name].values() for mail in frame) == [
        (str(record["index"]), record["outcome"], record["ended_by"]) for record in found]


@pytest.mark.parametrize("place", CUT)
def test_a_mail_cut_off_is_on_the_connections_last_packet(fields, place):
    frames = fields[f"cut {place}"]
    assert [frame for frame, mails in frames.items() if mails] == [max(frames)]


def test_one_pass_shows_no_mail_that_was_cut_off(tshark, path):
    first = fields_by_case(tshark, path)
    assert [name for name in NAMES if name.startswith("cut") and any(first[name].values())] == []
    assert any(first["one mail"].values())
