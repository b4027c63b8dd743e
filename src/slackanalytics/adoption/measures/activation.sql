-- How many people have an account, and how many of them were active?
SELECT count(DISTINCT d.employee) AS provisioned,
       count(DISTINCT IF(d.is_active, d.employee)) AS active,
       CAST(count(DISTINCT IF(d.is_active, d.employee)) AS double)
           / nullif(count(DISTINCT d.employee), 0) AS activation_rate
FROM adoption.counted_days d
WHERE d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
