"""Captures of others, mangled as a network does it: each TCP connection says what it said, in segments that come otherwise.

    mangle.py IN OUT SEED [KIND...]

The kinds are the functions of KINDS, in the order in which they are applied; without a word all are that lose nothing and keep each
segment before its acknowledgement. The same seed gives the same capture.

What a real network cannot do is not done: segments overtake each other in flight only, so none is captured behind a segment of the
other side that acknowledges it (but for the kind after_ack), and no answer before what it answers. A packet takes the time of the
place where it is put. Checksums are right. Handshakes and resets keep their place, and so does all from a TLS handshake on: order
under TLS is that dissector's affair.

A capture can hold many manglings of one, each between addresses of its own, so that one run of tshark judges them all.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import ipaddress
import random
import struct
import sys
from pathlib import Path

from packets import ACK, FIN, PSH, RST, SYN, checksum
from surgery import Capture, Packet

LINK_HEADERS = {1: 14, 101: 0}  # LINKTYPE_ETHERNET, LINKTYPE_RAW: octets before the IP header
SHORTEST = 40  # octets in a packet with a TCP header
TCP = 6
SACK = 5  # TCP option
TLS_HANDSHAKE = b"\x16\x03"
SEQUENCES = 1 << 32

RATE = 0.15        # of the segments that could be, so many are mangled
DISTANCE = 3       # segments that one falls behind which was overtaken
FAR = 12           # likewise, one that was lost on its way to the capture and sent again
LARGEST = 16384    # octets in segments that are put together, as a network card does it
PIECES = 4


# --- segments ----------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(eq=False)
class Segment:
    """`slot`: the packet of the capture whose time and interface it has. `fixed`: keeps its place, and none passes it."""
    slot: int
    link: bytes  # header
    network: bytes  # header of IP
    source: tuple  # address, port
    destination: tuple
    sequence: int
    acknowledgement: int
    flags: int
    rest: bytes  # of the TCP header: window, checksum, urgent pointer, options
    payload: bytes
    fixed: bool = False

    @property
    def size(self):
        """What it takes of the sequence numbers."""
        return len(self.payload) + bool(self.flags & SYN) + bool(self.flags & FIN)

    @property
    def end(self):
        return (self.sequence + self.size) % SEQUENCES

    def changed(self, **members):
        return dataclasses.replace(self, **members)


def segment_of(packet, link_type, slot):
    """None for what is no TCP segment, or a fragment of one."""
    if link_type not in LINK_HEADERS:
        return None
    start = LINK_HEADERS[link_type]
    link, data = packet.data[:start], packet.data[start:]
    if link and link[12:14] not in (b"\x08\x00", b"\x86\xdd") or len(data) < SHORTEST:
        return None
    addresses, header, length = read_ipv4(data) if data[0] >> 4 == 4 else read_ipv6(data)
    if not addresses:
        return None
    if len(data) < length:
        raise ValueError(f"frame {slot + 1} was cut by a snap length")
    tcp = data[header:length]
    source, destination, sequence, acknowledgement, offset, flags = struct.unpack_from("!HHIIBB", tcp)
    start = (offset >> 4) * 4
    return Segment(slot, link, data[:header], (addresses[0], source), (addresses[1], destination), sequence, acknowledgement, flags,
                   tcp[14:start], tcp[start:], fixed=bool(flags & (SYN | RST)))


def read_ipv4(data):
    """The addresses, where the TCP header begins, and where the packet ends; no addresses for what holds no whole segment."""
    length, _, fragment, _, protocol = struct.unpack_from("!HHHBB", data, 2)
    if protocol != TCP or fragment & 0x3FFF:
        return None, 0, 0
    return (data[12:16], data[16:20]), (data[0] & 15) * 4, length


def read_ipv6(data):
    length, protocol = struct.unpack_from("!HB", data, 4)
    return ((data[8:24], data[24:40]), 40, 40 + length) if protocol == TCP else (None, 0, 0)


def packet_of(segment, head, addresses):
    """addresses: what stands for each address of the capture."""
    source, destination = addresses(segment.source[0]), addresses(segment.destination[0])
    tcp = struct.pack("!HHIIBB", segment.source[1], segment.destination[1], segment.sequence, segment.acknowledgement,
                      (14 + len(segment.rest)) // 4 << 4, segment.flags) + segment.rest + segment.payload
    pseudo = source + destination + struct.pack("!II", len(tcp), TCP)
    check = checksum(pseudo + tcp[:16] + bytes(2) + tcp[18:])
    tcp = tcp[:16] + struct.pack("!H", check) + tcp[18:]
    write = write_ipv4 if len(source) == 4 else write_ipv6
    data = segment.link + write(segment.network, source + destination, len(tcp)) + tcp
    return Packet(head, data, len(data))


def write_ipv4(header, addresses, length):
    header = header[:2] + struct.pack("!H", len(header) + length) + header[4:10] + bytes(2) + addresses + header[20:]
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:]


def write_ipv6(header, addresses, length):
    return header[:4] + struct.pack("!H", length) + header[6:8] + addresses


def after(one, other):
    """Whether a sequence number is behind another."""
    return 0 < (one - other) % SEQUENCES < SEQUENCES // 2


def distance(one, other):
    """From the other to the one, below zero when it is before it."""
    return (one - other + SEQUENCES // 2) % SEQUENCES - SEQUENCES // 2


# --- connections -------------------------------------------------------------------------------------------------------------


class Connections:
    """The TCP connections of a capture, in the order of tcp.stream, and its other packets."""

    def __init__(self, capture):
        self.all, self.others = [], []
        latest = {}  # of each pair of ends
        for slot, packet in enumerate(capture.packets):
            segment = segment_of(packet, capture.link_type(packet), slot)
            if segment is None:
                self.others.append((slot, packet))
                continue
            ends = frozenset((segment.source, segment.destination))
            if ends not in latest or opens_anew(segment, latest[ends]):
                latest[ends] = []
                self.all.append(latest[ends])
            latest[ends].append(segment)
        for segments in self.all:
            fix_places(segments)

    def __iter__(self):
        return iter(self.all)


def opens_anew(segment, segments):
    """A SYN between ends that had a connection before."""
    opening = segments[0]
    return segment.flags & (SYN | ACK) == SYN and (not opening.flags & SYN or segment.sequence != opening.sequence)


def fix_places(segments):
    """The handshake's third segment, and all from TLS on."""
    opened = [segment for segment in segments if segment.flags & (SYN | ACK) == SYN][:1]
    for segment in [one for first in opened for one in segments if one.source == first.source and not one.flags & SYN][:1]:
        segment.fixed = True
    under_tls = False
    for segment in segments:
        under_tls = under_tls or segment.payload.startswith(TLS_HANDSHAKE)
        segment.fixed = segment.fixed or under_tls


def may_pass(segment, later):
    """Whether one can be captured behind another that was captured after it."""
    if segment.fixed or later.fixed:
        return False
    if segment.source == later.source:
        return not differ(segment, later)
    return not acknowledges(later, segment)


def acknowledges(segment, other):
    """A part of the other's octets is enough."""
    return segment.flags & ACK and other.size and after(segment.acknowledgement, other.sequence)


def differ(one, other):
    """Whether they have different octets for the same place, as a keep-alive has and what was sent before it."""
    start = distance(other.sequence, one.sequence)
    mine, yours = one.payload[max(start, 0):], other.payload[max(-start, 0):]
    common = min(len(mine), len(yours))
    return mine[:common] != yours[:common]


def move(segments, at, to):
    """The places keep their slots."""
    slots = [segment.slot for segment in segments]
    segments.insert(to, segments.pop(at))
    for segment, slot in zip(segments, slots):
        segment.slot = slot


def insert(segments, at, segment):
    """In the time of the segment before it."""
    segment.slot = segments[at - 1].slot
    segments.insert(at, segment)


def place_behind(segments, at, count):
    """Where the segment is when up to so many of its own side with octets have overtaken it, as far as they may."""
    segment, end = segments[at], at
    for place in range(at + 1, len(segments)):
        if not count or not may_pass(segment, segments[place]):
            break
        if segments[place].source == segment.source and segments[place].size:
            count, end = count - 1, place
    return end


def chosen(segments, chance, rate):
    """Some of those with octets, that may be mangled."""
    return [segment for segment in segments if segment.size and not segment.fixed and chance.random() < rate]


def until_fixed(segments, at):
    """Where the first one stands from there on that keeps its place, or the end."""
    return next((place for place in range(at, len(segments)) if segments[place].fixed), len(segments))


def acknowledged(segments, source, default):
    """The last octet but one that this side has acknowledged in these segments."""
    return next((segment.acknowledgement for segment in reversed(segments) if segment.source == source), default)


# --- kinds -------------------------------------------------------------------------------------------------------------------
# Each changes a list of segments in place. Those that cut and repeat come before those that put in another order.


def wrap(segments, chance, _):
    """Sequence numbers of both sides pass 2^32 on the way."""
    for source in sorted({segment.source for segment in segments}):
        said = [segment for segment in segments if segment.source == source]
        base = said[0].sequence
        octets = max(distance(segment.end, base) for segment in said)
        shift = -(base + chance.randint(1, max(octets, 1)))
        for segment in segments:
            if segment.source == source:
                segment.sequence = (segment.sequence + shift) % SEQUENCES
            elif segment.flags & ACK:
                segment.acknowledgement = (segment.acknowledgement + shift) % SEQUENCES
                segment.rest = segment.rest[:6] + with_shifted_sack(segment.rest[6:], shift)


def with_shifted_sack(options, shift):
    at = 0
    while at < len(options) and options[at]:
        length = 1 if options[at] == 1 else max(options[at + 1], 2)
        if options[at] == SACK:
            edges = struct.unpack_from(f"!{(length - 2) // 4}I", options, at + 2)
            shifted = struct.pack(f"!{len(edges)}I", *[(edge + shift) % SEQUENCES for edge in edges])
            options = options[:at + 2] + shifted + options[at + 2 + len(shifted):]
        at += length
    return options


def join(segments, chance, rate):
    """Segments that one side sent one behind the other are one."""
    at = 0
    while at + 1 < len(segments):
        first, second = segments[at:at + 2]
        if continues(first, second) and len(first.payload + second.payload) <= LARGEST and chance.random() < rate:
            segments[at:at + 2] = [second.changed(sequence=first.sequence, payload=first.payload + second.payload)]
        else:
            at += 1


def continues(first, second):
    return (first.source == second.source and first.payload and second.payload and first.end == second.sequence
            and not first.fixed and not second.fixed and not first.flags & FIN)


def cut(segments, chance, rate):
    """A segment comes in pieces."""
    for segment in chosen(segments, chance, rate):
        octets = len(segment.payload)
        at = segments.index(segment)
        points = sorted(chance.sample(range(1, octets), min(octets - 1, chance.randrange(1, PIECES)))) if octets > 1 else []
        segments[at:at + 1] = [
            segment.changed(sequence=(segment.sequence + start) % SEQUENCES, payload=segment.payload[start:end],
                            flags=segment.flags if end == octets else segment.flags & ~(PSH | FIN))
            for start, end in zip([0, *points], [*points, octets])]


def overlap(segments, chance, rate):
    """A segment begins in the middle of the one before it."""
    latest = {}
    for segment in list(segments):
        before = latest.get(segment.source)
        if before and continues(before, segment) and chance.random() < rate:
            half = len(before.payload) // 2
            segment.sequence = (segment.sequence - len(before.payload) + half) % SEQUENCES
            segment.payload = before.payload[half:] + segment.payload
        latest[segment.source] = segment


def resend(segments, chance, rate):
    """One or two segments are sent once more in one, whole or a part of them, soon or late."""
    for segment in chosen(segments, chance, rate):
        at = segments.index(segment)
        start, end, payload = segment.sequence, at, segment.payload
        for place in range(at + 1, min(at + PIECES, len(segments))):
            if end == at and continues(segment, segments[place]) and chance.random() < 0.5:
                end, payload = place, payload + segments[place].payload
        if not payload:
            continue
        first = chance.choice((0, len(payload) // 2, chance.randrange(len(payload))))
        last = chance.choice((len(payload), chance.randrange(first + 1, len(payload) + 1)))
        place = chance.randint(end + 1, min(end + 1 + FAR, until_fixed(segments, end + 1)))
        insert(segments, place, segment.changed(
            sequence=(start + first) % SEQUENCES, payload=payload[first:last], flags=segment.flags & ~FIN,
            acknowledgement=acknowledged(segments[:place], segment.source, segment.acknowledgement)))


def duplicate(segments, chance, rate):
    """The same packet comes once more, soon."""
    for segment in [one for one in segments if not one.fixed and chance.random() < rate]:
        at = segments.index(segment)
        insert(segments, chance.randint(at + 1, min(at + 1 + DISTANCE, until_fixed(segments, at + 1))), segment.changed())


def delay(segments, chance, rate):
    """A segment was lost on its way to the capture; what was sent again comes late. The peer repeats its acknowledgement for most
    segments between them."""
    for segment in chosen(segments, chance, rate):
        at = segments.index(segment)
        end = place_behind(segments, at, chance.randint(DISTANCE, FAR))
        move(segments, at, end)
        for place in range(end, at, -1):
            said = [one for one in segments[:place] if one.source == segment.destination]
            overtaking = segments[place - 1]
            if said and overtaking.source == segment.source and overtaking.size and chance.random() < 0.7:
                insert(segments, place, repeated_acknowledgement(said))


def repeated_acknowledgement(said):
    """Of a side that said this so far."""
    latest = said[-1]
    ahead = max(distance(one.end, latest.end) for one in said)
    rest = latest.rest[:6] if latest.flags & SYN else latest.rest # a SYN's options are for a SYN alone
    return latest.changed(sequence=(latest.end + ahead) % SEQUENCES, payload=b"", flags=ACK, rest=rest, fixed=False)


def swap(segments, chance, rate):
    """A segment is overtaken by the next ones. Those that cannot be count too, so that the others are swapped more often."""
    able = [segment for at, segment in enumerate(segments) if segment.size and place_behind(segments, at, 1) > at]
    share = rate * sum(bool(segment.size) for segment in segments) / max(len(able), 1)
    for segment in able:
        if chance.random() < share:
            at = segments.index(segment)
            move(segments, at, place_behind(segments, at, chance.randint(1, DISTANCE)))


def after_ack(segments, chance, rate):
    """A segment is captured behind its acknowledgement; from that on, itself included, at most one segment before it has octets."""
    at = -1
    while (at := at + 1) < len(segments):
        segment = segments[at]
        if segment.payload and not segment.fixed and chance.random() < rate:
            at = move_behind_acknowledgement(segments, at, chance)


def move_behind_acknowledgement(segments, at, chance):
    """Returns where the segment is."""
    segment, seen, octets = segments[at], False, 0
    places = [at]
    for place in range(at + 1, len(segments)):
        later = segments[place]
        if later.fixed or later.flags & FIN or later.source == segment.source and differ(segment, later):
            break
        seen = seen or later.source != segment.source and bool(acknowledges(later, segment))
        octets += bool(seen and later.payload)
        if octets > 1 or len(places) > DISTANCE:
            break
        if seen:
            places.append(place)
    end = chance.choice(places[1:] or places)
    move(segments, at, end)
    return end


def lose(segments, chance, rate):
    """A segment is not in the capture."""
    for segment in chosen(segments, chance, rate):
        if segment.payload:
            segments.remove(segment)


KINDS = {kind.__name__: kind for kind in (wrap, join, cut, overlap, resend, duplicate, delay, swap, after_ack, lose)}
HARMLESS = [name for name in KINDS if name not in ("after_ack", "lose")]


# --- captures ----------------------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Origin:
    """Whence a connection is."""
    variant: int
    stream: int  # tcp.stream in the capture as it was


@dataclasses.dataclass(frozen=True)
class Lost:
    """Octets that are in no segment any more, counted from the first of their direction, which is 0."""
    stream: int  # in the new capture
    source: tuple  # address and port, as text and number, in the capture as it was
    first: int
    octets: int


@dataclasses.dataclass(frozen=True)
class Mangled:
    path: Path
    origins: list  # of each tcp.stream of the new capture
    lost: list


def mangle(source, target, seed, kinds=HARMLESS, rate=RATE):
    """Writes the capture `source`, mangled, to `target`: a pcap or a pcapng file, as it was."""
    return write(Capture(source), target, [(seed, kinds)], rate, [unchanged])


def mangle_often(source, target, variants, rate=RATE):
    """The same for many manglings in one file, each a pair of seed and kinds. They come at the same time. Each has other addresses,
    the same ports."""
    return write(Capture(source), target, variants, rate, [Addresses(number) for number in range(len(variants))])


def unchanged(address):
    return address


class Addresses:
    """Other ones for each variant, of the same kind."""

    def __init__(self, variant):
        self._variant = variant
        self._numbers = {}

    def __call__(self, address):
        number = self._numbers.setdefault(address, len(self._numbers) + 1)
        if len(address) == 4:
            return struct.pack("!BHB", 10, self._variant, number)
        return ipaddress.IPv6Address(f"2001:db8::{self._variant:x}:{number:x}").packed


def write(capture, target, variants, rate, addresses):
    found = Connections(capture)
    placed = [(slot, 0, packet, None) for slot, packet in found.others]
    lost = {}
    for variant, (seed, kinds) in enumerate(variants):
        for stream, before in enumerate(found):
            origin = Origin(variant, stream)
            segments, lost[origin] = mangled_connection(before, f"{seed} {stream}", kinds, rate)
            placed += [(segment.slot, variant, segment, origin) for segment in segments]
    placed.sort(key=lambda entry: entry[:2])
    origins = list(dict.fromkeys(origin for *_, origin in placed if origin))
    packets = [packet_of(what, capture.packets[slot].head, addresses[variant]) if origin else what
               for slot, variant, what, origin in placed]
    capture.write(target, packets)
    return Mangled(target, origins, [Lost(stream, *one) for stream, origin in enumerate(origins) for one in lost[origin]])


def mangled_connection(segments, seed, kinds, rate):
    """The segments of the new one, and what is missing there."""
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise ValueError(f"no such kind: {', '.join(sorted(unknown))}")
    segments = [segment.changed() for segment in segments]
    for name, kind in KINDS.items():
        if name == "lose":
            whole = list(segments)
        if name in kinds:
            kind(segments, random.Random(f"{seed} {name}"), rate)
    return segments, missing(whole, segments)


def missing(whole, segments):
    """(source, first, octets) of each stretch of octets that is in no segment any more."""
    found = []
    for source in dict.fromkeys(segment.source for segment in whole if len(segments) < len(whole)):
        base = opening_sequence(whole, source)
        at, end = 0, max(behind for _, behind in stretches(whole, source, base))
        for first, behind in [*stretches(segments, source, base), (end, end)]:
            if first > at:
                found.append(((str(ipaddress.ip_address(source[0])), source[1]), at, first - at))
            at = max(at, behind)
    return found


def stretches(segments, source, base):
    """(first octet, octet behind the last) of each segment of one side, in order."""
    starts = [(distance(segment.sequence, base), len(segment.payload)) for segment in segments if segment.source == source]
    return sorted((start, start + octets) for start, octets in starts)


def opening_sequence(segments, source):
    """Of one side's first octet that is there."""
    said = [segment for segment in segments if segment.source == source]
    first = said[0].sequence
    return (first + min(distance(one.sequence, first) for one in said) + any(one.flags & SYN for one in said)) % SEQUENCES


def main(source, target, seed, *kinds):
    for lost in mangle(Path(source), Path(target), seed, kinds or HARMLESS).lost:
        address, port = lost.source
        print(f"tcp.stream {lost.stream}: {lost.octets} octets lost of {address}:{port}, from octet {lost.first} on")


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
