-- With what do the active people use Slack? Somebody can use several; browsers are not told.
WITH people AS (
    SELECT d.employee,
           bool_or(d.is_active_desktop) AS desktop,
           bool_or(d.is_active_ios) AS ios,
           bool_or(d.is_active_android) AS android
    FROM adoption.counted_days d
    WHERE d.is_active
      AND d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
    GROUP BY d.employee
)
SELECT platform,
       count_if(used) AS people,
       count(*) AS active,
       CAST(count_if(used) AS double) / count(*) AS share
FROM people
CROSS JOIN UNNEST(
    ARRAY['Desktop', 'iOS', 'Android', 'Several', 'None of these'],
    ARRAY[coalesce(desktop, false), coalesce(ios, false), coalesce(android, false),
          IF(desktop, 1, 0) + IF(ios, 1, 0) + IF(android, 1, 0) > 1,
          IF(desktop, 1, 0) + IF(ios, 1, 0) + IF(android, 1, 0) = 0]
) AS uses (platform, used)
GROUP BY 1
ORDER BY 2 DESC, 1
