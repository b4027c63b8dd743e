-- Whose billed seats were not used in the last 28 days? Names people: for those who may see them.
-- Looks back as far as there are days.
WITH seats AS (
    SELECT d.employee, max(d.user_id) AS user_id, max(d.email_address) AS email_address, max(d.department) AS department
    FROM adoption.counted_days d
    WHERE d.is_billable_seat
      AND d.activity_date = (SELECT max(activity_date) FROM adoption.counted_days
                         WHERE activity_date <= (SELECT until FROM adoption.period))
    GROUP BY d.employee
), used AS (
    SELECT d.employee, max(d.activity_date) AS last_active
    FROM adoption.counted_days d
    WHERE d.is_active
      AND d.activity_date <= (SELECT until FROM adoption.period)
    GROUP BY d.employee
)
SELECT seats.employee, seats.user_id, seats.email_address, seats.department, used.last_active
FROM seats LEFT JOIN used ON seats.employee = used.employee
WHERE used.last_active IS NULL
   OR used.last_active <= date_add('day', -28, (SELECT until FROM adoption.period))
ORDER BY seats.department, seats.employee
