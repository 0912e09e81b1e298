"""Recordings of OpenSMTPD."""

import re

from kit import clients, mail
from kit.catalogue import mail_record
from kit.lab import SERVER_HOST, SERVER_IP
from kit.scenario import scenario

CONFIGURATION = """
pki {host} cert "/etc/certificates/server-ec.pem"
pki {host} key "/etc/ssl/private/server.key"
table credentials {{ ann = "{password}" }}
listen on {address} port 25 tls pki {host} hostname {host}
listen on {address} port 465 smtps pki {host} auth <credentials> hostname {host}
listen on {address} port 587 tls-require pki {host} auth <credentials> hostname {host}
table mailboxes {{ "bob@example.org" = nobody, "bob@example.net" = nobody }}
action "forget" mda "/bin/cat >/dev/null" virtual <mailboxes>
match from any for domain {{ "example.org", "example.net" }} action "forget"
match auth from any for any action "forget"
"""


def start(session, *ports):
    root = session.lab.root("opensmtpd")
    password = root.run("smtpctl", "encrypt", "not-a-secret").split()[-1]
    root.write("etc/smtpd.conf", CONFIGURATION.format(host=SERVER_HOST, address=SERVER_IP, password=password))
    root.write("etc/ssl/private/server.key", root.read("etc/certificates/server-ec.key"), 0o600)
    for path in ("etc/ssl/cert.pem", "etc/ssl/certs/ca-certificates.crt"):
        root.write(path, root.read("etc/certificates/ca.pem"))
    root.start("smtpd", "-d")
    for port in ports:
        root.listens(port)
    return root


def queue_ids(root):
    """The envelope's ids in the order of arrival: OpenSMTPD logs no message id, so its order is what tells."""
    found = (re.search(r"smtp message msgid=(\w+) ", row) for row in root.log.lines)
    return [match[1] for match in found if match]


def letter(series, number, body_lines=20):
    return mail.text_mail("ann@example.com", ["bob@example.org"], f"To OpenSMTPD {number}", f"{series}.{number}@example.com",
                          mail.dotted_text(body_lines))


@scenario("opensmtpd-starttls-msmtp", "msmtp (GnuTLS) to OpenSMTPD on 587: STARTTLS, AUTH, one mail.", "opensmtpd")
def starttls(session):
    root = start(session, 587)
    content = letter("opensmtpd", 1, 60)
    session.begin(587)
    clients.msmtp(session, ["bob@example.org"], content,
                  {"host": SERVER_HOST, "port": 587, "domain": "client.example.com", "from": "ann@example.com", "tls": "on",
                   "tls_starttls": "on", "tls_trust_file": "/etc/certificates/ca.pem", "auth": "plain", "user": "ann",
                   "password": "not-a-secret"})
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", content, tls=True,
                             auth_user="ann", queue_id=queue_ids(root)[0])], root)


@scenario("opensmtpd-smtps-curl", "curl to OpenSMTPD on 465 (implicit TLS): AUTH, one mail to two recipients, the second of "
          "whom is refused (curl's --mail-rcpt-allowfails).", "opensmtpd")
def smtps(session):
    root = start(session, 465)
    content = letter("opensmtpd", 2)
    session.begin(465)
    clients.curl(session, f"smtps://{SERVER_HOST}/client.example.com", "ann@example.com",
                 ["bob@example.org", "nobody@example.org"], content, "--mail-rcpt-allowfails",
                 "--user", "ann:not-a-secret")
    session.stop_capture()
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250), ("nobody@example.org", 524)], "accepted",
                             content, tls=True, auth_user="ann", queue_id=queue_ids(root)[0])], root)


@scenario("opensmtpd-plain", "A script to OpenSMTPD on 25 in the clear: a refused recipient, two mails, a command "
          "it does not know.", "opensmtpd")
def plain(session):
    root = start(session, 25)
    session.begin(25)
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("EXPN staff", 500)
    for number, refused in ((1, False), (2, True)):
        client.say("MAIL FROM:<ann@example.com>", 250)
        if refused:
            client.say("RCPT TO:<nobody@example.org>", 524)
        client.say("RCPT TO:<bob@example.org>", 250)
        client.say("DATA", 354)
        client.send(mail.stuffed(letter("plain", number)))
        client.expect(250)
    client.quit()
    session.stop_capture()
    ids = queue_ids(root)
    session.end([mail_record(0, "ann@example.com", [("bob@example.org", 250)], "accepted", letter("plain", 1),
                             queue_id=ids[0]),
                 mail_record(0, "ann@example.com", [("nobody@example.org", 524), ("bob@example.org", 250)], "accepted",
                             letter("plain", 2), queue_id=ids[1])], root)
