-- The same conditions through aliases, subqueries, joins, unions, aggregates.

select m.user_id from member_analytics m where m.date = '2026-11-10';
-- days: 2026-11-10

with november as (select * from member_analytics where date like '2026-11-%')
select count(*) from november where date >= '2026-11-23';
-- days: 2026-11-23, 2026-11-24

with days as (select date as d, user_id from member_analytics) select count(*) from days where d = '2026-11-10';
-- days: 2026-11-10

select count(*) from (select date d, is_active a from member_analytics) where d = '2026-11-10' and a;
-- days: 2026-11-10

with t as (select date, user_id from member_analytics)
select count(*) from t a join t b on a.user_id = b.user_id where a.date = '2026-11-10' and b.date = '2026-10-10';
-- days: 2026-10-10, 2026-11-10

select count(*) from member_analytics a join member_analytics b on a.user_id = b.user_id and a.date = b.date where a.date = '2026-11-10';
-- days: 2026-11-10

select count(*) from member_analytics a join member_analytics b using (date, user_id) where date = '2026-11-10';
-- days: 2026-11-10

select h.department, count(distinct m.email_address) from member_analytics m left join hr.hr_dataset h on m.email_address = h.employee_email where m.date = '2026-11-10' group by 1;
-- days: 2026-11-10
-- columns: date, email_address

select count(*) from hr.hr_dataset h left join member_analytics m on m.email_address = h.employee_email and m.date = '2026-11-10';
-- days: 2026-11-10

select count(*) from hr.hr_dataset h left join member_analytics m on m.email_address = h.employee_email where m.date = '2026-11-10' or m.date is null;
-- days: all

select count(*) from hr.hr_dataset h right join member_analytics m on m.email_address = h.employee_email where m.date = '2026-11-10';
-- days: 2026-11-10

select count(*) from hr.hr_dataset h full join member_analytics m on m.email_address = h.employee_email where m.date = '2026-11-10';
-- days: all

select date from member_analytics where date = '2026-11-10' union all select date from member_analytics where date = '2026-10-10';
-- days: 2026-10-10, 2026-11-10

select date from (select date from member_analytics union all select date from member_analytics) where date = '2026-10-10';
-- days: 2026-10-10

select user_id from member_analytics where date = '2026-11-10' except select user_id from member_analytics where date = '2026-11-09';
-- days: 2026-11-09, 2026-11-10

select date, count(*) from member_analytics group by date having date = '2026-11-10';
-- days: 2026-11-10

select max(date) from member_analytics having max(date) > '2026-11-10';
-- days: all

select count(*) filter (where date = '2026-11-10') from member_analytics;
-- days: all

select d, n from (select date as d, count(*) as n from member_analytics group by date) where d >= '2026-11-24';
-- days: 2026-11-24

select * from (select user_id, date, row_number() over (partition by date order by user_id) as r from member_analytics) where date = '2026-11-10' and r = 1;
-- days: 2026-11-10

select * from (select user_id, date, lag(date) over (partition by user_id order by date) as p from member_analytics) where date = '2026-11-10';
-- days: all

select count(*) from member_analytics where date = '2026-11-10' and user_id in (select user_id from member_analytics where date = '2026-10-10');
-- days: 2026-10-10, 2026-11-10

select count(*) from member_analytics m where date = '2026-11-10' and exists (select 1 from member_analytics o where o.user_id = m.user_id and o.date = '2026-10-10');
-- days: 2026-10-10, 2026-11-10

select count(*) from member_analytics where date in (select day from (values '2026-11-10', '2026-11-11') as v(day));
-- days: all

select user_id as date from member_analytics where date = '2026-11-10';
-- days: 2026-11-10

select * from (select user_id as date, date as other from member_analytics) where date = '2026-11-10' and other = '2026-11-09';
-- days: 2026-11-09

select count(*) from member_analytics where date = '2026-11-10' limit 5;
-- days: 2026-11-10

select count(*) from november_view where is_active;
-- days: 2026-11-01 .. 2026-11-24

select count(*) from november_view where date < '2026-11-03';
-- days: 2026-11-01, 2026-11-02

select (select count(*) from member_analytics where date = '2026-11-10') as a, (select count(*) from member_analytics where date = '2026-11-12') as b;
-- days: 2026-11-10, 2026-11-12

select count(*) from member_analytics a where date = '2026-11-10' union all select count(*) from member_analytics;
-- days: 2026-11-10 and usual

select 1 as one from hr.hr_dataset;
-- days: nothing asked
