SELECT * FROM duckdb_settings()
;;
SELECT * FROM duckdb_secrets()
;;
SELECT * FROM duckdb_tables()
;;
SELECT * FROM duckdb_columns()
;;
SELECT * FROM duckdb_views()
;;
SELECT * FROM duckdb_functions()
;;
SELECT * FROM duckdb_databases()
;;
SELECT * FROM duckdb_memory()
;;
SELECT * FROM duckdb_temporary_files()
;;
SELECT * FROM duckdb_extensions()
;;
SELECT * FROM duckdb_logs()
;;
SELECT * FROM duckdb_variables()
;;
SELECT * FROM duckdb_schemas()
;;
SELECT * FROM duckdb_types()
;;
SELECT * FROM duckdb_indexes()
;;
SELECT * FROM duckdb_constraints()
;;
SELECT * FROM duckdb_dependencies()
;;
SELECT * FROM duckdb_keywords()
;;
SELECT * FROM duckdb_optimizers()
;;
SELECT * FROM duckdb_sequences()
;;
SELECT * FROM pragma_storage_info('member_days')
;;
SELECT * FROM pragma_table_info('member_days')
;;
SELECT * FROM pragma_database_size()
;;
SELECT * FROM pragma_version()
;;
SELECT * FROM pragma_platform()
;;
SELECT * FROM pragma_user_agent()
;;
SELECT * FROM pragma_metadata_info()
;;
SELECT * FROM information_schema.tables
;;
SELECT * FROM information_schema.columns
;;
SELECT * FROM slackanalytics_catalog.information_schema.tables
;;
SELECT * FROM sqlite_master
;;
SELECT * FROM pg_catalog.pg_tables
;;
SELECT * FROM pg_class
;;
SELECT * FROM pg_settings
;;
SELECT * FROM system.main.duckdb_tables
;;
SELECT * FROM memory.main.scan_0
;;
SELECT * FROM main.scan_0_rows
;;
SELECT * FROM scan_0
;;
SELECT * FROM scan_0_rows
;;
SELECT * FROM temp.scan_0
;;
SELECT version()
;;
SELECT current_database()
;;
SELECT current_schema()
;;
SELECT current_schemas(true)
;;
SELECT pg_typeof(1)
;;
SELECT current_query()
;;
SELECT in_search_path('a', 'b')
;;
SELECT * FROM which_secret('a', 'b')
;;
SELECT * FROM test_all_types()
;;
SELECT * FROM repeat_row(1, num_rows = 10)
;;
SELECT stats(1)
;;
SELECT user_agent()
