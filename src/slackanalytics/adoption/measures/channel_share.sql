-- What part of the messages is posted in channels, where others can find it, week by week?
SELECT date_trunc('week', d.activity_date) AS week,
       count(DISTINCT IF(d.messages_posted_count > 0, d.employee)) AS posting,
       sum(d.messages_posted_count) AS messages,
       sum(d.channel_messages_posted_count) AS channel_messages,
       CAST(sum(d.channel_messages_posted_count) AS double) / nullif(sum(d.messages_posted_count), 0) AS channel_share
FROM adoption.counted_days d
WHERE d.activity_date BETWEEN (SELECT since FROM adoption.period) AND (SELECT until FROM adoption.period)
GROUP BY 1
ORDER BY 1
