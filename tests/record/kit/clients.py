"""Clients. Programs run in the client's root; RawClient is a socket in the client's namespace whose every send is
one segment (as far as it fits)."""

import contextlib
import ctypes
import hashlib
import hmac
import os
import re
import socket
import ssl

from kit import mail
from kit.lab import CLIENT_HOST, CLIENT_IP, SERVER_HOST, SERVER_IP

CLONE_NEWNET = 0x40000000
LIBC = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def namespace(name):
    """Sockets made meanwhile belong to the network namespace for good."""
    own = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{name}", os.O_RDONLY)
    try:
        if LIBC.setns(other, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        yield
    finally:
        LIBC.setns(own, CLONE_NEWNET)
        os.close(own)
        os.close(other)


class RawClient:
    """Says exactly what it is told, and keeps the replies it heard."""

    def __init__(self, port=25, address=SERVER_IP, source=CLIENT_IP, family=socket.AF_INET):
        with namespace("client"):
            self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.settimeout(30)
        self.socket.bind((source, 0))
        self.socket.connect((address, port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.replies = []

    def send(self, octets):
        self.socket.sendall(octets.encode("utf-8") if isinstance(octets, str) else octets)

    def reply(self):
        """The next whole reply, as text without the last line ending."""
        while True:
            whole = re.match(rb"(?:\d{3}-[^\n]*\n)*\d{3}(?:[ \r][^\n]*)?\n", self.buffer)
            if whole:
                break
            received = self.socket.recv(65536)
            if not received:
                raise RuntimeError(f"the server closed; heard: {self.replies[-3:]}")
            self.buffer += received
        self.buffer = self.buffer[whole.end():]
        self.replies.append(whole[0].decode("utf-8", "replace").rstrip("\r\n"))
        return self.replies[-1]

    def expect(self, *codes):
        """One reply per code, each of which must be it. Returns the last."""
        for code in codes:
            reply = self.reply()
            if not reply.startswith(str(code)):
                raise RuntimeError(f"expected {code}, heard {reply}")
        return self.replies[-1]

    def say(self, line, *codes):
        """A line, then one reply per code."""
        self.send(line + "\r\n" if isinstance(line, str) else line + b"\r\n")
        return self.expect(*codes)

    def starttls(self, keylog, newest=ssl.TLSVersion.TLSv1_3):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = newest
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.keylog_filename = keylog
        self.socket = context.wrap_socket(self.socket, server_hostname=SERVER_HOST)

    def channel_binding(self, keylog):
        """(name, data) of the TLS connection, for SASL: tls-exporter (RFC 9266) of TLS 1.3, tls-unique (RFC 5929) before."""
        if self.socket.version() != "TLSv1.3":
            return "tls-unique", self.socket.get_channel_binding("tls-unique")
        with open(keylog, encoding="ascii") as stored:
            secrets = [row.split()[2] for row in stored if row.startswith("EXPORTER_SECRET ")]
        return "tls-exporter", exported(bytes.fromhex(secrets[-1]), b"EXPORTER-Channel-Binding", 32)

    def close(self):
        """Waits for the server to close first, as it does after QUIT."""
        with contextlib.suppress(OSError):
            while self.socket.recv(65536):
                pass
        self.socket.close()

    def quit(self, code=221):
        self.say("QUIT", code)
        self.close()


def exported(secret, label, length):
    """Keying material of TLS 1.3 for a label, without a context (RFC 8446, 7.1 and 7.5). secret: exporter_master_secret."""
    digest = {32: "sha256", 48: "sha384"}[len(secret)]
    nothing = hashlib.new(digest).digest()

    def expand(key, name, size):
        name = b"tls13 " + name
        info = size.to_bytes(2, "big") + bytes([len(name)]) + name + bytes([len(nothing)]) + nothing
        return hmac.digest(key, info + b"\x01", digest)[:size]  # one block is enough for all that is asked here
    return expand(expand(secret, label, len(nothing)), b"exporter", length)


def put_mail(session, content, name="mail.eml"):
    """The mail as a file in the client's root; returns its path there."""
    session.lab.client.write(f"tmp/{name}", content)
    return f"/tmp/{name}"


def keylog_environment(shim=False):
    """Programs in the root write their secrets below its /tmp; collect_keylog() brings them home."""
    environment = {"SSLKEYLOGFILE": "/tmp/keylog"}
    if shim:
        environment["LD_PRELOAD"] = "/usr/local/lib/keylog.so"
    return environment


def collect_keylog(session, root=None):
    path = (root or session.lab.client).file("tmp/keylog")
    if os.path.exists(path):
        with open(path, "rb") as stored, open(session.keylog, "ab") as out:
            out.write(b"".join(line for line in stored if not line.startswith(b"#")))
        os.unlink(path)


def swaks(session, sender, recipients, content, *more, tls=False, ok=(0,)):
    """swaks with a mail of ours, told not to touch it: it then wants the dots stuffed and the lone dot, and adds but
    the last line ending."""
    path = put_mail(session, mail.stuffed(content).removesuffix(b"\r\n"))
    text = session.lab.client.run(
        "swaks", "--server", SERVER_IP, "--helo", CLIENT_HOST, "--from", sender, "--to", ",".join(recipients),
        "--no-data-fixup", "--data", f"@{path}", *more, ok=ok, environment=keylog_environment(shim=True) if tls else None)
    collect_keylog(session)
    return text


def curl(session, url, sender, recipients, content, *more, ok=(0,)):
    """curl sends the file as it is, dots stuffed."""
    path = put_mail(session, content)
    arguments = [argument for recipient in recipients for argument in ("--mail-rcpt", recipient)]
    text = session.lab.client.run(
        "curl", "--silent", "--show-error", "--url", url, "--mail-from", sender, *arguments, "--upload-file", path,
        "--cacert", "/etc/certificates/ca.pem", *more, ok=ok, environment=keylog_environment())
    collect_keylog(session)
    return text


def msmtp(session, recipients, content, settings, ok=(0,), more_environment=None):
    """msmtp adds no header here: the mail has From and Date, and is told not to add others."""
    configuration = "defaults\nset_from_header off\nset_date_header off\nset_msgid_header off\n" \
                    "account default\n" + "".join(f"{key} {value}\n" for key, value in settings.items())
    session.lab.client.write("tmp/msmtprc", configuration, 0o600)
    text = session.lab.client.run("msmtp", "-C", "/tmp/msmtprc", "--", *recipients, stdin=content.replace(b"\r\n", b"\n"),
                                  ok=ok, environment={**keylog_environment(), **(more_environment or {})})
    collect_keylog(session)
    return text
