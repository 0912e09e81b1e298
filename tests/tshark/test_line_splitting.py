"""A line is a line however TCP cuts it.

One dialogue, cut in every possible way: all connections of a kind stand in one capture, and each must give the same commands,
replies and mails.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

from dialogues import DIALOGUE, EXPECTED, fields_by_stream
from packets import CLIENT, Connection, dialogue

DESEGMENT = pytest.mark.parametrize("desegment", ["TRUE", "FALSE"])


def connection(number):
    """Connections of one capture differ in the client's port, and come one after the other."""
    return Connection(client=(CLIENT[0], 20000 + number), start=1_700_000_000.0 + number)


def cut_at(script, position):
    """The dialogue with one cut more: where its octets number `position` and the one before it would share a segment."""
    for side, data in script:
        if 0 < position < len(data):
            yield from ((side, data[:position]), (side, data[position:]))
        else:
            yield side, data
        position -= len(data)


def by_line(script):
    return [(side, line) for side, data in script for line in data.splitlines(keepends=True)]


def assert_all_as_expected(tshark, path, connections, desegment):
    streams = fields_by_stream(tshark, path, preferences={"tcp.desegment_tcp_streams": desegment})
    assert len(streams) == connections
    wrong = {stream: found for stream, found in streams.items() if found != EXPECTED}
    if wrong:
        stream, found = next(iter(wrong.items()))
        assert found == EXPECTED, f"{len(wrong)} of {connections} connections, the first of them is {stream}"


@DESEGMENT
@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, 1460])
def test_segments_of_one_size(tshark, capture, size, desegment):
    path = capture(dialogue(connection(0), DIALOGUE, size))
    assert_all_as_expected(tshark, path, 1, desegment)


@DESEGMENT
def test_a_segment_for_each_line(tshark, capture, desegment):
    path = capture(dialogue(connection(0), by_line(DIALOGUE)))
    assert_all_as_expected(tshark, path, 1, desegment)


@DESEGMENT
@pytest.mark.parametrize("part", range(4))
def test_cut_at_every_octet(tshark, capture, desegment, part):
    """Every fourth position, each in a connection of its own."""
    octets = sum(len(data) for _, data in DIALOGUE)
    positions = range(1 + part, octets, 4)
    path = capture(*[dialogue(connection(number), cut_at(DIALOGUE, position)) for number, position in enumerate(positions)])
    assert_all_as_expected(tshark, path, len(positions), desegment)
