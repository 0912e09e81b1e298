-- Run when all rows are there, which is quicker: indexes on what questions look for, and the mail of each part, whose row comes before
-- that of the mail.
-- SPDX-License-Identifier: GPL-2.0-or-later
CREATE INDEX connection_client ON connection (client_addr);
CREATE INDEX connection_server ON connection (server_addr);
CREATE INDEX connection_stream ON connection (capture, stream);
CREATE INDEX login_client ON login (client_addr);
CREATE INDEX login_username ON login (username);
CREATE INDEX mail_client ON mail (client_addr);
CREATE INDEX mail_server ON mail (server_addr);
CREATE INDEX mail_stream ON mail (capture, stream, mail_index);
CREATE INDEX mail_sender ON mail (mail_from);
CREATE INDEX mail_message_id ON mail (message_id);
CREATE INDEX mail_queue_id ON mail (queue_id);
CREATE INDEX mail_time ON mail (time);
CREATE INDEX recipient_address ON recipient (address);
CREATE INDEX recipient_mail ON recipient (mail);
CREATE INDEX part_sha256 ON part (sha256);
CREATE INDEX part_md5 ON part (md5);
UPDATE part SET mail = (
    SELECT mail FROM mail WHERE mail.capture = part.capture AND mail.stream = part.stream AND mail.mail_index = part.mail_index
);
CREATE INDEX part_mail ON part (mail);
ANALYZE;
