-- How much is written, week by week, and how much by each active person?
SELECT date_trunc('week', d.activity_date) AS week,
       count(DISTINCT IF(d.is_active, d.employee)) AS active,
       sum(d.messages_posted_count) AS messages,
       sum(d.reactions_added_count) AS reactions,
       sum(d.files_added_count) AS files,
       CAST(sum(d.messages_posted_count) AS double)
           / nullif(count(DISTINCT IF(d.is_active, d.employee)), 0) AS messages_per_active
FROM adoption.counted_days d
WHERE d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
GROUP BY 1
ORDER BY 1
