"""esmtp-batch in a sandbox, folders of captures to read, and engines to read them with.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import contextlib
import dataclasses
import gzip
import json
import os
import random
import shlex
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import places
from load import Load
from sandbox import NOBODY

TIME_LIMIT = 300  # seconds
WHOLE_RUN_LIMIT = 3600  # seconds, of thousands of captures


class Batch:
    """Runs esmtp-batch as the sandbox's user, in a folder where that may write."""

    def __init__(self, sandbox):
        self.sandbox = sandbox
        self.folder = sandbox.folder / "batch"
        self.program = self.folder / "program/esmtp-batch"
        shutil.copytree(places.ROOT / "batch", self.program.parent)
        self.environment = {"TMPDIR": str(self.new_folder())}

    def new_folder(self):
        """One that the program may write to."""
        folder = self.folder / str(len(list(self.folder.iterdir())))
        folder.mkdir()
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        return folder

    def start(self, *words, environment=None):
        command = ["/usr/bin/python3", "-B", self.program, *words]
        return self.sandbox.popen(command, self.environment | (environment or {}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *words, status=0, environment=None):
        """What it prints, and what it says."""
        process = self.start(*words, environment=environment)
        printed, said = process.communicate(timeout=TIME_LIMIT)
        assert process.returncode == status, said
        return printed, said

    def rows(self, *words, **further):
        return [json.loads(line) for line in self.run(*words, **further)[0].splitlines()]


# --- captures -----------------------------------------------------------------------------------------------------------------


def cut_short(path):
    """Cut inside the last packet."""
    octets = path.read_bytes()
    path.write_bytes(octets[:-20])


def cut_short_compressed(path):
    octets = gzip.compress(path.read_bytes())
    path.write_bytes(octets[:len(octets) * 2 // 3])


def bad_record(path):
    """A length that no packet has, in the first record."""
    octets = bytearray(path.read_bytes())
    octets[24 + 8:24 + 12] = b"\xff\xff\xff\x7f"
    path.write_bytes(octets)


def only_a_header(path):
    path.write_bytes(path.read_bytes()[:10])


DAMAGE = (cut_short, cut_short_compressed, bad_record, only_a_header)


@dataclasses.dataclass(frozen=True)
class Made:
    """What is known of a capture: the mails as (sender, recipients, queue id), before it was damaged."""
    mails: list
    damaged: bool = False


def mails_of(load):
    return sorted((mail.sender, tuple(mail.recipients), mail.queue_id) for mail in load.mails)


def make_folder(folder, captures, damaged, mails=5):
    """{path: Made} of so many captures, some of them damaged."""
    known = {}
    chance = random.Random("damage")
    broken = set(chance.sample(range(captures), damaged))
    for number in range(captures):
        path = folder / f"{number % 7}" / f"{number:05}.pcap"
        path.parent.mkdir(parents=True, exist_ok=True)
        load = Load(mails, seed=number)
        load.write(path)
        known[str(path)] = Made(mails_of(load), number in broken)
        if number in broken:
            DAMAGE[number % len(DAMAGE)](path)
    (folder / "notes.txt").write_text("no capture\n")
    (folder / "empty.pcap").touch()
    return known


def mails_by_file(rows):
    found = {}
    for row in rows:
        found.setdefault(row["file"], []).append((row["mail_from"], tuple(row["rcpt_accepted"]), row["queue_id"]))
    return {path: sorted(mails) for path, mails in found.items()}


def check_rows(rows, known):
    """All mails of the captures that are whole. Of the damaged ones none that was not sent, none twice, and nothing that is not
    so: the replies to the last one may be behind the damage."""
    found = mails_by_file(rows)
    assert {path: mails for path, mails in found.items() if not known[path].damaged} == {
        path: made.mails for path, made in known.items() if not made.damaged}
    for path, mails in found.items():
        sent = {sender: (recipients, queue_id) for sender, recipients, queue_id in known[path].mails}
        assert len({sender for sender, _, _ in mails}) == len(mails)
        assert all(recipients in ((), sent[sender][0]) and queue_id in (None, sent[sender][1]) for sender, recipients, queue_id in mails)


# --- whole runs ---------------------------------------------------------------------------------------------------------------


def rows_in(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def finished(process, status):
    _, said = process.communicate(timeout=WHOLE_RUN_LIMIT)
    assert process.returncode == status, said


def in_one_go(batch, folder, known, words):
    """Seconds, and how many rows: the right ones. Damaged captures make it end with 1."""
    output = batch.new_folder() / "mails.ndjson"
    began = time.monotonic()
    finished(batch.start(folder, "-w", output, *words), 1)
    seconds = time.monotonic() - began
    check_rows(rows_in(output), known)
    return seconds, len(rows_in(output))


def states_of(work):
    """The captures that were read, in order."""
    state = work / "state.ndjson"
    whole = state.read_bytes().rpartition(b"\n")[0] if state.exists() else b""
    return [json.loads(line)["identity"][0] for line in whole.splitlines()]


def killed_and_resumed(batch, folder, known, words, at, number=signal.SIGKILL):
    """Seconds of both runs, and how many captures were read when the first got the signal; no other than damaged ones are read
    again."""
    output = batch.new_folder() / "mails.ndjson"
    work = Path(f"{output}.work")
    began = time.monotonic()
    process = batch.start(folder, "-w", output, *words)
    while len(states_of(work)) < at:
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.02)
    process.send_signal(number)
    said = process.communicate(timeout=TIME_LIMIT)[1]
    assert number == signal.SIGKILL or f"captures read; {work} is kept: --resume goes on with it" in said
    assert not output.exists()
    before = states_of(work)
    assert at <= len(before) < len(known)
    if number == signal.SIGKILL:
        with open(work / "state.ndjson", "a") as file:
            file.write('{"identity": ["cut')
    assert "--resume goes on with it" in batch.run(folder, "-w", output, *words, status=2)[1]
    finished(batch.start(folder, "-w", output, "--resume", *words), 1)
    seconds = time.monotonic() - began
    check_rows(rows_in(output), known)
    after = states_of(work)[len(before):]
    assert set(before) & set(after) <= {path for path, made in known.items() if made.damaged}, "read twice"
    assert set(before) | set(after) == set(known)
    return seconds, len(before)


# --- engines ------------------------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not begin"
        time.sleep(0.1)


def end(process):
    process.terminate()
    process.wait(20)


def answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


@contextlib.contextmanager
def ssh_server(batch, folder):
    """The words with which ssh logs in on this machine, where commands run as in the sandbox."""
    port = free_port()
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    os.chown(folder / "user", NOBODY, NOBODY)
    environment = " ".join(f"{name}={shlex.quote(value)}" for name, value in (batch.sandbox.environment | batch.environment).items())
    login = folder / "login"
    login.write_text(f"#!/bin/bash\necho \"$SSH_CONNECTION\" >>{folder}/logins\n"
                     f"exec setpriv --reuid={NOBODY} --regid={NOBODY} --clear-groups env {environment} bash -c \"$SSH_ORIGINAL_COMMAND\"\n")
    login.chmod(0o755)
    (folder / "sshd.conf").write_text(
        f"Port {port}\nListenAddress 127.0.0.1\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nPidFile none\n"
        f"StrictModes no\nUsePAM no\nPermitRootLogin yes\nForceCommand {login}\nMaxStartups 100\nMaxSessions 100\n")
    os.makedirs("/run/sshd", exist_ok=True)
    with open(folder / "sshd.log", "wb") as log:
        server = subprocess.Popen([shutil.which("sshd", path="/usr/sbin:/sbin"), "-D", "-e", "-f", folder / "sshd.conf"], stderr=log)
    try:
        wait_for(lambda: answers(port))
        yield (f"ssh -p {port} -i {folder}/user -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR "
               f"-o IdentitiesOnly=yes root@{{}}")
    finally:
        end(server)


SLURM = """ClusterName=test
SlurmctldHost={host}(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
SlurmUser=root
SlurmdUser=root
SlurmctldPort={control}
SlurmdPort={node}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/control.pid
SlurmdPidFile={folder}/node.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
MpiDefault=none
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} State=UNKNOWN
PartitionName=all Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


@contextlib.contextmanager
def slurm(batch, folder):
    """A cluster of one node: this machine."""
    folder.chmod(0o755)
    for name in ("state", "spool"):
        (folder / name).mkdir()
    host = socket.gethostname().split(".")[0]
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o400)
    (folder / "slurm.conf").write_text(SLURM.format(host=host, folder=folder, control=free_port(), node=free_port(),
                                                    processors=os.cpu_count()))
    batch.environment["SLURM_CONF"] = str(folder / "slurm.conf")
    everything = dict(os.environ, SLURM_CONF=str(folder / "slurm.conf"), PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    commands = (
        ["munged", "--foreground", "--force", f"--key-file={folder}/munge.key", f"--socket={folder}/munge.socket",
         f"--pid-file={folder}/munge.pid", f"--log-file={folder}/munge.log", f"--seed-file={folder}/seed"],
        ["slurmctld", "-D"], ["slurmd", "-D", "-N", host])
    with contextlib.ExitStack() as running:
        for command in commands:
            log = running.enter_context(open(folder / f"{command[0]}.log", "wb"))
            running.callback(end, subprocess.Popen(command, env=everything, stdout=log, stderr=log))
            wait_for((folder / "munge.socket").exists)
        wait_for(lambda: "idle" in subprocess.run(["sinfo", "-h", "-o", "%t"], env=everything, capture_output=True, text=True).stdout)
        yield
