/* note_rows.h — everything noteworthy that the plugin reports, in one table.
 *
 *     NOTE_ROW(NAME, FIELD, GROUP, SEVERITY, summary, meaning, cause, remedy)
 *
 * A row is a note of the session and at the same time the expert information that shows it, so neither can be without the
 * other. The session knows the names alone. The dissector makes its expert infos of the rest: the field esmtp.expert.FIELD,
 * Wireshark's group PI_GROUP and severity PI_SEVERITY, and a summary for a person. The last three are for doc/FIELDS.md:
 * what it means, how it comes about, and what to do. Included where NOTE_ROW is defined, and so without a guard.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */
/* clang-format off */
NOTE_ROW(SYNTAX, syntax, PROTOCOL, WARN,
     "Cannot be parsed",
     "A command, or an argument of one, does not follow the grammar so far that nobody can tell what is meant.",
     "A client with a fault, a typing error, binary octets, or a connection that is out of step: content read as "
     "commands.",
     "Read the line and the server's reply. If such lines come in numbers, look at what came before the first of them.")
NOTE_ROW(LENIENT_SYNTAX, lenient_syntax, PROTOCOL, NOTE,
     "Breaks the grammar, but servers accept it",
     "The line breaks the grammar in a way that servers accept.",
     "Old or simple clients: a space behind MAIL FROM:, missing angle brackets, blanks at the end, an xtext in lower "
     "case.",
     "Nothing, unless a strict server refuses the mail: then correct the client.")
NOTE_ROW(REPLY_SYNTAX, reply_syntax, PROTOCOL, NOTE,
     "A reply line that no RFC allows",
     "A line of the server is no reply line: it lacks the code or the separator, or its code is none that RFC 5321 "
     "allows.",
     "A filter or proxy that writes its own replies, a server with a fault, or text that was not made a reply.",
     "Look at what stands before the server. Clients may take such a reply for a failure, and try again later.")
NOTE_ROW(GAP, gap, SEQUENCE, NOTE,
     "Octets of this stream were not captured",
     "Octets of this direction are not in the capture: what they said is not known.",
     "The recording lost packets, cut them short (snap length), began late, or saw one direction alone.",
     "Record again nearer to the server, with larger buffers and without a snap length. What is shown near a gap is "
     "less certain.")
NOTE_ROW(WITHHELD, withheld, SEQUENCE, NOTE,
     "Octets that are in the capture could not be put in order",
     "Octets are in the capture, and were not read: others before them are missing, and nothing shows that they never "
     "come.",
     "The capture ends before a hole is filled or acknowledged.",
     "Record longer. The mail log reads them all the same, as far as they go.")
NOTE_ROW(REPLY_UNEXPECTED, reply_unexpected, SEQUENCE, NOTE,
     "No command waits for this reply",
     "The server has sent a reply, and no command waits for one.",
     "A server that replies twice, a proxy that adds a reply, or a command that was not captured.",
     "Compare commands and replies before it. A client that takes it for the next command's reply is out of step from "
     "here on.")
NOTE_ROW(REPLY_CODES_DIFFER, reply_codes_differ, PROTOCOL, WARN,
     "The lines of a reply have different codes (RFC 5321, 4.2.1)",
     "All lines of one reply must have the same code, and these have not.",
     "A filter that joins replies, or a script that makes up the server's texts.",
     "Correct the server: some clients go by the first code, others by the last, and so disagree about what was "
     "accepted.")
NOTE_ROW(STATUS_CLASS_MISMATCH, status_class_mismatch, PROTOCOL, WARN,
     "The enhanced status has another class than the reply code (RFC 2034, 4)",
     "The enhanced status and the reply code contradict each other: one says for now, the other for good.",
     "A rule of the server that was given a code without the status that belongs to it.",
     "Correct the rule. Clients may bounce a mail that they should try again, or the other way round.")
NOTE_ROW(REFUSED, refused, RESPONSE_CODE, WARN,
     "The server refuses for good",
     "The server refuses the command or the mail for good: the client must not try the same again.",
     "An unknown recipient, a policy, a blocklist, a limit: the text and the enhanced status say which.",
     "Follow the text. The field esmtp.transaction tells what became of the mail.")
NOTE_ROW(DEFERRED, deferred, RESPONSE_CODE, NOTE,
     "The server refuses for now",
     "The server refuses for now: the client keeps the mail and tries again.",
     "Greylisting, a full disk or queue, a limit on the rate, a name service that does not answer.",
     "One is harmless. When they repeat for hours, look at the text and at the server's log.")
NOTE_ROW(AUTH_FAILED, auth_failed, RESPONSE_CODE, WARN,
     "Authentication failed",
     "The client's credentials were not taken.",
     "A wrong or expired password, an account that is locked, a mechanism that the account may not use; many of them: "
     "somebody guesses.",
     "Ask for the user's settings, or block the address that guesses.")
NOTE_ROW(CLOSING_REPLY, closing_reply, RESPONSE_CODE, NOTE,
     "The server ends the session (RFC 5321, 3.8)",
     "The server says that it ends the session, and what was under way ends with it.",
     "A time limit, a shutdown, too many errors or connections.",
     "Read the text. A time limit points to the network or to a slow client, too many errors to a client with a fault.")
NOTE_ROW(COMMAND_SEQUENCE, command_sequence, SEQUENCE, NOTE,
     "Command out of its order (RFC 5321, 4.1.4)",
     "The command is not allowed at this point of the session.",
     "A client that does not look at replies, or one that was made to find out what a server takes.",
     "See what the server replied: 503 is usual. A client that does so often has lost step with the replies.")
NOTE_ROW(UNKNOWN_COMMAND, unknown_command, PROTOCOL, NOTE,
     "No verb that an RFC or a known server defines",
     "The verb is in no RFC, in no registry, and of no server that is known here.",
     "A typing error, a private extension, a header line sent as a command after a refused DATA, a scanner.",
     "If it is a line of a mail, look for the refusal before it.")
NOTE_ROW(ILLEGAL_COMMAND, illegal_command, SECURITY, WARN,
     "A verb by which old servers were broken into",
     "DEBUG, WIZ and their kind opened old servers to anybody; no client needs them.",
     "A scanner for weak servers.",
     "Make sure that the server refuses it, and see what else that address has sent.")
NOTE_ROW(FOREIGN_PROTOCOL, foreign_protocol, PROTOCOL, WARN,
     "Another protocol where SMTP belongs",
     "Another protocol is spoken where SMTP belongs, or SMTP where TLS belongs (port 465).",
     "A client with a wrong port or the wrong kind of TLS, a web browser or proxy made to talk to the mail port, a "
     "scanner.",
     "Compare the client's settings: 465 is for TLS from the first octet, 587 and 25 are for STARTTLS.")
NOTE_ROW(NUMBER_OVERFLOW, number_overflow, PROTOCOL, WARN,
     "Number too large",
     "A number is larger than its protocol or this plugin can hold: it has no field of its own.",
     "A client or server with a fault, or an attempt to make one fail.",
     "Look at who sends it, and that the other side refused it.")
NOTE_ROW(STARTTLS_PLAINTEXT, starttls_plaintext, SECURITY, WARN,
     "Plain text where TLS has to begin (RFC 3207, 4)",
     "Plain text stands between STARTTLS and the begin of TLS: a receiver that keeps it takes it for protected.",
     "Somebody on the way adds commands or replies (CVE-2011-0411 and its kind), or a client does not wait for the "
     "reply.",
     "Update both sides. If the text is not of the client's own making, somebody changes the connection.")
NOTE_ROW(STARTTLS_READABLE, starttls_plaintext, SECURITY, NOTE,
     "TLS was granted, and the session goes on in the clear: recorded behind a decrypting proxy",
     "The server granted TLS, and both sides went on readable to the end.",
     "The capture was made behind a proxy that takes TLS off, or written by a tool that decrypts.",
     "Nothing. The session is shown as it would be under TLS.")
NOTE_ROW(STARTTLS_REFUSED, starttls_refused, SECURITY, WARN,
     "STARTTLS was refused, and a mail goes on in the clear",
     "The client asked for TLS, the server refused, and the client sent its mail in the clear.",
     "A server whose certificate or key cannot be used, or somebody on the way who prevents TLS.",
     "Repair the server's TLS. Require TLS on the client (DANE, MTA-STS) where the mail must not be read.")
NOTE_ROW(STARTTLS_UNUSED, starttls_unused, SECURITY, NOTE,
     "STARTTLS is offered, and a mail goes in the clear",
     "The server offers TLS, and the mail went in the clear all the same.",
     "A client that cannot do TLS, or that has it turned off.",
     "Turn on TLS in the client: opportunistic TLS costs nothing.")
NOTE_ROW(STARTTLS_STRIPPED, starttls_stripped, SECURITY, WARN,
     "STARTTLS was masked on its way: TLS is kept from being used",
     "The server's STARTTLS was written over on its way, so that the client does not find it.",
     "A firewall that \"fixes\" SMTP, or somebody who wants to read the mail.",
     "Turn off SMTP inspection on the firewall. If there is none, somebody changes the connection.")
NOTE_ROW(AUTH_WITHOUT_TLS, auth_without_tls, SECURITY, WARN,
     "Authentication without TLS (RFC 4954, 4)",
     "The password or token crosses the network readable.",
     "A client without TLS, and a server that allows it.",
     "Require TLS before AUTH on the server, and have the password changed.")
NOTE_ROW(AUTH_PROOF_WITHOUT_TLS, auth_without_tls, SECURITY, NOTE,
     "Authentication without TLS, by a mechanism that does not show the password (RFC 4954, 4)",
     "The credentials are not shown, but the connection is not protected: a proof can be attacked by guessing.",
     "A client without TLS that uses a challenge, such as CRAM-MD5 or SCRAM.",
     "Require TLS before AUTH.")
NOTE_ROW(MASKED, masked, SECURITY, NOTE,
     "A device on the way (a firewall, a proxy) has written over this",
     "Something between client and server has written over a greeting, a command or a keyword.",
     "A firewall that inspects SMTP, as old Cisco PIX and ASA do (fixup, inspect esmtp).",
     "Turn that inspection off: it hides extensions, and may break mails.")
NOTE_ROW(HELO_NAME, helo_name, PROTOCOL, NOTE,
     "The client's name is no name of a host (RFC 5321, 4.1.1.1)",
     "The name that the client gives itself is no full name of a host and no address in brackets, or it is the "
     "server's own.",
     "A client without a configured name, a desktop, or a program that sends spam.",
     "Give the client its full name. Receivers may refuse it as it is.")
NOTE_ROW(REQUIRETLS_WITHOUT_TLS, requiretls_without_tls, SECURITY, WARN,
     "REQUIRETLS outside TLS (RFC 8689, 2)",
     "The sender asks that the mail goes only under TLS, and says so outside TLS.",
     "A client that uses REQUIRETLS without having begun TLS.",
     "Begin TLS first. The server has to refuse the parameter.")
NOTE_ROW(BARE_LF, bare_lf, PROTOCOL, NOTE,
     "LF without CR (RFC 5321, 2.3.8)",
     "A line ends with LF alone. Servers differ in whether that ends a line.",
     "Programs that write their system's line ends; also attempts to smuggle mails.",
     "Correct the sender. Have the server refuse bare LF in contents.")
NOTE_ROW(BARE_CR, bare_cr, PROTOCOL, NOTE,
     "CR without LF (RFC 5321, 2.3.8)",
     "A CR stands inside a line, or several before its LF. Servers differ in what they make of it.",
     "Programs that convert line ends twice; also attempts to smuggle mails.",
     "Correct the sender.")
NOTE_ROW(NUL, nul, PROTOCOL, NOTE,
     "NUL octet (RFC 5321, 4.5.2 forbids it in text)",
     "There is a NUL octet in text, which no line may hold.",
     "Binary data that was not encoded, a program with a fault, or an attempt to hide text from a filter.",
     "Correct the sender, or declare the content as BINARYMIME and send it by BDAT.")
NOTE_ROW(LOOKALIKE, end_of_data_lookalike, SECURITY, WARN,
     "Looks like the end of a mail, but is not CRLF.CRLF: servers that differ here can be made to smuggle mails",
     "A lone dot stands between line ends that are not CRLF on both sides. A server that takes it for the end of the "
     "data takes what follows for commands.",
     "An attempt to smuggle a mail (CVE-2023-51764 and its kind), or a mail with mixed line ends.",
     "See whether esmtp.expert.smuggling is raised too. Update servers, and have them refuse bare LF.")
NOTE_ROW(SMUGGLING, smuggling, SECURITY, ERROR,
     "A mail was smuggled: the server took something else than CRLF.CRLF for the end of the data, and what follows for commands",
     "The replies prove that the server ended the mail at a look-alike, and executed what the sender had put behind "
     "it.",
     "A server that accepts other ends of data than CRLF.CRLF.",
     "Update or reconfigure the server (Postfix: smtpd_forbid_bare_newline). esmtp.transaction.smuggled marks the "
     "mails that came of it.")
NOTE_ROW(LINE_TOO_LONG, line_too_long, PROTOCOL, NOTE,
     "Line too long (RFC 5321, 4.5.3.1)",
     "The line is longer than RFC 5321 allows: 512 octets of a command or reply, 1,000 of content, more with "
     "extensions.",
     "A content that should have been encoded, or an attempt to overflow a buffer.",
     "Have the sender encode its content (quoted-printable, base64). Servers may break or refuse such lines.")
NOTE_ROW(BDAT_EXCESS, bdat_excess, PROTOCOL, WARN,
     "What is behind a chunk is no command: the size in BDAT was too small",
     "More octets stand behind BDAT than it announced, and are read as commands.",
     "A client that counts its octets before it changes line ends, or counts characters.",
     "Correct the client: the end of the mail was cut off, and what is behind it may be executed.")
NOTE_ROW(BDAT_MISSING_LAST, bdat_missing_last, SEQUENCE, NOTE,
     "A mail is given up, and no BDAT had LAST (RFC 3030, 2)",
     "A mail was sent in part by BDAT, and given up without its last chunk.",
     "A client that forgets LAST, or that breaks off on purpose.",
     "The server has thrown the mail away. If the client believes that it was delivered, correct the client.")
NOTE_ROW(BDAT_INCOMPLETE, bdat_incomplete, SEQUENCE, NOTE,
     "The connection ended inside a chunk (RFC 3030, 2)",
     "The connection ended before all octets came that BDAT had announced.",
     "A client that crashed or announced too much, or a network that broke.",
     "See esmtp.expert.connection_lost for who closed, and how. The mail was not delivered.")
NOTE_ROW(CONNECTION_LOST, connection_lost, SEQUENCE, NOTE,
     "The connection ended in the middle of something",
     "The connection ended while something was under way: nobody said goodbye, and a reply or octets were awaited.",
     "A time limit, a crash, a firewall that drops idle connections, a client that does not wait.",
     "Look at the side, at FIN or RST, and at the silence before: a round number of seconds is a time limit.")
NOTE_ROW(EARLY_TALKER, early_talker, SEQUENCE, NOTE,
     "The client does not wait for the greeting (RFC 5321, 3.1)",
     "The client sends commands before the server has greeted.",
     "Programs that send spam, which do not wait. Where this server (its address and port) has offered PIPECONNECT before in the "
     "capture, its clients may, and nothing is said.",
     "Servers may refuse such clients. Correct the client if it is yours.")
NOTE_ROW(GREETING_MISSING, greeting_missing, SEQUENCE, NOTE,
     "The server answers a command, and has not greeted (RFC 5321, 3.1)",
     "The first thing that the server says answers a command: the client was not greeted.",
     "A proxy that swallows the greeting, a tool that wrote the capture, or a recording that began late.",
     "Nothing, if the recording began late. Else look at what stands before the server.")
NOTE_ROW(PIPELINING_GROUP, pipelining_group, SEQUENCE, NOTE,
     "Behind a command that has to be the last of its group (RFC 2920, 3.1)",
     "A command was sent behind one whose reply may change everything: EHLO, DATA, AUTH, VRFY, NOOP, QUIT.",
     "A client that pipelines without regard to the rules.",
     "Correct the client: what is behind may be thrown away or misunderstood.")
NOTE_ROW(PIPELINING_UNADVERTISED, pipelining_unadvertised, SEQUENCE, NOTE,
     "Command before the reply to the one before, though the server does not offer PIPELINING",
     "The client does not wait for replies, and the server does not offer PIPELINING.",
     "A program that sends spam or a simple script.",
     "Servers may refuse it. Correct the client if it is yours.")
NOTE_ROW(EXTENSION_UNADVERTISED, extension_unadvertised, PROTOCOL, NOTE,
     "The server does not offer this extension",
     "The client uses a command or parameter of an extension that the server did not offer.",
     "A client that remembers another server, that said HELO, or that met a middlebox which hides extensions.",
     "Look at the reply to EHLO, and at esmtp.expert.masked.")
NOTE_ROW(EIGHTBIT_UNADVERTISED, eightbit_unadvertised, PROTOCOL, NOTE,
     "Octets outside ASCII in the content, and the server does not offer 8BITMIME (RFC 6152)",
     "The content has octets outside ASCII, and the server does not say that it takes them.",
     "A client that sends UTF-8 without encoding it.",
     "Have the client encode its content. Characters may be lost on the way.")
NOTE_ROW(SIZE_EXCEEDED, size_exceeded, PROTOCOL, NOTE,
     "The declared size is over what the server takes (RFC 1870)",
     "The mail is larger than the server takes, or than SIZE= announced.",
     "An attachment that is too large; or a client that counts before it encodes.",
     "Send less, or raise the server's limit. A wrong SIZE= defeats the server's check for room.")
NOTE_ROW(SMTPUTF8_MISSING, smtputf8_missing, PROTOCOL, NOTE,
     "Address outside ASCII without SMTPUTF8 (RFC 6531, 3.4)",
     "An address or a header has UTF-8 in it, and the mail was not declared with SMTPUTF8.",
     "A client that does not know of internationalized mail.",
     "Have the client use SMTPUTF8, or encode the header and use ASCII addresses. Servers may refuse the mail.")
NOTE_ROW(HEADER_INJECTION, header_injection, SECURITY, WARN,
     "A CR, LF or NUL in an address or parameter: it may end up as a line of a header",
     "An address or parameter holds a line end or NUL, raw or encoded: written into a header, it begins a line of its "
     "own.",
     "A web form that passes on what people type, and somebody who makes use of it.",
     "Have the program that sends check its input. Look for other mails of that client.")
NOTE_ROW(MIME, mime, MALFORMED, NOTE,
     "What is wrong with a part of a mail (RFC 2045, RFC 2046)",
     "A part of the mail has a defect, which the text names: a boundary, an encoding, a header, a length, or a program. "
     "Only with the preference esmtp.mime_expert.",
     "A program with a fault; or somebody who wants mail filters to read the mail otherwise than its reader does, or to "
     "send a program.",
     "List the parts (-z esmtp,parts), and look at the one that is named without opening it.")
