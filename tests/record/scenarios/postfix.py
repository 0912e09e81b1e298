"""Recordings of Postfix."""

import re
import socket
import struct
import time

from kit import clients, mail, postfix
from kit.catalogue import mail_record
from kit.lab import CLIENT_IP, CLIENT_IP6, RELAY_HOST, RELAY_IP, SERVER_IP, SERVER_IP6, wait_until
from kit.scenario import scenario
from kit.smuggle import between, envelope, letters, smuggle

SUBMISSION = "submission inet n - n - - smtpd -o smtpd_tls_security_level=may -o smtpd_tls_auth_only=yes"


@scenario("postfix-starttls-submission",
          "swaks to Postfix on 587: STARTTLS, AUTH PLAIN, one mail with a 14 kB MIME attachment over many segments. "
          "The capture to begin with.", "postfix")
def starttls_submission(session):
    server = postfix.start(session, services=[SUBMISSION], listens=[587], sasl="PLAIN LOGIN")
    sender, recipient, message_id = "ann@example.org", "bob@example.net", "submission.1@example.org"
    content = mail.attachment_mail(sender, [recipient], "Measurements, with attachment", message_id,
                                   "Hello Bob,\n\nthe measurements are attached.\n\n.A line that begins with a dot.\n\nAnn\n",
                                   14000)
    session.begin(587)
    clients.swaks(session, sender, [recipient], content, "--port", "587", "--tls", "--auth", "PLAIN",
                  "--auth-user", "ann@mx.example.org", "--auth-password", "not-a-secret", tls=True)
    session.stop_capture()
    session.end([mail_record(0, sender, [(recipient, 250)], "accepted", content, tls=True,
                             auth_user="ann@mx.example.org", queue_id=postfix.queue_ids(server)[message_id])], server)


def note(number, sender="ann@example.com", recipients=("bob@example.org",), subject="Note", series="note"):
    return mail.text_mail(sender, list(recipients), f"{subject} {number}", f"{series}.{number}@example.com",
                          f"This is note {number}.\n")


def send_by_data(client, content):
    client.say("DATA", 354)
    client.send(mail.stuffed(content))
    return client.expect(250)


def relay(session, more=None, environment=None):
    """A sending Postfix that holds what it is given, until it is told to send it."""
    return postfix.start(session, {
        "mydestination": "example.com", "relayhost": "[198.51.100.25]", "default_transport": "smtp", "relay_transport": "smtp",
        "smtp_bind_address": RELAY_IP, "inet_protocols": "ipv4", "header_checks": "static:HOLD",
        "smtp_connection_cache_destinations": SERVER_IP, "smtp_connection_cache_time_limit": "5s",
        "smtp_destination_concurrency_limit": "1", "initial_destination_concurrency": "1", **(more or {}),
    }, services=[], listens=[], namespace="client", hostname=RELAY_HOST, environment=environment)


def held_mails(root):
    """The queue ids of the mails that were put on hold, in the order of the log."""
    found = (re.search(r"cleanup\[\d+\]: (\w+): hold:", row) for row in root.log.lines)
    return list(dict.fromkeys(row[1] for row in found if row))


def send_held(root, held, recipients):
    """Reads a mail from the queue (with the Received line it has now), and has it sent to so many recipients. Returns the
    content as queued; the wire is compared with it later."""
    wait_until(lambda: held in root.run("postqueue", "-p"), "the mail in the queue")
    seen = len(root.log.lines)
    queued = root.run("postcat", "-q", "-h", "-b", held)
    root.run("postsuper", "-H", held)
    root.run("postqueue", "-i", held)
    wait_until(lambda: sum(f"{held}: to=" in row for row in root.log.lines[seen:]) >= recipients, f"{held} to be sent")
    return mail.crlf(queued)


def send_from_queue(sender_root, sender, recipients, content):
    """Hands a mail to the sending Postfix and has it sent. Returns the content as send_held()."""
    before = len(held_mails(sender_root))
    text = sender_root.run("sendmail", "-v", "-i", "-f", sender, "--", *recipients, stdin=content.replace(b"\r\n", b"\n"))
    wait_until(lambda: len(held_mails(sender_root)) > before, f"the mail to be held {text}")
    return send_held(sender_root, held_mails(sender_root)[-1], len(recipients))


@scenario("postfix-relay-pipelined",
          "Postfix sending to Postfix on 25, MAIL, RCPT and DATA pipelined, four mails in one connection: one of two "
          "recipients refused (550 5.1.1); the only recipient deferred (450) with the pipelined DATA refused (554); the "
          "only recipient refused, DATA refused again; one plainly accepted.", "postfix")
def relay_pipelined(session):
    server = postfix.start(session, {"smtpd_recipient_restrictions":
                                     "check_recipient_access inline:{{dave@example.org=450 4.2.1 Mailbox busy}}"})
    sending = relay(session)
    cases = [(("bob@example.org", 250), ("nobody@example.org", 550)), (("dave@example.org", 450),),
             (("nobody@example.org", 550),), (("carol@example.org", 250),)]
    sent = []
    session.begin(25)
    for number, recipients in enumerate(cases, 1):
        addresses = [address for address, _ in recipients]
        sent.append(send_from_queue(sending, "ann@example.com", addresses,
                                    note(number, recipients=addresses, series="relay")))
    session.stop_capture()
    ids = postfix.queue_ids(server)
    outcomes = ["accepted", "deferred", "rejected", "accepted"]
    session.end([mail_record(0, "ann@example.com", recipients, outcome, content if outcome == "accepted" else None,
                             queue_id=ids.get(f"relay.{number}@example.com"))
                 for number, (recipients, outcome, content) in enumerate(zip(cases, outcomes, sent), 1)],
                server, logs={"client.log": "\n".join(sending.log.lines) + "\n"})


@scenario("postfix-two-hops",
          "A mail over two servers, both hops in one capture: a client to Postfix on 25, which relays to a second Postfix. One mail is "
          "delivered; one is refused by the second server (550 5.1.1), and the first server returns it to its sender by a bounce.",
          "postfix")
def two_hops(session):
    onwards = f"smtp:[{RELAY_IP}]"
    first = postfix.start(session, {
        "mydestination": "example.org", "relay_domains": "example.net, example.com", "inet_protocols": "ipv4",
        "transport_maps": f"inline:{{example.net={onwards}, example.com={onwards}}}", "smtp_connection_cache_on_demand": "no",
        "header_checks": "static:HOLD", "internal_mail_filter_classes": "bounce"})
    second = postfix.start(session, {"mydestination": "example.net, example.com", "inet_protocols": "ipv4"}, namespace="client",
                           hostname=RELAY_HOST)
    sender, known, unknown = "ann@example.com", "bob@example.net", "nobody@example.net"
    contents = [note(number, sender, [to], series="hop") for number, to in enumerate((known, unknown), 1)]
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    for to, content in zip((known, unknown), contents):
        client.say(f"MAIL FROM:<{sender}>", 250)
        client.say(f"RCPT TO:<{to}>", 250)
        send_by_data(client, content)
    client.quit()
    relayed = [send_held(first, held, 1) for held in held_mails(first)]
    wait_until(lambda: len(held_mails(first)) == 3, "the bounce")
    bounce = send_held(first, held_mails(first)[2], 1)
    session.stop_capture()
    ids, ids_behind = postfix.queue_ids(first), postfix.queue_ids(second)
    bounce_id = re.search(rb"^Message-Id: <(.*)>", bounce, re.MULTILINE | re.IGNORECASE)[1].decode()
    session.end([
        *[mail_record(0, sender, [(to, 250)], "accepted", content, queue_id=ids[f"hop.{number}@example.com"])
          for number, (to, content) in enumerate(zip((known, unknown), contents), 1)],
        mail_record(1, sender, [(known, 250)], "accepted", relayed[0], queue_id=ids_behind["hop.1@example.com"]),
        mail_record(2, sender, [(unknown, 550)], "rejected", None),
        mail_record(3, "", [(sender, 250)], "accepted", bounce, queue_id=ids_behind[bounce_id]),
    ], first, logs={"second.log": "\n".join(second.log.lines) + "\n"})


@scenario("postfix-relay-starttls",
          "Postfix sending to Postfix on 25 over STARTTLS with TLS 1.3: EHLO again under TLS, MAIL, RCPT and DATA pipelined; "
          "two mails, one connection each; in the second connection the TLS session is resumed.", "postfix")
def relay_starttls(session):
    server = postfix.start(session, {"smtpd_tls_security_level": "may"})
    sending = relay(session, {
        "smtp_tls_security_level": "encrypt", "smtp_connection_cache_destinations": "",
        "smtp_tls_session_cache_database": "btree:/var/lib/postfix/smtp_scache",
        # master(8) hands its programs no environment but what is named here.
        "import_environment": "MAIL_CONFIG TZ LANG=C LD_PRELOAD SSLKEYLOGFILE",
    }, environment={"LD_PRELOAD": "/usr/local/lib/keylog.so", "SSLKEYLOGFILE": "/tmp/keylog"})
    sent = []
    session.begin(25)
    for number in (1, 2):
        sent.append(send_from_queue(sending, "ann@example.com", ["bob@example.org"], note(number, series="tls")))
    clients.collect_keylog(session, sending)
    session.stop_capture()
    ids = postfix.queue_ids(server)
    session.end([mail_record(number - 1, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True,
                             queue_id=ids[f"tls.{number}@example.com"]) for number, content in enumerate(sent, 1)],
                server, logs={"client.log": "\n".join(sending.log.lines) + "\n"})


@scenario("postfix-starttls-tls12", "curl to Postfix on 587, held to TLS 1.2: STARTTLS, AUTH PLAIN, one mail.", "postfix")
def starttls_tls12(session):
    server = postfix.start(session, services=[SUBMISSION], listens=[587], sasl="PLAIN LOGIN")
    content = note(1, series="tls12")
    session.begin(587)
    clients.curl(session, "smtp://198.51.100.25:587/client.example.com", "ann@example.com", ["bob@example.org"], content,
                 "--ssl-reqd", "--insecure", "--tls-max", "1.2", "--user", "ann:not-a-secret")
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True, auth_user="ann",
                             queue_id=postfix.queue_ids(server)["tls12.1@example.com"])], server,
                expected={"fields": {"tls.handshake.type": [1, 2, 11, 12, 14, 16, 20, 20]}})


@scenario("postfix-data-refused",
          "A client that pipelines blindly: DATA refused with 554 (no valid recipient) and 503 (no MAIL), each followed by "
          "commands and not by content; then a mail that is taken.", "postfix")
def data_refused(session):
    server = postfix.start(session)
    content = note(1, series="refused")
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.send(envelope("ann@example.com", "nobody@example.org") + "DATA\r\nRSET\r\nVRFY bob@example.org\r\n")
    client.expect(250, 550, 554, 250, 252)
    client.send("DATA\r\nNOOP\r\n" + envelope("ann@example.com", "bob@example.org"))
    client.expect(503, 250, 250, 250)
    send_by_data(client, content)
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("nobody@example.org", 550)], "rejected", None),
                 mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content,
                             queue_id=postfix.queue_ids(server)["refused.1@example.com"])], server)


@scenario("postfix-starttls-refused",
          "STARTTLS refused and the session continued in the clear: with 502 (port 25, not offered), and with 454 (port 587, "
          "offered, but the server's key does not fit); a mail on each.", "postfix")
def starttls_refused(session):
    broken = ("submission inet n - n - - smtpd -o smtpd_tls_security_level=may "
              "-o smtpd_tls_key_file=/etc/certificates/client.key")
    server = postfix.start(session, services=["smtp inet n - n - - smtpd", broken], listens=[25, 587])
    session.begin(25, 587)
    for number, (port, code) in enumerate(((25, 502), (587, 454)), 1):
        client = clients.RawClient(port)
        client.expect(220)
        client.say("EHLO client.example.com", 250)
        client.say("STARTTLS", code)
        client.say("MAIL FROM:<ann@example.com>", 250)
        client.say("RCPT TO:<bob@example.org>", 250)
        send_by_data(client, note(number, series="clear"))
        client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(server)
    session.end([mail_record(number - 1, "ann@example.com", [("bob@example.org", 250)], "accepted",
                             note(number, series="clear"), queue_id=ids[f"clear.{number}@example.com"])
                 for number in (1, 2)], server)


@scenario("postfix-large-mail",
          "One mail of 300 kB over some 200 segments; every tenth line begins with a dot, every hundredth is a lone dot.",
          "postfix")
def large_mail(session):
    server = postfix.start(session)
    sender, recipient, message_id = "ann@example.com", "bob@example.org", "large.1@example.com"
    content = mail.text_mail(sender, [recipient], "Four thousand lines", message_id, mail.dotted_text(4200))
    session.begin(25)
    clients.curl(session, "smtp://198.51.100.25/client.example.com", sender, [recipient], content)
    session.stop_capture()
    session.end([mail_record(0, sender, [(recipient, 250)], "accepted", content,
                             queue_id=postfix.queue_ids(server)[message_id])], server)


@scenario("postfix-tiny-mails-one-segment",
          "Six mails with BDAT, three of them with all their commands and contents in one TCP segment, then three more in "
          "another; the third is empty (`BDAT 0 LAST`).", "postfix")
def tiny_mails(session):
    server = postfix.start(session)
    contents = [note(number, series="tiny") for number in range(1, 6)] + [b""]
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.send(b"".join((envelope("ann@example.com", "bob@example.org") + f"BDAT {len(content)} LAST\r\n").encode()
                         + content for content in contents[-3:]))
    client.expect(*[250] * 9)
    client.send(b"".join((envelope("ann@example.com", "bob@example.org") + f"BDAT {len(content)} LAST\r\n").encode()
                         + content for content in contents[:3]))
    client.expect(*[250] * 9)
    client.quit()
    session.stop_capture()
    queued = [re.search(r"queued as (\w+)", reply)[1] for reply in client.replies if "queued as" in reply]
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, method="BDAT",
                             queue_id=queue_id)
                 for content, queue_id in zip(contents[-3:] + contents[:3], queued)], server,
                expected={"count": {"esmtp.message": 2}})


@scenario("postfix-empty-mail", "A lone dot straight after DATA's 354: a mail without content; then one with one line and "
          "no header.", "postfix")
def empty_mail(session):
    server = postfix.start(session)
    contents = [b"", b"One line, no header.\r\n"]
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("HELO client.example.com", 250)
    queued = []
    for content in contents:
        client.send("MAIL FROM:<ann@example.com>\r\n")
        client.expect(250)
        client.say("RCPT TO:<bob@example.org>", 250)
        queued.append(re.search(r"queued as (\w+)", send_by_data(client, content))[1])
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, queue_id=queue_id)
                 for content, queue_id in zip(contents, queued)], server)


@scenario("postfix-bdat-chunks",
          "CHUNKING: a mail in three chunks, the last `BDAT 0 LAST`, with binary octets (NUL, bare LF, 8-bit, a line that "
          "looks like the end of data); a refused chunk (554, no valid recipient) whose octets follow all the same; "
          "a mail aborted by RSET after its first chunk; then another mail.", "postfix")
def bdat_chunks(session):
    server = postfix.start(session)
    binary = (mail.crlf(mail.header("ann@example.com", ["bob@example.org"], "Binary chunks", "chunks.1@example.com")
                        + "Content-Type: application/octet-stream\nContent-Transfer-Encoding: 8bit\n\n")
              + b"before the dot\r\n.\r\nQUIT\r\nafter it, \x00 and \xff and a bare\nLF\r\n" + bytes(range(256)) * 8 + b"\r\n")
    second = note(2, series="chunks")
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("MAIL FROM:<ann@example.com> BODY=8BITMIME SIZE=%d" % len(binary), 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.send(b"BDAT 1000\r\n" + binary[:1000])
    client.expect(250)
    client.send(b"BDAT %d\r\n" % (len(binary) - 1000) + binary[1000:])
    client.expect(250)
    client.say("BDAT 0 LAST", 250)
    client.send(envelope("ann@example.com", "nobody@example.org").encode() + b"BDAT %d LAST\r\n" % len(second) + second)
    client.expect(250, 550, 554)
    client.say("RSET", 250)
    client.send(envelope("ann@example.com", "carol@example.org").encode() + b"BDAT 10\r\nSubject: x")
    client.expect(250, 250, 250)
    client.say("RSET", 250)
    client.send(envelope("ann@example.com", "bob@example.org").encode() + b"BDAT %d LAST\r\n" % len(second) + second)
    client.expect(250, 250, 250)
    client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(server)
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", binary, method="BDAT",
                             queue_id=ids["chunks.1@example.com"]),
                 mail_record(0, "ann@example.com", [("nobody@example.org", 550)], "rejected", second, method="BDAT"),
                 mail_record(0, "ann@example.com", [("carol@example.org", 250)], "aborted", None),
                 mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", second, method="BDAT",
                             queue_id=ids["chunks.2@example.com"])], server)


@scenario("postfix-dsn", "DSN parameters: RET, ENVID and SIZE on MAIL, NOTIFY and ORCPT (with xtext) on RCPT; a null sender.",
          "postfix")
def dsn(session):
    server = postfix.start(session)
    first, second = note(1, series="dsn"), note(2, series="dsn")
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say(f"MAIL FROM:<ann@example.com> RET=HDRS ENVID=QQ+2B314159 SIZE={len(first)}", 250)
    client.say("RCPT TO:<bob@example.org> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;bob+2Bhome@example.net", 250)
    client.say("RCPT TO:<carol@example.org> NOTIFY=NEVER", 250)
    send_by_data(client, first)
    client.say("MAIL FROM:<> BODY=7BIT RET=FULL", 250)
    client.say("RCPT TO:<bob@example.org> NOTIFY=FAILURE", 250)
    send_by_data(client, second)
    client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(server)
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250), ("carol@example.org", 250)], "accepted", first,
                             queue_id=ids["dsn.1@example.com"]),
                 mail_record(0, "", [("bob@example.org", 250)], "accepted", second, queue_id=ids["dsn.2@example.com"])],
                server, expected={"fields": {
                    "esmtp.mail.ret": ["HDRS", "FULL"], "esmtp.mail.envid": ["QQ+314159"],
                    "esmtp.rcpt.notify": ["SUCCESS", "DELAY", "NEVER", "FAILURE"],
                    "esmtp.rcpt.orcpt": ["bob+home@example.net"], "esmtp.mail.size": [len(first)]},
                    "count": {"esmtp.mail.null_sender": 1}})


@scenario("postfix-smtputf8", "SMTPUTF8: addresses with letters beyond ASCII in local part and domain, a Subject in UTF-8.",
          "postfix")
def smtputf8(session):
    server = postfix.start(session, {"local_recipient_maps": "static:known"})
    sender, recipient, message_id = "jörg@bücher.example", "δοκιμή@example.org", "utf8.1@example.com"
    content = mail.text_mail(sender, [recipient], "Grüße – δοκιμή – 試験", message_id, "Ein Text mit Umlauten: äöü.\n")
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say(f"MAIL FROM:<{sender}> BODY=8BITMIME SMTPUTF8", 250)
    client.say(f"RCPT TO:<{recipient}>", 250)
    send_by_data(client, content)
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, sender, [(recipient, 250)], "accepted", content,
                             queue_id=postfix.queue_ids(server)[message_id])], server,
                expected={"count": {"esmtp.mail.smtputf8": 1},
                          "fields": {"esmtp.transaction.subject": ["Grüße – δοκιμή – 試験"]}})


@scenario("postfix-xclient-xforward",
          "XCLIENT before (granted by a new 220, after which the session starts anew) and XFORWARD within the session, with "
          "xtext in the values; one mail.", "postfix")
def xclient_xforward(session):
    server = postfix.start(session, {"smtpd_authorized_xclient_hosts": CLIENT_IP,
                                     "smtpd_authorized_xforward_hosts": f"{CLIENT_IP}, 203.0.113.77"})
    content = note(1, series="xclient")
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("XCLIENT NAME=spike.example.net ADDR=203.0.113.77 PORT=40001 PROTO=ESMTP HELO=spike.example.net "
               "LOGIN=ann+2Bhome", 220)
    client.say("EHLO spike.example.net", 250)
    client.say("XFORWARD NAME=laptop.example.net ADDR=203.0.113.99 PORT=[UNAVAILABLE]", 250)
    client.say("XFORWARD PROTO=ESMTP HELO=laptop.example.net IDENT=4A+2BB1 SOURCE=REMOTE", 250)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    send_by_data(client, content)
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content,
                             queue_id=postfix.queue_ids(server)["xclient.1@example.com"])], server,
                expected={"fields": {
                    "esmtp.xclient.attribute": ["NAME", "ADDR", "PORT", "PROTO", "HELO", "LOGIN", "NAME", "ADDR", "PORT",
                                                "PROTO", "HELO", "IDENT", "SOURCE"],
                    "esmtp.xclient.value": ["spike.example.net", "203.0.113.77", "40001", "ESMTP", "spike.example.net",
                                            "ann+home", "laptop.example.net", "203.0.113.99", "[UNAVAILABLE]", "ESMTP",
                                            "laptop.example.net", "4A+B1", "REMOTE"]}})


@scenario("postfix-proxy-protocol",
          "A PROXY protocol header before the greeting, as a load balancer sends it: version 1 (a line of text) in the first "
          "connection, version 2 (binary) in the second; a mail in each.", "postfix")
def proxy_protocol(session):
    server = postfix.start(session, {"smtpd_upstream_proxy_protocol": "haproxy"})
    addresses = socket.inet_aton("203.0.113.77") + socket.inet_aton("198.51.100.25") + struct.pack("!HH", 40001, 25)
    headers = (b"PROXY TCP4 203.0.113.77 198.51.100.25 40001 25\r\n",
               b"\r\n\r\n\0\r\nQUIT\n\x21\x11" + struct.pack("!H", len(addresses)) + addresses)
    session.begin(25)
    for number, header in enumerate(headers, 1):
        client = clients.RawClient()
        client.send(header)
        client.expect(220)
        client.say("EHLO client.example.com", 250)
        client.say("MAIL FROM:<ann@example.com>", 250)
        client.say("RCPT TO:<bob@example.org>", 250)
        send_by_data(client, note(number, series="proxy"))
        client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(server)
    session.end([mail_record(number - 1, "ann@example.com", [("bob@example.org", 250)], "accepted",
                             note(number, series="proxy"), queue_id=ids[f"proxy.{number}@example.com"])
                 for number in (1, 2)], server, expected={"fields": {"esmtp.command.verb": None}})


@scenario("postfix-ipv6", "One mail over IPv6, EHLO with an IPv6 address literal.", "postfix")
def ipv6(session):
    server = postfix.start(session)
    content = note(1, series="ipv6")
    session.begin(25)
    client = clients.RawClient(address=SERVER_IP6, source=CLIENT_IP6, family=socket.AF_INET6)
    client.expect(220)
    client.say(f"EHLO [IPv6:{CLIENT_IP6}]", 250)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    send_by_data(client, content)
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content,
                             queue_id=postfix.queue_ids(server)["ipv6.1@example.com"])], server,
                expected={"fields": {"esmtp.helo.ipv6": [CLIENT_IP6]}})


@scenario("postfix-commands",
          "The less common commands and the errors: NOOP, VRFY, ETRN, a nested MAIL (503), lower-case verbs, a mail aborted "
          "by RSET; in the second connection EXPN and HELP, which Postfix does not know (500), a syntax error (501), and "
          "421 from the server for too many errors.", "postfix")
def commands(session):
    server = postfix.start(session, {"smtpd_hard_error_limit": "3", "smtpd_soft_error_limit": "10",
                                     "fast_flush_domains": "example.org"})
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("noop", 250)
    client.say("EHLO client.example.com", 250)
    client.say("Noop with an argument", 250)
    client.say("VRFY bob@example.org", 252)
    client.say("vrfy nobody@example.org", 550)
    client.say("ETRN example.org", 250)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("MAIL FROM:<ann@example.com>", 503)
    client.say("rcpt to:<bob@example.org>", 250)
    client.say("RSET", 250)
    client.quit()
    client = clients.RawClient()
    client.expect(220)
    client.say("HELO client.example.com", 250)
    client.say("EXPN staff", 500)
    client.say("HELP", 500)
    client.say("MAIL FROM:", 501)
    client.expect(421)
    client.close()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "aborted", None),
                 mail_record(1, "", [], "rejected", None)], server)


@scenario("postfix-smtps-openssl", "openssl s_client on 465, the session typed into it; one mail.", "postfix")
def smtps_openssl(session):
    smtps = "smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes -o smtpd_tls_security_level=encrypt"
    server = postfix.start(session, services=[smtps], listens=[465])
    content = note(1, series="openssl")
    clients.put_mail(session, mail.stuffed(content))
    typed = "".join(f"sleep 0.3; printf '{line}\\r\\n'; " for line in
                    ("EHLO client.example.com", "MAIL FROM:<ann@example.com>", "RCPT TO:<bob@example.org>", "DATA"))
    script = f"({typed} sleep 0.3; cat /tmp/mail.eml; sleep 0.3; printf 'QUIT\\r\\n'; sleep 0.3) | " \
             "openssl s_client -quiet -connect 198.51.100.25:465 -keylogfile /tmp/keylog " \
             "-CAfile /etc/certificates/ca.pem -servername mx.example.org"
    session.begin(465)
    session.lab.client.run("sh", "-c", script)
    clients.collect_keylog(session)
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True,
                             queue_id=postfix.queue_ids(server)["openssl.1@example.com"])], server)


@scenario("postfix-requiretls",
          "REQUIRETLS (Postfix 3.11, a script): offered under TLS alone; asked for in the clear, which is refused; under STARTTLS "
          "two mails, one that must not go on without TLS and one that need not.", "postfix-sid")
def requiretls(session):
    root = postfix.start(session, {"smtpd_tls_security_level": "may"}, package="postfix-sid")
    contents = [note(number, series="requiretls") for number in (1, 2)]
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("MAIL FROM:<ann@example.com> REQUIRETLS", 555)
    client.say("STARTTLS", 220)
    client.starttls(session.keylog)
    client.say("EHLO client.example.com", 250)
    for content, parameter in zip(contents, (" REQUIRETLS", "")):
        client.say(f"MAIL FROM:<ann@example.com>{parameter}", 250)
        client.say("RCPT TO:<bob@example.org>", 250)
        send_by_data(client, content)
    client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(root)
    session.end([mail_record(0, "ann@example.com", [], "rejected", None),
                 *(mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True,
                               queue_id=ids[f"requiretls.{number}@example.com"]) for number, content in enumerate(contents, 1))],
                root, expected={"count": {"esmtp.mail.requiretls": 2}})


@scenario("postfix-xverp",
          "XVERP (Postfix): offered to some clients alone; on MAIL it asks for a return path of its own for each recipient, the "
          "second time with delimiters named; a mail each.", "postfix")
def xverp(session):
    root = postfix.start(session, {"smtpd_authorized_verp_clients": CLIENT_IP})
    contents = [note(number, series="verp") for number in (1, 2)]
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    for content, parameter in zip(contents, ("XVERP", "XVERP=-=")):
        client.say(f"MAIL FROM:<ann@example.com> {parameter}", 250)
        client.say("RCPT TO:<bob@example.org>", 250)
        send_by_data(client, content)
    client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(root)
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content,
                             queue_id=ids[f"verp.{number}@example.com"]) for number, content in enumerate(contents, 1)], root)


BARE_LF = "inet n - n - - smtpd -o smtpd_forbid_bare_newline"


@scenario("postfix-smuggling",
          "A mail smuggled into Postfix behind a lone dot between LF and CRLF. With smtpd_forbid_bare_newline = no it takes that "
          "for the end of the data, and executes what stands behind; with yes, on port 587, it takes one mail.", "postfix")
def smuggling(session):
    server = postfix.start(session, services=[f"smtp {BARE_LF}=no", f"submission {BARE_LF}=yes"], listens=[25, 587])
    (first, smuggled), (second, behind) = letters("smuggle", 1), letters("smuggle", 3)
    session.begin(25, 587)
    smuggle(25, first + between(b".\r\n"), smuggled, [250, 250, 250, 354], [250])
    smuggle(587, second + between(b".\r\n"), behind, [], [250])
    session.stop_capture()
    ids = postfix.queue_ids(server)
    session.end([
        mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", first, ids["smuggle.1@example.com"]),
        mail_record(0, "eve@example.net", [("carol@example.org", 250)], "accepted", smuggled, ids["smuggle.2@example.com"]),
        mail_record(1, "ann@example.com", [("bob@example.org", 250)], "accepted", second + between(b".\r\n") + behind,
                    ids["smuggle.3@example.com"])], server,
        expected={"count": {"esmtp.expert.smuggling": 1, "esmtp.expert.end_of_data_lookalike": 2,
                            "esmtp.transaction.smuggled == 1": 1},
                  # What was smuggled is shown with the client's packet, as a part of its content.
                  "fields": {"esmtp.command.verb": ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"] * 2}})
