"""Who runs the jobs: GNU parallel on this machine and on others, or Slurm.

An engine runs all jobs that it is given, each once, and yields a Result as each ends.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import dataclasses
import math
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import time

from . import Failure

POLL = 0.1  # seconds
SSH_FAILED = 255  # what ssh ends with when there is no login
SLURM_NAME = "esmtp-batch"
SLURM_JOB = "slurm-job"  # in the folder of a run: the number of its array job
SLURM_TASKS = 1000  # an array is no larger than this unless Slurm is set up so (MaxArraySize)
TASK_SECONDS = 10  # to start a task takes Slurm a second or more: it is to be worth it
JOB_SECONDS = 0.3  # tshark's start
OCTETS_A_SECOND = 30e6


@dataclasses.dataclass
class Job:
    command: str  # a line for bash
    octets: int  # of the capture that it reads


@dataclasses.dataclass
class Result:
    job: int  # its place in the list
    status: int  # of the command; 128 + N if signal N ended it, SSH_FAILED if it was not reached
    output: pathlib.Path
    errors: pathlib.Path


def end_left_over(folders):
    """Ends what runs that were killed have left at work: an array job. GNU parallel ends with the run that started it."""
    for folder in folders:
        file = folder / SLURM_JOB
        if file.exists() and shutil.which("scancel"):
            subprocess.run(["scancel", f"--name={SLURM_NAME}", file.read_text()], check=False, capture_output=True)


def ends_with_us():
    """What stands before a command so that it gets SIGTERM when this program ends, whatever ends it. Linux has that."""
    return ["setpriv", "--pdeathsig", "TERM"] if shutil.which("setpriv") else []


def needed(command, package):
    if not shutil.which(command):
        raise Failure(f"{command} is not installed; on Debian it is in the package {package}")


def stop(process):
    """Ends an engine, and with it the jobs that it started: GNU parallel waits for these at the first signal, and ends them at the
    second one."""
    for number in (signal.SIGTERM, signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        os.killpg(process.pid, number)
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            pass


def whole_lines(file):
    """The lines that were written to a file since the last call."""
    while True:
        at = file.tell()
        line = file.readline()
        if not line.endswith("\n"):
            file.seek(at)
            return
        yield line


@dataclasses.dataclass
class Parallel:
    """GNU parallel. It groups what a job writes, brings it back from other machines, and logs how each job ended."""
    jobs: str = "100%"  # as its --jobs takes it: at once, on each machine
    logins: tuple = ()  # as its --sshlogin takes them
    options: tuple = ()

    def check(self):
        needed("parallel", "parallel")
        if not re.fullmatch(r"[+-]?[0-9]+%?", self.jobs) and not os.path.isfile(self.jobs):
            raise Failure(f"--jobs takes a number, a part of the processors (50%), or more or fewer than these (+1, -1): {self.jobs!r} is none")

    def run(self, jobs, folder):
        log = folder / "joblog"
        log.touch()
        words = [*ends_with_us(), "parallel", "--null", "--will-cite", "--jobs", self.jobs, "--joblog", str(log), "--results", f"{folder}/{{#}}",
                 *(word for login in self.logins for word in ("--sshlogin", login)), *self.options]
        (folder / "commands").write_bytes(b"\0".join(os.fsencode(job.command) for job in jobs))
        with open(folder / "commands", "rb") as commands, open(folder / "errors", "wb") as errors, open(log, errors="replace") as ended:
            process = subprocess.Popen(words, stdin=commands, stdout=subprocess.DEVNULL, stderr=errors, start_new_session=True,
                                       env=dict(os.environ, PARALLEL_SHELL="/bin/bash", SHELL="/bin/bash"))
            try:
                yield from self._results(process, ended, folder, len(jobs))
            finally:
                stop(process)

    def _results(self, process, ended, folder, expected):
        done = 0
        while done < expected:
            over = process.poll() is not None
            for line in whole_lines(ended):
                columns = line.split("\t")
                if columns[0].isdigit():
                    done += 1
                    status = 128 + int(columns[7]) if columns[7] != "0" else int(columns[6])
                    yield Result(int(columns[0]) - 1, status, folder / columns[0], folder / f"{columns[0]}.err")
            if over and done < expected:
                raise Failure(f"GNU parallel ended after {done} of {expected} jobs: "
                              + ((folder / "errors").read_text(errors="replace").strip() or f"exit status {process.returncode}"))
            time.sleep(POLL if done < expected else 0)


SLURM_SCRIPT = """#!/bin/bash
# A task of the array runs every {tasks}th job. A job has ended when its status is there.
cd {folder} || exit 1
for ((job = SLURM_ARRAY_TASK_ID; job <= {jobs}; job += {tasks})); do
    code=0
    bash "$job.sh" >"$job" 2>"$job.err" </dev/null || code=$?
    echo "$code" >"$job.part" && mv "$job.part" "$job.status"
done
"""


@dataclasses.dataclass
class Slurm:
    """An array job. The folder of results must be the same on all nodes."""
    options: tuple = ()  # for sbatch
    tasks: int = None  # of the array; as many as the work is worth, where that is not said

    def check(self):
        needed("sbatch", "slurm-client")

    def _task_count(self, jobs):
        seconds = sum(JOB_SECONDS + job.octets / OCTETS_A_SECOND for job in jobs)
        return min(len(jobs), self.tasks or min(SLURM_TASKS, math.ceil(seconds / TASK_SECONDS)))

    def run(self, jobs, folder):
        tasks = self._task_count(jobs)
        for number, job in enumerate(jobs, 1):
            (folder / f"{number}.sh").write_bytes(os.fsencode(job.command) + b"\n")
        script = folder / "array.sh"
        script.write_text(SLURM_SCRIPT.format(tasks=tasks, jobs=len(jobs), folder=shlex.quote(str(folder))))
        with open(folder / "errors", "wb+") as errors:
            process = subprocess.Popen([*ends_with_us(), "sbatch", "--parsable", "--wait", f"--array=1-{tasks}", f"--job-name={SLURM_NAME}",
                                        f"--output={folder}/task-%a.log", *self.options, str(script)],
                                       stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True)
            number = process.stdout.readline().strip().split(";")[0]
            if number:
                (folder / SLURM_JOB).write_text(number)
            try:
                yield from self._results(process, folder, len(jobs))
            finally:
                if number and process.poll() is None:
                    subprocess.run(["scancel", number], check=False)
                stop(process)
                (folder / SLURM_JOB).unlink(missing_ok=True)

    def _results(self, process, folder, expected):
        waiting = set(range(1, expected + 1))
        while waiting:
            over = process.poll() is not None
            ended = {int(entry.name[:-len(".status")]) for entry in os.scandir(folder) if entry.name.endswith(".status")} & waiting
            for number in sorted(ended):
                status = folder / f"{number}.status"
                yield Result(number - 1, int(status.read_text()), folder / str(number), folder / f"{number}.err")
                status.unlink()
            waiting -= ended
            if over and waiting and not ended:
                raise Failure(f"Slurm ended with {len(waiting)} of {expected} jobs not done: "
                              + ((folder / "errors").read_text(errors="replace").strip() or f"see the task logs in {folder}"))
            time.sleep(POLL if waiting else 0)
