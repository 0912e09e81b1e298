"""What tshark is asked of a capture, and what it answers.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import json
import pathlib
import re
import shlex
import subprocess

from . import Failure

# A log, and a column that its rows have and no other log's.
LOGS = {"mails": "rcpt_to", "connections": "longest_wait", "parts": "type_by_content", "logins": "mechanism"}
AGGREGATOR = "\x1f"  # between the values of a field: no text that tshark writes has one
STREAM_STARTS = ("-Y", "tcp.time_relative == 0", "-T", "fields", "-e", "frame.number", "-e", "tcp.stream")
# Of Wireshark's data: names of hardware vendors, enterprises and ports. Some releases read them whenever tshark starts, and need for
# that as long as for all else.
NAME_LISTS = ("manuf", "wka", "services", "enterprises", "enterprises.tsv")
JOBS_WORTH_IT = 10  # to find out where the lists are takes as long as a start
NO_CAPTURE = re.compile("isn't a capture file|is not a capture file|not a format that|can't be read because")


@dataclasses.dataclass(frozen=True)
class Question:
    logs: tuple = ()
    fields: tuple = ()
    filter: str = ""
    options: tuple = ()  # for tshark: preferences and the like
    report: bool = False  # besides

    def tshark(self, path, *further):
        asked = [word for log in self.logs for word in ("-z", f"esmtp,{log},ndjson")]
        if self.report:
            asked += ["-z", "esmtp,report,json"]
        if self.fields:
            asked += ["-T", "fields", "-E", f"aggregator={AGGREGATOR}", *(word for field in self.fields for word in ("-e", field))]
            asked += ["-Y", self.filter] if self.filter else []
        elif not further:
            asked.append("-q")
        return ["tshark", "-n", *self.options, *asked, *further, "-r", path]

    def shell(self, capture, *further):
        """The command of a job, as a line for bash. What a capture is compressed by is not left to the release of tshark."""
        if not capture.decompress:
            return "exec " + shlex.join(self.tshark(capture.path, *further))
        return f"set -o pipefail; {shlex.join([*capture.decompress, capture.path])} | {shlex.join(self.tshark('-', *further))}"

    def check(self):
        """Asks tshark whether it knows all that is asked, before thousands of captures are."""
        empty = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00" + bytes(8) + b"\xff\xff\x00\x00\x01\x00\x00\x00"
        try:
            done = subprocess.run(self.tshark("-"), input=empty, capture_output=True)
        except FileNotFoundError:
            raise Failure("tshark is not installed") from None
        if b"Invalid -z argument" in done.stderr:
            raise Failure("this tshark has no plugin esmtp: install it for this user and this release of Wireshark")
        if done.returncode:
            raise Failure("tshark does not take this (`tshark -G fields` lists fields, `tshark -G defaultprefs` preferences): "
                          + error_of(done.stderr.decode(errors="replace")))


def without_name_lists(asked, jobs, folder):
    """What stands before each command, for bash, so that tshark reads no lists of names: the rows of logs have none. `folder` is made,
    with links to the rest of Wireshark's data. Machines that do not have the folder, and Wireshark as root, read the lists."""
    if asked.fields or jobs < JOBS_WORTH_IT:
        return ""
    told = subprocess.run(["tshark", "-G", "folders"], capture_output=True, text=True).stdout
    where = re.search(r"^Global configuration:\s*(/.*)$", told, re.MULTILINE)
    data = pathlib.Path(where[1]) if where else None
    if not data or not any((data / name).exists() for name in NAME_LISTS):
        return ""
    folder.mkdir()
    for file in data.iterdir():
        if file.name not in NAME_LISTS:
            (folder / file.name).symlink_to(file)
    quoted = shlex.quote(str(folder))
    return f"[ ! -d {quoted} ] || export WIRESHARK_DATA_DIR={quoted}; "


def error_of(stderr):
    """tshark's own error, without what it says of other matters."""
    said = [line for line in stderr.splitlines() if line and "could be dangerous" not in line]
    return " ".join(line.removeprefix("tshark: ").strip() for line in said if line.strip(" ^~\t")) or "no reason was given"


def log_of(row):
    return next(log for log, column in LOGS.items() if column in row)


def values(text):
    found = text.split(AGGREGATOR)
    return None if found == [""] else found[0] if len(found) == 1 else found


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a log. `text` is its JSON as the plugin wrote it, so that no digit of a number is lost."""
    log: str
    text: str
    time: str = ""
    outcome: str = ""


def row_of(question, text):
    if question.fields:
        found = dict(zip(question.fields, map(values, text.split("\t")), strict=True))
        return Row("fields", json.dumps(found, ensure_ascii=False, separators=(",", ":")))
    found = json.loads(text)
    return Row(log_of(found), text, found["time"], found.get("outcome", ""))


def lines_of(path):
    """The lines that tshark wrote to a file. Raises ValueError where one is not whole."""
    with open(path, "rb") as file:
        for line in file:
            if not line.endswith(b"\n"):
                raise ValueError("the last row is not whole")
            yield line[:-1].decode(errors="surrogateescape")


def rows_of(question, path):
    """The rows that tshark wrote to a file. Raises ValueError where one is not whole. The report is a row of several lines, of which
    the first and the last are a brace alone."""
    report = None
    for line in lines_of(path):
        if line == "{" and not question.fields:
            report = []
        if report is None:
            yield row_of(question, line)
            continue
        report.append(line)
        if line == "}":
            yield Row("report", json.dumps(json.loads("\n".join(report)), ensure_ascii=False))
            report = None
    if report is not None:
        raise ValueError("the report is not whole")
