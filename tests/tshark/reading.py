"""What the plugin tells of a capture and of each connection in it, less frame numbers, times and addresses: to compare.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import functools
import hashlib
import itertools
import json
import re
from collections import Counter
from pathlib import Path

from tshark import asking_for

# What disorder may change: where and when something was.
OF_THE_LOG = {"stream", "time", "first_frame", "reply_frame", "duration", "content_time", "reply_time", "rcpt_time", "client_addr", "server_addr"}
OTHER_TYPES = {"FT_FRAMENUM", "FT_RELATIVE_TIME", "FT_ABSOLUTE_TIME"}
ADDRESSES = {"esmtp.transaction.client_addr", "esmtp.transaction.server_addr"}
SHOWN = ("esmtp.command", "esmtp.reply", "esmtp.message.size", "esmtp.message.unstuffed_size", "imf.subject")

folders = itertools.count()


@dataclasses.dataclass
class Reading:
    """What the plugin tells: of each tcp.stream by number, and the files by name and checksum."""
    log: dict
    transactions: dict
    shown: dict
    files: Counter

    def of_stream(self, stream):
        return {"log": self.log.get(stream, []), "transactions": self.transactions.get(stream, {}),
                "shown": self.shown.get(stream, {})}


@functools.cache
def transaction_fields(tshark):
    rows = [row.split("\t") for row in tshark.describe("fields").splitlines()]
    return [row[2] for row in rows if row[0] == "F" and row[2].startswith("esmtp.transaction.") and row[3] not in OTHER_TYPES
            and row[2] not in ADDRESSES]


def read(tshark, path, **common):
    """All in one run of tshark."""
    fields = transaction_fields(tshark)
    target = Path(tshark.sandbox.environment["HOME"]) / f"mangled-{next(folders)}"
    text = tshark.run(path, *asking_for(["tcp.stream", *fields, *SHOWN]), "-z", "esmtp,mails,json", "--export-objects",
                      f"esmtp,{target}", **common)
    rows, bracket, log = re.split(r"^(\[)(?=\n|\]\n)", text, maxsplit=1, flags=re.MULTILINE)
    frames = tshark.frames_in(rows, ["tcp.stream", *fields, *SHOWN]).values()
    return Reading(by_stream(json.loads(bracket + log)), of_streams(frames, fields), of_streams(frames, SHOWN), files_in(target))


def by_stream(records):
    """{tcp.stream: [record]}"""
    found = {}
    for record in records:
        found.setdefault(record["stream"], []).append({name: value for name, value in record.items() if name not in OF_THE_LOG})
    return found


def of_streams(frames, fields):
    """{tcp.stream: {field: values in order}}"""
    found = {}
    for frame in frames:
        for field in fields:
            if field in frame:
                found.setdefault(int(frame["tcp.stream"][0]), {}).setdefault(field, []).extend(frame[field])
    return found


def files_in(folder):
    """A number behind a name that occurs more than once tells nothing here."""
    return Counter((re.sub(r" \(\d+\)(?=\.eml$)", "", file.name), hashlib.sha256(file.read_bytes()).hexdigest())
                   for file in (folder.iterdir() if folder.exists() else ()))
