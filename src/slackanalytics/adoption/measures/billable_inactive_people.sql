-- Which billed seats belong to people who were not active in the last 28 days? Names people: for those who may see them.
-- The 28 days end with the newest published day of the period. One row per seat: somebody may have several.
-- Looks back as far as there are days.
WITH newest AS (
    SELECT max(activity_date) AS day
    FROM adoption.days
    WHERE status = 'published'
      AND activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
), seats AS (
    SELECT d.employee, d.user_id, d.email_address, d.department
    FROM adoption.counted_days d
    WHERE d.is_billable_seat
      AND d.activity_date = (SELECT day FROM newest)
), used AS (
    SELECT d.employee, max(d.activity_date) AS last_active
    FROM adoption.counted_days d
    WHERE d.is_active
      AND d.activity_date <= (SELECT day FROM newest)
    GROUP BY d.employee
)
SELECT seats.employee, seats.user_id, seats.email_address, seats.department, used.last_active
FROM seats LEFT JOIN used ON seats.employee = used.employee
WHERE used.last_active IS NULL
   OR used.last_active <= date_add('day', -28, (SELECT day FROM newest))
ORDER BY seats.department, seats.employee, seats.user_id
