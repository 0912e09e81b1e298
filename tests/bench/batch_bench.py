"""Runs esmtp-batch over a large folder of captures by each engine, and compares rows and time with a loop of tshark.

    batch_bench.py PLUGIN [CAPTURES DAMAGED [ENGINE...]]     engines: loop, parallel, ssh, slurm

2,000 captures of which 100 are damaged, and all engines, where that is not said.

Each capture has five mails that are known. By GNU parallel, by two ssh logins to this machine and by a Slurm of one node: once in
one go, and once killed when a third is done, and resumed. Each must give all mails of the captures that are whole, and none that
was not sent. As root: it starts sshd and slurmctld.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tshark"))

import batch  # noqa: E402
from sandbox import Sandbox  # noqa: E402

LOOP = 'for file in "$1"/*/*.pcap; do tshark -n -q -z esmtp,mails,ndjson -r "$file" 2>/dev/null; done'
TIME_LIMIT = 3600  # seconds


def loop(program, folder):
    """Seconds."""
    began = time.monotonic()
    process = program.sandbox.popen(["bash", "-c", LOOP, "loop", folder], stdout=subprocess.DEVNULL)
    process.wait(TIME_LIMIT)
    return time.monotonic() - began


def compare(program, folder, known, name, words):
    """In one go, and killed and resumed: check_rows() has found that the rows are right."""
    seconds, rows = batch.in_one_go(program, folder, known, words)
    print(f"{name:28} {seconds:8.1f} s  {rows:6} rows, all right", flush=True)
    seconds, before = batch.killed_and_resumed(program, folder, known, words, len(known) // 3)
    print(f"{'  killed and resumed':28} {seconds:8.1f} s  the same rows; killed after {before} captures", flush=True)


def by_loop(program, folder, _known):
    print(f"{'a loop of tshark':28} {loop(program, folder):8.1f} s", flush=True)


def by_parallel(program, folder, known):
    compare(program, folder, known, "GNU parallel", ())


def by_ssh(program, folder, known):
    with batch.ssh_server(program, program.new_folder()) as login:
        logins = [word for host in ("127.0.0.1", "localhost") for word in ("--sshlogin", login.format(host))]
        compare(program, folder, known, "two ssh logins", (*logins, "--jobs", "1"))


def by_slurm(program, folder, known):
    with batch.slurm(program, program.new_folder()):
        compare(program, folder, known, "Slurm, one node", ("--slurm",))


ENGINES = {"loop": by_loop, "parallel": by_parallel, "ssh": by_ssh, "slurm": by_slurm}


def main(plugin, captures=2000, damaged=100, *engines):
    with Sandbox(Path(plugin)) as sandbox:
        del sandbox.environment["WIRESHARK_DATA_DIR"]  # a user's tshark reads the lists of names, which the sandbox's has not
        program = batch.Batch(sandbox)
        folder = program.new_folder()
        known = batch.make_folder(folder, int(captures), int(damaged))
        octets = sum(os.path.getsize(path) for path in known)
        print(f"{captures} captures of {octets // len(known) / 1000:.1f} KB, {damaged} damaged; {os.cpu_count()} processors", flush=True)
        for engine in engines or ENGINES:
            ENGINES[engine](program, folder, known)


if __name__ == "__main__":
    main(*sys.argv[1:])
