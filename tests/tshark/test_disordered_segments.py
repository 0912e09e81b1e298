"""What packets show of TCP segments that came late, twice, or with numbers that cannot be; test_mangled.py has them in masses.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import copy

import pytest

import places
import surgery
from packets import CLIENT, SERVER, Connection, dialogue, lines

GREETED = [("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")), ("S", lines("250 mx.example.org"))]
AS_HANDED = {"esmtp.all_segments": "FALSE"}


def in_two(client_octets=lines("MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.org>")):
    """A dialogue whose last octets of the client come in two segments, the second first, and their reply. Handshake: 1-3."""
    connection = dialogue(Connection(), GREETED)
    connection.client(client_octets[:10])
    connection.client(client_octets[10:])
    connection.segments[-1], connection.segments[-2] = connection.segments[-2], connection.segments[-1]
    return dialogue(connection, [("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok"))])


@pytest.mark.parametrize("two_pass", [False, True], ids=["one-pass", "two-pass"])
def test_the_packet_that_fills_the_hole_shows_what_became_readable(tshark, capture, two_pass):
    path = capture(in_two())
    assert tshark.frames(path, "esmtp.held", two_pass=two_pass) == [7]
    assert tshark.frames(path, "esmtp.command.verb == MAIL && esmtp.command.verb == RCPT", two_pass=two_pass) == [8]
    assert tshark.values(path, "esmtp.reply.command_frame", two_pass=two_pass)[-2:] == ["8", "8"]


def test_the_early_packet_links_there_on_later_visits(tshark, capture):
    path = capture(in_two())
    assert tshark.values(path, "esmtp.held.read_frame") == []
    assert tshark.values(path, "esmtp.held.read_frame", two_pass=True) == ["8"]
    assert tshark.count(path, "esmtp.expert.withheld", two_pass=True) == 0


def test_only_what_tcp_hands_on_is_read_without_the_preference(tshark, capture):
    path = capture(in_two())
    assert tshark.count(path, "esmtp.held", preferences=AS_HANDED) == 0
    assert "MAIL" not in tshark.values(path, "esmtp.command.verb", preferences=AS_HANDED)


@pytest.mark.thorough
def test_a_disabled_protocol_leaves_the_packet_list_as_it_is_without_the_plugin(tshark, stock, capture):
    path = capture(in_two())
    assert tshark.run(path, "--disable-protocol", "esmtp") == stock.run(path) != tshark.run(path)


def test_what_waits_is_bounded_by_a_preference(tshark, capture):
    path = capture(in_two())
    assert tshark.values(path, "esmtp.gap", preferences={"esmtp.held_limit": "0"}) == ["10"]
    assert tshark.frames(path, "esmtp.late", preferences={"esmtp.held_limit": "0"}) == [8]
    assert tshark.count(path, "esmtp.gap", preferences={"esmtp.held_limit": "1"}) == 0


def test_what_comes_when_it_counted_as_lost_is_not_used(tshark, capture):
    connection = dialogue(Connection(), GREETED)
    late, = connection.client(lines("NOOP"))
    connection.segments.remove(late)
    dialogue(connection, [("S", lines("250 Ok")), ("C", lines("RSET")), ("S", lines("250 Ok")), ("C", lines("HELP")), ("S", lines("214 no"))])
    connection.segments.append(late)
    path = capture(connection)
    assert tshark.values(path, "esmtp.command.verb") == ["EHLO", "RSET", "HELP"]
    assert tshark.count(path, "esmtp.gap") == 1
    assert tshark.frames(path, "esmtp.late") == [len(connection.segments)]


def test_a_forged_segment_changes_nothing_but_its_own_packet(tshark, capture):
    script = GREETED + [("C", lines("NOOP")), ("S", lines("250 Ok"))]
    connection, orderly = dialogue(Connection(), script), dialogue(Connection(), script)
    forged = copy.copy(connection.segments[-2])
    forged.sequence = (forged.sequence + (1 << 31)) % (1 << 32)
    forged.payload = lines("QUIT")
    connection.segments[-2:-2] = [forged]
    found = tshark.values(capture(connection), "esmtp.command.verb")
    assert found == tshark.values(capture(orderly), "esmtp.command.verb") == ["EHLO", "NOOP"]
    assert tshark.count(capture(connection), "esmtp.aside") == 1


def test_other_connections_are_not_touched(tshark, capture):
    """Nor is TCP's own tree of them, late segments included."""
    script = [("C", lines("GET / HTTP/1.1", "Host: www.example.org", "")), ("S", lines("HTTP/1.1 200 OK", "Content-Length: 2", "", "x"))]
    connection = dialogue(Connection(client=CLIENT, server=(SERVER[0], 80)), script, 20)
    connection.segments[7], connection.segments[8] = connection.segments[8], connection.segments[7]
    path = capture(connection)
    watched, handed = tshark.run(path, "-T", "pdml"), tshark.run(path, "-T", "pdml", preferences=AS_HANDED)
    assert "http.request" in watched

    def of_packets(text):
        return text[text.index("<packet>"):]

    assert of_packets(watched) == of_packets(handed)


@pytest.mark.thorough
def test_tls_cannot_decrypt_what_tcp_keeps_back(tshark, tmp_path):
    """Two of the packets of a content under TLS change places: the packet that comes too late tells it, on each visit."""
    whole = surgery.Capture(places.SAMPLES / "postfix-starttls-submission.pcapng")
    first, second = 36, 37  # their places; frame numbers are one higher
    swapped = [*whole.packets[:first], whole.packets[second], whole.packets[first], *whole.packets[second + 1:]]
    path = whole.write(tmp_path / "swapped.pcapng", swapped)
    for two_pass in (False, True):
        assert tshark.frames(path, "esmtp.expert.withheld", two_pass=two_pass) == [second + 1]
    assert tshark.count(path, "esmtp.expert.withheld", preferences={"tcp.reassemble_out_of_order": "TRUE"}) == 0
    assert tshark.count(places.SAMPLES / "postfix-starttls-submission.pcapng", "esmtp.expert.withheld") == 0


@pytest.mark.parametrize("text", [b"354", b"queued"])
@pytest.mark.parametrize("after", [0, 1], ids=["before-its-command", "behind-the-next-one"])
def test_a_reply_captured_in_the_wrong_place(tshark, capture, text, after):
    """The command changes place with its reply, or the reply with what the client sends next: nothing is said of it."""
    script = GREETED + [("C", lines("MAIL FROM:<ann@example.com>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<bob@example.org>")),
                        ("S", lines("250 Ok")), ("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", lines("Subject: x", "", ".")),
                        ("S", lines("250 Ok: queued as 4XyZ01")), ("C", lines("QUIT")), ("S", lines("221 Bye"))]
    connection = dialogue(Connection(), script)
    reply, = (place for place, segment in enumerate(connection.segments) if text in segment.payload)
    connection.segments.insert(reply - 1 + after, connection.segments.pop(reply + after))
    frames = tshark.fields(capture(connection), "esmtp.reply.verb", "esmtp.transaction.outcome", "esmtp.expert").values()
    found = [[value for frame in frames for value in frame.get(field, [])]
             for field in ("esmtp.reply.verb", "esmtp.transaction.outcome", "esmtp.expert")]
    assert found == [["CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "END-OF-DATA", "QUIT"], ["accepted"], []]
