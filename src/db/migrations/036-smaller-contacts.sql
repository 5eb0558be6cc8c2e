-- Contacts and records without what is said twice, and counts kept instead of the indexes that were read to count.

-- Where these are what the row says elsewhere, a mark stands for them: see src/sync/mirror/contacts.ts.
UPDATE contact SET
  base = iif(base = fields, '=', base),
  base_push = iif(base_push IS pushed_key, x'', base_push),
  settled_desired = iif(settled_desired = hash, x'', settled_desired);

-- '' is the default of onRemoved. Nobody read when it was linked.
UPDATE link SET rung = '' WHERE rung = 'removeFromLists';
ALTER TABLE link DROP COLUMN linked_at;

-- How many rows of source_record and contact each source has in each state. Triggers keep them, whoever changes the rows.
CREATE TABLE record_count (
  source_id TEXT NOT NULL,
  state     TEXT NOT NULL,
  n         INTEGER NOT NULL,
  PRIMARY KEY (source_id, state)
) STRICT, WITHOUT ROWID;
INSERT INTO record_count (source_id, state, n) SELECT source_id, state, count(*) FROM source_record GROUP BY source_id, state;
CREATE TRIGGER record_added AFTER INSERT ON source_record BEGIN
  INSERT INTO record_count (source_id, state, n) VALUES (NEW.source_id, NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER record_dropped AFTER DELETE ON source_record BEGIN
  UPDATE record_count SET n = n - 1 WHERE source_id = OLD.source_id AND state = OLD.state;
END;
CREATE TRIGGER record_turned AFTER UPDATE OF state ON source_record WHEN NEW.state <> OLD.state BEGIN
  UPDATE record_count SET n = n - 1 WHERE source_id = OLD.source_id AND state = OLD.state;
  INSERT INTO record_count (source_id, state, n) VALUES (NEW.source_id, NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
DROP INDEX source_record_by_state;
CREATE INDEX source_record_gone ON source_record (source_id, gone_cycle) WHERE gone_cycle IS NOT NULL;

CREATE TABLE contact_count (
  source_id TEXT NOT NULL,
  state     TEXT NOT NULL,
  n         INTEGER NOT NULL,
  PRIMARY KEY (source_id, state)
) STRICT, WITHOUT ROWID;
INSERT INTO contact_count (source_id, state, n) SELECT source_id, state, count(*) FROM contact GROUP BY source_id, state;
CREATE TRIGGER contact_added AFTER INSERT ON contact BEGIN
  INSERT INTO contact_count (source_id, state, n) VALUES (NEW.source_id, NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER contact_dropped AFTER DELETE ON contact BEGIN
  UPDATE contact_count SET n = n - 1 WHERE source_id = OLD.source_id AND state = OLD.state;
END;
CREATE TRIGGER contact_turned AFTER UPDATE OF state, source_id ON contact
WHEN NEW.state <> OLD.state OR NEW.source_id <> OLD.source_id BEGIN
  UPDATE contact_count SET n = n - 1 WHERE source_id = OLD.source_id AND state = OLD.state;
  INSERT INTO contact_count (source_id, state, n) VALUES (NEW.source_id, NEW.state, 1) ON CONFLICT DO UPDATE SET n = n + 1;
END;
DROP INDEX contact_by_source;

-- Images go cycle by cycle, and the ids of cycles sort by their time.
DROP INDEX before_image_by_time;
DROP INDEX member_image_by_time;
