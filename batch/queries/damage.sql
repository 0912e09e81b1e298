-- captures that were not read whole, or of which octets are missing
SELECT path, size, error, (SELECT sum(missing) FROM connection WHERE connection.capture = capture.capture) AS missing,
       (SELECT count(*) FROM mail WHERE mail.capture = capture.capture) AS mails
FROM capture
WHERE error IS NOT NULL OR missing > 0
ORDER BY error IS NULL, path
