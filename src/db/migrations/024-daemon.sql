-- The service that works on this database: at most one row, and a file lock beside it tells whether it still lives.
CREATE TABLE daemon (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  pid         INTEGER NOT NULL,
  url         TEXT,                           -- where it answers; NULL while it does not
  started_at  INTEGER NOT NULL,               -- milliseconds since 1970 in UTC, like beat_at
  beat_at     INTEGER NOT NULL
) STRICT;

-- JSON list of cycles: this one goes on with what they left, because they gave way.
ALTER TABLE cycle ADD COLUMN continues TEXT;
