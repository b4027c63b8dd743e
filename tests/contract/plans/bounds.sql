-- Conditions on the day itself. Today is 2026-11-25; the table has the days from 2025-10-25 to 2026-11-24.

select * from slackanalytics_catalog.slackanalytics.member_analytics where date='2026-11-10';
-- days: 2026-11-10

SELECT user_id FROM slackanalytics.member_analytics WHERE date IN ('2026-11-10','2026-11-12');
-- days: 2026-11-10, 2026-11-12
-- columns: date, user_id

SELECT date, is_active, email_address, messages_posted_count FROM slackanalytics_catalog.slackanalytics.member_analytics WHERE date >= date_format(date_trunc('month',current_date),'%Y-%m-%d');
-- days: 2026-11-01 .. 2026-11-24
-- columns: date, email_address, is_active, messages_posted_count

select count(*) from member_analytics;
-- days: usual

select count(*) from member_analytics where is_active;
-- days: usual
-- columns: is_active

select count(*) from member_analytics where date between '2026-11-03' and '2026-11-05';
-- days: 2026-11-03 .. 2026-11-05

select count(*) from member_analytics where date > '2026-11-20' and date < '2026-11-23';
-- days: 2026-11-21, 2026-11-22

select count(*) from member_analytics where '2026-11-22' <= date;
-- days: 2026-11-22 .. 2026-11-24

select count(*) from member_analytics where date = '2026-11-10' or date = '2026-10-10';
-- days: 2026-10-10, 2026-11-10

select count(*) from member_analytics where (date = '2026-11-10' and is_active) or (date = '2026-10-10' and not is_active);
-- days: 2026-10-10, 2026-11-10

select count(*) from member_analytics where date = '2026-11-10' or is_active;
-- days: all

select count(*) from member_analytics where not (date < '2026-11-23');
-- days: 2026-11-23, 2026-11-24

select count(*) from member_analytics where date >= '2026-11-20' and date not in ('2026-11-21', '2026-11-23');
-- days: 2026-11-20, 2026-11-22, 2026-11-24

select count(*) from member_analytics where date >= '2026-11-22' and date <> '2026-11-23';
-- days: 2026-11-22, 2026-11-24

select count(*) from member_analytics where date like '2026-10-%';
-- days: 2026-10-01 .. 2026-10-31

select count(*) from member_analytics where date like '%-10' and date > '2026-08';
-- days: 2026-08-10, 2026-09-10, 2026-10-10, 2026-11-10

select count(*) from member_analytics where substr(date, 1, 7) = '2026-10';
-- days: 2026-10-01 .. 2026-10-31

select count(*) from member_analytics where date is null;
-- days: none

select count(*) from member_analytics where date is not null;
-- days: all

select count(*) from member_analytics where date > '2027-01-01';
-- days: none

select count(*) from member_analytics where date = '2019-01-01';
-- days: none

select count(*) from member_analytics where date >= '2026-11-20' and date < '2026-11-20';
-- days: none

select count(*) from member_analytics where 1 = 0;
-- days: none

select count(*) from member_analytics where date >= '2000-01-01';
-- days: all

select count(*) from member_analytics where cast(date as date) = date '2026-11-10';
-- days: 2026-11-10

select count(*) from member_analytics where date(date) >= current_date - interval '3' day;
-- days: 2026-11-22 .. 2026-11-24

select count(*) from member_analytics where activity_date = date '2026-11-10';
-- days: 2026-11-10

select count(*) from member_analytics where activity_date >= date_add('day', -7, current_date);
-- days: 2026-11-18 .. 2026-11-24

select count(*) from member_analytics where activity_date between date '2026-11-01' and date '2026-11-30' and date <> '2026-11-02';
-- days: 2026-11-01, 2026-11-03 .. 2026-11-24

select count(*) from member_analytics where date = '2026-11-10' or activity_date = date '2026-11-12';
-- days: 2026-11-10, 2026-11-12

select count(*) from member_analytics where month(activity_date) = 12;
-- days: 2025-12-01 .. 2025-12-31

select count(*) from member_analytics where day_of_week(activity_date) = 1 and activity_date > date '2026-11-01';
-- days: 2026-11-02, 2026-11-09, 2026-11-16, 2026-11-23

select count(*) from member_analytics where date = cast(current_date - interval '2' day as varchar);
-- days: 2026-11-23

select count(*) from member_analytics where date >= date_format(now() - interval '2' day, '%Y-%m-%d');
-- days: 2026-11-23, 2026-11-24

select count(*) from member_analytics where date_trunc('month', activity_date) = date '2026-11-01';
-- days: 2026-11-01 .. 2026-11-24

select count(*) from member_analytics where case when date = '2026-11-10' then true else false end;
-- days: 2026-11-10

select count(*) from member_analytics where coalesce(date, '2026-11-10') = '2026-11-10';
-- days: 2026-11-10

select count(*) from member_analytics where concat('2026-11-', '10') = date;
-- days: 2026-11-10

select count(*) from member_analytics where "DATE" = '2026-11-10';
-- days: 2026-11-10
