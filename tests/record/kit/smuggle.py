"""A mail sent as a part of another's content, behind what a server may take for the end of data."""

import time

from kit import clients, mail


def envelope(sender, *recipients):
    """MAIL and RCPT lines."""
    return f"MAIL FROM:<{sender}>\r\n" + "".join(f"RCPT TO:<{recipient}>\r\n" for recipient in recipients)


def letters(series, number):
    """Two mails: one that ends in a bare LF, and one to be smuggled behind it."""
    first = mail.text_mail("ann@example.com", ["bob@example.org"], f"Note {number}", f"{series}.{number}@example.com",
                           f"This is note {number}.\n")
    behind = mail.text_mail("eve@example.net", ["carol@example.org"], f"Note {number + 1}", f"{series}.{number + 1}@example.com",
                            f"This is note {number + 1}.\n")
    return first[:-2] + b"\n", behind


def between(end):
    """What stands between the two mails. end: the line that is like an end of data, with its line end."""
    return end + envelope("eve@example.net", "carol@example.org").encode() + b"DATA\r\n"


def smuggle(port, content, behind, early, late):
    """Sends two contents, and the commands between them, as if they were one. early: the replies that come before the second."""
    client = clients.RawClient(port)
    client.expect(220)
    client.say("EHLO client.example.com", 250)
    client.say("MAIL FROM:<ann@example.com>", 250)
    client.say("RCPT TO:<bob@example.org>", 250)
    client.say("DATA", 354)
    client.send(content)
    client.expect(*early) if early else time.sleep(1)
    client.send(mail.stuffed(behind))
    client.expect(*late)
    client.quit()
