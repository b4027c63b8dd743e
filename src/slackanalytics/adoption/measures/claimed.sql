-- How many people of each department have ever signed in, on the newest published day of the period?
SELECT d.department,
       count(DISTINCT d.employee) AS provisioned,
       count(DISTINCT IF(d.date_claimed IS NOT NULL, d.employee)) AS claimed,
       CAST(count(DISTINCT IF(d.date_claimed IS NOT NULL, d.employee)) AS double)
           / count(DISTINCT d.employee) AS claimed_share
FROM adoption.counted_days d
WHERE d.activity_date = (SELECT max(activity_date) FROM adoption.days
                         WHERE status = 'published'
                           AND activity_date BETWEEN (SELECT since FROM adoption.period)
                                                 AND (SELECT until FROM adoption.period))
GROUP BY 1
ORDER BY 1
