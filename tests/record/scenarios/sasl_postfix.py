"""Recordings of SASL mechanisms in the clear, Postfix with Cyrus SASL."""

from kit import clients, mail, postfix, sasl
from kit.scenario import scenario

MECHANISMS = "PLAIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-1 SCRAM-SHA-256 ANONYMOUS NTLM"


def server(session):
    return postfix.start(session, {"smtpd_sasl_security_options": "", "smtpd_sasl_local_domain": "mx.example.org"},
                         sasl=MECHANISMS)


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
