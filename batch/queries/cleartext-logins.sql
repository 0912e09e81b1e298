-- logins whose mechanism shows the password to everybody on the way: without TLS (RFC 4954, 4)
SELECT l.time, l.client_addr AS client, l.server_addr AS server, l.server_port AS port, l.mechanism, l.username, l.outcome, c.path, l.frame
FROM login l JOIN capture c USING (capture)
WHERE NOT l.tls AND l.mechanism IN ('PLAIN', 'LOGIN', 'XOAUTH2', 'OAUTHBEARER')
ORDER BY l.time
