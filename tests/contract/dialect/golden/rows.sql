-- Rows, maps, arrays, LATERAL, frames of groups, intervals and zones as results, char(n), casts to and from json
select row(1, 'a'), (1, 'a')
select cast(row(1, 'a') as row(x integer, y varchar)).x
select (1, 'a') = (1, 'a'), (1,2) in ((1,2),(3,4)), (1,null) = (1,2)
select count(*) from activity where (user_id, date) in (select user_id, max(date) from activity group by user_id)
select count(*) from activity where (user_id, date) not in (select user_id, max(date) from activity group by user_id)
select count(*) from activity where (user_id, email_address) not in (select user_id, email_address from activity where user_id = 'U4')
select regexp_split('a1b2c','[0-9]'), regexp_split('1a2','[0-9]'), regexp_split('','x'), regexp_split('abc','x')
select regexp_position('ab12','[0-9]'), regexp_position('abc','[0-9]'), regexp_position('1','[0-9]')
select cast(json '{"a":1,"b":2}' as map(varchar,integer)), cast(json_parse('{"b":[1],"a":[2,3]}') as map(varchar,array(integer)))
select json_format(cast(map(array['b','a'],array[1,null]) as json)), json_format(cast(array['x','y"z',null] as json)), json_format(cast(12 as json)), json_format(cast('a' as json)), json_format(cast(1.5e0 as json)), json_format(cast(1e10 as json)), json_format(cast(true as json)), json_format(cast(1.50 as json)), json_format(cast(date '2026-01-02' as json)), json_format(cast(array[1,2] as json)), json_format(cast(array[array[1]] as json))
select cast(map(array['b','a'],array[1,2]) as json), cast(array['x'] as json)
select json_array_length('[1,2]'), json_size('{"a":[1,2]}', '$.a'), json_size('{"a":{"x":1}}', '$.a'), json_size('{"a":1}', '$.a'), json_size('{"a":1}', '$.b')
select approx_percentile(messages, array[0.25,0.5,0.75]) from activity
select multimap_agg(date, user_id) from activity
select map_keys(multimap_agg(user_id, date order by date)) from activity
select map_entries(map(array['a','b'],array[1,2])), map_from_entries(array[('a',1),('b',2)])
select map_concat(map(array['a'],array[1]), map(array['b'],array[2])), map_concat(map(array['a','c'],array[1,3]), map(array['a'],array[2]))
select zip(array[1,2],array['a','b']), zip(array[1],array['a','b'],array[true])
select array_sort(array_agg(distinct user_id)), cardinality(array_agg(distinct date)), contains(array_agg(distinct user_id), 'U1') from activity
select array_sort(array[3,1,2]), array_sort(array[3,1,2],(a,b)->if(a<b,1,if(a=b,0,-1))), array_sort(array['bb','a','ccc'],(x,y)->if(length(x)<length(y),-1,if(length(x)=length(y),0,1))), array_sort(array[3,null,1],(a,b)->case when a is null then -1 when b is null then 1 when a<b then -1 when a=b then 0 else 1 end)
select array_union(array[1],array[2]), array_intersect(array[1,2,3,2],array[2,3,5]), array_intersect(array[5,3,2],array[1,2,3,4]), array_intersect(array[5,3,2,1],array[2,3]), array_except(array[1,2,1],array[2]), array_except(array['a'],array['b'])
select reverse(array[1,2,3]), ngrams(array['a','b','c'],2), ngrams(array['a'],2), ngrams(array['a','b'],2)
select split_to_map('a=1,b=2', ',', '='), split_to_map('', ',', '='), split_to_map('a=', ',', '=')
select width_bucket(5,0,10,5), width_bucket(-1,0,10,5), width_bucket(10,0,10,5), width_bucket(9.99,0,10,5), width_bucket(0e0,0,10,5)
select user_id, rank() over (order by messages groups between 1 preceding and current row) from activity
select date, sum(messages) over (order by date groups between 1 preceding and current row) from activity
select current_date - date '2026-11-01' is not null, date '2026-11-10' - date '2026-11-01', date '2026-11-01' - date '2026-11-10', timestamp '2026-01-02 03:04:05.678' - timestamp '2026-01-01 00:00:00', interval '2' day, interval '14' month, interval '-14' month, interval '3' hour * 5
select activity_date - date '2026-11-01' from activity
select max(activity_date) - min(activity_date) from activity
select timestamp '2026-01-02 03:04:05' at time zone 'America/New_York', at_timezone(from_unixtime(0),'Asia/Tokyo'), with_timezone(timestamp '2026-01-02 03:04:05','Europe/Berlin'), timestamp '2026-01-02 03:04:05 +02:00', timestamp '2026-07-02 03:04:05.120' at time zone 'Europe/Berlin'
select a.user_id, s.c from activity a cross join lateral (select count(*) c from activity b where b.user_id=a.user_id) s
select a.user_id, s.m from activity a left join lateral (select max(messages) m from activity b where b.user_id=a.user_id and b.date < a.date) s on true
select a.user_id, s.x from activity a, lateral (select a.messages + 1 as x) s
select array_agg(row(user_id, messages) order by user_id) from activity where date = '2026-11-08'
select cast(row(1,2) as row(a bigint,b bigint)), cast(row(1,'2') as row(a varchar,b integer))
select r.a, t.r.b from (select cast(row(1,2) as row(a bigint,b bigint)) r) t
select u.a, u.b from unnest(array[cast(row(1,'x') as row(a integer,b varchar)), cast(row(2,'y') as row(a integer,b varchar))]) as u(a,b)
select a, b from unnest(array[cast(row(1,'x') as row(a integer,b varchar))]) as u
select x, y from unnest(array[(1,'x'),(2,'y')]) as u(x,y)
select row(1,2)[1], row('a','b')[2]
select parse_datetime('2026-01-02','yyyy-MM-dd'), parse_datetime('2026-01-02 03:04:05','yyyy-MM-dd HH:mm:ss')
select count(distinct user_id), count(distinct (user_id, date)) from activity
select count(distinct row(user_id)) from activity
select transform(array[1,2], x -> (x, x*2))
select format('%.2f', cast(messages as double)/7), format('%s', 1.5e0), format('%s', 1e10) from activity
select typeof(row(1,2)), typeof(cast(row(1,2) as row(a bigint,b integer)))
select listagg(user_id, ', ') within group (order by messages desc, user_id) from activity group by date
select map_agg(user_id, row(messages, is_active)) from activity where date='2026-11-08'
select (select max(messages) from activity b where b.user_id=a.user_id) from activity a
select array_intersect(array[3,2],array[2,3]), array_intersect(array[3,2],array[2,3,4]), array_intersect(array[2,3,3,3],array[3,2,2])
select cast('ab' as char(5)), cast('abcdef' as char(3)), cast('a' as char(3)) = 'a', cast('a' as char(3)) = cast('a  ' as char(5)), cast('a' as char(3)) <> 'b', cast(cast('ab' as char(5)) as varchar), cast(null as char(2)), cast('ab ' as char(2))
select cast(cast('ab' as char(5)) as varchar) || '|'
select * from words where cast('x' as char(4)) = 'x'
select max_by(user_id, messages, 2), min_by(user_id, messages, 3), max_by(email_address, date_claimed, 2) from activity where date='2026-11-08'
select to_base(10,2), to_base(-255,16), from_base('ff',16), from_base('-zz',36), normalize('é'), normalize('ﬁ', NFKC), length(normalize('é', NFD))
select U&'\0041b\+01F600', U&'a\\b'
select json_value('{"a":1}', 'lax $.a' returning integer), json_value('{"a":"x"}', 'lax $.a' returning integer), json_value('{"a":true}', 'lax $.a' returning boolean)
select count(*) from activity where json '1' is not null
select date, cardinality(array_agg(distinct user_id)) c from activity group by date order by date
select try(cast('x' as date))
select round(1e18, 2), round(9.2e18, 1), round(1.5e300, 3), round(-1e19,0), round(123456789012.345e0, 2)
select d - d from times
select date '2026-01-01' - date '2025-01-01'
select interval '1' year + interval '1' month
select regexp_split('a1b22c','[0-9]+')
select levenshtein_distance('abc','abd')
select hamming_distance('abc','abd')
select reverse(a) from lists where k in (1,4)
select row(1,2)
select cast(row(1,2) as row(x integer, y integer))
select n.k, w.t, ((n.k, w.t) in ((7, '-3.75'))) from nums n join words w on n.k = w.k
select n.k, w.t, ((n.k, w.t) not in ((7, '-3.75'), (1,'a'))) from nums n join words w on n.k = w.k
select n.k, w.t, (n.k, w.t) = (7, 'x'), (n.k, w.t) <> (7, 'x')  from nums n join words w on n.k = w.k
select n.k, w.t, ((n.k, w.t) in (select 7, 'x')), ((n.k, w.t) not in (select 7, 'x')) from nums n join words w on n.k = w.k
select n.k, w.t, ((n.k, w.t) in (select 7, t from words)) from nums n join words w on n.k = w.k
select n.k, (n.k in ((7), (1))) from nums n
select (1, cast(null as varchar)) in ((7,'x'),(1,'a')), (2, cast(null as varchar)) in ((7,'x'),(1,'a')), (1, cast(null as varchar)) = (2, 'a'), (1, cast(null as varchar)) <> (2,'a'), (2, cast(null as varchar)) not in ((7,'x'))
select (2, cast(null as varchar)) in (select 1, 'a'), (2, cast(null as varchar)) = (1, 'a')
select json_format(cast(nan() as json)), json_format(cast(infinity() as json)), json_format(cast(-infinity() as json)), json_format(cast(array[nan()] as json))
select n.k, n.f, json_format(cast(n.f as json)) from nums n
select json_format(cast((power(-2.25, 0) - (n.q * n.n)) as json)) from nums n
select format('%s', n.f) from nums n
select user_id, date, (date, is_active) in (('2026-11-08', true), ('2026-11-09', false)) from activity
select user_id, date, (activity_date, messages) not in ((date '2026-11-08', 18), (date '2026-11-09', -1)) from activity
select approx_percentile(f, 0.5), approx_percentile(p, 0.25), approx_percentile(cast(k as double) / 3, array[0.1, 0.9]), approx_percentile(cast(q as real), 0.5) from nums where k <> 6 and not is_nan(f)
select date, approx_percentile(messages / 7e0, 0.5), approx_percentile(messages * 1.5, 0.9) from activity group by date
select approx_percentile(k, 0.5), approx_percentile(f, 0.9), approx_percentile(p, 0.25) from nums where k not in (3,4)
