show tables
show tables from memory.default like 'n%'
show tables in default like 'word_'
show tables like 'x%'
show schemas from memory like 'def%'
show schemas
show columns from default.nums
show columns from default.times like 't%'
describe memory.default.lists
desc default.words
describe information_schema.columns
describe information_schema.tables
describe information_schema.schemata
show tables from nosuch
show schemas from nosuch
describe default.nosuch
select * from information_schema.columns where table_schema = 'default'
select * from information_schema.tables where table_schema = 'default'
select * from memory.information_schema.schemata
select table_name, count(*) as n from information_schema.columns where table_schema = 'default' group by 1
select table_name from information_schema.columns where data_type = 'boolean'
