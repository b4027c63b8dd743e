select date(ts) from times
select date(z) from times
select cast(d as timestamp) from times
select cast(ts as date) from times
select from_iso8601_date('2026-11-10')
select typeof(interval '1' day) from words limit 1
select typeof(array[1]) from words limit 1
select typeof(k) from words limit 1
select replace(t,'a','X') from words
select replace(t,'a') from words
select regexp_replace('abc','b','$0$0')
select regexp_replace('abc','(b)','[$1]')
select regexp_extract_all('a1b22','[0-9]+')
select regexp_count('a1b22','[0-9]+')
select chr(65)
select translate('abc','ab','xy')
select to_hex(to_utf8('a'))
select md5(to_utf8('a'))
select abs(-5) from nums where k<>4
select abs(-2.5) from nums where k<>4
select abs(-1e0) from nums where k<>4
select sign(-3) from nums where k<>4
select sign(2.5) from nums where k<>4
select abs(i) from nums where k<>4
select abs(p) from nums where k<>4
select round(2.5)
select round(-2.5)
select round(2.5e0)
select round(-2.5e0)
select round(2.345,2)
select round(1.005e0,2)
select round(-0.5e0)
select round(0.05,1)
select round(9.99,1)
select round(99.9)
select sqrt(2)
select power(2,10)
select pow(2e0,0.5)
select exp(1)
select ln(10)
select log10(100)
select log2(8)
select log(2,8)
select cbrt(27)
select pi()
select e()
select sin(1)
select cos(1)
select tan(1)
select atan2(1,2)
select degrees(1)
select radians(180)
select mod(7,3)
select mod(-7,3)
select mod(7.5,2)
select array_agg(k order by k desc) from nums where k < 3
select cardinality(a) from lists where k in (1,4)
select a[1] from lists where k in (1,4)
select element_at(a,2) from lists where k in (1,4)
select element_at(a,-1) from lists where k in (1,4)
select contains(a,5) from lists where k in (1,4)
select array_join(w,'|') from lists where k in (1,4)
select array_sort(a) from lists where k in (1,4)
select cardinality(a) from lists
select element_at(a,9) from lists
select contains(w,'z') from lists
select array_join(w,',') from lists
select array[1,2.5]
select array['a',null]
select array[]
select regexp_like(x,'\w') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select regexp_like(x,'\d') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select regexp_like(x,'\s') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select regexp_like(x,'^.$') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select regexp_like(x,'a$') from (values 'a', 'a'||chr(10), 'a'||chr(10)||'b', 'a'||chr(13)||'b') t(x)
select regexp_like(x,'^b') from (values 'a', 'a'||chr(10), 'a'||chr(10)||'b', 'a'||chr(13)||'b') t(x)
select regexp_like(x,'a.b') from (values 'a', 'a'||chr(10), 'a'||chr(10)||'b', 'a'||chr(13)||'b') t(x)
select regexp_extract(x,'.*') from (values 'a', 'a'||chr(10), 'a'||chr(10)||'b', 'a'||chr(13)||'b') t(x)
select regexp_count('abab','(ab)+')
select 'a' < 'B'
select 'a' < 'é'
select 'Z' < 'a'
select '' < 'a'
select 'é' < '😀'
select trim(chr(9)||'a'||chr(10))
select trim(chr(160)||'a')||'|'
select trim(chr(8195)||'a')||'|'
select trim(chr(12288)||'a')||'|'
select trim(chr(28)||'a')||'|'
select trim(chr(11)||'a')||'|'
select trim(chr(133)||'a')||'|'
select trim(chr(8239)||'a')||'|'
select trim(chr(8199)||'a')||'|'
select format_datetime(ts, 'EEE, d MMM yyyy HH:mm:ss.SSS') from times
select format_datetime(ts, 'yyyyMMdd') from times
select lag(x, 0) over (order by x) from (values 1, 2) t(x)
select concat('a', 'b', 'c')
select array_join(array['a',null,'b'], '-')
select contains(array['a','b'], 'a')
select contains(array['a',null], 'b')
select log(2,8), log(10,0), log(2,-1), log(0,5)
