-- a recipient that was deferred or refused, and was tried again, in whichever capture
SELECT m.client_addr AS client, m.mail_from AS sender, r.address AS recipient, count(*) AS tries, min(m.time) AS first, max(m.time) AS last,
       sum(r.outcome = 'deferred') AS deferred, sum(r.outcome = 'rejected') AS rejected, sum(r.outcome = 'accepted') AS accepted,
       group_concat(DISTINCT r.code) AS codes
FROM mail m JOIN recipient r USING (mail)
WHERE m.mail_from IS NOT NULL
GROUP BY m.client_addr, m.mail_from, r.address
HAVING max(m.time) > min(CASE WHEN r.outcome <> 'accepted' THEN m.time END)
ORDER BY tries DESC, first
