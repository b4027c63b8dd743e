-- Of the people who began in a month, how many are active in the months after?
-- The month of the first sign-in that Slack tells; where it tells none, of the first activity that these days hold, unless
-- that is in the oldest month: then it may have been long before. Who began before the oldest month is left out.
-- Looks back as far as there are days.
WITH oldest AS (
    SELECT date_trunc('month', min(activity_date)) AS month
    FROM adoption.days
    WHERE status = 'published'
), months AS (
    SELECT d.employee,
           date_trunc('month', d.activity_date) AS month,
           min(d.date_claimed) AS claimed,
           bool_or(d.is_active) AS active
    FROM adoption.counted_days d
    WHERE d.activity_date <= (SELECT until FROM adoption.period)
    GROUP BY 1, 2
), begun AS (
    SELECT employee,
           coalesce(date_trunc('month', CAST(from_unixtime(min(claimed)) AS date)),
                    nullif(min(IF(active, month)), (SELECT month FROM oldest))) AS cohort
    FROM months
    GROUP BY employee
), sizes AS (
    SELECT cohort, count(*) AS people
    FROM begun
    WHERE cohort >= (SELECT month FROM oldest)
    GROUP BY cohort
)
SELECT begun.cohort,
       date_diff('month', begun.cohort, months.month) AS months_since,
       max(sizes.people) AS people,
       count(DISTINCT IF(months.active, months.employee)) AS active,
       CAST(count(DISTINCT IF(months.active, months.employee)) AS double) / max(sizes.people) AS retention
FROM begun
JOIN sizes ON sizes.cohort = begun.cohort
JOIN months ON months.employee = begun.employee AND months.month >= begun.cohort
GROUP BY 1, 2
ORDER BY 1, 2
