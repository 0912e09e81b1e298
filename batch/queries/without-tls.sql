-- mails that were sent in the clear, by client and server
SELECT client_addr AS client, server_addr AS server, server_port AS port, count(*) AS mails, sum(size) AS octets, min(time) AS first, max(time) AS last
FROM mail
WHERE NOT tls
GROUP BY client_addr, server_addr, server_port
ORDER BY mails DESC
