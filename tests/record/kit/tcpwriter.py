"""A TCP connection written frame by frame: Ethernet, IPv4, TCP with good checksums,
handshake, data with acknowledgements, teardown. No network is involved."""

import ipaddress
import struct

FIN, SYN, PSH, ACK = 0x01, 0x02, 0x08, 0x10
MSS = 1460
CLIENT_MAC = bytes.fromhex("02005e000001")
SERVER_MAC = bytes.fromhex("02005e000002")


def internet_checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


class Side:
    """One end of the connection: its address, its port and how far it has sent."""

    def __init__(self, mac, address, port, first_sequence):
        self.mac = mac
        self.address = ipaddress.IPv4Address(address).packed
        self.port = port
        self.sequence = first_sequence
        self.ip_id = first_sequence & 0xFFFF


class Connection:
    """Frames collect in `frames` as (microseconds, octets)."""

    def __init__(self, client, server, client_port, server_port, start, ethernet=True, timestamps=False):
        self.client = Side(CLIENT_MAC, client, client_port, 0x10000000 + client_port)
        self.server = Side(SERVER_MAC, server, server_port, 0x50000000 + client_port)
        self.now = start
        self.start = start
        self.ethernet = ethernet
        self.timestamps = timestamps
        self.frames = []
        self._handshake()

    def wait(self, milliseconds):
        self.now += int(milliseconds * 1000)

    def to_server(self, data, chunk=MSS):
        self._data(self.client, self.server, data, chunk)

    def to_client(self, data, chunk=MSS):
        self._data(self.server, self.client, data, chunk)

    def close(self, first="client"):
        one, other = (self.client, self.server) if first == "client" else (self.server, self.client)
        self._segment(one, other, FIN | ACK)
        self._segment(other, one, FIN | ACK)
        self._segment(one, other, ACK)

    def _handshake(self):
        self._segment(self.client, self.server, SYN)
        self._segment(self.server, self.client, SYN | ACK)
        self._segment(self.client, self.server, ACK)

    def _data(self, sender, receiver, data, chunk):
        """Every second segment and the last are acknowledged at once, as a receiver with no delay does."""
        room = chunk - (12 if self.timestamps and chunk == MSS else 0)
        for count, begin in enumerate(range(0, len(data), room), 1):
            part = data[begin:begin + room]
            last = begin + room >= len(data)
            self._segment(sender, receiver, ACK | (PSH if last or len(part) < room or room < 100 else 0), part)
            if count % 2 == 0 or last or room < 100:
                self._segment(receiver, sender, ACK)

    def _options(self, sender, flags):
        options = b""
        if flags & SYN:
            options += struct.pack("!BBH", 2, 4, MSS)
        if self.timestamps:
            milliseconds = (self.now - self.start) // 1000
            options += struct.pack("!BBBBII", 1, 1, 8, 10, 1000 + milliseconds, 0 if flags == SYN else 1000)
        return options

    def _segment(self, sender, receiver, flags, payload=b""):
        options = self._options(sender, flags)
        acknowledged = receiver.sequence if flags & ACK else 0
        header = struct.pack("!HHIIBBHHH", sender.port, receiver.port, sender.sequence, acknowledged,
                             (20 + len(options)) // 4 << 4, flags, 64240, 0, 0) + options
        length = len(header) + len(payload)
        pseudo = sender.address + receiver.address + struct.pack("!BBH", 0, 6, length)
        check = internet_checksum(pseudo + header + payload)
        header = header[:16] + struct.pack("!H", check) + header[18:]

        sender.ip_id = (sender.ip_id + 1) & 0xFFFF
        ip = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, sender.ip_id, 0x4000, 64, 6, 0)
        ip += sender.address + receiver.address
        ip = ip[:10] + struct.pack("!H", internet_checksum(ip)) + ip[12:]

        link = receiver.mac + sender.mac + b"\x08\x00" if self.ethernet else b""
        self.frames.append((self.now, link + ip + header + payload))
        self.now += 500
        sender.sequence = (sender.sequence + len(payload) + bool(flags & (SYN | FIN))) & 0xFFFFFFFF
