-- Up to when the last completed pull of a source had to show everything: what turns up later with an older time came late.
ALTER TABLE source ADD COLUMN shown_to TEXT;

-- The latest row of each day (days since 1970).
CREATE TABLE source_late (
  source_id TEXT NOT NULL,
  day       INTEGER NOT NULL,
  late_ms   INTEGER NOT NULL,
  PRIMARY KEY (source_id, day)
) STRICT, WITHOUT ROWID;
