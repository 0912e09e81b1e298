"""What became of each connection: the log -z esmtp,connections in one pass, the fields esmtp.connection.* from the second visit on.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import struct

import pytest

import connections
import mail_log
import packets
import places
from packets import ACK, FIN, RST, SYN, Connection, dialogue, lines
from tshark import TsharkError

GREETING = [("S", lines("220 mx.example.net ESMTP Postfix"))]
EHLO = [("C", lines("EHLO client.example.org")), ("S", lines("250-mx.example.net", "250 PIPELINING"))]
EHLO_TLS = [("C", lines("EHLO client.example.org")), ("S", lines("250-mx.example.net", "250 STARTTLS"))]
OPENED, OPENED_TLS = GREETING + EHLO, GREETING + EHLO_TLS
ENVELOPE = [("C", lines("MAIL FROM:<a@example.org>")), ("S", lines("250 Ok")), ("C", lines("RCPT TO:<b@example.net>")),
            ("S", lines("250 Ok"))]
DATA = [("C", lines("DATA")), ("S", lines("354 Go ahead"))]
CONTENT, END = ("C", lines("Subject: x", "", "text")), ("C", lines("."))
TAKEN = ("S", lines("250 Ok"))
MAIL = ENVELOPE + DATA + [CONTENT, END, TAKEN]
QUIT = [("C", lines("QUIT")), ("S", lines("221 Bye"))]
STARTTLS = [("C", lines("STARTTLS")), ("S", lines("220 Ready"))]


def tls(kind, length):
    return struct.pack(">BHH", kind, 0x303, length) + bytes(length)


HELLOS = [("C", tls(22, 200)), ("S", tls(22, 90))]
TLS_1_2 = HELLOS + [("C", tls(22, 70) + tls(20, 1) + tls(22, 40)), ("S", tls(20, 1) + tls(22, 40)), ("C", tls(23, 60))]
TLS_1_3 = HELLOS + [("S", tls(20, 1) + tls(23, 900)), ("C", tls(20, 1) + tls(23, 53)), ("C", tls(23, 60))]
BAD_CERTIFICATE = HELLOS + [("S", tls(20, 1) + tls(23, 900)), ("C", tls(20, 1) + tls(23, 19))]
ALERT = HELLOS + [("C", b"\x15\x03\x03\x00\x02\x02\x30")]  # fatal, unknown_ca

# How it goes; who ends it, and how; what the record says, and whether the end is reported as a loss.
CASES = {
    "quit": (OPENED + MAIL + QUIT, "server", FIN, {"mails": 1, "quit": True, "phase": "IDLE", "tls": "none", "code": None}, False),
    "quit without its 221": (OPENED + MAIL + QUIT[:1], "server", FIN, {"mails": 1, "quit": False, "phase": "QUIT"}, False),
    "reset when all was answered": (OPENED + MAIL, "client", RST, {"mails": 1, "quit": False, "phase": "IDLE"}, False),
    "no mail, no quit": (OPENED, "client", FIN, {"mails": 0, "phase": "IDLE"}, False),
    "a mail begun": (OPENED + ENVELOPE, "server", FIN, {"mails": 1, "phase": "IDLE"}, True),
    "a mail whose recipient was refused": (OPENED + ENVELOPE[:3] + [("S", lines("550 No"))], "client", FIN,
                                           {"mails": 1, "phase": "IDLE", "refused": 1, "code": None}, False),
    "a verb without a reply": (OPENED + ENVELOPE[:3], "server", RST, {"mails": 1, "phase": "RCPT"}, True),
    "in the content": (OPENED + ENVELOPE + DATA + [CONTENT], "server", RST, {"mails": 1, "phase": "CONTENT"}, True),
    "in a chunk": (OPENED + ENVELOPE + [("C", lines("BDAT 100 LAST") + b"x")], "client", RST, {"phase": "CONTENT"}, True),
    "before the final reply": (OPENED + ENVELOPE + DATA + [CONTENT, END], "client", FIN, {"phase": "END-OF-DATA"}, True),
    "in AUTH": (OPENED + [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6"))], "client", FIN, {"phase": "AUTH"}, True),
    "no greeting": ([EHLO[0]], "client", FIN, {"phase": "CONNECT", "server_name": None, "longest_wait": None, "longest_wait_verb": None}, True),
    "greeted by a refusal": ([("S", lines("554 5.7.1 Go away"))], "server", FIN, {"code": 554, "text": "Go away", "mails": 0}, False),
    "closed for its idleness": (OPENED + ENVELOPE + [("S", lines("421 4.4.2 Timeout"))], "server", FIN,
                                {"code": 421, "text": "Timeout", "phase": "IDLE"}, False),
    "EHLO refused, HELO not": (GREETING + [("C", lines("EHLO c")), ("S", lines("502 No")), ("C", lines("HELO c")),
                                           ("S", lines("250 mx.example.net"))], "client", FIN,
                               {"code": None, "client_name": "c"}, False),
    "TLS offered": (OPENED_TLS + MAIL, "client", FIN, {"tls": "offered"}, False),
    "TLS refused": (OPENED_TLS + STARTTLS[:1] + [("S", lines("454 Not now"))] + QUIT, "client", FIN, {"tls": "refused"}, False),
    "TLS granted, and no more": (OPENED_TLS + STARTTLS, "client", FIN, {"tls": "failed", "phase": "TLS"}, True),
    "TLS reset at the ClientHello": (OPENED_TLS + STARTTLS + HELLOS[:1], "server", RST, {"tls": "failed", "phase": "TLS"}, True),
    "TLS ended by an alert": (OPENED_TLS + STARTTLS + ALERT, "client", FIN, {"tls": "failed", "phase": "TLS", "tls_alert": 48}, True),
    "a certificate that is not trusted": (OPENED_TLS + STARTTLS + BAD_CERTIFICATE, "client", FIN, {"tls": "failed"}, True),
    "TLS 1.2 unread": (OPENED_TLS + STARTTLS + TLS_1_2, "client", FIN, {"tls": "established unread", "phase": "IDLE"}, False),
    "TLS 1.3 unread": (OPENED_TLS + STARTTLS + TLS_1_3, "client", FIN, {"tls": "established unread", "phase": "IDLE"}, False),
}
SILENCE = 60.25


def ended(script, by, flags, **common):
    """The dialogue, and its end after some silence."""
    connection = dialogue(Connection(**common), script)
    connection.now += SILENCE - 0.001
    connection.signal(by == "client", flags | ACK)
    if flags == FIN:
        connection.signal(by != "client", FIN | ACK)
    return connection


@pytest.fixture(scope="module")
def all_cases(tmp_path_factory):
    """A connection for each case, in one capture."""
    path = tmp_path_factory.mktemp("connections") / "all.pcap"
    segments = [ended(*case[:3], client=("192.0.2.1", 40000 + number), start=packets.START + 1000 * number).segments
                for number, case in enumerate(CASES.values())]
    packets.write(path, [segment for part in segments for segment in part])
    return path


def test_log(tshark, all_cases):
    found = connections.records(tshark, all_cases)
    assert len(found) == len(CASES)
    for number, (record, (name, (_, by, flags, expected, _))) in enumerate(zip(found, CASES.items())):
        expected = expected | {"closed_by": by, "close": "FIN" if flags == FIN else "RST", "stream": number,
                               "client_addr": "192.0.2.1", "client_port": 40000 + number, "server_port": 25,
                               "silence": pytest.approx(SILENCE, abs=2e-6)}
        assert (name, {column: record[column] for column in expected}) == (name, expected)


def test_fields(tshark, all_cases):
    """On one packet of each connection, the last one with SMTP, in two passes; in one pass, nowhere."""
    names = ["closed_by", "close", "phase", "mails", "tls", "code", "text", "server_name", "server_software", "client_name"]
    fields = ["tcp.stream", "esmtp.expert.connection_lost", *(f"esmtp.connection.{name}" for name in names)]
    frames = list(tshark.fields(all_cases, *fields, only="esmtp.connection", two_pass=True).values())
    logged = connections.records(tshark, all_cases)
    assert [frame["tcp.stream"] for frame in frames] == [[str(number)] for number in range(len(CASES))]
    for frame, record in zip(frames, logged):
        assert {name: frame.get(f"esmtp.connection.{name}", []) for name in names} == {
            name: [] if record[name] is None else [str(record[name])] for name in names}
    assert [name for name, frame in zip(CASES, frames) if "esmtp.expert.connection_lost" in frame] == [
        name for name, case in CASES.items() if case[-1]]
    assert tshark.count(all_cases, "esmtp.connection || esmtp.expert.connection_lost") == 0


def test_words(tshark, capture):
    path = capture(ended(*CASES["in the content"][:3]))
    (tree,) = [text for text in tshark.run(path, "-V", two_pass=True).splitlines() if text.strip().startswith("[Connection:")]
    assert tree.strip() == "[Connection: 1 mail, closed by the server (RST) after CONTENT, 60.2 s of silence]"
    assert "The connection was lost inside the content: closed by the server (RST)" in tshark.run(path, "-V", two_pass=True)


def handshake(flags_back, **common):
    """A SYN, and what comes back."""
    connection = Connection(handshake=False, **common)
    connection.signal(True, SYN)
    if flags_back:
        connection.signal(False, flags_back)
    return connection


def test_never_answered(tshark, capture):
    """A SYN alone, refused by a RST, or accepted and no more. Those to other ports are not listed, nor a stray ACK or FIN."""
    stray = Connection(client=("192.0.2.1", 40004), handshake=False)
    stray.acknowledge(True)
    stray.close()
    path = capture(handshake(0).segments, handshake(RST | ACK, client=("192.0.2.1", 40001)).segments,
                   handshake(SYN | ACK, client=("192.0.2.1", 40002)).segments,
                   handshake(RST | ACK, server=("198.51.100.25", 8080)).segments, stray.segments)
    assert [(record["client_port"], record["closed_by"], record["close"], record["phase"], record["mails"], record["stream"])
            for record in connections.records(tshark, path)] == [
        (40000, "open", None, "CONNECT", 0, 0), (40001, "server", "RST", "CONNECT", 0, 1), (40002, "open", None, "CONNECT", 0, 2)]


def test_capture_ends_before(tshark, capture):
    path = capture(dialogue(Connection(), OPENED + ENVELOPE + DATA + [CONTENT]))
    (record,) = connections.records(tshark, path)
    assert (record["closed_by"], record["close"], record["phase"], record["silence"]) == ("open", None, "CONTENT", None)
    assert tshark.count(path, "esmtp.expert.connection_lost", two_pass=True) == 0


def test_counts(tshark, capture):
    connection = dialogue(Connection(), OPENED + MAIL[:3])
    connection.now += 3
    dialogue(connection, MAIL[3:4])
    sent = sum(len(octets) for side, octets in OPENED + MAIL[:4] if side == "C")
    (record,) = connections.records(tshark, capture(connection))
    assert (record["commands"], record["replies"], record["refused"]) == (3, 4, 0)
    assert (record["client_octets"], record["server_octets"]) == (
        sent, sum(len(octets) for side, octets in OPENED + MAIL[:4] if side == "S"))
    assert (record["longest_wait"], record["longest_wait_verb"]) == (pytest.approx(3.001, abs=2e-6), "RCPT")
    assert (record["server_name"], record["server_software"], record["client_name"]) == (
        "mx.example.net", "Postfix", "client.example.org")


def unread_captures():
    """Two connections whose TLS nobody decrypts; one in which a line is lost, one segment has a number that cannot be, and
    the last line, behind a hole, waits to the end."""
    hidden = [ended(OPENED_TLS + STARTTLS + part, "client", FIN, client=("192.0.2.1", 40000 + number))
              for number, part in enumerate((TLS_1_2, TLS_1_3))]
    torn = dialogue(Connection(client=("192.0.2.1", 40002)), OPENED)
    torn.lost(True, 6)
    dialogue(torn, [("C", lines("NOOP")), ("S", lines("250 Ok", "250 Ok")), ("C", lines("HELP")), ("S", lines("214 no"))])
    far = torn.client(lines("RSET"))[0]
    far.sequence = (far.sequence + (1 << 31)) % (1 << 32)
    torn.lost(True, 100)
    torn.client(lines("QUIT"))
    return [*hidden, torn]


@pytest.mark.thorough
def test_the_mail_log_ends_with_what_nobody_can_read(tshark, capture):
    *hidden, torn = ([segment for connection in part for segment in connection.segments]
                     for part in ([each] for each in unread_captures()))
    last = [mail_log.write(tshark, capture(segments)).splitlines()[-1] for segments in (hidden[0], hidden[0] + hidden[1], torn)]
    assert last == ["0 mails; 1 connection went on under TLS and could not be read",
                    "0 mails; 2 connections went on under TLS and could not be read",
                    "0 mails; 112 octets were missing; 6 octets could not be read"]
    (record,) = connections.records(tshark, capture(torn))
    assert (record["missing"], record["unread"]) == (112, 6)


SUBMISSIONS = ("198.51.100.25", 465)


def test_tls_from_the_first_octet_that_nobody_decrypts(tshark, capture):
    connection = dialogue(Connection(server=SUBMISSIONS), TLS_1_3)
    connection.close()
    path = capture(connection)
    (record,) = connections.records(tshark, path)
    assert {name: record[name] for name in ("tls", "phase", "closed_by", "close", "server_port")} == {
        "tls": "implicit unread", "phase": "IDLE", "closed_by": "client", "close": "FIN", "server_port": 465}
    assert mail_log.write(tshark, path).splitlines()[-1] == "0 mails; 1 connection went on under TLS and could not be read"


def test_end_that_waits_for_missing_octets_where_the_capture_ends(tshark, capture):
    """The log tells of it; and TLS may begin behind them."""
    lost, hello = (dialogue(Connection(client=("192.0.2.1", 40000 + number)), part)
                   for number, part in enumerate((OPENED + ENVELOPE + DATA + [CONTENT], OPENED_TLS + STARTTLS)))
    for connection in (lost, hello):
        connection.lost(True, 50)
    lost.signal(True, FIN | ACK)
    hello.client(tls(22, 200))
    path = capture(lost, hello)
    first, second = connections.records(tshark, path)
    assert [first[name] for name in ("closed_by", "close", "missing")] == ["client", "FIN", 50]
    assert [second[name] for name in ("closed_by", "phase", "tls")] == ["open", "TLS", "offered"]
    (record,) = mail_log.records(tshark, path)
    assert (record["outcome"], record["ended_by"]) == ("unknown", "CLOSE")


@pytest.mark.thorough
def test_formats(tshark, all_cases):
    found = connections.records(tshark, all_cases)
    assert [json.loads(line) for line in connections.write(tshark, all_cases, "ndjson").splitlines()] == found
    header, *rows = connections.write(tshark, all_cases, "tsv").splitlines()
    assert header.split("\t") == list(found[0]) and len(rows) == len(found)
    table = connections.write(tshark, all_cases).splitlines()
    assert table[0].split()[:3] == ["Time", "(UTC)", "Stream"] and table[-1] == f"{len(CASES)} connections"
    with pytest.raises(TsharkError, match="takes no filter"):
        connections.write(tshark, all_cases, "json,tcp")


def test_tshark_forgets_the_packets_on_the_way(tshark, all_cases):
    """-M: after so many packets tshark begins anew, in the middle of connections too: none is lost."""
    found = connections.records(tshark, all_cases, options=("-M", "40"))
    assert {record["client_port"] for record in found} == {40000 + number for number in range(len(CASES))}


@pytest.mark.parametrize("sample, expected", [
    ("dovecot-submission-starttls", {"tls": "established", "quit": True}),
    ("opensmtpd-smtps-curl", {"tls": "implicit"}),
    ("postfix-starttls-refused", {"tls": "refused"}),
    ("postfix-relay-pipelined", {"tls": "none", "quit": False, "closed_by": "client"}),
    ("seed-e-implicit-tls", {"tls": "implicit"}),
])
def test_sample(tshark, sample, expected):
    record = connections.records(tshark, places.SAMPLES / f"{sample}.pcapng")[0]
    assert {name: record[name] for name in expected} == expected
