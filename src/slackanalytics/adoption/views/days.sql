-- Which days are there, and why others are not.
CREATE OR REPLACE VIEW adoption.days AS
WITH calendar AS (
    SELECT date_format(day, '%Y-%m-%d') AS date, CAST(day AS date) AS activity_date
    FROM UNNEST(sequence(DATE '${first}', DATE '${until}', INTERVAL '1' DAY)) AS each (day)
), there AS (
    SELECT m.date, count(*) AS rows
    FROM ${catalog}.slackanalytics.member_analytics m
    WHERE ${days}
    GROUP BY m.date
)
SELECT calendar.date,
       calendar.activity_date,
       CASE WHEN there.rows > 0 THEN 'published'
            WHEN s.status = 'published' THEN 'absent'
            ELSE coalesce(s.status, 'unknown') END AS status,
       IF(there.rows IS NULL, s.reason) AS reason,
       there.rows
FROM calendar
LEFT JOIN there ON there.date = calendar.date
LEFT JOIN ${catalog}.slackanalytics.day_status s ON s.date = calendar.date
