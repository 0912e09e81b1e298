"""What is left of a load of mails when segments of it are swapped or lost: of the plugin and of the built-in dissector.

    disorder.py PLUGIN [MAILS [SEED]]

Each row is a capture: as it was, with 2 % of the segments swapped, and with 2 % lost; of mails by DATA, and by DATA and BDAT. Its
columns:

mails            what was sent
in the capture   of these, those whose content was not touched by a loss
records, right   in the mail log; with the right sender, recipients, size and queue id
shown            packets that show a mail: esmtp.message, or imf for the built-in dissector
files, whole     exported; octet for octet a mail that was sent

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import hashlib
import itertools
import sys
import tempfile
from pathlib import Path

import mail_log
import mangle
from load import WAYS, Load, dot_stuffed, lost_octets
from tshark import Tshark

RATE = 0.02
LOADS = {"DATA": WAYS[:2], "DATA, BDAT": WAYS} # the built-in dissector of 4.0 derails on BDAT
CAPTURES = {"orderly": (), "2 % swapped": ("swap",), "2 % lost": ("lose",)}
COLUMNS = ("mails", "in the capture", "records", "right", "shown", "files", "whole", "built-in: shown", "files", "whole")
BUILT_IN = ["--disable-protocol", "esmtp"]
folders = itertools.count()


def untouched(load, lost):
    """The mails whose content is all there."""
    return [mail for mail in load.mails if lost_octets(lost, mail)[0].isdisjoint(mail.content_at)]


def rightly_logged(load, records):
    sent = collections.Counter((mail.queue_id, mail.sender, tuple(mail.recipients), len(mail.content)) for mail in load.mails)
    found = collections.Counter((record["queue_id"], record["mail_from"], tuple(record["rcpt_accepted"]), record["size"])
                                for record in records)
    return (sent & found).total()


def exported(tshark, path, protocol, contents, options=()):
    """How many files, and how many of them are one of the contents."""
    target = Path(tshark.sandbox.environment["HOME"]) / f"disorder-{next(folders)}"
    tshark.run(path, "-q", "--export-objects", f"{protocol},{target}", options=options)
    files = [checksum(file.read_bytes()) for file in target.iterdir()] if target.exists() else []
    sent = {checksum(content) for content in contents}
    return len(files), len(sent.intersection(files))


def checksum(content):
    return hashlib.sha256(content).hexdigest()


def row(tshark, load, path, lost):
    records = mail_log.records(tshark, path)
    contents = [mail.content for mail in load.mails]
    # The built-in dissector of some releases leaves the dots before dots: that is not counted against it.
    either = contents + [dot_stuffed(content) for content in contents]
    return [len(load.mails), len(untouched(load, lost)), len(records), rightly_logged(load, records),
            tshark.count(path, "esmtp.message"), *exported(tshark, path, "esmtp", contents),
            tshark.count(path, "imf", options=BUILT_IN), *exported(tshark, path, "imf", either, BUILT_IN)]


def main(plugin, mails=1000, seed="1"):
    with Tshark(Path(plugin)) as tshark, tempfile.TemporaryDirectory() as folder:
        print(f"{'':24}  " + "  ".join(COLUMNS))
        for name, ways in LOADS.items():
            load = Load(int(mails), seed, ways)
            source = load.write(Path(folder) / "load.pcap")
            for damage, kinds in CAPTURES.items():
                made = mangle.mangle(source, Path(folder) / "mangled.pcap", seed, kinds, RATE)
                values = row(tshark, load, made.path, made.lost)
                print(f"{name}, {damage}".ljust(24), *(f"{value:{len(column)}}" for column, value in zip(COLUMNS, values)), sep="  ",
                      flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3, 4):
        sys.exit(__doc__)
    main(*sys.argv[1:])
