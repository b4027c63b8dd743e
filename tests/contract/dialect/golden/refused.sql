select cast('a' as char(3)) || 'b'
select hour(date '2026-01-01')
select max_by(k, f) from nums
select array_agg(k order by k desc), array_agg(distinct i) filter (where i is not null) from nums where k < 3
with recursive t(n) as (select 1 union all select n+1 from t where n < 3) select * from t
select count(*) from activity tablesample bernoulli (100)
select timestamp '2026-01-01 10:00:00.123456'
select sum(x) over (w rows 1 preceding) from (values 1,2) t(x) window w as (order by x)
select regexp_like('abc', '(?<n>b)')
select regexp_like('abc', 'a(?=b)')
select regexp_like('abc', '\bb')
select regexp_like('abc', '[a&&b]')
select regexp_like('a', 'a++')
select regexp_like('(a)', '\Q(a)\E')
select regexp_like('a', '\p{L}')
select 'a' || null
select current_time
select localtime
select interval '1-2' year to month
select interval '1 2:03' day to minute
show tables
describe nums
select * from table(sequence(1,3))
select typeof(t) from words limit 1
select replace(t,'','Z') from words
select regexp_replace('a.b','\.','\\')
select regexp_replace('fooo','o*','x')
select sign(-1e0) from nums where k<>4
select round(12345,-2)
select array_agg(distinct i) filter (where i is not null) from nums where k < 3
select geometric_mean(k) from nums
select checksum(k) from nums
select array[1,2] = array[1,2]
select uuid()
select random()
select rand(5)
select current_user
select version()
select regexp_like(x,'[[:alpha:]]') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select regexp_like(x,'(?i)É') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select regexp_replace(x,'$','!') from (values 'a', 'a'||chr(10), 'a'||chr(10)||'b', 'a'||chr(13)||'b') t(x)
select regexp_replace('aaa','a*','x')
select regexp_replace('abc','','-')
select regexp_extract_all('aaa','a*')
select regexp_count('aaa','a*')
select chr(65535-100) < '😀'
select trim(chr(0)||'a')||'|'
select format_datetime(ts,'YYYY') from times
select lag(x, 1, 2.5) over (order by x) from (values 1, 2) t(x)
select regexp_like(x,'(?i)é') from (values 'é','É') t(x)
select regexp_like('a{', 'a{')
select regexp_like('a', 'a{,2}')
select chr(65501) < '😀'
select concat('a', null)
select contains(array[1,2], 1.5)
select k, count(*) from nums group by cube(k, k)
select count(distinct 1) from nums
select format('%tY', date '2026-01-02')
select format('%e', 12345.678e0)
select format('%s', timestamp '2026-01-02 03:04:05'), format('%s', timestamp '2026-01-02 03:04:05.120')
select length(cast('ab' as char(5)))
select cast('ab' as char(5)) || '|'
select array_agg(distinct user_id), array_agg(distinct email_address) from activity
select date, array_agg(distinct is_active) from activity group by date
select typeof(row(1,'a'))
select array_join(array_agg(distinct date), ',') from activity
