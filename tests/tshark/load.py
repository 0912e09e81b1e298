"""Many mails over several connections at the same time, made by hand, and what a correct reading gives: to be mangled.

The mails quote commands and replies, and a receiver acknowledges late, so that several segments are in flight.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import random

import packets
from packets import START, Connection, lines

SERVER = ("198.51.100.25", 25)
HELLO = ("250-mx.example.net", "250-PIPELINING", "250-SIZE 1000000", "250 CHUNKING")
MAILS_PER_CONNECTION = 5
TIME_BETWEEN = 0.0137  # seconds from one connection's first segment to the next one's
SEGMENT = 1460  # octets
LAG = 6  # segments from one that is acknowledged to its acknowledgement
SIZES = (1, 12, 60, 500)  # lines
LINES = ("MAIL FROM:<x@example.net>", "RCPT TO:<y@example.net>", "DATA", "250 2.0.0 Ok", ".leading dot", "QUIT", ". ", "..", "",
         "Plain text of a mail, which is as long as such lines are in most mails that people write to each other.")
WAYS = ("step by step", "pipelined", "chunks")


@dataclasses.dataclass(frozen=True)
class Mail:
    sender: str
    recipients: list  # who were accepted
    queue_id: str
    content: bytes
    stream: int        # tcp.stream
    content_at: range  # octets of the client's side that its content is in
    sent_at: range     # likewise, of the content and the commands before it
    answered_at: range # octets of the server's side with the replies to these
    queued_at: range   # and with that to the content


class Load:
    """`segments`, in order of time, and the `mails` that they carry, all accepted, sent by these ways in turn."""

    def __init__(self, mails, seed=0, ways=WAYS):
        self._chance, self._ways = random.Random(f"load {seed}"), ways
        self.segments, self.mails = [], []
        for first in range(0, mails, MAILS_PER_CONNECTION):
            self._connection(first // MAILS_PER_CONNECTION, range(first, min(first + MAILS_PER_CONNECTION, mails)))
        self.segments.sort(key=lambda segment: segment.time)

    def write(self, path):
        return packets.write(path, self.segments)

    def _connection(self, stream, numbers):
        client = (f"192.0.2.{1 + stream % 250}", 20000 + stream)
        self._now = Connection(client, SERVER, START + stream * TIME_BETWEEN, client_sequence=1000, server_sequence=5000)
        self._now.server(lines("220 mx.example.net ESMTP"))
        self._ask(["EHLO client.example.org"], HELLO)
        for number in numbers:
            self._mail(stream, number, self._ways[number % len(self._ways)])
        self._ask(["QUIT"], ["221 2.0.0 Bye"])
        self._now.close()
        self.segments += self._now.segments

    def _mail(self, stream, number, way):
        sender, recipient, queue_id = f"ann{number}@example.org", f"bob{number}@example.net", f"4XyZ{number:06}"
        envelope = [(f"MAIL FROM:<{sender}>", "250 2.1.0 Ok"), (f"RCPT TO:<{recipient}>", "250 2.1.5 Ok"),
                    *([("RCPT TO:<nobody@example.net>", "550 5.1.1 User unknown")] if number % 4 == 0 else [])]
        content = self._content(number)
        reply = lines(f"250 2.0.0 Ok: queued as {queue_id}")
        sent, answered = self._said(True), self._said(False)
        content_at = (self._chunks if way == "chunks" else self._data)(envelope, content, reply, way)
        sent_end, answered_end = self._said(True), self._said(False)
        self.mails.append(Mail(sender, [recipient], queue_id, content, stream, range(content_at, sent_end), range(sent, sent_end),
                               range(answered, answered_end), range(answered_end - len(reply), answered_end)))

    def _content(self, number):
        text = (self._chance.choice(LINES) + self._chance.choice(("", f" {self._chance.random()}"))
                for _ in range(self._chance.choice(SIZES)))
        return lines(f"From: Ann <ann{number}@example.org>", f"Subject: Mail {number}", f"Message-ID: <{number}@example.org>", "",
                     *text)

    def _data(self, envelope, content, reply, way):
        pairs = [*envelope, ("DATA", "354 Go ahead")]
        if way == "pipelined":
            self._ask(*zip(*pairs))
        else:
            for command, answer in pairs:
                self._ask([command], [answer])
        content_at = self._said(True)
        self._send(dot_stuffed(content) + b".\r\n")
        self._now.server(reply)
        return content_at

    def _chunks(self, envelope, content, reply, _):
        """All in one go."""
        commands, replies = zip(*envelope)
        half = len(content) // 2
        content_at = self._said(True) + len(lines(*commands))
        self._send(lines(*commands, f"BDAT {half}") + content[:half] + lines(f"BDAT {len(content) - half} LAST") + content[half:])
        self._now.server(lines(*replies, f"250 2.0.0 {half} octets") + reply)
        return content_at

    def _ask(self, commands, replies):
        self._now.client(lines(*commands))
        self._now.server(lines(*replies))

    def _send(self, octets):
        """Each second segment is acknowledged, late."""
        waiting = []
        for at in range(0, len(octets), SEGMENT):
            segment, = self._now.client(octets[at:at + SEGMENT])
            waiting.append(segment)
            if len(waiting) > LAG and len(waiting) % 2:
                seen = waiting[-LAG]
                self._now.acknowledge(False)
                self._now.segments[-1].acknowledgement = (seen.sequence + len(seen.payload)) % (1 << 32)

    def _said(self, from_client):
        """Octets of one side so far."""
        return sum(len(segment.payload) for segment in self._now.segments if segment.from_client == from_client)


def lost_octets(lost, mail):
    """What mangle.py says was lost, of the mail's connection: the octets of the client's side and those of the server's."""
    sides = (set(), set())
    for one in lost:
        if one.stream == mail.stream:
            sides[one.source[1] == SERVER[1]].update(range(one.first, one.first + one.octets))
    return sides


def dot_stuffed(content):
    return b"".join(b"." + line if line.startswith(b".") else line for line in content.splitlines(keepends=True))
