"""What the logs and the report tell of TLS, from the TLS dissector's fields.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import json

import pytest

import mail_log
import places
import surgery
from tshark import TsharkError

ASKED = {"esmtp.log_tls": "TRUE"}
TLS_1_2 = places.SAMPLES / "postfix-starttls-tls12.pcapng"  # its certificate goes over in the clear
TLS_1_3 = places.SAMPLES / "dovecot-submissions-curl.pcapng"  # with its secrets
EXPIRED = places.SAMPLES / "seed-d-sendmail.pcapng"  # not decrypted; signed by itself
NAMES = ["tls_version", "tls_cipher_suite", "tls_server_name", "tls_cert_names", "tls_cert_issuer", "tls_cert_not_before",
         "tls_cert_not_after"]


def connections(tshark, path, columns="", **common):
    return json.loads(tshark.run(path, "-q", "-z", f"esmtp,connections,json{columns}", **common))


def facts(record):
    return [record[name] for name in NAMES]


def faults(tshark, path):
    report = json.loads(tshark.run(path, "-q", "-z", "esmtp,report,json", preferences=ASKED))
    return [fault for connection in report["connections"] for fault in connection["tls_faults"]]


def test_certificate_in_the_clear(tshark):
    expected = ["TLS 1.2", "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", None, ["mx.example.org"], "ca.example",
                "2026-11-22T14:32:32.000000000Z", "2036-11-19T14:32:32.000000000Z"]
    assert [facts(record) for record in connections(tshark, TLS_1_2, preferences=ASKED)] == [expected]
    assert [facts(record) for record in mail_log.records(tshark, TLS_1_2, preferences=ASKED)] == [expected]
    assert [facts(record) for record in mail_log.records(tshark, TLS_1_2, preferences=ASKED, two_pass=True)] == [expected]


def test_certificate_that_is_decrypted(tshark):
    record, = connections(tshark, TLS_1_3, preferences=ASKED)
    assert facts(record) == ["TLS 1.3", "TLS_AES_256_GCM_SHA384", "mx.example.org", ["mx.example.org"], "ca.example",
                             "2026-11-22T14:36:33.000000000Z", "2036-11-19T14:36:33.000000000Z"]


def test_names_of_a_certificate_without_alternative_names(tshark):
    record = connections(tshark, EXPIRED, preferences=ASKED)[2]
    assert facts(record) == ["TLS 1.2", "TLS_DHE_RSA_WITH_AES_128_CBC_SHA", None, ["sunsite.dcc.uchile.cl"],
                             "sunsite.dcc.uchile.cl", "2015-05-14T17:16:40.000000000Z", "2025-05-11T17:16:40.000000000Z"]


def test_not_there_unless_asked_for(tshark):
    record, = connections(tshark, TLS_1_2)
    assert not set(NAMES) & set(record) and "tls" in record


def test_a_column_that_is_named_is_asked_for(tshark):
    assert connections(tshark, TLS_1_2, ":tls_version+stream") == [{"tls_version": "TLS 1.2", "stream": 0}]


def test_faults_of_a_certificate(tshark):
    assert faults(tshark, EXPIRED) == ["the certificate has expired", "the certificate is self-signed"]
    assert faults(tshark, TLS_1_2) == []


def changed(tmp_path, path, before, after):
    """With other octets in their place, wherever they stand."""
    capture = surgery.Capture(path)
    assert any(before in packet.data for packet in capture.packets)
    return capture.write(tmp_path / "changed.pcapng",
                         [dataclasses.replace(packet, data=packet.data.replace(before, after)) for packet in capture.packets])


@pytest.mark.parametrize("before, after, fault", [
    (b"261122143232Z", b"271122143232Z", "the certificate is not yet valid"),
    (b"361119143232Z", b"261122143233Z", "the certificate has expired"),
])
def test_dates_of_a_certificate(tshark, tmp_path, before, after, fault):
    path = changed(tmp_path, TLS_1_2, before, after)
    assert faults(tshark, path) == [fault]
    report = tshark.run(path, "-q", "-z", "esmtp,report", preferences=ASKED)
    assert f"             odd: {fault}\n" in report and "certificate for mx.example.org, by ca.example, from 20" in report


@pytest.mark.parametrize("name, expected", [("mx.example.net", ["the certificate is for another name than the one asked for"]),
                                            ("MX.example.ORG", [])])
def test_name_that_was_asked_for(tshark, tmp_path, name, expected):
    path = changed(tmp_path, TLS_1_3, b"mx.example.org", name.encode())
    assert connections(tshark, path, preferences=ASKED)[0]["tls_server_name"] == name
    assert faults(tshark, path) == expected


def test_old_version(tshark, tmp_path):
    hello = b"\x02\x00\x00\x59\x03\x03"  # ServerHello, its length, its version
    path = changed(tmp_path, TLS_1_2, hello, hello[:-1] + b"\x01")
    assert connections(tshark, path, preferences=ASKED)[0]["tls_version"] == "TLS 1.0"
    assert faults(tshark, path) == ["a version that is out of use (RFC 8996)"]


# --- columns of choice -----------------------------------------------------------------------------------------------------


@pytest.mark.thorough
def test_columns_of_each_format(tshark):
    def log(form):
        return tshark.run(TLS_1_2, "-q", "-z", f"esmtp,mails,{form}")

    assert log("tsv:rcpt_to+mail_from") == "rcpt_to\tmail_from\nbob@example.org\tann@example.com\n"
    assert log("ndjson:mail_from+stream") == '{"mail_from":"ann@example.com","stream":0}\n'
    assert json.loads(log("json:queue_id")) == [{"queue_id": "C97BD752"}]
    # Of the table: its own, and those for programs.
    assert log("text:outcome+route+message_id+tls_version").splitlines()[:2] == [
        "Outcome   From → to                          message_id             tls_version",
        "accepted  ann@example.com → bob@example.org  <tls12.1@example.com>  TLS 1.2"]


@pytest.mark.parametrize("what, complaint", [
    ("esmtp,mails,tsv:stream+bogus", 'no column is called "bogus". There are: stream, time, '),
    ("esmtp,mails,tsv:route", 'no column is called "route"'),  # the table has it alone
    ("esmtp,mails,text:", 'no column is called ""'),
    ("esmtp,mails,zeek:ts", "the columns of zeek cannot be chosen"),
    ("esmtp,connections,json:mail_from", 'no column is called "mail_from"'),
])
def test_columns_that_make_no_sense_are_named(tshark, what, complaint):
    with pytest.raises(TsharkError) as error:
        tshark.run(TLS_1_2, "-q", "-z", what)
    assert complaint in str(error.value)
