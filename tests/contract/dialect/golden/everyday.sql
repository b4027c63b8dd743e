select -k as k from nums order by k
select k as n, n as k from nums order by n, k
select k x, n from nums order by x + 1 desc
select n / 2 as n, count(*) from nums group by n
select n / 2 as n, count(*) from nums group by 1
select k % 2 as k, count(*) from nums group by k % 2 order by k
select k % 2 as k, count(*) from nums group by k order by k
select 1 as x union select 2 order by x + 1
select k from nums union all select cast(k as bigint) + 10 from nums order by k desc limit 3
select x, y from (select 1 as x, null as y union all select 2, 'b') order by x
select x from (select null as x union all select null) t
select null as x, typeof(null)
select * from (select k, n, k from nums) t
select t.k from (select k, n from nums) t join (select k, b from nums) u on t.k = u.k where u.b > 0
select k from nums where k not in (1, null)
select k from nums where n not in (select n from nums)
select k from nums where n not in (select n from nums where n is not null)
select k from nums where n in (select b from nums)
select k from nums x where (select count(*) from nums y where y.n < x.n) > 1
select k, (select count(*) from words w where w.k = nums.k and w.t like 'h%') from nums
select k, (select sum(y.n) from nums y where y.k <= x.k) from nums x
select k, exists(select 1 from words where words.k = nums.k + 10) from nums
select k, case when exists(select 1 from words where words.k = nums.k and t is null) then 'null' else 'ok' end from nums
select sum((select 1)), count((select null)) from nums
select k from nums group by k having k = (select max(k) from nums)
select k from nums order by (select max(k) from nums) - k
select x.k from nums x join nums y on x.k = y.k and exists (select 1 from words w where w.k = y.k and w.t = '')
select x.k, y.k from nums x left join nums y on x.k = y.k + 1 and x.n > 0 where y.k is null or y.k > 1
select x.k, y.k, z.k from nums x left join nums y on x.k = y.k + 1 left join nums z on y.k = z.k + 1
select count(*) from nums x join nums y on x.n < y.n
select x.k from nums x full join nums y on x.k = y.k + 4 order by 1
select x.k, y.k from nums x full join nums y on x.k = y.k + 4 and x.k > 5
select k, count(distinct n), count(distinct n) filter (where n > 0) from nums group by rollup(k)
select case when grouping(k) = 1 then 'total' else cast(k as varchar) end, count(*) from nums group by rollup(k)
select count(*) from nums where false group by k
select count(*), sum(n) from nums where false
select count(*) from nums where false having count(*) = 0
select k from nums limit 0
select k from nums order by k offset 4
select k from nums order by k offset 100
select k from nums order by n desc nulls last, k limit 3
select p * p, p * q, p + q, p - q, p * 1.5, p * 3, p / 3, p % 3, -p, abs(p) from nums where k in (1, 2, 6)
select cast(n as bigint) * n from nums
select sum(cast(n as bigint) * n) from nums where k <> 3
select 1e0 / 0, -1e0 / 0, 0e0 / 0
select if(false, 1/0, 7)
select case when k = 5 then -1 else 100 / n end from nums where n is not null
select k from nums where k = 5 or 100 / n > 0
select coalesce(k, 1 / 0) from nums
select count(*) from nums where n <> 0 and 10 % n = 0
select count(*) from activity where is_active = true
select date between '2026-11-01' and '2026-11-09' from activity
select date || 'T00:00' from activity limit 1
select cast(activity_date as varchar) || 'T' from activity where user_id = 'U1' and date = '2026-11-10'
select d = z, d < ts, ts = z, cast(d as timestamp) = ts from times
select date_diff('day', d, ts), date_diff('hour', d, z) from times
select max(d), max(date_add('day', 1, d)) from times
select d + interval '1' month, d - interval '13' month, ts + interval '1' year from times
select date_add('month', k, d), date_add('day', -k, ts), date_add('week', bigint '1', d) from times
select date_trunc('month', d) = date '2026-01-01', date_trunc('week', ts), date_trunc('quarter', z) from times
select date_format(date_add('day', -1, date_trunc('month', d)), '%Y-%m-%d') from times
select date_format(d, '%W %M'), date_format(ts, '%H:%i') from times
select year(d) * 100 + month(d), cast(year(d) as varchar) || '-' || lpad(cast(month(d) as varchar), 2, '0') from times
select lpad('abc', 2, 'x'), rpad('abc', 2, 'x'), lpad('', 3, 'ab'), lpad('é', 3, 'ü')
select substr('hello', 2, 3), substr('hello', -3, 2), substring('hello', 2), substr('hello', 6), substr('hello', 5), substr('hello', 2, 0)
select position('l' in 'hello'), strpos('hello', ''), strpos('', 'a'), strpos('', '')
select replace('aaa', 'a', 'bb'), replace('abc', 'x', 'y'), replace('abc', 'b'), replace(null, 'a', 'b')
select split('a,b', ','), split('a', ','), split(',', ','), split('', ','), split('a,,b', ',')
select split_part('a,b,c', ',', 2), split_part('a,b,c', ',', 4), split_part('a', ',', 1), split_part('', ',', 1)
select trim('  a '), ltrim('  a '), rtrim('  a '), trim(both 'x' from 'xxaxx'), trim(leading 'x' from 'xxaxx'), trim('xy' from 'xyaxy'), trim('')
select lower('ABC'), upper('abc'), length('abc'), length(''), reverse('abc'), chr(97), length(chr(10))
select starts_with('abc', 'ab'), starts_with('abc', ''), starts_with('', 'a'), starts_with(null, 'a')
select 'abc' like 'a%', 'abc' like 'A%', 'abc' like '%b%', 'abc' like '___', 'a%c' like 'a\%c', 'abc' not like 'x%', null like 'a', 'abc' like null
select 'a%c' like 'a\%c' escape '\', 'abc' like 'a\%c' escape '\', 'a_c' like 'a!_c' escape '!', 'a!c' like 'a!!c' escape '!'
select translate('hello', 'el', 'ip'), translate('abc', 'abc', ''), translate('aab', 'aa', 'xy')
select to_hex(md5(to_utf8('ann@x.com'))), lower(to_hex(sha256(to_utf8('ann@x.com')))), to_utf8('é')
select element_at(array[1,2], 1), element_at(array[1,2], 3), element_at(array[1,2], -1), cardinality(array[]), cardinality(array[1,null]), array[1,2][1]
select greatest(1, 2.5, 3), least('b', 'a'), greatest(date '2026-01-01', current_date) >= date '2026-01-01', least(1, null, 2)
select coalesce(null, 'a'), coalesce(1, 2.5), coalesce(null, date '2026-01-01', null), nullif('a', 'a'), nullif(1, 2), nullif(1, 1.0), nullif(null, 1)
select round(123.456, 1), round(123.456), round(-123.456, 2), round(2.5), round(3.5), round(-2.5), round(1e2, 1), round(0.5e0), round(1.5e0), floor(-1.5), ceil(-1.5), floor(1e0), ceil(1.2e0), truncate(-1.9)
select power(2, 0.5), exp(0), ln(2), log10(1000), log2(1024), sqrt(16), cbrt(8), pi(), e(), sin(0), degrees(pi()), mod(10, 3), mod(-10, 3), mod(10, -3), abs(-3), sign(-2), sign(0)
select 7 / 2, -7 / 2, 7 / -2, 7 % 2, -7 % 2, 7.0 / 2, 7 / 2.0, 7e0 / 2, 1 / 3.0, 2 / 3.00, 10.00 / 3.0, 1.0 / 3.000, 5.5 % 2, 5 % 2.5
select 0.1 + 0.2, 0.1 * 0.2, 1.10 + 2.205, 100 * 0.5, 1.5 - 2, 3 - 1.25, 1e0 + 1, 1.5 + 1e0, real '1.5' + 1, real '1.5' * 2.5, real '1.5' + 1e0
select 1 = 1.0, 1.5 > 1, 1e0 = 1, real '0.1' = 0.1e0, real '0.5' = 0.5, 2 > 1e0, bigint '1' = tinyint '1', 10 < 9.5
select true and null, false and null, true or null, false or null, not null, null = null, null is null, 1 is not null, null <> 1
select 1 in (1, null), 2 in (1, null), 2 not in (1, null), null in (null), 1.0 in (1, 2), 'a' in ('a', 'b')
select cast('5' as integer) + 1, cast(5 as varchar) || 'x', cast('1.5' as decimal(3,1)) * 2, cast('2026-11-10' as date) + interval '1' day, cast(1 as double) / 3, cast(0.5 as integer), cast(1.5 as integer), cast(2.5 as bigint), cast(-1.5 as integer), cast('true' as boolean)
select cast(null as integer) + 1, cast(null as date), cast(null as boolean) and false
select cast(current_date as timestamp) = date_trunc('day', localtimestamp)
select count(*) c, count(distinct user_id) u, count(distinct date) d, count(email_address) e from activity
select count(*), count(*) over () from activity
select user_id, count(*), count(*) over () from activity group by user_id
select user_id, sum(messages), sum(sum(messages)) over (order by user_id), rank() over (order by sum(messages) desc nulls last) from activity group by user_id
select user_id, max(date) over (partition by user_id), messages - lag(messages) over (partition by user_id order by date), messages * 100.0 / sum(messages) over (partition by date) from activity where messages > 0
select date, active, active - lag(active) over (order by date) as diff, round(100.0 * active / total, 2) as pct from (select date, count_if(is_active) as active, count(*) as total from activity group by date)
with daily as (select date, user_id, is_active from activity), week as (select date_trunc('week', date(date)) as w, user_id, bool_or(is_active) as active from daily group by 1, 2) select w, count_if(active), count(*), cast(count_if(active) as double) / count(*) from week group by w order by w
with first_seen as (select user_id, min(date) as d from activity where is_active group by user_id) select f.d, count(distinct f.user_id), count(distinct m.user_id) from first_seen f left join activity m on m.user_id = f.user_id and m.date > f.d and m.is_active group by f.d order by f.d
select h.department, m.date, count(distinct case when m.is_active then m.user_id end) as active, count(distinct m.user_id) as provisioned, 1.0 * count(distinct case when m.is_active then m.user_id end) / count(distinct m.user_id) as rate from activity m left join roster h on lower(trim(m.email_address)) = h.employee_email group by h.department, m.date order by 1, 2
select coalesce(h.department, 'Unmatched') as department, count(*) from activity m left join roster h on lower(m.email_address) = lower(h.employee_email) where m.date = '2026-11-10' group by 1 order by count(*) desc, 1
select * from (select user_id, messages, ntile(2) over (order by messages desc nulls last, user_id) as half from activity where date = '2026-11-10') where half = 1
select user_id from activity where date in (select max(date) from activity) and is_active
select a.user_id from (select distinct user_id from activity where date = '2026-11-10' and is_active) a left join (select distinct user_id from activity where date = '2026-11-09' and is_active) b on a.user_id = b.user_id where b.user_id is null
select user_id, array_agg(is_active order by date) from activity group by user_id
select d.x, count(m.user_id) from unnest(sequence(date '2026-11-07', date '2026-11-11')) as d(x) left join activity m on m.activity_date = d.x and m.is_active group by d.x order by d.x
select date, user_id, sum(messages) over (partition by user_id order by activity_date range between interval '6' day preceding and current row) as week from activity
select user_id, date_diff('day', min(activity_date), max(activity_date)) + 1, count(distinct date) from activity group by user_id having count(distinct date) = date_diff('day', min(activity_date), max(activity_date)) + 1
select if(messages > 10, 'heavy', if(messages > 0, 'light', 'none')) as bucket, count(*) from activity group by 1 order by 1
select split_part(email_address, '@', 2) as domain, count(distinct user_id) from activity where email_address is not null group by split_part(email_address, '@', 2)
select date, count(distinct user_id) filter (where is_active), count(*) filter (where not is_active and messages is null) from activity group by date
select user_id from activity except select user_id from activity where is_active
select user_id, is_active, count(*) from activity where date like '2026-11-%' and user_id <> 'U4' group by user_id, is_active having count(*) >= 1 order by user_id, is_active
select sum(messages) / count(distinct user_id), sum(messages) / cast(count(distinct user_id) as double), avg(messages), cast(sum(messages) as decimal(18,4)) / count(*) from activity
select approx_percentile(messages, 0.5), max(messages), min(messages) from activity where messages is not null
select date_claimed, from_unixtime(date_claimed), date_format(from_unixtime(date_claimed), '%Y-%m-%d'), date(from_unixtime(date_claimed)) from activity where date = '2026-11-10'
select count(*) from activity where from_unixtime(date_claimed) > timestamp '2022-01-01 00:00:00'
select count(*) from activity where from_unixtime(date_claimed) > current_timestamp - interval '400' day
select date from activity where date >= cast(current_date - interval '3650' day as varchar) group by date
select date from activity where date(date) >= date_add('day', -3650, current_date) group by date
select date from activity where date_parse(date, '%Y-%m-%d') >= timestamp '2026-11-09 00:00:00' group by date
select date from activity where from_iso8601_date(date) > date '2026-11-08' group by 1
select date from activity where cast(date as timestamp) > timestamp '2026-11-08 12:00:00' group by 1
select day_of_week(activity_date) d, count(*) from activity where day_of_week(date(date)) in (6, 7) group by 1
select distinct date from activity where month(cast(date as date)) = 11 and year(cast(date as date)) = 2026 order by date desc limit 2
