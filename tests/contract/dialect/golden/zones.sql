select cast(timestamp '2026-11-10 23:30:00 UTC' at time zone 'Europe/Berlin' as date), cast(timestamp '2026-11-10 23:30:00 UTC' at time zone 'Europe/Berlin' as varchar), cast(timestamp '2026-11-10 23:30:00 UTC' at time zone 'Europe/Berlin' as timestamp)
select cast(with_timezone(timestamp '2026-03-29 02:30:00', 'Europe/Berlin') as varchar), cast(with_timezone(timestamp '2026-10-25 02:30:00', 'Europe/Berlin') as varchar), to_unixtime(with_timezone(timestamp '2026-10-25 02:30:00', 'Europe/Berlin'))
select cast(date_trunc('day', timestamp '2026-11-10 23:30:00 UTC' at time zone 'America/New_York') as varchar), hour(timestamp '2026-11-10 23:30:00 UTC' at time zone '+05:30'), date_format(timestamp '2026-11-10 23:30:00 UTC' at time zone 'Asia/Tokyo', '%Y-%m-%d %H:%i')
select cast(date_add('day', 1, timestamp '2026-03-28 12:00:00 Europe/Berlin') as varchar), date_diff('day', timestamp '2026-03-28 12:00:00 Europe/Berlin', timestamp '2026-03-29 12:00:00 Europe/Berlin'), date_diff('hour', timestamp '2026-03-28 12:00:00 Europe/Berlin', timestamp '2026-03-29 12:00:00 Europe/Berlin'), cast(timestamp '2026-03-28 12:00:00 Europe/Berlin' + interval '1' day as varchar), cast(timestamp '2026-02-28 12:00:00 Europe/Berlin' + interval '1' month as varchar), cast(date_add('hour', 24, timestamp '2026-03-28 12:00:00 Europe/Berlin') as varchar)
select at_timezone(timestamp '2026-11-10 08:00:00 UTC', 'Europe/Berlin') = timestamp '2026-11-10 09:00:00 Europe/Berlin', timestamp '2026-11-10 08:00:00 UTC' < timestamp '2026-11-10 08:00:00 America/New_York', at_timezone(timestamp '2026-11-10 08:00:00 UTC', 'Europe/Berlin') > date '2026-11-10'
select cast(timestamp '2026-11-10 08:00:00' at time zone 'Europe/Berlin' as varchar), cast(timestamp '2026-11-10 08:00:00.250' at time zone '-03:00' as varchar)
select k, cast(z at time zone 'Europe/Berlin' as date), cast(date_trunc('month', z at time zone 'America/Los_Angeles') as varchar), hour(z at time zone 'Asia/Kolkata'), day_of_week(z at time zone 'Pacific/Auckland') from times
select cast(ts at time zone 'Europe/London' as timestamp), year(z at time zone 'Asia/Tokyo'), format_datetime(z at time zone 'Asia/Tokyo', 'yyyy-MM-dd HH:mm') from times
select date_trunc('day', cast(z at time zone 'Europe/Berlin' as timestamp)), count(*) from times group by 1
select cast(z at time zone 'Europe/Berlin' as date) as day, count(*) as n from times where z at time zone 'Europe/Berlin' >= timestamp '2000-01-01 00:00:00 Europe/Berlin' group by cast(z at time zone 'Europe/Berlin' as date)
select cast(from_unixtime(1600000000, 'Europe/Berlin') as varchar), cast(from_unixtime(1600000000.5, 'UTC') as varchar), to_unixtime(timestamp '2026-03-28 12:00:00 Europe/Berlin'), current_timezone()
select from_iso8601_timestamp('2026-11-10T08:05:03Z'), from_iso8601_timestamp('2026-11-10'), from_iso8601_timestamp('2026-11-10T08:05:03.123'), from_iso8601_timestamp('2026-11-10T08:05')
select cast(max(z at time zone 'Europe/Berlin') as varchar), cast(min(z) at time zone 'Europe/Berlin' as date) from times
select cast(x as date) from (select z at time zone 'Asia/Tokyo' as x from times) t
select timestamp '2026-11-10 08:00:00 UTC', timestamp '2026-11-10 08:00:00.500 UTC' < now(), cast(date '2026-11-10' as timestamp with time zone), cast(timestamp '2026-11-10 08:00:00' as timestamp with time zone)
select case when date '2026-11-10' - date '2026-11-01' > interval '7' day then 'old' else 'new' end, extract(day from date '2026-11-10' - date '2026-11-01'), d - date '2026-01-01' < interval '0' day from times
select day(timestamp '2026-11-10 08:30:15' - timestamp '2026-11-08 10:00:00'), hour(timestamp '2026-11-10 08:30:15' - timestamp '2026-11-08 10:00:00'), minute(timestamp '2026-11-10 08:30:15' - timestamp '2026-11-08 10:00:00'), second(timestamp '2026-11-10 08:30:15' - timestamp '2026-11-08 10:00:00'), day(timestamp '2026-11-08 10:00:00' - timestamp '2026-11-10 08:30:15'), hour(timestamp '2026-11-08 10:00:00' - timestamp '2026-11-10 08:30:15')
select interval '1' day = interval '24' hour, interval '2' day > interval '1' day, date '2026-01-01' + 3 * interval '1' day, date '2026-01-31' + interval '1' month * 2, timestamp '2026-01-01 00:00:00' + (timestamp '2026-01-03 12:00:00' - timestamp '2026-01-02 00:00:00'), interval '12' month = interval '1' year
select date '2026-01-01' + (interval '1' day + interval '2' day), date '2026-01-10' + (date '2026-01-03' - date '2026-01-01'), max(d) - min(d) > interval '365' day from times
select from_iso8601_date('2026-11-10'), from_iso8601_timestamp('2026-11-10T08:05:03Z')
select timestamp '2026-01-01 10:00:00 UTC'
select interval '1' day = interval '24' hour, interval '2' day > interval '1' day
select cast(d as timestamp with time zone) from times
select from_iso8601_timestamp('2026-11-10T08:05:03Z')
select interval '1' day = interval '24' hour
select interval '2' day > interval '1' day
select from_unixtime(1600000000, 'Europe/Berlin')
