"""One large capture in pieces, each with whole connections, so that several processes of tshark read it at once.

What is not a packet (interfaces, names, secrets for decryption) goes into each piece. Packets of the same two ends, addresses and
ports, go into the same piece; the fragments of an IP packet follow its first one, which has the ports. What is neither TCP nor
UDP goes by its addresses, as do tunnels, and what is not IP into the first piece.

A row tells frames and streams by the numbers that its piece has; `Numbers` turns these into those of the whole.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import array
import contextlib
import dataclasses
import re
import struct
import subprocess
import zlib

from . import Failure
from .question import lines_of, row_of

# By link type: what stands before the type of the packet's protocol. None: the packet begins with IP itself.
ETHERNET, RAW, COOKED, COOKED_2 = 1, (12, 14, 101, 228, 229), 113, 276
TYPE_AT = {ETHERNET: 12, COOKED: 14, COOKED_2: 0}
BEHIND_TYPE = {ETHERNET: 2, COOKED: 2, COOKED_2: 20}
VLAN = (b"\x81\x00", b"\x88\xa8", b"\x91\x00")
PORTS = (6, 17)  # TCP and UDP have them
IPV6_OPTIONS = (0, 43, 60)  # headers that may stand before: hop-by-hop, routing, destination
FRAGMENT = 44
ERROR_WITHIN = 1280  # octets of a packet: no error is longer (RFC 4443, 2.4), so that few are inside of others
LARGEST_PACKET, LARGEST_BLOCK = 1 << 18, 1 << 24  # octets: more is damage, as Wireshark has it for what carries TCP
ERRORS = {1: (3, 4, 5, 11, 12), 58: (1, 2, 3, 4)}  # of ICMP and ICMPv6: types that carry the begin of the packet they are about


def ip_start(link, packet):
    """Where the IP header is, or None."""
    if link in RAW:
        return 0
    at = TYPE_AT.get(link)
    if at is None:
        return None
    found, behind = packet[at:at + 2], at + BEHIND_TYPE[link]
    while found in VLAN:
        found, behind = packet[behind + 2:behind + 4], behind + 4
    return behind if found in (b"\x08\x00", b"\x86\xdd") else None


def hash_of(first, second):
    """The same for both directions."""
    return zlib.crc32(first + second if first < second else second + first)


class Flows:
    """Which flow a packet is of, as a number."""

    def __init__(self):
        self.fragments = {}  # by addresses and identification: the flow of the first fragment

    def of(self, link, packet):
        at = ip_start(link, packet)
        return self._of_ip(packet, at) if at is not None else 0

    def _of_ip(self, packet, at):
        version = packet[at] >> 4 if at < len(packet) else 0
        return self._of_ipv4(packet, at) if version == 4 else self._of_ipv6(packet, at) if version == 6 else 0

    def _of_ipv4(self, packet, at):
        source, destination = packet[at + 12:at + 16], packet[at + 16:at + 20]
        fragment = struct.unpack_from(">H", packet, at + 6)[0] & 0x3fff if len(packet) >= at + 20 else 0
        behind = at + (packet[at] & 15) * 4
        identity = source + destination + packet[at + 4:at + 6] + packet[at + 9:at + 10] if fragment else None
        return self._of(source, destination, packet[at + 9] if len(packet) > at + 9 else 0, packet, behind, identity, fragment & 0x1fff)

    def _of_ipv6(self, packet, at):
        source, destination = packet[at + 8:at + 24], packet[at + 24:at + 40]
        following, behind = packet[at + 6] if len(packet) > at + 6 else 0, at + 40
        while following in IPV6_OPTIONS and len(packet) > behind + 1:
            following, behind = packet[behind], behind + 8 + packet[behind + 1] * 8
        if following != FRAGMENT or len(packet) < behind + 8:
            return self._of(source, destination, following, packet, behind, None, 0)
        offset = struct.unpack_from(">H", packet, behind + 2)[0] >> 3
        return self._of(source, destination, packet[behind], packet, behind + 8, source + destination + packet[behind + 4:behind + 8], offset)

    def _of(self, source, destination, protocol, packet, behind, identity, offset):
        """`identity` is that of a fragmented packet, else None; `offset` is the fragment's."""
        if offset:
            return self.fragments.get(identity, hash_of(source, destination))
        if protocol not in PORTS:
            about = behind + 8 < min(len(packet), ERROR_WITHIN) and packet[behind] in ERRORS.get(protocol, ())
            return self._of_ip(packet, behind + 8) if about else hash_of(source, destination)
        flow = hash_of(source + packet[behind:behind + 2], destination + packet[behind + 2:behind + 4])
        if identity:
            self.fragments[identity] = flow
        return flow


def blocks_of_pcap(file, begin):
    """(octets, link type and packet if it is one) of what a pcap file has, its header first."""
    order = "<" if begin[0] in (0xd4, 0x4d, 0x34) else ">"
    extra = 8 if begin[:4] in (b"\x34\xcd\xb2\xa1", b"\xa1\xb2\xcd\x34") else 0
    header = begin + file.read(24 - len(begin))
    if len(header) < 24:
        raise Failure("the header is not whole")
    link = struct.unpack_from(order + "I", header, 20)[0] & 0xffff
    length_of = struct.Struct(order + "8xI").unpack_from
    yield header, None
    while record := file.read(16 + extra):
        length = length_of(record)[0] if len(record) == 16 + extra else 0
        if length > LARGEST_PACKET:
            raise Failure(f"a packet of {length} octets")
        packet = file.read(length)
        yield record + packet, (link, packet)


def blocks_of_pcapng(file, begin):
    order, links = "<", []
    while begin or (begin := file.read(8)):
        if begin[:4] == b"\x0a\x0d\x0d\x0a":
            magic = file.read(4)
            order, links, begin = "<" if magic == b"\x4d\x3c\x2b\x1a" else ">", [], begin + magic
        if len(begin) < 8:
            yield begin, None
            return
        kind, length = struct.unpack_from(order + "II", begin)
        if not max(12, len(begin)) <= length <= LARGEST_BLOCK:
            raise Failure(f"a block of {length} octets")
        block = begin + file.read(length - len(begin))
        begin = b""
        packet = None
        if kind == 1:  # interface description
            if len(block) < 20:
                raise Failure("an interface description that is not whole")
            links.append(struct.unpack_from(order + "H", block, 8)[0])
        elif kind in (2, 6) and len(block) >= 28:  # packet, enhanced packet
            interface = struct.unpack_from(order + ("H" if kind == 2 else "I"), block, 8)[0]
            captured = struct.unpack_from(order + "I", block, 20)[0]
            packet = (links[interface] if interface < len(links) else None, block[28:28 + captured])
        elif kind == 3:  # simple packet
            packet = (links[0] if links else None, block[12:-4])
        yield block, packet


@contextlib.contextmanager
def opened(capture):
    if not capture.decompress:
        with open(capture.path, "rb", buffering=1 << 20) as file:
            yield file
        return
    with subprocess.Popen([*capture.decompress, capture.path], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        yield process.stdout
        error = process.stderr.read().decode(errors="replace").strip()
    if process.returncode:
        raise Failure(error or f"{capture.decompress[0]} failed")


def split(capture, folder, pieces):
    """Writes the pieces into a folder. Returns their paths, and for each the numbers that its packets have in the whole. Raises Failure
    where damage in the middle would end the reading of the whole, but only of the piece that has it."""
    paths = [folder / f"piece-{number}" for number in range(pieces)]
    numbers = [array.array("Q") for _ in range(pieces)]
    flows = Flows()
    frame = 0
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(opened(capture))
        outs = [stack.enter_context(open(path, "wb", buffering=1 << 20)) for path in paths]
        begin = file.read(8)
        blocks = blocks_of_pcapng if begin.startswith(b"\x0a\x0d\x0d\x0a") else blocks_of_pcap
        for block, packet in blocks(file, begin):
            if packet is None:
                for out in outs:
                    out.write(block)
                continue
            frame += 1
            piece = flows.of(*packet) % pieces
            numbers[piece].append(frame)
            outs[piece].write(block)
    return paths, numbers


FRAMES = re.compile(r'(?<!\\)"(first_frame|reply_frame|frame)":(\d+)')
STREAM = re.compile(r'(?<!\\)"stream":(\d+)')
MAIL = re.compile(r'(?<!\\)"mail":(\d+)')


@dataclasses.dataclass
class Numbers:
    """The numbers that frames and streams of the pieces have in the whole. Streams are numbered by their first frames."""
    frames: list  # of each piece
    starts: list  # of each piece: pairs of a stream's first frame and its number, both in the piece

    def __post_init__(self):
        first = {}
        for piece, starts in enumerate(self.starts):
            for frame, stream in starts:
                first.setdefault((piece, stream), self.frames[piece][frame - 1])
        self.streams = {key: number for number, (key, _) in enumerate(sorted(first.items(), key=lambda item: item[1]))}
        self.mails = {}

    def text(self, piece, text):
        """A row with the numbers of the whole. A quotation mark inside a string of JSON stands behind a backslash: only names match."""
        text = FRAMES.sub(lambda found: f'"{found[1]}":{self.frames[piece][int(found[2]) - 1]}', text)
        text = MAIL.sub(lambda found: f'"mail":{self.mails.setdefault((piece, found[1]), len(self.mails) + 1)}', text)
        return STREAM.sub(lambda found: f'"stream":{self.streams[piece, int(found[1])]}', text)


def merged(question, frames, outputs):
    """The rows of a capture that was read in pieces, by log and in the order of time. `outputs`: what tshark wrote of each piece."""
    rows, starts = [], []
    for piece, path in enumerate(outputs):
        starts.append([])
        for line in lines_of(path):
            if line.startswith("{"):
                row = row_of(question, line)
                rows.append((row.log, row.time, piece, row))
            else:
                starts[-1].append(tuple(map(int, line.split("\t"))))
    numbers = Numbers(frames, starts)
    for _, _, piece, row in sorted(rows, key=lambda found: found[:2]):
        yield dataclasses.replace(row, text=numbers.text(piece, row.text))
