select k, upper(t), lower(t), length(t), trim(t), ltrim(t), rtrim(t), reverse(t) from words
select k, substr(t,1,3), substr(t,2), substr(t,-3), substr(t,-3,2), substr(t,0), substr(t,0,3), substr(t,100), substr(t,-100), substr(t,1,0), substr(t,2,-1), substr(t,-100,200) from words
select k, substring(t from 2 for 3), substring(t, 2, 3), substring(t from 3) from words
select k, substr(t, k), substr(t, k-5), substr(t, k-5, 2), substr(t, 1, k) from words
select k, strpos(t,u), position(u in t), strpos(t,''), starts_with(t,'h'), strpos(t,'zz') from words
select k, split(t,','), split_part(t,',',1), split_part(t,',',2), split_part(t,',',9), cardinality(split(t,' ')) from words
select split('', ','), split_part('', ',', 1), split_part('a',',',2), split(',',',')
select k, concat(t,u), t||u, t||'x'||u, concat(t,'-',u) from words
select k, lpad(t, 5, '*'), rpad(t, 5, 'xy'), lpad(t,0,'a'), rpad(t, 20, '-') from words
select k, t like 'h%', t like '%o%', t like '_ello%', t like '%\_%', t like '100#%%' escape '#', t like '%日%', t like '', t like '%', t not like 'h%' from words
select k, t like u, t like '%' || u || '%' from words
select k, regexp_like(t, '[0-9]+'), regexp_extract(t,'[0-9]+'), regexp_extract(t,'([a-z]+)([0-9]+)',2), regexp_replace(t,'[0-9]+'), regexp_replace(t,'([a-z])([a-z])','$2$1'), regexp_like(t,'^[A-Z]') from words
select k, regexp_extract(t,'(\d+)-(\d+)',1), regexp_like(t,'(?i)HELLO'), regexp_like(t, '\s'), regexp_like(t,'\w+'), regexp_replace(t,'\s+',' '), regexp_extract(t,'@(.+)$',1), regexp_like(t, '.') from words
select split_part('user@x.com','@',2), lower(split_part('Ann@X.com','@',2)), split('a@b','@')[2], element_at(split('a@b','@'),3)
select upper('ß'), lower('İ'), upper('ŉ'), lower('Σ'), upper('ǆ'), upper('ﬁ')
select k, trim(both ' ' from t), trim(leading 'h' from t), trim(trailing from t), trim('h' from t) from words
select trim(chr(160)||'a'), length(trim(chr(9)||chr(10)||'a'||chr(8195)))
select coalesce(null,1), coalesce(1,2.5), coalesce(t,'none') from words
select nullif(1,1), nullif(1,2), nullif('a','b'), nullif(1,1.0), nullif(k,3) from words
select greatest(1,2,3), least(1,2.5), greatest('a','b'), greatest(1,null), greatest(date '2026-01-01',date '2025-01-01')
select greatest(1e0, 2e0), least(f, 1e0) from nums
select k, round(f), round(f,2), round(p), round(p,1), round(q,2), round(b), round(n,1), round(r,1), round(r) from nums
select k, floor(f), ceil(f), floor(p), ceiling(q), floor(n), ceil(r), floor(-2.5), ceil(0.5), floor(0.05), truncate(f), truncate(p) from nums
select sqrt(2), power(2,10), pow(2e0,0.5), exp(1), ln(10), log10(100), log2(8), log(2,8), cbrt(27), pi(), e(), sin(1), cos(1), tan(1), atan2(1,2), degrees(1), radians(180), mod(7,3), mod(-7,3), mod(7.5,2)
select sqrt(-1), ln(0), ln(-1), power(0,-1), log2(0), log10(-1), nan(), infinity(), is_nan(nan()), is_finite(1e0), is_infinite(infinity())
select nan() = nan(), nan() > 1, nan() < 1, nan() <> nan(), nan() <> 1, nan() is distinct from nan(), greatest(1e0, nan()), nan() between 1 and 2, nan() in (nan(), 1e0)
select sum(i), sum(s), sum(n), sum(b), sum(r), sum(f), sum(p), sum(q) from nums
select avg(i), avg(n), avg(b), avg(r), avg(f), avg(p), avg(q) from nums
select min(i), max(b), min(f), max(r), min(p), max(q), min(k), max(k) from nums
select count(*), count(i), count(distinct i), count(1), count_if(i>0), count(distinct p), approx_distinct(k) from nums
select stddev(f), stddev_pop(f), variance(n), var_pop(p), var_samp(q), stddev_samp(b) from nums where k <> 3
select stddev(k), variance(k) from nums where k = 1
select bool_and(i>0), bool_or(i>0), every(i is null), arbitrary(1), any_value(2) from nums
select min(t), max(t), min(d) from words cross join times
select max_by(k, b), min_by(k, b), max_by(p, n) from nums
select array_agg(k order by b) from nums
select listagg(t, ',') within group (order by k) from words
select listagg(t) within group (order by k desc) from words where k > 5
select sum(k) filter (where k > 100), count(*) filter (where k>2), avg(p) filter (where k < 3), array_agg(k) filter (where k > 100), max(t) filter (where false) from words cross join (values 1.5) v(p)
select sum(x) from (values 2147483647, 2147483647) t(x)
select avg(x), sum(x) from (values 1.1, 2.25, 3.333) t(x)
select avg(x) from (values 1.5, 1.6) t(x)
select avg(x) from (values -1.5, -1.6) t(x)
select sum(x), avg(x), min(x), count(*), count(x), array_agg(x), bool_or(x>1), max(x) from (values 1) t(x) where false
select sum(distinct x), avg(distinct x), count(distinct x) from (values 1,1,2,5) t(x)
select k, x from lists cross join unnest(a) as t(x)
select k, x, y, n from lists cross join unnest(a, w) with ordinality as t(x,y,n) order by k, n
select k, x from lists left join unnest(a) as t(x) on true
select x from unnest(sequence(1,5)) as t(x)
select x from unnest(sequence(date '2026-01-30', date '2026-02-02')) as t(x)
select sequence(5,1), sequence(1,10,3), sequence(5,1,-2)
select x from unnest(array['a','b']) with ordinality as t(x, n), unnest(array[1,2]) as u(y) where n = y
select t.x, u.y from (values array[1,2]) v(z), unnest(z) t(x), unnest(array[x, 10]) u(y)
select format_datetime(ts, 'EEEE MMMM yy M/d h a') from times
select format_datetime(ts, 'hh:mm a') from times
select truncate(1234.567, 2), truncate(-1.999, 1), truncate(cast(12.345 as decimal(10,3)), 1)
