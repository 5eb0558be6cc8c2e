-- How many records a source has is counted by the pull that showed them last, and with the sum of their numbers. A pull that
-- changed nothing knows from this alone that nobody is missing, instead of looking through a million rows.
DROP TRIGGER record_added;
DROP TRIGGER record_dropped;
DROP TRIGGER record_turned;
DROP TABLE record_count;

CREATE TABLE record_count (
  source_id TEXT NOT NULL,
  state     TEXT NOT NULL,
  seen_pull INTEGER NOT NULL,
  n         INTEGER NOT NULL,
  nums      INTEGER NOT NULL,                 -- sum of source_record.num
  PRIMARY KEY (source_id, state, seen_pull)
) STRICT, WITHOUT ROWID;
INSERT INTO record_count (source_id, state, seen_pull, n, nums)
  SELECT source_id, state, seen_pull, count(*), coalesce(sum(num), 0) FROM source_record GROUP BY source_id, state, seen_pull;

CREATE TRIGGER record_added AFTER INSERT ON source_record BEGIN
  INSERT INTO record_count (source_id, state, seen_pull, n, nums)
    VALUES (NEW.source_id, NEW.state, NEW.seen_pull, 1, coalesce(NEW.num, 0))
    ON CONFLICT DO UPDATE SET n = n + 1, nums = nums + excluded.nums;
END;
CREATE TRIGGER record_dropped AFTER DELETE ON source_record BEGIN
  UPDATE record_count SET n = n - 1, nums = nums - coalesce(OLD.num, 0)
    WHERE source_id = OLD.source_id AND state = OLD.state AND seen_pull = OLD.seen_pull;
END;
CREATE TRIGGER record_turned AFTER UPDATE OF state, seen_pull, num ON source_record
WHEN NEW.state <> OLD.state OR NEW.seen_pull <> OLD.seen_pull OR NEW.num IS NOT OLD.num BEGIN
  UPDATE record_count SET n = n - 1, nums = nums - coalesce(OLD.num, 0)
    WHERE source_id = OLD.source_id AND state = OLD.state AND seen_pull = OLD.seen_pull;
  INSERT INTO record_count (source_id, state, seen_pull, n, nums)
    VALUES (NEW.source_id, NEW.state, NEW.seen_pull, 1, coalesce(NEW.num, 0))
    ON CONFLICT DO UPDATE SET n = n + 1, nums = nums + excluded.nums;
END;
