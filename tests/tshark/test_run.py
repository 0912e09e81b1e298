"""The door for people refuses what it does not know before it does anything, and says what it takes.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import places
from sandbox import NOBODY

RUN = places.ROOT / "run"
PROFILE = places.ROOT / "package" / "profile" / "SMTP"


def run(*words, script=RUN, **options):
    return subprocess.run([str(script), *words], capture_output=True, text=True, timeout=60, check=False, **options)


@pytest.mark.parametrize("words", ["install anything", "uninstall x", "package x", "fuzz abc", "fuzz 10 20", "bench bogus",
                                   "bench quick quick", "demo --bogus", "demo a b", "format x", "reference x", "cases", "matrix 9.9",
                                   "record nosuch", "test bogus", "test quick bogus", "lint x", "packages x", "bogus"])
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
