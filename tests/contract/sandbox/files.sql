SELECT * FROM read_csv('/etc/passwd')
;;
SELECT * FROM read_csv_auto('/etc/passwd')
;;
SELECT * FROM read_text('/etc/passwd')
;;
SELECT content FROM read_blob('/etc/shadow')
;;
SELECT * FROM read_parquet('/tmp/*.parquet')
;;
SELECT * FROM read_json('/etc/hosts')
;;
SELECT * FROM read_json_auto('/proc/self/environ')
;;
SELECT * FROM read_ndjson('/etc/hosts')
;;
SELECT * FROM parquet_scan('x.parquet')
;;
SELECT * FROM parquet_metadata('x.parquet')
;;
SELECT * FROM parquet_schema('x.parquet')
;;
SELECT * FROM sniff_csv('/etc/passwd')
;;
SELECT * FROM glob('/*')
;;
SELECT * FROM glob('/root/**')
;;
SELECT * FROM '/etc/passwd'
;;
SELECT * FROM '/etc/passwd.csv'
;;
SELECT * FROM "/etc/passwd"
;;
SELECT * FROM "/proc/self/environ"
;;
SELECT * FROM '{canary}'
;;
SELECT * FROM read_text('{canary}')
;;
SELECT content FROM read_blob('{canary}')
;;
SELECT * FROM "{canary}"
;;
SELECT * FROM read_csv('{canary}')
;;
SELECT * FROM read_text('/proc/self/maps')
;;
SELECT * FROM read_text('/proc/self/fd/3')
;;
SELECT * FROM read_blob('/proc/self/mem')
;;
SELECT * FROM read_text('file:///etc/passwd')
;;
SELECT * FROM read_csv('http://127.0.0.1:{port}/secret.csv')
;;
SELECT * FROM read_text('https://example.com/')
;;
SELECT * FROM 'http://127.0.0.1:{port}/x.parquet'
;;
SELECT * FROM read_parquet('s3://bucket/key.parquet')
;;
SELECT * FROM read_csv('\\host\share\x.csv')
;;
SELECT * FROM arrow_scan(1, 2, 3)
;;
SELECT * FROM arrow_scan_dumb(1, 2, 3)
;;
SELECT * FROM pandas_scan(1)
;;
SELECT * FROM seq_scan('member_days')
;;
SELECT * FROM duckdb_scan('x.db', 'main', 't')
;;
SELECT * FROM sqlite_scan('x.db', 't')
;;
SELECT * FROM iceberg_scan('x')
;;
SELECT * FROM delta_scan('x')
;;
SELECT * FROM st_read('x')
;;
SELECT * FROM read_xlsx('x.xlsx')
;;
SELECT * FROM postgres_scan('host=127.0.0.1', 'public', 't')
;;
SELECT count(*) FROM read_csv(ARRAY['/etc/passwd', '/etc/group'])
;;
SELECT (SELECT content FROM read_text('/etc/passwd'))
;;
SELECT * FROM adoption.member_days WHERE user_id IN (SELECT content FROM read_text('/etc/passwd'))
;;
WITH f AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM f
;;
SELECT * FROM TABLE(read_csv('/etc/passwd'))
;;
FROM read_csv('/etc/passwd')
;;
FROM '/etc/passwd'
;;
TABLE "/etc/passwd"
;;
DESCRIBE '/etc/passwd'
;;
SUMMARIZE SELECT 1
;;
SELECT getenv('HOME')
;;
SELECT getenv('PATH')
;;
SELECT * FROM read_duckdb('x')
;;
SELECT * FROM which_secret('s3://x', 's3')
