"""esmtp-batch: the logs of the ESMTP plugin for many captures.

    captures   which files are captures, and whether one has changed
    question   what tshark is asked of a capture, and what it answers
    split      one large capture in pieces, each with whole connections
    engines    who runs the jobs: GNU parallel or Slurm
    files      files that are whole or not there
    store      results that outlive an interruption
    output     the rows, as NDJSON or TSV
    database   the rows in SQLite, and questions to them
    page       the rows as a page to look at

SPDX-License-Identifier: GPL-2.0-or-later
"""


class Failure(Exception):
    """What a person is told, and the program ends with."""
