-- servers by their longest wait for a reply, and after which command that was
SELECT server_addr AS server, server_name, server_software AS software, max(longest_wait) AS seconds, longest_wait_verb AS verb, count(*) AS connections
FROM connection
WHERE longest_wait IS NOT NULL
GROUP BY server_addr
ORDER BY seconds DESC
