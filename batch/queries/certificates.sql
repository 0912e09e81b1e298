-- certificates of servers by the day on which they end, as far as TLS showed them
SELECT tls_cert_not_after AS ends, round(julianday(tls_cert_not_after) - julianday(max(time)), 1) AS days_left_when_last_seen,
       server_addr AS server, tls_cert_names AS names, tls_cert_issuer AS issuer, count(*) AS connections, max(time) AS last_seen
FROM connection
WHERE tls_cert_not_after IS NOT NULL
GROUP BY server_addr, tls_cert_not_after, tls_cert_names
ORDER BY ends
