"""The log of authentications, beside what the packets' fields say.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json

import pytest

import places
from packets import Connection, write
from tshark import TsharkError

STATISTIC = "esmtp,logins"
CAPTURES = [*places.captures_in(places.SAMPLES), *places.captures_in(places.CORPUS)]


def logins(tshark, capture, form="json", **common):
    written = tshark.run(capture, "-q", "-z", f"{STATISTIC},{form}", **common)
    return json.loads(written) if form == "json" else written


def short(rows, *names):
    return [tuple(row[name] for name in names) for row in rows]


@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_the_log_has_each_outcome_that_the_packets_have(tshark, capture):
    by_field = [(int(frame), outcome)
                for frame, found in tshark.fields(capture, "esmtp.auth.outcome", two_pass=True).items()
                for outcome in found["esmtp.auth.outcome"]]
    assert sorted(short(logins(tshark, capture), "frame", "outcome")) == sorted(by_field)


@pytest.mark.parametrize("sample, expected", [
    ("postfix-auth-login", [(0, "LOGIN", "ann", "succeeded", 235, False), (1, "LOGIN", "ann", "failed", 535, False),
                            (2, "LOGIN", "ann", "cancelled", 501, False), (2, "LOGIN", "ann", "succeeded", 235, False)]),
    ("postfix-starttls-tls12", [(0, "PLAIN", "ann", "succeeded", 235, True)]),
    ("exim-auth-external", [(0, "EXTERNAL", "eve", "failed", 535, False), (0, "EXTERNAL", None, "cancelled", 501, False),
                            (0, "EXTERNAL", "ann", "succeeded", 235, False)]),  # as the server's own log has it
    ("seed-b-greeting", []),
])
def test_samples(tshark, sample, expected):
    path = places.SAMPLES / f"{sample}.pcapng"
    assert short(logins(tshark, path), "stream", "mechanism", "username", "outcome", "code", "tls") == expected


def test_formats(tshark):
    path = places.SAMPLES / "postfix-auth-login.pcapng"
    found = logins(tshark, path)
    assert [json.loads(line) for line in logins(tshark, path, "ndjson").splitlines()] == found
    header, *rows = logins(tshark, path, "tsv").splitlines()
    assert header.split("\t") == list(found[0])
    assert rows[1].split("\t")[header.split("\t").index("outcome")] == "failed"
    assert logins(tshark, path, "text").splitlines()[-1] == "4 logins: 2 succeeded, 2 did not"
    assert logins(tshark, path, "tsv:username+outcome").splitlines()[:2] == ["username\toutcome", "ann\tsucceeded"]
    assert short(json.loads(logins(tshark, path, "json,tcp.stream == 1")), "frame") == [(42,)]
    with pytest.raises(TsharkError, match="Zeek has no log of logins"):
        logins(tshark, path, "zeek")


def test_no_secret_is_in_it(tshark):
    text = logins(tshark, places.SAMPLES / "postfix-auth-plain.pcapng", "ndjson")
    secrets = tshark.fields(places.SAMPLES / "postfix-auth-plain.pcapng", "esmtp.auth.password")
    passwords = {word for found in secrets.values() for word in found["esmtp.auth.password"]}
    assert text and passwords and not any(word in text for word in passwords)


def test_outcome_that_waits_for_missing_octets_where_the_capture_ends(tshark, tmp_path):
    connection = Connection()
    connection.server("220 mx.example.org ESMTP\r\n")
    connection.client("EHLO client.example.com\r\n")
    connection.server("250-mx.example.org\r\n250 AUTH PLAIN\r\n")
    connection.client("AUTH PLAIN AGFubgBzZWNyZXQ=\r\n")
    connection.lost(False, 7)
    connection.server("535 5.7.8 no\r\n")
    path = tmp_path / "held.pcap"
    write(path, connection.segments)
    assert short(logins(tshark, path), "username", "outcome", "code") == [("ann", "failed", 535)]
