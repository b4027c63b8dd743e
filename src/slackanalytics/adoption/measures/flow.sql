-- Who comes, stays, goes and comes back, week by week? Each person of two weeks is counted in exactly one way.
-- Looks back as far as there are days.
WITH weeks AS (
    SELECT DISTINCT d.employee, date_trunc('week', d.activity_date) AS week
    FROM adoption.counted_days d
    WHERE d.is_active
      AND d.activity_date <= (SELECT until FROM adoption.period)
), around AS (
    SELECT week,
           lag(week) OVER (PARTITION BY employee ORDER BY week) AS before,
           lead(week) OVER (PARTITION BY employee ORDER BY week) AS following
    FROM weeks
), moves AS (
    SELECT week,
           CASE WHEN before IS NULL THEN 'new'
                WHEN before = date_add('week', -1, week) THEN 'returning'
                ELSE 'resurrected' END AS move
    FROM around
    UNION ALL
    SELECT date_add('week', 1, week), 'lapsed'
    FROM around
    WHERE following IS NULL OR following > date_add('week', 1, week)
)
SELECT week,
       count_if(move <> 'lapsed') AS active,
       count_if(move = 'new') AS new,
       count_if(move = 'returning') AS returning,
       count_if(move = 'resurrected') AS resurrected,
       count_if(move = 'lapsed') AS lapsed
FROM moves
WHERE week BETWEEN date_trunc('week', (SELECT since FROM adoption.period))
               AND date_trunc('week', (SELECT until FROM adoption.period))
GROUP BY 1
ORDER BY 1
