WITH d AS (COPY (SELECT 1) TO '{canary}' (USE_TMP_FILE false)) SELECT * FROM d
;;
WITH d AS (DELETE FROM adoption.member_days RETURNING *) SELECT * FROM d
;;
WITH d AS (UPDATE adoption.member_days SET user_id = 'x' RETURNING *) SELECT * FROM d
;;
WITH d AS (INSERT INTO adoption.member_days SELECT * FROM adoption.member_days RETURNING *) SELECT * FROM d
;;
WITH d AS (CREATE TABLE x AS SELECT 1) SELECT * FROM d
;;
WITH d AS (PRAGMA database_list) SELECT * FROM d
;;
WITH d AS (SET threads = 9) SELECT 1
;;
WITH d AS (ATTACH 'x') SELECT 1
;;
WITH d AS (CALL pragma_version()) SELECT * FROM d
;;
SELECT * FROM (COPY (SELECT 1) TO '/tmp/x')
;;
SELECT * FROM (DELETE FROM adoption.member_days)
;;
SELECT * FROM (PRAGMA database_list)
;;
SELECT * FROM (DESCRIBE adoption.member_days)
;;
SELECT * FROM (SHOW TABLES)
;;
SELECT (DELETE FROM adoption.member_days)
;;
SELECT * FROM query('SELECT 1')
;;
SELECT * FROM query_table('member_days')
;;
SELECT * FROM query('COPY (SELECT 1) TO ''/tmp/x''')
;;
SELECT * FROM json_execute_serialized_sql('x')
;;
SELECT json_serialize_sql('SELECT 1')
;;
SELECT json_deserialize_sql('x')
;;
SELECT * FROM sql_auto_complete('SELECT')
;;
SELECT * INTO x FROM adoption.member_days
;;
SELECT * INTO OUTFILE '/tmp/x' FROM adoption.member_days
;;
SELECT nextval('s')
;;
SELECT currval('s')
;;
SELECT setval('s', 1)
;;
SELECT write_log('x')
;;
SELECT sleep_ms(60000)
;;
SELECT sleep(60)
;;
SELECT pg_sleep(60)
;;
SELECT txid_current()
;;
SELECT getvariable('x')
;;
SELECT current_setting('memory_limit')
;;
SELECT current_setting('lock_configuration')
;;
SELECT set_config('threads', '9', false)
;;
SELECT * FROM checkpoint()
;;
SELECT * FROM force_checkpoint()
;;
SELECT * FROM truncate_duckdb_logs()
;;
SELECT * FROM adoption.member_days AT (VERSION => 1)
;;
SELECT * FROM adoption.member_days AT (TIMESTAMP => timestamp '2020-01-01')
;;
SELECT * FROM adoption.member_days FOR VERSION AS OF 1
;;
SELECT * FROM adoption.member_days FOR TIMESTAMP AS OF timestamp '2020-01-01'
;;
SELECT * FROM adoption.member_days FOR SYSTEM_TIME AS OF timestamp '2020-01-01'
;;
SELECT * FROM adoption.member_days USING SAMPLE 10
;;
SELECT COLUMNS('.*') FROM adoption.member_days
;;
SELECT * EXCLUDE (user_id) FROM adoption.member_days
;;
SELECT * REPLACE (1 AS user_id) FROM adoption.member_days
;;
SELECT * FROM adoption.member_days QUALIFY row_number() OVER () = 1
;;
SELECT x::pointer FROM (SELECT 1 AS x)
;;
SELECT CAST(1 AS pointer)
;;
SELECT add_parquet_key('k', 'x')
;;
SELECT system('id')
;;
SELECT shell('id')
;;
SELECT exec('id')
;;
SELECT pg_read_file('/etc/passwd')
;;
SELECT load_file('/etc/passwd')
;;
SELECT xp_cmdshell('id')
;;
SELECT lo_import('/etc/passwd')
;;
SELECT eval('1')
