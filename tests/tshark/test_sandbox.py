"""A capture that only root may read is shown, and nobody else gets to read it.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import places
import sandbox
from sandbox import NOBODY
from sharkd import KeptSharkd, SharkdError
from tshark import Tshark, TsharkError

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="run by another user, programs read what this user may read")

SAMPLE = places.SAMPLES / "postfix-relay-pipelined.pcapng"
VERBS = ("-Y", "esmtp.command.verb", "-T", "fields", "-e", "esmtp.command.verb", "-e", "esmtp.command.reply_frame")
SOMEBODY = 12345


@pytest.fixture(params=[0o644, 0o600], ids=["closed-folder", "private-file"])
def private(request, tmp_path):
    """A capture that others may not get at: its folder is closed, or the file itself too."""
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o700)
    copy = Path(shutil.copy(SAMPLE, folder / "private.pcapng"))
    copy.chmod(request.param)
    return copy


@pytest.fixture
def own():
    with Tshark(places.PLUGIN) as tshark:
        yield tshark


def copies(tshark):
    return list((tshark.sandbox.folder / "private").iterdir())


def may_read(path, user):
    return subprocess.run(["cat", path], user=user, group=user, extra_groups=[], stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize("limit", [sandbox.COPY_LIMIT, 0], ids=["small", "large"])
@pytest.mark.parametrize("passes", [(), ("-2",)], ids=["one-pass", "two-pass"])
@pytest.mark.thorough
def test_a_private_capture_is_read(own, private, monkeypatch, limit, passes):
    monkeypatch.setattr(sandbox, "COPY_LIMIT", limit)
    assert own.run(private, *VERBS, *passes) == own.run(SAMPLE, *VERBS, *passes) != ""
    is_copied = limit and not private.stat().st_mode & stat.S_IROTH
    assert len(copies(own)) == (1 if is_copied else 0)


@pytest.mark.thorough
def test_nobody_else_reads_the_copy(private):
    private.chmod(0o600)
    with Tshark(places.PLUGIN) as own:
        own.run(private, "-c", "1")
        copy, = copies(own)
        for path, mode in ((copy, 0o600), (copy.parent, 0o700)):
            found = path.stat()
            assert (stat.S_IMODE(found.st_mode), found.st_uid) == (mode, NOBODY)
        assert may_read(copy, NOBODY)
        copy.chmod(0o644)
        assert not may_read(copy, SOMEBODY), "the folder keeps others out"
        copy.chmod(0o600)
        copy.parent.chmod(0o755)
        assert not may_read(copy, SOMEBODY), "the file keeps others out"
    assert not own.sandbox.folder.exists()


@pytest.mark.thorough
def test_what_the_file_was_handed_for_is_all_that_is_opened(own, private, monkeypatch, tmp_path):
    monkeypatch.setattr(sandbox, "COPY_LIMIT", 0)
    other = Path(shutil.copy(SAMPLE, tmp_path / "other.pcapng"))
    other.chmod(0o600)
    with pytest.raises(TsharkError, match="permission"):
        own.run(private, "-r", other) # the last -r counts


def demo(folder, *words):
    return subprocess.Popen([sys.executable, Path(sandbox.__file__).with_name("demo.py"), places.PLUGIN, *words], text=True,
                            env=os.environ | {"TMPDIR": str(folder)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def test_demo_shows_what_went_wrong_first():
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755) # the sandbox's user looks for the plugin in it
        process = demo(folder, SAMPLE)
        output, complaints = process.communicate(timeout=120)
    assert (process.returncode, complaints) == (0, "")
    sections = re.split(r"^== (.*)\n", output, flags=re.MULTILINE)[1:]
    assert [title.split(":")[0].split(" in /")[0] for title in sections[::2]] == [
        "What went wrong", "Who sent what to whom", "Packets", "What the server offers", "Mails, field by field"]
    report, log = sections[1], sections[3]
    assert "Fault: the recipient's address." in report and "4 mails: 2 accepted, 1 deferred, 1 rejected" in log


def test_demo_of_a_folder_tells_of_each_capture():
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        captures = folder / "captures" / "below"
        captures.mkdir(parents=True)
        shutil.copy(SAMPLE, captures / "good.pcapng")
        (captures / "bad.pcap").write_text("no capture at all")
        process = demo(folder, captures.parent)
        output, complaints = process.communicate(timeout=120)
    assert (process.returncode, complaints) == (1, "")
    assert output.index("bad.pcap, and why\ncannot be read: ") < output.index("good.pcapng, and why\n1 connection, 4 mails")
    assert "2 captures, of which 1 could not be read" in output


def test_demo_reads_with_the_key_log_of_its_user(private):
    """Which, as the capture, the sandbox's user may not read, and which is named from the folder of the caller."""
    private.chmod(0o600)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        sample = places.SAMPLES / "postfix-starttls-tls12.pcapng"
        secrets = b"\n".join(re.findall(rb"(?:CLIENT_RANDOM|[A-Z]+_[A-Z_0-9]+) [0-9a-f]{64} [0-9a-f]+", sample.read_bytes())) + b"\n"
        subprocess.run(["editcap", "-T", "ether", "--discard-all-secrets", sample, folder / "sealed.pcap"], check=True)
        keys = private.parent / "keys"
        keys.write_bytes(secrets)
        keys.chmod(0o600)
        sealed = demo(folder, folder / "sealed.pcap").communicate(timeout=120)[0]
        read = demo(folder, "-o", f"tls.keylog_file:{os.path.relpath(keys)}", folder / "sealed.pcap").communicate(timeout=120)[0]
    assert "ann@example.com" not in sealed and "ann@example.com" in read


@pytest.mark.thorough
def test_demo_that_is_ended_leaves_nothing_behind(private):
    private.chmod(0o600)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        process = demo(folder, private)
        deadline = time.monotonic() + 120
        while not list(folder.glob("esmtp-*/private/*")):
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=120)
        assert process.returncode == 128 + signal.SIGTERM
        assert list(folder.iterdir()) == []


@pytest.mark.parametrize("limit", [sandbox.COPY_LIMIT, 0], ids=["small", "large"])
@pytest.mark.thorough
def test_complaints_name_the_capture_as_its_user_does(own, private, monkeypatch, limit):
    monkeypatch.setattr(sandbox, "COPY_LIMIT", limit)
    private.write_bytes(b"no capture at all")
    with pytest.raises(TsharkError, match=f'"{private}"'):
        own.run(private)


def test_a_kept_sharkd_that_ended_is_told_of_and_replaced(tshark):
    kept = KeptSharkd(tshark.sandbox)
    with pytest.raises(SharkdError, match="exit code -9"):
        with kept as sharkd:
            sharkd.load(SAMPLE)
            sharkd._process.kill()
            sharkd._process.wait()
    with kept as sharkd:
        sharkd.load(SAMPLE)
        assert sharkd.matching("esmtp")
    kept.end()
