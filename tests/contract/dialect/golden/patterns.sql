select x, regexp_like(x,'\w') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select x, regexp_like(x,'\d') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select x, regexp_like(x,'\s') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select x, regexp_like(x,'^.$') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select x, regexp_like(x,'^[^a]$') from (values 'é','٣',chr(160),chr(10),chr(13),chr(11),chr(133),chr(8232),'É','_','-') t(x)
select x, regexp_like(x,'(?i)k'), regexp_like(x,'(?i)S') from (values 'K', 'k', 'K', 'ſ', 's') t(x)
select x, regexp_like(x,'a$'), regexp_like(x,'^b'), regexp_like(x,'a.b'), regexp_replace(x,'a$','!'), regexp_extract(x,'.*'), regexp_extract(x, '.$'), regexp_extract(x,'(a)$',1), regexp_replace(x, '(a)$','$1$0') from (values 'a', 'a'||chr(10), 'a'||chr(10)||'b', 'a'||chr(13)||'b', 'b'||chr(10)||'a') t(x)
select regexp_replace('abc','b','$0$0'), regexp_replace('abc','(b)','[$1]')
select regexp_extract_all('a1b22','[0-9]+'), regexp_count('a1b22','[0-9]+'), regexp_count('abab','(ab)+')
select regexp_like('a.b','a\.b'), regexp_like('a+b','a\+b'), regexp_like('tab'||chr(9),'\t'), regexp_like('x','[\w.]+'), regexp_like('a-b','[a\-z]-b'), regexp_like('[','\['), regexp_like('/','\/'), regexp_like('@','\@'), regexp_like('a]b', '[]]'), regexp_like('-', '[a-]')
select regexp_extract('ann@x.com','^([^@]+)@([^.]+)',2), regexp_replace('ann@x.com','@.*$',''), regexp_replace('a  b','\s+',' '), regexp_replace('ABC','[^A-Z]',''), regexp_replace('x1y2','(\w)(\d)','$2$1')
select regexp_like('', '^$'), regexp_like('a', '^$'), regexp_like(chr(10), '^$'), regexp_like('a$', 'a\$'), regexp_like('x', '$')
select trim(chr(9)||'a'||chr(10)), trim(chr(160)||'a')||'|', trim(chr(8195)||'a')||'|', trim(chr(12288)||'a')||'|', trim(chr(28)||'a')||'|', trim(chr(11)||'a')||'|', trim(chr(133)||'a')||'|', trim(chr(8239)||'a')||'|', trim(chr(1)||'a')||'|', trim(chr(8199)||'a')||'|', trim(chr(5760)||'a')||'|', trim(chr(8232)||'a')||'|', trim(chr(8203)||'a')||'|', trim(chr(6158)||'a')||'|'
select format_datetime(ts, 'EEE, d MMM yyyy HH:mm:ss.SSS'), format_datetime(ts, 'EEEE MMMM yy M/d a') from times
