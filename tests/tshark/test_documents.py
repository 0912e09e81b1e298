"""What README.md and doc/ show of tshark is what it prints, their filters are valid, and their links lead somewhere.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
import shlex

import pytest

import places

DOCUMENTS = [places.ROOT / "README.md", places.ROOT / "CONTRIBUTING.md", *sorted((places.ROOT / "doc").glob("*.md"))]
NAMES = [str(path.relative_to(places.ROOT)) for path in DOCUMENTS]
CUT = re.compile(r" ?…$")  # a line that the document shortens


def blocks(document):
    return re.findall(r"^```\n(.*?)^```$", document.read_text(), flags=re.MULTILINE | re.DOTALL)


def calls(document):
    """(command, the lines that it prints) of each tshark that reads a sample."""
    for block in blocks(document):
        for shown in re.split(r"^\$ ", block.replace("\\\n", " "), flags=re.MULTILINE)[1:]:
            command, *lines = shown.splitlines()
            words = shlex.split(command)
            if words[0] == "tshark" and "-r" in words and "--export-objects" not in words:
                yield words, lines


CALLS = [(words, lines) for document in DOCUMENTS for words, lines in calls(document)]


def test_there_are_calls():
    assert len(CALLS) > 5


@pytest.mark.parametrize("words, lines", CALLS, ids=[" ".join(words) for words, _ in CALLS])
def test_tshark_prints_what_is_shown(tshark, words, lines):
    """Lines may be left out at the end."""
    at = words.index("-r")
    printed = tshark.run(places.ROOT / words[at + 1], *words[1:at], *words[at + 2:]).splitlines()
    assert lines and len(printed) >= len(lines)
    for expected, line in zip(lines, printed):
        if CUT.search(expected):
            line = line[:len(CUT.sub("", expected))]
            expected = CUT.sub("", expected)
        assert comparable(line, words) == comparable(expected, words)


def comparable(line, words):
    """The widths of Wireshark's own tables differ between releases."""
    return re.sub(r"([ =-])\1+", r"\1", line) if any(word.startswith("io,stat") for word in words) else line.rstrip()


def test_filters_are_valid(tshark):
    """Those of the README stand one a line, with what they find behind them."""
    filters = [re.split(r"\s{3,}", line)[0] for block in blocks(DOCUMENTS[0]) for line in block.splitlines()
               if re.match(r"esmtp(\.| &&)", line)]
    assert len(filters) > 8
    for text in filters:
        tshark.frames(places.SAMPLES / "postfix-relay-pipelined.pcapng", text)


@pytest.mark.parametrize("document", DOCUMENTS, ids=NAMES)
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        assert target.startswith("https:") or (document.parent / target).exists(), target


def test_words_of_run_are_known():
    known = set(re.findall(r'^    "(\w+)\|', (places.ROOT / "run").read_text(), flags=re.MULTILINE))
    for document in DOCUMENTS:
        named = set(re.findall(r"\./run ([a-z]+)\b", document.read_text()))
        assert named <= known, document
