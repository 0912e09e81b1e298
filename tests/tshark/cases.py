"""Runs the cases of a folder, made by others: small captures with the values that are right.

    cases.py PLUGIN FOLDER [AREA,...]

The folder's check_cases.py does it, with each JSON file of the folder; in the sandbox `tshark` has the plugin. It is told the areas
by the variable AREAS. Exits with 1 when a case fails.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import shutil
import sys
from pathlib import Path

from sandbox import Sandbox


def main(plugin, folder, areas=None):
    with Sandbox(plugin) as sandbox:
        # Whatever the folder's modes are, the sandbox's user can read the copy, and it goes with the sandbox.
        cases = sandbox.folder / "cases"
        shutil.copytree(folder, cases, copy_function=shutil.copyfile)
        for path in (cases, *cases.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        codes = [sandbox.popen([sys.executable, cases / "check_cases.py", file], {"AREAS": areas} if areas else None).wait()
                 for file in sorted(cases.glob("*.json"))]
    if not codes:
        sys.exit(f"cases: no JSON file in {folder}")
    sys.exit(1 if any(codes) else 0)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:3]), *sys.argv[3:])
