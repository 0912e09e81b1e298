"""What was said in a capture, read without any SMTP dissector.

Wireshark gives the octets of each stream (TCP, or the decrypted TLS stream). The mails that were handed to the
client are known from elsewhere, so content is cut out by comparing octets, and what is left on the client's side
are command lines. That a mail is found octet for octet is itself the proof that the evidence is right.
"""

import hashlib
import re
import subprocess

from kit import mail

CAPABILITY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*(?:[ =].*)?$")
DOMAIN = re.compile(r"[A-Za-z][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)+(?: |$)")


def tshark(*arguments):
    """tshark with the built-in dissectors only, whatever plugin is installed. SMTP's own is needed to tell TLS where
    STARTTLS begins."""
    builtin = [word for port in (25, 587) for word in ("-d", f"tcp.port=={port},smtp")]
    done = subprocess.run(["tshark", "--disable-protocol", "esmtp", *builtin, *arguments], capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def follow(path, layer, stream, client):
    """[("client" or "server", octets)] in the order of the capture. Of a TLS stream Wireshark may name one node only."""
    chunks, nodes = [], {}
    for row in tshark("-r", path, "-q", "-z", f"follow,{layer},raw,{stream}").splitlines():
        node = re.match(r"Node ([01]): (.*):(\d+)$", row)
        if node:
            nodes[node[1]] = (node[2], int(node[3]))
        elif re.fullmatch(r"\t?[0-9a-f]+", row):
            from_first = not row.startswith("\t")
            from_client = from_first == (nodes["0"] == client or nodes["1"] not in (client, ("", 0)))
            chunks.append(("client" if from_client else "server", bytes.fromhex(row.strip())))
    return chunks


def clients(path):
    """The address and port of each stream's first sender, by stream index."""
    first = {}
    rows = tshark("-r", path, "-Y", "tcp", "-T", "fields", "-e", "tcp.stream", "-e", "ip.src", "-e", "ipv6.src",
                  "-e", "tcp.srcport")
    for row in rows.splitlines():
        stream, ip4, ip6, port = row.split("\t")
        first.setdefault(int(stream), (ip4 or ip6, int(port)))
    return first


def spoken(path, stream, client):
    """The stream's chunks in the clear: up to the first TLS record, then what TLS carried."""
    plain = []
    for side, octets in follow(path, "tcp", stream, client):
        if side == "client" and octets.startswith(b"\x16\x03"):
            return plain, follow(path, "tls", stream, client)
        plain.append((side, octets))
    return plain, []


class Reading:
    """The commands, replies and contents of one stream or one part of it."""

    def __init__(self):
        self.commands = []
        self.replies = []
        self.contents = []

    def read(self, chunks, expected):
        client = b"".join(octets for side, octets in chunks if side == "client")
        server = b"".join(octets for side, octets in chunks if side == "server")
        self._read_replies(server.decode("utf-8", "replace"))
        self._read_client(client, self._challenges(chunks), expected)

    @staticmethod
    def _challenges(chunks):
        """The client's offsets at which the server's last word was a 334: a response follows there."""
        offsets, position, heard = set(), 0, b""
        for side, octets in chunks:
            if side == "server":
                heard += octets
            else:
                if heard.rstrip(b"\r\n").rsplit(b"\n", 1)[-1].startswith(b"334"):
                    offsets.add(position)
                position += len(octets)
        return offsets

    def _read_replies(self, text):
        lines = []
        for row in text.split("\r\n"):
            if re.match(r"\d{3}(?:[ -]|$)", row):
                lines.append(row)
                if row[3:4] != "-":
                    self.replies.append(lines)
                    lines = []

    def _read_client(self, octets, challenges, expected):
        position, chunked = 0, b""
        while position < len(octets):
            if octets.startswith(b"\r\n\r\n\x00\r\nQUIT\n", position):  # a PROXY protocol v2 header
                position += 16 + int.from_bytes(octets[position + 14:position + 16], "big")
                continue
            end = octets.find(b"\n", position)
            end = len(octets) if end < 0 else end + 1
            row, begin, position = octets[position:end].rstrip(b"\r\n"), position, end
            if begin in challenges or row.startswith(b"PROXY "):
                continue
            self.commands.append(row.decode("utf-8", "replace"))
            words = row.upper().split()
            if words == [b"RSET"]:
                chunked = b""
            if words[:1] == [b"BDAT"] and len(words) > 1:
                size = int(words[1])
                chunked += octets[position:position + size]
                position += size
                if words[-1] == b"LAST":
                    self._content(chunked, expected)
                    chunked = b""
            elif words == [b"DATA"] and expected:
                sent = self._sent(octets, position, expected[0])
                if sent:
                    position += len(sent)
                    self._content(expected[0], expected)

    @staticmethod
    def _sent(octets, position, content):
        """What DATA put on the wire of it; a server may have taken a lone dot between bare LFs for the end."""
        ends = [b".\r\n"] + ([b".\n"] if content.endswith(b"\n") and not content.endswith(b"\r\n") else [])
        return next((wire for wire in (mail.stuffed(content, end) for end in ends) if octets.startswith(wire, position)), None)

    def _content(self, content, expected):
        if not expected or content != expected[0]:
            raise AssertionError(f"a content of {len(content)} octets is not the mail that was to be sent "
                                 f"(sha256 {hashlib.sha256(content).hexdigest()})")
        self.contents.append(expected.pop(0))


def verb(command):
    return command.split(" ")[0].split("\t")[0].upper() if command else ""


def capabilities(reply):
    """The lines after the first of a 250 that is a reply to EHLO or LHLO, else none. Such a one begins with the
    server's name; replies to EXPN or BDAT that have several lines do not."""
    rows = [row[4:] for row in reply[1:]]
    if reply[0].startswith("250") and DOMAIN.match(reply[0][4:]) and all(CAPABILITY.match(row) for row in rows):
        return rows
    return []


def check_wire(path):
    """Good checksums, nothing lost or sent twice, every connection seen from its SYN to its end."""
    wrong = tshark("-r", path, "-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE", "-Y",
                   "tcp.checksum.status == 0 || ip.checksum.status == 0 || tcp.analysis.lost_segment || "
                   "tcp.analysis.retransmission || tcp.analysis.ack_lost_segment || _ws.malformed")
    if wrong:
        raise AssertionError(f"{path}: not as on a good wire:\n{wrong}")
    for stream in clients(path):
        for part, condition in (("begin", "tcp.flags.syn == 1 && tcp.flags.ack == 0"),
                                ("end", "tcp.flags.fin == 1 || tcp.flags.reset == 1")):
            if not tshark("-r", path, "-Y", f"tcp.stream == {stream} && ({condition})"):
                raise AssertionError(f"{path}: stream {stream} has no {part}")


def read_capture(path, contents_by_stream):
    """contents_by_stream: {stream: [content, ...]}, in the order sent. Each must be found."""
    whole = Reading()
    for stream, client in sorted(clients(path).items()):
        expected = list(contents_by_stream.get(stream, []))
        for part in spoken(path, stream, client):
            whole.read(part, expected)
        if expected:
            raise AssertionError(f"{path}, stream {stream}: {len(expected)} mail(s) not found as sent")
    return whole
