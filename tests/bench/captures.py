"""The captures that the plugin is measured on, made by hand.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tshark"))

from packets import ACK, Connection, Segment, lines, write  # noqa: E402

EHLO_REPLY = lines("250-mx.example.net Hello client.example.org [192.0.2.1]", "250-SIZE 157286400", "250-8BITMIME",
                   "250-PIPELINING", "250-CHUNKING", "250-AUTH PLAIN LOGIN", "250-ENHANCEDSTATUSCODES", "250 HELP")
SEGMENT = 1460  # octets
TEXT_LINE = b"The quick brown fox jumps over the lazy dog, and the dog lets it pass for once.\r\n"


class Peers:
    """One connection: what client and server say, told apart by who waits for whom."""

    def __init__(self, number):
        client = (f"192.0.2.{1 + number % 250}", 20000 + number // 250)
        self.connection = Connection(client=client, start=1_700_000_000.0 + number * 0.01)
        self.connection.server(lines("220 mx.example.net ESMTP Postfix"))
        self.ask("EHLO client.example.org", EHLO_REPLY)

    def ask(self, command, reply):
        self.connection.client(lines(command))
        self.connection.server(reply)

    def send(self, octets):
        """Every second segment is acknowledged, as TCP does: Wireshark keeps a list of those that are not, and walks it."""
        for at in range(0, len(octets), 2 * SEGMENT):
            last = self.connection.client(octets[at:at + 2 * SEGMENT], SEGMENT)[-1]
            acknowledged = (last.sequence + len(last.payload)) % (1 << 32)
            self.connection.segments.append(Segment(last.time, last.destination, last.source, last.acknowledgement,
                                                    acknowledged, ACK))

    def mail_by_data(self, number, octets):
        self.ask(f"MAIL FROM:<ann{number}@example.org> SIZE={octets} BODY=8BITMIME", lines("250 2.1.0 Ok"))
        self.ask(f"RCPT TO:<bob{number}@example.net>", lines("250 2.1.5 Ok"))
        self.ask("DATA", lines("354 End data with <CR><LF>.<CR><LF>"))
        self.send(message(number, octets) + b".\r\n")
        self.connection.server(lines(f"250 2.0.0 Ok: queued as 4XyZ{number:06}"))

    def mail_by_chunks(self, number, octets):
        """All commands and two chunks in one go."""
        content = message(number, octets)
        half = len(content) // 2
        envelope = lines(f"MAIL FROM:<ann{number}@example.org>", f"RCPT TO:<bob{number}@example.net>")
        self.send(envelope + lines(f"BDAT {half}") + content[:half]
                  + lines(f"BDAT {len(content) - half} LAST") + content[half:])
        self.connection.server(lines("250 2.1.0 Ok", "250 2.1.5 Ok", f"250 2.0.0 {half} octets received",
                                     f"250 2.0.0 Ok: queued as 4XyZ{number:06}"))

    def quit(self):
        self.ask("QUIT", lines("221 2.0.0 Bye"))
        self.connection.close()
        return self.connection.segments


def message(number, octets):
    """A mail of about so many octets."""
    header = lines(f"From: Ann <ann{number}@example.org>", f"To: Bob <bob{number}@example.net>",
                   f"Subject: Mail number {number}", f"Message-ID: <{number}@example.org>",
                   "Date: Tue, 14 Nov 2023 22:13:20 +0000", "")
    return header + TEXT_LINE * max(1, (octets - len(header)) // len(TEXT_LINE))


def many_small(mails):
    """A connection a mail."""
    return [segment for number in range(mails) for segment in one_mail(number, 1000)]


def one_mail(number, octets):
    peers = Peers(number)
    peers.mail_by_data(number, octets)
    return peers.quit()


def few_large(mails, octets):
    return [segment for number in range(mails) for segment in one_mail(number, octets)]


def pipelined_chunks(connections):
    segments = []
    for number in range(connections):
        peers = Peers(number)
        for mail in range(10):
            peers.mail_by_chunks(number * 10 + mail, 3000)
        segments += peers.quit()
    return segments


def one_connection(mails):
    peers = Peers(0)
    for number in range(mails):
        peers.mail_by_data(number, 600)
    return peers.quit()


MEBIBYTE = 1 << 20

# What it is, and how to make it: small, to count instructions on, and larger, to measure time and memory on.
SCENARIOS = {
    "many small mails": (lambda: many_small(60), lambda: many_small(1500)),
    "few large mails": (lambda: few_large(2, MEBIBYTE // 2), lambda: few_large(4, 4 * MEBIBYTE)),
    "pipelined BDAT": (lambda: pipelined_chunks(10), lambda: pipelined_chunks(250)),
    "one long connection": (lambda: one_connection(120), lambda: one_connection(3000)),
}


def hundred_megabytes():
    return one_mail(0, 100_000_000)


def made(folder, name, make):
    """The capture's path; it is made when it is not there."""
    path = folder / f"{name.replace(' ', '-')}.pcap"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        write(unfinished, make())
        unfinished.rename(path)
    return path
