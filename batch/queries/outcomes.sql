-- mails by day and outcome
SELECT date(time) AS day, count(*) AS mails, sum(outcome = 'accepted') AS accepted, sum(outcome = 'partial') AS partial,
       sum(outcome = 'deferred') AS deferred, sum(outcome = 'rejected') AS rejected, sum(outcome = 'aborted') AS aborted,
       sum(outcome = 'unknown') AS unknown, sum(outcome = 'open') AS open
FROM mail
GROUP BY day
ORDER BY day
