"""Files that are there under their name when all of them was written.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import os

from . import Failure


@contextlib.contextmanager
def named(path):
    """What goes wrong in writing is told with the file's name: a full disk, say."""
    try:
        yield
    except OSError as error:
        if error.filename:
            raise
        raise Failure(f"{path} cannot be written: {error.strerror}") from None


@contextlib.contextmanager
def replacing(path, errors="surrogateescape"):
    """A text file to write, which gets its name at the end, or is removed."""
    part = f"{path}.part"
    try:
        with named(path), open(part, "w", encoding="utf-8", errors=errors, newline="\n") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(part)
        raise


def valid(text):
    """The text, with a replacement character where it is not UTF-8: names of files may be anything."""
    return text.encode(errors="surrogateescape").decode(errors="replace")
