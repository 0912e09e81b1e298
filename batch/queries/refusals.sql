-- recipients that were refused or deferred, by server, code and text
-- The reply that decided: that of the mail where it was refused as a whole, else that of the recipient.
SELECT m.server_addr AS server,
       CASE WHEN m.outcome = r.outcome THEN m.code ELSE r.code END AS code,
       CASE WHEN m.outcome = r.outcome THEN m.enhanced_status ELSE r.status END AS status,
       CASE WHEN m.outcome = r.outcome THEN m.text ELSE r.text END AS text,
       count(*) AS recipients, count(DISTINCT m.client_addr) AS clients, min(m.time) AS first, max(m.time) AS last, min(r.address) AS example
FROM mail m JOIN recipient r USING (mail)
WHERE r.outcome IN ('rejected', 'deferred')
GROUP BY 1, 2, 3, 4
ORDER BY recipients DESC
