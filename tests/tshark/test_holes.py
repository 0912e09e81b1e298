"""Mails of which octets are not in the capture: shown, logged and exported with what there is, and every hole is named.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

import pytest

import mail_log
from packets import Connection, dialogue, lines
from test_export import CLIENT, ENVELOPE, LIMITS, OPENING, exported

HEADER = lines("From: Ann <ann@example.org>", "Subject: Holes", "")
QUEUED = lines("250 2.0.0 Ok: queued as 4XyZ01")
GRANTED = ("S", lines("250 Ok", "250 Ok", "354 Go on"))
ANOTHER = lines("MAIL FROM:<x@example.net>", "RCPT TO:<y@example.net>", "DATA")


def lossy(parts, command=lines("DATA"), granted=GRANTED, port=40000):
    """A mail whose content comes in these parts: octets, or how many are not in the capture."""
    connection = dialogue(Connection(client=(CLIENT[0], port)), OPENING + [("C", ENVELOPE + command), granted])
    for part in parts:
        if isinstance(part, int):
            connection.lost(True, part)
        else:
            connection.client(part)
    return dialogue(connection, [("S", QUEUED), ("C", lines("QUIT")), ("S", lines("221 Bye"))])


BY_DATA = lossy([HEADER + b"be", 720, lines("gin", "..dot"), 5, lines("end", ".")])
PIECES = [HEADER + b"be", lines("gin", ".dot"), lines("end")]
CHUNK = lossy([HEADER + b"be", 720, b"gin", 5], f"BDAT {len(HEADER) + 730} LAST\r\n".encode(), ("S", lines("250 Ok", "250 Ok")),
              port=40001)


@pytest.mark.parametrize("two_pass", [False, True])
@LIMITS
def test_mail_with_holes_is_exported(tshark, capture, two_pass, limit):
    """The octets on both sides of a hole stand side by side, and the name tells how many are missing."""
    found = exported(tshark, capture(BY_DATA), two_pass=two_pass, preferences={"esmtp.message_limit": limit})
    assert found == {"4XyZ01-725-octets-missing.eml": b"".join(PIECES)}


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.thorough
def test_holes_are_named_where_the_mail_is_shown(tshark, capture, two_pass):
    path, size = capture(BY_DATA, CHUNK), len(b"".join(PIECES)) + 725
    found = {"esmtp.message.missing": ["720", "5", "720", "5"], "imf.subject": ["Holes", "Holes"],
             "esmtp.message.unstuffed_size": [str(size), str(len(HEADER) + 730)], "esmtp.transaction.missing": ["725", "725"],
             "esmtp.transaction.size": [str(size), str(len(HEADER) + 730)]}
    assert {field: tshark.values(path, field, two_pass=two_pass) for field in found} == found
    tree = tshark.tree(path, "esmtp", two_pass=two_pass)
    assert f"[720 octets at offset {len(HEADER) + 2} were not captured]" in tree
    assert f"Message: {size} octets by DATA, 725 of them not captured" in tree


def only_record(tshark, path):
    record, = mail_log.records(tshark, path)
    return {name: record[name] for name in ("outcome", "queue_id", "mail_from", "size", "missing", "subject")}


RECORD = {"outcome": "accepted", "queue_id": "4XyZ01", "mail_from": "a@example.org", "size": None, "missing": None, "subject": "Holes"}


def test_content_whose_end_is_not_in_the_capture(tshark, capture):
    path = capture(lossy([HEADER, 100]))
    assert only_record(tshark, path) == RECORD
    assert exported(tshark, path) == {"4XyZ01-100-octets-missing-end-missing.eml": HEADER}


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.thorough
def test_content_whose_end_is_not_in_the_capture_is_shown_with_its_reply(tshark, capture, two_pass):
    path = capture(lossy([HEADER[:20], HEADER[20:], 100]))
    reply, = tshark.frames(path, "esmtp.reply.verb == END-OF-DATA", two_pass=two_pass)
    content = tshark.frames(path, "esmtp.message.content", two_pass=two_pass)
    found = {"esmtp.message.fragment": [str(frame) for frame in content], "esmtp.message.missing": ["100"], "imf.subject": ["Holes"],
             "esmtp.message.reassembled_length": [str(len(HEADER))]}
    shown = tshark.fields(path, *found, "esmtp.message.size", "esmtp.message.unstuffed_size", two_pass=two_pass)
    assert shown == {reply: found}
    tree = tshark.tree(path, "esmtp", two_pass=two_pass)
    assert f"Message: {len(HEADER)} octets by DATA, without its end" in tree
    assert f"[100 octets at offset {len(HEADER)} were not captured, the end of the data among them]" in tree


@pytest.mark.parametrize("two_pass", [False, True])
@LIMITS
def test_content_whose_end_and_reply_are_not_in_the_capture(tshark, capture, two_pass, limit):
    """The 354 to the next one tells that it is over."""
    connection = dialogue(Connection(), OPENING + [("C", ENVELOPE + lines("DATA")), GRANTED, ("C", HEADER)])
    connection.lost(True, 100)
    connection.lost(False, len(QUEUED))
    dialogue(connection, [("S", lines("354 Go on")), ("C", lines("Subject: Next", "", ".")), ("S", QUEUED)]).close()
    path = capture(connection)
    common = {"two_pass": two_pass, "preferences": {"esmtp.message_limit": limit}}
    assert exported(tshark, path, **common) == {"Holes-100-octets-missing-end-missing.eml": HEADER,
                                                "4XyZ01.eml": lines("Subject: Next", "")}
    assert tshark.values(path, "esmtp.message.missing", **common) == ["100"]


def test_line_of_the_dot_alone_behind_a_hole(tshark, capture):
    assert only_record(tshark, capture(lossy([HEADER, 10, b".\r\n"]))) == RECORD | {"size": len(HEADER) + 10, "missing": 10}


def test_dot_that_ends_a_line_behind_a_hole(tshark, capture):
    path = capture(lossy([HEADER, 10, lines(".", "QUIT is what he said", ".")]))
    assert only_record(tshark, path) == RECORD | {"size": len(HEADER) + 35, "missing": 10}


def test_field_that_a_hole_may_have_cut(tshark, capture):
    """What is left of it is no value."""
    path = capture(lossy([lines("From: Ann <ann@example.org>", "Subject: Holes"), 10, lines("", "text", ".")]))
    assert only_record(tshark, path)["subject"] is None


@pytest.mark.parametrize("whole", [lines("", "text") + ANOTHER + lines("."), ANOTHER], ids=["in one", "alone"])
def test_commands_in_a_content_with_a_hole_make_no_mail(tshark, capture, whole):
    found = only_record(tshark, capture(lossy([HEADER, 10, whole, lines("text", ".")])))
    assert {name: found[name] for name in ("outcome", "queue_id", "mail_from")} == {
        name: RECORD[name] for name in ("outcome", "queue_id", "mail_from")}


def test_chunk_behind_a_content_whose_end_is_not_in_the_capture_is_of_another_mail(tshark, capture):
    connection = dialogue(Connection(), OPENING + [("C", ENVELOPE + lines("DATA")), GRANTED, ("C", HEADER)])
    connection.lost(True, 100)
    connection.lost(False, 50)
    dialogue(connection, [("C", lines("BDAT 17 LAST", "Subject: Next", "")), ("S", QUEUED)]).close()
    found = [(record["outcome"], record["subject"], record["queue_id"]) for record in mail_log.records(tshark, capture(connection))]
    assert found == [("unknown", "Holes", None), ("accepted", "Next", "4XyZ01")]


def held(script):
    """What is held at the end of the capture: nobody has acknowledged what is missing before it."""
    connection = dialogue(Connection(), OPENING + [("C", ENVELOPE + lines("DATA")), GRANTED, ("C", HEADER)])
    connection.lost(True, 10)
    for octets in script:
        connection.client(octets)
    return connection


def test_log_tells_of_what_is_held_at_the_end(tshark, capture):
    """The packets do not: more might have come."""
    path = capture(held([b"text\r\n", b"more\r\n.\r\n"]))
    assert only_record(tshark, path) == RECORD | {"outcome": "open", "queue_id": None, "size": len(HEADER) + 22, "missing": 10}
    assert tshark.values(path, "esmtp.transaction.outcome", two_pass=True) == ["open"]
    assert tshark.values(path, "esmtp.transaction.size", two_pass=True) == []


def chunks_whose_last_line_is_lost(lost_too=0):
    """The first chunk is whole; of the last, the BDAT line is not in the capture, and so many octets behind it."""
    octets = HEADER + lines("text", "more text")
    connection = dialogue(Connection(), OPENING + [("C", ENVELOPE + lines(f"BDAT {len(HEADER)}") + HEADER),
                                                   ("S", lines("250 Ok", "250 Ok", f"250 {len(HEADER)} octets"))])
    connection.lost(True, len(lines("BDAT 17 LAST")) + lost_too)
    connection.client(octets[len(HEADER) + lost_too:])
    return dialogue(connection, [("S", QUEUED), ("C", lines("QUIT")), ("S", lines("221 Bye"))])


@pytest.mark.parametrize("two_pass", [False, True])
@pytest.mark.parametrize("lost_too", [0, 10])
def test_queue_id_shows_that_chunks_have_ended(tshark, capture, two_pass, lost_too):
    path = capture(chunks_whose_last_line_is_lost(lost_too))
    assert only_record(tshark, path) == RECORD
    name = f"4XyZ01-up-to-{14 + lost_too}-octets-missing-end-missing.eml" # the BDAT line is among them
    assert exported(tshark, path, two_pass=two_pass) == {name: HEADER}
    assert f"[up to {14 + lost_too} octets at offset {len(HEADER)} were" in tshark.tree(path, "esmtp", two_pass=two_pass)


def test_capture_that_begins_at_the_reply_to_a_content(tshark, capture):
    """All that is known of the first mail is in that reply; a reply that has Gmail's name shows no mail."""
    connection = dialogue(Connection(handshake=False), [("S", QUEUED), ("C", lines("RSET")), ("S", lines("250 OK x12si34 - gsmtp")),
                                                        ("C", ENVELOPE + lines("DATA")), GRANTED, ("C", HEADER + b".\r\n"),
                                                        ("S", lines("250 Ok: queued as 4XyZ02"))])
    connection.close()
    found = [(record["outcome"], record["queue_id"], record["mail_from"]) for record in mail_log.records(tshark, capture(connection))]
    assert found == [("accepted", "4XyZ01", None), ("accepted", "4XyZ02", "a@example.org")]


@pytest.mark.thorough
def test_export_and_report_tell_of_what_is_held_at_the_end(tshark, capture):
    """As the log does: the mail, whose reply waits as well, and what became of the connection."""
    connection = held([b"text\r\n", b"more\r\n.\r\n"])
    connection.server(QUEUED)
    path = capture(connection)
    for how in ({}, {"two_pass": True}, {"two_pass": True, "options": ("-R", "tcp")}):
        assert exported(tshark, path, **how) == {"4XyZ01-10-octets-missing.eml": HEADER + lines("text", "more", ".")[:-3]}
    assert only_record(tshark, path) == RECORD | {"size": len(HEADER) + 22, "missing": 10}
    told = json.loads(tshark.run(path, "-q", "-z", "esmtp,report,json"))
    assert {name: count for name, count in told["totals"]["mail_outcomes"].items() if count} == {"accepted": 1}


def test_content_that_waits_for_a_lost_reply_at_the_end(sanitized, capture):
    """Nobody tells whether it is content: it counts as that, and is read while what is known of it is there."""
    connection = dialogue(Connection(), OPENING + [("C", ENVELOPE + lines("DATA")), ("S", lines("250 Ok", "250 Ok"))])
    connection.lost(False, len(lines("354 Go on")))
    connection.client(HEADER + lines("text", "."))
    path = capture(connection)
    told = sanitized.run(path, "-q", "-z", "esmtp,mails,ndjson:size", "-z", "esmtp,parts,ndjson:size")
    assert sorted(map(json.loads, told.splitlines()), key=str) == [{"size": len(HEADER) + 6}, {"size": 6}]
    assert exported(sanitized, path) == {"Holes.eml": HEADER + lines("text")}


@pytest.mark.parametrize("command, granted, octets", [
    (lines("DATA"), GRANTED, lines("more", ".")),
    (lines(f"BDAT {len(HEADER) + 16} LAST"), ("S", lines("250 Ok", "250 Ok")), lines("more"))], ids=["DATA", "BDAT"])
def test_mail_shown_twice_before_one_that_is_held(tshark, capture, command, granted, octets):
    """The second visit of a mail leaves alone what the first has left of the one under way."""
    connection = dialogue(Connection(), OPENING + [("C", ENVELOPE + lines("DATA")), GRANTED, ("C", HEADER),
                                                   ("C", lines("one", ".")), ("S", QUEUED), ("C", ENVELOPE + command), granted,
                                                   ("C", HEADER)])
    connection.lost(True, 10)
    connection.client(octets)
    path = capture(connection)
    whole = {"4XyZ01.eml": HEADER + lines("one"), "Holes-10-octets-missing.eml": HEADER + lines("more")}
    for two_pass in (False, True):
        assert exported(tshark, path, two_pass=two_pass) == whole
        assert [record["missing"] for record in mail_log.records(tshark, path, two_pass=two_pass)] == [0, 10]
