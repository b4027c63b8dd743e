-- Which days are there, which are not published yet, and which has Slack no data for?
SELECT activity_date AS day, status, reason, rows AS accounts
FROM adoption.days
WHERE activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
ORDER BY 1
