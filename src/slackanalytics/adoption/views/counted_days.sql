-- The member days that count for a question: without bots, without guests unless they are asked for; and one attribute.
CREATE OR REPLACE VIEW adoption.counted_days AS
SELECT d.*, coalesce(d.${attribute}, 'Unmatched') AS attribute
FROM adoption.member_days d
WHERE d.kind IN (${kinds})
