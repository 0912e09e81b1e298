#!/usr/bin/env python3
"""The seed sessions A to E, written packet by packet: no server and no network is needed.

    seeds.py [NAME...]      NAME: one of seed-a-gmail-starttls and so on; all when none is given

The sessions are those of published write-ups, with the addresses given there. What the write-ups left out (the
elided identifier in Gmail's greeting, replies in the style of the server named, the mails) is filled in below.
"""

import base64
import os
import sys

from kit import catalogue, mail, pcapng
from kit.tcpwriter import Connection
from kit.tlspair import TlsPair

START = 1772443800000000  # 2 March 2026, 09:30 UTC, in microseconds

EXIM_HOST = "ip-10-201-52-114.ec2.internal"
EXIM_GREETING = f"220 {EXIM_HOST} ESMTP Exim 4.95 Ubuntu"
EXIM_DATE = " Mon, 02 Mar 2026 09:30:00 +0000"

SUNSITE_GREETING = "220 sunsite.dcc.uchile.cl ESMTP sendmail"

# Session D's TLS records, octet for octet as published.
SUNSITE_CLIENT_HELLO = bytes.fromhex("""
    16030200310100002d0302500bafbbb75ab83ef0ab9ae3f39c6315334137acfd6c181a2460dc4967c2fd96
    0000040033c01101000000""")
SUNSITE_SERVER_HELLO = bytes.fromhex("""
    160303004a02000046030355ff372b3c1cc0ca58a60be0ef6ac701129d0ee64ce2c899e76fb03877689afa
    20ab772d683ae297894b98bab4c54149edb8070f54fc8c5392fa6a586c26682813003300""")
SUNSITE_CERTIFICATE = bytes.fromhex("""
    16030303650b00036100035e00035b308203573082023fa003020102020900c65a2ebc81eb41d230
    0d06092a864886f70d0101050500306b3111300f060355040a130853656e646d61696c3118301606
    0355040b130f53656e646d61696c20536572766572311e301c0603550403131573756e736974652e
    6463632e756368696c652e636c311c301a06092a864886f70d010901160d61646d696e4073756e73
    697465301e170d3135303531343137313634305a170d3235303531313137313634305a306b311130
    0f060355040a130853656e646d61696c31183016060355040b130f53656e646d61696c2053657276
    6572311e301c0603550403131573756e736974652e6463632e756368696c652e636c311c301a0609
    2a864886f70d010901160d61646d696e4073756e7369746530820122300d06092a864886f70d0101
    0105000382010f003082010a0282010100e79d26822ac850d68690622460a8a333215cac5041972f
    19509cabdafa76780abeb8e02bf41312de4312f038e6b2d5163ae35f311dafedd3a0f87949f02250
    4d53742ce1733ca8b644d815b5d67ccea156e3c04161b19d7665d543489f9bcedc81676ea7f3a88c
    c2a3efb50f5a5cecb76a4b6fa0550d774560d9440451d1d5345cbdebb9f19f92fd7c5dc1aa0cd054
    ced25b7fda4580d6e8f0dd3531f0e2b6d85d4045b269ad213b532456949088230ae310ff06904fed
    8f56a8f85c3a075e0cfec6b75a890da6eb2dcd28f8d056127b2b3034a427a7d573dd8fd721f993ad
    1b96635abb71ad8b1aada2879108313ec26f4c4be231aa59c92f50e2c071445f670203010001300d
    06092a864886f70d010105050003820101008daa853aa184591ba2d4b318e347e175ea8a662ce11c
    b83e65447eb4168bde53636f62da1f43506ceadcc45dd5c35a41249ea0c04c0d11bc71b183f9f0ec
    7f90cd55bd8f1fc3fa11efa0f8a2202e22cec7dca4b62d2b24e57f1d85d3996f4c7a533adbd31c3a
    d0211c49e42d0b93acb2e279822f9fa0ac4580d329a4bc2b5847db1ebba3c218213c89cb9d1e6bde
    557d1be3e4a43becdc9a1831e34d49cb1c6983f1e334831a3bc1673851a96ff40a83f084574b09f9
    b0e7b02863e309d7ac587efc09c0e023f958c3696a857bdc5b11d5745899647ecaeb5ae0640a3e10
    5b78e3f4842ad1de279f85dcb1e8c38cd374b9ea390ca458b8dbbd275d7bd42cd65f
    """)


def line(text):
    return text.encode("utf-8") + b"\r\n"


def lines(*texts):
    return b"".join(line(text) for text in texts)


class PlainDialogue:
    """Speaks over a Connection in the clear."""

    def __init__(self, connection, client_chunk=None):
        self.connection = connection
        self.chunk = {"chunk": client_chunk} if client_chunk else {}

    def server(self, *texts):
        self.connection.wait(20)
        self.connection.to_client(lines(*texts))

    def client(self, *texts):
        self.client_octets(lines(*texts))

    def client_octets(self, octets):
        self.connection.wait(15)
        self.connection.to_server(octets, **self.chunk)


class TlsDialogue(PlainDialogue):
    """The same under TLS; the handshake is written on construction."""

    def __init__(self, connection, name):
        super().__init__(connection)
        self.tls = TlsPair(name)
        self.keylog = self.tls.keylog
        for side, records in self.tls.flights:
            connection.wait(10)
            (connection.to_server if side == "client" else connection.to_client)(records)

    def server(self, *texts):
        self.connection.wait(20)
        self.connection.to_client(self.tls.server_write(lines(*texts)))

    def client_octets(self, octets):
        self.connection.wait(15)
        self.connection.to_server(self.tls.client_write(octets))

    def close(self):
        self.connection.to_server(self.tls.client_close())
        self.connection.close()


def send_mail(talk, sender, recipient, content, accepted, replies=("2.1.0 OK", "2.1.5 OK", "354 Go ahead")):
    talk.client(f"MAIL FROM:<{sender}> SIZE={len(content)}")
    talk.server(f"250 {replies[0]}")
    talk.client(f"RCPT TO:<{recipient}>")
    talk.server(f"250 {replies[1]}")
    talk.client("DATA")
    talk.server(replies[2])
    talk.client_octets(mail.stuffed(content))
    talk.server(accepted)


def plain_auth(user, password):
    return base64.b64encode(f"\0{user}\0{password}".encode()).decode()


def seed_a(path):
    sender, recipient, queue_id = "ann@example.org", "bob@example.net", "d2e1a72fcca58-5a8f0c2d1e3sm7654321b3a.14"
    content = mail.attachment_mail(sender, [recipient], "Figures for March", "a.20260302@example.org",
                                   "Hello Bob,\n\nthe figures are attached.\n.\n..and this line begins with two dots.\n",
                                   14000)
    connection = Connection("192.168.0.101", "74.125.24.108", 51234, 587, START)
    talk = PlainDialogue(connection)
    talk.server(f"220 smtp.gmail.com ESMTP {queue_id} - gsmtp")
    talk.client("EHLO smtpclient.apple")
    talk.server("250-smtp.gmail.com at your service, [2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d]",
                "250-SIZE 35882577", "250-8BITMIME", "250-STARTTLS", "250-ENHANCEDSTATUSCODES", "250-PIPELINING",
                "250-CHUNKING", "250 SMTPUTF8")
    talk.client("STARTTLS")
    talk.server("220 2.0.0 Ready to start TLS")

    talk = TlsDialogue(connection, "smtp.gmail.com")
    talk.client("EHLO smtpclient.apple")
    talk.server("250-smtp.gmail.com at your service, [2400:1a00:b1e0:d184:b15e:b9c3:ca7b:5a7d]",
                "250-SIZE 35882577", "250-8BITMIME", "250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH",
                "250-ENHANCEDSTATUSCODES", "250-PIPELINING", "250-CHUNKING", "250 SMTPUTF8")
    talk.client(f"AUTH PLAIN {plain_auth(sender, 'not-a-secret')}")
    talk.server("235 2.7.0 Accepted")
    suffix = f" {queue_id} - gsmtp"
    send_mail(talk, sender, recipient, content, f"250 2.0.0 OK  1772443801{suffix}",
              (f"2.1.0 OK{suffix}", f"2.1.5 OK{suffix}", f"354 Go ahead{suffix}"))
    talk.client("QUIT")
    talk.server(f"221 2.0.0 closing connection{suffix}")
    talk.close()
    pcapng.write(path, connection.frames, talk.keylog)
    return [catalogue.mail_record(0, sender, [(recipient, 250)], "accepted", content, tls=True, auth_user=sender)]


def greeting_only(greeting, **link):
    connection = Connection("10.21.16.214", "10.201.52.114", 40122, 25, START, **link)
    talk = PlainDialogue(connection)
    talk.server(greeting)
    talk.client("QUIT")
    talk.server(f"221 {EXIM_HOST} closing connection")
    connection.close("server")
    return connection.frames


def seed_b(path):
    pcapng.write(path, greeting_only(EXIM_GREETING))
    return []


def seed_b_raw_ip(path):
    """No link header, TCP timestamps and the date: the 142 octets of the write-up."""
    frames = greeting_only(EXIM_GREETING + EXIM_DATE, ethernet=False, timestamps=True)
    pcapng.write(path, frames, linktype=pcapng.LINKTYPE_RAW_IP)
    return []


def seed_c(path):
    sender, recipient = "user@client.thm", "recipient@server.thm"
    content = mail.crlf(f"From: {sender}\nTo: {recipient}\nSubject: Test\n\nThis is a test email.\n")
    connection = Connection("10.21.16.214", "10.201.52.114", 40124, 25, START)
    talk = PlainDialogue(connection, client_chunk=1)
    talk.server(EXIM_GREETING + EXIM_DATE)
    talk.client("HELO client.thm")
    talk.server(f"250 {EXIM_HOST} Hello client.thm [10.21.16.214]")
    talk.client(f"MAIL FROM:<{sender}>")
    talk.server("250 OK")
    talk.client(f"RCPT TO:<{recipient}>")
    talk.server("250 Accepted")
    talk.client("DATA")
    talk.server('354 Enter message, ending with "." on a line by itself')
    talk.client_octets(mail.stuffed(content))
    talk.server("250 OK id=1vx02i-0000Ab-1C")
    talk.client("QUIT")
    talk.server(f"221 {EXIM_HOST} closing connection")
    connection.close("server")
    pcapng.write(path, connection.frames)
    return [catalogue.mail_record(0, sender, [(recipient, 250)], "accepted", content, queue_id="1vx02i-0000Ab-1C")]


def sunsite_connection(number):
    connection = Connection("192.0.2.10", "192.80.24.2", 49150 + number, 25, START + number * 10_000_000)
    talk = PlainDialogue(connection)
    talk.server(SUNSITE_GREETING)
    return connection, talk


def seed_d(path):
    ehlo, talk = sunsite_connection(1)
    talk.client("EHLO example.com")
    talk.server("250-sunsite.dcc.uchile.cl Hello , pleased to meet you", "250-ENHANCEDSTATUSCODES", "250-PIPELINING",
                "250-8BITMIME", "250-SIZE", "250-DSN", "250-STARTTLS", "250-DELIVERBY", "250 HELP")
    ehlo.close()

    help_, talk = sunsite_connection(2)
    talk.client("HELP")
    talk.server("214-2.0.0 ", "214-2.0.0 You really should RTFM", "214-2.0.0 ", "214 2.0.0 End of HELP info")
    help_.close()

    starttls, talk = sunsite_connection(3)
    talk.client("STARTTLS")
    talk.server("220 2.0.0 Ready to start TLS")
    talk.client_octets(SUNSITE_CLIENT_HELLO)
    starttls.to_client(SUNSITE_SERVER_HELLO)
    starttls.to_client(SUNSITE_CERTIFICATE)
    starttls.close()
    pcapng.write(path, ehlo.frames + help_.frames + starttls.frames)
    return []


def seed_e(path):
    sender, recipient, queue_id = "ann@example.org", "bob@example.net", "4fVc2Y0kXzz1"
    content = mail.text_mail(sender, [recipient], "Sent over implicit TLS", "e.20260302@example.org",
                             "Hello Bob,\n\nthis connection was TLS from its first byte.\n"
                             + mail.dotted_text(60) + "\nAnn\n")
    connection = Connection("192.0.2.10", "198.51.100.25", 51300, 465, START)
    talk = TlsDialogue(connection, "mx.example.org")
    talk.server("220 mx.example.org ESMTP Postfix")
    talk.client("EHLO client.example.com")
    talk.server("250-mx.example.org", "250-PIPELINING", "250-SIZE 10240000", "250-AUTH PLAIN LOGIN",
                "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250 DSN")
    talk.client(f"AUTH PLAIN {plain_auth('ann', 'not-a-secret')}")
    talk.server("235 2.7.0 Authentication successful")
    send_mail(talk, sender, recipient, content, f"250 2.0.0 Ok: queued as {queue_id}",
              ("2.1.0 Ok", "2.1.5 Ok", "354 End data with <CR><LF>.<CR><LF>"))
    talk.client("QUIT")
    talk.server("221 2.0.0 Bye")
    talk.close()
    pcapng.write(path, connection.frames, talk.keylog)
    return [catalogue.mail_record(0, sender, [(recipient, 250)], "accepted", content, tls=True, auth_user="ann",
                                  queue_id=queue_id)]


SEEDS = {
    "seed-a-gmail-starttls": (seed_a, "Seed A: submission to Gmail. Seven capabilities before TLS, `220 2.0.0` to STARTTLS, "
                              "then a TLS 1.3 handshake, AUTH PLAIN and a 20 kB mail with an attachment in many segments "
                              "(secrets inside). The identifier elided in the write-up is filled in.", {}),
    "seed-b-greeting": (seed_b, "Seed B: the greeting as in the write-up; frame 4's Info is "
                        f"`S: {EXIM_GREETING}`.", {}),
    "seed-b-greeting-raw-ip": (seed_b_raw_ip, "Seed B again, without a link header and with Exim's date: frame 4 has the "
                               "write-up's 142 octets.", {}),
    "seed-c-telnet": (seed_c, "Seed C: typed by hand, one octet a segment from the client, CR and LF apart; one mail; "
                      "replies in Exim's style.", {}),
    "seed-d-sendmail": (seed_d, "Seed D: three connections: EHLO with a SIZE that has no number; HELP with two empty texts; "
                        "STARTTLS without EHLO, followed by the published TLS 1.1 client hello, server hello and "
                        "certificate.", {"fields": {"tls.handshake.type": [1, 2, 11]}}),
    "seed-e-implicit-tls": (seed_e, "Seed E: a whole mail on port 465, TLS 1.3 from the first byte (secrets inside).", {}),
}


def write_seed(name):
    write, shows, expected = SEEDS[name]
    path = catalogue.capture_path(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    catalogue.publish(name, shows, write(path), expected=expected, command=f"tests/record/seeds.py {name}")


if __name__ == "__main__":
    for seed in sys.argv[1:] or SEEDS:
        write_seed(seed)
        print(f"wrote {seed}.pcapng")
