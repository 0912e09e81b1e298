"""Real traffic that others recorded, and the samples: read without a complaint, and every mail found.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re

import pytest

import places

NO_CORPUS = pytest.mark.skipif(places.CORPUS is None, reason="ESMTP_CORPUS is not set: NO CAPTURES OF OTHERS WERE TRIED")
CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)


def mails_announced():
    """The corpus' README says of some captures how many mails they hold: "- `name`: ... Mails: 2."."""
    if places.CORPUS is None:
        return {}
    entries = re.split(r"^- ", (places.CORPUS / "README.md").read_text(), flags=re.MULTILINE)[1:]
    found = {re.match(r"`([^`]+)`", entry)[1]: re.search(r"Mails: (\d+)", entry) for entry in entries}
    return {name: int(mails[1]) for name, mails in found.items() if mails}


def corpus_file(name):
    return next(path for path in places.captures_in(places.CORPUS) if path.stem == name)


@NO_CORPUS
def test_corpus_is_there():
    assert len(places.captures_in(places.CORPUS)) > 0
    assert len(mails_announced()) > 0


@NO_CORPUS
@pytest.mark.parametrize("name, mails", mails_announced().items() or [("none", 0)])
def test_mails(tshark, name, mails):
    assert len(tshark.values(corpus_file(name), "esmtp.transaction.index", two_pass=True)) == mails


@NO_CORPUS
@pytest.mark.parametrize("name, mails", mails_announced().items() or [("none", 0)])
def test_messages(tshark, name, mails):
    """All contents are whole, once TCP hands on the segments that came late."""
    in_order = {"tcp.reassemble_out_of_order": "TRUE"}
    assert len(tshark.values(corpus_file(name), "esmtp.message.size", preferences=in_order)) == mails


@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_no_complaint_and_no_malformed_mark_that_stock_wireshark_does_not_give(tshark, stock, capture):
    marked = set(tshark.frames(capture, "_ws.malformed", two_pass=True))
    assert marked <= set(stock.frames(capture, "_ws.malformed", two_pass=True))


@pytest.mark.parametrize("two_pass", [False, True], ids=["one-pass", "two-pass"])
@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_sanitizers_find_nothing(sanitized, capture, two_pass):
    """And what the sanitized plugin draws is the real thing: our protocol, or TLS in its place. In one pass, what is over is given
    back on the way."""
    tree = sanitized.tree(capture, two_pass=two_pass)
    assert "Extended Simple Mail Transfer Protocol" in tree or "Transport Layer Security" in tree


@pytest.mark.skipif(not places.SANITIZERS, reason="ESMTP_SANITIZERS=no: there is no plugin with sanitizers")
def test_sanitized_plugin_is_instrumented():
    binary = places.SANITIZED_PLUGIN.read_bytes()
    assert b"__asan_report" in binary
    assert b"__ubsan_handle" in binary
