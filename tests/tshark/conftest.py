"""What the tests share: where things are, and the Wiresharks they ask.

ESMTP_BUILD         the build folder; build/ in the project's root when not set
ESMTP_CORPUS        a folder of further captures, recorded by others; its tests are skipped when not set
ESMTP_SANITIZERS    "no": the tests that need a plugin with sanitizers do with the plain one

SPDX-License-Identifier: GPL-2.0-or-later
"""

import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

import packets  # noqa: E402
import places  # noqa: E402
from tshark import Tshark  # noqa: E402


@pytest.fixture(scope="session")
def tshark():
    """tshark with the plugin."""
    with Tshark(places.PLUGIN) as with_plugin:
        yield with_plugin


@pytest.fixture(scope="session")
def sanitized():
    """tshark with the plugin built with the address and undefined behaviour sanitizers, or what stands in for it."""
    plugin = places.SANITIZED_PLUGIN if places.SANITIZERS else places.PLUGIN
    with Tshark(plugin, sanitized=places.SANITIZERS) as with_plugin:
        yield with_plugin


@pytest.fixture(scope="session")
def stock():
    """tshark without the plugin."""
    with Tshark(None) as without_plugin:
        yield without_plugin


@pytest.fixture
def capture(tmp_path):
    """capture(connection or segments, ...) writes them to a new file, one behind the other, and gives its path."""

    def write(*parts):
        segments = [segment for part in parts for segment in (part.segments if hasattr(part, "segments") else part)]
        return packets.write(tmp_path / f"made-{len(list(tmp_path.iterdir()))}.pcap", segments)

    return write
