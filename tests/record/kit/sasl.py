"""SASL messages, computed for the clients that are scripts, and the common course of a SASL recording."""

import base64
import hashlib
import hmac
import json

from kit import clients, mail
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_IP

USER, PASSWORD = "ann", "not-a-secret"


def b64(data):
    return base64.b64encode(data.encode("utf-8") if isinstance(data, str) else data).decode("ascii")


def plain(user, password, authzid=""):
    return b64(f"{authzid}\0{user}\0{password}")


def cram(challenge, user, password, digest="md5"):
    """RFC 2195, and with other digests what Courier has made of it. challenge: the text after 334."""
    return b64(f"{user} {hmac.new(password.encode(), base64.b64decode(challenge), digest).hexdigest()}")


def otp(challenge, password):
    """RFC 2289, 6 and RFC 2243. challenge: the text after 334, such as "otp-md5 499 ke1234 ext" in base64."""
    algorithm, count, seed, *_ = base64.b64decode(challenge).decode().split()
    if algorithm != "otp-md5":
        raise RuntimeError(f"no {algorithm} here")
    word = seed.lower().encode() + password.encode()
    for _ in range(int(count) + 1):
        digest = hashlib.md5(word).digest()
        word = bytes(a ^ b for a, b in zip(digest[:8], digest[8:]))
    return b64(f"hex:{word.hex()}")


class Scram:
    """The client's side of one SCRAM exchange (RFC 5802). binding: (name, data) of the TLS channel for the -PLUS
    mechanisms. A wrong signature of the server is an error."""

    NONCE = "fyko-d2lbbFgONRv9qkxdawL"

    def __init__(self, digest, user, password, binding=None):
        self.digest, self.password = digest, password
        self.header = f"p={binding[0]},," if binding else "n,,"
        self.binding = binding[1] if binding else b""
        self.bare = f"n={user},r={self.NONCE}"
        self.signature = None

    def first(self):
        return b64(self.header + self.bare)

    def final(self, challenge):
        """challenge: the server's first message, in base64."""
        server_first = base64.b64decode(challenge).decode()
        value = dict(part.split("=", 1) for part in server_first.split(","))
        salted = hashlib.pbkdf2_hmac(self.digest, self.password.encode(), base64.b64decode(value["s"]), int(value["i"]))
        client_key = self._hmac(salted, b"Client Key")
        unproved = f"c={b64(self.header.encode() + self.binding)},r={value['r']}"
        signed = f"{self.bare},{server_first},{unproved}".encode()
        proof = bytes(a ^ b for a, b in zip(client_key, self._hmac(hashlib.new(self.digest, client_key).digest(), signed)))
        self.signature = self._hmac(self._hmac(salted, b"Server Key"), signed)
        return b64(f"{unproved},p={b64(proof)}")

    def check(self, outcome):
        """outcome: the server's final message, in base64."""
        if base64.b64decode(outcome) != b"v=" + b64(self.signature).encode():
            raise RuntimeError(f"the server's signature is wrong: {base64.b64decode(outcome)}")

    def _hmac(self, key, data):
        return hmac.new(key, data, self.digest).digest()


def scram(client, mechanism, exchange, code=235):
    """The whole of one AUTH by a script, up to the reply with that code."""
    challenge = client.say(f"AUTH {mechanism} {exchange.first()}", 334)[4:]
    if code != 235:
        client.say(exchange.final(challenge), code)
        return
    exchange.check(client.say(exchange.final(challenge), 334)[4:])
    client.say("", code)


def json_web_token(claims, key):
    """A signed (HS256) token, RFC 7519."""
    def part(data):
        return base64.urlsafe_b64encode(data).rstrip(b"=")
    signed = part(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()) + b"." + part(json.dumps(claims).encode())
    return (signed + b"." + part(hmac.new(key, signed, hashlib.sha256).digest())).decode()


def letter(series, number=1):
    return mail.text_mail("ann@example.org", ["bob@example.net"], f"Sent after AUTH ({series})",
                          f"{series}.{number}@example.org", "The user has authenticated.\n")


def msmtp_settings(method, user, password, port=25, **more):
    return {"host": SERVER_IP, "port": port, "domain": CLIENT_HOST, "from": "ann@example.org", "tls": "off",
            "auth": method, "user": user, "password": password, **more}


def succeeded_and_failed(session, series, method, user, password, wrong, port=25):
    """Two connections of msmtp: one that authenticates and sends a mail, one that is refused."""
    clients.msmtp(session, ["bob@example.net"], letter(series), msmtp_settings(method, user, password, port))
    clients.msmtp(session, ["bob@example.net"], letter(series), msmtp_settings(method, user, wrong, port), ok=None)


def cancelled(client, mechanism, initial=None):
    """AUTH, a challenge, and `*` for an answer."""
    client.say(f"AUTH {mechanism}" + (f" {initial}" if initial else ""), 334)
    client.say("*", 501)


def sent(series, user, queue_id, stream=0):
    """The record of letter(series)."""
    return mail_record(stream, "ann@example.org", [("bob@example.net", 250)], "accepted", letter(series), auth_user=user,
                       queue_id=queue_id)
