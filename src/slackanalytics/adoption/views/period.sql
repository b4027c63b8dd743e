-- The days that a question is about, both included.
CREATE OR REPLACE VIEW adoption.period AS
SELECT DATE '${since}' AS since, DATE '${until}' AS until
