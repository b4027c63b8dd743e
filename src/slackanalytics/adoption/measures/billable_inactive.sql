-- How many billed seats of each department belong to people who were not active in the last 28 days?
-- Looks back 27 days.
WITH seats AS (
    SELECT d.employee, max(d.department) AS department
    FROM adoption.counted_days d
    WHERE d.is_billable_seat
      AND d.activity_date = (SELECT max(activity_date) FROM adoption.counted_days
                         WHERE activity_date <= (SELECT until FROM adoption.period))
    GROUP BY d.employee
), used AS (
    SELECT DISTINCT d.employee
    FROM adoption.counted_days d
    WHERE d.is_active
      AND d.activity_date > date_add('day', -28, (SELECT until FROM adoption.period))
      AND d.activity_date <= (SELECT until FROM adoption.period)
)
SELECT seats.department,
       count(*) AS billable,
       count_if(used.employee IS NULL) AS inactive,
       CAST(count_if(used.employee IS NULL) AS double) / count(*) AS inactive_share
FROM seats LEFT JOIN used ON seats.employee = used.employee
GROUP BY 1
ORDER BY 1
