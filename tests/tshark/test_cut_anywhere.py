"""Sessions that break off behind any packet: the mail log against what had been sent and answered by then.

A session is a list of units, each a command, a content or a reply, with the fact that it tells once its last octet is there. The
facts that are known when the capture ends make the mails that are expected, by the rules of RFC 5321 and no dissector.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses

import pytest

import mail_log
import packets
from packets import Connection, lines

CONTENT = lines("Subject: Hello", "", "text")
SEGMENTS = [1460, 11]  # octets: each turn in one packet, and lines in pieces


# --- what is expected ------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Mail:
    """What is known of a mail so far. Replies are codes, 0 where there is none yet."""

    sender: str
    first_frame: int
    reply: int = 0
    recipients: list = dataclasses.field(default_factory=list)
    codes: list = dataclasses.field(default_factory=list)
    method: str = None
    content_reply: int = 0  # to DATA or a chunk, if it was refused
    size: int = None        # once the content was sent
    final: list = dataclasses.field(default_factory=list)
    ended_by: str = None
    ender: str = "CAPTURE-END"

    def results(self, lmtp):
        """The code each recipient got: under LMTP those whom RCPT took get theirs behind the content."""
        if not (lmtp and self.final):
            return self.codes
        behind = iter(self.final)
        return [next(behind, 0) if code // 100 == 2 else code for code in self.codes]

    def outcome(self, lmtp):
        """The outcome and the code it rests on."""
        # What is refused behind a refused MAIL follows from that.
        refusals = [self.reply] if self.reply >= 400 else [code for code in self.codes if code >= 400]
        nobody = self.reply >= 400 or (self.codes and all(code >= 400 for code in self.codes))
        if self.final and lmtp:
            return self.outcome_of_recipients()
        if self.final:
            return WORDS[self.final[0] // 100], self.final[0]
        if self.content_reply and not nobody:
            return WORDS[self.content_reply // 100], self.content_reply
        if nobody:
            return "deferred" if any(code < 500 for code in refusals) else "rejected", deciding(refusals)
        return ("aborted" if self.size is None else "unknown"), None

    def outcome_of_recipients(self):
        taken = [code for code in self.codes if code // 100 == 2]
        refused = [code for code in self.final if code >= 400]
        if refused and len(refused) < len(self.final):
            return "partial", worst(refused)
        if len(self.final) < len(taken):
            return "unknown", None
        if not refused:
            return "accepted", self.final[0]
        return "deferred" if any(code < 500 for code in refused) else "rejected", worst(refused)

    def record(self, index, lmtp):
        outcome, code = self.outcome(lmtp)
        if code is None and not self.ended_by and self.ender == "CAPTURE-END":
            outcome = "open"
        results = self.results(lmtp)
        by_class = {number: [to for to, got in zip(self.recipients, results) if got // 100 == number] for number in (2, 4, 5)}
        return {"index": index, "mail_from": self.sender, "first_frame": self.first_frame, "outcome": outcome, "code": code,
                "ended_by": self.ended_by or self.ender, "rcpt_to": self.recipients, "rcpt_code": [got or None for got in results],
                "rcpt_accepted": by_class[2], "rcpt_deferred": by_class[4], "rcpt_rejected": by_class[5],
                "method": self.method, "size": self.size}


WORDS = {2: "accepted", 4: "deferred", 5: "rejected"}


def deciding(refusals):
    """The first of the class that gives the outcome."""
    return next((code for code in refusals if code < 500), refusals[0])


def worst(codes):
    """5yz over 4yz, the first of equals."""
    return max(codes, key=lambda code: code // 100)


class Known:
    """Takes facts in, each a method; `frame` is where the fact was learned. Mails are named by the order of their MAIL."""

    def __init__(self):
        self.mails = {}

    def mail(self, frame, name, sender):
        self.mails[name] = Mail(sender, frame)

    def mail_reply(self, _, name, code):
        self.mails[name].reply = code

    def none(self, _, name):
        """MAIL opened no transaction, for another was open."""
        del self.mails[name]

    def rcpt(self, _, name, to):
        self.mails[name].recipients.append(to)
        self.mails[name].codes.append(0)

    def rcpt_reply(self, _, name, place, code):
        self.mails[name].codes[place] = code

    def method(self, _, name, method):
        self.mails[name].method = method

    def refused(self, _, name, code):
        self.mails[name].content_reply = self.mails[name].content_reply or code

    def content(self, _, name, size):
        self.mails[name].size = size

    def final(self, _, name, code):
        self.mails[name].final.append(code)

    def ender(self, _, name, verb):
        """A command was sent that ends the mail if it is granted; "CAPTURE-END": it was not."""
        self.mails[name].ender = verb

    def end(self, _, name, by):
        self.mails[name].ended_by = by


# --- sessions --------------------------------------------------------------------------------------------------------------


def client(octets, *facts):
    return "C", octets, facts


def server(octets, *facts):
    return "S", octets, facts


def greeting(verb="EHLO"):
    return [server(lines("220 mx.example.net ESMTP")), client(lines(f"{verb} client.example.org")),
            server(lines("250-mx.example.net", "250-PIPELINING", "250 CHUNKING"))]


def mail(name, code=250):
    sender = f"a{name}@example.org"
    return [client(lines(f"MAIL FROM:<{sender}>"), ("mail", name, sender)),
            server(lines(f"{code} MAIL"), ("mail_reply", name, code))]


def rcpt(name, place, code=250):
    to = f"b{place}@example.net"
    return [client(lines(f"RCPT TO:<{to}>"), ("rcpt", name, to)),
            server(lines(f"{code} RCPT"), ("rcpt_reply", name, place, code))]


def data(name, code=354):
    return [client(lines("DATA"), ("method", name, "DATA")),
            server(lines(f"{code} DATA"), *([("refused", name, code)] if code != 354 else []))]


def final(name, *codes):
    """The replies to the content. LMTP has one for each recipient."""
    *others, last = codes
    return [*[server(lines(f"{code} done"), ("final", name, code)) for code in others],
            server(lines(f"{last} done"), ("final", name, last), ("end", name, "END-OF-DATA"))]


def content(name, *codes):
    """By DATA."""
    return [client(CONTENT + lines("."), ("content", name, len(CONTENT))), *final(name, *codes)]


def chunk(name, *codes, last=False, before=0):
    """By BDAT. `before`: octets of the chunks that came before."""
    command = client(lines(f"BDAT {len(CONTENT)}" + " LAST" * last), ("method", name, "BDAT"))
    if last:
        return [command, client(CONTENT, ("content", name, before + len(CONTENT))), *final(name, *codes)]
    code, = codes
    return [command, client(CONTENT), server(lines(f"{code} BDAT"), *([("refused", name, code)] if code >= 400 else []))]


def ender(name, verb, code, argument=""):
    """RSET, QUIT, EHLO, STARTTLS."""
    granted = code < 400
    return [client(lines(verb + argument), ("ender", name, verb)),
            server(lines(f"{code} {verb}"), ("end", name, verb) if granted else ("ender", name, "CAPTURE-END"))]


def pipelined(*exchanges):
    """All that the client says first, then all the replies."""
    units = [unit for exchange in exchanges for unit in exchange]
    return [unit for side in "CS" for unit in units if unit[0] == side]


QUIT = [client(lines("QUIT")), server(lines("221 Bye"))]

SESSIONS = {
    "a command at a time": [
        *greeting(), *mail(1), *rcpt(1, 0), *rcpt(1, 1, 550), *data(1), *content(1, 250),
        *mail(2), *rcpt(2, 0), *data(2), *content(2, 554), *mail(3), *rcpt(3, 0, 450), *rcpt(3, 1, 550), *ender(3, "RSET", 250),
        *mail(4), *ender(4, "EHLO", 501), *rcpt(4, 0), *data(4, 451), *ender(4, "EHLO", 250, " again"),
        *mail(5), *rcpt(5, 0), *ender(5, "QUIT", 221)],
    "nested MAIL": [
        *greeting(), *mail(1), client(lines("MAIL FROM:<x@example.org>"), ("mail", 2, "x@example.org")),
        server(lines("503 Nested"), ("mail_reply", 2, 503), ("none", 2)), *rcpt(1, 0), *data(1), *content(1, 250),
        *mail(3), *rcpt(3, 0), *ender(3, "STARTTLS", 454), *ender(3, "STARTTLS", 220)],
    "MAIL inside a transaction": [
        *greeting(), *mail(1), *rcpt(1, 0), *mail(2)[:1], server(lines("250 MAIL"), ("mail_reply", 2, 250), ("end", 1, "MAIL")),
        *rcpt(2, 0), *data(2), *content(2, 250), *QUIT],
    "MAIL refused": [
        *greeting(), *mail(1, 451)[:1], server(lines("451 MAIL"), ("mail_reply", 1, 451), ("end", 1, "MAIL")),
        *pipelined(mail(2, 550), rcpt(2, 0, 503), [*data(2, 503)[:1], server(lines("503 DATA"), ("end", 2, "MAIL"))]), *QUIT],
    "DATA, pipelined": [
        *greeting(), *pipelined(mail(1), rcpt(1, 0), rcpt(1, 1, 550), data(1)),
        *pipelined(content(1, 250), mail(2), rcpt(2, 0), data(2)), *pipelined(content(2, 452), mail(3), rcpt(3, 0, 550)),
        *pipelined(ender(3, "RSET", 250), mail(4), rcpt(4, 0)), *pipelined(ender(4, "QUIT", 221))],
    "BDAT, three mails in one packet": [
        *greeting(),
        *pipelined(*[exchange for name in (1, 2, 3) for exchange in (
            mail(name), rcpt(name, 0), rcpt(name, 1, 450), chunk(name, 250),
            chunk(name, (250, 554, 250)[name - 1], last=True, before=len(CONTENT)))]), *QUIT],
    "BDAT, a chunk refused": [*greeting(), *mail(1), *rcpt(1, 0), *chunk(1, 552), *ender(1, "RSET", 250),
                              *mail(2), *rcpt(2, 0), *chunk(2, 250, last=True), *QUIT],
    "LMTP": [
        *greeting("LHLO"), *mail(1), *rcpt(1, 0), *rcpt(1, 1, 550), *rcpt(1, 2), *rcpt(1, 3), *data(1),
        *content(1, 250, 452, 250), *pipelined(mail(2), rcpt(2, 0), rcpt(2, 1), data(2)), *content(2, 250, 250),
        *pipelined(mail(3), rcpt(3, 0), rcpt(3, 1), data(3)), *content(3, 452, 550)],
    "LMTP, BDAT": [
        *greeting("LHLO"), *pipelined(mail(1), rcpt(1, 0), rcpt(1, 1, 550), rcpt(1, 2), chunk(1, 250),
                                      chunk(1, 250, 452, last=True, before=len(CONTENT))), *QUIT],
}


def turns(units):
    """[(side, octets)]: what one side says without waiting for the other goes out at once."""
    joined = []
    for side, octets, _ in units:
        if joined and joined[-1][0] == side:
            joined[-1][1] += octets
        else:
            joined.append([side, octets])
    return joined


def facts_of(units):
    """[(side, octets of that side when it is reported, fact)]"""
    sent, reported = {"C": 0, "S": 0}, []
    for side, octets, facts in units:
        sent[side] += len(octets)
        reported += [(side, sent[side], fact) for fact in facts]
    return reported


def expected_mails(units, segments, first_frame):
    """The records after these segments, the first of which is the frame of that number."""
    waiting, known, seen = facts_of(units), Known(), {"C": 0, "S": 0}
    for frame, segment in enumerate(segments, first_frame):
        seen["C" if segment.from_client else "S"] += len(segment.payload)
        for side, octets, (what, *arguments) in [fact for fact in waiting if fact[1] <= seen[fact[0]]]:
            getattr(known, what)(frame, *arguments)
        waiting = [fact for fact in waiting if fact[1] > seen[fact[0]]]
    lmtp = units[1][1].startswith(b"LHLO")
    return [found.record(index, lmtp) for index, (_, found) in enumerate(sorted(known.mails.items()), 1)]


class Cuts:
    """A session in one capture, a connection for each of its packets, which ends with that packet."""

    def __init__(self, units, size):
        self.segments, self.expected, self.last_frames = [], [], []
        whole = packets.dialogue(Connection(handshake=False), turns(units), size).segments
        for count in range(1, len(whole) + 1):
            connection = Connection(client=("192.0.2.1", 40000 + count), start=packets.START + count)
            handshake = len(connection.segments)
            connection = packets.dialogue(connection, turns(units), size)
            kept = connection.segments[:handshake + count]
            self.expected.append(expected_mails(units, kept, len(self.segments) + 1))
            self.segments += kept
            self.last_frames.append(len(self.segments))


@pytest.fixture(scope="module", params=[(name, size) for name in SESSIONS for size in SEGMENTS], ids=str)
def cuts(request, tmp_path_factory):
    made = Cuts(SESSIONS[request.param[0]], request.param[1])
    made.path = packets.write(tmp_path_factory.mktemp("cuts") / "cuts.pcap", made.segments)
    return made


@pytest.mark.parametrize("two_pass", [False, True])
def test_mail_log(tshark, cuts, two_pass):
    found = [[] for _ in cuts.expected]
    for record in mail_log.records(tshark, cuts.path, two_pass=two_pass):
        found[record["stream"]].append(record)
    names = cuts.expected[-1][0]
    assert [[{name: record[name] for name in names} for record in records] for records in found] == cuts.expected


def test_fields(tshark, cuts):
    """On the second pass each mail is reported once, and one that was cut off on its connection's last packet."""
    fields = [f"esmtp.transaction.{name}" for name in ("index", "outcome", "ended_by")]
    reported = {stream: [] for stream in range(len(cuts.expected))}
    for frame, values in tshark.fields(cuts.path, "tcp.stream", *fields, two_pass=True).items():
        for mail in zip(*(values.get(field, []) for field in fields)):
            reported[int(values["tcp.stream"][0])].append((*mail, frame))
    for stream, records in enumerate(cuts.expected):
        assert sorted(entry[:3] for entry in reported[stream]) == [
            (str(record["index"]), record["outcome"], record["ended_by"]) for record in records]
        assert {frame for _, _, by, frame in reported[stream] if by == "CAPTURE-END"} <= {cuts.last_frames[stream]}
