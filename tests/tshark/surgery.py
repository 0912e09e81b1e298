"""Captures of others, damaged: what a bad tap, a full disk, or an attacker makes of them.

Reads and writes pcap and pcapng as far as the packets go; all else in a file, as secrets, is kept as it stands.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import random
import struct

PCAPNG_SECTION = 0x0A0D0D0A
PCAPNG_INTERFACE = 1
PCAPNG_ENHANCED_PACKET = 6
PCAP_MAGIC = {b"\xd4\xc3\xb2\xa1": "<", b"\x4d\x3c\xb2\xa1": "<", b"\xa1\xb2\xc3\xd4": ">", b"\xa1\xb2\x3c\x4d": ">"}


@dataclasses.dataclass(frozen=True)
class Packet:
    head: bytes  # what stands before the lengths: time stamp, interface
    data: bytes
    length: int  # on the wire, in octets


class Capture:
    """`packets` in order; write() puts others in their place."""

    def __init__(self, path):
        content = path.read_bytes()
        self.is_pcap = content[:4] in PCAP_MAGIC
        # The rest of the file: what stands before the first packet. Nothing of interest comes between packets or behind them.
        self._links = []  # of each interface; of a pcap the one there is
        self._opening, self.packets = self._read_pcap(content) if self.is_pcap else self._read_pcapng(content)

    def link_type(self, packet):
        """The LINKTYPE_ of the interface that the packet came over."""
        return self._links[0 if self.is_pcap else struct.unpack_from(self._order + "I", packet.head)[0]]

    def write(self, path, packets):
        pack = self._pcap_record if self.is_pcap else self._pcapng_block
        path.write_bytes(self._opening + b"".join(map(pack, packets)))
        path.chmod(0o644)
        return path

    def _read_pcap(self, content):
        self._order = PCAP_MAGIC[content[:4]]
        self._links += struct.unpack_from(self._order + "I", content, 20)
        packets, at = [], 24
        while at + 16 <= len(content):
            captured, length = struct.unpack_from(self._order + "II", content, at + 8)
            packets.append(Packet(content[at:at + 8], content[at + 16:at + 16 + captured], length))
            at += 16 + captured
        return content[:24], packets

    def _pcap_record(self, packet):
        return packet.head + struct.pack(self._order + "II", len(packet.data), packet.length) + packet.data

    def _read_pcapng(self, content):
        self._order = "<" if content[8:12] == b"\x4d\x3c\x2b\x1a" else ">"
        opening, packets, at = b"", [], 0
        while at + 12 <= len(content):
            kind, size = struct.unpack_from(self._order + "II", content, at)
            if kind == PCAPNG_ENHANCED_PACKET:
                captured, length = struct.unpack_from(self._order + "II", content, at + 20)
                packets.append(Packet(content[at + 8:at + 20], content[at + 28:at + 28 + captured], length))
            else:
                if kind == PCAPNG_INTERFACE:
                    self._links += struct.unpack_from(self._order + "H", content, at + 8)
                opening += content[at:at + size]
            at += size
        return opening, packets

    def _pcapng_block(self, packet):
        body = packet.head + struct.pack(self._order + "II", len(packet.data), packet.length)
        body += packet.data + bytes(-len(packet.data) % 4)
        size = 12 + len(body)
        return struct.pack(self._order + "II", PCAPNG_ENHANCED_PACKET, size) + body + struct.pack(self._order + "I", size)


def snapped(packets, length):
    """Of each packet the first octets only, as tcpdump -s records."""
    return [dataclasses.replace(packet, data=packet.data[:length]) for packet in packets]


def without_every(packets, step):
    return [packet for number, packet in enumerate(packets, 1) if number % step]


def from_the_middle(packets):
    return packets[len(packets) // 2:]


def shuffled(packets, window, seed):
    """Each run of `window` packets in an order of its own."""
    chance = random.Random(seed)
    runs = [packets[at:at + window] for at in range(0, len(packets), window)]
    return [packet for run in runs for packet in chance.sample(run, len(run))]


def doubled(packets):
    return [packet for packet in packets for _ in range(2)]


def mutated(packets, seed, header=54):
    """Octets behind the headers changed, here and there: bits turned, octets of the protocol put in, stretches cleared."""
    chance = random.Random(seed)
    return [dataclasses.replace(packet, data=mutate(packet.data, header, chance)) if chance.random() < 0.5 else packet
            for packet in packets]


# What a grammar stumbles over.
TOKENS = [b"\r\n", b"\n", b"\r", b"\0", b".", b"\r\n.\r\n", b"\n.\n", b"<", b">", b"@", b":", b"=", b"-", b" ", b"[", b"250", b"354",
          b"334", b"220 ", b"BDAT 99999999999999999999", b"BDAT 1 LAST\r\n", b"\xff\xfe", b"\xc3", b"+", b"\"", b"\\", b"5.1.1",
          b"AUTH ", b"STARTTLS\r\n", b"DATA\r\n", b"QUIT\r\n", b"EHLO ", b"*\r\n", b"=\r\n"]


def mutate(data, header, chance):
    if len(data) <= header:
        return data
    changed = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(header, len(changed))
        kind = chance.randrange(3)
        if kind == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            token = chance.choice(TOKENS)[:len(changed) - at]
            changed[at:at + len(token)] = token
        else:
            end = min(len(changed), at + chance.randint(1, 16))
            changed[at:end] = bytes([chance.choice(b"\0 .<9\xff")]) * (end - at)
    return bytes(changed)
