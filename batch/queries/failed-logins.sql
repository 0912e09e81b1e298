-- clients with failed logins: how many, for how many users, and whether one of them succeeded at last
SELECT client_addr AS client, server_addr AS server, sum(outcome = 'failed') AS failed, sum(outcome = 'succeeded') AS succeeded,
       count(DISTINCT username) AS users, group_concat(DISTINCT mechanism) AS mechanisms, min(time) AS first, max(time) AS last
FROM login
GROUP BY client_addr, server_addr
HAVING failed > 0
ORDER BY failed DESC
