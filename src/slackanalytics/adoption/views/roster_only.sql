-- Who is in the roster and has no account in these days. `employed`: works here today.
CREATE OR REPLACE VIEW adoption.roster_only AS
WITH present AS (
    SELECT t.employee,
           max_by(t.employee_email, coalesce(t.since, DATE '0001-01-01')) AS employee_email,
           max_by(t.department, coalesce(t.since, DATE '0001-01-01')) AS department,
           max_by(t.hire_date, coalesce(t.since, DATE '0001-01-01')) AS hire_date,
           max_by(t.termination_date, coalesce(t.since, DATE '0001-01-01')) AS termination_date,
           max_by(t.until, coalesce(t.since, DATE '0001-01-01')) AS until
    FROM adoption.tenures t
    WHERE t.since IS NULL OR t.since <= DATE '${today}'
    GROUP BY t.employee
)
SELECT p.employee,
       nullif(trim(p.employee_email), '') AS employee_email,
       p.department,
       p.hire_date,
       p.termination_date,
       (p.hire_date IS NULL OR p.hire_date <= DATE '${today}')
           AND (p.until IS NULL OR p.until > DATE '${today}') AS employed
FROM present p
LEFT JOIN (SELECT DISTINCT d.employee FROM adoption.member_days d WHERE d.matched_by <> 'none') AS owners
       ON owners.employee = p.employee
WHERE owners.employee IS NULL
