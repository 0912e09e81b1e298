-- The database that esmtp-batch --sqlite writes: a table for each log of the plugin, with the columns that the log has (README and
-- esmtp(7): -z esmtp,mails and its like). Lists are JSON arrays, times are ISO 8601 in UTC, durations are seconds, sizes are octets,
-- yes and no are 1 and 0. NULL: not known. `capture` says of which file a row is.
-- SPDX-License-Identifier: GPL-2.0-or-later

CREATE TABLE capture (
    capture INTEGER PRIMARY KEY,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    error TEXT -- what was said of it; NULL when it was read whole
);

CREATE TABLE connection (
    connection INTEGER PRIMARY KEY,
    capture INTEGER NOT NULL REFERENCES capture,
    stream INTEGER, time TEXT, client_addr TEXT, client_port INTEGER, server_addr TEXT, server_port INTEGER,
    server_name TEXT, server_software TEXT, client_name TEXT,
    mails INTEGER, commands INTEGER, replies INTEGER, refused INTEGER, longest_wait REAL, longest_wait_verb TEXT,
    client_octets INTEGER, server_octets INTEGER, missing INTEGER, unread INTEGER,
    quit INTEGER, closed_by TEXT, close TEXT, phase TEXT, silence REAL, tls TEXT, tls_alert TEXT, code INTEGER, text TEXT,
    tls_version TEXT, tls_cipher_suite TEXT, tls_server_name TEXT, tls_cert_names TEXT, tls_cert_issuer TEXT,
    tls_cert_not_before TEXT, tls_cert_not_after TEXT
);

-- A mail transaction, whatever became of it. mail_index: its place in the connection, from 1.
CREATE TABLE mail (
    mail INTEGER PRIMARY KEY,
    capture INTEGER NOT NULL REFERENCES capture,
    stream INTEGER, time TEXT, mail_index INTEGER, outcome TEXT, ended_by TEXT,
    client_addr TEXT, client_port INTEGER, server_addr TEXT, server_port INTEGER, helo TEXT,
    mail_from TEXT, null_sender INTEGER, auth_username TEXT, rcpt_count INTEGER, method TEXT, size INTEGER, missing INTEGER,
    declared_size INTEGER, code INTEGER, enhanced_status TEXT, text TEXT, queue_id TEXT, reply_frame INTEGER,
    duration REAL, content_time REAL, reply_time REAL, tls INTEGER, smuggled INTEGER, first_frame INTEGER,
    subject TEXT, message_id TEXT, header_from TEXT, header_to TEXT, header_cc TEXT, reply_to TEXT, in_reply_to TEXT,
    user_agent TEXT, x_originating_ip TEXT, received TEXT, date TEXT,
    tls_version TEXT, tls_cipher_suite TEXT, tls_server_name TEXT, tls_cert_names TEXT, tls_cert_issuer TEXT,
    tls_cert_not_before TEXT, tls_cert_not_after TEXT
);

-- A recipient of a mail, with the reply that decided about it, and the seconds to that. code 0: no reply was captured.
CREATE TABLE recipient (
    mail INTEGER NOT NULL REFERENCES mail,
    address TEXT NOT NULL, outcome TEXT, code INTEGER, status TEXT, text TEXT, reply_time REAL
);

-- An AUTH that was answered for good. outcome: succeeded, failed, cancelled.
CREATE TABLE login (
    capture INTEGER NOT NULL REFERENCES capture,
    stream INTEGER, time TEXT, frame INTEGER, client_addr TEXT, client_port INTEGER, server_addr TEXT, server_port INTEGER,
    mechanism TEXT, username TEXT, outcome TEXT, code INTEGER, tls INTEGER
);

-- A leaf part of a mail's content. type_by_content: what libmagic takes it for.
CREATE TABLE part (
    mail INTEGER REFERENCES mail,
    capture INTEGER NOT NULL REFERENCES capture,
    stream INTEGER, mail_index INTEGER, time TEXT, frame INTEGER, message_id TEXT, number TEXT,
    type TEXT, type_by_content TEXT, disposition TEXT, name TEXT, encoding TEXT, size INTEGER, md5 TEXT, sha256 TEXT, defects TEXT
);
