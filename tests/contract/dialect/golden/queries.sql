select * from activity
select * from activity where date='2026-11-10' order by user_id
SELECT date, is_active, email_address, messages FROM memory.default.activity WHERE date >= date_format(date_trunc('month',current_date),'%Y-%m-%d')
select m.*, h.department from activity m join roster h on lower(m.email_address) = h.employee_email
select activity.user_id, roster.* from activity left join roster on activity.email_address = roster.employee_email
select default.activity.user_id, memory.default.activity.date from memory.default.activity
select * from (select user_id, 1 as x from activity) a join (select user_id, 2 as y from activity) b using (user_id)
select a.* from (select user_id, 1 as x from activity) a join (select user_id, 2 as y from activity) b using (user_id)
select user_id, x, y from (values ('U1',1),('U9',2)) a(user_id,x) full join (values ('U1',3),('U8',4)) b(user_id,y) using (user_id)
select user_id, x, y from (values ('U1',1),('U9',2)) a(user_id,x) right join (values ('U1',3),('U8',4)) b(user_id,y) using (user_id)
select user_id, x, y from (values ('U1',1),('U9',2)) a(user_id,x) left join (values ('U1',3),('U8',4)) b(user_id,y) using (user_id)
select k, x from (values 1, 2) a(k) join (values (bigint '1', 'a')) b(k,x) using (k)
select * from activity, roster where lower(activity.email_address) = roster.employee_email and date = '2026-11-10'
select department, count(*) from roster group by department
select department, count(*) c from roster group by 1 order by c desc, department
select upper(department), count(*) from roster group by upper(department)
select upper(department) || '!', count(*) from roster group by upper(department)
select upper(department), count(*) from roster group by department
select lower(department), upper(lower(department)) from roster group by lower(department)
select department, upper(employee_email) from roster group by department, upper(employee_email)
select case when department='Eng' then 1 else 2 end x, count(*) from roster group by case when department='Eng' then 1 else 2 end
select H.Department, count(*) from roster h group by h.DEPARTMENT
select h.department, count(*) from roster h group by department
select department, count(*) from roster h group by h.department order by h.department desc
select count(*) from roster group by ()
select count(*) from roster having count(*) > 100
select 1 from roster having true
select 'x', count(*) from roster group by 'x'
select 'x', count(*) from roster group by 1
select department, employee_email, count(*), grouping(department, employee_email) from roster group by rollup(department, employee_email)
select department, employee_email, count(*), grouping(department), grouping(employee_email) from roster group by cube(department, employee_email)
select department, employee_email, count(*) from roster group by grouping sets ((department), (employee_email), ())
select department, salary, count(*) from roster group by department, rollup(salary)
select department, salary, count(*) from roster group by grouping sets (department, (department, salary))
select coalesce(department,'all'), count(*) from roster group by rollup(department)
select date, count(*) filter (where is_active), count_if(is_active) * 100 / count(*), count_if(is_active) * 100.0 / count(*), cast(count_if(is_active) as double)/count(*) from activity group by date order by date
select date, round(100.0 * count_if(is_active) / nullif(count(*),0), 1) from activity group by date order by 1
select date, sum(messages), avg(messages), max(messages), min(email_address) from activity group by date order by date desc
select user_id, date, row_number() over (partition by user_id order by date desc), rank() over (order by messages), dense_rank() over (order by messages desc), percent_rank() over (order by date), cume_dist() over (order by date), ntile(3) over (order by date, user_id) from activity
select user_id, date, lag(messages) over (partition by user_id order by date), lead(messages,2,0) over (partition by user_id order by date), lag(messages, 1, -1) over (order by date, user_id), first_value(messages) over (partition by user_id order by date), last_value(messages) over (partition by user_id order by date), nth_value(messages,2) over (partition by user_id order by date rows between unbounded preceding and unbounded following) from activity
select user_id, date, lag(messages) ignore nulls over (order by date, user_id), first_value(email_address) ignore nulls over (order by user_id desc, date), last_value(email_address) ignore nulls over (order by user_id desc, date) from activity
select user_id, date, sum(messages) over (partition by user_id order by date), sum(messages) over (order by date, user_id rows between 1 preceding and current row), avg(messages) over (partition by date), count(*) over (), max(date) over (partition by user_id), sum(messages) over (order by date, user_id rows 1 preceding) from activity order by date, user_id
select date, sum(count(*)) over (order by date), rank() over (order by count(*) desc), count(*) * 100.0 / sum(count(*)) over () from activity group by date
select user_id, row_number() over w, sum(messages) over w from activity window w as (partition by user_id order by date)
select * from (select user_id, date, row_number() over (partition by user_id order by date desc) rn from activity) where rn = 1
select sum(messages) over (order by activity_date range between interval '1' day preceding and current row) from activity
with a as (select date, count(*) n from activity group by 1), b as (select * from a where n > 1) select * from b union all select date, 7 from a
with a(x,y) as (select user_id, messages from activity) select x, sum(y) from a group by x order by 2 desc, 1
with a as (select 1 x), a2 as (select x+1 as x from a), b as (select * from a union select * from a2) select * from b order by x
with a as (select 1 as x) select * from (with a as (select 2 as x) select * from a) q, a
with activity as (select 1 as z) select * from activity
with unused as (select date from activity where date = '2026-11-09') select 1
select user_id from activity union select employee_email from roster
select 1 union all select 2.5 union all select null
select 1, 'a' union select 2, 'b' order by 1 desc
select 1 as x union all select 2 order by x desc limit 1
select user_id from activity intersect select 'U1'
select user_id from activity except select 'U1' order by 1
select user_id from activity intersect all select user_id from activity where date = '2026-11-10'
select user_id from activity except all select user_id from activity where date = '2026-11-10'
select 1 union select 2 intersect select 2
(select 1) union all (select 2 order by 1 limit 1)
select date '2026-01-01' union select timestamp '2026-01-01 00:00:00'
values (1,'a'),(2,'b')
values 1, 2, null
select * from (values (1,'a'),(2,null)) as t(x,y) order by x desc
select * from (values (1,'a'),(2.5,'b')) t
table roster
select distinct department from roster order by department
select distinct lower(department) d from roster order by d desc
select department from roster order by employee_email desc, salary
select department as employee_email, employee_email as x from roster order by employee_email, 2
select department, count(*) from roster group by department order by count(*) desc, department
select department from roster group by department order by max(salary), 1
select employee_email e from roster order by upper(e)
select salary from roster order by salary
select salary from roster order by salary desc
select salary from roster order by salary nulls first
select salary from roster order by salary desc nulls first
select salary from roster order by 1 desc limit 2
select employee_email from roster order by employee_email, department offset 1 rows fetch first 2 rows only
select employee_email from roster order by employee_email, department offset 1 limit 2
select employee_email from roster order by employee_email limit all
select count(*) from (select * from roster limit 2)
select count(*) from (select * from roster limit 0)
select user_id from activity where user_id in (select user_id from activity where messages > 5)
select user_id from activity where email_address in (select employee_email from roster)
select user_id from activity where email_address not in (select employee_email from roster)
select employee_email from roster where employee_email not in (select email_address from activity where email_address is not null)
select user_id from activity m where exists (select 1 from roster h where h.employee_email = lower(m.email_address))
select user_id from activity m where not exists (select 1 from roster h where h.employee_email = lower(m.email_address))
select user_id, (select max(department) from roster h where h.employee_email = lower(m.email_address)) from activity m
select user_id from activity where date = (select max(date) from activity)
select (select user_id from activity where false)
select department, (select count(*) from activity) from roster group by department
select department, (select count(*) from activity where activity.user_id = roster.department) from roster group by department
select if(true, 1), if(false, 1), if(null, 1, 2), if(1=1, 'a', 'b')
select case when null then 1 end, case 1 when 1 then 'a' when 2 then 'b' end, case 'x' when 'y' then 1 else 2.5 end, case when true then 1 when false then 2e0 end
select not messages > 1, not is_active, is_active and is_guest, is_active or is_guest, is_active is null from activity
select is_active = true, is_active <> false, is_active in (true), is_active is distinct from null, messages is not distinct from 7 from activity
select 1 in (1,2,null), 3 in (1,null), null in (1), 1 not in (2,null), 'a' in ('a'), 1 in (1.0, 2)
select 1 between 0 and 2, 'b' between 'a' and 'c', 1.5 between 1 and 2, null between 1 and 2, 5 not between 1 and 3
select 1 + 1 is null, 1 < 2 and 2 < 3 or false, not true or true, (1=1) = true
select 'a' || 'b' = 'ab', 'a' || 'b' like 'ab', 2 * 3 + 4, 2 + 3 * 4, -2 * 3, 2 - -2, - - 2, 10 - 3 - 2, 100 / 10 / 2
select date, date from activity limit 0
select messages as "Total Messages", messages M from activity limit 0
select try(1/0), try(cast('a' as integer)), try(cast(300 as tinyint)), coalesce(try(1/0), -1)
select k, try(10 / n) from nums
select k, 10 / n from nums where n <> 0
select k, if(n = 0, null, 10 / n) from nums
select k, case when n <> 0 then 10 / n else -1 end from nums
select k, n from nums where n <> 0 and 10 / n > 0
select count(*) from nums where not (n = 0) and 7 % n = 1
select * from nums where k in (select max(k) from nums where n is not null) or f > 2
select x.k from nums x left join nums y on x.k = y.k and y.n > 5 where y.k is null
select x.k, y.k from nums x full outer join (select * from nums where k < 3) y on x.k = y.k
select x.k, y.k from (select * from nums where k<3) x right join nums y on x.k = y.k
select n from nums n
select "date", "Date", DATE from activity limit 0
select * from activity m, activity m
select 1 as a, 2 as a
select * from (select 1 as a, 2 as a)
select * from (select count(*), 1+1 from activity)
select x from (select count(*) from activity) t(x)
select current_date - interval '1' day = date_add('day', -1, current_date)
select count(*) from activity where activity_date between date '2026-11-09' and date '2026-11-10' and date in ('2026-11-09','2026-11-10') or activity_date = date('2026-11-08')
select date from activity where date like '2026-11-1%' group by date
select month(activity_date), year(date(date)), substr(date,1,7), count(*) from activity group by 1,2,3
select date_trunc('week', cast(date as date)) w, count(distinct user_id) from activity group by 1
select from_unixtime(date_claimed), date(from_unixtime(date_claimed)), date_diff('day', from_unixtime(date_claimed), timestamp '2026-11-10 00:00:00') from activity
select a.user_id from activity a join activity b on a.user_id = b.user_id and a.activity_date = b.activity_date - interval '1' day
select a.user_id, b.date from activity a left join activity b on b.activity_date = date_add('day', 1, a.activity_date) and a.user_id=b.user_id
select user_id, array_agg(date order by date), max_by(messages, date), min_by(email_address, date), arbitrary(user_id) from activity group by user_id
select approx_distinct(user_id), count(distinct email_address), count(distinct coalesce(email_address,'')) from activity
select sum(case when is_active then 1 else 0 end), sum(if(is_active,1,0)), avg(if(is_active,1,0)), avg(if(is_active,1.0,0.0)), avg(if(is_active,1e0,0)) from activity
select department, count(distinct user_id) p, count(distinct if(is_active, user_id)) a, cast(count(distinct if(is_active, user_id)) as decimal(10,4)) / count(distinct user_id) r from activity left join roster on lower(email_address)=employee_email group by department order by department
select min(date), max(date) from activity where user_id = 'U1' having min(date) < max(date)
select t.n from (select count(*) as n from activity) as t where t.n > 1
select * from (select * from activity order by date limit 3) order by user_id
select date from activity group by date having count(*) > 1 and max(messages) > 1 order by date
select * from (activity cross join roster)
select * from (activity m join roster h on lower(m.email_address)=h.employee_email) order by 1,2,3
select h.department from (activity m join roster h on lower(m.email_address)=h.employee_email) where m.date='2026-11-10'
select x from (select date x from activity) where x = '2026-11-10'
select lower(trim(email_address)) = 'ann@x.com' from activity
select cast(salary as double) from roster where salary <> 'x'
select try_cast(salary as integer) + 1 from roster
select sum(try_cast(salary as decimal(10,2))) from roster
select k, count(*) from nums group by grouping sets ((k), (k))
select k, count(*) from nums group by grouping sets ((k), (), ())
select k, count(*) from nums group by k, rollup(k)
select k, count(*) from nums group by k, grouping sets ((k), ())
select k, n, count(*) from nums group by rollup(k, n), rollup(n)
select k, n, count(*) from nums group by grouping sets ((k, n), (n, k))
select k, n, count(*) from nums group by grouping sets ((k, k), (n))
select k, n, count(*) from nums group by k, n, k
select k, count(*) from nums group by rollup(k, k)
select k, n, count(*) from nums group by k, grouping sets ((n), ())
select k, n, count(*) from nums group by grouping sets ((k), ()), grouping sets ((n), ())
select k, n, count(*) from nums group by rollup((k, n))
select k, n, count(*) from nums group by cube((k, n), n)
