-- How many people of each department work here, by the roster, and have no account? As of the roster's date.
SELECT coalesce(r.department, 'Unmatched') AS department,
       count(*) AS people
FROM adoption.roster_only r
WHERE r.employed
GROUP BY 1
ORDER BY 1
