select user_id, activity_date, sum(messages) over (partition by user_id order by activity_date range between interval '1' day preceding and interval '1' day following), sum(messages) over (order by activity_date desc range between interval '1' day preceding and current row) from activity
select k, count(*) over (order by ts range between interval '10' hour preceding and current row), count(*) over (order by d desc range between interval '400' day preceding and current row) from times
select k, sum(k) over (order by k groups between unbounded preceding and current row) from nums
select sum(messages) over (order by date, user_id rows 1 preceding) from activity
values (1,2) order by 1 limit 1
select regexp_like('a','a{0}'), regexp_like('aaa','^a{2,3}$'), regexp_extract('foo.bar','[^.]+$'), regexp_extract('x-1','-?\d+'), regexp_like('ab','a|b'), regexp_extract('ab','a|ab'), regexp_extract('aXbX','a.*?X')
select regexp_like('a.b','a\.b'), regexp_like('a+b','a\+b'), regexp_like('tab'||chr(9),'\t'), regexp_like('x','[\w.]+'), regexp_like('a-b','[a\-z]-b'), regexp_like('[','\['), regexp_like('/','\/'), regexp_like('@','\@')
select upper('éß'), lower('ÀÉ'), upper('ı'), lower('K'), upper('ά'), lower('ẞ'), upper('ſ'), upper('ÿ'), lower('Ǆ')
select length('😀é'), substr('😀é',2), reverse('😀é'), strpos('😀é','é'), lpad('😀',3,'é'), split_part('😀,é',',',2), '😀é' like '_é', upper('😀')
select x from (values 'b','A','é','Z','😀','','a') t(x) order by x
select typeof(floor(2.5)), typeof(round(2.55,1)), typeof(round(9.99,2)), typeof(truncate(2.77)), typeof(sign(2.5)), typeof(avg(1.5)), typeof(1/3.0), typeof(mod(7.5,2)), typeof(coalesce(1,2.5)), typeof(greatest(1,2.5)), typeof(cardinality(array[1])), typeof(if(true,1,2.5)), typeof(date_trunc('day',now())), typeof(date_add('day',1,now())), typeof(current_date - interval '1' day), typeof(sum(1.5)), typeof(sum(1e0)), typeof(max(1)), typeof(from_unixtime(1)), typeof(date_parse('2026-01-01','%Y-%m-%d')), typeof(last_day_of_month(now()))
select sign(-3), sign(2.5), sign(0), sign(-0.5), truncate(2.7e0), truncate(-2.7e0), truncate(2.77), truncate(-0.5), round(0.05,1), round(9.99,1), round(99.9), round(9.95,1), round(-9.95,1), round(cast(99999999.99 as decimal(10,2)),1), round(cast(99999999.99 as decimal(10,2))), floor(cast(-0.01 as decimal(10,2))), ceil(cast(99.01 as decimal(4,2))), round(2.5e0), round(-0.5e0), round(1.005e0,2), round(2.345,2)
select k, f, round(f,1), round(f*100/7, 2), round(r*1.1e0, 3), cast(f/7 as decimal(20,3)), cast(r/3 as decimal(10,2)) from nums where k <> 4
select cast(x as decimal(18,2)), cast(x as decimal(30,4)), cast(x as bigint), round(x,2) from (select cast(i as double) / 7 * 1.1e0 as x from unnest(sequence(-200, 200)) t(i))
select cast(cast(x as real) as decimal(12,3)), round(cast(x as real), 1) from (select cast(i as double) / 7 * 1.1e0 as x from unnest(sequence(-50, 50)) t(i))
select round(x, 1), floor(x), ceil(x), round(x), x / 3, x * x, cast(x as integer), x % 0.7 from (select cast(i as decimal(5,0)) / 8.000 as x from unnest(sequence(-40, 40)) t(i))
select i / 3, i % 3, i / -3, i % -3, -i / 2, i / 2.0, i * 0.1, i / 3.00, i * 100 / 7, i * 100.0 / 7, cast(i as double) / 7 from unnest(sequence(-12, 12)) t(i)
select count(*) * 100.0 / 3, count(*) / 3e0, sum(k) / count(*), avg(k) / 3, avg(1.50) * 2, sum(1.5) / 7, sum(k) * 1.0 / count(*), 100 * count_if(k > 2) / count(*) from nums
select stddev(x), variance(x), avg(x), sum(x) from (values 1e0, 2e0, 4e0) t(x)
select max(x), min(x), greatest(max(x), 0e0) from (values nan(), 1e0) t(x)
select max(x), min(x) from (values nan(), nan()) t(x)
select x, x > 1, x < 1, x >= 1, x = x, x <> x, 1 < x, x between 0 and 2, x in (1e0, nan()), x is distinct from 1e0, x is null, case x when 1e0 then 'one' else 'other' end, nullif(x, 1e0), greatest(x, 1e0), least(x, 1e0) from (values 1e0, nan(), null, infinity(), -infinity()) t(x)
select x from (values 1e0, nan(), null, infinity()) t(x) where x > 0
select x, count(*) from (values 1e0, nan(), nan(), null) t(x) group by x
select a.x from (values 1e0, nan()) a(x) join (values 1e0, nan()) b(x) on a.x = b.x
select sqrt(-1), ln(0), ln(-1), log2(0), log10(-1), power(0,-1), sqrt(null), is_nan(sqrt(-1)), exp(710), power(-8, 0.5)
select k, ln(f), sqrt(f), log10(f) from nums
select contains(w,'z'), contains(w,'q'), contains(a,5), contains(a,7), contains(a,null) from lists
select k, array_join(w,'|'), array_sort(a), array_sort(w), element_at(a,1), element_at(a,k), w[1] from lists where k <> 2 and k<>3
select k, a[2] from lists where k in (1,4)
select date '2026-1-5', timestamp '2026-01-01', timestamp '2026-01-01 10:00', cast('2026-01-01 10:00:00' as timestamp)
select date_format(date '2026-01-05', '%e.%c.%Y'), date_format(timestamp '2026-01-05 09:07:03', '%k:%i %l %p'), date_format(timestamp '2026-01-05 00:07:03', '%h %I %l')
select date_format(d, '%x-%v'), date_format(d, '%Y week %v') from times
select from_iso8601_date('2026-11-10'), from_iso8601_date(date) from activity where user_id='U1'
select date_parse('2026-11-10', '%Y-%m-%d') = date '2026-11-10', date_diff('day', date_parse('2026-11-01', '%Y-%m-%d'), now()) >= 0
select try(date_parse('x', '%Y-%m-%d')), try(date('x')), try(from_iso8601_date('x'))
select date_diff('millisecond', ts, z), date_add('millisecond', 5, ts), date_trunc('millisecond', ts), millisecond(ts) from times
select x from unnest(sequence(1,3)) t(x), unnest(sequence(x, 3)) u(y)
select sequence(date '2026-01-03', date '2026-01-01'), sequence(date '2026-01-01', date '2026-01-10', interval '3' day), sequence(3,1), sequence(1,1)
select interval '1' day + date '2026-01-01', date '2026-01-31' + interval '1' month - interval '1' day, now() - interval '1' hour < now(), date '2026-01-01' - interval '0' day
select date_add('day', bigint '5', date '2026-01-01'), date_add('day', -k, date '2026-01-10') from words where k < 4
select cast(date as date) > current_date - interval '3000' day from activity limit 1
select count(null), count(*) filter (where null)
select max(is_active), min(is_active), count(is_active), approx_distinct(is_active) from activity
select is_active > is_guest from activity
select min(d), max(ts), max(z), count(distinct d) from times
select array_agg(x order by x desc nulls first), array_agg(x order by x) from (values 1, null, 3) t(x)
select max_by(x, y), min_by(x, y) from (values (1, null), (null, 5), (3, 4)) t(x, y)
select listagg(x, ', ') within group (order by x desc) from (values 'b','a',null) t(x)
select listagg(distinct x, ', ') within group (order by x) from (values 'b','a','b') t(x)
select count_if(null), count_if(x > 1) from (values 1, 2, null) t(x)
select bool_and(x), bool_or(x) from (values true, null) t(x)
select approx_percentile(x, 0.5), approx_percentile(x, 0.9), approx_percentile(x, 0.0), approx_percentile(x, 1.0), approx_percentile(x, 0.33e0) from unnest(sequence(1,25)) t(x)
select approx_percentile(x, 0.5) from (values 1, null, 3) t(x)
select approx_percentile(x, 0.5) filter (where x > 1) from (values 1, null, 3) t(x)
select approx_percentile(x, 0.5) from (values 1) t(x) where false
select department, approx_percentile(length(employee_email), 0.5) from roster group by department
select first_value(x) over (order by x desc) from (values 1, 2, null) t(x)
select rank() over (order by x), count(x) over (order by x) from (values 1, 2, 2, null) t(x)
select sum(x) over (order by x range between unbounded preceding and unbounded following) from (values 1, 2, 2, null) t(x)
select sum(sum(x)) over () from (values 1,2) t(x) group by x
select x, sum(x) over (partition by x % 2 order by x) from (values 1,2,3,4) t(x) order by sum(x) over (order by x) desc
select x from (values 3,1,2) t(x) order by row_number() over (order by x desc)
select sum(x) over w, count(*) over w from (values 1,2) t(x) window w as (order by x), v as (partition by x)
