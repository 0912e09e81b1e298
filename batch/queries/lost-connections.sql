-- connections that ended in the middle of something, by server: who ended them, how, and in which phase
SELECT server_addr AS server, closed_by, close, phase, count(*) AS connections, count(DISTINCT client_addr) AS clients, max(silence) AS longest_silence,
       min(time) AS first, max(time) AS last
FROM connection
WHERE phase <> 'IDLE' AND closed_by <> 'open'
GROUP BY server_addr, closed_by, close, phase
ORDER BY connections DESC
