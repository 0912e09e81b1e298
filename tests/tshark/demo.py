"""Shows what the plugin makes of a capture: what went wrong and why, the log of mails, and then the details: the packet list, what
the server offers, the fields of each mail.

    demo.py PLUGIN [CAPTURE]

SPDX-License-Identifier: GPL-2.0-or-later
"""

import signal
import sys
from pathlib import Path

import places
from tshark import Tshark, TsharkError

DEFAULT = places.SAMPLES / "postfix-relay-pipelined.pcapng"
MAIL_FIELDS = [f"esmtp.transaction.{name}" for name in (
    "index", "outcome", "helo", "auth_username", "mail_from", "rcpt_to", "rcpt_code", "method", "size", "tls", "code",
    "enhanced_status", "queue_id", "duration", "first_frame", "header_from", "header_to", "date", "subject", "message_id")]


class Lenient(Tshark):
    """A capture that was cut off is shown as far as it goes, and the complaint kept for the end."""

    complaint = ""

    def _judge(self, command, code, output, complaints):
        if code and not output:
            raise TsharkError(complaints.strip().removeprefix("tshark: "))
        self.complaint = complaints.strip() or self.complaint


def main(plugin, capture=DEFAULT):
    with Lenient(plugin) as tshark:
        heading(f"What went wrong in {capture}, and why: tshark -q -z esmtp,report")
        print(tshark.run(capture, "-q", "-z", "esmtp,report"), end="")
        heading("Who sent what to whom: tshark -q -z esmtp,mails")
        print(tshark.run(capture, "-q", "-z", "esmtp,mails"), end="")
        packets = tshark.run(capture, only="esmtp || tls")
        heading("Packets: tshark -Y 'esmtp || tls'")
        print(packets or "(no SMTP and no TLS in this capture)\n", end="")
        heading("What the server offers")
        show_capabilities(tshark, capture)
        heading("Mails, field by field: tshark -2 -Y esmtp.transaction -T fields -e ...")
        show_mails(tshark, capture)
    if tshark.complaint:
        sys.exit(f"\ndemo: {tshark.complaint}")


def heading(text):
    print(f"\n== {text}")


def show_capabilities(tshark, capture):
    frames = tshark.frames(capture, "esmtp.capability")
    if not frames:
        print("(no reply to EHLO in this capture)")
        return
    # The last reply is the one that counts: after STARTTLS the server may offer more.
    tree = tshark.tree(capture, "esmtp", only=f"frame.number == {frames[-1]}")
    print(f"Frame {frames[-1]}:")
    print(tree[tree.index("\nExtended Simple Mail Transfer Protocol") + 1:].rstrip())


def show_mails(tshark, capture):
    mails = tshark.fields(capture, *MAIL_FIELDS, two_pass=True)
    if not mails:
        print("(no mail in this capture)")
    for frame, fields in mails.items():
        print(f"Frame {frame}:")
        for field in MAIL_FIELDS:
            if field in fields:
                print(f"    {field:36} {', '.join(fields[field])}")


if __name__ == "__main__":
    # Told to end, it leaves no copy of a capture behind.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda got, _: sys.exit(128 + got))
    try:
        main(*map(Path, sys.argv[1:3]))
    except (TsharkError, OSError) as error:
        sys.exit(f"demo: {' '.join(sys.argv[2:3])}: {error}")
