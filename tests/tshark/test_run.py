"""The door for people refuses what it does not know before it does anything, and says what it takes.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import signal
import subprocess
import tarfile
import time
from pathlib import Path

import pytest

import places
from sandbox import NOBODY

RUN = places.ROOT / "run"
PROFILE = places.ROOT / "package" / "profile" / "SMTP"


def run(*words, script=RUN, **options):
    return subprocess.run([str(script), *words], capture_output=True, text=True, timeout=60, check=False, **options)


@pytest.mark.parametrize("words", ["install anything", "uninstall x", "package x", "package check source", "fuzz abc", "fuzz 10 20", "bench bogus",
                                   "bench quick quick", "demo --bogus", "demo a b", "demo -o", "demo -o x", "demo nosuch.pcap", "format x", "reference x", "cases", "matrix 9.9",
                                   "record nosuch", "test bogus", "test quick bogus", "test nosuch.py", "test quick nosuch.py",
                                   "test -x nosuch.py::test_it", "lint x", "packages x", "bogus"])
def test_stray_words(words, tmp_path):
    """Nothing is built, so nothing is installed either: the build folder is not even made. No package is looked for."""
    build = tmp_path / "build"
    done = run(*words.split(), env=os.environ | {"ESMTP_BUILD": str(build)})
    assert done.returncode != 0
    assert words.split()[0] in done.stderr
    assert "Packages" not in done.stderr and "Building" not in done.stderr and not build.exists()


@pytest.mark.parametrize("words", ["--help", "demo --help", "test -h", "matrix --help"])
def test_help(words):
    done = run(*words.split())
    assert (done.returncode, done.stderr) == (0, "")
    assert f"./run {words.split()[0] if ' ' in words else 'demo'} " in done.stdout


@pytest.fixture
def home(tmp_path_factory):
    """The home folder of a user who is not root, with the plugin and the profile as ./run install puts them."""
    home = tmp_path_factory.mktemp("home")
    for folder in (home, *home.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    folders = subprocess.run(["tshark", "-G", "folders"], env=os.environ | {"HOME": str(home)}, capture_output=True, text=True,
                             check=True).stdout
    plugins = next(line.split(":", 1)[1].strip() for line in folders.splitlines() if line.startswith("Personal Plugins:"))
    plugin = Path(plugins) / "epan" / "esmtp.so"
    plugin.parent.mkdir(parents=True)
    plugin.write_bytes(b"")
    profile = home / ".config" / "wireshark" / "profiles" / "SMTP"
    shutil.copytree(PROFILE, profile)
    tree = home / "tree"  # the project may be where this user cannot read
    shutil.copytree(PROFILE, tree / PROFILE.relative_to(places.ROOT))
    shutil.copy(RUN, tree / "run")
    return home, plugin, profile


def as_user(home):
    options = {"script": home / "tree" / "run", "env": os.environ | {"HOME": str(home)}}
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", str(NOBODY), str(home)], check=True)
        options |= {"user": NOBODY, "group": NOBODY, "extra_groups": []}
    return options


@pytest.mark.thorough
def test_uninstall_leaves_nothing(home):
    folder, plugin, profile = home
    done = run("uninstall", **as_user(folder))
    assert done.returncode == 0, done.stderr
    assert not plugin.exists() and not profile.exists()
    assert run("uninstall", **as_user(folder)).stderr.count("Not there:") == 2


@pytest.mark.thorough
def test_uninstall_keeps_a_profile_that_was_changed(home):
    folder, plugin, profile = home
    (profile / "preferences").write_text("gui.toolbar_main_style: 1\n")
    done = run("uninstall", **as_user(folder))
    assert done.returncode == 0, done.stderr
    assert not plugin.exists() and f"Kept, since it was changed: {profile}" in done.stderr
    assert (profile / "preferences").read_text() == "gui.toolbar_main_style: 1\n"


@pytest.mark.thorough
def test_widths_that_wireshark_wrote_are_no_change_of_the_profile(home):
    folder, plugin, profile = home
    (profile / "recent").write_text("column.width:\n\t%m, 99\n")
    done = run("uninstall", **as_user(folder))
    assert done.returncode == 0, done.stderr
    assert not profile.exists()


def test_a_link_to_it_finds_its_tree(tmp_path):
    link = tmp_path / "link"
    link.symlink_to(RUN)
    assert "no recording is called nosuch" in run("record", "nosuch", script=link).stderr


@pytest.fixture
def tree(home):
    """A copy of what ./run needs to build, and to show nothing then (./run demo), of an unprivileged user's, with programs of the test's
    own before all others: what these do is what a build does. Returns the tree, the folder of the programs and the options of run()."""
    folder = home[0]
    programs = folder / "programs"
    programs.mkdir()
    shown = folder / "tree" / "tests" / "tshark" / "demo.py"
    shown.parent.mkdir(parents=True)
    shown.write_text("")
    options = as_user(folder)
    environment = options["env"] | {"PATH": f"{programs}:{os.environ['PATH']}", "TMPDIR": str(folder)}
    environment.pop("ESMTP_BUILD", None)
    return folder / "tree", programs, options | {"env": environment}


def program(folder, name, script):
    file = folder / name
    file.write_text(f"#!/bin/bash\n{script}\n")
    file.chmod(0o755)


NEEDS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="files of two users are only root's to make")


def files(folder):
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_install_adds_and_uninstall_takes_away_what_is_ours_alone(home):
    """Other profiles and settings stay as they are."""
    folder, plugin, profile = home
    shutil.copytree(places.ROOT / "batch", folder / "tree" / "batch", ignore=shutil.ignore_patterns("__pycache__"))
    plugin.unlink()
    shutil.rmtree(profile)
    for name in ("preferences", "profiles/Other/preferences", "profiles/Other/colorfilters"):
        file = profile.parents[1] / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("gui.toolbar_main_style: 1\n")
    programs = folder / "programs"
    programs.mkdir()
    program(programs, "cmake", "[ $1 != -E ] || exec /usr/bin/cmake \"$@\"; mkdir -p $HOME/b/plugin; echo built >$HOME/b/plugin/esmtp.so")
    options = as_user(folder)
    options["env"] |= {"PATH": f"{programs}:{os.environ['PATH']}", "ESMTP_BUILD": str(folder / "b")}
    before = files(folder)
    done = run("install", **options)
    assert done.returncode == 0, done.stderr
    after = files(folder)
    assert {name: after[name] for name in before} == before
    added = {name for name in after.keys() - before.keys() if not name.startswith("b/")}
    assert str(plugin.relative_to(folder)) in added
    ours = (str(plugin.relative_to(folder)), str(profile.relative_to(folder)) + "/", ".local/bin/esmtp-batch", ".local/share/esmtp-batch/")
    assert [name for name in added if not name.startswith(ours)] == []
    assert {path.name for path in profile.iterdir()} == {path.name for path in PROFILE.iterdir()}
    assert run("uninstall", **options).returncode == 0
    assert {name: octets for name, octets in files(folder).items() if not name.startswith("b/")} == before


@NEEDS_ROOT
def test_a_build_of_another_user_is_named(tree):
    folder, programs, options = tree
    program(programs, "cmake", "exit 1")
    (folder / "build").mkdir()
    (folder / "build" / "of-root").write_text("")
    done = run("install", **options)
    assert done.returncode == 1
    assert f"{folder}/build is root's and cannot be written by" in done.stderr
    assert f"sudo rm -r {folder}/build" in done.stderr


@NEEDS_ROOT
def test_a_read_only_file_system_is_named(tree):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mounts of its own are to be had here, as in a chroot")
    folder, programs, options = tree
    program(programs, "cmake", "exit 1")
    (folder / "build").mkdir()
    program(programs, "read-only", f"""mount --bind {folder} {folder}; mount -o remount,ro,bind {folder}; exec {options['script']} "$@" """)
    done = run("unshare", "--mount", str(programs / "read-only"), "demo", script="/usr/bin/env", env=options["env"])
    assert done.returncode == 1
    assert f"{folder}/build is read-only, or the file system that it is on" in done.stderr and "sudo rm" not in done.stderr


def test_a_read_only_build_of_ones_own_is_named(tree):
    folder, programs, options = tree
    program(programs, "cmake", "exit 1")
    (folder / "build" / "made").mkdir(parents=True)
    (folder / "build" / "made").chmod(0o555)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", str(NOBODY), str(folder / "build")], check=True)
    done = run("demo", **options)
    assert done.returncode == 1
    assert f"{folder}/build/made is read-only" in done.stderr and "sudo rm" not in done.stderr


@NEEDS_ROOT
def test_root_leaves_nothing_of_its_own_in_the_tree_of_another(tree):
    folder, programs, options = tree
    program(programs, "cmake", f"echo made >>{folder}/build/made")
    done = run("demo", script=options["script"], env=options["env"])
    assert done.returncode == 0, done.stderr
    assert (folder / "build" / "made").exists()
    assert [path for path in folder.rglob("*") if path.stat().st_uid == 0] == []


@NEEDS_ROOT
def test_a_full_disk_is_named(tree):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no mounts of its own are to be had here, as in a chroot")
    folder, programs, options = tree
    program(programs, "cmake", "head -c 1000000 /dev/zero >filler; echo of no use >&2; exit 1")
    program(programs, "in-a-small-disk", f"""mount -t tmpfs -o size=64k none {folder}/build; cd {folder}/build; exec {options['script']} "$@" """)
    (folder / "build").mkdir()
    done = run("unshare", "--mount", str(programs / "in-a-small-disk"), "demo", script="/usr/bin/env", env=options["env"])
    assert done.returncode == 1
    assert f"no space is left on the disk of {folder}/build" in done.stderr, done.stderr


def test_a_failure_keeps_its_log_and_success_does_not(tree):
    folder, programs, options = tree
    program(programs, "cmake", "echo this is why; exit 1")
    done = run("demo", **options)
    assert done.returncode == 1 and "this is why" in done.stderr
    log, = folder.parent.glob("esmtp-run-*.log")
    assert f"the log {log}" in done.stderr and "this is why" in log.read_text()
    log.unlink()
    program(programs, "cmake", "exit 0")
    assert run("demo", **options).returncode == 0
    assert not list(folder.parent.glob("esmtp-run-*.log"))


def test_a_tree_that_was_moved_is_built_anew(tree):
    folder, programs, options = tree
    cache = folder / "build" / "CMakeCache.txt"
    program(programs, "cmake", f"[ ! -e {cache} ]; echo CMAKE_HOME_DIRECTORY:INTERNAL=/some/where/else >{cache}")
    assert run("demo", **options).returncode == 0
    again = run("demo", **options)
    assert again.returncode == 0 and "This tree was /some/where/else: building anew" in again.stderr
    elsewhere = cache.parent.rename(folder.parent / "of-others")
    done = run("demo", **options | {"env": options["env"] | {"ESMTP_BUILD": str(elsewhere)}})
    assert done.returncode == 1 and "of-others is the build folder of /some/where/else" in done.stderr
    assert (elsewhere / "CMakeCache.txt").exists()


def test_without_apt_it_goes_on(tree):
    folder, programs, options = tree
    for file in Path("/usr/bin").iterdir():
        if not file.name.startswith(("apt", "dpkg")):
            (programs / file.name).symlink_to(file)
    (programs / "cmake").unlink(missing_ok=True)
    program(programs, "cmake", "echo reached; exit 1")
    done = run("demo", **options | {"env": options["env"] | {"PATH": str(programs)}})
    assert "no apt-get here; needed is what Debian calls: gcc" in done.stderr and "reached" in done.stderr


def test_what_was_interrupted_is_said(tree):
    folder, programs, options = tree
    program(programs, "cmake", f">{folder.parent}/begun; exec sleep 60")  # no child, behind whose end a shell goes on after SIGINT
    folder.parent.chmod(0o777)
    # A shell that was started with SIGINT ignored cannot take it: the tests may have been begun in the background.
    command = ["env", "--default-signal=INT", options.pop("script"), "demo"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, process_group=0, **options)
    end = time.monotonic() + 60
    while not (folder.parent / "begun").exists():
        assert process.poll() is None and time.monotonic() < end
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == -signal.SIGINT
    assert f"interrupted while building in {folder}/build" in said and said.endswith("run demo\n")
    assert not list(folder.parent.glob("esmtp-run-*.log"))


STRAYS = ("my-secret.pcapng", "keys", "sslkeylog.txt", "capture.pcap", "mail.eml", "build2/CMakeCache.txt", "sample-pcaps/mine.pcapng", "tests/sslkeylog.txt",
          "plugin/session/core", "tests/tshark/__pycache__/places.pyc", "doc/notes.txt", "batch/mail.sqlite", ".env")


@pytest.mark.parametrize("git", [False, True])
def test_nothing_that_lies_about_is_packed(tree, git):
    folder, programs, options = tree
    ours = {"CMakeLists.txt": "project(esmtp VERSION 1.2.3 LANGUAGES C)\n", "plugin/session/state.h": "", "sample-pcaps/README.md": "| [one.pcapng](one.pcapng) |",
            "sample-pcaps/one.pcapng": "", "sample-pcaps/evidence/one/mails.json": "", "tests/tshark/places.py": ""}
    ours |= {"package/files": (places.ROOT / "package/files").read_text()}
    for name, text in (ours | dict.fromkeys(STRAYS, "private")).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    (folder / "package/files").chmod(0o755)
    if git:
        if not shutil.which("git"):
            pytest.skip("git is not installed")
        for words in (["init", "-q"], ["add", *ours]):
            subprocess.run(["git", "-c", "safe.directory=*", *words], cwd=folder, check=True)
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", str(NOBODY), str(folder)], check=True)
    done = run("package", "source", **options)
    assert done.returncode == 0, done.stderr
    with tarfile.open(folder / "build/package/wireshark-plugin-esmtp-1.2.3.tar.gz") as archive:
        packed = {name.removeprefix("wireshark-plugin-esmtp-1.2.3/") for name in archive.getnames()}
    assert packed >= ours.keys() and not packed & set(STRAYS)


def test_without_git_the_same_files_are_packed():
    if not shutil.which("git") or not (places.ROOT / ".git").exists():
        pytest.skip("no git, or not its folder")
    known, named = (set(subprocess.run([places.ROOT / "package/files"], env=os.environ | more, capture_output=True, check=True).stdout.split(b"\0"))
                    for more in ({}, {"GIT_DIR": "/nonexistent"}))
    assert len(known) > 500 and known - named == set()
