"""What mangles captures changes what it is told to, and nothing else: judged by what a Wireshark without the plugin reads of it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import dataclasses
import random
import subprocess
import sys

import pytest

import mangle
import places
from load import Load
from mangle import KINDS, HARMLESS, SEQUENCES, distance, mangle_often
from packets import ACK, FIN, RST, SYN, Connection, dialogue, lines

SEEDS = 2
SAMPLES = ["exim-bdat-pipelined", "exim-starttls", "postfix-ipv6", "seed-b-greeting-raw-ip", "seed-c-telnet"]
WAYS = [(name,) for name in KINDS] + [tuple(HARMLESS), tuple(KINDS)]
VARIANTS = [(f"{seed} {way}", way) for way in WAYS for seed in range(SEEDS)]
FIELDS = ["tcp.stream", "tcp.srcport", "tcp.dstport", "tcp.seq_raw", "tcp.ack_raw", "tcp.flags", "tcp.len", "tcp.payload",
          "tcp.checksum.status", "ip.checksum.status"]
CHECKED = {"tcp.check_checksum": "TRUE", "ip.check_checksum": "TRUE"}
GOOD = ["1", "Good"]


@dataclasses.dataclass
class Read:
    """A segment, as Wireshark reads it."""
    source: str
    sequence: int
    acknowledgement: int
    flags: int
    payload: bytes


def read(stock, path):
    """[segments of each connection]"""
    connections = collections.defaultdict(list)
    for number, found in stock.fields(path, *FIELDS, preferences=CHECKED).items():
        if "tcp.stream" not in found:
            continue
        assert all(status in GOOD for name in FIELDS[-2:] for status in found.get(name, [])), f"frame {number}"
        payload = bytes.fromhex(found.get("tcp.payload", [""])[0].replace(":", ""))
        assert len(payload) == int(found["tcp.len"][0])
        connections[int(found["tcp.stream"][0])].append(Read(
            (found["tcp.srcport"][0]), int(found["tcp.seq_raw"][0]), int(found["tcp.ack_raw"][0]), int(found["tcp.flags"][0], 16),
            payload))
    return [connections[stream] for stream in sorted(connections)]


def opening(segments, source):
    """The sequence number of one side's first octet."""
    said = [segment for segment in segments if segment.source == source]
    for segment in said:
        if segment.flags & SYN:
            return (segment.sequence + 1) % SEQUENCES
    return (said[0].sequence + min(distance(one.sequence, said[0].sequence) for one in said)) % SEQUENCES


def sides(segments):
    return sorted({segment.source for segment in segments})


def streams(segments):
    """What each side said: {octet's place: octet}. A place that has two is given by its place before the first."""
    said = {source: {} for source in sides(segments)}
    for segment in segments:
        start = distance(segment.sequence, opening(segments, segment.source))
        for place, octet in enumerate(segment.payload, start):
            assert said[segment.source].setdefault(place, octet) == octet or start < 0
    return said


def too_early(segments):
    """The segments that acknowledge what was not captured before them."""
    ends, found = {}, []
    for segment in segments:
        other, = [source for source in sides(segments) if source != segment.source] or [None]
        if segment.flags & ACK and other in ends and distance(segment.acknowledgement, ends[other]) > 0:
            found.append(segment)
        size = len(segment.payload) + bool(segment.flags & SYN) + bool(segment.flags & FIN)
        end = (segment.sequence + size) % SEQUENCES
        if segment.source not in ends or distance(end, ends[segment.source]) > 0:
            ends[segment.source] = end
    return found


def late(segments):
    """How many octets are first captured behind an acknowledgement of them."""
    acknowledged, seen, count = {}, set(), 0
    for segment in segments:
        for place in range(len(segment.payload)):
            sequence = (segment.sequence + place) % SEQUENCES
            seen_before = (segment.source, sequence) in seen
            seen.add((segment.source, sequence))
            others = [number for source, number in acknowledged.items() if source != segment.source]
            count += not seen_before and any(distance(number, sequence) > 0 for number in others)
        if segment.flags & ACK:
            latest = acknowledged.get(segment.source, segment.acknowledgement)
            acknowledged[segment.source] = max(segment.acknowledgement, latest, key=lambda number: distance(number, latest))
    return count


@pytest.fixture(scope="module", params=[*SAMPLES, "load"])
def mangled(request, stock, tmp_path_factory):
    """The connections before, and of each variant after it; the variants' losses."""
    folder = tmp_path_factory.mktemp("mangled")
    source = places.SAMPLES / f"{request.param}.pcapng"
    if request.param == "load":
        source = Load(12).write(folder / "load.pcap")
    made = mangle_often(source, folder / f"mangled{source.suffix}", VARIANTS)
    before, found = read(stock, source), read(stock, made.path)
    assert len(found) == len(made.origins) == len(before) * len(VARIANTS)
    return [(VARIANTS[origin.variant][1], before[origin.stream], segments, [one for one in made.lost if one.stream == stream])
            for stream, (origin, segments) in enumerate(zip(made.origins, found))]


@pytest.mark.thorough
def test_both_sides_say_what_they_said(mangled):
    """But for what is named as lost."""
    for way, before, segments, losses in mangled:
        gone = {source: {place for one in losses if str(one.source[1]) == source
                         for place in range(one.first, one.first + one.octets)} for source in sides(before)}
        expected = {source: {place: octet for place, octet in said.items() if place not in gone[source]}
                    for source, said in streams(before).items()}
        assert streams(segments) == expected, way
        assert not losses or "lose" in way


def test_nothing_acknowledges_what_was_not_captured(mangled):
    """But for what is behind its acknowledgement by order."""
    for way, before, segments, _ in mangled:
        assert not too_early(before)
        if not {"after_ack", "lose"} & set(way):
            assert not too_early(segments), way
            assert not late(segments) or late(before), way


def test_handshakes_and_resets_keep_their_place(mangled):
    for way, before, segments, _ in mangled:
        if before[0].flags & SYN:
            assert [segment.flags & (SYN | ACK) for segment in segments[:3]] == [SYN, SYN | ACK, ACK], way
        resets = [segment.flags & RST for segment in before]
        assert [segment.flags & RST for segment in segments if segment.flags & RST] == [reset for reset in resets if reset], way
        assert not resets[-1] or segments[-1].flags & RST, way


def as_said(segments):
    """Without the numbers that another start of counting changes."""
    base = {source: opening(segments, source) for source in sides(segments)}
    return [(one.source, distance(one.sequence, base[one.source]), one.flags, one.payload) for one in segments]


EFFECTS = {
    "wrap": lambda before, now: any(distance(one.sequence, 0) <= 0 < distance(one.sequence + len(one.payload), 0) for one in now),
    "join": lambda before, now: len(now) < len(before),
    "cut": lambda before, now: len(now) > len(before),
    "overlap": lambda before, now: len(now) == len(before) and octets(now) > octets(before),
    "resend": lambda before, now: len(now) > len(before) and octets(now) > octets(before),
    "duplicate": lambda before, now: len(now) > len(before),
    "delay": lambda before, now: first_octets(now) != first_octets(before),
    "swap": lambda before, now: len(now) == len(before) and first_octets(now) != first_octets(before),
    "after_ack": lambda before, now: late(now) > 0,
    "lose": lambda before, now: octets(now) < octets(before),
}


def octets(segments):
    return sum(len(segment.payload) for segment in segments)


def first_octets(segments):
    return [entry[:2] for entry in as_said(segments) if entry[3]]


@pytest.fixture(scope="module")
def one_kind_each(stock, tmp_path_factory):
    """{kind: [(segments before, segments now), of each connection]} of a load where each kind can do something."""
    folder = tmp_path_factory.mktemp("kinds")
    source = Load(30).write(folder / "load.pcap")
    made = mangle_often(source, folder / "mangled.pcap", [("seed", (kind,)) for kind in KINDS], rate=0.3)
    before, pairs = read(stock, source), collections.defaultdict(list)
    for origin, segments in zip(made.origins, read(stock, made.path)):
        pairs[list(KINDS)[origin.variant]].append((before[origin.stream], segments))
    return pairs


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.thorough
def test_each_kind_does_something(one_kind_each, kind):
    """On most connections."""
    done = [EFFECTS[kind](*pair) for pair in one_kind_each[kind]]
    assert sum(done) > len(done) // 2


def test_without_a_kind_nothing_changes(tmp_path):
    """A made capture has right checksums, so that not even these do."""
    source = Load(12).write(tmp_path / "load.pcap")
    assert mangle.mangle(source, tmp_path / "same.pcap", 1, ()).path.read_bytes() == source.read_bytes()


def test_the_seed_decides(tmp_path):
    source = Load(12).write(tmp_path / "load.pcap")
    first, again, other = [mangle.mangle(source, tmp_path / f"{number}.pcap", seed).path.read_bytes()
                           for number, seed in enumerate((1, 1, 2))]
    assert first == again != other


def test_segments_overtake_in_flight_only():
    """Of two that the peer acknowledged one by one neither passes the other; of two in flight one does."""
    assert not orders(waiting=True) and orders(waiting=False) == {b"21"}


def orders(waiting):
    """In which orders two segments can be captured, but for the one in which they were sent."""
    connection = Connection()
    for text in (b"1", b"2"):
        connection.client(text)
        if waiting:
            connection.acknowledge(False)
    connection.server(b"reply")
    found = set()
    for seed in range(20):
        segments = made_segments(connection)
        mangle.swap(segments, random.Random(seed), 0.5)
        assert segments[-1].payload == b"reply"
        found.add(b"".join(segment.payload for segment in segments[:-1]))
    return found - {b"12"}


def made_segments(connection):
    """As the mangler has them."""
    segments = [mangle.Segment(slot, b"", b"", one.source, one.destination, one.sequence, one.acknowledgement, one.flags, b"",
                               one.payload, bool(one.flags & (SYN | RST))) for slot, one in enumerate(connection.segments)]
    mangle.fix_places(segments)
    return segments


def test_a_keep_alive_stays_behind_what_it_repeats():
    """Its octet is another one."""
    connection = Connection()
    connection.client(b"x")
    probe, = connection.client(b"\0")
    probe.sequence -= 1
    for seed in range(20):
        segments = made_segments(connection)
        mangle.swap(segments, random.Random(seed), 0.5)
        assert [segment.payload for segment in segments[3:]] == [b"x", b"\0"]


def test_nothing_passes_a_reset():
    connection = Connection()
    connection.client(b"x")
    connection.reset(from_client=False)
    connection.segments[-1].acknowledgement -= 1 # x was still in flight
    connection.client(b"y")
    for seed in range(20):
        segments = made_segments(connection)
        mangle.swap(segments, random.Random(seed), 0.5)
        assert [segment.payload for segment in segments[3:]] == [b"x", b"", b"y"]


def test_nothing_moves_from_tls_on():
    connection = dialogue(Connection(), [("C", lines("STARTTLS")), ("S", lines("220 Go ahead")), ("C", b"\x16\x03\x01hello" * 500)])
    before = made_segments(connection)
    for seed in range(20):
        segments, _ = mangle.mangled_connection(before, seed, HARMLESS, 0.5)
        records = [segment for segment in segments if segment.payload and segment.payload[0] < 32 or segment.fixed]
        assert [(one.payload, one.flags) for one in records[-3:]] == [(one.payload, one.flags) for one in before[-3:]]


def test_sack_blocks_are_shifted():
    options = b"\x01\x01\x05\x12" + b"".join(number.to_bytes(4, "big") for number in (SEQUENCES - 2, 3, 10, 20))
    shifted = b"\x01\x01\x05\x12" + b"".join(number.to_bytes(4, "big") for number in (3, 8, 15, 25))
    assert mangle.with_shifted_sack(options, 5) == shifted
    assert mangle.with_shifted_sack(shifted, -5) == options


def test_an_unknown_kind_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no such kind: stir"):
        mangle.mangle(Load(1).write(tmp_path / "load.pcap"), tmp_path / "out.pcap", 1, ("stir",))


def test_command_line(tmp_path):
    source, target = Load(12).write(tmp_path / "load.pcap"), tmp_path / "out.pcap"
    words = [sys.executable, places.ROOT / "tests" / "tshark" / "mangle.py", source, target, "7", "lose"]
    output = subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE).stdout
    made = mangle.mangle(source, tmp_path / "again.pcap", "7", ("lose",))
    assert target.read_bytes() == made.path.read_bytes()
    assert len(output.splitlines()) == len(made.lost) > 0
