"""What the tests share: where things are, and the Wiresharks they ask.

ESMTP_BUILD         the build folder; build/ in the project's root when not set
ESMTP_CORPUS        a folder of further captures, recorded by others; its tests are skipped when not set
ESMTP_QUICK_ITEMS   how many items of each test function --quick takes; 1 when not set, and none of those that take long
ESMTP_SANITIZERS    "no": the tests that need a plugin with sanitizers do with the plain one

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import sys

sys.dont_write_bytecode = True

import pytest  # noqa: E402

import packets  # noqa: E402
import places  # noqa: E402
from sharkd import KeptSharkd  # noqa: E402
from tshark import Tshark  # noqa: E402

QUICK_ITEMS = int(os.environ.get("ESMTP_QUICK_ITEMS") or 1)


def pytest_addoption(parser):
    group = parser.getgroup("esmtp")
    group.addoption("--quick", action="store_true", help="run each test with few of its parameters, and none that takes long")
    group.addoption("--needs-sanitized", action="store_true",
                    help="run nothing; exit with 0 if a chosen test loads the plugin with sanitizers, with 1 if none does")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """--quick takes its few from what the other options have left."""
    if config.getoption("quick"):
        kept = few_of_each(items)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def few_of_each(items):
    """Of each test function a few items, spread over its parameters."""
    left_out = ("builds",) if QUICK_ITEMS > 1 else ("builds", "thorough")
    of_function = {}
    for item in (item for item in items if not any(map(item.get_closest_marker, left_out))):
        of_function.setdefault((item.path, item.originalname), []).append(item)
    return [item for group in of_function.values() for item in group[::-(-len(group) // QUICK_ITEMS)]]


def pytest_collection_finish(session):
    if session.config.getoption("needs_sanitized") and session.items:
        pytest.exit("asked only", returncode=0 if any("sanitized" in item.fixturenames for item in session.items) else 1)


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


@pytest.fixture(scope="session")
def kept_sharkd(tshark):
    """A sharkd with the plugin that tests share: `with kept_sharkd as sharkd`."""
    kept = KeptSharkd(tshark.sandbox)
    yield kept
    kept.end()


@pytest.fixture(scope="session")
def sanitized_sharkd(sanitized):
    """The same with sanitizers."""
    kept = KeptSharkd(sanitized.sandbox)
    yield kept
    kept.end()


@pytest.fixture
def capture(tmp_path):
    """capture(connection or segments, ...) writes them to a new file, one behind the other, and gives its path."""

    def write(*parts):
        segments = [segment for part in parts for segment in (part.segments if hasattr(part, "segments") else part)]
        return packets.write(tmp_path / f"made-{len(list(tmp_path.iterdir()))}.pcap", segments)

    return write
