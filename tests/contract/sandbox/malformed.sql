
;;
   
;;
-- nothing
;;
/* nothing */
;;
;
;;
;;;
;;
SELECT
;;
SELECT FROM
;;
SELECT * FROM
;;
SELEC 1
;;
SELECT 'abc
;;
SELECT "abc
;;
SELECT /* never ends
;;
SELECT ((((1
;;
SELECT 1)))
;;
SELECT * FROM adoption.member_days WHERE
;;
SELECT ​1 FROM x
;;
﻿DROP TABLE x
;;
SELECT 1 FROM adoption.member_days  ; DROP TABLE x
;;
ＳＥＬＥＣＴ 1
;;
SELECT $1
;;
SELECT ?
;;
SELECT :name
;;
SELECT @x
;;
SELECT {{x}}
;;
SELECT E'\\x'
;;
SELECT $$x$$
;;
SELECT x'zz'
;;
SELECT U&'\d800'
;;
GO
;;
EXEC x
;;
DECLARE @x int
;;
DO $$ BEGIN END $$
;;
\copy x
;;
!ls
;;
import os
;;
<script>alert(1)</script>
;;
SELECT 1 AS "a""; DROP TABLE x; --" FROM nowhere
