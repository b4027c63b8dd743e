select k, i+s, s+n, n+b, i*i, b*n, -i, -b, i/s from nums where k in (1,2)
select k, i/2, n/2, b/4, n%4, b%4, i%3 from nums
select k, f/0, f%3, r/0 from nums
select k, p+q, p-q, p*q from nums
select k, p/q from nums where k<>5 and k<>4
select k, p/3, p/7.00, 1/3.0, 2/3.0, 100.0*2/3 from nums
select k, q%3, p%q, p % 1.5 from nums where k not in (5)
select k, q/p from nums where p > 0
select k, p+1, p*2, b*1.0, i*1.5, s/1.0, 10/2.50 from nums
select k, p+f, p*r, f+r, b+r, b+f, n+r from nums
select 9/4, 2/5*100, -7/2, -7%3, 7%-3, 5/2.0, 5.0/2, 1.0/3, 1e0/3
select 1.0, .5, 0.5, 00.50, 100.00, 1e3, 3000000000, 2147483647, -2147483648, 2147483648, 1., 0.0
select -9223372036854775808
select 1=1.0, 1=1e0, 1.0=1e0, 'a'='a', true=false, 1<2, 'a'<'B'
select k from nums where i = n
select k, b > p, b = 4.0, f > p, r > f, r = 0.1, r > p, i < 1.5 from nums
select k, cast(r as double), cast(f as real), cast(p as double), cast(n as real) from nums
select k, cast(f as bigint), cast(r as integer), cast(p as integer), cast(q as bigint), cast(p as decimal(10,1)), cast(q as decimal(20,2)) from nums
select k, cast(f as decimal(20,2)), cast(r as decimal(10,3)), cast(f as decimal(38,10)) from nums
select cast(2.5 as integer), cast(-2.5 as integer), cast(2.5e0 as integer), cast(-2.5e0 as integer), cast(3.5e0 as bigint), cast(0.5e0 as tinyint), cast(1.005e0 as decimal(10,2)), cast(2.675e0 as decimal(10,2))
select try_cast(1e20 as bigint), try_cast(300 as tinyint), try_cast('x' as integer), try_cast(9999.9 as decimal(4,1))
select k, cast(i as varchar), cast(b as varchar), cast(p as varchar), cast(q as varchar) from nums
select cast(true as varchar), cast(date '2026-01-02' as varchar), cast(timestamp '2026-01-02 03:04:05.678' as varchar), cast(1.50 as varchar), cast(0.05 as varchar), cast(-0.5 as varchar)
select cast(timestamp '2026-01-02 03:04:05' as varchar)
select k, cast(t as integer) from words where k = 11
select k, try_cast(t as integer), try_cast(t as double), try_cast(t as decimal(10,1)), try_cast(t as date), try_cast(t as boolean) from words
select k, try_cast(t as timestamp) from words
select cast('+7' as integer), cast('-0' as integer), cast('007' as bigint)
select try_cast(' 1.5' as double), try_cast('1.5 ' as double), try_cast('1e3' as double), try_cast('NaN' as double), try_cast('Infinity' as double), try_cast('-Infinity' as double), try_cast('inf' as double), try_cast('nan' as double), try_cast('1d' as double), try_cast('1.5f' as double), try_cast('1e999' as double), try_cast('' as double), try_cast('.' as double), try_cast('5.' as double), try_cast('.5' as double), try_cast('+1' as double)
select try_cast('1e3' as decimal(10,1)), try_cast(' 1.5' as decimal(10,1)), try_cast('1.25' as decimal(10,1)), try_cast('-1.25' as decimal(10,1)), try_cast('.5' as decimal(10,1)), try_cast('5.' as decimal(10,1)), try_cast('+1' as decimal(10,1)), try_cast('' as decimal(10,1)), try_cast('12345678901' as decimal(10,1)), try_cast('1,000' as decimal(10,1))
select try_cast('2026-1-2' as date), try_cast(' 2026-01-02' as date), try_cast('2026-01-02 ' as date), try_cast('2026-02-30' as date), try_cast('2026-13-01' as date), try_cast('20260102' as date), try_cast('2026-01-02 10:00:00' as date), try_cast('2026-001-02' as date), try_cast('2026-01-02T00:00:00' as date), try_cast('2026-01' as date)
select try_cast('2026-01-02' as timestamp), try_cast('2026-01-02 03:04' as timestamp), try_cast('2026-01-02 03:04:05' as timestamp), try_cast('2026-01-02 03:04:05.1' as timestamp), try_cast('2026-01-02 3:4:5' as timestamp), try_cast('2026-1-2' as timestamp), try_cast(' 2026-01-02' as timestamp), try_cast('2026-01-02 ' as timestamp)
select try_cast('t' as boolean), try_cast('TRUE' as boolean), try_cast('yes' as boolean), try_cast('1' as boolean), try_cast('0' as boolean), try_cast('F' as boolean), try_cast(' true' as boolean), try_cast('' as boolean)
select cast(1 as boolean), cast(0 as boolean), cast(0.5 as boolean), cast(true as integer), cast(false as bigint), cast(true as double), cast(true as decimal(3,1))
select cast('hello' as varchar(3)), cast(null as varchar), cast('héllo' as varchar(2))
select cast(12345 as varchar(5)), cast(date '2026-01-02' as varchar(10))
select date_trunc('month', date '2026-11-22'), date_trunc('week', date '2026-11-22'), date_trunc('quarter', date '2026-11-22'), date_trunc('year', date '2026-11-22'), date_trunc('day', date '2026-11-22')
select k, date_trunc('second',ts), date_trunc('minute',ts), date_trunc('hour',ts), date_trunc('day',ts), date_trunc('week',ts), date_trunc('month',ts), date_trunc('quarter',ts), date_trunc('year',ts) from times
select k, date_trunc('hour', z), date_trunc('day', z), cast(z as date), cast(z as varchar), cast(z as timestamp) from times
select k, d - interval '1' day, d + interval '1' month, d + interval '1' year, d - interval '1' month, ts + interval '1' month, ts - interval '90' minute, ts + interval '25' hour, ts + interval '1' second from times
select k, date_add('day', 1, d), date_add('month', 1, d), date_add('month', -1, d), date_add('quarter', 1, d), date_add('year', -4, d), date_add('week', 2, d) from times
select k, date_add('day', 1, ts), date_add('month', 1, ts), date_add('hour', -3, ts), date_add('minute', 90, ts), date_add('second', 100000, ts), date_add('year', 1, ts), date_add('week', -1, ts) from times
select date_add('millisecond', 5, timestamp '2026-01-01 00:00:00.000')
select a.k, b.k, date_diff('day', a.d, b.d), date_diff('week', a.d, b.d), date_diff('month', a.d, b.d), date_diff('quarter', a.d, b.d), date_diff('year', a.d, b.d) from times a cross join times b
select a.k, b.k, date_diff('second', a.ts, b.ts), date_diff('minute', a.ts, b.ts), date_diff('hour', a.ts, b.ts), date_diff('day', a.ts, b.ts), date_diff('week', a.ts, b.ts), date_diff('month', a.ts, b.ts), date_diff('quarter', a.ts, b.ts), date_diff('year', a.ts, b.ts) from times a cross join times b
select date_diff('month', x, y), date_diff('year', x, y), date_diff('quarter', x, y), x, y from unnest(sequence(date '2024-01-27', date '2024-03-03')) as a(x) cross join unnest(sequence(date '2023-02-25', date '2025-03-05', interval '3' day)) as b(y)
select k, year(d), quarter(d), month(d), week(d), day(d), day_of_week(d), day_of_year(d), year_of_week(d), dow(d), doy(d), yow(d), week_of_year(d), day_of_month(d) from times
select k, year(ts), hour(ts), minute(ts), second(ts), millisecond(ts), extract(year from ts), extract(dow from ts), extract(hour from z) from times
select k, date_format(ts, '%Y-%m-%d %H:%i:%s'), date_format(ts, '%y %c %e %k %l %h %I %f %p %a %b %M %W %j'), date_format(ts,'%T %r %%'), date_format(ts,'%v %x') from times
select k, date_format(d, '%Y-%m'), date_format(z, '%Y-%m-%d %T') from times
select k, format_datetime(ts, 'yyyy-MM-dd HH:mm:ss'), format_datetime(d, 'yyyy-MM') from times
select date_parse('2026-11-10', '%Y-%m-%d'), date_parse('2026-11-10 08:05:03', '%Y-%m-%d %H:%i:%s'), date_parse('10/11/2026','%d/%m/%Y'), date_parse('20261110','%Y%m%d')
select date_parse('2026-1-5', '%Y-%m-%d'), date_parse('2026-11-10 8:05', '%Y-%m-%d %H:%i'), date_parse('2026-11-10 08:05:03','%Y-%m-%d %T')
select try(date_parse('abc','%Y-%m-%d')), try(date_parse('2026-02-30','%Y-%m-%d'))
select k, last_day_of_month(d), last_day_of_month(ts), to_unixtime(ts), to_iso8601(d) from times
select k, to_unixtime(d) from times
select from_unixtime(1600000000), from_unixtime(1600000000.5), from_unixtime(-1), from_unixtime(0)
select current_date = date(now()), now() = current_timestamp, localtimestamp = cast(now() as timestamp), typeof(now()), typeof(localtimestamp), typeof(current_date)
select d = ts, d < ts, ts <= z, d = z from times
select k, ts between timestamp '1990-01-01 00:00:00' and timestamp '2025-01-01 00:00:00', d between date '1990-01-01' and date '2025-01-01' from times
select typeof(1), typeof(1.5), typeof(1e0), typeof('abc'), typeof(true), typeof(null), typeof(date '2026-01-01'), typeof(timestamp '2026-01-01 00:00:00'), typeof(timestamp '2026-01-01 00:00:00.000'), typeof(sum(1)), typeof(count(*)), typeof(avg(1)), typeof(avg(1.5)), typeof(sum(1.5))
select try_cast('2026-01-02T03:04:05' as timestamp), try_cast('x' as timestamp), try_cast('2026-02-30' as timestamp)
