"""Beside the built-in dissector: who names its fields in filters, columns and scripts gets from the plugin what it gave, or something
more right.

Every sample and corpus capture is dissected twice, by the stock Wireshark and with the plugin, and every smtp.* value is compared
frame by frame. Each difference has to be listed in builtin_differences.py, with the reason why the plugin is right; what can be
checked of a reason is checked here, on every difference that is listed for it. A row that no difference matches fails as well.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import json
import re

import pytest

import evidence
import places
from builtin_differences import DIFFERENCES, REASONS
from packets import Connection, dialogue, lines
from sharkd import Sharkd
from tshark import Tshark

FIELDS = """smtp smtp.req smtp.rsp smtp.message smtp.command_line smtp.req.command smtp.req.parameter smtp.response smtp.response.code
    smtp.rsp.parameter smtp.auth.username smtp.auth.password smtp.auth.username_password smtp.eom smtp.data.fragments
    smtp.data.fragment smtp.data.fragment.count smtp.data.reassembled.in smtp.data.reassembled.length smtp.base64_decode""".split()
AUTH_FIELDS = [field for field in FIELDS if field.startswith("smtp.auth.")] + ["smtp.rsp.parameter"]
DECODED = {"smtp.decryption": "TRUE"}
BY_LINES = {"smtp.desegment_data": "FALSE"}

CAPTURES = places.captures_in(places.SAMPLES) + places.captures_in(places.CORPUS)


def values(tshark, capture, fields, **common):
    """{frame: {field: [value, ...]}}. By JSON, in which a value may hold any octet."""
    words = [word for field in fields for word in ("-e", field)]
    packets = json.loads(tshark.run(capture, "-T", "json", "-e", "frame.number", *words, **common))
    frames = {}
    for packet in packets:
        found = packet["_source"]["layers"]
        frames[int(found.pop("frame.number")[0])] = {field: found[field] for field in fields if field in found}
    for found in frames.values():
        if "smtp" in found:  # once a packet or once a TLS record: it is there
            found["smtp"] = ["there"]
    return frames


class Difference:
    """What the two say of one field of one frame; `beside` and `beside_builtin` are what they say of the frame's other fields."""

    def __init__(self, stock, capture, frame, field, beside_builtin, beside):
        self.stock, self.capture, self.frame, self.field = stock, capture, frame, field
        self.builtin, self.plugin = beside_builtin.get(field, []), beside.get(field, [])
        self.beside_builtin, self.beside = beside_builtin, beside

    def __repr__(self):
        return f"{self.capture.name} {self.frame} {self.field}: {self.builtin!r:.300} -> {self.plugin!r:.300}"


def differences(stock, tshark, capture, fields, **common):
    builtin, plugin = values(stock, capture, fields, **common), values(tshark, capture, fields, **common)
    assert builtin.keys() == plugin.keys()
    return [Difference(stock, capture, frame, field, builtin[frame], plugin[frame])
            for frame in sorted(builtin) for field in fields if builtin[frame].get(field) != plugin[frame].get(field)]


def numbers(text):
    """"4,8-16/2" is 4, 8, 10, 12, 14, 16."""
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        yield from range(int(first), int(last or first) + 1, int(step or 1))


def listed(capture, release):
    """{(frame, field): reason} of this release's rows."""
    return {(frame, field): reason
            for frames, fields, reason, releases in DIFFERENCES.get(capture.name, [])
            if releases is None or release in releases
            for frame in numbers(frames)
            for field in ("smtp" if name == "." else f"smtp.{name}" for name in fields.split())}


# --- what can be checked of a reason ------------------------------------------------------------------------------------


def words(line):
    """A command line's verb, and what follows it if anything does."""
    verb, *argument = line.removesuffix("\\n").removesuffix("\\r").split(None, 1)
    return verb, argument


def verb_is_whole(difference):
    """The command line, of which both say the same, begins with what the plugin takes for the verb."""
    command_lines = difference.beside.get("smtp.command_line", [])
    verbs = [words(line)[0] for line in command_lines]
    if difference.field == "smtp.req.command":
        return difference.plugin == verbs and difference.builtin == [verb[:4] for verb in verbs]
    arguments = [argument.rstrip() for line in command_lines for argument in words(line)[1]]
    return [value.rstrip() for value in difference.plugin] == arguments


def same_but_for_utf8(difference):
    """The built-in dissector has a replacement character for each octet outside ASCII."""
    return difference.builtin == [re.sub(r"[^\0-\x7f]", lambda found: "\ufffd" * len(found[0].encode()), value)
                                  for value in difference.plugin]


def adds(difference):
    """All that the built-in dissector says the plugin says too, in the same order."""
    rest = iter(difference.plugin)
    return len(difference.plugin) > len(difference.builtin) and all(value in rest for value in difference.builtin)


def reply_is_whole(difference):
    """In the packet where it is complete, from its first line on; in the others there is nothing of it."""
    if difference.field == "smtp.response" and difference.plugin:
        return difference.plugin[0].endswith(difference.beside["smtp.rsp.parameter"][0] + "\r\n")
    return difference.plugin == [] or adds(difference) or difference.plugin[-1] == difference.builtin[-1]


def says_nothing(difference):
    return difference.builtin != [] and difference.plugin == []


def frames_of_content(difference):
    """Each once, in order, none behind this one; counted rightly."""
    frames = [int(frame) for frame in difference.beside["smtp.data.fragment"]]
    if difference.field == "smtp.data.fragment.count":
        return [len(frames)] == [int(count) for count in difference.plugin]
    return frames == sorted(set(frames)) and frames[-1] <= difference.frame


def size_is_right(difference):
    """A mail of this size was handed over when the sample was recorded, or stands in the octets of one of the connections."""
    known = [mail["size"] for mail in evidence.mails(difference.capture)] or sizes_in_streams(difference.stock, difference.capture)
    return difference.plugin != [] and all(int(size) in known for size in difference.plugin)


def sizes_in_streams(stock, capture):
    """Of all that stands between DATA and the lone dot, without stuffed dots, and of all that BDAT announces."""
    sizes = []
    for stream in sorted(set(map(int, stock.values(capture, "tcp.stream")))):
        rows = stock.run(capture, "-q", "-z", f"follow,tcp,raw,{stream}").splitlines()
        for side in ("", "\t"):
            sent = b"".join(bytes.fromhex(row.strip()) for row in rows if re.fullmatch(side + "[0-9a-f]+", row))
            sizes += sizes_in(sent)
    return sizes


def sizes_in(sent):
    for data in re.finditer(rb"DATA *\r?\n", sent, re.IGNORECASE):
        content, dot, _ = sent[data.end() - 2:].partition(b"\r\n.\r\n")
        if dot:
            yield len(re.sub(rb"(?<=\r\n)\.", b"", content + b"\r\n")) - 2
    gathered = 0
    for chunk in re.finditer(rb"BDAT (\d+)( LAST)?\r\n", sent, re.IGNORECASE):
        gathered += int(chunk[1])
        if chunk[2]:
            yield gathered
            gathered = 0


def mail_is_the_servers(difference):
    """The plugin has a mail that was sent, and its packets, or none where the built-in dissector has one."""
    if difference.field == "smtp.data.reassembled.length" and difference.plugin:
        return size_is_right(difference)
    return says_nothing(difference) or adds(difference) or frames_of_content(difference)


# What has to be true of every difference that is listed for a reason.
CHECKS = {
    "VERB": verb_is_whole,
    "UTF8": same_but_for_utf8,
    "AUTH": lambda difference: adds(difference) or says_nothing(difference),
    "BASE64": says_nothing,
    "PORT": adds,
    "PART": adds,
    "LAYER": says_nothing,
    "ICMP": says_nothing,
    "UNKNOWN": adds,
    "BDAT": adds,
    "REFUSED": adds,
    "PIPELINED": adds,
    "BEHIND": adds,
    "GARBAGE": adds,
    "CR": lambda difference: len(difference.plugin) == len(difference.builtin)
    and all(ours.startswith(theirs.rstrip()) for ours, theirs in zip(difference.plugin, difference.builtin)),
    "WHOLE": reply_is_whole,
    "FRAGMENTS": frames_of_content,
    "ONE": adds,
    "SIZE": size_is_right,
    "ITSELF": lambda difference: difference.plugin == [] and difference.builtin == [str(difference.frame)],
    "SMUGGLED": mail_is_the_servers,
    "GAP": adds,
    "KEPT": adds,
    "ORDER": lambda difference: says_nothing(difference) or adds(difference),
}


@pytest.fixture(scope="session")
def release(stock):
    return "{}.{}".format(*stock.release)


@pytest.mark.parametrize("capture", CAPTURES, ids=places.name_of)
def test_every_value_is_the_same_or_listed(stock, tshark, capture, release):
    found = {(difference.frame, difference.field): difference for difference in differences(stock, tshark, capture, FIELDS)}
    expected = listed(capture, release)
    assert [difference for key, difference in found.items() if key not in expected] == [], "not listed"
    assert sorted(expected.keys() - found.keys()) == [], "listed, and not there"
    assert [(expected[key], difference) for key, difference in found.items()
            if not CHECKS[expected[key]](difference)] == [], "the reason does not hold"


def test_every_row_has_a_capture_and_a_reason():
    if places.CORPUS:
        assert DIFFERENCES.keys() <= {capture.name for capture in CAPTURES}
    assert {reason for rows in DIFFERENCES.values() for _, _, reason, _ in rows} == REASONS.keys() == CHECKS.keys()


# --- preferences of the built-in dissector that its fields hang on ---------------------------------------------------------

OPENING = [("S", lines("220 mx.example.org ESMTP")), ("C", lines("EHLO client.example.com")),
           ("S", lines("250-mx.example.org", "250 AUTH PLAIN LOGIN"))]
USER, SECRET, PLAIN = "YW5u", "c2VjcmV0", "AGFubgBzZWNyZXQ="  # ann, secret
ENDING = ("S", lines("235 2.7.0 ok"))

# What the client says, and what the server asks for.
EXCHANGES = {
    "LOGIN": [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines(USER)), ("S", lines("334 UGFzc3dvcmQ6")),
              ("C", lines(SECRET)), ENDING],
    "LOGIN with an initial response": [("C", lines(f"AUTH LOGIN {USER}")), ("S", lines("334 UGFzc3dvcmQ6")),
                                       ("C", lines(SECRET)), ENDING],
    "LOGIN given up": [("C", lines("AUTH LOGIN")), ("S", lines("334 VXNlcm5hbWU6")), ("C", lines(USER)),
                       ("S", lines("334 UGFzc3dvcmQ6")), ("C", lines("*")), ("S", lines("501 5.7.0 given up"))],
    "PLAIN": [("C", lines("AUTH PLAIN")), ("S", lines("334 ")), ("C", lines(PLAIN)), ENDING],
    "PLAIN given up": [("C", lines("AUTH PLAIN")), ("S", lines("334 ")), ("C", lines("*")), ("S", lines("501 5.7.0 given up"))],
    "PLAIN with an initial response": [("C", lines(f"AUTH PLAIN {PLAIN}")), ENDING],
}


@pytest.mark.parametrize("decodes", [False, True], ids=["as sent", "decoded"])
@pytest.mark.parametrize("exchange", EXCHANGES)
def test_what_auth_carries(stock, tshark, capture, exchange, decodes):
    path = capture(dialogue(Connection(), OPENING + EXCHANGES[exchange]))
    preferences = DECODED if decodes else {}
    expected = values(stock, path, AUTH_FIELDS, preferences=preferences)
    if "given up" not in exchange:
        assert ("secret" if decodes else PLAIN if exchange.startswith("PLAIN") else SECRET) in str(expected)
    assert values(tshark, path, AUTH_FIELDS, preferences=preferences) == expected


def test_what_is_no_base64_is_shown_as_it_is(tshark, capture):
    script = OPENING + [("C", lines("AUTH PLAIN ann:secret!")), ("S", lines("501 5.5.2 no")), ("C", lines("AUTH LOGIN")),
                        ("S", lines("334 Username:")), ("C", lines("ann!")), ("S", lines("501 5.5.2 no"))]
    found = [frame for frame in values(tshark, capture(dialogue(Connection(), script)), AUTH_FIELDS, preferences=DECODED).values()
             if frame]
    assert found[2:] == [{"smtp.auth.username_password": ["ann:secret!"]}, {"smtp.rsp.parameter": ["5.5.2 no"]},
                         {"smtp.rsp.parameter": ["Username:"]}, {"smtp.auth.username": ["ann!"]},
                         {"smtp.rsp.parameter": ["5.5.2 no"]}]


CONTENT = lines("From: ann@example.org", "Subject: By lines", "", "..a stuffed dot", "the end")


def mail(*segments):
    envelope = [("C", lines("MAIL FROM:<ann@example.org>")), ("S", lines("250 ok")), ("C", lines("RCPT TO:<bob@example.org>")),
                ("S", lines("250 ok")), ("C", lines("DATA")), ("S", lines("354 go on"))]
    return OPENING + envelope + [("C", segment) for segment in segments] + [("S", lines("250 ok"))]


def test_lines_of_content(stock, tshark, capture):
    """Where the built-in dissector is told not to put content together it shows the lines of each packet."""
    path = capture(dialogue(Connection(), mail(CONTENT[:65], CONTENT[65:], lines("."))))
    fields = ["smtp.message", "smtp.eom", "smtp.data.fragment", "smtp.data.fragments", "smtp.data.reassembled.in"]
    expected = values(stock, path, fields, preferences=BY_LINES)
    assert sum(len(frame.get("smtp.message", [])) for frame in expected.values()) == CONTENT.count(b"\n") + 1  # one in two parts
    assert values(tshark, path, fields, preferences=BY_LINES) == expected


# --- where they show and where not ----------------------------------------------------------------------------------------

SEED = places.SAMPLES / "seed-c-telnet.pcapng"


def layers(tshark, capture, *arguments):
    """The protocols that -T json prints, of all frames."""
    packets = json.loads(tshark.run(capture, "-T", "json", *arguments))
    return {layer for packet in packets for layer in packet["_source"]["layers"]}


@pytest.mark.thorough
def test_they_show_nowhere_unless_they_are_named(tshark, tmp_path):
    """A file's name is no name of a field."""
    tmp_path.chmod(0o755)
    folder = tmp_path / "smtp"
    folder.mkdir()
    path = folder / "smtp.req.pcapng"
    path.write_bytes(SEED.read_bytes())
    assert "smtp" not in layers(tshark, path)
    assert {"tcp", "esmtp"} <= layers(tshark, path)
    assert "Simple Mail Transfer Protocol\n" not in tshark.tree(path).replace("Extended Simple", "")
    assert [proto for packet in tshark.pdml(path) for proto in packet if proto.get("name") == "smtp"] == []


@pytest.mark.parametrize("only", ["smtp", 'smtp.req.command == "MAIL"'])
def test_they_do_not_show_in_words_where_a_filter_names_them(tshark, only):
    tree = tshark.tree(SEED, only=only)
    assert "Verb: MAIL" in tree
    assert "\nSimple Mail Transfer Protocol" not in tree


def test_json_has_them_where_the_command_names_their_protocol(tshark):
    packets = json.loads(tshark.run(SEED, "-T", "json", "-J", "smtp", only='esmtp.command.verb == "MAIL"'))
    assert ['"smtp.req.command": "MAIL"' in json.dumps(packet["_source"]["layers"]["smtp"]) for packet in packets] == [True]


@pytest.mark.thorough
def test_columns_and_statistics_find_them(stock, tshark):
    column = {"gui.column.format": '"Verb","%Cus:smtp.req.command"'}
    assert tshark.run(SEED, preferences=column).split() == stock.run(SEED, preferences=column).split() != []
    statistic = ("-q", "-z", "io,stat,0,smtp.response.code,smtp.req")
    assert tshark.run(SEED, *statistic) == stock.run(SEED, *statistic)


@pytest.mark.thorough
def test_colouring_rules_find_them():
    rule = "@Mail begins@smtp.req.command == MAIL@[65535,0,0][0,0,0]\n"
    with Tshark(places.PLUGIN) as own:
        profile = own.sandbox.home / ".config" / "wireshark"
        profile.mkdir(parents=True)
        (profile / "colorfilters").write_text(rule)
        for folder in (profile, profile.parent):
            folder.chmod(0o755)
        found = own.fields(SEED, "frame.coloring_rule.name", "esmtp.command.verb", options=("--color",))
    assert [frame["esmtp.command.verb"] for frame in found.values() if "frame.coloring_rule.name" in frame] == [["MAIL"]]


def test_a_preference_turns_them_off(tshark):
    off = {"esmtp.builtin_fields": "FALSE"}
    assert tshark.count(SEED, "smtp") > 0
    assert tshark.count(SEED, "smtp", preferences=off) == 0
    assert [frame for frame in values(tshark, SEED, FIELDS, preferences=off).values() if frame] == []


# --- the ports go back ----------------------------------------------------------------------------------------------------


def test_ports_go_back_and_come_again_while_wireshark_runs(tshark):
    """The preference takes effect with the next file that is opened, or at the next redissection."""
    with Sharkd(tshark.sandbox) as sharkd:
        found = []
        for value in ("TRUE", "FALSE", "TRUE"):
            sharkd.load(SEED, {"esmtp.replace_builtin": value})
            found.append((len(sharkd.matching("esmtp")) > 0, len(sharkd.matching("smtp.req.command == MAIL"))))
    assert found == [(True, 1), (False, 1), (True, 1)]
