"""Which files are captures, and whether one has changed.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import os
import stat
import sys

from . import Failure

# The first octets of a file, and the program that decompresses it where tshark may not do so itself.
PLAIN = (
    b"\xa1\xb2\xc3\xd4", b"\xd4\xc3\xb2\xa1",  # pcap, microseconds
    b"\xa1\xb2\x3c\x4d", b"\x4d\x3c\xb2\xa1",  # pcap, nanoseconds
    b"\xa1\xb2\xcd\x34", b"\x34\xcd\xb2\xa1",  # pcap as Kuznetsov's patch writes it
    b"\x0a\x0d\x0d\x0a",  # pcapng
)
COMPRESSED = ((b"\x1f\x8b", ("gzip", "-dc")), (b"\x28\xb5\x2f\xfd", ("zstd", "-dcq")), (b"\xfd7zXZ\x00", ("xz", "-dc")))


@dataclasses.dataclass(frozen=True)
class Capture:
    path: str
    size: int
    mtime: int  # nanoseconds since 1970
    decompress: tuple = ()  # the command, without the file

    @property
    def identity(self):
        return [self.path, self.size, self.mtime]

    def has_changed(self):
        try:
            now = os.stat(self.path)
        except OSError:
            return True
        return (now.st_size, now.st_mtime_ns) != (self.size, self.mtime)


class Unreadable(str):
    """Why it is not known whether a file is a capture."""


def begins_as_capture(begin):
    return begin.startswith(PLAIN) or any(begin.startswith(magic) for magic, _ in COMPRESSED)


def looked_at(path):
    """The capture in a file, or a word on why it is none."""
    try:
        found = os.stat(path)
        if stat.S_ISDIR(found.st_mode):
            return "a link to a folder, which is not followed" if os.path.islink(path) else Unreadable("a folder that cannot be read")
        if not stat.S_ISREG(found.st_mode):
            return "not a regular file"
        with open(path, "rb") as file:
            begin = file.read(8)
    except OSError as error:
        return Unreadable(error.strerror)
    decompress = next((command for magic, command in COMPRESSED if begin.startswith(magic)), ())
    if not decompress and not begin.startswith(PLAIN):
        return "empty" if not begin else "neither pcap nor pcapng, plain or compressed by gzip, zstd or xz"
    return Capture(path, found.st_size, found.st_mtime_ns, decompress)


def files_below(folder):
    """A link to a folder, and a folder that cannot be read, stand for themselves: looked_at() says what they are."""
    unread = []
    for place, folders, names in os.walk(folder, onerror=lambda error: unread.append(error.filename)):
        links = [name for name in folders if os.path.islink(os.path.join(place, name))]
        folders.sort()
        yield from (os.path.join(place, name) for name in sorted([*names, *links]))
    yield from unread


def list_on_stdin():
    """A file may have gone since the list was made: it stands for itself, as looked_at() says."""
    for line in sys.stdin.buffer:
        path = os.fsdecode(line.rstrip(b"\n"))
        if path:
            yield from files_below(path) if os.path.isdir(path) else [path]


def files_of(arguments):
    """The paths that arguments name: files, those in folders and below them, `-` for a list on standard input."""
    for argument in arguments:
        if argument == "-":
            yield from list_on_stdin()
        elif os.path.isdir(argument):
            yield from files_below(argument)
        elif os.path.lexists(argument):
            yield argument
        else:
            raise Failure(f"no such file or folder: {argument}")


def find(arguments, own):
    """Captures, and the other files as pairs of path and reason. Each file is there once. `own`: None or the work folder, which may be
    among the captures, and may have pieces of them."""
    captures, others = [], []
    inside = os.path.join(os.path.abspath(own), "") if own else None
    for path in dict.fromkeys(os.path.abspath(path) for path in files_of(arguments)):
        if inside and path.startswith(inside):
            continue
        found = looked_at(path)
        if isinstance(found, Capture):
            captures.append(found)
        else:
            others.append((path, found))
    return captures, others
