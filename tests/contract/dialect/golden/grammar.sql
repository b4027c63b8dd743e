select k, n, sum(b) from nums group by rollup((k, n), (p))
select k, n, sum(b) from nums group by rollup(k), cube(n)
select -i, -s, -n, -b, -p, -f, -r from nums
select concat('a', cast(null as varchar))
select k from nums where -k < -3 and - n < 0
select k, grouping(k), grouping(n, k) from nums group by grouping sets ((k), (n))
select u.k from (select k from nums) as u, (select k from words) as v where u.k = v.k and v.k < 3
select nums.* from nums, words where nums.k = words.k and words.k = 1
select nums.k k1, words.k k2 from nums right join words on nums.k = words.k where words.k > 5
select * from (select k from nums where k < 3) x cross join (select k from words where k < 3) y
select x.* , y.k as kk from (select k from nums where k < 3) x inner join (select k from words where k < 3) y on x.k <> y.k
select k, t, u from words where t in (select t from words where u = 'o') or u is null
select count(*) from words where length(t) > 3 and t not like '%a%'
select t from words order by length(t), t
select t from words order by t desc nulls last limit 3
select min(t), max(t), count(t), count(distinct u) from words
select u, count(*) from words group by u having count(*) > 0 order by 2 desc, 1 limit 5
select k, t = u, t <> u, t < u, t is distinct from u, coalesce(t, u), nullif(t, u) from words
select k, case t when '' then 'empty' when '12' then 'twelve' end from words
select k, t || '-' || u, length(t || u), substr(t, 1, length(u)), strpos(t, u) > 0 from words
select k, element_at(split(t, ','), 2), cardinality(split(t, ',')), split_part(t, ' ', 2) from words
select x, count(*) from words cross join unnest(split(t, ',')) as s(x) group by x
select k, s.x, s.n from words cross join unnest(split(t, ' ')) with ordinality as s(x, n) where k in (1, 4)
select k from lists where cardinality(a) = 0 or a is null
select k, x from lists cross join unnest(a) as u(x) where x > 1
select l.k, sum(x) from lists l left join unnest(l.a) as u(x) on true group by l.k
select l.k, (select sum(x) from unnest(l.a) as u(x)) from lists l
select * from unnest(array[1,2], array['a','b','c']) as t(x, y)
select * from unnest(array[1,2]) with ordinality
select t.x from unnest(array[1,2]) as t(x) where t.x > 1
select * from lists, unnest(a)
select y from (values array[array[1],array[2,3]]) as v(x) cross join unnest(x) as u(y)
select array_agg(x order by x) from (values 3,1,2) as t(x)
select array_agg(x) filter (where x > 1), cardinality(array_agg(x)) from (values 3,1,2) as t(x) where x = 3
select d.k, e.k from times d join times e on d.d = cast(e.ts as date) order by 1, 2
select k, d, lead(d) over (order by d), date_diff('day', d, lead(d) over (order by d)) from times where d is not null
select date_trunc('month', d) m, count(*), max(ts) from times group by date_trunc('month', d) order by m desc
select min(ts), max(z), min(d) from times
select k, ts + interval '1' day - interval '24' hour = ts, d + interval '12' month = d + interval '1' year from times
select k, extract(year from d), extract(month from ts), extract(day from z), extract(quarter from d), extract(week from d), extract(doy from d), extract(dow from d), extract(yow from d), extract(minute from ts), extract(second from ts) from times
select date_diff('week', date '2026-01-01', date '2026-01-14'), date_diff('day', timestamp '2026-01-01 23:00:00', timestamp '2026-01-02 01:00:00'), date_diff('month', date '2026-03-31', date '2026-02-28'), date_diff('year', date '2024-02-29', date '2025-02-28')
select date_diff('DAY', date '2026-01-01', date '2026-01-14'), date_trunc('MONTH', date '2026-01-14'), date_add('Day', 1, date '2026-01-01')
select day(current_date) = day(now()), hour(now()) = hour(localtimestamp)
select current_timestamp(3) = now()
select date '2026-11-10' + interval '1' year + interval '1' month + interval '1' day
select "a" from (select 1 as a)
select cast('1' as varchar(0))
select all k from nums
select distinct * from (values 1, 1) t(x)
select count(all k) from nums
select k from nums where k != 1 and k <> 2
select k from nums where not k = 1 and not (k = 2 or k = 3)
select k from nums where (k > 1) is not null
select k from nums where k between 1 and 2 and n > 0 or k = 6
select k from nums where k not between 2 and 4 and not n is null
select sequence(1, 3)[2]
select k from nums union distinct select k from nums
select k from nums left outer join words using (k) where words.t is null
select k, words.t from nums left outer join words using (k) where words.t = ''
select k, n, t from nums inner join words using (k) where k < 3
select a.n, b.n from nums a join nums b using (k) where k = 1
select * from nums a join nums b using (k) where k = 1
select * from (select k, n from nums where k < 3) a join (select k, t from words) b using (k) join (select k, d from times) c using (k)
select * from (select 1 as x, 2 as y) a join (select 1 as x, 3 as y) b on a.x = b.x
