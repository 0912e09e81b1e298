"""Recordings of Dovecot: its submission server, which relays to a Postfix beside it, and its LMTP server."""

import imaplib
import re
import time

from kit import clients, kerberos, mail, postfix, sasl
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_HOST, SERVER_IP
from kit.scenario import scenario

CONFIGURATION = """
protocols = submission lmtp
listen = {address}
hostname = {host}
base_dir = /run/dovecot
log_path = syslog
auth_verbose = yes
ssl = yes
ssl_cert = </etc/certificates/server.pem
ssl_key = </etc/certificates/server.key
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_krb5_keytab = /etc/dovecot/smtp.keytab
# Dovecot would look for submission@host, clients ask for smtp@host
auth_gssapi_hostname = "$ALL"
mail_location = maildir:~/Maildir
postmaster_address = postmaster@example.org
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = /etc/dovecot/oauth2.conf.ext
}}
passdb {{
  driver = passwd-file
  args = username_format=%n /etc/dovecot/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%n /etc/dovecot/users
}}
submission_relay_host = 127.0.0.1
submission_relay_port = 10025
service submission-login {{
  inet_listener submission {{
    port = 587
  }}
  inet_listener submissions {{
    port = 465
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = 24
  }}
}}
protocol lmtp {{
  mail_plugins = quota
}}
plugin {{
  quota = maildir:User quota
}}
"""

# Carol's mailbox holds a hundred octets: a mail to her is refused once it has come in.
USERS = """ann:{PLAIN}not-a-secret:65534:65534::/var/vmail/ann::
bob:{PLAIN}not-a-secret:65534:65534::/var/vmail/bob::
carol:{PLAIN}not-a-secret:65534:65534::/var/vmail/carol::userdb_quota_rule=*:bytes=100
"""

OAUTH2 = """introspection_mode = local
local_validation_key_dict = fs:posix:prefix=/etc/dovecot/keys/
username_attribute = sub
active_attribute = active
active_value = true
scope = mail
"""

RELAY_SERVICE = "127.0.0.1:10025 inet n - n - - smtpd -o smtpd_authorized_xclient_hosts=127.0.0.1"

TOKEN_KEY = b"a key for recordings, thirty-two octets"


def start(session, *ports, mechanisms="plain login", keytab=None, more=""):
    """Returns the roots of Dovecot and, when it relays, of the Postfix behind it. keytab: of a Kerberos realm to make;
    more: configuration added at the end."""
    relay = None
    if ports != (24,):
        relay = postfix.start(session, services=[RELAY_SERVICE], listens=[10025])
    root = session.lab.root("dovecot")
    root.write("etc/dovecot/dovecot.conf", 
               CONFIGURATION.format(address=SERVER_IP, host=SERVER_HOST, mechanisms=mechanisms) + more)
    root.write("etc/dovecot/users", USERS)
    root.write("etc/dovecot/oauth2.conf.ext", OAUTH2)
    root.write("etc/dovecot/keys/default/HS256/default", sasl.b64(TOKEN_KEY))
    root.run("sh", "-c", "mkdir -p /var/vmail && chown 65534:65534 /var/vmail")
    if keytab:
        kerberos.key_centre(root, keytab)
    root.log.lines.clear()
    root.start("dovecot", "-F")
    for port in ports:
        root.listens(port)
    return root, relay


def letter(series, number, recipients=("bob@example.net",), lines=30):
    return mail.text_mail("ann@example.org", list(recipients), f"Through Dovecot {number}", f"{series}.{number}@example.org",
                          mail.dotted_text(lines))


@scenario("dovecot-submission-starttls",
          "msmtp (GnuTLS) to Dovecot's submission server: STARTTLS, AUTH PLAIN, one mail; the "
          "reply carries the queue id of the Postfix behind it.", "dovecot", "postfix")
def starttls(session):
    root, relay = start(session, 587)
    content = letter("dovecot", 1)
    session.begin(587)
    clients.msmtp(session, ["bob@example.net"], content,
                  {"host": SERVER_HOST, "port": 587, "domain": CLIENT_HOST, "from": "ann@example.org", "tls": "on",
                   "tls_starttls": "on", "tls_trust_file": "/etc/certificates/ca.pem", "auth": "plain", "user": "ann",
                   "password": "not-a-secret"})
    session.stop_capture()
    session.end([mail_record(0, "ann@example.org", [("bob@example.net", 250)], "accepted", content, tls=True, auth_user="ann",
                             queue_id=postfix.queue_ids(relay)["dovecot.1@example.org"])], root,
                logs={"relay.log": "\n".join(relay.log.lines) + "\n"})


@scenario("dovecot-submissions-curl",
          "curl to Dovecot's submission server on 465 (implicit TLS), AUTH PLAIN, a mail of 20 kB "
          "to two recipients.", "dovecot", "postfix")
def submissions(session):
    root, relay = start(session, 465)
    recipients = ["bob@example.net", "carol@example.org"]
    content = mail.attachment_mail("ann@example.org", recipients, "Through Dovecot 2", "dovecot.2@example.org",
                                   "With an attachment.\n", 14000)
    session.begin(465)
    clients.curl(session, f"smtps://{SERVER_HOST}/{CLIENT_HOST}", "ann@example.org", recipients, content,
                 "--user", "ann:not-a-secret")
    session.stop_capture()
    session.end([mail_record(0, "ann@example.org", [(recipient, 250) for recipient in recipients], "accepted", content,
                             tls=True, auth_user="ann", queue_id=postfix.queue_ids(relay)["dovecot.2@example.org"])], root,
                logs={"relay.log": "\n".join(relay.log.lines) + "\n"})


def oauth(session, series, mechanism, method):
    """A good token with a mail, a bad one (the server's error comes as a challenge), one attempt cancelled."""
    root, relay = start(session, 587, mechanisms="plain xoauth2 oauthbearer")
    now = int(time.time())
    token = sasl.json_web_token({"sub": "ann", "active": "true", "scope": "mail", "iat": now - 60, "exp": now + 3600},
                                TOKEN_KEY)
    session.begin(587)
    sasl.succeeded_and_failed(session, series, method, "ann", token, "not.a.token", port=587)
    client = clients.RawClient(587)
    client.expect(220)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    sasl.cancelled(client, mechanism)
    client.quit()
    session.stop_capture()
    session.end([sasl.sent(series, "ann", postfix.queue_ids(relay)[f"{series}.1@example.org"])], root,
                logs={"relay.log": "\n".join(relay.log.lines) + "\n"},
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled"]}})


@scenario("dovecot-auth-xoauth2",
          "AUTH XOAUTH2 in the clear (Dovecot, msmtp): a valid token with a mail; a bad token, for which "
          "the server's error comes as a challenge before the 535; cancelled with `*`.",
          "dovecot", "postfix")
def xoauth2(session):
    oauth(session, "auth-xoauth2", "XOAUTH2", "xoauth2")


@scenario("dovecot-auth-oauthbearer",
          "AUTH OAUTHBEARER in the clear (Dovecot, msmtp): a valid token with a mail; a bad token, "
          "with the error as a challenge; cancelled with `*`.", "dovecot", "postfix")
def oauthbearer(session):
    oauth(session, "auth-oauthbearer", "OAUTHBEARER", "oauthbearer")


@scenario("dovecot-auth-gssapi",
          "AUTH GSSAPI in the clear (Dovecot with Kerberos 5, msmtp): succeeded, with a mail; cancelled.",
          "dovecot", "postfix")
def gssapi(session):
    root, relay = start(session, 587, mechanisms="plain gssapi", keytab="/etc/dovecot/smtp.keytab")
    content = sasl.letter("auth-gssapi")
    kerberos.ticket(session.lab.client)
    session.begin(587)
    clients.msmtp(session, ["bob@example.net"], content,
                  {**sasl.msmtp_settings("gssapi", "ann", "unused", port=587), "host": SERVER_HOST},
                  more_environment=kerberos.TICKET)
    client = clients.RawClient(587)
    client.expect(220)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    sasl.cancelled(client, "GSSAPI")
    client.quit()
    session.stop_capture()
    session.end([sasl.sent("auth-gssapi", "ann", postfix.queue_ids(relay)["auth-gssapi.1@example.org"])], root,
                logs={"relay.log": "\n".join(relay.log.lines) + "\n"},
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "cancelled"]}})


# The keys that URLs are signed with are kept as attributes of the mailbox.
IMAP = f"""
protocols = submission imap
mail_attribute_dict = file:%h/attributes
imap_metadata = yes
imap_urlauth_host = {SERVER_HOST}
imap_urlauth_port = 143
service imap-login {{
  inet_listener imap {{
    port = 143
  }}
}}
"""


def store_and_sign(content):
    """Puts a mail into ann's mailbox. Returns two URLs by which the submission server may fetch it (RFC 4467): one of the
    whole and one of what follows the header."""
    with clients.namespace("client"):
        imap = imaplib.IMAP4(SERVER_IP)
    imap.login("ann", "not-a-secret")
    imap.append("INBOX", None, None, content)
    for section in ("", "/;SECTION=TEXT"):
        imap.xatom("GENURLAUTH", f'"imap://ann@{SERVER_HOST}/INBOX/;UID=1{section};URLAUTH=submit+ann"', "INTERNAL")
    urls = [url.decode().strip('"') for url in imap.response("GENURLAUTH")[1]]
    imap.logout()
    return urls


@scenario("dovecot-burl",
          "BURL (Dovecot): the server fetches the content from the user's IMAP mailbox, by a signed URL: a whole mail; a header "
          "by BDAT and the rest by BURL; a URL whose signature is wrong, which is refused (554). BURL is advertised with the "
          "servers it fetches from once the user is known.", "dovecot", "postfix")
def burl(session):
    root, relay = start(session, 587, 143, more=IMAP)
    content = letter("burl", 1, lines=5)
    whole, text = store_and_sign(content)
    header = mail.crlf(mail.header("ann@example.org", ["bob@example.net"], "Through Dovecot 2", "burl.2@example.org") + "\n")
    session.begin(587)
    client = clients.RawClient(587)
    client.expect(220)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    client.say(f"AUTH PLAIN {sasl.plain('ann', 'not-a-secret')}", 235)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    for before, url, code in ((b"", whole, 250), (b"BDAT %d\r\n" % len(header) + header, text, 250),
                              (b"", whole[:-2] + "00", 554)):
        client.say("MAIL FROM:<ann@example.org>", 250)
        client.say("RCPT TO:<bob@example.net>", 250)
        if before:
            client.send(before)
            client.expect(250)
        client.say(f"BURL {url} LAST", code)
    client.say("RSET", 250)
    client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(relay)
    # No octets of these contents were on the wire as such, but for a header.
    mails = [mail_record(0, "ann@example.org", [("bob@example.net", 250)], outcome, None, auth_user="ann", queue_id=queue_id)
             for outcome, queue_id in (("accepted", ids["burl.1@example.org"]), ("accepted", ids["burl.2@example.org"]),
                                       ("rejected", None))]
    session.end(mails, root, logs={"relay.log": "\n".join(relay.log.lines) + "\n"},
                expected={"fields": {"esmtp.transaction.method": ["BURL"] * 3}})


@scenario("dovecot-lmtp",
          "LMTP on port 24 (`-d tcp.port==24,esmtp` where that port is not set): a mail to three recipients, of whom one is "
          "refused at RCPT (550) and one after the content (552, mailbox full), so the outcome is partial; then a mail taken "
          "for its one recipient.", "dovecot")
def lmtp(session):
    root, _ = start(session, 24)
    first = letter("lmtp", 1, ["bob@example.org", "carol@example.org", "nobody@example.org"])
    second = letter("lmtp", 2, ["bob@example.org"])
    session.begin(24)
    client = clients.RawClient(24)
    client.expect(220)
    client.say(f"LHLO {CLIENT_HOST}", 250)
    client.say("MAIL FROM:<ann@example.org>", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("RCPT TO:<carol@example.org>", 250)
    client.say("RCPT TO:<nobody@example.org>", 550)
    client.say("DATA", 354)
    client.send(mail.stuffed(first))
    client.expect(250, 552)
    client.send("MAIL FROM:<ann@example.org>\r\nRCPT TO:<bob@example.org>\r\nDATA\r\n")
    client.expect(250, 250, 354)
    client.send(mail.stuffed(second))
    client.expect(250)
    client.quit()
    session.stop_capture()
    ids = {found[2]: found[1] for found in
           (re.search(r"<([^<>]+)>: msgid=<(.*?)>: saved mail", row) for row in root.log.lines) if found}
    session.end([mail_record(0, "ann@example.org", [("bob@example.org", 250), ("carol@example.org", 552),
                                                    ("nobody@example.org", 550)], "partial", first,
                             queue_id=ids["lmtp.1@example.org"]),
                 mail_record(0, "ann@example.org", [("bob@example.org", 250)], "accepted", second,
                             queue_id=ids["lmtp.2@example.org"])], root,
                # Of the replies after the content, not the one with the id decides the first mail.
                expected={"arguments": ["-d", "tcp.port==24,esmtp"], "fields": {"esmtp.transaction.queue_id": None}})
