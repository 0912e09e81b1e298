"""The table of what is left of a load of mails counts rightly.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import pytest

import disorder
import load
import mangle
import places
from load import SERVER, Load
from packets import lines

MAILS = 12


@pytest.mark.thorough
def test_all_is_left_of_an_orderly_load(capsys, monkeypatch):
    monkeypatch.setattr(disorder, "LOADS", {"DATA, BDAT": load.WAYS})
    monkeypatch.setattr(disorder, "CAPTURES", {"orderly": (), "2 % swapped": ("swap",)})
    disorder.main(places.PLUGIN, MAILS)
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split("  ")[-10:] == list(disorder.COLUMNS)
    values = {" ".join(words[:-10]): list(map(int, words[-10:])) for words in map(str.split, rows)}
    assert values["DATA, BDAT, orderly"][:7] == [MAILS] * 7
    assert values["DATA, BDAT, 2 % swapped"][:2] == [MAILS] * 2


def test_a_mail_that_was_hit_is_told_from_others(tmp_path):
    made_load = Load(MAILS)
    made = mangle.mangle(made_load.write(tmp_path / "load.pcap"), tmp_path / "lost.pcap", 1, ("lose",), 0.1)
    kept = disorder.untouched(made_load, made.lost)
    assert 0 < len(kept) < MAILS
    for mail in made_load.mails:
        hit = [one for one in made.lost if (one.stream, one.source[1]) != (mail.stream, SERVER[1]) and one.stream == mail.stream
               and one.first in range(mail.content_at.start + 1 - one.octets, mail.content_at.stop)]
        assert (mail in kept) == (not hit)


def test_a_load_tells_where_its_mails_are():
    made_load = Load(MAILS)
    for mail in made_load.mails:
        said = {side: b"".join(segment.payload for segment in made_load.segments if segment.from_client == side
                               and mail.stream in (segment.source[1] - 20000, segment.destination[1] - 20000))
                for side in (True, False)}
        sent, content = said[True][mail.sent_at.start:mail.sent_at.stop], said[True][mail.content_at.start:mail.content_at.stop]
        assert sent.startswith(lines(f"MAIL FROM:<{mail.sender}>")) and sent.endswith(content)
        assert content.startswith((mail.content[:20], b"BDAT")) and content.endswith((b".\r\n", mail.content[-20:]))
        replies = said[False][mail.answered_at.start:mail.answered_at.stop]
        assert replies.startswith(b"250 2.1.0 Ok") and replies.endswith(said[False][mail.queued_at.start:mail.queued_at.stop])
        assert said[False][mail.queued_at.start:mail.queued_at.stop] == lines(f"250 2.0.0 Ok: queued as {mail.queue_id}")


def test_a_record_is_right_only_as_a_whole():
    made_load = Load(2)
    records = [{"queue_id": mail.queue_id, "mail_from": mail.sender, "rcpt_accepted": mail.recipients, "size": len(mail.content)}
               for mail in made_load.mails]
    assert disorder.rightly_logged(made_load, records) == 2
    assert disorder.rightly_logged(made_load, [*records, *records]) == 2
    for name, value in (("queue_id", "X"), ("mail_from", "x@example.org"), ("rcpt_accepted", []), ("size", 1)):
        assert disorder.rightly_logged(made_load, [records[0] | {name: value}, records[1]]) == 1
