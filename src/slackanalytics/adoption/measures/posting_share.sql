-- How many of the active people also post, week by week?
SELECT date_trunc('week', d.activity_date) AS week,
       count(DISTINCT IF(d.is_active, d.employee)) AS active,
       count(DISTINCT IF(d.is_active AND d.messages_posted_count > 0, d.employee)) AS posting,
       CAST(count(DISTINCT IF(d.is_active AND d.messages_posted_count > 0, d.employee)) AS double)
           / nullif(count(DISTINCT IF(d.is_active, d.employee)), 0) AS posting_share
FROM adoption.counted_days d
WHERE d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
GROUP BY 1
ORDER BY 1
