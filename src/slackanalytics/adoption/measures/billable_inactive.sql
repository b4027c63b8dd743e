-- How many people of each department have a billed seat, and how many of them were not active in the last 28 days?
-- The 28 days end with the newest published day of the period.
-- Looks back 27 days.
WITH newest AS (
    SELECT max(activity_date) AS day
    FROM adoption.days
    WHERE status = 'published'
      AND activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
), seats AS (
    SELECT d.employee, max(d.department) AS department
    FROM adoption.counted_days d
    WHERE d.is_billable_seat
      AND d.activity_date = (SELECT day FROM newest)
    GROUP BY d.employee
), used AS (
    SELECT DISTINCT d.employee
    FROM adoption.counted_days d
    WHERE d.is_active
      AND d.activity_date > date_add('day', -28, (SELECT day FROM newest))
      AND d.activity_date <= (SELECT day FROM newest)
)
SELECT seats.department,
       count(*) AS billable,
       count_if(used.employee IS NULL) AS inactive,
       CAST(count_if(used.employee IS NULL) AS double) / count(*) AS inactive_share
FROM seats LEFT JOIN used ON seats.employee = used.employee
GROUP BY 1
ORDER BY 1
