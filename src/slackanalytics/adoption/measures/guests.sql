-- How many guests are there beside the members, and how many of each are active?
SELECT d.kind,
       count(DISTINCT d.employee) AS provisioned,
       count(DISTINCT IF(d.is_active, d.employee)) AS active,
       CAST(count(DISTINCT IF(d.is_active, d.employee)) AS double) / count(DISTINCT d.employee) AS activation_rate
FROM adoption.member_days d
WHERE d.kind <> 'bot'
  AND d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
GROUP BY 1
ORDER BY 1
