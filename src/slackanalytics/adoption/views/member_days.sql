-- One row per account and day: what the account did, whose it is, and where that person was on the day.
-- The rules are tried in this order: employee number, the address as written, normalised, without its tag, at its present
-- domain, the alias file. The first that knows the address decides; an address of several people is nobody's, unless the
-- alias file says whose. A line that ends with the name of a rule in brackets is there where the rule is in use.
CREATE OR REPLACE VIEW adoption.member_days AS
WITH seen AS (
    SELECT m.*,
           trim(m.enterprise_employee_number) AS number,
           lower(trim(m.email_address)) AS address
    FROM ${catalog}.slackanalytics.member_analytics m
    WHERE ${days}
), placed AS (
    SELECT seen.*
           , IF(domains.present IS NULL, seen.address, concat(regexp_extract(seen.address, '^(.*)@', 1), '@', domains.present)) AS at_present -- [domain]
    FROM seen
    LEFT JOIN adoption.domains ON domains.old = regexp_extract(seen.address, '@([^@]*)$$', 1) -- [domain]
), tried AS (
    SELECT placed.*,
           by_number.employee AS numbered,
           by_alias.employee AS aliased, -- [alias file]
           is_bot.key IS NOT NULL OR -- [bot]
           placed.user_id LIKE 'B%' AS bot,
           CASE WHEN exact.key IS NOT NULL THEN exact.employee
                WHEN normalised.key IS NOT NULL THEN normalised.employee
                WHEN tagless.key IS NOT NULL THEN tagless.employee -- [plus address]
                WHEN moved.key IS NOT NULL THEN moved.employee -- [domain alias]
                WHEN moved_tagless.key IS NOT NULL THEN moved_tagless.employee -- [domain alias, plus]
                END AS addressed,
           CASE WHEN exact.key IS NOT NULL THEN 'exact'
                WHEN normalised.key IS NOT NULL THEN 'normalised'
                WHEN tagless.key IS NOT NULL THEN 'plus address' -- [plus address]
                ELSE 'domain alias' END AS rule
    FROM placed
    LEFT JOIN adoption.keys AS by_number ON by_number.form = 'employee number' AND by_number.key = placed.number
    LEFT JOIN adoption.keys AS exact ON exact.form = 'exact' AND exact.key = placed.email_address
    LEFT JOIN adoption.keys AS normalised ON normalised.form = 'normalised' AND normalised.key = placed.address
    LEFT JOIN adoption.keys AS tagless ON tagless.form = 'plus address' AND tagless.key = regexp_replace(placed.address, '^([^+@]+)\+.*@', '$$1@') -- [plus address]
    LEFT JOIN adoption.keys AS moved ON moved.form = 'domain alias' AND moved.key = placed.at_present -- [domain alias]
    LEFT JOIN adoption.keys AS moved_tagless ON moved_tagless.form = 'domain alias, plus' AND moved_tagless.key = regexp_replace(placed.at_present, '^([^+@]+)\+.*@', '$$1@') -- [domain alias, plus]
    LEFT JOIN adoption.keys AS by_alias ON by_alias.form = 'alias file' AND by_alias.key = placed.address -- [alias file]
    LEFT JOIN adoption.keys AS is_bot ON is_bot.form = 'bot' AND is_bot.key = placed.address -- [bot]
), matched AS (
    SELECT tried.*,
           CASE WHEN bot THEN NULL
                WHEN numbered IS NOT NULL THEN numbered
                WHEN addressed IS NOT NULL THEN addressed
                WHEN aliased IS NOT NULL THEN aliased -- [alias file]
                END AS person,
           CASE WHEN bot THEN 'none'
                WHEN numbered IS NOT NULL THEN 'employee number'
                WHEN addressed IS NOT NULL THEN rule
                WHEN aliased IS NOT NULL THEN 'alias file' -- [alias file]
                ELSE 'none' END AS matched_by
    FROM tried
)
SELECT m.date,
       m.activity_date,
       m.user_id,
       coalesce(m.person, m.user_id) AS employee,
       m.email_address,
       coalesce(t.department, 'Unmatched') AS department,
       t.location,
       t.manager_email,
       t.job_title,
       t.cost_center,
       t.worker_type,
       m.matched_by,
       CASE WHEN m.bot THEN 'bot' WHEN m.is_guest THEN 'guest' ELSE 'member' END AS kind,
       m.is_guest,
       m.is_billable_seat,
       m.is_active,
       m.is_active_ios,
       m.is_active_android,
       m.is_active_desktop,
       m.messages_posted_count,
       m.channel_messages_posted_count,
       m.reactions_added_count,
       m.files_added_count,
       m.date_claimed
FROM matched m
LEFT JOIN adoption.tenures t
       ON t.employee = m.person
      AND (t.since IS NULL OR t.since <= m.activity_date)
      AND (t.until IS NULL OR m.activity_date < t.until)
