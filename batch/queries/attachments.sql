-- parts with a file name, by hash: how often each came, under which names, from whom
SELECT p.sha256, count(*) AS times, count(DISTINCT p.name) AS names, min(p.name) AS name, min(p.type) AS type, min(p.type_by_content) AS content,
       min(p.size) AS octets, count(DISTINCT m.mail_from) AS senders, min(m.mail_from) AS sender, min(p.time) AS first
FROM part p LEFT JOIN mail m USING (mail)
WHERE p.name IS NOT NULL AND p.sha256 IS NOT NULL
GROUP BY p.sha256
ORDER BY times DESC, first
