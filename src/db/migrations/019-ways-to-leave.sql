-- How a record left: deleted, archived, merged, outOfScope or absent; NULL while it is there.
ALTER TABLE source_record ADD COLUMN way TEXT;
UPDATE source_record SET way = CASE state WHEN 'gone' THEN 'absent' WHEN 'filtered' THEN 'outOfScope'
  ELSE CASE WHEN merged_into IS NULL THEN 'deleted' ELSE 'merged' END END
WHERE state IN ('gone', 'filtered', 'deleted');

-- The ways of those records that left last, with commas; '' where nobody knows. It decides about the rung.
ALTER TABLE contact ADD COLUMN left_ways TEXT NOT NULL DEFAULT '';
