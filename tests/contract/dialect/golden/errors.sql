select k, n/0 from nums
select k, b % 0 from nums
select k, n+n from nums where k=3
select k, i+i from nums where k=3
select 9223372036854775808
select '1'=1
select date '2020-01-01'='2020-01-01'
select true='true'
select cast(300 as tinyint)
select cast(b as integer) from nums
select cast(1e20 as bigint)
select cast(12345 as varchar(3))
select date_trunc('hour', date '2026-11-22')
select date_add('day', 1, '2026-01-01')
select date_add('hour', 1, date '2026-01-01')
select date_diff('day', date '2026-01-01', '2026-01-02')
select date_parse('2026-11-10x', '%Y-%m-%d')
select date_parse(' 2026-11-10', '%Y-%m-%d')
select date('2026-11-10'), date('2026-11-10 10:00:00')
select concat_ws(',', 'a', null, 'b'), concat_ws(',', null), concat_ws(',','a')
select t like 'a#b' escape '#' from words
select regexp_extract('abc','(z)?(b)',1), regexp_extract('abc', 'b', 0), regexp_extract('abc','(b)',2)
select split('a@b','@')[3]
select max_by(k, b), min_by(k, b), max_by(t, w.k) from nums cross join (select t, k as wk from words) w(t, k) where 1=0
select sum(x) from (values 9223372036854775807, 1) t(x)
select sum('a')
select avg(t) from words
select count(distinct k, i) from nums
select sum(sum(k)) from nums
select a[5] from lists where k = 1
select element_at(a, 0) from lists where k=1
select m.user_id from activity
select activity.user_id from activity m
select a.user_id, b.messages from activity a join activity b using (user_id, date)
select user_id, a.user_id from activity a join activity b using (user_id)
select * from activity natural join roster
select * from activity join roster
select * from activity cross join roster on true
select x.a, y.a from (values 1) x(a), (values 1) y(a) join (values 1) z(a) on x.a = z.a
select department as d, count(*) from roster group by d
select department as d, count(*) from roster where d = 'Eng' group by 1
select department d, count(*) c from roster group by department having c > 1
select department, employee_email, count(*) from roster group by department
select department, count(*) from roster
select user_id, sum(messages) over (order by date, user_id rows between 1 preceding and 1 following), count(*) over (order by date range between unbounded preceding and current row), count(*) over (order by date rows between current row and unbounded following), count(messages) filter (where is_active) over (partition by date) from activity
select user_id from activity where row_number() over () = 1
select count(*) from activity where count(*) > 1
select count(distinct user_id) over () from activity
with a as (select 1 as x), b as (select y from a) select 1
select 'a' union select 1
select 1,2 union select 1
select * from (values 1,2) t(x,y)
select distinct department from roster order by employee_email
select employee_email from roster order by employee_email limit 2 offset 1
select employee_email from roster order by 5
select a, a from (select department a from roster) order by a
select department as x, employee_email as x from roster order by x
select (select user_id from activity)
select department, (select max(email_address) from activity where activity.email_address = roster.employee_email) from roster group by department
select case when 1=1 then 'a' else 1 end
select if(1, 2, 3)
select user_id from activity where messages
select 1 = 1 = true
select 'a' || 1
select 1 + 'a'
select date as d, d from activity
select "2026" from activity
select user_id from activity where date="2026-11-10"
select a.b.c.d from activity
select * from nosuch
select m.date from activity m, activity m
select date from activity a, activity b
select activity.date from activity, memory.default.activity
select a from (select 1 as a, 2 as a)
select _col0 from (select count(*) from activity)
select distinct on (a) 1 from activity
select k, sum(k) over (order by n range between 5 preceding and 10 following), count(*) over (order by d range between interval '1' month preceding and interval '1' year following) from (select nums.k, n, d from nums left join times on nums.k=times.k)
select regexp_extract('ann@x.com','^([^@]+)@([^.]+)',2), regexp_replace('ann@x.com','@.*$',''), regexp_replace('a  b','\s+',' '), regexp_replace('ABC','[^A-Z]',''), regexp_replace('x1y2','(\w)(\d)','$2$1'), regexp_replace('abc','b','$'), regexp_replace('abc','(b)','\$1')
select date '2026-02-30'
select timestamp '2026-01-01 25:00:00'
select date_format(timestamp '2026-01-01 10:00:00', '%D'), 1
select sequence(1,5,-1)
select sequence(date '2026-01-01', date '2026-01-05', interval '-1' day)
select date '2026-01-01' + interval '1' hour
select date '2026-01-01' + 1
select interval '1' week + date '2026-01-01'
select date_add('day', 1.5, date '2026-01-01')
select date_add('day', 3000000000, date '2026-01-01')
select date_trunc('month', '2026-01-01')
select year('2026-01-01')
select current_date > '2026-01-01'
select length(5), 1
select substr(12345, 1, 2)
select concat(1, 'a')
select lower(null), upper(null) is null, length(null), substr(null,1), 1 + null, null || 'a', -null
select abs(null), round(null), coalesce(null, null), nullif(null, 1), sum(null), max(null)
select sum(is_active) from activity
select avg(is_active) from activity
select lag(x, -1) over (order by x) from (values 1, 2) t(x)
select rank() from activity
select max(rank() over (order by x)) from (values 1) t(x)
select ntile(0) over (order by x) from (values 1) t(x)
select sum(distinct x) over () from (values 1,1) t(x)
select sum(x) over nosuch from (values 1,2) t(x)
select regexp_extract('abc','(b)',2)
select regexp_like('abc', '(')
select k as n from nums order by n + nums.n nulls first, 1
select max(n) as n from nums having n > 1
select k as z, rank() over (order by z) from nums
select k as a, a + 1 from nums
select 1 as x union all select 2 as y order by y
select k from (select k, n, k from nums) t
select k % 2, n > 0, count(*), sum(b), avg(p), max(f) from nums group by grouping sets ((k % 2), (n > 0), (k % 2, n > 0), ())
select k % 2 as parity, sum(n) from nums group by cube(k % 2, k % 3) order by 1, 2
select cast('99999999999999999999999999999999999999' as decimal(38,0)) + 1
select cast('99999999999999999999999999999999999999' as decimal(38,0)) * 10
select sum(cast('99999999999999999999999999999999999999' as decimal(38,0))) from nums
select n * n from nums
select b * b from nums
select abs(cast(-128 as tinyint))
select -cast(-128 as tinyint)
select cast(128 as tinyint)
select 5 / 0.0
select 5 % 0.0
select mod(5, 0)
select date = date '2026-11-10' from activity
select date >= current_date from activity
select is_active = 1 from activity
select messages = '5' from activity
select is_active = 'true' from activity
select coalesce(activity_date, 'x') from activity
select case when is_active then date else activity_date end from activity
select activity_date in ('2026-11-10') from activity
select activity_date between '2026-11-01' and '2026-11-10' from activity
select activity_date || 'T' from activity limit 1
select lpad('abc', 5, '')
select lpad('abc', -1, 'x')
select split('abc', '')
select split_part('a,b', ',', 0)
select md5('a')
select cast('abc' as integer)
select cast('1.5' as integer)
select cast('' as integer)
select cast('2026-13-01' as date)
select cast('yes' as boolean)
select cast(date '2026-01-01' as integer)
select cast(5 as date)
select k % 2 as parity, sum(n) from nums group by cube(k % 2, k % 3)
select k, sum(n) from nums group by rollup(1)
select k % 2, sum(n) from nums group by rollup(1)
select -n from (values -2147483648) t(n)
select grouping(k) from nums
select sum(grouping(k)) from nums group by k
select x from unnest(array[1,2]) x
select extract(hour from date '2026-01-01')
select extract(millisecond from now())
select date_diff('days', date '2026-01-01', date '2026-01-14')
select date_trunc('decade', date '2026-01-14')
select date_diff('hour', date '2026-01-01', date '2026-01-14')
select date_trunc(date '2026-01-01', 'month')
select datediff('day', date '2026-01-01', date '2026-01-14')
select dateadd(day, 1, current_date)
select to_char(current_date, 'yyyy')
select to_date('2026-01-01', 'yyyy-mm-dd')
select ifnull(1, 2)
select nvl(1, 2)
select isnull(1)
select left('abc', 1)
select len('abc')
select charindex('a', 'abc')
select getdate()
select sysdate
select curdate()
select current_date - 1
select current_date - interval 1 day
select x'65', U&'\0041', 'a' 'b'
select `a` from (select 1 as a)
select 1 :: int
select cast(1 as int), cast(1 as string)
select cast('a' as text)
select cast(1 as number)
select cast(1.5 as float)
select cast(1.5 as decimal), cast(2.5 as numeric(3,0)), cast(1 as dec(3,1))
select cast(1 as int4)
select cast(1 as decimal(39,1))
select cast(1 as decimal(2,5))
select top 5 * from nums
select * from nums limit 5, 10
select * from nums limit -1
select * from nums limit 1.5
select * from nums limit 'a'
select k from nums where k == 1
select k from nums where k !< 1
select k from nums where k = 1 xor k = 2
select k from nums where k = 1 && k = 2
select k from nums where k is true
select k from nums where k > 1 is not null
select k from nums where k in (1, 2,)
select k, from nums
select * from nums where
select k from nums group by
select from nums
from nums
select k nums
select k from nums as
select k from nums order k
select k from nums; select 1
with a as (select 1) delete from a
select k into x from nums
select * from nums for timestamp as of now()
select * from range(1,3)
select k from nums minus select k from nums
select k from nums left semi join words on nums.k = words.k
select nums.k from nums full outer join words using (k)
select x from (select 1 as x, 2 as y) a join (select 1 as x, 3 as y) b on a.x = b.x
select y from (select 1 as x, 2 as y) a join (select 1 as x, 3 as y) b using (x)
select * from (select 1 as x, 2 as x) a join (select 1 as x) b using (x)
select hamming_distance('abc','ab')
select listagg(user_id, ',') from activity
select format('%d', 1.5)
select format('%f', 1)
select format('%s %s', 'a')
select format('100%')
select split_to_map('a', ',', '=')
select split_to_map('a=1,a=2', ',', '=')
select user_id, lag(messages) over (order by date rows between 1 preceding and current row) from activity
select max_by(row(user_id, date), messages).field0 from activity
select t.a from (values (cast(row(1,'x') as row(a integer,b varchar)))) t(r)
select approx_percentile(x, 0.5) from (values nan(), 1e0, 2e0) t(x)
