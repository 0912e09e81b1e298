"""Recordings of Dovecot 2.4, for the mechanisms that are bound to the TLS channel."""

import ssl

from kit import clients, mail, postfix, sasl
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_HOST, SERVER_IP
from kit.scenario import scenario
from scenarios.dovecot import RELAY_SERVICE

CONFIGURATION = f"""
dovecot_config_version = 2.4.0
dovecot_storage_version = 2.4.0
protocols = submission
listen = {SERVER_IP}
hostname = {SERVER_HOST}
base_dir = /run/dovecot
log_path = syslog
auth_verbose = yes
ssl = yes
ssl_server_cert_file = /etc/certificates/server.pem
ssl_server_key_file = /etc/certificates/server.key
auth_mechanisms = plain scram-sha-1 scram-sha-256 scram-sha-1-plus scram-sha-256-plus
mail_driver = maildir
mail_path = ~/Maildir
passdb passwd-file {{
  passwd_file_path = /etc/dovecot/users
}}
userdb passwd-file {{
  passwd_file_path = /etc/dovecot/users
}}
submission_relay_host = 127.0.0.1
submission_relay_port = 10025
service submission-login {{
  inet_listener submission {{
    port = 587
  }}
}}
"""


def start(session):
    """Returns the roots of Dovecot and of the Postfix behind it."""
    relay = postfix.start(session, services=[RELAY_SERVICE], listens=[10025])
    root = session.lab.root("dovecot-trixie")
    root.write("etc/dovecot/dovecot.conf", CONFIGURATION)
    root.write("etc/dovecot/users", "ann:{PLAIN}not-a-secret:65534:65534::/var/vmail/ann::\n")
    root.run("sh", "-c", "mkdir -p /var/vmail && chown 65534:65534 /var/vmail")
    root.log.lines.clear()
    root.start("dovecot", "-F")
    root.listens(587)
    return root, relay


def connect(session, newest=ssl.TLSVersion.TLSv1_3):
    """A script under TLS; returns it and how its channel is bound."""
    client = clients.RawClient(587)
    client.expect(220)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    client.say("STARTTLS", 220)
    client.starttls(session.keylog, newest)
    client.say(f"EHLO {CLIENT_HOST}", 250)
    return client, client.channel_binding(session.keylog)


@scenario("dovecot-auth-scram-plus",
          "AUTH SCRAM-SHA-256-PLUS and SCRAM-SHA-1-PLUS under STARTTLS (Dovecot 2.4, a script). TLS 1.3, bound by tls-exporter: "
          "succeeded, with a mail; in a second connection failed (bound to another channel) and cancelled. TLS 1.2, bound by "
          "tls-unique: succeeded.", "dovecot-trixie", "postfix")
def scram_plus(session):
    root, relay = start(session)
    content = sasl.letter("auth-scram-plus")
    session.begin(587)
    client, binding = connect(session)
    sasl.scram(client, "SCRAM-SHA-256-PLUS", sasl.Scram("sha256", sasl.USER, sasl.PASSWORD, binding))
    client.say("MAIL FROM:<ann@example.org>", 250)
    client.say("RCPT TO:<bob@example.net>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(content))
    client.expect(250)
    client.quit()
    client, other = connect(session)
    sasl.scram(client, "SCRAM-SHA-256-PLUS", sasl.Scram("sha256", sasl.USER, sasl.PASSWORD, binding), 535)
    sasl.cancelled(client, "SCRAM-SHA-256-PLUS", sasl.Scram("sha256", sasl.USER, sasl.PASSWORD, other).first())
    client.quit()
    client, binding = connect(session, ssl.TLSVersion.TLSv1_2)
    sasl.scram(client, "SCRAM-SHA-1-PLUS", sasl.Scram("sha1", sasl.USER, sasl.PASSWORD, binding))
    client.quit()
    session.stop_capture()
    session.end([mail_record(0, "ann@example.org", [("bob@example.net", 250)], "accepted", content, tls=True,
                             auth_user=sasl.USER, queue_id=postfix.queue_ids(relay)["auth-scram-plus.1@example.org"])], root,
                logs={"relay.log": "\n".join(relay.log.lines) + "\n"},
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled", "succeeded"],
                                     "esmtp.auth.username": [sasl.USER] * 4}})
