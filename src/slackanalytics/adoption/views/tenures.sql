-- Which row of the roster holds for a person on which days: from `since` on, before `until`; NULL is without end.
-- A row holds until the person's next one begins, and no longer than employment. A person's only row always holds.
CREATE OR REPLACE VIEW adoption.tenures AS
WITH people AS (
    SELECT coalesce(nullif(trim(r.employee_number), ''), lower(trim(r.employee_email))) AS employee,
           r.employee_email,
           nullif(r.department, '') AS department,
           nullif(r.location, '') AS location,
           nullif(r.manager_email, '') AS manager_email,
           nullif(r.job_title, '') AS job_title,
           nullif(r.cost_center, '') AS cost_center,
           nullif(r.worker_type, '') AS worker_type,
           CAST(nullif(r.hire_date, '') AS date) AS hire_date,
           CAST(nullif(r.termination_date, '') AS date) AS termination_date,
           CAST(nullif(r.effective_from, '') AS date) AS effective_from
    FROM ${roster} r
), ordered AS (
    SELECT people.*,
           IF(count(*) OVER (PARTITION BY employee) > 1, effective_from) AS since,
           lead(effective_from) OVER (PARTITION BY employee ORDER BY effective_from NULLS FIRST) AS following
    FROM people
), spans AS (
    SELECT ordered.*,
           least(coalesce(following, termination_date), coalesce(termination_date, following)) AS until
    FROM ordered
)
SELECT employee, since, until, department, location, manager_email, job_title, cost_center, worker_type,
       employee_email, hire_date, termination_date
FROM spans
WHERE since IS NULL OR until IS NULL OR since < until
