-- How many people have an account?
SELECT count(DISTINCT d.employee) AS provisioned
FROM adoption.counted_days d
WHERE d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
