"""The five published sessions, field by field.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import places

SEED_A = places.SAMPLES / "seed-a-gmail-starttls.pcapng"
SEED_B = places.SAMPLES / "seed-b-greeting.pcapng"
SEED_B_RAW = places.SAMPLES / "seed-b-greeting-raw-ip.pcapng"
SEED_C = places.SAMPLES / "seed-c-telnet.pcapng"
SEED_D = places.SAMPLES / "seed-d-sendmail.pcapng"
SEED_E = places.SAMPLES / "seed-e-implicit-tls.pcapng"

GMAIL_ID = "d2e1a72fcca58-5a8f0c2d1e3sm7654321b3a.14 - gsmtp"
EXIM = "ip-10-201-52-114.ec2.internal"
SUNSITE = "sunsite.dcc.uchile.cl"

# Capture: {frame: {field: its values, in order}}.
FIELDS = {
    SEED_A: {
        4: {
            "esmtp.reply.code": ["220"],
            "esmtp.reply.severity": ["2"],
            "esmtp.reply.category": ["2"],
            "esmtp.reply.text": [f"smtp.gmail.com ESMTP {GMAIL_ID}"],
            "esmtp.reply.lines": ["1"],
            "esmtp.reply.verb": ["CONNECT"],
            "esmtp.greeting.domain": ["smtp.gmail.com"],
            "esmtp.tls": ["0"],
        },
        6: {
            "esmtp.command": ["EHLO smtpclient.apple"],
            "esmtp.command.verb": ["EHLO"],
            "esmtp.command.argument": ["smtpclient.apple"],
            "esmtp.helo.domain": ["smtpclient.apple"],
        },
        8: {
            "esmtp.reply": ["250-smtp.gmail.com at your service, [2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d] | 250-SIZE 35882577"
                            " | 250-8BITMIME | 250-STARTTLS | 250-ENHANCEDSTATUSCODES | 250-PIPELINING | 250-CHUNKING"
                            " | 250 SMTPUTF8"],
            "esmtp.reply.code": ["250"],
            "esmtp.reply.text": ["smtp.gmail.com at your service, [2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d]", "SIZE 35882577",
                                 "8BITMIME", "STARTTLS", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING", "SMTPUTF8"],
            "esmtp.reply.lines": ["8"],
            "esmtp.reply.verb": ["EHLO"],
            "esmtp.reply.command_frame": ["6"],
            "esmtp.ehlo_reply.domain": ["smtp.gmail.com"],
            "esmtp.ehlo_reply.client_ipv6": ["2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d"],
            "esmtp.capability": ["SIZE 35882577", "8BITMIME", "STARTTLS", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING",
                                 "SMTPUTF8"],
            "esmtp.capability.keyword": ["SIZE", "8BITMIME", "STARTTLS", "ENHANCEDSTATUSCODES", "PIPELINING", "CHUNKING",
                                         "SMTPUTF8"],
            "esmtp.capability.parameter": ["35882577"],
            "esmtp.capability.size": ["35882577"],
        },
        10: {
            "esmtp.command": ["STARTTLS"],
            "esmtp.command.verb": ["STARTTLS"],
        },
        12: {
            "esmtp.reply": ["220 2.0.0 Ready to start TLS"],
            "esmtp.reply.code": ["220"],
            "esmtp.reply.enhanced_status": ["2.0.0"],
            "esmtp.reply.enhanced_status.class": ["2"],
            "esmtp.reply.enhanced_status.subject": ["0"],
            "esmtp.reply.enhanced_status.detail": ["0"],
            "esmtp.reply.text": ["Ready to start TLS"],
            "esmtp.reply.verb": ["STARTTLS"],
            "esmtp.reply.command_frame": ["10"],
            "esmtp.tls": ["0"],
        },
        20: {
            "esmtp.command": ["EHLO smtpclient.apple"],
            "esmtp.tls": ["1"],
            "esmtp.starttls.frame": ["12"],
        },
        22: {
            "esmtp.capability.auth_mechanism": ["LOGIN", "PLAIN", "XOAUTH2", "PLAIN-CLIENTTOKEN", "OAUTHBEARER", "XOAUTH"],
            "esmtp.reply.command_frame": ["20"],
            "esmtp.tls": ["1"],
            "esmtp.starttls.frame": ["12"],
        },
        24: {
            "esmtp.command.verb": ["AUTH"],
            "esmtp.auth.mechanism": ["PLAIN"],
            "esmtp.auth.message": ["AGFubkBleGFtcGxlLm9yZwBub3QtYS1zZWNyZXQ="],
            "esmtp.auth.username": ["ann@example.org"],
            "esmtp.auth.password": ["not-a-secret"],
        },
        26: {
            "esmtp.reply.code": ["235"],
            "esmtp.reply.verb": ["AUTH"],
            "esmtp.auth.outcome": ["succeeded"],
        },
        28: {
            "esmtp.mail.from": ["ann@example.org"],
            "esmtp.mail.from.local_part": ["ann"],
            "esmtp.mail.from.domain": ["example.org"],
            "esmtp.parameter": ["SIZE=19710"],
            "esmtp.parameter.keyword": ["SIZE"],
            "esmtp.parameter.value": ["19710"],
            "esmtp.mail.size": ["19710"],
        },
        32: {
            "esmtp.rcpt.to": ["bob@example.net"],
            "esmtp.rcpt.to.local_part": ["bob"],
            "esmtp.rcpt.to.domain": ["example.net"],
        },
        56: {"esmtp.message.reassembled_in": ["59"]},
        59: {
            "esmtp.message.unstuffed_size": ["19710"],
            "esmtp.message.reassembled_length": ["19710"],
            "imf.subject": ["Figures for March"],
            "imf.from": ["ann@example.org"],
        },
        61: {
            "esmtp.reply.verb": ["END-OF-DATA"],
            "esmtp.reply.command_frame": ["59"],
            "esmtp.transaction.index": ["1"],
            "esmtp.transaction.outcome": ["accepted"],
            "esmtp.transaction.ended_by": ["END-OF-DATA"],
            "esmtp.transaction.helo": ["smtpclient.apple"],
            "esmtp.transaction.mail_from": ["ann@example.org"],
            "esmtp.transaction.auth_username": ["ann@example.org"],
            "esmtp.transaction.rcpt_to": ["bob@example.net"],
            "esmtp.transaction.rcpt_code": ["250"],
            "esmtp.transaction.rcpt_accepted": ["bob@example.net"],
            "esmtp.transaction.rcpt_count": ["1"],
            "esmtp.transaction.method": ["DATA"],
            "esmtp.transaction.size": ["19710"],
            "esmtp.transaction.declared_size": ["19710"],
            "esmtp.transaction.code": ["250"],
            "esmtp.transaction.enhanced_status": ["2.0.0"],
            "esmtp.transaction.tls": ["1"],
            "esmtp.transaction.first_frame": ["28"],
            "esmtp.transaction.subject": ["Figures for March"],
            "esmtp.transaction.message_id": ["<a.20260302@example.org>"],
        },
        65: {"esmtp.reply.code": ["221"], "esmtp.reply.verb": ["QUIT"], "esmtp.reply.command_frame": ["63"]},
    },
    SEED_B: {
        4: {
            "esmtp.reply": [f"220 {EXIM} ESMTP Exim 4.95 Ubuntu"],
            "esmtp.greeting.domain": [EXIM],
            "esmtp.greeting.software": ["Exim 4.95"],
        },
        8: {"esmtp.reply.code": ["221"], "esmtp.reply.command_frame": ["6"]},
    },
    SEED_B_RAW: {
        4: {"frame.len": ["142"], "esmtp.reply.code": ["220"], "esmtp.greeting.domain": [EXIM]},
    },
    SEED_C: {
        38: {"esmtp.command.verb": ["HELO"], "esmtp.helo.domain": ["client.thm"]},
        40: {"esmtp.ehlo_reply.domain": [EXIM], "esmtp.ehlo_reply.client_ipv4": ["10.21.16.214"]},
        98: {"esmtp.command.verb": ["MAIL"], "esmtp.mail.from": ["user@client.thm"]},
        164: {"esmtp.command.verb": ["RCPT"], "esmtp.rcpt.to": ["recipient@server.thm"]},
        178: {"esmtp.command.verb": ["DATA"]},
        180: {"esmtp.reply.code": ["354"], "esmtp.reply.severity": ["3"], "esmtp.reply.category": ["5"]},
        364: {"esmtp.message.size": ["89"], "esmtp.message.unstuffed_size": ["89"], "imf.subject": ["Test"]},
        366: {
            "esmtp.reply.verb": ["END-OF-DATA"],
            "esmtp.reply.queue_id": ["1vx02i-0000Ab-1C"],
            "esmtp.transaction.outcome": ["accepted"],
            "esmtp.transaction.queue_id": ["1vx02i-0000Ab-1C"],
            "esmtp.transaction.helo": ["client.thm"],
            "esmtp.transaction.tls": ["0"],
        },
        378: {"esmtp.command.verb": ["QUIT"]},
    },
    SEED_D: {
        8: {
            "esmtp.ehlo_reply.domain": [SUNSITE],
            "esmtp.capability.keyword": ["ENHANCEDSTATUSCODES", "PIPELINING", "8BITMIME", "SIZE", "DSN", "STARTTLS", "DELIVERBY",
                                         "HELP"],
        },
        18: {"esmtp.command.verb": ["HELP"]},
        20: {
            "esmtp.reply": ["214-2.0.0  | 214-2.0.0 You really should RTFM | 214-2.0.0  | 214 2.0.0 End of HELP info"],
            "esmtp.reply.enhanced_status": ["2.0.0", "2.0.0", "2.0.0", "2.0.0"],
            "esmtp.reply.lines": ["4"],
            "esmtp.reply.verb": ["HELP"],
            "esmtp.reply.command_frame": ["18"],
        },
        30: {"esmtp.command.verb": ["STARTTLS"]},
        32: {"esmtp.reply.enhanced_status": ["2.0.0"], "esmtp.reply.verb": ["STARTTLS"], "esmtp.reply.command_frame": ["30"]},
        34: {"tls.handshake.type": ["1"], "tls.handshake.version": ["0x0302"]},
        36: {"tls.handshake.type": ["2"]},
        38: {"tls.handshake.type": ["11"], "x509sat.printableString": ["Sendmail", "Sendmail Server", SUNSITE] * 2},
    },
    SEED_E: {
        10: {"esmtp.tls": ["1"], "esmtp.greeting.domain": ["mx.example.org"], "esmtp.greeting.software": ["Postfix"]},
        14: {
            "esmtp.capability.keyword": ["PIPELINING", "SIZE", "AUTH", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN"],
            "esmtp.capability.size": ["10240000"],
            "esmtp.capability.auth_mechanism": ["PLAIN", "LOGIN"],
        },
        16: {"esmtp.auth.mechanism": ["PLAIN"], "esmtp.auth.username": ["ann"], "esmtp.auth.password": ["not-a-secret"]},
        18: {"esmtp.auth.outcome": ["succeeded"]},
        20: {"esmtp.mail.from": ["ann@example.org"], "esmtp.mail.size": ["4342"]},
        24: {"esmtp.rcpt.to": ["bob@example.net"]},
        35: {"esmtp.message.unstuffed_size": ["4342"], "imf.subject": ["Sent over implicit TLS"]},
        37: {
            "esmtp.transaction.outcome": ["accepted"],
            "esmtp.transaction.auth_username": ["ann"],
            "esmtp.transaction.queue_id": ["4fVc2Y0kXzz1"],
            "esmtp.transaction.tls": ["1"],
            "esmtp.transaction.size": ["4342"],
        },
        41: {"esmtp.reply.code": ["221"], "esmtp.tls": ["1"]},
    },
}

# Fields that these frames must not have.
ABSENT = [
    (SEED_A, "esmtp.starttls.frame && frame.number <= 12"),
    (SEED_A, "(esmtp || smtp) && !tls && frame.number > 12"),
    (SEED_D, "esmtp.capability.size"),
    (SEED_D, "esmtp.capability.deliverby_min"),
    (SEED_D, "esmtp && frame.number > 32"),
    (SEED_E, "esmtp.starttls.frame"),
    (SEED_E, "esmtp && !tls"),
]

# What is said in words, by frame: a line of the tree holds the text.
WORDS = [
    (SEED_A, 8, "Capability: SIZE 35882577 — .*35,882,577 octets.*RFC 1870"),
    (SEED_A, 8, "Capability: 8BITMIME — .*RFC 6152"),
    (SEED_A, 8, "Capability: STARTTLS — .*TLS.*RFC 3207"),
    (SEED_A, 8, "Capability: ENHANCEDSTATUSCODES — .*RFC 2034"),
    (SEED_A, 8, "Capability: PIPELINING — .*RFC 2920"),
    (SEED_A, 8, "Capability: CHUNKING — .*BDAT.*RFC 3030"),
    (SEED_A, 8, "Capability: SMTPUTF8 — .*RFC 6531"),
    (SEED_C, 38, "Verb: HELO — .*RFC 5321, 4.1.1.1"),
    (SEED_C, 98, "Verb: MAIL — begins a mail transaction \\(RFC 5321, 4.1.1.2\\)"),
    (SEED_C, 164, "Verb: RCPT — .*RFC 5321, 4.1.1.3"),
    (SEED_C, 178, "Verb: DATA — .*RFC 5321, 4.1.1.4"),
    (SEED_C, 378, "Verb: QUIT — .*RFC 5321, 4.1.1.10"),
    (SEED_C, 4, "Code: 220 .*[Ss]ervice ready"),
    (SEED_C, 40, "Code: 250 .*completed"),
    (SEED_C, 180, "Code: 354 [Ss]tart mail input"),
    (SEED_C, 380, "Code: 221 .*closing.*channel"),
    (SEED_D, 8, "Capability: DSN — .*RFC 3461"),
    (SEED_D, 8, "Capability: DELIVERBY — .*RFC 2852"),
    (SEED_D, 20, "Enhanced status: 2.0.0 — "),
]


def fields_of(seed):
    return [(seed, frame, field, values) for frame, found in FIELDS[seed].items() for field, values in found.items()]


@pytest.fixture(scope="module")
def found(tshark):
    """All fields asked about, one run a capture."""
    asked = {}

    def fields(seed):
        if seed not in asked:
            # Twice read: the first pass cannot know where a content will be complete.
            names = sorted({field for _, _, field, _ in fields_of(seed)})
            asked[seed] = tshark.fields(seed, *names, two_pass=True)
        return asked[seed]

    return fields


@pytest.mark.parametrize("seed, frame, field, values", [row for seed in FIELDS for row in fields_of(seed)],
                         ids=[f"{seed.stem}-{frame}-{field}" for seed in FIELDS for _, frame, field, _ in fields_of(seed)])
def test_field(found, seed, frame, field, values):
    assert found(seed).get(frame, {}).get(field) == values


@pytest.mark.parametrize("seed, only", ABSENT)
def test_absent(tshark, seed, only):
    assert tshark.frames(seed, only) == []


@pytest.mark.parametrize("seed, frame, pattern", WORDS)
def test_words(tshark, seed, frame, pattern):
    tree = tshark.tree(seed, "esmtp", only=f"frame.number == {frame}")
    assert re.search(pattern, tree), tree


def test_gmail_capabilities_are_seven_lines_each_with_a_meaning(tshark):
    tree = tshark.tree(SEED_A, "esmtp", only="frame.number == 8")
    assert len(re.findall(r"^ +Capability: \S+.* — .+ \(RFC \d+\)", tree, re.MULTILINE)) == 7


def test_greeting_reads_in_the_packet_list_as_published(tshark):
    assert tshark.columns(SEED_B, "Protocol", "Info")[4] == ("SMTP", f"S: 220 {EXIM} ESMTP Exim 4.95 Ubuntu")


def test_texts_of_help_are_four_of_which_two_are_empty(tshark):
    """`-T fields` tells an empty value from none only by the separators."""
    frame = {packet.get("name"): packet for packet in tshark.pdml(SEED_D, only="frame.number == 20")[0].iter("proto")}
    texts = [field.get("show") for field in frame["esmtp"].iter("field") if field.get("name") == "esmtp.reply.text"]
    assert texts == ["", "You really should RTFM", "", "End of HELP info"]


def test_size_and_deliverby_without_a_number_are_not_complained_about(tshark):
    assert tshark.frames(SEED_D, "frame.number == 8 && _ws.expert") == []


def test_records_after_starttls_are_client_hello_server_hello_certificate(tshark):
    assert tshark.values(SEED_D, "tls.handshake.type") == ["1", "2", "11"]
