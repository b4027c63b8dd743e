-- Which departments use Slack, and which lag?
SELECT d.department AS department,
       count(DISTINCT d.employee) AS provisioned,
       count(DISTINCT IF(d.is_active, d.employee)) AS active,
       CAST(count(DISTINCT IF(d.is_active, d.employee)) AS double) / count(DISTINCT d.employee) AS activation_rate
FROM adoption.counted_days d
WHERE d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
GROUP BY 1
ORDER BY 1
