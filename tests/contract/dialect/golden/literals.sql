-- Literals that are easily read otherwise
select cast(1.005 as decimal(10,2)), decimal '1.5' * 2, 1.0/3, decimal '12', decimal '-3.50', 1 - decimal '-1', decimal '0001.50', decimal '.5'
select 0b101, 1_000
select x'65683F', X'65', to_hex(x'0aFF')
select decimal '1.5' = 1.5, typeof(decimal '12'), typeof(decimal '1.50')
select listagg(user_id, ',') within group (order by user_id) from activity
select x.decimal from (select 1 as decimal) x
select 0x1F + 1 as "0x", 'it''s' || 'x'
select 1e0+1, 1e0 -1, 1e0-1, 0x1F, 2e1-3e0+4
select 2e1-3e0, 1_000 + 0b11 + 0o17, 00012
select messages from activity where messages > 1_0 and date='2026-11-08'
