"""What tshark makes of a capture, for tests and for the demo.

Each question is one run of the real tshark. A run that fails, or that writes anything on its error output, is an error here:
Wireshark complains there about dissectors that misbehave.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import functools
import json
import re
import subprocess
import xml.etree.ElementTree as ElementTree

from sandbox import Sandbox

RESTARTING = b"resetting session.\n"  # what tshark -M says each time, and is no complaint
TIME_LIMIT = 120  # seconds; a stuck dissector must fail the test, not stop the suite

# Octets that no field's text holds, to split what `-T fields` prints.
COLUMN_END = "\x1e"
VALUE_END = "\x1f"

# Releases print booleans as 1 and 0, or in words.
BOOLEANS = {"True": "1", "False": "0"}


class TsharkError(Exception):
    """tshark failed, complained, or did not come back. output: octets that it had written."""

    def __init__(self, complaint, output=b""):
        super().__init__(complaint)
        self.output = output.decode("utf-8", "replace")


class Tshark:
    """Use as a context manager. What all questions have in common:

    capture: path of a file.
    only: a display filter; the frames it does not match are left out.
    two_pass: -2, the filter then works on the second pass.
    preferences: {"tcp.desegment_tcp_streams": "FALSE"}.
    options: further words of the command line."""

    def __init__(self, plugin, sanitized=False):
        self.sandbox = Sandbox(plugin, sanitized)

    def __enter__(self):
        self.sandbox.__enter__()
        try:
            if self.sandbox.plugin:
                self._check_that_the_plugin_loads()
        except BaseException:
            self.sandbox.__exit__()
            raise
        return self

    def __exit__(self, *error):
        self.sandbox.__exit__(*error)

    def run(self, capture, *arguments, only=None, two_pass=False, preferences=None, options=()):
        """What tshark prints."""
        further = ["-2"] if two_pass else []
        if only:
            further += ["-Y", only]
        for name, value in (preferences or {}).items():
            further += ["-o", f"{name}:{value}"]
        with self.sandbox.opened(capture) as (file, start):
            command = ["tshark", "-n", "-r", file, *arguments, *options, *further]
            return self._finish(command, called={str(file): str(capture)}, **start)

    def fields(self, capture, *fields, **common):
        """The frames that have any of the fields: {frame number: {field: [value, ...]}}, fields that a frame has not left out.
        Values are text; booleans are "1" and "0"."""
        return self.frames_in(self.run(capture, *asking_for(fields), **common), fields)

    def frames_in(self, text, fields):
        """What asking_for() made tshark print, as fields() gives it."""
        if self.release >= (4, 4): # there `-T fields` prints a backslash as two
            text = text.replace(r"\\", "\\")
        # A value may hold newlines, printed raw: a row begins where a number stands before the first column's end.
        pieces = re.split(rf"^(\d+){COLUMN_END}", text, flags=re.MULTILINE)[1:]
        frames = {}
        for number, row in zip(pieces[::2], pieces[1::2]):
            found = zip(fields, row.removesuffix("\n").split(COLUMN_END))
            frames[int(number)] = {field: [BOOLEANS.get(value, value) for value in values.split(VALUE_END)]
                                   for field, values in found if values}
        return {number: found for number, found in frames.items() if found}

    def values(self, capture, field, **common):
        """All values of one field over the capture, in order, as text."""
        return [value for found in self.fields(capture, field, **common).values() for value in found[field]]

    def frames(self, capture, only, **common):
        """The numbers of the frames that match."""
        return [int(number) for number in self.run(capture, "-T", "fields", "-e", "frame.number", only=only, **common).split()]

    def count(self, capture, only, **common):
        return len(self.frames(capture, only, **common))

    def columns(self, capture, *names, **common):
        """The packet list: {frame number: (text of each column named, as "Protocol" and "Info")}."""
        fields = [f"_ws.col.{name}" for name in names]
        return {number: tuple(found.get(field, [""])[0] for field in fields)
                for number, found in self.fields(capture, *fields, **common).items()}

    def info_column(self, capture, **common):
        return {number: info for number, (info,) in self.columns(capture, "Info", **common).items()}

    def tree(self, capture, *protocols, **common):
        """The packets in words, as -V prints them; only these protocols are unfolded, all when none is named."""
        return self.run(capture, *(["-O", ",".join(protocols)] if protocols else ["-V"]), **common)

    def pdml(self, capture, **common):
        """One XML element a packet."""
        # Control characters are legal in a field's text, and in no XML.
        text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "?", self.run(capture, "-T", "pdml", **common))
        return ElementTree.fromstring(text).findall("packet")

    def json(self, capture, **common):
        return json.loads(self.run(capture, "-T", "json", "--no-duplicate-keys", **common))

    @functools.cached_property
    def release(self):
        """(4, 0)"""
        found = re.match(r"TShark \(Wireshark\) (\d+)\.(\d+)", self._finish(["tshark", "--version"]))
        return int(found[1]), int(found[2])

    def describe(self, what):
        """tshark -G."""
        return self._finish(["tshark", "-G", what])

    def _check_that_the_plugin_loads(self):
        """Else every test would fail for some reason of its own."""
        if not re.search(r"\tesmtp(\t|$)", self._finish(["tshark", "-G", "protocols"]), re.MULTILINE):
            raise TsharkError(f"tshark does not know the protocol of {self.sandbox.plugin}")

    def _finish(self, command, called=None, **start):
        """What the command prints. called: {file: what its user calls it}, for complaints. start: options of the sandbox's popen()."""
        process = self.sandbox.popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **start)
        try:
            output, complaints = process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            raise TsharkError(f"no end after {TIME_LIMIT} seconds: {describe(command)}") from None
        except BaseException:
            process.kill()
            raise
        complaints = complaints.replace(RESTARTING, b"")
        complaints = complaints.decode("utf-8", "replace")
        for file, name in (called or {}).items():
            complaints = complaints.replace(f'"{file}"', f'"{name}"')
        self._judge(command, process.returncode, output, complaints)
        return output.decode("utf-8", "replace")

    def _judge(self, command, code, output, complaints):
        """Raises an error for a run that is none to go on with."""
        if code or complaints.strip():
            raise TsharkError(f"exit code {code}: {describe(command)}\n{complaints[:6000]}", output)


def asking_for(fields):
    """Options, for rows of the frame's number and these fields."""
    return ["-T", "fields", "-E", f"separator={COLUMN_END}", "-E", f"aggregator={VALUE_END}", "-E", "occurrence=a",
            "-e", "frame.number", *[word for field in fields for word in ("-e", field)]]


def describe(command):
    return " ".join(str(word) for word in command)
