-- mails that were seen on more than one hop, in whichever capture, by their Message-ID
-- A hop is an accepted mail from one client to one server; the same recipient of both makes two of them one way.
SELECT m.message_id, count(DISTINCT m.client_addr || ' ' || m.server_addr) AS hops, min(m.time) AS first, max(m.time) AS last,
       round((julianday(max(m.time)) - julianday(min(m.time))) * 86400, 3) AS seconds,
       group_concat(m.client_addr || ' > ' || m.server_addr || ' ' || coalesce(m.queue_id, '') || ' ' || m.outcome, ', ') AS way
FROM (SELECT * FROM mail WHERE message_id IS NOT NULL ORDER BY time) m
GROUP BY m.message_id
HAVING hops > 1
ORDER BY first
