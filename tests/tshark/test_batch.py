"""esmtp-batch: the rows of many captures, whatever becomes of some of them, by each engine.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import collections
import contextlib
import gzip
import html.parser
import ipaddress
import json
import os
import shutil
import signal
import sqlite3
import struct
import subprocess
import time
from pathlib import Path

import pytest

import mail_log
import places
from batch import (Batch, Made, check_rows, cut_short, in_one_go, killed_and_resumed, mails_by_file, mails_of, make_folder, slurm,
                   ssh_server, states_of, wait_for)
from load import Load
from packets import SYN, Connection, checksum, dialogue, ip_packet, lines, tcp_header, write

MUST = os.environ.get("ESMTP_BATCH_ENGINES") == "yes"  # then an engine that is not there is an error
CAPTURES, DAMAGED = 24, 8
QUERIES = sorted((places.ROOT / "batch/queries").glob("*.sql"))


def need(*commands):
    missing = [command for command in commands if not shutil.which(command, path=os.environ["PATH"] + ":/usr/sbin:/sbin")]
    if os.geteuid() != 0:
        missing.append("root")
    if missing and not MUST:
        pytest.skip("not there: " + ", ".join(missing))
    assert not missing


@pytest.fixture(scope="module")
def batch(tshark):
    return Batch(tshark.sandbox)


@pytest.fixture
def place(batch):
    """A folder that the program may write to."""
    return batch.new_folder()


@pytest.fixture(scope="module")
def captures(batch):
    """A folder of captures, and what is known of them."""
    folder = batch.new_folder()
    return folder, make_folder(folder, CAPTURES, DAMAGED)


def test_a_folder(batch, captures):
    folder, known = captures
    printed, said = batch.run(folder, status=1)
    check_rows(map(json.loads, printed.splitlines()), known)
    for path, made in known.items():
        assert (f"{path}: " in said) == made.damaged
    assert f"{CAPTURES - DAMAGED:>12,}" in next(line for line in said.splitlines() if line.startswith("captures read"))
    assert "notes.txt: neither pcap nor pcapng" in said and "empty.pcap: empty" in said


def test_damage_is_named_with_the_error_of_tshark_and_rows_are_kept_or_dropped_whole(batch, place):
    path = place / "cut.pcap"
    Load(5).write(path)
    cut_short(path)
    printed, said = batch.run(path, status=1)
    assert f"failed: {path}: " in said and "cut short in the middle of a packet" in said
    assert len(printed.splitlines()) == 5
    assert batch.run(path, "--drop-damaged", status=1)[0] == ""


NOTING = """#!/bin/bash
echo "$WIRESHARK_DATA_DIR $*" >>{log}
exec {tshark} "$@"
"""


@pytest.mark.parametrize("words, spared", [(("--log", "mails"), True), (("-e", "frame.number", "-Y", "smtp"), False)], ids=["log", "fields"])
def test_logs_are_made_without_the_lists_of_names(batch, captures, place, words, spared):
    """Where the release reads such lists from files. A field may have a name from one of them."""
    folder, _ = captures
    data = Path(batch.sandbox.environment["WIRESHARK_DATA_DIR"])
    lists = {"manuf", "services", "enterprises.tsv", "wka"} & {file.name for file in data.iterdir()}
    log, program = place / "log", place / "tshark"
    program.write_text(NOTING.format(log=log, tshark=shutil.which("tshark")))
    program.chmod(0o755)
    batch.run(folder, *words, "--work", place / "work", "-w", place / "rows", status=1,
              environment={"PATH": f"{place}:{os.environ['PATH']}"})
    used = {line.split(" ")[0] for line in log.read_text().splitlines() if ".pcap" in line}
    assert used == {str(place / "work/run-1/data" if spared and lists else data)}
    if spared and lists:
        assert {file.name for file in (place / "work/run-1/data").iterdir()} == {file.name for file in data.iterdir()} - lists


@pytest.mark.thorough
def test_by_ssh(batch, captures, place):
    need("sshd", "ssh", "setpriv")
    folder, known = captures
    with ssh_server(batch, place) as login:
        logins = [word for host in ("127.0.0.1", "localhost") for word in ("--sshlogin", login.format(host))]
        words = (*logins, "--jobs", "2")
        in_one_go(batch, folder, known, words)
        killed_and_resumed(batch, folder, known, words, 5)
    assert len((place / "logins").read_text().splitlines()) >= CAPTURES


@pytest.mark.thorough
def test_by_slurm(batch, captures, place):
    need("sbatch", "slurmctld", "slurmd", "munged")
    folder, known = captures
    with slurm(batch, place):
        printed, _ = batch.run(folder, "--slurm", "--tasks", "5", "--work", place / "slurm.work", status=1)
        check_rows(map(json.loads, printed.splitlines()), known)
        logs = sorted(file.name for file in (place / "slurm.work/run-1").glob("task-*.log"))
        killed_and_resumed(batch, folder, known, ("--slurm",), 3)
    assert logs == [f"task-{number}.log" for number in range(1, 6)]


def processes_in(folder):
    """Those whose command names the folder."""
    found = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(folder).encode() in commands_in(path)]
    return [path.parent.name for path in found]


def commands_in(path):
    with contextlib.suppress(OSError):
        return path.read_bytes()
    return b""


@pytest.mark.thorough
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_interrupted_and_resumed(batch, captures, number):
    folder, known = captures
    killed_and_resumed(batch, folder, known, ("--jobs", "1"), 5, number)


@pytest.mark.thorough
def test_a_run_that_is_killed_leaves_nothing_at_work(batch, captures, place):
    folder, known = captures
    process = batch.start(folder, "-w", place / "mails.ndjson", "--jobs", "1")
    wait_for(lambda: states_of(place / "mails.ndjson.work"))
    process.kill()
    process.communicate(timeout=30)
    wait_for(lambda: not processes_in(place / "mails.ndjson.work"))
    assert len(states_of(place / "mails.ndjson.work")) < len(known)


@pytest.mark.thorough
def test_a_file_that_changed_is_read_anew(batch, place):
    folder = place / "captures"
    known = make_folder(folder, 4, 0)
    changed = list(known)[1]
    output = place / "mails.ndjson"
    batch.run(folder, "-w", output, "--resume")
    load = Load(10, seed=99)
    load.write(place / "new.pcap")
    os.replace(place / "new.pcap", changed)
    known[changed] = Made(mails_of(load))
    said = batch.run(folder, "-w", output, "--resume")[1].splitlines()
    assert [line.split() for line in said[:2]] == [["captures", "read", "4"], ["by", "earlier", "runs", "3"]]
    check_rows(map(json.loads, output.read_text().splitlines()), known)
    assert states_of(place / "mails.ndjson.work").count(changed) == 2
    assert len(states_of(place / "mails.ndjson.work")) == 5


def test_files_without_a_capture(batch, place):
    place.joinpath("notes.txt").write_text("no capture\n")
    said = batch.run(place / "notes.txt", status=1)[1]
    assert "there is no capture among these files" in said


def test_nothing_is_left_behind_when_all_went_well(batch, place):
    known = make_folder(place / "captures", 3, 0)
    batch.run(place / "captures", "-w", place / "out.tsv", "--format", "tsv")
    assert sorted(file.name for file in place.iterdir()) == ["captures", "out.tsv"]
    header, *rows = (place / "out.tsv").read_text().splitlines()
    assert len(rows) == sum(len(made.mails) for made in known.values()) and header.startswith("file\tstream\ttime\t")


def test_tsv_is_that_of_the_plugin(batch, tshark, place):
    path = places.SAMPLES / "postfix-two-hops.pcapng"
    copied = place / "two.pcapng"
    shutil.copyfile(path, copied)
    header, *rows = batch.run(copied, "--format", "tsv")[0].splitlines()
    own_header, *own = mail_log.write(tshark, path, f"{mail_log.STATISTIC},tsv").splitlines()
    assert [row.split("\t", 1)[1] for row in [header, *sorted(rows)]] == [own_header, *sorted(own)]


@pytest.mark.parametrize("program, suffix", [("gzip", "gz"), ("zstd", "zst"), ("xz", "xz")])
def test_compressed(batch, place, program, suffix):
    load = Load(5)
    plain = place / "load.pcap"
    load.write(plain)
    if not shutil.which(program):
        pytest.skip(f"{program} is not there")
    with open(place / f"load.pcap.{suffix}", "wb") as out:
        assert os.spawnlp(os.P_WAIT, "sh", "sh", "-c", f"{program} -c {plain} > {out.name}") == 0
    plain.unlink()
    assert len(batch.rows(place)) == 5


# --- fields, errors -------------------------------------------------------------------------------------------------------------


def test_fields(batch, place):
    path = place / "load.pcap"
    Load(3).write(path)
    rows = batch.rows(path, "-e", "frame.number", "-e", "esmtp.reply.code", "-e", "esmtp.mail.from", "-Y", "esmtp.reply")
    assert {row["file"] for row in rows} == {str(path)}
    assert rows[0]["esmtp.reply.code"] == "220" and rows[0]["esmtp.mail.from"] is None
    assert rows[1]["esmtp.reply.code"] == "250"
    assert any(isinstance(row["esmtp.reply.code"], list) for row in rows)  # replies to what was pipelined


def test_a_list_on_standard_input(batch, place):
    names = [place / f"a name\twith blanks {number}.pcap" for number in range(2)]
    for name in names:
        Load(1).write(name)
    process = batch.sandbox.popen(["sh", "-c", f"printf '%s\\n' \"$@\" | /usr/bin/python3 -B {batch.program} -", "sh", *names],
                                  batch.environment, stdout=-1, stderr=-1, text=True)
    printed, said = process.communicate(timeout=60)
    assert {json.loads(line)["file"] for line in printed.splitlines()} == set(map(str, names)), said


@pytest.mark.parametrize("words, said", [
    (["/no/such/folder"], "no such file or folder: /no/such/folder"),
    (["-e", "esmtp.nothing", "."], "esmtp.nothing"),
    (["-o", "esmtp.nothing:1", "."], "esmtp.nothing"),
    (["-Y", "esmtp", "."], "--filter is for --field"),
    (["--slurm", "--sshlogin", "x", "."], "choose one"),
    (["--jobs", "many", "."], "--jobs takes a number, a part of the processors (50%), or more or fewer than these (+1, -1): 'many' is none"),
    (["--tasks", "3", "."], "--tasks is for --slurm"),
    (["--slurm", "--tasks", "0", "."], "--tasks is for --slurm, and takes a number from 1"),
    (["--resume", "."], "--resume needs the name"),
    (["--format", "tsv", "--log", "mails", "--log", "parts", "."], "TSV has the columns of one log"),
])
def test_errors_name_the_thing(batch, words, said):
    assert said in batch.run(*words, status=2)[1]


def test_results_of_another_question_are_not_mixed(batch, place):
    make_folder(place / "captures", 2, 1)
    batch.run(place / "captures", "-w", place / "out", "--resume", status=1)
    assert "results of another question (logs: ['mails'], now ['parts'])" in batch.run(
        place / "captures", "-w", place / "out", "--resume", "--log", "parts", status=2)[1]
    assert "is no folder of esmtp-batch" in batch.run(
        place / "captures", "--work", place / "captures", "--restart", status=2)[1]
    assert (place / "captures/notes.txt").exists()


# --- one large capture ------------------------------------------------------------------------------------------------------------


def ethernet(packet, tags=()):
    kind = b"\x86\xdd" if packet[0] >> 4 == 6 else b"\x08\x00"
    return bytes(12) + b"".join(tag + b"\x00\x07" for tag in tags) + kind + packet


def ipv6(segment):
    """The segment between addresses that hold its own."""
    tcp = tcp_header(segment, 0) + segment.payload
    source, destination = (ipaddress.IPv6Address(f"2001:db8::{address}").packed for address, _ in (segment.source, segment.destination))
    return struct.pack("!IHBB", 6 << 28, len(tcp), 6, 64) + source + destination + tcp


def fragments(packet, size=400):
    """The IPv4 packet in fragments of so many octets."""
    header, rest = packet[:20], packet[20:]
    for at in range(0, len(rest), size):
        part = rest[at:at + size]
        more = 0x2000 if at + size < len(rest) else 0
        own = header[:2] + struct.pack("!H", 20 + len(part)) + header[4:6] + struct.pack("!H", more | at // 8) + header[8:10] + bytes(2) + header[12:]
        yield own[:10] + struct.pack("!H", checksum(own)) + own[12:] + part


def icmp_error(packet):
    """A router says to the sender that the packet did not arrive, with a copy of its begin."""
    icmp = b"\x03\x01\x00\x00" + bytes(4) + packet[:60]
    icmp = icmp[:2] + struct.pack("!H", checksum(icmp)) + icmp[4:]
    return struct.pack("!BBHHHBBH", 0x45, 0, 20 + len(icmp), 9, 0, 64, 1, 0) + bytes([203, 0, 113, 1]) + packet[12:16] + icmp


def frames_of(segment, way):
    """A segment as it goes over the wire."""
    packet = ip_packet(segment)
    if way == "fragments":
        return [ethernet(part) for part in fragments(packet)]
    if way == "icmp":
        return [ethernet(packet), ethernet(icmp_error(packet))] if segment.flags & SYN else [ethernet(packet)]
    return [{"vlan": lambda: ethernet(packet, [b"\x81\x00"]), "two vlans": lambda: ethernet(packet, [b"\x88\xa8", b"\x81\x00"]),
             "ipv6": lambda: ethernet(ipv6(segment)), "plain": lambda: ethernet(packet)}[way]()]


WAYS = ("plain", "vlan", "two vlans", "ipv6", "fragments", "icmp")


def one_large(path):
    """Connections at the same time, that go over the wire in all ways."""
    load = Load(120)
    with open(path, "wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for segment in load.segments:
            port = segment.source[1] if segment.from_client else segment.destination[1]
            for frame in frames_of(segment, WAYS[port % len(WAYS)]):
                microseconds = round(segment.time * 1_000_000)
                out.write(struct.pack("<IIII", microseconds // 1_000_000, microseconds % 1_000_000, len(frame), len(frame)) + frame)
    path.chmod(0o644)
    return load


def sorted_rows(rows):
    return sorted(json.dumps(row, sort_keys=True) for row in rows)


@pytest.mark.thorough
@pytest.mark.parametrize("sample", ["postfix-starttls-tls12", "postfix-two-hops", "postfix-ipv6", "exim-pipeconnect", "postfix-attachments"])
def test_pieces_of_a_sample_give_what_the_whole_gives(batch, place, sample):
    path = place / f"{sample}.pcapng"
    shutil.copyfile(places.SAMPLES / path.name, path)
    check_pieces(batch, path)


def test_pieces_of_many_connections_give_what_the_whole_gives(batch, place):
    path = place / "load.pcap"
    load = one_large(path)
    rows = check_pieces(batch, path)
    assert sum("rcpt_to" in row for row in rows) == len(load.mails)


def check_pieces(batch, path):
    """The rows, which are the same by both ways."""
    logs = [word for log in ("mails", "connections", "parts", "logins") for word in ("--log", log)]
    whole = batch.rows(path, "--split", "0", *logs)
    pieces = batch.rows(path, "--split", "0.0001", *logs)
    assert whole and sorted_rows(pieces) == sorted_rows(whole)
    for log in ("mails", "connections"):
        times = [row["time"] for row in pieces if row["log"] == log]
        assert times == sorted(times)
    return pieces


def large_record(octets):
    """A packet longer than Wireshark reads, in the middle, with more packets behind it."""
    at = 24
    while at < len(octets) // 2:
        at += 16 + struct.unpack_from("<I", octets, at + 8)[0]
    return octets[:at] + struct.pack("<IIII", 0, 0, 300000, 300000) + bytes(300000) + octets[at:]


def compressed_cut(octets):
    return gzip.compress(octets)[:-200]


def header_cut(octets):
    return octets[:10]


def bad_block(_):
    return struct.pack("<IIIHHqIII", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28, 1, 8) + bytes(500)


def last_packet_cut(octets):
    return octets[:-20]


@pytest.mark.parametrize("damage", [large_record, compressed_cut, header_cut, bad_block, last_packet_cut])
def test_pieces_of_a_damaged_capture_give_what_the_whole_gives_and_the_others_go_on(batch, place, damage):
    folder = place / "captures"
    known = make_folder(folder, 2, 0)
    path = folder / "damaged.pcap"
    Load(20, seed=7).write(path)
    path.write_bytes(damage(path.read_bytes()))
    (whole, said), (pieces, said_of_pieces) = (batch.run(folder, "--split", size, status=1) for size in ("0", "0.000001"))
    assert sorted(pieces.splitlines()) == sorted(whole.splitlines())
    check_rows((row for row in map(json.loads, pieces.splitlines()) if row["file"] != str(path)), known)
    failed = [line for line in said.splitlines() if line.startswith("failed: ")]
    assert failed and failed == [line for line in said_of_pieces.splitlines() if line.startswith("failed: ")]


def test_errors_about_errors_are_not_followed_without_end(batch, place):
    """A packet of 64 KB that is an ICMP error about an ICMP error about one, and so on."""
    error = struct.pack("!BBHHHBBH", 0x45, 0, 60000, 9, 0, 64, 1, 0) + bytes([192, 0, 2, 1, 192, 0, 2, 2]) + b"\x03\x01" + bytes(6)
    path = place / "load.pcap"
    Load(5).write(path)
    frame = ethernet(error * 2000)
    with open(path, "ab") as file:
        file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    assert len(batch.rows(path, "--split", "0.0001")) == 5


def test_a_work_folder_among_the_captures_is_not_read(batch, place):
    known = make_folder(place, 2, 0)
    words = (place, "-w", place / "mails.ndjson", "--resume")
    batch.run(*words)
    shutil.copyfile(list(known)[0], place / "mails.ndjson.work/run-1/piece-0")
    _, said = batch.run(*words)
    assert ".work/" not in said
    check_rows(map(json.loads, (place / "mails.ndjson").read_text().splitlines()), known)


def test_a_size_that_sqlite_has_not_and_a_name_with_a_question_mark(batch, place):
    connection = Connection()
    dialogue(connection, [("S", lines("220 mx")), ("C", lines("EHLO a")), ("S", lines("250-mx", "250 SIZE")),
                          ("C", lines(f"MAIL FROM:<a@example.org> SIZE={2**64 - 1}")), ("S", lines("552 5.3.4 Too large"))])
    write(place / "size.pcap", connection.segments)
    base = place / "a?b#%41.sqlite"
    batch.run(place / "size.pcap", "--sqlite", base)
    query = place / "my.sql"
    query.write_text("SELECT declared_size FROM mail")
    assert json.loads(batch.run("query", query, base, "--format", "json")[0]) == [{"declared_size": float(2**64 - 1)}]
    assert not (place / "a").exists()
    query.write_bytes(b"\xff")
    assert "my.sql asked of" in batch.run("query", query, base, status=2)[1]


def as_pcapng(octets, packet_block):
    """`packet_block`: makes the type and the body of a packet's block of its microseconds since 1970 and its octets."""
    yield struct.pack("<IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)
    yield struct.pack("<IIHHII", 1, 20, struct.unpack_from("<I", octets, 20)[0], 0, 0, 20)
    at = 24
    while at < len(octets):
        second, microsecond, length, _ = struct.unpack_from("<IIII", octets, at)
        kind, body = packet_block(second * 1_000_000 + microsecond, octets[at + 16:at + 16 + length])
        body += bytes(-len(body) % 4)
        yield struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
        at += 16 + length


def without_time(_, packet):
    return 3, struct.pack("<I", len(packet)) + packet


def after_the_year_9999(time_of, packet):
    later = time_of + 400_000_000_000 * 1_000_000
    return 6, struct.pack("<IIIII", 0, later >> 32, later & 0xFFFFFFFF, len(packet), len(packet)) + packet


@pytest.mark.parametrize("packet_block", [without_time, after_the_year_9999])
def test_page_of_packets_with_no_time_or_an_odd_one(batch, place, packet_block):
    path = place / "load.pcap"
    hostile(path)
    path.write_bytes(b"".join(as_pcapng(path.read_bytes(), packet_block)))
    batch.run(path, "--html", place / "page.html")
    assert "C: EHLO a" in "".join(Texts((place / "page.html").read_text()).text)


# --- the database -----------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def database(batch):
    place = batch.new_folder()
    folder, path = place / "samples", place / "samples.sqlite"
    shutil.copytree(places.SAMPLES, folder, ignore=shutil.ignore_patterns("evidence"))
    batch.run(folder, "--sqlite", path)
    return path


def test_database_has_what_the_logs_have(batch, tshark, database):
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as opened:
        opened.row_factory = sqlite3.Row
        path = places.SAMPLES / "postfix-relay-pipelined.pcapng"
        records = mail_log.records(tshark, path)
        rows = opened.execute("SELECT mail.* FROM mail JOIN capture USING (capture) WHERE path LIKE ? ORDER BY mail_index",
                              (f"%/{path.name}",)).fetchall()
        assert [(row["mail_from"], row["outcome"], row["queue_id"], row["size"], row["duration"]) for row in rows] == \
            [(record["mail_from"], record["outcome"], record["queue_id"], record["size"], record["duration"]) for record in records]
        recipients = opened.execute("SELECT address, outcome, code, reply_time FROM recipient WHERE mail = ? ORDER BY rowid", (rows[0]["mail"],))
        assert [tuple(row) for row in recipients] == [("bob@example.org", "accepted", 250, 0.012675),
                                                      ("nobody@example.org", "rejected", 550, 0.012675)]
        assert opened.execute("SELECT count(*) FROM part WHERE mail IS NULL").fetchone()[0] == 0


def test_every_column_of_a_log_is_in_the_database(batch, tshark, database):
    other_names = {"index": "mail_index", "part": "number"}
    lists = {f"rcpt_{name}" for name in ("to", "code", "status", "text", "time", "accepted", "deferred", "rejected")} # table recipient
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as opened:
        for log, table in (("mails", "mail"), ("connections", "connection"), ("parts", "part"), ("logins", "login")):
            columns = {row[1] for row in opened.execute(f"PRAGMA table_info({table})")}
            header = tshark.run(places.SAMPLES / "postfix-auth-login.pcapng", "-q", "-z", f"esmtp,{log},tsv",
                                preferences={"esmtp.log_tls": "TRUE"}).splitlines()[0].split("\t")
            assert {other_names.get(name, name) for name in header} - lists <= columns, log


@pytest.mark.parametrize("query", QUERIES, ids=lambda path: path.stem)
def test_every_question_has_an_answer(batch, database, query):
    header, *rows = batch.run("query", query.stem, database, "--format", "tsv")[0].splitlines()
    assert query.stem == "damage" or rows
    assert all(len(row.split("\t")) == len(header.split("\t")) for row in rows)
    assert query.stem in batch.run("query", "--help")[0]


def answers(batch, query, database):
    return json.loads(batch.run("query", query, database, "--format", "json")[0])


def test_answers(batch, database):
    assert [(row["hops"], row["message_id"]) for row in answers(batch, "paths", database)] == [(2, "<hop.1@example.com>")]
    (failed,) = answers(batch, "failed-logins", database)
    assert failed["client"] == "192.0.2.10" and failed["failed"] >= 10
    assert any(row["code"] == 550 and row["status"] == "5.1.1" for row in answers(batch, "refusals", database))
    assert any(row["name"] == "samples.bin" for row in answers(batch, "attachments", database))


def test_unknown_question(batch, database):
    assert "no such question: nothing; there are attachments" in batch.run("query", "nothing", database, status=2)[1]


# --- the page ---------------------------------------------------------------------------------------------------------------------

HOSTILE = "<script>document.title='taken over'</script>\"'><img src=x onerror=\"document.title='taken over'\">"


class Texts(html.parser.HTMLParser):
    """The elements of a page, and its text."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.text = collections.Counter(), []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.elements[tag] += 1

    def handle_data(self, data):
        self.text.append(data)


def hostile(path):
    connection = Connection()
    dialogue(connection, [
        ("S", lines("220 mx")), ("C", lines("EHLO a")), ("S", lines("250 mx")),
        ("C", lines(f"MAIL FROM:<\"{HOSTILE}\"@example.org>", "RCPT TO:<b@example.net>", "DATA")),
        ("S", lines("250 Ok", "250 Ok", "354 Go on")), ("C", lines(f"Subject: {HOSTILE}", "", "text", ".")),
        ("S", lines(f"554 5.7.1 {HOSTILE}"))])
    write(path, connection.segments)


@pytest.fixture(scope="module")
def page(batch):
    place = batch.new_folder()
    shutil.copyfile(places.SAMPLES / "postfix-relay-pipelined.pcapng", place / "relay.pcapng")
    hostile(place / "hostile.pcap")
    batch.run(place, "--html", place / "page.html")
    return place / "page.html"


def test_page_shows_what_was_sent_and_runs_none_of_it(page):
    found = Texts(page.read_text())
    text = "".join(found.text)
    assert found.elements["script"] == 1 and found.elements["img"] == 0 and found.elements["link"] == 0
    assert text.count(HOSTILE) >= 3  # sender, subject, reply
    assert "http" not in page.read_text().replace("http-equiv", "")


def test_page_tells_why_and_draws_the_dialogue(page):
    text = "".join(Texts(page.read_text()).text)
    assert "no such user" in text and "Check the address with the recipient" in text
    assert "C: EHLO relay.example.com" in text and "S: 220 mx.example.org" in text
    assert "rejected" in text


@pytest.mark.thorough
def test_page_of_many_mails_opens_in_a_browser(batch):
    """And the browser shows hostile text as text."""
    browser = shutil.which("chromium")
    if not browser and not MUST:
        pytest.skip("not there: chromium")
    place = batch.new_folder()
    Load(10000).write(place / "load.pcap")
    hostile(place / "hostile.pcap")
    batch.run(place, "--html", place / "page.html")
    started = time.monotonic()
    done = subprocess.run([browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={place}/profile", "--dump-dom",
                           (place / "page.html").as_uri()], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    shown = Texts(done.stdout)
    assert shown.elements["tr"] > 12000 and "<title>Mails in 2 captures</title>" in done.stdout
    assert time.monotonic() - started < 60


# --- what stays as it is ------------------------------------------------------------------------------------------------------------


def test_no_capture_and_no_folder_of_others_is_written_over(batch, place):
    path = place / "load.pcap"
    Load(1).write(path)
    before = path.read_bytes()
    for option in ("-w", "--sqlite", "--html"):
        assert "is a capture: it stays as it is" in batch.run(path, option, path, status=2)[1]
    precious = batch.new_folder()
    (precious / "thesis.txt").write_text("x")
    for words in (["--resume"], ["--restart"], []):
        assert "is no folder of esmtp-batch" in batch.run(path, "--work", precious, *words, status=2)[1]
    results = batch.new_folder()
    (results / "results").mkdir()
    (results / "results/of-years.csv").write_text("x")
    assert "is no folder of esmtp-batch" in batch.run(path, "--work", results, "--restart", status=2)[1]
    assert (results / "results/of-years.csv").exists()
    assert "two outputs have the same name" in batch.run(path, "-w", place / "x", "--sqlite", place / "x", status=2)[1]
    assert "no such folder: /nosuch" in batch.run(path, "-w", "/nosuch/x", status=2)[1]
    assert path.read_bytes() == before and [file.name for file in precious.iterdir()] == ["thesis.txt"]
    assert sorted(file.name for file in place.iterdir()) == ["load.pcap"]


def test_what_cannot_be_read_is_a_failure(batch, place):
    Load(1).write(place / "load.pcap")
    (place / "load.pcap").chmod(0)
    (place / "linked").symlink_to("/usr")
    (place / "closed").mkdir(mode=0)
    printed, said = batch.run(place, status=1)
    assert not printed
    assert "load.pcap: Permission denied" in said and "closed: a folder that cannot be read" in said
    assert "linked: a link to a folder, which is not followed" in said


def test_names_that_are_not_utf8_or_odd(batch, place):
    """Bytes that are no UTF-8, a line separator, a newline, quotes: each is read, and again when the run goes on."""
    folder = place / "captures"
    known = make_folder(folder, 4, 0)
    names = [b"\xff\xfe.pcap", "line\u2028separator.pcap".encode(), b"new\nline.pcap", b"quote'\"$HOME`id`.pcap"]
    for path, name in zip(list(known), names):
        os.rename(path, os.path.join(os.fsencode(folder), name))
    for _ in range(2):
        batch.run(folder, "-w", place / "mails.ndjson", "--sqlite", place / "mail.sqlite", "--resume")
    found = [json.loads(line.decode(errors="surrogateescape")) for line in (place / "mails.ndjson").read_bytes().splitlines()]
    assert collections.Counter(os.fsencode(os.path.basename(row["file"])) for row in found) == dict.fromkeys(names, 5)
    with contextlib.closing(sqlite3.connect(place / "mail.sqlite")) as database:
        assert database.execute("SELECT count(*), count(DISTINCT capture) FROM mail").fetchone() == (20, 4)


def test_a_list_with_a_file_that_has_gone(batch, place):
    """As in a ring buffer."""
    known = make_folder(place / "captures", 3, 0)
    listed = "\n".join([*known, str(place / "gone.pcap")])
    process = batch.sandbox.popen(["bash", "-c", 'exec "$0" -B "$@" <<<"$LIST"', "/usr/bin/python3", batch.program, "-"],
                                  batch.environment | {"LIST": listed}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    printed, said = process.communicate(timeout=60)
    assert process.returncode == 1 and f"failed: {place}/gone.pcap: No such file or directory" in said
    check_rows(map(json.loads, printed.splitlines()), known)


@pytest.mark.parametrize("left", ["nothing", "state", "question"])
def test_files_of_a_run_that_ended_while_it_wrote_them(batch, place, left):
    known = make_folder(place / "captures", 3, 0)
    work = place / "mails.ndjson.work"
    batch.run(place / "captures", "-w", place / "mails.ndjson", "--resume")
    if left == "question":
        (work / "question.json").rename(work / "question.json.part")
        (work / "state.ndjson").unlink()
    else:
        (work / "state.ndjson").write_text("" if left == "nothing" else '{"identity": ["cut')
    batch.run(place / "captures", "-w", place / "mails.ndjson", "--resume")
    check_rows(map(json.loads, (place / "mails.ndjson").read_text().splitlines()), known)
    assert sorted(states_of(work)) == sorted(known)


def test_a_login_that_fails_is_told_and_what_it_had_to_read_is_read_later(batch, place):
    need("ssh")
    known = make_folder(place / "captures", 4, 0)
    output = place / "mails.ndjson"
    _, said = batch.run(place / "captures", "-w", output, "--sshlogin", ":", "--sshlogin", "nosuch.invalid", status=1)
    assert "ssh: Could not resolve hostname nosuch.invalid" in said and "signal" not in said
    batch.run(place / "captures", "-w", output, "--resume")
    check_rows(map(json.loads, output.read_text().splitlines()), known)


@pytest.mark.parametrize("option", ["-w", "--sqlite", "--html"])
def test_a_disk_that_is_full_is_named_with_the_file(batch, captures, place, option):
    """A limit to the size of files stands for it."""
    folder, _ = captures
    process = batch.sandbox.popen(["bash", "-c", 'ulimit -f 60; exec "$0" -B "$@"', "/usr/bin/python3", batch.program, folder, option,
                                   place / "output"], batch.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 2 and f"{place}/output cannot be written" in said, said
    assert not (place / "output").exists() and not (place / "output.part").exists()
