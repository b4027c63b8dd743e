-- How much of the monthly active people is active on an average day of these 28 days?
-- Looks back 27 days.
WITH active AS (
    SELECT DISTINCT d.employee, d.activity_date AS day
    FROM adoption.counted_days d
    WHERE d.is_active
), spans AS (
    SELECT day, lead(day) OVER (PARTITION BY employee ORDER BY day) AS following
    FROM active
), changes AS (
    SELECT day, 1 AS daily, 1 AS monthly FROM spans
    UNION ALL
    SELECT date_add('day', 28, day), -1, 0 FROM spans
    UNION ALL
    SELECT least(date_add('day', 28, day), coalesce(following, date_add('day', 28, day))), 0, -1 FROM spans
    UNION ALL
    SELECT activity_date, 0, 0 FROM adoption.days WHERE status = 'published'
), counted AS (
    SELECT day,
           sum(sum(daily)) OVER (ORDER BY day) AS active_days,
           sum(sum(monthly)) OVER (ORDER BY day) AS monthly_active
    FROM changes
    GROUP BY day
), published AS (
    SELECT activity_date AS day,
           count(*) OVER (ORDER BY activity_date RANGE BETWEEN INTERVAL '27' DAY PRECEDING AND CURRENT ROW) AS days
    FROM adoption.days
    WHERE status = 'published'
)
SELECT counted.day,
       CAST(counted.active_days AS double) / published.days AS average_daily_active,
       counted.monthly_active,
       CAST(counted.active_days AS double) / published.days / nullif(counted.monthly_active, 0) AS stickiness
FROM counted JOIN published ON published.day = counted.day
WHERE counted.day BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
ORDER BY counted.day
