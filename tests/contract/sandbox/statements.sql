COPY (SELECT 'x') TO '{canary}'
;;
COPY (SELECT 'x') TO '{canary}' (USE_TMP_FILE false)
;;
COPY adoption.member_days TO '/tmp/out.csv'
;;
COPY adoption.member_days FROM '/etc/passwd'
;;
COPY (SELECT 1) TO '/dev/stdout'
;;
EXPORT DATABASE '/tmp/out'
;;
IMPORT DATABASE '/tmp/out'
;;
ATTACH '{canary}'
;;
ATTACH '{canary}' AS other
;;
ATTACH ':memory:' AS m
;;
DETACH memory
;;
USE memory
;;
INSTALL httpfs
;;
LOAD httpfs
;;
LOAD '/tmp/evil.so'
;;
FORCE INSTALL spatial FROM 'http://127.0.0.1:{port}'
;;
PRAGMA database_list
;;
PRAGMA version
;;
PRAGMA enable_profiling
;;
PRAGMA memory_limit='10GB'
;;
SET memory_limit = '10GB'
;;
SET threads = 64
;;
SET lock_configuration = false
;;
SET enable_external_access = true
;;
SET VARIABLE x = 1
;;
SET SESSION x = 1
;;
RESET memory_limit
;;
RESET ALL
;;
CALL pragma_version()
;;
CALL duckdb_settings()
;;
CALL enable_logging()
;;
CHECKPOINT
;;
FORCE CHECKPOINT
;;
VACUUM
;;
ANALYZE
;;
BEGIN
;;
BEGIN TRANSACTION
;;
COMMIT
;;
ROLLBACK
;;
START TRANSACTION
;;
CREATE TABLE t (a int)
;;
CREATE TABLE t AS SELECT * FROM adoption.member_days
;;
CREATE TEMP TABLE t AS SELECT 1
;;
CREATE OR REPLACE TABLE adoption.member_days AS SELECT 1 AS a
;;
CREATE VIEW v AS SELECT 1
;;
CREATE OR REPLACE TEMP VIEW scan_0 AS SELECT 1
;;
CREATE SCHEMA s
;;
CREATE SEQUENCE s
;;
CREATE TYPE mood AS ENUM ('a')
;;
CREATE INDEX i ON adoption.member_days (user_id)
;;
CREATE OR REPLACE TEMP MACRO md5(x) AS x
;;
CREATE MACRO f(x) AS TABLE SELECT * FROM adoption.member_days
;;
CREATE FUNCTION f(x) AS x
;;
CREATE SECRET s (TYPE s3, KEY_ID 'a', SECRET 'b')
;;
CREATE PERSISTENT SECRET s (TYPE s3)
;;
DROP SECRET s
;;
DROP TABLE adoption.member_days
;;
DROP VIEW scan_0
;;
DROP SCHEMA adoption CASCADE
;;
ALTER TABLE adoption.member_days ADD COLUMN x int
;;
ALTER TABLE adoption.member_days RENAME TO x
;;
TRUNCATE adoption.member_days
;;
INSERT INTO adoption.member_days SELECT * FROM adoption.member_days
;;
UPDATE adoption.member_days SET user_id = 'x'
;;
DELETE FROM adoption.member_days
;;
MERGE INTO adoption.member_days t USING adoption.days s ON t.date = s.date WHEN MATCHED THEN DELETE
;;
GRANT ALL ON adoption.member_days TO PUBLIC
;;
PREPARE p AS SELECT 1
;;
EXECUTE p
;;
DEALLOCATE p
;;
EXPLAIN ANALYZE SELECT 1
;;
EXPLAIN SELECT * FROM adoption.member_days
;;
SHOW TABLES
;;
SHOW ALL TABLES
;;
SHOW FUNCTIONS
;;
DESCRIBE adoption.member_days
;;
COMMENT ON TABLE adoption.member_days IS 'x'
;;
UNLOAD (SELECT 1) TO 's3://b/k'
;;
MSCK REPAIR TABLE adoption.member_days
;;
KILL 1
;;
SELECT 1; SELECT 2
;;
SELECT 1; DROP TABLE adoption.member_days
;;
SELECT 1;; COPY (SELECT 1) TO '/tmp/x'
;;
SELECT 1 -- x
; ATTACH '/tmp/x.db'
;;
/* x */ COPY (SELECT 1) TO '/tmp/x'
;;
-- comment
PRAGMA database_list
;;
(COPY (SELECT 1) TO '/tmp/x')
