"""The captures that the plugin is measured on, made by hand.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tshark"))

from packets import START, Connection, lines, write_batches  # noqa: E402

EHLO_REPLY = lines("250-mx.example.net Hello client.example.org [192.0.2.1]", "250-SIZE 157286400", "250-8BITMIME",
                   "250-PIPELINING", "250-CHUNKING", "250-AUTH PLAIN LOGIN", "250-ENHANCEDSTATUSCODES", "250 HELP")
SEGMENT = 1460  # octets
TEXT_LINE = b"The quick brown fox jumps over the lazy dog, and the dog lets it pass for once.\r\n"


TIME_BETWEEN = 0.01  # seconds from one connection's first segment to the next one's
AT_ONCE = 20  # connections in a batch, which overlap in time
BATCH_TIME = 1.0  # seconds; no batch takes longer


def joined(said):
    """A line, several of them, or octets as they are."""
    return said if isinstance(said, bytes) else lines(said) if isinstance(said, str) else lines(*said)


def client_of(number):
    return f"192.0.2.{1 + number % 250}", 20000 + number // 250


class Peers:
    """One connection: what client and server say, told apart by who waits for whom."""

    def __init__(self, connection, greeting="220 mx.example.net ESMTP Postfix", hello=EHLO_REPLY):
        self.connection = connection
        self.connection.server(lines(greeting))
        self.ask("EHLO client.example.org", hello)

    def ask(self, commands, replies):
        self.connection.client(joined(commands))
        self.connection.server(joined(replies))

    def send(self, octets):
        """Every second segment is acknowledged, as TCP does: Wireshark keeps a list of those that are not, and walks it."""
        for at in range(0, len(octets), 2 * SEGMENT):
            self.connection.client(octets[at:at + 2 * SEGMENT], SEGMENT)
            self.connection.acknowledge(False)

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


def one_mail(number, octets):
    """A connection with a mail."""
    peers = Peers(Connection(client=client_of(number), start=START + number * TIME_BETWEEN))
    peers.mail_by_data(number, octets)
    return peers.quit()


def mails(count, octets):
    """A connection a mail."""
    return [segment for number in range(count) for segment in one_mail(number, octets)]


def pipelined_chunks(connections):
    segments = []
    for number in range(connections):
        peers = Peers(Connection(client=client_of(number), start=START + number * TIME_BETWEEN))
        for mail in range(10):
            peers.mail_by_chunks(number * 10 + mail, 3000)
        segments += peers.quit()
    return segments


def one_connection(count):
    peers = Peers(Connection(client=client_of(0)))
    for number in range(count):
        peers.mail_by_data(number, 600)
    return peers.quit()


# --- many connections ----------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Server:
    """How a kind of server speaks, and what its clients do there."""
    address: tuple
    greeting: str
    hello: bytes
    mail: str  # replies to MAIL, RCPT, DATA, the content, QUIT
    recipient: str
    data: str
    queued: str  # with the place of the mail's number
    bye: str
    unknown: str  # to RCPT, for a mailbox that does not exist
    pipelining: bool = False  # clients send MAIL, RCPT and DATA in one go
    before_mail: tuple = ()  # a command that clients send before each mail, and its reply


SERVERS = (
    Server(("198.51.100.25", 25), "220 mx.example.net ESMTP Postfix (Debian/GNU)",
           lines("250-mx.example.net", "250-PIPELINING", "250-SIZE 10240000", "250-VRFY", "250-ETRN", "250-STARTTLS",
                 "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-DSN", "250-SMTPUTF8", "250 CHUNKING"),
           "250 2.1.0 Ok", "250 2.1.5 Ok", "354 End data with <CR><LF>.<CR><LF>", "250 2.0.0 Ok: queued as 4XyZ{:06}",
           "221 2.0.0 Bye",
           "550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown in local recipient table",
           pipelining=True),
    Server(("198.51.100.26", 25), "220 mail.example.net ESMTP Exim 4.96 Tue, 14 Nov 2023 22:13:20 +0000",
           lines("250-mail.example.net Hello client.example.org [192.0.2.1]", "250-SIZE 52428800", "250-8BITMIME",
                 "250-PIPELINING", "250-PIPECONNECT", "250-CHUNKING", "250-PRDR", "250 HELP"),
           "250 OK", "250 Accepted", '354 Enter message, ending with "." on a line by itself', "250 OK id=1r2Abc-{:06}-2X",
           "221 mail.example.net closing connection", "550 Unrouteable address"),
    Server(("198.51.100.27", 25), "220 relay.example.net ESMTP Sendmail 8.17.1/8.17.1; Tue, 14 Nov 2023 22:13:20 GMT",
           lines("250-relay.example.net Hello client.example.org [192.0.2.1], pleased to meet you",
                 "250-ENHANCEDSTATUSCODES", "250-PIPELINING", "250-EXPN", "250-VERB", "250-8BITMIME", "250-SIZE",
                 "250-DSN", "250-ETRN", "250-DELIVERBY", "250 HELP"),
           "250 2.1.0 <ann@example.org>... Sender ok", "250 2.1.5 <bob@example.net>... Recipient ok",
           '354 Enter mail, end with "." on a line by itself', "250 2.0.0 3AEMDK{:06} Message accepted for delivery",
           "221 2.0.0 relay.example.net closing connection", "550 5.1.1 <nobody@example.net>... User unknown",
           before_mail=("RSET", "250 2.0.0 Reset state")),
    Server(("198.51.100.28", 25), "220 EX01.example.net Microsoft ESMTP MAIL Service ready at Tue, 14 Nov 2023 22:13:20 +0000",
           lines("250-EX01.example.net Hello [192.0.2.1]", "250-SIZE 37748736", "250-PIPELINING", "250-DSN",
                 "250-ENHANCEDSTATUSCODES", "250-STARTTLS", "250-8BITMIME", "250-BINARYMIME", "250 CHUNKING"),
           "250 2.1.0 Sender OK", "250 2.1.5 Recipient OK", "354 Start mail input; end with <CRLF>.<CRLF>",
           "250 2.6.0 <{}@example.org> [InternalId=4711, Hostname=EX01.example.net] Queued mail for delivery",
           "221 2.0.0 Service closing transmission channel",
           "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found",
           before_mail=("NOOP", "250 2.0.0 OK")),
)
MAILS_PER_CONNECTION = 3


class Client(Peers):
    """What a client does at one of SERVERS. Every fifth mail goes to a second mailbox too, which does not exist."""

    def __init__(self, number):
        self.server = SERVERS[number % len(SERVERS)]
        start = START + number // AT_ONCE * BATCH_TIME + number % AT_ONCE * TIME_BETWEEN
        super().__init__(Connection(client=client_of(number), server=self.server.address, start=start),
                         self.server.greeting, self.server.hello)

    def mail(self, number, octets):
        if self.server.before_mail:
            self.ask(*self.server.before_mail)
        pairs = self.envelope_of(number, octets)
        for command, reply in [tuple(zip(*pairs))] if self.server.pipelining else pairs:
            self.ask(command, reply)
        self.send(message(number, octets) + b".\r\n")
        self.connection.server(lines(self.server.queued.format(number)))
        self.connection.acknowledge(True)

    def envelope_of(self, number, octets):
        """Pairs of a command and its reply."""
        return [(f"MAIL FROM:<ann{number}@example.org> SIZE={octets}", self.server.mail),
                (f"RCPT TO:<bob{number}@example.net>", self.server.recipient),
                *([("RCPT TO:<nobody@example.net>", self.server.unknown)] if number % 5 == 0 else []),
                ("DATA", self.server.data)]

    def quit(self):
        self.ask("QUIT", self.server.bye)
        self.connection.close()
        return self.connection.segments


def session_of_mails(number, octets):
    """Mails of half, once, one and a half times and twice so many octets, by turns."""
    client = Client(number)
    for mail in range(MAILS_PER_CONNECTION):
        client.mail(number * MAILS_PER_CONNECTION + mail, octets // 2 * (1 + (number + mail) % 4))
    return client.quit()


def many_connections(connections, octets):
    """Batches of connections that overlap in time, at several servers."""
    for first in range(0, connections, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, connections))
        segments = [segment for number in numbers for segment in session_of_mails(number, octets)]
        yield sorted(segments, key=lambda segment: segment.time)


MEBIBYTE = 1 << 20

# What it is, and how to make it, as batches of segments: small, to count instructions on, and larger, to measure time and
# memory on.
SCENARIOS = {
    "many small mails": (lambda: [mails(60, 1000)], lambda: [mails(1500, 1000)]),
    "few large mails": (lambda: [mails(2, MEBIBYTE // 2)], lambda: [mails(4, 4 * MEBIBYTE)]),
    "pipelined BDAT": (lambda: [pipelined_chunks(10)], lambda: [pipelined_chunks(250)]),
    "one long connection": (lambda: [one_connection(120)], lambda: [one_connection(3000)]),
    "many connections": (lambda: many_connections(40, 1500), lambda: many_connections(6000, 1500)),
}


# Captures to measure on what is kept of each mail: how many mails, and how to make it.
MAIL_LOGS = {
    "mail log": (24_000, lambda: many_connections(8000, 4000)),
    "long mail log": (126_000, lambda: many_connections(42_000, 4000)),
}


def hundred_megabytes():
    return [one_mail(0, 100_000_000)]


def made(folder, name, make):
    """The capture's path; it is made when it is not there."""
    path = folder / f"{name.replace(' ', '-')}.pcap"
    if not path.exists():
        unfinished = path.with_suffix(".part")
        write_batches(unfinished, make())
        unfinished.rename(path)
    return path
