"""Where the tests find what they test.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ESMTP_BUILD") or ROOT / "build")
PLUGIN = BUILD / "plugin" / "esmtp.so"
SANITIZERS = os.environ.get("ESMTP_SANITIZERS") != "no"
SANITIZED_PLUGIN = BUILD / "sanitized" / "plugin" / "esmtp.so"

SAMPLES = ROOT / "sample-pcaps"
CORPUS = Path(os.environ["ESMTP_CORPUS"]) if os.environ.get("ESMTP_CORPUS") else None


def captures_in(folder):
    """All captures of a folder, in order of their names; none when there is no folder."""
    if folder is None:
        return []
    return sorted(file for file in folder.iterdir() if file.suffix in (".pcap", ".pcapng"))


def name_of(path):
    """A parametrized test's name for a capture."""
    return path.name
