"""The mails that are sent: made here, octet for octet, so that what was sent is known."""

import base64
import hashlib

DATE = "Mon, 02 Mar 2026 09:30:00 +0000"


def crlf(text):
    return text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8")


def header(sender, recipients, subject, message_id):
    return (f"From: {sender}\nTo: {', '.join(recipients)}\nSubject: {subject}\n"
            f"Date: {DATE}\nMessage-ID: <{message_id}>\nMIME-Version: 1.0\n")


def text_mail(sender, recipients, subject, message_id, body):
    return crlf(header(sender, recipients, subject, message_id)
                + "Content-Type: text/plain; charset=utf-8\n\n" + body)


def pseudo_random(size, seed):
    """Octets that look random and are the same on every run."""
    out = b""
    while len(out) < size:
        out += hashlib.sha256(seed.encode() + len(out).to_bytes(8, "big")).digest()
    return out[:size]


def attachment_mail(sender, recipients, subject, message_id, body, attachment_size):
    """multipart/mixed: a text and a base64 attachment of attachment_size octets."""
    encoded = base64.b64encode(pseudo_random(attachment_size, message_id)).decode()
    lines = "\n".join(encoded[i:i + 76] for i in range(0, len(encoded), 76))
    boundary = "=_part_boundary"
    return crlf(header(sender, recipients, subject, message_id)
                + f'Content-Type: multipart/mixed; boundary="{boundary}"\n\n'
                + f"--{boundary}\nContent-Type: text/plain; charset=utf-8\n\n{body}\n"
                + f"--{boundary}\nContent-Type: application/octet-stream\n"
                + "Content-Transfer-Encoding: base64\n"
                + 'Content-Disposition: attachment; filename="samples.bin"\n\n'
                + f"{lines}\n--{boundary}--\n")


def dotted_text(lines):
    """Numbered lines; every tenth begins with a dot, every hundredth is a lone dot."""
    out = []
    for number in range(1, lines + 1):
        if number % 100 == 0:
            out.append(".")
        elif number % 10 == 0:
            out.append(f".{'.' * (number // 10 % 3)} line {number} begins with a dot")
        else:
            out.append(f"Line {number}: the quick brown fox jumps over the lazy dog, again and again.")
    return "\n".join(out) + "\n"


def stuffed(content, end=b".\r\n"):
    """RFC 5321, 4.5.2, with the end-of-data line: what DATA puts on the wire. Behind a bare LF that is no end of data to a server
    that goes by the RFC. end: the line that the server took for it."""
    lines = content.split(b"\r\n")
    wire = b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines)
    if content and not content.endswith(b"\n"):
        wire += b"\r\n"
    return wire + end
