"""Where the plugin says something else of a built-in field than the built-in dissector does, and why the plugin is right.

The rows are per capture: frames, fields, reason, and the releases of Wireshark that have the difference (None: all). Frames are
numbers, ranges, and with /2 every second of a range. Fields are named without "smtp.", the protocol smtp itself is ".".

SPDX-License-Identifier: GPL-2.0-or-later
"""

REASONS = {
    "VERB": "A verb is whole: STARTTLS, where the built-in dissector takes the first four characters for the verb, and the rest for "
            "its parameter.",
    "UTF8": "Lines are UTF-8 (RFC 6531): the built-in dissector takes them for ASCII, and has a replacement character for each "
            "further octet.",
    "AUTH": "A message of AUTH is something that the client requests of the server, with whatever mechanism: the built-in dissector "
            "knows those of PLAIN and LOGIN, and takes the others' for mail or for commands.",
    "BASE64": "The built-in dissector complains that it did not decode what AUTH PLAIN carries; the plugin decodes it.",
    "PORT": "SMTP all the same, on a port that is not the built-in dissector's: LMTP on 24, SMTP in the clear on 465, SMTP found by "
            "how its connection opens.",
    "PART": "A packet that holds but a part of a line is SMTP too: the built-in dissector has TCP hold it back, and the filter "
            "`smtp` does not find it.",
    "LAYER": "Behind a security layer that AUTH agreed on (RFC 4954, 4) nothing can be read: the built-in dissector takes octets of it "
             "for a reply.",
    "ICMP": "The copy of a packet in an ICMP error was not received by anybody: it is no part of the session.",
    "UNKNOWN": "A line in a command's place is a command, though its verb may not be known: the built-in dissector takes it for "
               "mail.",
    "BDAT": "The octets that BDAT announces are content, and what stands before and behind them are commands (RFC 3030): the "
            "built-in dissector of 4.0 loses its way when they are pipelined.",
    "REFUSED": "Behind a DATA that the server refused come commands (RFC 5321, 4.3.2): the built-in dissector takes them for the "
               "mail.",
    "PIPELINED": "MAIL, RCPT and DATA that stand in front of the mail in its packet are commands: the built-in dissector takes "
                 "all of the packet for the mail.",
    "BEHIND": "The lone dot ends the content also where TLS records or what stands behind the dot in its packet hide it from the "
              "built-in dissector, which takes the commands behind it for more of the mail.",
    "GARBAGE": "Octets that are no SMTP, sent where a command is due, are shown as what the server will have read: lines of "
               "commands that it does not know.",
    "CR": "A bare CR does not end a line (RFC 5321, 2.3.8): the built-in dissector cuts the text there.",
    "WHOLE": "A reply is one, however many packets its lines come in (RFC 5321, 4.2.1), and is shown in the one where it is complete: the "
             "built-in dissector makes a reply of the lines of each packet.",
    "FRAGMENTS": "The fragments are the packets that the mail's content came in, each once: the built-in dissector counts messages "
                 "of AUTH, commands and the lone dot among them, TLS records instead of packets, and leaves out packets that begin "
                 "or end inside a line.",
    "ONE": "A mail that is whole in one packet, or came in chunks, has its packets and its length as any other.",
    "SIZE": "The length is that of the mail as it was handed over, stuffed dots taken out (RFC 5321, 4.5.2): the built-in "
            "dissector counts these dots, and what it mistakes for content, or loses octets.",
    "ITSELF": "A mail that is complete in the packet at hand is not put together in another one.",
    "KEPT": "A segment that TCP keeps back, because it is late or was sent before, is read too: the built-in dissector never sees it.",
    "ORDER": "What cannot be read yet, because octets before it or the command that it answers are missing, is shown in the packet with "
             "which it can be read.",
    "SMUGGLED": "A lone dot behind a bare LF ends a mail where the replies show that the server took it so, and nowhere else: the "
                "built-in dissector of 4.0 takes it for the end of a mail wherever CRLF follows, later ones do nowhere.",
    "GAP": "A DATA behind a chunk of which octets were not captured is read as what it is, and so is what follows.",
}

OLD = ("4.0",)
NEW = ("4.2", "4.4", "4.6")
BEFORE_4_6 = ("4.0", "4.2", "4.4")

DIFFERENCES = {
    "aiosmtpd-smuggling.pcapng": [
        ("8,9,11", "rsp response response.code rsp.parameter", "WHOLE", None),
        ("12", "response rsp.parameter", "WHOLE", None),
        ("20,22", "eom data.fragments data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", OLD),
    ],
    "courier-auth-cram-sha.pcapng": [
        ("11,36,40,44", "req", "AUTH", None),
        ("19", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("19", "data.reassembled.length", "SIZE", None),
    ],
    "courier-exdata.pcapng": [
        ("25,36,46", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("26,47", "rsp response response.code rsp.parameter", "WHOLE", None),
        ("28,49", "response rsp.parameter", "WHOLE", None),
    ],
    "cyrus-lmtp.pcapng": [
        ("4,8-18/2,22,24,31,35-43/2,47,49", ". rsp response response.code rsp.parameter", "PORT", None),
        ("6,9-15/2,33,36-40/2", ". req command_line req.command req.parameter", "PORT", None),
        ("17,23,42,48", ". req command_line req.command", "PORT", None),
        ("19,44", ".", "PORT", None),
        ("20,45", ". eom data.fragments data.fragment data.fragment.count data.reassembled.length", "PORT", None),
    ],
    "dovecot-auth-gssapi.pcapng": [
        ("12-16/2,50", "req", "AUTH", None),
        ("30", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("30", "data.reassembled.length", "SIZE", None),
    ],
    "dovecot-auth-oauthbearer.pcapng": [
        ("41,58", "req", "AUTH", None),
    ],
    "dovecot-auth-scram-plus.pcapng": [
        ("24,75,115", "command_line req.command req.parameter", "AUTH", None),
        ("27,81,118", "command_line req.command", "AUTH", None),
        ("39", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("9,59,100", "req.command req.parameter", "VERB", None),
    ],
    "dovecot-auth-xoauth2.pcapng": [
        ("12,48,50,67", "req", "AUTH", None),
        ("28", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("28", "data.reassembled.length", "SIZE", None),
    ],
    "dovecot-burl.pcapng": [
        ("9", "base64_decode", "BASE64", None),
        ("30", "req command_line req.command req.parameter", "BDAT", OLD),
    ],
    "dovecot-lmtp.pcapng": [
        ("4,8,11,14,17,20,23,27,30,31,33,37,40", ". rsp response response.code rsp.parameter", "PORT", None),
        ("6,9,12,15,18,28", ". req command_line req.command req.parameter", "PORT", None),
        ("21,38", ". req command_line req.command", "PORT", None),
        ("24,34", ".", "PORT", None),
        ("25,35", ". eom data.fragments data.fragment data.fragment.count data.reassembled.length", "PORT", None),
    ],
    "dovecot-submission-starttls.pcapng": [
        ("23", "base64_decode", "BASE64", None),
        ("63", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("63", "data.reassembled.length", "SIZE", None),
        ("9", "req.command req.parameter", "VERB", None),
    ],
    "dovecot-submissions-curl.pcapng": [
        ("19", "base64_decode", "BASE64", None),
        ("51", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
    ],
    "exim-auth-external.pcapng": [
        ("12,16", "req", "AUTH", None),
        ("25", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("25", "data.reassembled.length", "SIZE", None),
    ],
    "exim-bdat-pipelined.pcapng": [
        ("7,17,20,40", "req command_line req.command req.parameter", "BDAT", OLD),
        ("30", "req command_line req.command", "BDAT", OLD),
        ("30", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", OLD),
        ("7,40", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "exim-commands.pcapng": [
        ("14", "req command_line req.command", "UNKNOWN", None),
    ],
    "exim-limits.pcapng": [
        ("7,10", "req command_line req.command req.parameter", "BDAT", OLD),
        ("7", "data.reassembled.in", "ITSELF", OLD),
        ("7,10", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
        ("21,23", "req command_line req.command req.parameter", "UNKNOWN", None),
    ],
    "exim-pipeconnect.pcapng": [
        ("7", "req command_line req.command req.parameter", "BDAT", OLD),
        ("16", "req command_line req.command", "BDAT", OLD),
        ("7,16", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "exim-prdr.pcapng": [
        ("7", "req command_line req.command req.parameter", "BDAT", OLD),
        ("29,40,49", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("7", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "exim-smuggling.pcapng": [
        ("17", "data.fragments data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", None),
        ("18", "data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", None),
        ("63,65", "eom data.fragments data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", OLD),
    ],
    "exim-starttls.pcapng": [
        ("27", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("27", "data.reassembled.length", "SIZE", OLD),
        ("8", "req.command req.parameter", "VERB", None),
    ],
    "exim-tiny-bdat-one-segment.pcapng": [
        ("8,11-15/2,18-26/2", "req command_line req.command req.parameter", "BDAT", OLD),
        ("28", "req command_line req.command", "BDAT", OLD),
        ("26", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", OLD),
        ("8", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "haraka-plain.pcapng": [
        ("27", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("34", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("27", "data.reassembled.length", "SIZE", None),
        ("13", "req command_line req.command", "UNKNOWN", None),
    ],
    "opensmtpd-plain.pcapng": [
        ("18,30", "data.reassembled.length", "SIZE", None),
    ],
    "opensmtpd-smtps-curl.pcapng": [
        ("17", "base64_decode", "BASE64", None),
        ("32", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("32", "data.reassembled.length", "SIZE", None),
    ],
    "opensmtpd-starttls-msmtp.pcapng": [
        ("21", "base64_decode", "BASE64", None),
        ("42", "eom", "BEHIND", None),
        ("45", "req command_line req.command", "BEHIND", None),
        ("42", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
        ("9", "req.command req.parameter", "VERB", None),
    ],
    "postfix-attachments.pcapng": [
        ("22", "data.reassembled.length", "SIZE", NEW),
        ("60,98", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-anonymous.pcapng": [
        ("34", "req", "AUTH", None),
        ("17", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "postfix-auth-cram-md5.pcapng": [
        ("11,37,52", "req", "AUTH", None),
        ("19", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("19", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-digest-md5.pcapng": [
        ("11,13,39,54", "req", "AUTH", None),
        ("21", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("21", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-gss-spnego.pcapng": [
        ("13,42", "req", "AUTH", None),
        ("23", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("23", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-login.pcapng": [
        ("70", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "postfix-auth-ntlm.pcapng": [
        ("11,13,39,41,56", "req", "AUTH", None),
        ("21", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("21", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-otp.pcapng": [
        ("11,36,40", "req", "AUTH", None),
        ("19", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("19", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-plain.pcapng": [
        ("9,33,48,52,56", "base64_decode", "BASE64", None),
    ],
    "postfix-auth-scram-sha-1.pcapng": [
        ("11-15/2,41,43,58", "req", "AUTH", None),
        ("23", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("23", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-scram-sha-256.pcapng": [
        ("11-15/2,41,43,58", "req", "AUTH", None),
        ("23", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("23", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-auth-scram-sha-512.pcapng": [
        ("11,13,38,43,61,63,80,82", "req", "AUTH", None),
        ("21", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("21", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-bdat-chunks.pcapng": [
        ("13,15,19,23,27", "req command_line req.command req.parameter", "BDAT", OLD),
        ("27", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("19,27", "data.reassembled.in", "ITSELF", OLD),
        ("27", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", OLD),
        ("19", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
        ("17", "data.reassembled.length", "SIZE", OLD),
        ("27", "data.reassembled.length", "SIZE", NEW),
    ],
    "postfix-data-refused.pcapng": [
        ("15", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("9,11", "req command_line req.command req.parameter", "REFUSED", None),
        ("13", "req command_line req.command", "REFUSED", None),
        ("15", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-dsn.pcapng": [
        ("17,25", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "postfix-empty-mail.pcapng": [
        ("23", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "postfix-ipv6.pcapng": [
        ("15", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "postfix-large-mail.pcapng": [
        ("270", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("127", ".", "PART", None),
        ("270", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-proxy-protocol.pcapng": [
        ("16,38", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("16,38", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-relay-pipelined.pcapng": [
        ("35", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("11", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("19,22,27,30", "req command_line req.command", "REFUSED", None),
        ("25,33", "req command_line req.command req.parameter", "REFUSED", None),
        ("35", "data.reassembled.length", "SIZE", None),
    ],
    "postfix-relay-starttls.pcapng": [
        ("19,43", "req command_line req.command", "BEHIND", OLD),
        ("19,43", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("9,32", "req.command req.parameter", "VERB", None),
    ],
    "postfix-requiretls.pcapng": [
        ("27,35", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("11", "req.command req.parameter", "VERB", None),
    ],
    "postfix-smuggling.pcapng": [
        ("17,40", "eom data.fragments data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", OLD),
        ("18", "data.fragments data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", None),
        ("19", "eom data.fragments", "SMUGGLED", OLD),
        ("19", "data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", None),
        ("42", "eom data.fragments data.fragment data.fragment.count data.reassembled.length", "SMUGGLED", OLD),
    ],
    "postfix-smtps-openssl.pcapng": [
        ("25", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "postfix-smtputf8.pcapng": [
        ("15", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("9,11", "command_line", "UTF8", None),
        ("9,11", "req.parameter", "VERB", None),
    ],
    "postfix-starttls-refused.pcapng": [
        ("17,40", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("9,32", "req.command req.parameter", "VERB", None),
    ],
    "postfix-starttls-submission.pcapng": [
        ("17", "base64_decode", "BASE64", None),
        ("42", "data.reassembled.length", "SIZE", None),
        ("9", "req.command req.parameter", "VERB", None),
    ],
    "postfix-starttls-tls12.pcapng": [
        ("19", "base64_decode", "BASE64", None),
        ("28", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("9", "req.command req.parameter", "VERB", None),
    ],
    "postfix-tiny-mails-one-segment.pcapng": [
        ("9,11", "req command_line req.command req.parameter", "BDAT", OLD),
        ("13", "req command_line req.command", "BDAT", OLD),
        ("9,11", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "postfix-two-hops.pcapng": [
        ("41,73", "req command_line req.command", "BEHIND", OLD),
        ("15,23,41", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("57", "req command_line req.command", "REFUSED", None),
    ],
    "postfix-xclient-xforward.pcapng": [
        ("23", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("23", "data.reassembled.length", "SIZE", None),
        ("9,13,15", "req command_line req.command req.parameter", "UNKNOWN", None),
    ],
    "postfix-xverp.pcapng": [
        ("15,23", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "seed-a-gmail-starttls.pcapng": [
        ("24", "base64_decode", "BASE64", None),
        ("59", "data.reassembled.length", "SIZE", None),
        ("10", "req.command req.parameter", "VERB", None),
    ],
    "seed-c-telnet.pcapng": [
        ("364", "data.fragment data.fragment.count", "FRAGMENTS", None),
        (("6-36/2,42-96/2,102-162/2,168-176/2,182-224/2,228-276/2,280-306/2,310,314-356/2,360,362,"
         "368-376/2"),
         ".", "PART", None),
    ],
    "seed-d-sendmail.pcapng": [
        ("30", "req.command req.parameter", "VERB", None),
    ],
    "seed-e-implicit-tls.pcapng": [
        ("16", "base64_decode", "BASE64", None),
        ("35", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("35", "data.reassembled.length", "SIZE", OLD),
    ],
    "sendmail-auth-layer.pcapng": [
        ("11,13,43,45", "req", "AUTH", None),
        ("55", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("16", "rsp", "LAYER", None),
        ("15,17-23,27-29", ".", "PART", None),
        ("55", "data.reassembled.length", "SIZE", None),
    ],
    "sendmail-plain.pcapng": [
        ("26,36", "data.reassembled.length", "SIZE", None),
    ],
    "sendmail-starttls.pcapng": [
        ("33", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("33", "data.reassembled.length", "SIZE", None),
        ("9", "req.command req.parameter", "VERB", None),
    ],
    "arkime-smtp-decrypted.pcap": [
        ("29,31", ".", "KEPT", None),
        ("30", ".", "KEPT", OLD),
        ("32", ". req command_line req.command eom data.fragments data.fragment data.fragment.count data.reassembled.length", "KEPT", OLD),
        ("32", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("86", ". rsp response response.code rsp.parameter", "KEPT", None),
        ("104", "req command_line req.command", "BEHIND", OLD),
        ("104", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("41-45/2,48,50,56,58,68-72/2,75,77,83", ". rsp response response.code rsp.parameter", "PORT", None),
        ("42,46,49,51,69,73,76,78", ". req command_line req.command req.parameter", "PORT", None),
        ("44,57,71,84", ". req command_line req.command", "PORT", None),
        ("52,79", ".", "PORT", None),
        ("53,80", ". data.fragments data.fragment data.fragment.count data.reassembled.length", "PORT", None),
        ("104", "data.reassembled.length", "SIZE", OLD),
        ("32", "data.reassembled.length", "SIZE", NEW),
        ("8,97", "req.command req.parameter", "VERB", None),
    ],
    "arkime-wireshark-bdat.pcap": [
        ("5,8,12", ". req command_line req.command req.parameter", "PORT", None),
        ("17", ". req command_line req.command", "PORT", None),
        ("7,11,16,19", ". rsp response response.code rsp.parameter", "PORT", None),
        ("9,13", ".", "PORT", None),
        ("14", ". data.fragments data.fragment data.fragment.count data.reassembled.length", "PORT", None),
    ],
    "ndpi-smtp.pcap": [
        ("88", "data.reassembled.length", "SIZE", OLD),
    ],
    "ndpi-smtps.pcapng": [
        ("4", ". rsp response response.code rsp.parameter", "PORT", None),
    ],
    "sv-bug-3616-smtp.pcap": [
        ("27", ".", "KEPT", None),
        ("32,33,35,36", ".", "KEPT", BEFORE_4_6),  # 4.6 calls them out of order, not sent again
        ("45", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("26,28-30", ".", "ICMP", None),
        ("45", "data.reassembled.length", "SIZE", None),
    ],
    "sv-smtp-bdat-pipelined-next-mail.pcap": [
        ("13", "req command_line req.command req.parameter", "BDAT", OLD),
        ("15,19", "req command_line req.command", "BDAT", OLD),
        ("17", "eom", "BEHIND", None),
        ("13", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("13", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", OLD),
        ("17", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "sv-smtp-data-rejected.pcap": [
        ("146", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("11", "req command_line req.command", "REFUSED", None),
        ("14", "req command_line req.command req.parameter", "REFUSED", None),
        ("146", "data.reassembled.length", "SIZE", None),
    ],
    "sv-smtp-errors.pcap": [
        ("7", ".", "KEPT", None),
        ("6", "response rsp.parameter", "CR", None),
        ("120", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("4", "req command_line req.command req.parameter", "GARBAGE", None),
        ("151", "req command_line", "GARBAGE", None),
        (("40,41,43,44,47-51/2,52,55,56-74/2,77,78-82/2,85,87,88,90,93-101/2,104,105,108,110,"
         "124"),
         ".", "PART", None),
        ("149,153", ". rsp response response.code rsp.parameter", "PORT", None),
        ("151", ".", "PORT", None),
        ("120", "data.reassembled.length", "SIZE", OLD),
    ],
    "sv-smtp-long-DATA-line.pcap": [
        ("23-26", ".", "KEPT", None),
        ("36", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
        ("36", "data.fragment data.fragment.count", "FRAGMENTS", OLD),
        ("36", "data.reassembled.length", "SIZE", None),
    ],
    "sv-smtp-multi-mail.pcap": [
        ("15,23,33", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "sv-smtp-pipelining.pcap": [
        ("11", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("11", "req command_line req.command req.parameter", "PIPELINED", None),
        ("11", "data.reassembled.length", "SIZE", OLD),
    ],
    "sv-smtp-rejected-ehlo-preserves-envelope.pcap": [
        ("17", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
    ],
    "sv-smtp-rset-starttls.pcap": [
        ("6", "req.command req.parameter", "VERB", None),
    ],
    "sv-smtp-startssl.pcap": [
        ("10", "req.command req.parameter", "VERB", None),
    ],
    "sv-issue-4220-1flowB.pcap": [
        ("9", ". rsp response response.code rsp.parameter", "KEPT", None),
        ("13", ". rsp response response.code rsp.parameter", "KEPT", OLD),
        ("75,135,175,235,419,629,1019,1147", ".", "KEPT", None),
        ("1348", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("1348", "data.reassembled.length", "SIZE", None),
    ],
    "zeek-rfc3030-bdat-example1.pcap": [
        ("18", "data.reassembled.in", "ITSELF", OLD),
        ("18", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
    ],
    "zeek-smtp-bdat-gap.pcap": [
        ("24", "rsp response response.code rsp.parameter", "ORDER", None),
        ("28", "req command_line req.command rsp response response.code rsp.parameter", "ORDER", None),
        ("34", "req command_line req.command", "GAP", None),
        ("30", "eom", "GAP", None),
        ("28,30", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", None),
        ("22", ".", "PART", None),
    ],
    "zeek-smtp-bdat-pipeline-8bitmime.pcap": [
        ("9,17", "req command_line req.command req.parameter", "BDAT", OLD),
        ("11,25", "data.reassembled.in", "ITSELF", OLD),
        ("11,25", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", OLD),
    ],
    "zeek-smtp-multi-addr.pcap": [
        ("14", "data.fragment data.fragment.count", "FRAGMENTS", NEW),
    ],
    "zeek-smtp-starttls.pcap": [
        ("10", "req.command req.parameter", "VERB", None),
    ],
    "zeek-smtp.pcap": [
        ("27", ".", "KEPT", None),
        ("32,33,35,36", ".", "KEPT", BEFORE_4_6),  # 4.6 calls them out of order, not sent again
        ("45", "data.fragment data.fragment.count", "FRAGMENTS", None),
        ("26,28-30", ".", "ICMP", None),
        ("87", "data.fragments data.fragment data.fragment.count data.reassembled.length", "ONE", NEW),
        ("87", "data.reassembled.length", "SIZE", OLD),
        ("45", "data.reassembled.length", "SIZE", None),
    ],
    "zeek-smtp-one-side-only.pcap": [
        ("4,5", "req command_line req.command req.parameter", "ORDER", None),
        ("18", ".", "KEPT", None),
    ],
}
