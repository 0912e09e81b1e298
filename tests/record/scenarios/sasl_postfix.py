"""Recordings of SASL mechanisms in the clear, Postfix with Cyrus SASL."""

import os

from kit import clients, kerberos, mail, postfix, sasl
from kit.lab import SERVER_HOST
from kit.scenario import scenario

MECHANISMS = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 ANONYMOUS NTLM"


def server(session, mechanisms=MECHANISMS, more=""):
    return postfix.start(session, {"smtpd_sasl_security_options": "", "smtpd_sasl_local_domain": "mx.example.org"},
                         sasl=mechanisms + more)


def connect():
    client = clients.RawClient()
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    return client


def by_msmtp(session, series, method, mechanism):
    """msmtp succeeds with a mail, msmtp fails, a script cancels."""
    root = server(session)
    session.begin(25)
    sasl.succeeded_and_failed(session, series, method, sasl.USER, sasl.PASSWORD, "wrong")
    client = connect()
    initial = sasl.b64("n,,n=ann,r=abcdefghijklmnop") if mechanism.startswith("SCRAM") else None
    sasl.cancelled(client, mechanism, initial)
    client.quit()
    session.stop_capture()
    queue_id = postfix.queue_ids(root)[f"{series}.1@example.org"]
    session.end([sasl.sent(series, sasl.USER, queue_id)], root,
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled"]}})


def register(mechanism, method):
    series = f"auth-{mechanism.lower()}"

    @scenario(f"postfix-{series}", f"AUTH {mechanism} in the clear, Postfix with Cyrus SASL: succeeded (msmtp, with a mail), "
              "failed (msmtp, wrong password), cancelled with `*` (a script).", "postfix")
    def record(session):
        by_msmtp(session, series, method, mechanism)
    return record


for name, method_name in (("CRAM-MD5", "cram-md5"), ("DIGEST-MD5", "digest-md5"), ("SCRAM-SHA-1", "scram-sha-1"),
                          ("SCRAM-SHA-256", "scram-sha-256"), ("NTLM", "ntlm")):
    register(name, method_name)


@scenario("postfix-auth-plain",
          "AUTH PLAIN in the clear: with the initial response (msmtp, succeeded, a mail; then a wrong password); by a script: "
          "without it and cancelled, refused, then succeeded, and a further AUTH refused (503), all in one "
          "session.", "postfix")
def plain(session):
    root = server(session)
    session.begin(25)
    sasl.succeeded_and_failed(session, "auth-plain", "plain", sasl.USER, sasl.PASSWORD, "wrong")
    client = connect()
    sasl.cancelled(client, "PLAIN")
    client.say("AUTH PLAIN", 334)
    client.say(sasl.plain(sasl.USER, "wrong"), 535)
    client.say("AUTH PLAIN", 334)
    client.say(sasl.plain(sasl.USER, sasl.PASSWORD, sasl.USER), 235)
    client.say("AUTH PLAIN", 503)
    client.quit()
    session.stop_capture()
    queue_id = postfix.queue_ids(root)["auth-plain.1@example.org"]
    session.end([sasl.sent("auth-plain", sasl.USER, queue_id)], root,
                expected={"fields": {"esmtp.auth.username": [sasl.USER] * 4}})


@scenario("postfix-auth-login",
          "AUTH LOGIN in the clear: succeeded (msmtp, a mail), failed (msmtp, wrong password); by a script: cancelled at the "
          "password, then succeeded with the user name as initial response; two mails in all.", "postfix")
def login(session):
    root = server(session)
    session.begin(25)
    sasl.succeeded_and_failed(session, "auth-login", "login", sasl.USER, sasl.PASSWORD, "wrong")
    client = connect()
    client.say("AUTH LOGIN", 334)
    client.say(sasl.b64(sasl.USER), 334)
    client.say("*", 501)
    client.say(f"AUTH LOGIN {sasl.b64(sasl.USER)}", 334)
    client.say(sasl.b64(sasl.PASSWORD), 235)
    client.say("MAIL FROM:<ann@example.org> AUTH=ann+2Bhome@example.org", 250)
    client.say("RCPT TO:<bob@example.net>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(sasl.letter("auth-login", 2)))
    client.expect(250)
    client.quit()
    session.stop_capture()
    ids = postfix.queue_ids(root)
    second = sasl.sent("auth-login", sasl.USER, ids["auth-login.2@example.org"], stream=2)
    second["content"] = sasl.letter("auth-login", 2)
    session.end([sasl.sent("auth-login", sasl.USER, ids["auth-login.1@example.org"]), second], root,
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled", "succeeded"],
                                     "esmtp.mail.auth": ["ann+home@example.org"]}})


def send_letter(client, series):
    client.say("MAIL FROM:<ann@example.org>", 250)
    client.say("RCPT TO:<bob@example.net>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(sasl.letter(series)))
    client.expect(250)


@scenario("postfix-auth-scram-sha-512",
          "AUTH SCRAM-SHA-512 in the clear, Postfix with Cyrus SASL, a script: succeeded, with a mail; failed (wrong "
          "password), then cancelled with `*`; in two more connections SCRAM-SHA-224 and SCRAM-SHA-384 succeeded.", "postfix")
def scram_sha_512(session):
    root = server(session, "PLAIN SCRAM-SHA-224 SCRAM-SHA-384 SCRAM-SHA-512")
    session.begin(25)
    client = connect()
    sasl.scram(client, "SCRAM-SHA-512", sasl.Scram("sha512", sasl.USER, sasl.PASSWORD))
    send_letter(client, "auth-scram-sha-512")
    client.quit()
    client = connect()
    sasl.scram(client, "SCRAM-SHA-512", sasl.Scram("sha512", sasl.USER, "wrong"), 535)
    sasl.cancelled(client, "SCRAM-SHA-512", sasl.Scram("sha512", sasl.USER, sasl.PASSWORD).first())
    client.quit()
    for size in (224, 384):
        client = connect()
        sasl.scram(client, f"SCRAM-SHA-{size}", sasl.Scram(f"sha{size}", sasl.USER, sasl.PASSWORD))
        client.quit()
    session.stop_capture()
    session.end([sasl.sent("auth-scram-sha-512", sasl.USER, postfix.queue_ids(root)["auth-scram-sha-512.1@example.org"])],
                root, expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled", "succeeded", "succeeded"],
                                           "esmtp.auth.username": [sasl.USER] * 5}})


@scenario("postfix-auth-otp",
          "AUTH OTP (one-time passwords) in the clear, Postfix with Cyrus SASL, a script: succeeded, with a mail; failed (the same "
          "password again), then cancelled.", "postfix")
def one_time_password(session):
    root = server(session, "PLAIN OTP")
    session.begin(25)
    initial = sasl.b64(f"\0{sasl.USER}")
    client = connect()
    answer = sasl.otp(client.say(f"AUTH OTP {initial}", 334)[4:], sasl.PASSWORD)
    client.say(answer, 235)
    send_letter(client, "auth-otp")
    client.quit()
    client = connect()
    client.say(f"AUTH OTP {initial}", 334)
    client.say(answer, 535)
    sasl.cancelled(client, "OTP", initial)
    client.quit()
    session.stop_capture()
    session.end([sasl.sent("auth-otp", sasl.USER, postfix.queue_ids(root)["auth-otp.1@example.org"])], root,
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled"],
                                     "esmtp.auth.username": [sasl.USER] * 3,
                                     "esmtp.transaction.auth_username": [sasl.USER]}})


@scenario("postfix-auth-gss-spnego",
          "AUTH GSS-SPNEGO (Kerberos 5 within SPNEGO) in the clear, Postfix with Cyrus SASL, a script: succeeded, with a mail; "
          "failed (not a token); cancelled.", "postfix")
def gss_spnego(session):
    root = server(session, "PLAIN GSS-SPNEGO", "\nkeytab: /etc/postfix/smtp.keytab")
    kerberos.key_centre(root, "/etc/postfix/smtp.keytab")
    kerberos.ticket(session.lab.client)
    session.begin(25)
    client = connect()
    by_spnego(session, client)
    send_letter(client, "auth-gss-spnego")
    client.quit()
    client = connect()
    client.say(f"AUTH GSS-SPNEGO {sasl.b64('not a token')}", 535)
    sasl.cancelled(client, "GSS-SPNEGO")
    client.quit()
    session.stop_capture()
    queue_id = postfix.queue_ids(root)["auth-gss-spnego.1@example.org"]
    session.end([sasl.sent("auth-gss-spnego", sasl.USER, queue_id)], root,
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "failed", "cancelled"]}})


def by_spnego(session, client):
    """The tokens are made by a program in the client's root, which holds the ticket."""
    with open(os.path.join(os.path.dirname(clients.__file__), "spnego.py"), "rb") as program:
        session.lab.client.write("tmp/spnego.py", program.read())
    with session.lab.client.open("python3", "/tmp/spnego.py", f"smtp@{SERVER_HOST}", environment=kerberos.TICKET) as maker:
        token = maker.stdout.readline().strip()
        client.send(f"AUTH GSS-SPNEGO {token}\r\n")
        while (reply := client.reply()).startswith("334"):
            print(reply[4:], file=maker.stdin, flush=True)
            client.send(maker.stdout.readline().strip() + "\r\n")
        maker.stdin.close()
    if not reply.startswith("235"):
        raise RuntimeError(f"expected 235, heard {reply}")


@scenario("postfix-auth-anonymous", "AUTH ANONYMOUS with a trace, then a mail; in a second connection cancelled.", "postfix")
def anonymous(session):
    root = server(session)
    content = sasl.letter("auth-anonymous")
    session.begin(25)
    client = connect()
    client.say(f"AUTH ANONYMOUS {sasl.b64('visitor@example.com')}", 235)
    client.say("MAIL FROM:<ann@example.org>", 250)
    client.say("RCPT TO:<bob@example.net>", 250)
    client.say("DATA", 354)
    client.send(mail.stuffed(content))
    client.expect(250)
    client.quit()
    client = connect()
    sasl.cancelled(client, "ANONYMOUS")
    client.quit()
    session.stop_capture()
    session.end([sasl.sent("auth-anonymous", "anonymous", postfix.queue_ids(root)["auth-anonymous.1@example.org"])], root,
                expected={"fields": {"esmtp.auth.outcome": ["succeeded", "cancelled"]}})
