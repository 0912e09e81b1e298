"""The table of what is left of a load of mails counts rightly.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import disorder
import mangle
import places
from load import Load

MAILS = 12


def test_all_is_left_of_an_orderly_load(capsys):
    disorder.main(places.PLUGIN, MAILS)
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split("  ")[-10:] == list(disorder.COLUMNS)
    values = {" ".join(words[:-10]): list(map(int, words[-10:])) for words in map(str.split, rows)}
    assert len(values) == len(disorder.LOADS) * len(disorder.CAPTURES)
    for load in disorder.LOADS:
        assert values[f"{load}, orderly"][:7] == [MAILS] * 7
        assert values[f"{load}, 2 % swapped"][:2] == [MAILS] * 2


def test_a_mail_that_was_hit_is_told_from_others(tmp_path):
    load = Load(MAILS)
    made = mangle.mangle(load.write(tmp_path / "load.pcap"), tmp_path / "lost.pcap", 1, ("lose",), 0.1)
    lost = {(one.stream, octet) for one in made.lost if one.source[1] != 25 for octet in range(one.first, one.first + one.octets)}
    kept = disorder.untouched(load, made.lost)
    assert 0 < len(kept) < MAILS
    for mail in load.mails:
        assert (mail in kept) == lost.isdisjoint((mail.stream, octet) for octet in range(mail.first, mail.end))


def test_a_record_is_right_only_as_a_whole():
    load = Load(2)
    records = [{"queue_id": mail.queue_id, "mail_from": mail.sender, "rcpt_accepted": mail.recipients, "size": len(mail.content)}
               for mail in load.mails]
    assert disorder.rightly_logged(load, records) == 2
    assert disorder.rightly_logged(load, [*records, *records]) == 2
    for name, value in (("queue_id", "X"), ("mail_from", "x@example.org"), ("rcpt_accepted", []), ("size", 1)):
        assert disorder.rightly_logged(load, [records[0] | {name: value}, records[1]]) == 1
