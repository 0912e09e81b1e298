"""The rows in SQLite, and questions to them.

SPDX-License-Identifier: GPL-2.0-or-later
"""

import argparse
import contextlib
import json
import os
import pathlib
import sqlite3
import sys

from . import Failure
from .files import valid
from .output import tsv_value

TABLES = {"mails": "mail", "connections": "connection", "parts": "part", "logins": "login"}  # the table of a log
OTHER_NAMES = {"mails": {"index": "mail_index"}, "parts": {"index": "mail_index", "part": "number", "mail": ""}}


LARGEST = (1 << 63) - 1  # integer that SQLite has


def cell(value):
    if isinstance(value, int) and value > LARGEST:  # a client may declare any size
        return float(value)
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (list, dict)) else value


class Inserter:
    """Inserts the rows of one log. The statement is made of the columns that the log's first row and the table have."""

    def __init__(self, database, log):
        self.database = database
        self.table = TABLES[log]
        self.names = OTHER_NAMES.get(log, {})
        self.there = {row[1] for row in database.execute(f"PRAGMA table_info({self.table})")}
        self.statement = None

    def insert(self, capture, row):
        row = {**{self.names.get(name, name): value for name, value in row.items()}, "capture": capture}
        row = {name: cell(value) for name, value in row.items() if name in self.there}
        if not self.statement:
            self.statement = (f"INSERT INTO {self.table} ({', '.join(row)}) VALUES ({', '.join(':' + name for name in row)})")
        return self.database.execute(self.statement, row).lastrowid


def recipients_of(mail, row):
    outcomes = {address: outcome for outcome in ("accepted", "deferred", "rejected") for address in row[f"rcpt_{outcome}"]}
    columns = (row[f"rcpt_{name}"] for name in ("to", "code", "status", "text", "time"))
    for address, code, status, text, time in zip(*columns):
        yield mail, address, outcomes.get(address), code, status or None, text or None, time


def write(path, share, states, rows):
    """Writes the database anew. `rows`: path of the capture, log, and a JSON object as text."""
    part = path + ".part"
    remove(part)
    try:
        fill(part, share, states, rows)
        os.replace(part, path)
    except sqlite3.Error as error:
        raise Failure(f"{path} cannot be written: {error}") from None
    finally:
        remove(part)


def remove(path):
    with contextlib.suppress(FileNotFoundError):
        os.unlink(path)


def fill(path, share, states, rows):
    with contextlib.closing(sqlite3.connect(path)) as database:
        database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + (share / "schema.sql").read_text())
        numbers = {}
        for number, done in enumerate(states, 1):
            numbers[done.path] = number
            database.execute("INSERT INTO capture VALUES (?, ?, ?, ?)",
                             (number, valid(done.path), done.identity[1], valid(done.error) or None))
        insert_all(database, numbers, rows)
        database.commit()
        database.executescript((share / "indexes.sql").read_text())


def insert_all(database, numbers, rows):
    inserters = {log: Inserter(database, log) for log in TABLES}
    for path, log, text in rows:
        if log not in inserters:
            continue
        row = json.loads(valid(text))
        key = inserters[log].insert(numbers[path], row)
        if log == "mails":
            database.executemany("INSERT INTO recipient VALUES (?, ?, ?, ?, ?, ?, ?)", recipients_of(key, row))


def questions(share):
    """The questions by name: the file, and what its first comment says."""
    found = {}
    for file in sorted((share / "queries").glob("*.sql")):
        found[file.stem] = (file, file.read_text().splitlines()[0].removeprefix("-- "))
    return found


def print_rows(form, names, rows):
    rows = [[tsv_value(value) for value in row] for row in rows]
    if form == "tsv":
        for row in [names, *rows]:
            print("\t".join(row))
        return
    widths = [max(len(row[column]) for row in [names, *rows]) for column in range(len(names))]
    for row in [names, *rows]:
        print("  ".join(value.ljust(width) for value, width in zip(row, widths)).rstrip())


def main(share, words):
    known = questions(share)
    parser = argparse.ArgumentParser(
        prog="esmtp-batch query", description="Answers a question to a database that esmtp-batch --sqlite wrote.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="questions:\n" + "\n".join(f"  {name:<22} {what}" for name, (_, what) in known.items()))
    parser.add_argument("name", metavar="NAME", help="a question, or a file with one in SQL")
    parser.add_argument("database", metavar="FILE")
    parser.add_argument("--format", choices=("table", "tsv", "json"), default="table")
    chosen = parser.parse_args(words)
    if chosen.name not in known and not os.path.isfile(chosen.name):
        raise Failure(f"no such question: {chosen.name}; there are {', '.join(known)}")
    if not os.path.isfile(chosen.database):
        raise Failure(f"no such database: {chosen.database}; esmtp-batch CAPTURES --sqlite FILE makes one")
    file = known[chosen.name][0] if chosen.name in known else chosen.name
    address = pathlib.Path(chosen.database).absolute().as_uri() + "?mode=ro"
    try:
        with open(file, encoding="utf-8") as sql, contextlib.closing(sqlite3.connect(address, uri=True)) as database:
            found = database.execute(sql.read())
            names, rows = [column[0] for column in found.description or ()], found.fetchall()
    except (sqlite3.Error, sqlite3.Warning, UnicodeDecodeError) as error:
        raise Failure(f"{file} asked of {chosen.database}: {error}") from None
    if chosen.format == "json":
        json.dump([dict(zip(names, row)) for row in rows], sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print_rows(chosen.format, names, rows)
    return 0
