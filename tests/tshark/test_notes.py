"""Each row of the table of expert infos is raised where it has to be, with its severity, and nowhere else.

All dialogues are in one capture, a connection each.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import re
from collections import Counter

import pytest

import places
from note_dialogues import DIALOGUES
from packets import START, Connection
from test_reviewed_experts import items_of

ROWS = re.findall(r"^NOTE_ROW\(\w+, (\w+), \w+, (\w+),", (places.ROOT / "plugin/session/note_rows.h").read_text(), re.MULTILINE)

# What the severity has to be. Two rows have the same name, and are told apart by it.
SEVERITIES = {
    "error": "smuggling",
    "warning": """syntax reply_codes_differ status_class_mismatch number_overflow refused auth_failed illegal_command foreign_protocol
        end_of_data_lookalike bdat_excess auth_without_tls starttls_plaintext starttls_stripped starttls_refused requiretls_without_tls
        header_injection""",
    "note": """lenient_syntax reply_syntax gap withheld reply_unexpected deferred closing_reply command_sequence pipelining_unadvertised
        pipelining_group early_talker greeting_missing unknown_command line_too_long bare_lf bare_cr nul bdat_incomplete
        bdat_missing_last extension_unadvertised smtputf8_missing eightbit_unadvertised size_exceeded auth_without_tls/note
        starttls_plaintext/note starttls_unused masked helo_name connection_lost mime""",
}
SEVERITY = {row: severity for severity, rows in SEVERITIES.items() for row in rows.split()}

# Rows that need more than a dialogue, and the tests in which they are raised, and have a near miss.
ELSEWHERE = {"mime": "test_parts.py::test_defects_are_expert_infos_when_asked"}

# Shown from the second pass on.
LATER = {"connection_lost", "bdat_incomplete", "withheld"}


def row_of(name, severity):
    """The word by which the tables here call a row."""
    return f"{name}/note" if severity == "note" and SEVERITY.get(name) == "warning" else name


def test_the_severities_are_those_of_the_rows():
    words = {"ERROR": "error", "WARN": "warning", "NOTE": "note", "CHAT": "chat"}
    assert {(row.split("/")[0], severity) for row, severity in SEVERITY.items()} == {(name, words[level]) for name, level in ROWS}


@pytest.mark.parametrize("row", sorted(SEVERITY))
def test_each_row_is_raised_and_has_a_near_miss(row):
    raised = [dialogue.name for dialogue in DIALOGUES if row in dialogue.raises.split()]
    near = [dialogue.name for dialogue in DIALOGUES if row in dialogue.near.split()]
    assert (bool(raised), bool(near)) == (row not in ELSEWHERE,) * 2


def test_the_tests_elsewhere_are_there():
    for test in ELSEWHERE.values():
        file, name = test.split("::")
        assert f"\ndef {name}(" in (places.ROOT / "tests/tshark" / file).read_text(), test


def test_the_table_is_right():
    for dialogue in DIALOGUES:
        raised, near = set(dialogue.raises.split()), set(dialogue.near.split())
        assert raised | near <= set(SEVERITY) and not raised & near, dialogue.name
    assert not [name for name, count in Counter(dialogue.name for dialogue in DIALOGUES).items() if count > 1]


def play(dialogue, number):
    c = Connection(client=(f"192.0.2.{number % 200 + 1}", 40000 + number), server=dialogue.server, start=START + 10 * number,
                   handshake=dialogue.handshake)
    for step in dialogue.script:
        if callable(step):
            step(c)
        else:
            (c.client if step[0] == "C" else c.server)(step[1])
    dialogue.end(c)
    return c


def expected_of(dialogue, two_pass):
    raised = dialogue.raises.split()
    if two_pass:
        return Counter(raised)
    return Counter([row for row in raised if row not in LATER] + dialogue.at_first.split())


@pytest.mark.parametrize("two_pass", [False, True])
def test_what_each_dialogue_raises(tshark, capture, two_pass):
    connections = [play(dialogue, number) for number, dialogue in enumerate(DIALOGUES)]
    owners = [dialogue for dialogue, c in zip(DIALOGUES, connections) for _ in c.segments]
    found = {dialogue.name: Counter() for dialogue in DIALOGUES}
    for frame, name, severity in items_of(tshark, capture(*connections), two_pass=two_pass):
        found[owners[frame - 1].name][row_of(name, severity)] += 1
    expected = {dialogue.name: expected_of(dialogue, two_pass) for dialogue in DIALOGUES}
    wrong = [f"{name}: {list((expected[name] - found[name]).elements())} missing, {list((found[name] - expected[name]).elements())} more"
             for name in found if found[name] != expected[name]]
    assert not wrong, "\n".join(wrong)
