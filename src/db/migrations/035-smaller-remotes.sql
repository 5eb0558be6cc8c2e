-- What Heymarket holds, without what stands in a column beside it or is blank: see src/sync/mirror/remote-body.ts.

-- When Heymarket says it was last changed, in milliseconds since 1970.
ALTER TABLE remote_contact ADD COLUMN updated_at INTEGER;
UPDATE remote_contact SET
  updated_at = CAST(strftime('%s', updated) AS INTEGER) * 1000 + CAST(substr(updated, 21, 3) AS INTEGER),
  hash = substr(hash, 1, 8),
  body = json_remove(
    body,
    '$.id', '$.rev', '$.updated',
    CASE WHEN json_extract(body, '$.phone') = coalesce(phone, '') THEN '$.phone' ELSE '$.id' END,
    CASE WHEN json_extract(body, '$.first') GLOB '[!-~]*' AND json_extract(body, '$.last') GLOB '*[!-~]'
           AND json_extract(body, '$.displayName') = json_extract(body, '$.first') || ' ' || json_extract(body, '$.last')
         THEN '$.displayName' ELSE '$.id' END,
    CASE WHEN json_extract(body, '$.avatar') = '' THEN '$.avatar' ELSE '$.id' END,
    CASE WHEN json_extract(body, '$.custom') = '{}' THEN '$.custom' ELSE '$.id' END,
    CASE WHEN json_extract(body, '$.tagIds') = '[]' THEN '$.tagIds' ELSE '$.id' END,
    CASE WHEN json_extract(body, '$.assigneeId') IS NULL THEN '$.assigneeId' ELSE '$.id' END,
    CASE WHEN json_extract(body, '$.isOptedOut') = 0 THEN '$.isOptedOut' ELSE '$.id' END
  );
ALTER TABLE remote_contact DROP COLUMN updated;
UPDATE contact SET settled_remote = substr(settled_remote, 1, 8) WHERE settled_remote IS NOT NULL;

-- Only what was deleted is made again from what it held.
UPDATE before_image SET body = NULL WHERE body IS NOT NULL AND rung IS NOT 'delete';
