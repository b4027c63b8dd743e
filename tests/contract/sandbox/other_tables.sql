SELECT * FROM secret.salaries
;;
SELECT * FROM salaries
;;
SELECT * FROM main.salaries
;;
SELECT * FROM hr.hr_dataset
;;
SELECT * FROM slackanalytics.member_analytics
;;
SELECT * FROM slackanalytics_catalog.slackanalytics.member_analytics
;;
SELECT * FROM awsdatacatalog.hr.hr_dataset
;;
SELECT * FROM adoption.salaries
;;
SELECT * FROM adoption.roster_only
;;
WITH salaries AS (SELECT * FROM main.salaries) SELECT * FROM salaries
;;
WITH salaries AS (SELECT * FROM secret.salaries) SELECT * FROM salaries
;;
WITH member_days AS (SELECT * FROM secret.salaries) SELECT * FROM member_days
;;
WITH RECURSIVE salaries AS (SELECT * FROM secret.salaries UNION ALL SELECT * FROM salaries) SELECT * FROM salaries
;;
SELECT (SELECT max(amount) FROM secret.salaries)
;;
SELECT * FROM adoption.member_days WHERE EXISTS (SELECT 1 FROM secret.salaries)
;;
SELECT * FROM adoption.member_days m JOIN secret.salaries s ON s.user_id = m.user_id
;;
SELECT * FROM adoption.member_days UNION ALL SELECT * FROM secret.salaries
;;
SELECT * FROM LATERAL (SELECT * FROM secret.salaries)
;;
SELECT * FROM rows
;;
SELECT * FROM tables
;;
SELECT * FROM table
;;
SELECT * FROM held
;;
SELECT * FROM self
;;
SELECT * FROM message
;;
SELECT * FROM statement
;;
SELECT * FROM connection
;;
SELECT * FROM pa
;;
SELECT * FROM duckdb
;;
SELECT * FROM os.environ
;;
SELECT * FROM "self.tables"
;;
SELECT * FROM ѕalaries
;;
SELECT * FROM secret。salaries
;;
SELECT * FROM "secret.salaries"
;;
SELECT * FROM "secret"."salaries"
;;
SELECT * FROM SECRET.SALARIES
;;
SELECT * FROM secret .salaries
;;
SELECT * FROM secret/**/.salaries
;;
SELECT * FROM secret.
salaries
;;
SELECT * FROM ``salaries``
;;
SELECT * FROM [salaries]
;;
SELECT salaries.amount FROM adoption.member_days
;;
SELECT member_days.password FROM adoption.member_days
;;
SELECT rowid FROM adoption.member_days
;;
SELECT filename FROM adoption.member_days
;;
SELECT "$path" FROM adoption.member_days
;;
SELECT file_row_number FROM adoption.member_days
