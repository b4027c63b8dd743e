-- format()
select format('%d items', 3), format('%.1f%%', 12.345), format('%s is %s', 'a', 'b'), format('%,d', 1234567), format('%05d', 42), format('%-10s|', 'ab'), format('%,.2f', 1234567.891), format('%8.3f|', 3.14159e0), format('%+d', 5), format('%(d', -5), format('%,d', -1234567)
select format('%.2f', 0.125e0), format('%.2f', 0.135e0), format('%.0f', 2.5e0), format('%.0f', 3.5e0), format('%f', 1e0), format('%.1f', 1e15), format('%.3f', 1e-7), format('%.2f', -0.001e0), format('%.1f', 0.25), format('%.1f', -0.35)
select format('%s', 1.5e0), format('%s', true), format('%s', date '2026-01-02'), format('%s', 12.30), format('%s', cast(null as varchar)), format('%d', cast(null as bigint)), format('%10s', 'é'), format('%.2s', 'abc')
select format('%x', 255), format('%X', bigint '-1'), format('%x', -1), format('%2$s %1$s', 'a', 'b'), format('%b', true), format('%05.1f', 3.14e0), format('%010d', -42), format('%,015.2f', -12345.678e0)
select format('%.1f', nan()), format('%.1f', infinity()), format('%.2f', real '1.1'), format('%.2f', cast(messages as double)/7) from activity
select user_id, format('%.1f %%', 100.0 * messages / 7) from activity where messages is not null
select format('%s%n', 'a')
select format('%15.5f', 12.5)
select format('%08.2f', 12.5), format('% d', 5), format('%,.1f', 1e7)
