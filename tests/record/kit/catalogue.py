"""What is published beside a capture: its evidence, what can be expected of it, and its row in the README.

Expected values come from what was sent and from the octets of the streams (dialogue.py), never from a dissector of
SMTP. `expectations.json` holds per file:
    arguments  what tshark needs beside -r FILE, if anything
    count      display filter -> number of frames it matches
    fields     field name -> its values over the whole capture, in order
"""

import hashlib
import json
import os
import re
import shutil

from kit import dialogue

HERE = os.path.dirname(os.path.abspath(__file__))
SAMPLES = os.path.normpath(os.path.join(HERE, "..", "..", "..", "sample-pcaps"))
EXPECTATIONS = os.path.join(SAMPLES, "expectations.json")


# Mechanisms whose messages hold the user's name in the clear.
LEGIBLE_MECHANISMS = {"PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "XOAUTH2", "OAUTHBEARER", "EXTERNAL",
                      *(f"SCRAM-SHA-{size}{plus}" for size in (1, 224, 256, 384, 512) for plus in ("", "-PLUS"))}


def capture_path(name):
    return os.path.join(SAMPLES, f"{name}.pcapng")


def mail_record(stream, sender, recipients, outcome, content, queue_id=None, tls=False, auth_user=None,
                method="DATA", **more):
    """One mail of a capture. content: the octets in SMTP form before dot-stuffing, None when none was sent.
    recipients: [(address, code)]."""
    return {"stream": stream, "sender": sender,
            "recipients": [{"address": address, "code": code} for address, code in recipients],
            "outcome": outcome, "queue_id": queue_id, "tls": tls, "auth_user": auth_user,
            "method": method if content is not None else None, "content": content, **more}


def save_mails(directory, mails):
    """mails.json, and each content as a file; the records lose their octets and gain size, sha256 and file."""
    rows = []
    for number, record in enumerate(mails, 1):
        row = dict(record)
        content = row.pop("content")
        row.update(size=None, sha256=None, file=None)
        if content is not None:
            row.update(size=len(content), sha256=hashlib.sha256(content).hexdigest(), file=f"{number}.eml")
            with open(os.path.join(directory, row["file"]), "wb") as out:
                out.write(content)
        rows.append(row)
    save_json(os.path.join(directory, "mails.json"), rows)


def save_json(path, value):
    with open(path, "w", encoding="utf-8") as out:
        json.dump(value, out, indent=1, ensure_ascii=False)
        out.write("\n")


def expected_fields(reading, mails):
    """Field values that follow from the octets and from what was handed to the clients."""
    fields = {
        "esmtp.command.verb": [dialogue.verb(command) for command in reading.commands],
        "esmtp.reply.code": [int(reply[-1][:3]) for reply in reading.replies],
    }
    capabilities = [row for reply in reading.replies for row in dialogue.capabilities(reply)]
    if capabilities:
        fields["esmtp.capability.keyword"] = [re.split("[ =]", row)[0].upper() for row in capabilities]
    mechanisms = [command.split()[1].upper() for command in reading.commands
                  if dialogue.verb(command) == "AUTH" and len(command.split()) > 1]
    if mechanisms:
        fields["esmtp.auth.mechanism"] = mechanisms
    complete = [record for record in mails if record["content"] is not None]
    if complete:
        fields["esmtp.message.unstuffed_size"] = [len(record["content"]) for record in complete]
    if mails:
        fields["esmtp.transaction.outcome"] = [record["outcome"] for record in mails]
        fields["esmtp.transaction.rcpt_to"] = [rcpt["address"] for record in mails for rcpt in record["recipients"]]
        fields["esmtp.transaction.rcpt_code"] = [rcpt["code"] for record in mails for rcpt in record["recipients"]]
        if all(record["sender"] for record in mails):
            fields["esmtp.transaction.mail_from"] = [record["sender"] for record in mails]
        queue_ids = [record["queue_id"] for record in mails if record["queue_id"]]
        if queue_ids:
            fields["esmtp.transaction.queue_id"] = queue_ids
        if set(mechanisms) <= LEGIBLE_MECHANISMS and all(record["auth_user"] for record in mails):
            fields["esmtp.transaction.auth_username"] = [record["auth_user"] for record in mails]
    return fields


def expected_counts(mails):
    """One frame a mail; where several mails are complete in one frame the scenario says how many frames."""
    return {"esmtp.message": sum(record["content"] is not None for record in mails)}


def publish(name, shows, mails, logs=None, expected=None, command=None):
    """Checks the capture against its mails, then writes evidence, expectations and README.
    logs: {file name: text} kept as evidence. expected: {"arguments": ..., "count": ..., "fields": ...} added to what
    is derived; a field given as None is not expected at all."""
    contents = {}
    for record in mails:
        if record["content"] is not None:
            contents.setdefault(record["stream"], []).append(record["content"])
    dialogue.check_wire(capture_path(name))
    reading = dialogue.read_capture(capture_path(name), contents)

    directory = os.path.join(SAMPLES, "evidence", name)
    shutil.rmtree(directory, ignore_errors=True)
    if mails or logs:
        os.makedirs(directory)
    if mails:
        save_mails(directory, mails)
    for file_name, text in (logs or {}).items():
        with open(os.path.join(directory, file_name), "w", encoding="utf-8") as out:
            out.write(text)

    expected = expected or {}
    entry = {"file": f"{name}.pcapng", "shows": shows, "command": command or f"tests/record/record {name}",
             "count": {**expected_counts(mails), **expected.get("count", {})},
             "fields": {field: values for field, values
                        in {**expected_fields(reading, mails), **expected.get("fields", {})}.items() if values is not None}}
    if "arguments" in expected:
        entry["arguments"] = expected["arguments"]
    entries = {known["file"]: known for known in load_entries()}
    entries[entry["file"]] = entry
    present = [known for known in entries.values() if os.path.exists(os.path.join(SAMPLES, known["file"]))]
    present.sort(key=lambda known: known["file"])
    save_json(EXPECTATIONS, present)
    write_readme(present)


def load_entries():
    if not os.path.exists(EXPECTATIONS):
        return []
    with open(EXPECTATIONS, encoding="utf-8") as stored:
        return json.load(stored)


def summary(entry):
    """The numbers a reader can check, in a few words."""
    fields = entry["fields"]
    parts = []
    outcomes = fields.get("esmtp.transaction.outcome", [])
    if outcomes:
        kinds = ", ".join(f"{outcomes.count(kind)} {kind}" for kind in dict.fromkeys(outcomes))
        parts.append(f"Mails: {len(outcomes)} ({kinds}).")
    else:
        parts.append("No mail.")
    verbs = fields.get("esmtp.command.verb")
    if verbs:
        parts.append("Verbs: " + " ".join(counted(verbs)) + ".")
    if fields["esmtp.reply.code"]:
        parts.append("Codes: " + " ".join(counted(fields["esmtp.reply.code"])) + ".")
    if "esmtp.capability.keyword" in fields:
        parts.append(f"Capabilities: {len(fields['esmtp.capability.keyword'])} lines.")
    return " ".join(parts)


def counted(values):
    return [f"{value}×{values.count(value)}" if values.count(value) > 1 else f"{value}"
            for value in dict.fromkeys(values)]


def write_readme(entries):
    with open(os.path.join(HERE, "readme-head.md"), encoding="utf-8") as head:
        text = head.read()
    text += "\n| file | what it shows | recorded by |\n|---|---|---|\n"
    for entry in entries:
        shows = f"{entry['shows']} {summary(entry)}".replace("|", "\\|")
        text += f"| [{entry['file']}]({entry['file']}) | {shows} | `{entry['command']}` |\n"
    with open(os.path.join(SAMPLES, "README.md"), "w", encoding="utf-8") as out:
        out.write(text)
