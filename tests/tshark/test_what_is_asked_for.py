"""Where the tree is made for a filter or for -e alone, only what these name is drawn: it has to be the same as in a whole tree.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

import places
from packets import Connection, dialogue, lines
from sharkd import Sharkd
from tshark import TIME_LIMIT, Tshark

SAMPLES = places.captures_in(places.SAMPLES)
SAMPLE = places.SAMPLES / "courier-exdata.pcapng"
GROUPS = 6  # of fields, so that none is named beside its neighbours


@pytest.fixture(scope="session")
def fields(tshark):
    """The names of all our fields, but for the expert infos, which ask for everything."""
    rows = [row.split("\t") for row in tshark.describe("fields").splitlines()]
    return [row[2] for row in rows if row[0] == "F" and row[2].startswith("esmtp.") and not row[2].startswith("esmtp.expert")]


def named(tshark, capture, names, *further):
    """What -e of the names gives, frame by frame."""
    words = [word for name in (*names, *further) for word in ("-e", name)]
    found = [packet["_source"]["layers"] for packet in json.loads(tshark.run(capture, "-T", "json", "-e", "frame.number", *words))]
    return [{name: layer[name] for name in ("frame.number", *names) if name in layer} for layer in found]


@pytest.mark.parametrize("number, capture", list(enumerate(SAMPLES)), ids=[path.name for path in SAMPLES])
@pytest.mark.thorough
def test_fields_named_alone_are_those_of_the_whole_tree(tshark, fields, number, capture):
    """-e _ws.expert asks for the whole tree."""
    group = fields[number % GROUPS::GROUPS]
    alone = named(tshark, capture, group)
    assert alone == named(tshark, capture, group, "_ws.expert")
    assert any(len(frame) > 1 for frame in alone)


GLUED = ["-oesmtp.decode_auth:true", "-Yesmtp", "-zesmtp,tree", "-oesmtp.decode_auth:TRUE", "-ntad"]


@pytest.mark.parametrize("option", GLUED)
@pytest.mark.parametrize("how", [("-V",), ("-O", "esmtp"), ("-O", "esmtp", "-x"), ("-PV",)], ids=" ".join)
def test_details_whatever_option_stands_in_front(tshark, option, how):
    assert tshark.run(SAMPLE, option, *how).count("    Verb: ") == tshark.tree(SAMPLE).count("    Verb: ") > 10


@pytest.mark.parametrize("option", GLUED)
def test_a_field_whatever_option_stands_in_front(tshark, option):
    def verbs(*options):
        text = tshark.run(SAMPLE, *options, "-T", "fields", "-e", "esmtp.command.verb")
        return [line for line in text.splitlines() if line.isalpha() and line.isupper()]

    assert verbs(option) == verbs() != []


@pytest.mark.parametrize("words", [("-eesmtp.command.verb", "-Tfields"), ("-ne", "esmtp.command.verb", "-T", "fields"),
                                   ("-T", "fields", "-2e", "esmtp.command.verb")], ids=" ".join)
def test_a_field_however_it_is_written(tshark, words):
    assert tshark.run(SAMPLE, *words).split() == tshark.run(SAMPLE, "-T", "fields", "-e", "esmtp.command.verb").split() != []


@pytest.mark.parametrize("words, shown", [
    (("-e", "esmtp"), "Extended Simple Mail Transfer Protocol"), (("-Y", "esmtp", "-e", "esmtp.command.verb"), "HELP"),
    (("-z", "io,phs", "-e", "esmtp.command.verb"), "esmtp  "), (("-e", "frame.protocols"), "tcp:esmtp"),
    (("-e", "esmtp.command.verb"), "HELP")], ids=str)
def test_the_protocol_where_one_of_its_fields_is_named(tshark, words, shown):
    """Its own item stands in the tree only where something looks for it."""
    printed = tshark.run(SAMPLE, "-T", "fields", *words)
    assert shown in printed
    assert sorted(printed.splitlines()) == sorted(tshark.run(SAMPLE, "-T", "fields", *words, two_pass=True).splitlines())


def test_details_column(tshark):
    """4.6 has columns that show a field in words."""
    if tshark.release < (4, 6):
        pytest.skip("this release has no such columns")
    columns = {"gui.column.format": '"Verb","%Cus:esmtp.command.verb:0:D","Capability","%Cus:esmtp.capability:0:D"'}
    text = tshark.run(SAMPLE, preferences=columns, only="esmtp")
    assert "MAIL — begins a mail transaction (RFC 5321, 4.1.1.2)" in text
    assert "PIPELINING — commands without waiting for replies (RFC 2920)" in text
    assert "no extension that is registered" not in text


NOTEWORTHY = [("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
              ("S", lines("250-mx.example.org", "250 SIZE 1000")),
              ("C", lines("MAIL FROM:<ann@example.org> SIZE=2000")), ("S", lines("550-no", "250 yes"))]


@pytest.mark.parametrize("only", [None, "tcp", "esmtp", "_ws.expert"])
def test_expert_column(tshark, capture, only):
    """It has the severity, whatever the filter names."""
    path = capture(dialogue(Connection(), NOTEWORTHY))
    column = {"gui.column.format": '"Number","%m","Severity","%a"'}
    rows = [row.split() for row in tshark.run(path, preferences=column, only=only).splitlines()]
    marked = tshark.frames(path, "esmtp.expert.size_exceeded || esmtp.expert.reply_codes_differ")
    mail, reply = [row for row in rows if int(row[0]) in marked]
    assert (mail[1], reply[1]) == ("Note", "Warning")


TWICE = [("-n2q",), ("-S", "-e", "-2"), ("--disable-protocol", "ftp", "-2"), ("--disable-protocol=ftp", "-2"),
         ("--disable-prot", "ftp", "-2"), ("--export-tls-session-keys", "-e", "-2"),
         ("--export-tls-sess", "-e", "-2"), ("--export-tls-sess", "-nd", "-2")]


@pytest.mark.parametrize("words", TWICE, ids=" ".join)
def test_no_option_hides_that_packets_are_visited_twice(tshark, words):
    """What is kept for one visit alone is gone at the second. tshark takes the beginnings of words too, which are not known here."""
    verbs = ("-Y", "esmtp", "-T", "fields", "-e", "esmtp.command.verb")
    in_home = ["bash", "-c", 'cd && exec tshark "$@"', "bash"]  # a name for keys is one of a file that is written there
    process = tshark.sandbox.popen([*in_home, "-r", tshark.sandbox.readable(SAMPLE), *words, *verbs], stdin=subprocess.DEVNULL,
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    printed, _ = process.communicate(timeout=TIME_LIMIT)
    assert sorted(printed.split()) == sorted(tshark.run(SAMPLE, "-2", *verbs).split()) != []


CONTENT = lines("Subject: In pieces", "", "Body", ".")


@pytest.mark.parametrize("words", [("-R", "imf"), ("-Rimf",), ("-Y", "imf")], ids=" ".join)
def test_a_mail_in_several_packets_in_the_second_pass(tshark, capture, words):
    """Also when the first of them are not in the second pass."""
    connection = dialogue(Connection(), [("C", lines("DATA")), ("S", lines("354 go on"))])
    for piece in (CONTENT[:10], CONTENT[10:25], CONTENT[25:]):
        connection.client(piece)
    connection.server(lines("250 ok"))
    path = capture(connection)
    assert tshark.run(path, "-2", *words, "-T", "fields", "-e", "imf.subject").split("\n") == ["In pieces", ""]


@pytest.mark.parametrize("words", [(), ("--disable-prot", "ftp")], ids=" ".join)
def test_a_field_of_the_builtin_behind_an_option_that_is_not_known(tshark, words):
    assert tshark.run(SAMPLE, *words, "-T", "fields", "-e", "smtp.req.command").split()[:2] == ["EHLO", "HELP"]


def test_a_program_is_not_known_by_what_it_is_started_as(tshark):
    """sharkd visits packets again, whatever its first argument says."""
    def popen(command, **options):
        return tshark.sandbox.popen(["/opt/not-tshark", *command[1:]], executable=shutil.which("sharkd"), **options)

    with Sharkd(SimpleNamespace(popen=popen, readable=tshark.sandbox.readable)) as renamed:
        renamed.load(SAMPLE)
        assert renamed.matching("esmtp.command.verb == DATA") == tshark.frames(SAMPLE, "esmtp.command.verb == DATA") != []


READ_ALL = """
    for _, info in ipairs({all_field_infos()}) do print("read " .. info.name) end
"""
POST_DISSECTOR = f"""
    local reader = Proto("reader", "Reads all fields")
    function reader.dissector(tvb, pinfo, tree) {READ_ALL} end
    register_postdissector(reader)
"""
LISTENER = f"""
    local reader = Listener.new("frame")
    function reader.packet(pinfo, tvb) {READ_ALL} end
"""


@pytest.fixture(scope="module")
def names_in_details(tshark):
    """The fields of the sample's whole tree, each as often as it is there."""
    found = [field.get("name") for packet in tshark.pdml(SAMPLE) for field in packet.iter("field")]
    return sorted(name for name in found if name and name.startswith("esmtp.") and not name.startswith("esmtp.expert"))


def names_read(printed):
    """Those of ours. Some releases make only the fields that are named, so that a script reads none of TCP's either."""
    names = [line.removeprefix("read ") for line in printed.splitlines() if line.startswith("read ")]
    assert "frame.number" in names
    if "tcp.port" not in names:
        pytest.skip("this release shows a script only the fields that are named")
    return sorted(name for name in names if name.startswith("esmtp.") and not name.startswith("esmtp.expert"))


@pytest.mark.parametrize("script", [POST_DISSECTOR, LISTENER], ids=["post-dissector", "listener"])
def test_a_script_reads_all_fields(tshark, tmp_path, names_in_details, script):
    """Though -e names another one alone."""
    file = tmp_path / "reader.lua"
    file.write_text(script)
    printed = tshark.run(SAMPLE, "-X", f"lua_script:{tshark.sandbox.readable(file)}", "-T", "fields", "-e", "frame.number")
    assert names_read(printed) == names_in_details != []


@pytest.mark.thorough
def test_a_script_in_the_personal_folder_reads_all_fields(names_in_details):
    with Tshark(places.PLUGIN) as tshark:
        folder = next(line.partition(":")[2].strip() for line in tshark.describe("folders").splitlines()
                      if line.startswith("Personal Lua Plugins:"))
        assert folder.startswith(str(tshark.sandbox.home))
        Path(folder).mkdir(parents=True)
        (Path(folder) / "reader.lua").write_text(POST_DISSECTOR)
        printed = tshark.run(SAMPLE, "-T", "fields", "-e", "frame.number")
    assert names_read(printed) == names_in_details

