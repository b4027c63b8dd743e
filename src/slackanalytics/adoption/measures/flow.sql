-- Who comes, stays, goes and comes back, week by week? Each active or lapsed person of a week is counted in exactly one way.
-- New: never active before. Returning: active in the week before, too. Resurrected: active before, but not in the week
-- before. Lapsed: active in the week before, and not in this one. Weeks begin on Monday; one without any published day is
-- passed over. The first week that there is has no week before it, and is left out. In a week that is not over yet, who has
-- not been active so far counts as lapsed.
-- Looks back as far as there are days.
WITH known AS (
    SELECT week, row_number() OVER (ORDER BY week) AS number
    FROM (SELECT DISTINCT date_trunc('week', activity_date) AS week FROM adoption.days WHERE status = 'published') AS w
), weeks AS (
    SELECT active.employee, known.number
    FROM (
        SELECT DISTINCT d.employee, date_trunc('week', d.activity_date) AS week
        FROM adoption.counted_days d
        WHERE d.is_active
          AND d.activity_date <= (SELECT until FROM adoption.period)
    ) AS active
    JOIN known ON known.week = active.week
), around AS (
    SELECT number,
           lag(number) OVER (PARTITION BY employee ORDER BY number) AS before,
           lead(number) OVER (PARTITION BY employee ORDER BY number) AS following
    FROM weeks
), moves AS (
    SELECT number,
           CASE WHEN before IS NULL THEN 'new'
                WHEN before = number - 1 THEN 'returning'
                ELSE 'resurrected' END AS move
    FROM around
    UNION ALL
    SELECT number + 1, 'lapsed'
    FROM around
    WHERE following IS NULL OR following > number + 1
)
SELECT known.week AS week,
       count_if(moves.move <> 'lapsed') AS active,
       count_if(moves.move = 'new') AS new,
       count_if(moves.move = 'returning') AS returning,
       count_if(moves.move = 'resurrected') AS resurrected,
       count_if(moves.move = 'lapsed') AS lapsed
FROM moves JOIN known ON known.number = moves.number
WHERE known.number > 1
  AND known.week BETWEEN date_trunc('week', (SELECT since FROM adoption.period))
                     AND date_trunc('week', (SELECT until FROM adoption.period))
GROUP BY 1
ORDER BY 1
