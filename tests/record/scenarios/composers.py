"""Mails that mail programs compose themselves, of files that are known."""

from kit import mail, postfix
from kit.catalogue import mail_record
from kit.lab import CLIENT_HOST, SERVER_IP, wait_until
from kit.scenario import scenario

from scenarios.postfix import held_mails, send_held

SENDER, RECIPIENT = "ann@example.com", "bob@example.org"
BODY = "Hello Bob,\n\nthe files are attached.\n\nFrom here on it is harder:\n.\n..and a long line, " + "on and on, " * 120 + "\n"
# What is attached, by the name that the file has. tests/tshark/test_parts.py knows them too.
FILES = {
    "samples.bin": mail.pseudo_random(3000, "samples"),
    "Grüße.txt": ("Grüße aus Köln\n" * 40 + "From the last line on\n.\n").encode(),
    "empty.dat": b"",
}


def swaks(root, paths):
    words = [word for path in paths for word in ("--attach", f"@{path}")]
    root.run("swaks", "--server", SERVER_IP, "--helo", CLIENT_HOST, "--from", SENDER, "--to", RECIPIENT, "--header",
             "Subject: Composed by swaks", "--body", "@/tmp/body", *words)


def mutt(root, paths):
    root.write("tmp/muttrc", f'set smtp_url="smtp://{SERVER_IP}/"\nset from="{SENDER}"\nset use_envelope_from=yes\nset copy=no\n'
               f'set hostname="{CLIENT_HOST}"\nset charset="utf-8"\nset send_charset="utf-8"\nset ssl_force_tls=no\nset ssl_starttls=no\n')
    with open(root.file("tmp/body"), "rb") as body:
        root.run("mutt", "-n", "-F", "/tmp/muttrc", "-s", "Composed by mutt", "-a", *paths, "--", RECIPIENT, stdin=body.read())


def s_nail(root, paths):
    words = [word for path in paths for word in ("-a", path)]
    with open(root.file("tmp/body"), "rb") as body:
        root.run("s-nail", "-n", "-S", "v15-compat", "-S", f"mta=smtp://{SERVER_IP}:25", "-S", f"from={SENDER}", "-S", "ttycharset=utf-8",
                 "-S", f"hostname={CLIENT_HOST}", "-S", "smtp-auth=none", "-s", "Composed by s-nail", *words, RECIPIENT, stdin=body.read())


@scenario("postfix-attachments",
          "Three mail programs that compose mails with attachments themselves, to Postfix on 25: swaks, mutt and s-nail, each with a "
          "file of random octets, a text in UTF-8 whose name is not ASCII, and an empty file.", "postfix", "composers")
def attachments(session):
    server = postfix.start(session, {"header_checks": "static:HOLD"})
    root = session.lab.root("composers", "client", CLIENT_HOST)
    root.write("tmp/body", BODY)
    for name, octets in FILES.items():
        root.write(f"tmp/{name}", octets)
    session.begin(25)
    for number, compose in enumerate((swaks, mutt, s_nail), 1):
        compose(root, [f"/tmp/{name}" for name in FILES])
        wait_until(lambda: len(held_mails(server)) == number, f"the mail of {compose.__name__}")
    session.stop_capture()
    contents = [without_received(send_held(server, held, 1)) for held in held_mails(server)]
    session.end([mail_record(stream, SENDER, [(RECIPIENT, 250)], "accepted", content, queue_id=held)
                 for stream, (content, held) in enumerate(zip(contents, held_mails(server)))], server)


def without_received(stored):
    """As it was sent: without the header field that the server put in front."""
    lines = stored.split(b"\r\n")
    assert lines[0].startswith(b"Received: "), lines[0]
    end = next(number for number, line in enumerate(lines[1:], 1) if not line.startswith((b" ", b"\t")))
    return b"\r\n".join(lines[end:])
