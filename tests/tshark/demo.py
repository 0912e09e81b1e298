"""Shows what the plugin makes of a capture: what went wrong and why, the log of mails, and then the details: the packet list, what
the server offers, the fields of each mail. Of a folder, what went wrong in each of its captures. With neither, a sample of refused
mails, then what went wrong in one that is read with its TLS secrets.

    demo.py PLUGIN [-o NAME:VALUE]... [CAPTURE or FOLDER]

SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import signal
import sys
from pathlib import Path

import places
from tshark import Tshark, TsharkError

REFUSED = places.SAMPLES / "postfix-relay-pipelined.pcapng"
DECRYPTED = places.SAMPLES / "dovecot-submission-starttls.pcapng"
CAPTURES = ("*.pcap*", "*.cap*")  # also compressed, or numbered as a ring buffer's files
NAMES_A_FILE = ("tls.keylog_file", "tls.debug_file")
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


def main(plugin, preferences, path):
    """preferences: {name: value}. path: a capture or a folder, or None. Returns the exit status."""
    with Lenient(plugin) as tshark:
        common = {"preferences": {name: as_readable(tshark, name, value) for name, value in preferences.items()}}
        if path and path.is_dir():
            return show_folder(tshark, path, common)
        show_capture(tshark, path or REFUSED, common)
        if not path:
            show_summary(tshark, DECRYPTED, common)
    if tshark.complaint:
        sys.exit(f"\ndemo: {tshark.complaint}")


def as_readable(tshark, name, value):
    """tshark runs as another user and in another folder."""
    if name not in NAMES_A_FILE:
        return value
    return str(tshark.sandbox.readable(Path(value)))


def show_folder(tshark, folder, common):
    failed = 0
    captures = sorted({file for pattern in CAPTURES for file in folder.rglob(pattern) if file.is_file()})
    if not captures:
        raise TsharkError(f"no file in it is called {' or '.join(CAPTURES)}")
    for capture in captures:
        try:
            heading(f"What went wrong in {capture}, and why")
            print(tshark.run(capture, "-q", "-z", "esmtp,report", **common), end="", flush=True)
        except TsharkError as error:
            failed += 1
            print(f"cannot be read: {error}")
    print(f"\n{len(captures)} captures, of which {failed} could not be read. One log of them all, and a database: esmtp-batch {folder}")
    return 1 if failed else 0


def show_summary(tshark, capture, common):
    heading(f"What went wrong in {capture}, and why: tshark -q -z esmtp,report")
    print(tshark.run(capture, "-q", "-z", "esmtp,report", **common), end="")
    heading("Who sent what to whom: tshark -q -z esmtp,mails")
    print(tshark.run(capture, "-q", "-z", "esmtp,mails", **common), end="")


def show_capture(tshark, capture, common):
    show_summary(tshark, capture, common)
    packets = tshark.run(capture, only="esmtp || tls", **common)
    heading("Packets: tshark -Y 'esmtp || tls'")
    print(packets or "(no SMTP and no TLS in this capture)\n", end="")
    heading("What the server offers")
    show_capabilities(tshark, capture, common)
    heading("Mails, field by field: tshark -2 -Y esmtp.transaction -T fields -e ...")
    show_mails(tshark, capture, common)


def heading(text):
    print(f"\n== {text}")


def show_capabilities(tshark, capture, common):
    frames = tshark.frames(capture, "esmtp.capability", **common)
    if not frames:
        print("(no reply to EHLO in this capture)")
        return
    # The last reply is the one that counts: after STARTTLS the server may offer more.
    tree = tshark.tree(capture, "esmtp", only=f"frame.number == {frames[-1]}", **common)
    print(f"Frame {frames[-1]}:")
    print(tree[tree.index("\nExtended Simple Mail Transfer Protocol") + 1:].rstrip())


def show_mails(tshark, capture, common):
    mails = tshark.fields(capture, *MAIL_FIELDS, two_pass=True, **common)
    if not mails:
        print("(no mail in this capture)")
    for frame, fields in mails.items():
        print(f"Frame {frame}:")
        for field in MAIL_FIELDS:
            if field in fields:
                print(f"    {field:36} {', '.join(fields[field])}")


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("plugin", type=Path)
    parser.add_argument("-o", dest="preferences", action="append", default=[], metavar="NAME:VALUE")
    parser.add_argument("path", type=Path, nargs="?")
    return parser.parse_intermixed_args()


if __name__ == "__main__":
    # Told to end, it leaves no copy of a capture behind.
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda got, _: sys.exit(128 + got))
    asked = arguments()
    try:
        sys.exit(main(asked.plugin, dict(preference.split(":", 1) for preference in asked.preferences), asked.path))
    except (TsharkError, OSError) as error:
        sys.exit(f"demo: {asked.path or ''}: {error}")
