"""A session with a bit of everything, and what a correct reading of it gives.

SPDX-License-Identifier: GPL-2.0-or-later
"""

from packets import lines

GREETING = lines("220-mx.example.net ESMTP", "220 ready")
EHLO_REPLY = lines("250-mx.example.net Hello", "250-PIPELINING", "250-AUTH LOGIN PLAIN", "250-CHUNKING", "250 SIZE 1000000")
MAIL = lines("From: ann@example.org", "Subject: Dots", "", "..two dots", "...", "not.the.end", ". ", "the end")
DATA_CONTENT = lines("From: ann@example.org", "Subject: Dots", "", "...two dots", "....", "not.the.end", ".. ", "the end", ".")
CHUNKS = (b"Subject: Chunks\r\n\r\nMAIL FROM:<not@a.command>\r\n", b".\r\nQUIT\r\n")

DIALOGUE = [
    ("S", GREETING),
    ("C", lines("EHLO client.example.org")),
    ("S", EHLO_REPLY),
    ("C", lines("AUTH LOGIN")),
    ("S", lines("334 VXNlcm5hbWU6")),
    ("C", lines("YW5u")),
    ("S", lines("334 UGFzc3dvcmQ6")),
    ("C", lines("c2VjcmV0")),
    ("S", lines("235 2.7.0 Welcome")),
    ("C", lines("MAIL FROM:<ann@example.org> SIZE=100", "RCPT TO:<bob@example.net>", "RCPT TO:<nobody@example.net>", "DATA")),
    ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok", "550-5.1.1 No such", "550 5.1.1 user", "354 Go ahead")),
    ("C", DATA_CONTENT),
    ("S", lines("250 2.0.0 Ok: queued as 1234567")),
    ("C", lines("MAIL FROM:<>", "RCPT TO:<bob@example.net>", f"BDAT {len(CHUNKS[0])}") + CHUNKS[0]
     + lines(f"BDAT {len(CHUNKS[1])} LAST") + CHUNKS[1]),
    ("S", lines("250 2.1.0 Ok", "250 2.1.5 Ok", "250 2.0.0 Octets received", "250 2.0.0 Ok: queued as 89ABCDE")),
    ("C", lines("QUIT")),
    ("S", lines("221 2.0.0 Bye")),
]

EXPECTED = {
    "esmtp.command": ["EHLO client.example.org", "AUTH LOGIN", "MAIL FROM:<ann@example.org> SIZE=100",
                      "RCPT TO:<bob@example.net>", "RCPT TO:<nobody@example.net>", "DATA", "MAIL FROM:<>",
                      "RCPT TO:<bob@example.net>", f"BDAT {len(CHUNKS[0])}", f"BDAT {len(CHUNKS[1])} LAST", "QUIT"],
    "esmtp.reply.code": ["220", "250", "334", "334", "235", "250", "250", "550", "354", "250", "250", "250", "250", "250", "221"],
    "esmtp.reply.lines": ["2", "5", "1", "1", "1", "1", "1", "2", "1", "1", "1", "1", "1", "1", "1"],
    "esmtp.reply.verb": ["CONNECT", "EHLO", "AUTH", "AUTH", "AUTH", "MAIL", "RCPT", "RCPT", "DATA", "END-OF-DATA", "MAIL", "RCPT",
                         "BDAT", "BDAT", "QUIT"],
    "esmtp.capability.keyword": ["PIPELINING", "AUTH", "CHUNKING", "SIZE"],
    "esmtp.auth.username": ["ann"],
    "esmtp.auth.password": ["secret"],
    "esmtp.message.size": [str(len(DATA_CONTENT) - 3), str(len(CHUNKS[0] + CHUNKS[1]))],
    "esmtp.message.unstuffed_size": [str(len(MAIL)), str(len(CHUNKS[0] + CHUNKS[1]))],
    "esmtp.transaction.outcome": ["accepted", "accepted"],
    "esmtp.transaction.method": ["DATA", "BDAT"],
    "esmtp.transaction.rcpt_code": ["250", "550", "250"],
    "esmtp.transaction.subject": ["Dots", "Chunks"],
    "esmtp.transaction.queue_id": ["1234567", "89ABCDE"],
    "imf.subject": ["Dots", "Chunks"],
}


def fields_by_stream(tshark, path, **common):
    """What was found of the fields above: {tcp.stream: {field: values in order}}"""
    streams = {}
    for found in tshark.fields(path, "tcp.stream", *EXPECTED, **common).values():
        stream = streams.setdefault(found.pop("tcp.stream")[0], {field: [] for field in EXPECTED})
        for field, values in found.items():
            stream[field] += values
    return streams
