"""Captures made by hand: an SMTP connection as a list of TCP segments that a test can cut, drop, repeat and reorder, and the
pcap file it is written to.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import ipaddress
import struct

CLIENT = ("192.0.2.1", 40000)
SERVER = ("198.51.100.25", 25)
FIN, SYN, RST, PSH, ACK = 0x01, 0x02, 0x04, 0x08, 0x10
START = 1_700_000_000.0  # seconds since 1970
LINKTYPE_RAW_IP = 101
WHOLE = 1 << 16  # longer than any segment cut here


@dataclasses.dataclass
class Segment:
    time: float
    source: tuple  # address, port
    destination: tuple
    sequence: int
    acknowledgement: int
    flags: int
    payload: bytes = b""
    captured: int = WHOLE  # octets of the packet that the capture kept

    @property
    def from_client(self):
        return self.destination[1] == SERVER[1]


class Connection:
    """client() and server() each add what one side says, cut into segments; `segments` is free to be changed before
    write(). Each step is a millisecond after the one before it."""

    def __init__(self, client=CLIENT, server=SERVER, start=START, handshake=True, client_sequence=1000, server_sequence=5000):
        self.segments = []
        self.now = start
        self._next = {client: client_sequence, server: server_sequence}
        self._client, self._server = client, server
        if handshake:
            self._add(client, server, SYN)
            self._add(server, client, SYN | ACK)
            self._add(client, server, ACK)

    def client(self, data, size=1460):
        """Adds segments of at most `size` octets; returns them."""
        return self._say(self._client, self._server, data, size)

    def server(self, data, size=1460):
        return self._say(self._server, self._client, data, size)

    def acknowledge(self, from_client):
        """A segment without payload."""
        self._add(*self._ends(from_client), ACK)

    def lost(self, from_client, octets):
        """One side sends octets that the capture does not have."""
        self._advance(self._client if from_client else self._server, octets)

    def close(self):
        self._add(self._client, self._server, FIN | ACK)
        self._add(self._server, self._client, FIN | ACK)
        self._add(self._client, self._server, ACK)

    def reset(self, from_client=True):
        self._add(*self._ends(from_client), RST | ACK)

    def signal(self, from_client, flags):
        """A segment of flags alone."""
        self._add(*self._ends(from_client), flags)

    def _ends(self, from_client):
        """Who sends, and to whom."""
        return (self._client, self._server) if from_client else (self._server, self._client)

    def _say(self, source, destination, data, size):
        data = octets(data)
        return [self._add(source, destination, PSH | ACK, data[at:at + size]) for at in range(0, len(data), size)]

    def _add(self, source, destination, flags, payload=b""):
        acknowledgement = self._next[destination] if flags & ACK else 0
        segment = Segment(self.now, source, destination, self._next[source], acknowledgement, flags, payload)
        self._advance(source, len(payload) + bool(flags & (SYN | FIN)))
        self.segments.append(segment)
        self.now += 0.001
        return segment

    def _advance(self, source, octets_sent):
        self._next[source] = (self._next[source] + octets_sent) % (1 << 32)


def octets(text):
    return text.encode() if isinstance(text, str) else bytes(text)


def lines(*texts):
    """The lines, each with its CRLF."""
    return b"".join(octets(text) + b"\r\n" for text in texts)


def dialogue(connection, script, size=1460):
    """Plays a script: a list of ("C", "S", or "lost" for the server's that were not captured, octets). `size` is the longest
    segment, or a function of the side."""
    for side, data in script:
        if side == "lost":
            connection.lost(False, len(data))
            continue
        longest = size(side) if callable(size) else size
        (connection.client if side == "C" else connection.server)(data, longest)
    return connection


def write(path, segments):
    """Writes a pcap file; frame numbers are the segments' positions, from 1, and times never go back."""
    return write_batches(path, [segments])


def write_batches(path, batches):
    """The same for lists of segments that are made one after the other: all of them need not fit into memory. The times of a
    batch are later than those of the batch before it."""
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, LINKTYPE_RAW_IP))
        for segments in batches:
            write_packets(out, segments)
    path.chmod(0o644)
    return path


def write_packets(out, segments):
    times = sorted(segment.time for segment in segments)
    for time, segment in zip(times, segments):
        packet = ip_packet(segment)
        kept = packet[:segment.captured]
        microseconds = round(time * 1_000_000)
        out.write(struct.pack("<IIII", microseconds // 1_000_000, microseconds % 1_000_000, len(kept), len(packet)))
        out.write(kept)


def ip_packet(segment):
    source, destination = (ipaddress.IPv4Address(address).packed for address, _ in (segment.source, segment.destination))
    tcp = tcp_header(segment, 0) + segment.payload
    pseudo = source + destination + struct.pack("!BBH", 0, 6, len(tcp))
    tcp = tcp_header(segment, checksum(pseudo + tcp)) + segment.payload
    header = struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(tcp), 1, 0, 64, 6, 0) + source + destination
    return header[:10] + struct.pack("!H", checksum(header)) + header[12:] + tcp


def tcp_header(segment, check):
    return struct.pack("!HHIIBBHHH", segment.source[1], segment.destination[1], segment.sequence, segment.acknowledgement,
                       5 << 4, segment.flags, 65535, check, 0)


def checksum(data):
    """RFC 1071, of octets that are not all zero. The sum with end-around carry is the remainder by 0xFFFF, which is 0 where the
    sum is 0xFFFF: Python computes it faster than a loop over the words."""
    data += bytes(len(data) % 2)
    return ~(int.from_bytes(data, "big") % 0xFFFF or 0xFFFF) & 0xFFFF
