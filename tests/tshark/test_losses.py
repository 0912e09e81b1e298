"""Lost lines and replies amid others: what the log says of a mail rests on what is in the capture, and on nothing else.

Each case is a connection of one capture, of which some turns were lost; the capture is read in one pass and in two.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

import mail_log
import packets
from packets import Connection, lines
from test_export import exports

GREETING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")),
            ("S", lines("250-mx.example.net", "250-PIPELINING", "250 CHUNKING"))]
BYE = [("C", lines("QUIT")), ("S", lines("221 Bye"))]
LOST = {"C-": True, "S-": False} # sides whose octets were sent and not captured
TEXT = lines("Subject: Notes", "", "The dialogue was:", "MAIL FROM:<x@example.net>", "RCPT TO:<y@example.net>", "DATA")
CHUNK = lines("Subject: Chunk", "", "text")


def envelope(name, recipients=1):
    return [("C", lines(f"MAIL FROM:<{name}@example.org>")), *[("C", lines(f"RCPT TO:<{to}@example.net>")) for to in range(recipients)]]


def step(command, reply):
    return [("C", lines(command)), ("S", lines(reply))]


def begin(name):
    """Up to the DATA, a command at a time."""
    return [*step(f"MAIL FROM:<{name}@example.org>", "250 Ok"), *step("RCPT TO:<0@example.net>", "250 Ok"), *step("DATA", "354 Go on")]


def mail(name):
    return [*begin(name), ("C", lines("Subject: " + name, "", ".")), ("S", lines(f"250 Ok: queued as 4XyZ{name}"))]


def lost(unit):
    side, octets = unit
    return side + "-", octets


def chunk(octets=CHUNK, last=" LAST"):
    return [("C", lines(f"BDAT {len(octets)}{last}")), ("C", octets)]


def record(**known):
    return known


# name: (turns, what is right of each mail)
CASES = {
    # Each reply is a packet of its own, and all answer what was sent together.
    "reply to MAIL of a group": (
        [*envelope("a"), *chunk(), lost(("S", lines("250 2.1.0 Ok"))), ("S", lines("250 2.1.5 Ok")),
         ("S", lines("250 2.0.0 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", rcpt_code=[250], queue_id="4XyZ01")]),
    "reply to MAIL of a group, content refused": (
        [*envelope("a"), *chunk(), lost(("S", lines("250 Ok"))), ("S", lines("250 Ok")), ("S", lines("554 No"))],
        [record(outcome="rejected", rcpt_code=[250], text="No")]),
    "two replies of a group, the next is about a recipient": (
        [*envelope("a", 2), *chunk(), lost(("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok"))), ("S", lines("550 5.1.1 Unknown")),
         ("S", lines("250 2.0.0 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", queue_id="4XyZ01")]),
    "replies that the client has got before it went on": (
        [*step("MAIL FROM:<a@example.org>", "250 Ok")[:1], lost(("S", lines("250 Ok"))), ("C", lines("RCPT TO:<0@example.net>")),
         lost(("S", lines("550 No"))), ("C", lines("RCPT TO:<1@example.net>")), ("S", lines("250 Ok")), *begin("a")[4:],
         ("C", lines("Subject: a", "", ".")), ("S", lines("250 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", rcpt_code=[None, 250], queue_id="4XyZ01")]),
    "refusal of MAIL, of which the 503 behind it tells": (
        [*envelope("a"), ("C", lines("DATA")), lost(("S", lines("451 Later"))), ("S", lines("503 Need MAIL")), ("S", lines("503 Need RCPT")),
         *step("RSET", "250 Ok")],
        [record(outcome="unknown", code=None)]),
    "a reply alone, and later a RCPT behind a refused MAIL": (
        [*step("NOOP", "")[:1], lost(("S", lines("250 Ok"))), *step("NOOP", "250 Ok"), *step("MAIL FROM:<a@example.org>", "550 No"), *step("RCPT TO:<0@example.net>", "550 No")],
        [record(outcome="rejected", code=550, rcpt_to=[])]),
    "RCPT of a group, and the reply to it is there": (
        [*envelope("a")[:1], lost(("C", lines("RCPT TO:<0@example.net>"))), ("C", lines("RCPT TO:<1@example.net>")), *chunk(),
         ("S", lines("250 2.1.0 Ok")), ("S", lines("250 2.1.5 Ok")), ("S", lines("550 5.1.1 Unknown")),
         ("S", lines("250 2.0.0 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", queue_id="4XyZ01")]),
    "RCPT of a group, before one that is refused": (
        [*envelope("a")[:1], lost(("C", lines("RCPT TO:<0@example.net>"))), ("C", lines("RCPT TO:<1@example.net>")), *chunk(),
         ("S", lines("250 Ok", "250 Ok", "450 Later", "250 Done"))],
        [record(outcome="accepted", rcpt_to=["1@example.net"], rcpt_code=[450], text="Done")]),
    "MAIL of a group": (
        [*step("NOOP", "250 Ok"), lost(envelope("a")[0]), ("C", lines("RCPT TO:<0@example.net>", "RCPT TO:<1@example.net>")), *chunk(),
         ("S", lines("250 Ok", "250 Ok", "550 No", "250 Done"))],
        [record(outcome="accepted", mail_from=None, rcpt_code=[250, 550], text="Done")]),
    "a whole mail but the reply to it, and the reply to EHLO before": (
        [*step("EHLO again", "")[:1], lost(("S", lines("250 mx"))),
         *[lost(unit) for unit in [*begin("a"), ("C", lines("Subject: a", "", "."))]], ("S", lines("250 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", mail_from=None, queue_id="4XyZ01")]),
    "from the replies to a mail to the beginning of the next one's chunk": (
        [*envelope("a"), *chunk(), lost(("S", lines("250 Ok", "250 Ok", "250 Ok: queued as 4XyZ01"))),
         *[lost(unit) for unit in envelope("b")], lost(("C", lines(f"BDAT {2 * len(CHUNK)} LAST") + CHUNK)), ("C", CHUNK),
         ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok", "250 Ok: queued as 4XyZ02"))],
        [record(outcome="unknown", mail_from="a@example.org", queue_id=None),
         record(outcome="accepted", mail_from=None, queue_id="4XyZ02")]),
    "from the reply to RCPT to that to the content": (
        [*envelope("a"), ("C", lines("DATA")), ("S", lines("250 Ok")), lost(("S", lines("250 Ok"))), lost(("S", lines("354 Go on"))),
         lost(("C", lines("Subject: a", "", "text"))), lost(("C", lines("."))), lost(("S", lines("250 Done"))),
         *[unit for unit in envelope("b")], ("C", lines("DATA")), ("S", lines("250 Ok")), ("S", lines("250 Ok")), ("S", lines("354 Go on")),
         ("C", lines("Subject: b", "", ".")), ("S", lines("250 Ok: queued as 4XyZ02"))],
        [record(outcome="unknown", mail_from="a@example.org", queue_id=None),
         record(outcome="accepted", mail_from="b@example.org", queue_id="4XyZ02")]),
    "RCPT and DATA, whose refusals close nothing": (
        [*envelope("a")[:1], *[lost(unit) for unit in envelope("a")[1:]], lost(("C", lines("DATA"))),
         ("S", lines("250 Ok")), ("S", lines("550 No")), ("S", lines("503 Need RCPT"))],
        [record(outcome="unknown", mail_from="a@example.org", code=None)]),
    "last chunk, whose reply has no name": (
        [*envelope("a"), *chunk(last=""), lost(("C", lines(f"BDAT {len(CHUNK)} LAST") + CHUNK)),
         ("S", lines("250 Ok", "250 Ok", "250 Ok", "250 Done")), *envelope("b"), *chunk(),
         ("S", lines("250 Ok", "250 Ok", "250 Ok: queued as 4XyZ02"))],
        [record(mail_from="a@example.org", outcome="unknown", queue_id=None),
         record(mail_from="b@example.org", outcome="accepted", queue_id="4XyZ02", size=len(CHUNK))]),
    "RCPT, DATA and the beginning of the content, behind a refused DATA": (
        [*begin("a")[:2], *step("RCPT TO:<0@example.net>", "550 No"), *step("DATA", "554 No"), *step("RSET", "250 Ok"),
         *envelope("b"), lost(("C", lines("RCPT TO:<1@example.net>", "DATA"))), ("S", lines("250 Ok", "250 Ok", "250 Ok", "354 Go on")),
         lost(("C", lines("Subject: b", "", "text"))), ("C", lines("more")), ("C", lines(".")), ("S", lines("250 Ok: queued as 4XyZ02"))],
        [record(mail_from="a@example.org", outcome="rejected", code=550),
         record(mail_from="b@example.org", outcome="accepted", queue_id="4XyZ02", size=None, missing=None)]),
    # As many replies as commands were lost, and nobody knows how many these were.
    "MAIL and two RCPT of a group": (
        [*[lost(unit) for unit in envelope("a", 2)], ("C", lines("RCPT TO:<2@example.net>")), *chunk(),
         ("S", lines("250 Ok", "250 Ok", "450 Later", "550 No", "250 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", mail_from=None, rcpt_to=["2@example.net"], rcpt_code=[None], queue_id="4XyZ01")]),
    "two RCPT of a group, and no reply has a name": (
        [*envelope("a")[:1], *[lost(unit) for unit in envelope("a", 2)[1:]], ("C", lines("RCPT TO:<2@example.net>")), *chunk(),
         ("S", lines("250 Ok", "250 Ok", "450 Later", "550 No", "250 Done"))],
        [record(mail_from="a@example.org", outcome="accepted", rcpt_code=[None], text="Done")]),
    "two replies of a group": (
        [*envelope("a", 3), ("C", lines("DATA")), ("S", lines("250 Ok")), lost(("S", lines("250 Ok"))), lost(("S", lines("450 Later"))),
         ("S", lines("550 No")), ("S", lines("354 Go on")), ("C", lines("Subject: a", "", ".")), ("S", lines("250 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", rcpt_code=[None, None, None], queue_id="4XyZ01")]),
    "two replies of the first group": (
        [*envelope("a"), *chunk(), lost(("S", lines("250 Ok"))), lost(("S", lines("250 Ok"))), ("S", lines("554 No")), *step("RSET", "250 Ok")],
        [record(outcome="unknown", rcpt_code=[None], code=None)]),
    "EHLO, and MAIL of the group behind it": (
        [lost(("C", lines("EHLO again.example.org"))), ("S", lines("250-mx.example.net", "250 PIPELINING")), *[lost(unit) for unit in envelope("a")[:1]],
         *envelope("a", 2)[1:], *chunk(), ("S", lines("250 Ok", "550 No", "250 Ok", "250 Ok: queued as 4XyZ01"))],
        [record(outcome="accepted", mail_from=None, rcpt_code=[None, None], queue_id="4XyZ01")]),
    "RCPT, which the server may have deferred or taken": (
        [*step("MAIL FROM:<a@example.org>", "250 Ok"), *step("RCPT TO:<0@example.net>", "550 No"),
         *[lost(unit) for unit in step("RCPT TO:<1@example.net>", "450 Later")], *step("DATA", "554 No"), *step("RSET", "250 Ok")],
        [record(outcome="unknown", rcpt_to=["0@example.net"], rcpt_code=[550], code=None)]),
    "DATA behind a refused RCPT": (
        [*step("MAIL FROM:<a@example.org>", "250 Ok"), *step("RCPT TO:<0@example.net>", "550 No"), lost(("C", lines("DATA"))),
         ("S", lines("554 No")), *step("RSET", "250 Ok")],
        [record(outcome="rejected", rcpt_code=[550], code=550)]),
    "BDAT of a chunk that quotes commands": (
        [*envelope("a"), lost(("C", lines(f"BDAT {len(TEXT) + 60} LAST"))), ("C", TEXT), ("C", lines("MAIL FROM:<x@example.net>", "RCPT TO:")),
         ("C", lines("BDAT 10 LAST", "is the last line.")), ("S", lines("250 Ok", "250 Ok", "250 Ok: queued as 4XyZ01")), *mail("02")],
        [record(mail_from="a@example.org", outcome="accepted", queue_id="4XyZ01", size=None),
         record(mail_from="02@example.org", outcome="accepted", queue_id="4XyZ02")]),
}


def turns(case):
    return [*GREETING, *CASES[case][0], *BYE]


def connection_of(case, port):
    connection = Connection(client=("192.0.2.1", port), start=packets.START + port)
    for side, octets in turns(case):
        if side in LOST:
            connection.lost(LOST[side], len(octets))
        else:
            (connection.client if side == "C" else connection.server)(octets)
    connection.close()
    return connection


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    segments = [segment for number, case in enumerate(CASES) for segment in connection_of(case, 40000 + number).segments]
    return packets.write(tmp_path_factory.mktemp("losses") / "losses.pcap", segments)


@pytest.fixture(scope="module", params=[False, True], ids=["one-pass", "two-pass"])
def records(request, tshark, path):
    """{tcp.stream: records}"""
    found = {}
    for entry in mail_log.records(tshark, path, two_pass=request.param):
        found.setdefault(entry["stream"], []).append(entry)
    return found


@pytest.mark.parametrize("case", CASES)
def test_log(records, case):
    found, expected = records[list(CASES).index(case)], CASES[case][1]
    assert [{name: entry[name] for name in right} for entry, right in zip(found, expected)] == expected
    assert len(found) == len(expected)


def test_same_files_in_two_passes(tshark, path):
    assert exports(tshark, path, "esmtp", two_pass=True) == exports(tshark, path, "esmtp")


IP_AND_TCP = 40 # octets before the payload


@pytest.mark.parametrize("kept, queue_id", [("250 Ok: queued as 4XyZ0", None), ("250 Ok: queued as 4XyZ01 ", "4XyZ01")])
def test_queue_id_that_a_snap_length_may_have_cut(tshark, capture, kept, queue_id):
    connection = packets.dialogue(Connection(), [*GREETING, *begin("a"), ("C", lines("Subject: a", "", "."))])
    reply, = connection.server(lines("250 Ok: queued as 4XyZ01 at mx"))
    reply.captured = IP_AND_TCP + len(kept)
    path = capture(packets.dialogue(connection, BYE))
    found, = mail_log.records(tshark, path)
    assert (found["outcome"], found["queue_id"]) == ("accepted", queue_id)
    assert tshark.values(path, "esmtp.reply.queue_id") == [queue_id] * (queue_id is not None)


def test_command_of_which_a_snap_length_left_one_letter(tshark, capture):
    """It shows that the line before it is one of a group."""
    connection = packets.dialogue(Connection(), GREETING)
    for name in "ab":
        group, = connection.client(b"".join(octets for _, octets in [*envelope(name), *chunk()]))
        group.captured = IP_AND_TCP + len(envelope(name)[0][1]) + 1
        connection.server(lines("250 Ok", "250 Ok", "250 Done"))
    found = mail_log.records(tshark, capture(packets.dialogue(connection, BYE)))
    assert [(entry["mail_from"], entry["outcome"]) for entry in found] == [(f"{name}@example.org", "unknown") for name in "ab"]


def test_capture_that_begins_in_a_group(tshark, capture):
    """Nobody knows how many replies come before those to what is there."""
    connection = Connection(handshake=False)
    connection.client(lines("RCPT TO:<1@example.net>", "RCPT TO:<2@example.net>") + chunk()[0][1] + CHUNK)
    connection.server(lines("250 Ok", "250 Ok", "550 No", "450 Later", "250 Ok: queued as 4XyZ01"))
    found, = mail_log.records(tshark, capture(packets.dialogue(connection, BYE)))
    assert (found["outcome"], found["queue_id"], found["rcpt_code"]) == ("accepted", "4XyZ01", [None, None])


def test_result_of_lmtp_and_a_recipient_deferred_before(tshark, capture):
    """RCPT's reply is no result (RFC 2033, 4.2)."""
    connection = packets.dialogue(Connection(), [GREETING[0], ("C", lines("LHLO client.example.org")), GREETING[2], *envelope("a", 2),
                                                 ("C", lines("DATA")), ("S", lines("250 Ok", "450 Later", "250 Ok", "354 Go on")),
                                                 ("C", lines("Subject: a", "", ".")), ("S", lines("554 No")), *BYE])
    found, = mail_log.records(tshark, capture(connection))
    assert (found["outcome"], found["code"]) == ("rejected", 554)


@pytest.mark.parametrize("two_pass", [False, True])
def test_replies_lost_before_the_connection_ends(tshark, capture, two_pass):
    """Nobody knows what the server said, and so whether the client gave the mail up."""
    connection = packets.dialogue(Connection(), [*GREETING, ("C", lines("MAIL FROM:<a@example.org>"))])
    connection.lost(False, len(lines("550 No")))
    connection.client(lines("RCPT TO:<0@example.net>"))
    connection.lost(False, len(lines("503 No")))
    connection.close()
    found, = mail_log.records(tshark, capture(connection), two_pass=two_pass)
    assert (found["outcome"], found["ended_by"]) == ("unknown", "CLOSE")


@pytest.mark.parametrize("two_pass", [False, True])
def test_line_of_the_server_lost_that_answers_nothing(tshark, capture, two_pass):
    """It may have been a 421 that tells why the connection ends, or the reply to a command that was lost with it."""
    connection = packets.dialogue(Connection(), [*GREETING, *begin("a")[:4]])
    connection.lost(False, len(lines("421 4.4.2 Timeout")))
    connection.reset(from_client=False)
    found, = mail_log.records(tshark, capture(connection), two_pass=two_pass)
    assert (found["outcome"], found["ended_by"]) == ("unknown", "CLOSE")


def test_reply_that_a_snap_length_cut_within_its_line_ending(tshark, capture):
    connection = packets.dialogue(Connection(), [*GREETING, *begin("a"), ("C", lines("Subject: a", "", "."))])
    reply, = connection.server(lines("250 Thank you"))
    reply.captured = IP_AND_TCP + len("250 Thank you\r")
    path = capture(packets.dialogue(connection, BYE))
    assert mail_log.records(tshark, path)[0]["text"] == "Thank you"
    assert "Thank you" in tshark.values(path, "esmtp.reply.text")
