-- How many people are active daily, weekly and monthly? The last 7 and the last 28 days, the day itself included.
-- Looks back 27 days.
WITH active AS (
    SELECT DISTINCT d.employee, d.activity_date AS day
    FROM adoption.counted_days d
    WHERE d.is_active
), spans AS (
    SELECT day, lead(day) OVER (PARTITION BY employee ORDER BY day) AS following
    FROM active
), changes AS (
    SELECT day, 1 AS daily, 1 AS weekly, 1 AS monthly FROM spans
    UNION ALL
    SELECT date_add('day', 1, day), -1, 0, 0 FROM spans
    UNION ALL
    SELECT least(date_add('day', 7, day), coalesce(following, date_add('day', 7, day))), 0, -1, 0 FROM spans
    UNION ALL
    SELECT least(date_add('day', 28, day), coalesce(following, date_add('day', 28, day))), 0, 0, -1 FROM spans
    UNION ALL
    SELECT activity_date, 0, 0, 0 FROM adoption.days WHERE status = 'published'
), counted AS (
    SELECT day,
           sum(sum(daily)) OVER (ORDER BY day) AS daily_active,
           sum(sum(weekly)) OVER (ORDER BY day) AS weekly_active,
           sum(sum(monthly)) OVER (ORDER BY day) AS monthly_active
    FROM changes
    GROUP BY day
)
SELECT counted.day, counted.daily_active, counted.weekly_active, counted.monthly_active
FROM counted JOIN adoption.days ON adoption.days.activity_date = counted.day AND adoption.days.status = 'published'
WHERE counted.day BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
ORDER BY counted.day
