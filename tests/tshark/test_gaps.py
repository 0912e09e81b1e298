"""What was not captured: after a gap, from the middle on, of one direction only, late or twice, the session finds its way back.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from dialogues import DIALOGUE, EXPECTED, fields_by_stream
from packets import CLIENT, SERVER, Connection, dialogue, lines

IN_ORDER = {"tcp.reassemble_out_of_order": "TRUE"}

OPENING = [("S", lines("220 mx.example.net ESMTP")), ("C", lines("EHLO client.example.org")),
           ("S", lines("250-mx.example.net", "250-PIPELINING", "250 CHUNKING"))]
CLOSING = [("C", lines("QUIT")), ("S", lines("221 2.0.0 Bye"))]


def mail(name, content=b""):
    """One mail by DATA, step by step."""
    return [
        ("C", lines(f"MAIL FROM:<{name}@example.org>")), ("S", lines("250 2.1.0 Ok")),
        ("C", lines(f"RCPT TO:<to-{name}@example.net>")), ("S", lines("250 2.1.5 Ok")),
        ("C", lines("DATA")), ("S", lines("354 Go ahead")),
        ("C", lines(f"Subject: {name}", "", "Body.") + content + lines(".")), ("S", lines(f"250 2.0.0 Ok: queued as {name}")),
    ]


def chunked_mail(name, content):
    """One mail by BDAT, step by step."""
    return [
        ("C", lines(f"MAIL FROM:<{name}@example.org>")), ("S", lines("250 2.1.0 Ok")),
        ("C", lines(f"RCPT TO:<to-{name}@example.net>")), ("S", lines("250 2.1.5 Ok")),
        ("C", lines(f"BDAT {len(content)} LAST") + content), ("S", lines(f"250 2.0.0 Ok: queued as {name}")),
    ]


TWO_MAILS = OPENING + mail("one", b"one\r\n" * 1000) + mail("two") + CLOSING
LONG_CHUNK = b"Subject: one\r\n\r\n" + b"one\r\n" * 1000
CHUNK_THEN_MAIL = OPENING + chunked_mail("one", LONG_CHUNK) + mail("two") + CLOSING

SECOND_MAIL = {
    "esmtp.transaction.mail_from": "two@example.org",
    "esmtp.transaction.outcome": "accepted",
    "esmtp.transaction.rcpt_accepted": "to-two@example.net",
    "esmtp.transaction.queue_id": "two",
    "esmtp.transaction.subject": "two",
    "esmtp.transaction.size": str(len(lines("Subject: two", "", "Body."))),
}


def segments_of(script, **options):
    return dialogue(Connection(**options), script).segments


def holding(segments, text):
    """The numbers of the segments whose payload holds the text."""
    return [number for number, segment in enumerate(segments) if text in segment.payload]


def without(segments, numbers):
    return [segment for number, segment in enumerate(segments) if number not in numbers]


def last_transaction(tshark, path, **common):
    return {field: values[-1] for field in SECOND_MAIL for values in [tshark.values(path, field, **common)] if values}


def assert_second_mail_is_whole(tshark, path, **common):
    assert last_transaction(tshark, path, **common) == SECOND_MAIL
    assert tshark.values(path, "esmtp.command", **common)[-4:] == [
        "MAIL FROM:<two@example.org>", "RCPT TO:<to-two@example.net>", "DATA", "QUIT"]
    assert tshark.values(path, "esmtp.reply.verb", **common)[-5:] == ["MAIL", "RCPT", "DATA", "END-OF-DATA", "QUIT"]


# Segments that hold these texts are lost; before the second mail everything is in order again.
LOST = {
    "greeting": [b"220 mx"],
    "EHLO": [b"EHLO "],
    "reply to EHLO": [b"250-mx"],
    "MAIL": [b"MAIL FROM:<one"],
    "RCPT": [b"RCPT TO:<to-one"],
    "MAIL and its reply": [b"MAIL FROM:<one", b"2.1.0"],
    "beginning of the content": [b"Subject: one"],
    "end of the content": [b"one\r\n.\r\n"],
    "reply to the content": [b"queued as one"],
    "end of the content and its reply": [b"one\r\n.\r\n", b"queued as one"],
}


def first_holding(segments, texts):
    return [holding(segments, text)[0] for text in texts]


@pytest.mark.parametrize("case", LOST)
@pytest.mark.thorough
def test_second_mail_is_whole_after_a_loss(tshark, capture, case):
    segments = segments_of(TWO_MAILS)
    assert_second_mail_is_whole(tshark, capture(without(segments, first_holding(segments, LOST[case]))))


@pytest.mark.parametrize("number", range(4))
@pytest.mark.thorough
def test_second_mail_is_whole_after_a_gap_in_content(tshark, capture, number):
    segments = segments_of(TWO_MAILS)
    content = holding(segments, b"one\r\none\r\n")
    path = capture(without(segments, [content[number % len(content)]]))
    assert_second_mail_is_whole(tshark, path)
    assert tshark.count(path, "esmtp.expert.gap") > 0


@pytest.mark.parametrize("number", range(4))
@pytest.mark.thorough
def test_second_mail_is_whole_after_a_gap_in_a_chunk(tshark, capture, number):
    """The chunk's size tells where it ends, whatever was lost of it."""
    segments = segments_of(CHUNK_THEN_MAIL)
    content = holding(segments, b"one\r\none\r\n")
    path = capture(without(segments, [content[number % len(content)]]))
    assert_second_mail_is_whole(tshark, path)


def test_gap_over_content_and_the_commands_behind_it(tshark, capture):
    """Of the client, all from within the first content to the DATA of the second mail is lost."""
    script = OPENING + mail("one", b"one\r\n" * 1000) + mail("two") + mail("three") + CLOSING
    segments = segments_of(script)
    start, end = holding(segments, b"one\r\none\r\n")[1], holding(segments, b"Subject: two")[0]
    lost = [number for number in range(start, end + 1) if segments[number].from_client]
    path = capture(without(segments, lost))
    assert tshark.values(path, "esmtp.transaction.mail_from")[-1] == "three@example.org"
    assert tshark.values(path, "esmtp.transaction.outcome")[-1] == "accepted"
    assert tshark.values(path, "esmtp.command")[-4:] == ["MAIL FROM:<three@example.org>", "RCPT TO:<to-three@example.net>", "DATA",
                                                         "QUIT"]


@pytest.mark.parametrize("text", [b"250-mx", b"MAIL FROM:<one", b"354 Go", b"one\r\none\r\n", b"queued as one", b"MAIL FROM:<two"])
@pytest.mark.thorough
def test_capture_that_begins_in_the_middle(tshark, capture, text):
    segments = segments_of(TWO_MAILS)
    assert_second_mail_is_whole(tshark, capture(segments[holding(segments, text)[0]:]))


def test_begin_amid_content_shows_no_command_in_it(tshark, capture):
    """Lines of a mail that was under way, even such as begin like a command, are no commands; QUIT alone would be."""
    text = lines("DATA is what this is about", "HELP is on its way", "Noop, said she", "some text") * 50
    segments = segments_of(OPENING + mail("one", text) + mail("two") + CLOSING)
    path = capture(segments[holding(segments, b"DATA is what")[1]:])
    assert tshark.values(path, "esmtp.command.verb") == ["MAIL", "RCPT", "DATA", "QUIT"]


@pytest.mark.thorough
def test_client_alone(tshark, capture):
    segments = [segment for segment in segments_of(TWO_MAILS) if segment.from_client]
    path = capture(segments)
    assert tshark.values(path, "esmtp.command.verb") == ["EHLO", "MAIL", "RCPT", "DATA", "MAIL", "RCPT", "DATA", "QUIT"]
    assert tshark.values(path, "imf.subject") == ["one", "two"]
    assert tshark.values(path, "esmtp.transaction.outcome", two_pass=True) == ["unknown", "unknown"]
    assert tshark.count(path, "esmtp.reply || esmtp.expert.syntax") == 0


def test_server_alone(tshark, capture):
    segments = [segment for segment in segments_of(TWO_MAILS) if not segment.from_client]
    path = capture(segments)
    assert tshark.values(path, "esmtp.reply.code") == [
        "220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"]
    assert tshark.count(path, "esmtp.command || esmtp.expert.syntax") == 0


def test_every_segment_twice(tshark, capture):
    segments = [segment for segment in segments_of(DIALOGUE) for _ in range(2)]
    assert fields_by_stream(tshark, capture(segments)) == {"0": EXPECTED}


def test_segments_repeated_later(tshark, capture):
    """Each segment comes again three segments later."""
    segments = segments_of(DIALOGUE)
    with_repeats = [again for number, segment in enumerate(segments)
                    for again in ([segment, segments[number - 3]] if number >= 6 else [segment])]
    assert fields_by_stream(tshark, capture(with_repeats)) == {"0": EXPECTED}


AS_HANDED = {"esmtp.all_segments": "FALSE"}


@pytest.mark.parametrize("preferences, mail_from", [
    ({}, ["one@example.org"]), (IN_ORDER, ["one@example.org"]), (AS_HANDED, []), (AS_HANDED | IN_ORDER, ["one@example.org"])],
    ids=["as-is", "in-order", "as-handed", "as-handed-in-order"])
@pytest.mark.thorough
def test_repetition_that_carries_more(tshark, capture, preferences, mail_from):
    """What was sent in small segments is sent again in a longer one that goes on behind them. TCP withholds all of that one
    unless it puts segments in order; then its line is lost where only what TCP hands on is read, and nothing else."""
    connection = dialogue(Connection(), OPENING)
    first, = connection.client(b"MAIL FROM:<one@")
    second, = connection.client(b"example.org>\r\n")
    second.sequence, second.payload = first.sequence, first.payload + second.payload
    dialogue(connection, mail("one")[1:] + mail("two") + CLOSING)
    path = capture(connection)
    assert tshark.values(path, "esmtp.mail.from", preferences=preferences) == mail_from + ["two@example.org"]
    assert_second_mail_is_whole(tshark, path, preferences=preferences)


@pytest.mark.thorough
def test_keep_alive(tshark, capture):
    """One octet before what comes next, or none at all, is no part of the dialogue."""
    connection = dialogue(Connection(), OPENING)
    probe, = connection.client(b"x")
    connection.lost(True, -1)
    probe.sequence, probe.payload = probe.sequence - 1, b"\0"
    dialogue(connection, mail("two") + CLOSING)
    assert_second_mail_is_whole(tshark, capture(connection))


@pytest.mark.parametrize("distance", [1, 2])
def test_late_segments_put_in_order(tshark, capture, distance):
    """Every fourth segment with octets comes later; with TCP's preference set nothing is lost."""
    segments = dialogue(Connection(), DIALOGUE, 12).segments
    late = [number for number in range(4, len(segments), 4) if same_sender(segments[number:number + distance + 1])]
    order = sorted(range(len(segments)), key=lambda number: number + (distance + 0.5 if number in late else 0))
    assert len(late) > 5
    path = capture([segments[number] for number in order])
    assert fields_by_stream(tshark, path, preferences=IN_ORDER) == {"0": EXPECTED}


def same_sender(segments):
    """A segment that were overtaken by the reply to it would make another session."""
    return len({segment.source for segment in segments}) == 1


@pytest.mark.thorough
def test_late_segment_in_content_without_the_preference(tshark, capture):
    segments = segments_of(TWO_MAILS)
    late = holding(segments, b"one\r\none\r\n")[1]
    segments[late], segments[late + 1] = segments[late + 1], segments[late]
    assert_second_mail_is_whole(tshark, capture(segments))
    assert_second_mail_is_whole(tshark, capture(segments), preferences=IN_ORDER)


def test_sequence_numbers_that_wrap(tshark, capture):
    """Both streams pass 2^32 within the dialogue, at every segment size a different place."""
    for size in (1460, 11):
        path = capture(dialogue(Connection(client_sequence=2**32 - 300, server_sequence=2**32 - 200), DIALOGUE, size))
        assert fields_by_stream(tshark, path) == {"0": EXPECTED}


@pytest.mark.thorough
def test_snap_length_in_content(tshark, capture):
    """The end of a content segment was not kept; what follows is read on, and the second mail is whole."""
    segments = segments_of(TWO_MAILS)
    segments[holding(segments, b"one\r\none\r\n")[1]].captured = 96
    assert_second_mail_is_whole(tshark, capture(segments))


def test_connection_that_breaks_off(tshark, capture):
    """A mail that the connection's end cut off is shown on the last packet with SMTP, from the second pass on."""
    connection = dialogue(Connection(), OPENING + mail("one")[:4])
    last = len(connection.segments)
    connection.reset()
    path = capture(connection)
    found = tshark.fields(path, "esmtp.transaction.outcome", "esmtp.transaction.ended_by", two_pass=True)
    assert found == {last: {"esmtp.transaction.outcome": ["aborted"], "esmtp.transaction.ended_by": ["CLOSE"]}}


@pytest.mark.thorough
def test_port_taken_over_again(tshark, capture):
    """Two connections between the same ports are two sessions."""
    first = dialogue(Connection(), OPENING + mail("one")[:5])
    first.reset()
    second = dialogue(Connection(client_sequence=700_000, server_sequence=900_000, start=first.now + 60),
                      OPENING + mail("two") + CLOSING)
    assert_second_mail_is_whole(tshark, capture(first, second))


@pytest.mark.parametrize("name", ["smtp", "esmtp"])
@pytest.mark.thorough
def test_decode_as(tshark, capture, name):
    path = capture(dialogue(Connection(CLIENT, (SERVER[0], 2000)), OPENING + mail("two") + CLOSING))
    assert_second_mail_is_whole(tshark, path, options=["-d", f"tcp.port==2000,{name}"])


@pytest.mark.thorough
def test_port_of_the_built_in_dissector(tshark, capture):
    path = capture(dialogue(Connection(CLIENT, (SERVER[0], 2001)), OPENING + mail("two") + CLOSING))
    assert_second_mail_is_whole(tshark, path, preferences={"smtp.tcp.port": "25,587,2001"})


@pytest.mark.thorough
def test_port_of_the_plugin(tshark, capture):
    path = capture(dialogue(Connection(CLIENT, (SERVER[0], 2002)), OPENING + mail("two") + CLOSING))
    assert_second_mail_is_whole(tshark, path, preferences={"esmtp.tcp.port": "25,2002"})


def test_disabled_plugin_gives_the_port_back(tshark, stock, capture):
    path = capture(dialogue(Connection(), OPENING + mail("two") + CLOSING))
    assert tshark.run(path, "-V", options=["--disable-protocol", "esmtp"]) == stock.run(path, "-V")
