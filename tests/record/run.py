#!/usr/bin/env python3
"""Runs recording scenarios. Started by `record`, inside namespaces of its own.

    run.py [NAME...]            records
    run.py --list               prints the names
    run.py --roots [NAME...]    prints the roots that these recordings need
"""

import os
import sys
import traceback

import seeds
from kit.scenario import SCENARIOS, Session
from scenarios import load_all


def chosen(names):
    known = list(seeds.SEEDS) + list(SCENARIOS)
    unknown = [name for name in names if name not in known]
    if unknown:
        sys.exit(f"record: no recording is called {', '.join(unknown)}; see --list")
    return names or known


def record(names):
    """One failure does not stop the rest; the exit code tells."""
    from kit.lab import Lab
    lab, failed = None, []
    for name in names:
        print(f"{name}: ", end="", flush=True)
        try:
            if name in seeds.SEEDS:
                seeds.write_seed(name)
            else:
                lab = lab or Lab()
                Session(lab, name).record()
            print("recorded", flush=True)
        except Exception:  # whatever went wrong in one recording, it is reported and the next is tried
            traceback.print_exc()
            print("\n".join(row for root in (lab.roots if lab else []) for row in root.log.lines[-30:]), file=sys.stderr)
            failed.append(name)
        finally:
            if lab:
                lab.clean()
    if failed:
        sys.exit(f"record: failed: {' '.join(failed)}")


def main(arguments):
    sys.stdout.reconfigure(line_buffering=True)
    load_all()
    if arguments[:1] == ["--list"]:
        print("\n".join(chosen([])))
    elif arguments[:1] == ["--roots"]:
        needed = {root for name in chosen(arguments[1:]) if name in SCENARIOS for root in SCENARIOS[name].roots}
        print(" ".join(sorted(needed | {"client"})))
    else:
        os.umask(0o022)
        record(chosen(arguments))


if __name__ == "__main__":
    main(sys.argv[1:])
