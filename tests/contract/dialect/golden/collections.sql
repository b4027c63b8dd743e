select k, cast(f as varchar), cast(r as varchar) from nums
select cast(x as varchar) from (values 1e10, 1e0, 100e0, 123.456e0, 0.1e0, 1e-3, 1e-4, 9999999e0, 1e7, 12345678.9e0, -0e0, -2.5e0, 0e0, 2e-5, 1e15, 0.30000000000000004e0) t(x)
select cast(nan() as varchar), cast(infinity() as varchar), cast(-infinity() as varchar), cast(cast(null as double) as varchar)
select cast(cast(x as real) as varchar) from (values 1e10, 1e0, 100e0, 123.456e0, 0.1e0, 1e-3, 16777216e0, 3.4e38) t(x)
select 'share ' || cast(round(1e2 * 2 / 3, 1) as varchar), cast(avg(n) as varchar) from nums where k in (1, 6)
select transform(a, x -> x + 1), filter(a, x -> x > 1), transform(a, x -> cast(x as varchar)) from lists
select reduce(a, 0, (s, x) -> s + coalesce(x, 0), s -> s), reduce(a, 0, (s, x) -> s + x, s -> s * 10) from lists
select any_match(a, x -> x = 1), all_match(a, x -> x > 0), none_match(a, x -> x > 2) from lists
select transform(array[1, 2], x -> transform(array[3, 4], y -> x * y))
select k, transform(array[1, 2, 3], x -> x * k) from nums
select transform(split('a,b', ','), x -> upper(x)), filter(split('b,,c', ','), s -> length(s) > 0)
select zip_with(array[1, 2], array['a', 'b'], (x, y) -> y || cast(x as varchar)), zip_with(array[1], array[2, 3], (x, y) -> coalesce(x, 0) + y)
select transform(array[1, null], x -> x is null), any_match(array[]  , x -> true), all_match(cast(array[] as array(integer)), x -> false)
select array_max(a), array_min(a), array_distinct(a), array_position(a, 2), array_remove(a, 1) from lists
select array_distinct(array['b', 'a', 'b', null, 'c', null]), array_union(array[3, 1, 3], array[2, 1]), arrays_overlap(array[1, 2], array[2]), arrays_overlap(array[1, null], array[3]), arrays_overlap(array[1], array[3])
select slice(array[1, 2, 3, 4], 2, 2), slice(array[1, 2, 3, 4], -2, 2), slice(array[1, 2], 3, 1), slice(array[1, 2], -3, 1), slice(array[1, 2], 1, 0)
select flatten(array[array[1], array[2, 3], null]), repeat('ab', 2), repeat(1, 0), array[1] || array[2, 3], array[1] || 2, concat(array['a'], array['b'])
select array_join(array[1, null, 3], '-'), array_join(array[1, null, 3], '-', 'x'), array_join(array['a', null], ', ', '?'), array_join(array[1.5, 2.0], ' '), array_join(array[date '2026-01-01'], ' '), array_join(array[true, false], ',')
select a || a, reverse(t) from lists join words on lists.k = words.k
select map(array['a', 'b'], array[1, 2]), map(array['a', 'b'], array[1, 2])['b'], element_at(map(array['a'], array[1]), 'z'), cardinality(map(array['a'], array[1])), map_keys(map(array[1], array['x'])), map_values(map(array[1], array['x']))
select histogram(department), cardinality(histogram(department)) from roster
select map_agg(k, t) from words where k < 4
select element_at(map_agg(employee_email, department), 'ann@x.com') from roster where department <> 'Sales'
select map_filter(map(array['a', 'b'], array[1, 2]), (k, v) -> v > 1), transform_values(map(array['a', 'b'], array[1, 2]), (k, v) -> v * 10)
select x, y from unnest(map(array['a', 'b'], array[1, 2])) as t(x, y) order by x
select x, y, n from unnest(map(array['a', 'b'], array[1, 2])) with ordinality as t(x, y, n) order by x
select max(k, 2), min(k, 3), max(t, 1) from words
select corr(f, n), covar_pop(n, k), covar_samp(n, k), regr_slope(n, k), regr_intercept(n, k) from nums where k in (1, 2, 6)
select bitwise_and(12, 10), bitwise_or(12, 10), bitwise_xor(12, 10), bitwise_not(12), bitwise_and_agg(k), bitwise_or_agg(k) from nums
select codepoint('A'), codepoint('é'), to_base64(to_utf8('hello')), from_utf8(to_utf8('é')), to_hex(sha1(to_utf8('a')))
select employee_email, department from roster order by employee_email fetch first 2 rows with ties
select k, i from nums where i is not null order by i / 100 desc fetch first 3 rows with ties
select department, count(*) as n from (select department from roster order by department fetch first 1 row with ties) group by department
select user_id from activity where messages > all (select 1) and messages = any (select 7)
select k from nums where k >= all (select k from nums) or k = some (select 2)
select k from nums where n < any (select messages from activity)
select k from nums where (k, n) in ((1, 3), (2, 5), (6, 10)) or (k, 1) = (4, 1)
select k, (k, n) = (1, 3), (k, n) <> (1, 3) from nums
select k, x from nums cross join unnest(transform(sequence(1, 2), y -> y * k)) as t(x) where k < 3
select k, cast(f as varchar) from nums
select employee_email from roster order by employee_email fetch first 1 row with ties
select user_id from activity where messages > all (select 1) and messages = any (select 7)
select bitwise_and(1,3)
select cast(f as varchar) from nums
select codepoint('A')
select corr(f,n) from nums where k<>3
select covar_pop(f,n) from nums where k<>3
select covar_samp(f,n) from nums where k<>3
select regr_slope(f,n) from nums where k<>3
select histogram(k) from nums
select array_max(a) from lists where k in (1,4)
select array_min(a) from lists where k in (1,4)
select array_distinct(a) from lists where k in (1,4)
select a || a from lists where k in (1,4)
select array_position(a, 5) from lists where k in (1,4)
select array_join(w,',','NULL') from lists
select slice(a,1,2) from lists
select filter(a, x -> x > 1) from lists
select transform(a, x -> x+1) from lists
select reduce(a,0,(s,x)->s+x,s->s) from lists
select any_match(a, x -> x=1) from lists
select map(array['a'],array[1])
select array_join(array[1,2], '-')
select concat_ws('-', 'a', null, 'b'), concat_ws(',', t, u) from words
