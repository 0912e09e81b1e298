"""Writing pcapng: section, interface, decryption secrets, packets. Nothing is read back."""

import struct

LINKTYPE_ETHERNET = 1
LINKTYPE_RAW_IP = 101

BLOCK_SECTION = 0x0A0D0D0A
BLOCK_INTERFACE = 0x00000001
BLOCK_PACKET = 0x00000006
BLOCK_SECRETS = 0x0000000A
SECRETS_TLS_KEY_LOG = 0x544C534B


def padded(data):
    return data + bytes(-len(data) % 4)


def block(kind, body):
    total = len(body) + 12
    return struct.pack("<II", kind, total) + body + struct.pack("<I", total)


def section():
    return block(BLOCK_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))


def interface(linktype):
    return block(BLOCK_INTERFACE, struct.pack("<HHI", linktype, 0, 262144))


def secrets(keylog):
    """The secrets stand before the packets that need them, so one pass can decrypt."""
    return block(BLOCK_SECRETS, struct.pack("<II", SECRETS_TLS_KEY_LOG, len(keylog)) + padded(keylog))


def packet(microseconds, octets):
    head = struct.pack("<IIIII", 0, microseconds >> 32, microseconds & 0xFFFFFFFF, len(octets), len(octets))
    return block(BLOCK_PACKET, head + padded(octets))


def write(path, packets, keylog=b"", linktype=LINKTYPE_ETHERNET):
    """packets: (microseconds since 1970, octets) in order of time."""
    with open(path, "wb") as out:
        out.write(section() + interface(linktype))
        if keylog:
            out.write(secrets(keylog))
        for microseconds, octets in packets:
            out.write(packet(microseconds, octets))
