"""The report, -z esmtp,report: what it says of scenarios that were set up, in words and as data.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import re

import pytest

import packets
import places
from packets import ACK, RST, SYN, Connection, dialogue, lines
from tshark import TsharkError

OPENING = [("S", lines("220 mx.example.net ESMTP Postfix")), ("C", lines("EHLO client.example.org")), ("S", lines("250 mx.example.net"))]
QUIT = [("C", lines("QUIT")), ("S", lines("221 Bye"))]


def mail(rcpt="250 2.1.5 Ok", final="250 2.0.0 Ok: queued as 1234567", sender="ann@example.org", recipient="bob@example.net",
         header=("Message-ID: <1@example.org>",), mail_from="250 2.1.0 Ok"):
    """One mail with one recipient, up to its first refusal; no final reply with None."""
    steps = [("C", lines(f"MAIL FROM:<{sender}>")), ("S", lines(mail_from)), ("C", lines(f"RCPT TO:<{recipient}>")), ("S", lines(rcpt)),
             ("C", lines("DATA")), ("S", lines("354 Go ahead")), ("C", lines(*header, "", "Hello", "."))]
    if not mail_from.startswith("2"):
        return steps[:2]
    if not rcpt.startswith("2"):
        return steps[:4]
    return steps + ([("S", lines(final))] if final else [])


def session(number, script, at=0.0, **ends):
    """A connection of its own, which begins so many seconds later, with its FINs."""
    ends.setdefault("client", ("192.0.2.1", 40000 + number))
    connection = dialogue(Connection(start=packets.START + at, **ends), OPENING + script)
    connection.close()
    return connection.segments


def text(tshark, path, words="", **common):
    """`words`: behind the statistic's name."""
    return tshark.run(path, "-q", "-z", f"esmtp,report{words}", **common)


def data(tshark, path, words="", **common):
    return json.loads(text(tshark, path, f",json{words}", **common))


# What a server says, to what; the reason, and whose fault it is.
REASONS = {
    "no such user": (mail(rcpt="550 5.1.1 No"), "no such user", "the recipient's address", False),
    "full": (mail(rcpt="452 4.2.2 Over quota"), "mailbox full", "the recipient's address", False),
    "relay": (mail(rcpt="554 5.7.1 <bob@example.net>: Relay access denied"), "relaying denied", "the client's configuration", False),
    "greylisted": (mail(rcpt="450 4.2.0 Greylisted"), "greylisted", "nobody", False),
    "blocklisted": (mail(rcpt="550 5.7.1 blocked using zen.spamhaus.org"), "the sending host is on a blocklist", "the sending host", False),
    "spf": (mail(mail_from="550 5.7.23 SPF"), "SPF: the host may not send for the domain", "the sender's domain", False),
    "dmarc": (mail(final="550 5.7.26 No"), "DMARC or missing authentication of the sender's domain", "the sender's domain", False),
    "spam": (mail(final="554 5.7.1 This is spam"), "taken for spam", "the content", False),
    "virus": (mail(final="554 5.7.1 Message contains a virus"), "virus or malware", "the content", False),
    "large": (mail(mail_from="552 5.3.4 Too big"), "message too large", "the content", False),
    "TLS": (mail(mail_from="530 5.7.0 Must issue a STARTTLS command first"), "TLS wanted first", "the client's configuration", False),
    "DNS": (mail(mail_from="450 4.1.8 Domain not found"), "the sender's domain does not resolve", "the sender's domain", False),
    "loop": (mail(final="554 5.4.6 Too many hops"), "mail loop", "the receiving server", False),
    "AUTH": ([("C", lines("AUTH PLAIN AGEAYg==")), ("S", lines("535 5.7.8 No"))], "authentication failed", "the user name or password", False),
    "guess": (mail(rcpt="550 no"), "no such user", "the recipient's address", True),
}


@pytest.fixture(scope="module")
def reasons(tmp_path_factory):
    """A connection for each reason, each to a server of its own."""
    path = tmp_path_factory.mktemp("report") / "reasons.pcap"
    sessions = [session(number, case[0] + QUIT, at=number, server=(f"198.51.100.{number + 1}", 25))
                for number, case in enumerate(REASONS.values())]
    packets.write(path, [segment for part in sessions for segment in part])
    return path


def test_reasons(tshark, reasons):
    found = data(tshark, reasons)
    why = {row["server_addr"]: (row["reason"], row["fault"], row["guess"]) for row in found["why"]}
    assert why == {f"198.51.100.{number + 1}": case[1:] for number, case in enumerate(REASONS.values())}
    assert [[fault["fault"] for fault in c["faults"]] for c in found["connections"]] == [[case[2]] for case in REASONS.values()]


def test_text_says_the_same(tshark, reasons):
    """Totals, reasons and connections of both forms are equal."""
    words, found = text(tshark, reasons), data(tshark, reasons)
    totals = found["totals"]
    assert words.startswith(f"{totals['connections']} connections, {totals['mails']} mails: "
                            f"{totals['mail_outcomes']['deferred']} deferred, {totals['mail_outcomes']['rejected']} rejected; "
                            f"{totals['recipients']} recipients: ")
    why = words.split("\nWhy\n")[1].split("\n\n")[0]
    assert re.findall(r"^    (\d+) × (.*?)(?:, a guess)? \(", why, re.MULTILINE) == [(str(row["count"]), row["reason"]) for row in found["why"]]
    assert why.count(", a guess (") == 1
    assert re.findall(r"^\[(\d+)\]", words, re.MULTILINE) == [str(c["number"]) for c in found["connections"]]


def test_block(tshark, capture):
    script = mail(rcpt="450 4.2.1 Busy")
    script += [("C", lines("DATA")), ("S", lines("554 5.5.1 No valid recipients")), ("C", lines("RSET")), ("S", lines("250 Ok"))]
    words = text(tshark, capture(session(0, script + mail() + QUIT)))
    assert words.startswith("1 connection, 2 mails: 1 delivered, 1 deferred; 2 recipients: 1 delivered, 1 deferred.\n")
    block = words[words.index("\n[1]"):].splitlines()[1:]
    assert block[0] == "[1] stream 0  2023-11-14 22:13:20.000  192.0.2.1 (client.example.org) → 198.51.100.25:25  mx.example.net (Postfix)"
    assert block[1].startswith("    Steps    greeting 0.003 s · EHLO 0.00")
    assert block[2] == "    TLS      none: not offered"
    assert block[3] == "    Mail 1   22:13:20.006  ann@example.org → bob@example.net"
    assert block[4] == "             DEFERRED at RCPT: 450 4.2.1 \"Busy\" — mailbox not available now (the 554 to DATA follows from that)"
    assert block[5] == "    Mail 2   22:13:20.013  ann@example.org → bob@example.net  <1@example.org>"
    assert re.fullmatch(r" {13}DELIVERED, queued as 1234567 \(250 2\.0\.0, 38 octets, 0\.00[678] s\)", block[6])
    assert "             try 2 of [1] mail 1, after 0.00" in block[7]
    assert "    Closed   by the client (FIN), after 0.00" in words and "without QUIT" not in words
    assert words.count("Next     The client should try again by itself: look for the next try.") == 1


def test_nothing_to_tell(tshark, capture):
    assert text(tshark, capture(session(0, mail() + QUIT))) == "1 connection, 1 mail: 1 delivered; 1 recipient: 1 delivered.\n"


def across(tshark, path):
    found = data(tshark, path)["across"]
    return [(row["kind"], row["earlier"]["connection"], row["mail"]["connection"], row["earlier_outcome"], row["outcome"]) for row in found["tries"]]


TRIES = {
    "greylisting": ([mail(rcpt="450 4.2.0 Greylisted"), mail()], [("greylisting", 1, 2, "deferred", "accepted")]),
    "retries": ([mail(rcpt="451 Later"), mail(rcpt="451 Later"), mail()],
                [("retry", 1, 2, "deferred", "deferred"), ("retry", 2, 3, "deferred", "accepted")]),
    "duplicate": ([mail(final=None), mail()], [("duplicate", 1, 2, "unknown", "accepted")]),
    "another mail": ([mail(final="451 Later"), mail(header=("Message-ID: <2@example.org>",))], []),
    "another recipient": ([mail(rcpt="451 Later"), mail(recipient="carol@example.net")], []),
    "refused for good, sent again": ([mail(rcpt="550 No"), mail()], []),
}


@pytest.mark.parametrize("mails, expected", TRIES.values(), ids=TRIES)
def test_tries(tshark, capture, mails, expected):
    """Each mail in a connection of its own, five minutes after the one before."""
    path = capture(*[session(number, script, at=300 * number) for number, script in enumerate(mails)])
    assert across(tshark, path) == expected
    words = text(tshark, path)
    assert words.count(" after 4 min 59 s") + words.count(" after 5 min 0 s") == 2 * len(expected)  # in the mail's lines, and at the end


def test_hops_that_real_servers_made(tshark):
    """Of two mails that a server relayed to a second one, that refused one. Its header was not sent there."""
    path = places.SAMPLES / "postfix-two-hops.pcapng"
    found = data(tshark, path)["across"]
    assert found["hops"] == [
        {"from": {"connection": 1, "index": 1}, "mail": {"connection": 2, "index": 1}, "guess": False},
        {"from": {"connection": 1, "index": 2}, "mail": {"connection": 3, "index": 1}, "guess": True}]
    assert found["bounces"] == [{"mail": {"connection": 4, "index": 1}, "about": {"connection": 3, "index": 1}, "guess": True}]
    assert found["tries"] == []
    words = text(tshark, path)
    assert re.search(r'path +ann@example.com → nobody@example.net  "Note 2"  <hop.2@example.com>\n.* \[1\] mail 2 delivered, queued as \w+\n'
                     r".* \[3\] mail 1 rejected \(a guess, by sender and recipient\)\n", words)


def test_a_hop_is_not_guessed_of_others(tshark, capture):
    """A mail from another host, from nobody, to the same server, or begun before the first was taken, is none that a server passed
    on."""
    relay = ("198.51.100.25", 25)
    here = {"client": ("127.0.0.1", 41000), "server": ("127.0.0.1", 25)}
    first, refused, null = session(0, mail()), mail(rcpt="550 No"), mail(sender="", rcpt="550 No")
    for path in (capture(first, session(1, refused, at=1, client=("198.51.100.77", 41000), server=("203.0.113.9", 25))),
                 capture(session(0, mail(sender="")), session(1, null, at=1, client=(relay[0], 41000), server=("203.0.113.9", 25))),
                 capture(session(0, mail(), **here), session(1, refused, at=1, **(here | {"client": ("127.0.0.1", 41001)}))),
                 capture(sorted(first + session(1, refused, at=0.004, client=(relay[0], 41000), server=("203.0.113.9", 25)),
                                key=lambda segment: segment.time))):
        assert data(tshark, path)["across"]["hops"] == []


def test_a_second_try_at_a_hop_comes_from_where_the_first_did(tshark, capture):
    onwards = {"client": ("198.51.100.25", 41000), "server": ("203.0.113.9", 25)}
    path = capture(session(0, mail()), session(1, mail(rcpt="450 4.2.0 Later"), at=1, **onwards),
                   session(2, mail(rcpt="550 No"), at=300, **(onwards | {"client": ("198.51.100.25", 41001)})))
    assert [(hop["from"]["connection"], hop["mail"]["connection"], hop["guess"]) for hop in data(tshark, path)["across"]["hops"]] == [
        (1, 2, True), (1, 3, True)]


def test_hops_and_bounce(tshark, capture):
    """A mail over two servers, refused at the second; the first one tells its sender."""
    relay, target = ("198.51.100.25", 25), ("203.0.113.9", 25)
    second = mail(rcpt="550 5.1.1 No")
    passed = mail(final="550 5.1.1 No", header=("Received: from client by relay with ESMTP id 1234567;", " today", "Message-ID: <1@example.org>"))
    bounce = mail(sender="", recipient="ann@example.org", header=("In-Reply-To: <1@example.org>",))
    path = capture(session(0, mail()), session(1, passed, at=1, client=(relay[0], 41000), server=target),
                   session(2, bounce, at=2, client=(relay[0], 41001), server=("192.0.2.1", 25)),
                   session(3, second, at=3, client=("192.0.2.8", 40000)))
    found = data(tshark, path)["across"]
    assert found["hops"] == [{"from": {"connection": 1, "index": 1}, "mail": {"connection": 2, "index": 1}, "guess": False}]
    assert found["bounces"] == [{"mail": {"connection": 3, "index": 1}, "about": {"connection": 2, "index": 1}, "guess": False}]
    words = text(tshark, path)
    assert re.search(r"path .*<1@example.org>\n +22:13:20\.\d+  192\.0\.2\.1 → 198\.51\.100\.25  \[1\] mail 1 delivered, queued as 1234567\n"
                     r" +22:13:21\.\d+  198\.51\.100\.25 → 203\.0\.113\.9  \[2\] mail 1 rejected\n", words)


def test_clients(tshark, capture):
    guesses = [step for name in range(6) for step in mail(rcpt="550 5.1.1 No", recipient=f"{name}@example.net") + [("C", lines("RSET")), ("S", lines("250 Ok"))]]
    (client,) = data(tshark, capture(session(0, guesses), session(1, mail(), client=("192.0.2.9", 40000))))["across"]["clients"]
    assert client == {"client_addr": "192.0.2.1", "connections": 1, "mails": 6, "refused": 6, "auth_failed": 0, "no_such_user": 6}


def test_waits(tshark, capture):
    """Who waited for whom: a server that takes longer with each error, a client that thinks."""
    connection = dialogue(Connection(), OPENING)
    for wait in (1, 2.5, 4):
        connection.client(lines("RCPT TO:<x@example.net>"))
        connection.now += wait
        connection.server(lines("451 4.3.0 No"))
    connection.now += 30
    dialogue(connection, QUIT)
    path = capture(connection)
    (found,) = data(tshark, path)["connections"]
    assert found["slow"] and found["tarpit"]
    assert (found["longest_pause"], found["longest_pause_verb"]) == (pytest.approx(30.001, abs=1e-3), "QUIT")
    assert [step["longest"] for step in found["steps"] if step["verb"] == "RCPT"] == [pytest.approx(4.001, abs=1e-3)]
    words = text(tshark, path)
    assert "slow: longer with each error (tarpit)" in words and "the client waited 30.00" in words


def test_connections_without_a_greeting(tshark, capture):
    def handshake(number, flags_back):
        connection = Connection(handshake=False, client=("192.0.2.1", 40000 + number), start=packets.START + number)
        connection.signal(True, SYN)
        if flags_back:
            connection.signal(False, flags_back)
        return connection.segments

    found = data(tshark, capture(handshake(0, 0), handshake(1, RST | ACK), handshake(2, SYN | ACK)))
    assert [[fault["reason"] for fault in c["faults"]] for c in found["connections"]] == [
        ["never answered"], ["connection refused"], ["no greeting"]]


def test_a_greeting_that_was_not_captured_is_not_the_servers_fault(tshark, capture):
    """As where each packet was cut behind its headers."""
    connection = Connection()
    for from_client, line in ((False, "220 mx.example.net"), (True, "EHLO client.example.org"), (False, "250 mx.example.net")):
        connection.lost(from_client, len(lines(line)))
    connection.close()
    (found,) = data(tshark, capture(connection))["connections"]
    assert found["record"]["missing"] > 0
    assert [(fault["reason"], fault["fault"]) for fault in found["faults"]] == [("the greeting was not captured", "the capture")]


def test_octets_that_are_missing(tshark, capture):
    """The totals tell of them."""
    noop = [("C", lines("NOOP")), ("S", lines("250 Ok"))]
    path = capture(session(0, noop + [noop[0], ("lost", noop[1][1])] + 4 * noop))
    assert data(tshark, path)["totals"]["octets_missing"] == len(noop[1][1])
    assert text(tshark, path).startswith("1 connection, 0 mails; 8 octets were missing.\n")


# A filter, and the streams of the connections that it chooses.
FILTERS = {
    "reply": ('esmtp.reply.code == 552', [9]),
    "any packet, none of SMTP too": ("tcp.flags.syn == 1 && ip.dst == 198.51.100.4", [3]),
    "address": ("ip.addr == 198.51.100.2", [1]),
    "outcome": ('esmtp.transaction.outcome == "rejected" && ip.src == 198.51.100.15', [14]),
    "command": ('esmtp.command.verb == "AUTH"', [13]),
    "several": ("tcp.stream in {0, 2}", [0, 2]),
    "no packet": ("ip.addr == 203.0.113.9", []),
}


@pytest.mark.parametrize("options", [(), pytest.param(("-2",), marks=pytest.mark.thorough)], ids=["once", "twice"])
def test_filter_chooses_connections(tshark, reasons, options):
    """They are reported as wholes, with the numbers that they have in the capture; nothing is told of the others."""
    whole = data(tshark, reasons, options=options)
    number_of = {c["record"]["stream"]: c["number"] for c in whole["connections"]}
    for display_filter, streams in FILTERS.values():
        found = data(tshark, reasons, f",{display_filter}", options=options)
        assert found["connections"] == [c for c in whole["connections"] if c["record"]["stream"] in streams], display_filter
        assert [c["number"] for c in found["connections"]] == [number_of[stream] for stream in streams]
        assert found["totals"]["connections"] == len(streams)
        assert found["totals"]["connections_not_chosen"] == len(REASONS) - len(streams)
        assert found["totals"]["mails"] == sum(len(c["log"]) for c in found["connections"])
        assert sorted(w["server_addr"] for w in found["why"]) == [f"198.51.100.{stream + 1}" for stream in streams]


def test_filter_leaves_the_other_tries_of_a_mail(tshark, capture):
    """Whether a mail was tried again is asked of the whole capture."""
    path = capture(session(0, mail(rcpt="451 4.7.1 Greylisted")) + session(1, mail(), at=300)
                   + session(2, mail(sender="eve@example.com", rcpt="451 4.7.1 Greylisted"), at=400))
    for stream in (0, 1):
        found = data(tshark, path, f",tcp.stream == {stream}")
        assert [c["number"] for c in found["connections"]] == [stream + 1]
        assert [(t["kind"], t["earlier"]["connection"], t["mail"]["connection"]) for t in found["across"]["tries"]] == [("greylisting", 1, 2)]
        words = text(tshark, path, f",tcp.stream == {stream}")
        assert "greylisting  ann@example.org" in words and "no other try" not in words and "eve@example.com" not in words


def test_filter_in_words(tshark, reasons):
    assert text(tshark, reasons, ",tcp.stream == 1").startswith("1 of 15 connections, 1 mail: 1 deferred;")
    assert text(tshark, reasons, ",ip.addr == 203.0.113.9") == "0 of 15 connections, 0 mails.\n"


def test_filter_of_a_connection_without_smtp(tshark, capture):
    """A SYN that nobody answered passes, too."""
    silent = Connection(handshake=False, client=("192.0.2.7", 40007), start=packets.START)
    silent.signal(True, SYN)
    found = data(tshark, capture(silent.segments + session(1, mail())), ",ip.addr == 192.0.2.7")
    assert [c["record"]["client_addr"] for c in found["connections"]] == ["192.0.2.7"]
    assert found["totals"]["octets_missing"] == 0


def test_filter_counts_what_is_missing_in_its_connections(tshark, capture):
    noop = [("C", lines("NOOP")), ("S", lines("250 Ok"))]
    lost = noop + [noop[0], ("lost", noop[1][1])] + 4 * noop
    path = capture(session(0, lost) + session(1, mail()))
    missing = [data(tshark, path, f",tcp.dstport == {port}")["totals"]["octets_missing"] for port in (40000, 40001)]
    assert missing == [len(noop[1][1]), 0]


def test_filter_where_packets_are_forgotten(tshark, reasons):
    """-M: each part of the capture numbers its streams anew."""
    found = data(tshark, reasons, ",ip.addr == 198.51.100.15", options=("-M", "25"))
    assert {c["record"]["server_addr"] for c in found["connections"]} == {"198.51.100.15"}


@pytest.mark.parametrize("wrong, named", [(",no.such.field", "no.such.field"), (",esmtp.reply.code ==", "esmtp.reply.code =="),
                                          (",json,no.such", "no.such"), ("x", "there is no such statistic")])
def test_filter_that_is_none(tshark, reasons, wrong, named):
    with pytest.raises(TsharkError, match=f"tshark: -z esmtp,report.*{re.escape(named)}"):
        text(tshark, reasons, wrong)


def test_no_control_character_goes_to_a_terminal(tshark, capture):
    script = mail(rcpt="550 5.1.1 \x1b[2J\x7f \u202eno", sender="\x1b[31m@example.org")
    path = capture(session(0, script))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text(tshark, path))
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text(tshark, path, ",json"))


def test_tshark_forgets_the_packets_on_the_way(tshark, reasons):
    """-M: what was found before is kept."""
    found = data(tshark, reasons, options=("-M", "25"))
    assert found["totals"]["connections"] >= len(REASONS) and len(found["why"]) >= len(REASONS) - 2


def test_results_of_recipients_have_reasons_of_their_own(tshark):
    """PRDR: a 550 and a 450 for two recipients of one mail, and what decided is not theirs."""
    path = places.SAMPLES / "exim-prdr.pcapng"
    found = {(why["code"], why["reason"], why["permanent"], why["guess"], why["count"]) for why in data(tshark, path)["why"]}
    assert found == {(550, "content not accepted", True, True, 3), (450, "mailbox not available now", False, True, 1)}
    words = text(tshark, path)
    assert '(550, for good)  mx.example.org  "Not to the taste of this recipient"' in words
    assert re.search(r"DELIVERED to bob@example.org, queued as \S+ \(739 octets, ", words)


def test_what_is_odd(tshark):
    """The severest first, and what to do about what is more than a note."""
    path = places.SAMPLES / "postfix-smuggling.pcapng"
    odd = data(tshark, path)["odd"]
    assert [(note["name"], note["severity"], bool(note["next"])) for note in odd] == [
        ("smuggling", "ERROR", True), ("end_of_data_lookalike", "WARN", True), ("bare_lf", "NOTE", False)]
    assert f"        {odd[0]['next']}\n    2 × end_of_data_lookalike" in text(tshark, path)


def test_sample(tshark):
    """As the first page of README.md has it."""
    words = text(tshark, places.SAMPLES / "postfix-relay-pipelined.pcapng")
    assert words.startswith("1 connection, 4 mails: 2 delivered (1 of them not to all), 1 deferred, 1 rejected; ")
    assert "2 × no such user (550 5.1.1, for good)  mx.example.org  nobody@example.org" in words


@pytest.mark.parametrize("path", places.captures_in(places.SAMPLES), ids=lambda path: path.name)
@pytest.mark.thorough
def test_one_pass_tells_what_two_tell(tshark, path):
    """Where packets are visited once, the memory of a transaction is given back when it has ended."""
    once, twice = (tshark.run(path, "-q", "-z", "esmtp,report", two_pass=two_pass) for two_pass in (False, True))
    assert once == twice != ""
