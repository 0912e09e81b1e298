-- recipients that were refused or deferred, by server, code and text
SELECT m.server_addr AS server, r.code, r.status, r.text, count(*) AS recipients, count(DISTINCT m.client_addr) AS clients,
       min(m.time) AS first, max(m.time) AS last, min(r.address) AS example
FROM mail m JOIN recipient r USING (mail)
WHERE r.outcome IN ('rejected', 'deferred')
GROUP BY m.server_addr, r.code, r.status, r.text
ORDER BY recipients DESC
