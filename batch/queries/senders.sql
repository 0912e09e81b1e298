-- senders by how much they sent: mails, recipients, octets, and how many of the recipients were refused
SELECT m.mail_from AS sender, count(DISTINCT m.mail) AS mails, count(*) AS recipients, sum(r.outcome = 'rejected') AS rejected,
       sum(r.outcome = 'deferred') AS deferred,
       (SELECT sum(size) FROM mail WHERE mail_from = m.mail_from) AS octets, count(DISTINCT m.client_addr) AS clients
FROM mail m JOIN recipient r USING (mail)
WHERE m.mail_from IS NOT NULL
GROUP BY m.mail_from
ORDER BY mails DESC, recipients DESC
