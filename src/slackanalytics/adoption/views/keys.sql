-- By what the roster's people are found: their numbers, and their addresses as written and normalised.
-- `employee` is NULL where several people have the same.
CREATE OR REPLACE VIEW adoption.keys AS
WITH people AS (
    SELECT nullif(trim(r.employee_number), '') AS number,
           nullif(r.employee_email, '') AS written,
           nullif(lower(trim(r.employee_email)), '') AS address
    FROM ${roster} r
), forms AS (
    SELECT 'employee number' AS form, number AS key, number AS employee FROM people
    UNION ALL
    SELECT 'exact', written, coalesce(number, address) FROM people
    UNION ALL
    SELECT 'normalised', address, coalesce(number, address) FROM people
)
SELECT form, key, IF(count(DISTINCT employee) = 1, max(employee)) AS employee
FROM forms
WHERE key IS NOT NULL
GROUP BY form, key
