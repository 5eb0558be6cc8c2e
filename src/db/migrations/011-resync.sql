-- How far a full resync has come, so that it goes on there after an interruption. Instants are milliseconds since 1970 in UTC.

-- The walk through all of Heymarket's contacts that is under way or was cut off: at most one row.
CREATE TABLE full_walk (
  one         INTEGER PRIMARY KEY CHECK (one = 1),
  walk_seq    INTEGER NOT NULL,               -- its number; who was seen since bears this or a later one
  started_at  INTEGER NOT NULL,
  head        TEXT NOT NULL,                  -- instant key of the newest change when it began
  watermark   TEXT NOT NULL,                  -- remote_watermark when it began, '' for none
  resume_from TEXT,                           -- cursor after the last page that was saved; NULL at the head
  added       INTEGER NOT NULL,
  changed     INTEGER NOT NULL
) STRICT;

-- Why everything is read (hand, schedule, first, configChanged, cursorExpired), NULL for an incremental cycle.
ALTER TABLE cycle ADD COLUMN reason TEXT;
-- JSON list of the sources that it was to pull.
ALTER TABLE cycle ADD COLUMN sources TEXT;
-- What it does at the moment, for whoever watches: pull, reconcile or push, and the source that is pulled.
ALTER TABLE cycle ADD COLUMN phase TEXT;
ALTER TABLE cycle ADD COLUMN phase_source TEXT;
ALTER TABLE cycle ADD COLUMN phase_at INTEGER;
ALTER TABLE cycle ADD COLUMN phase_from INTEGER; -- what was done when it began
ALTER TABLE cycle ADD COLUMN done INTEGER;
ALTER TABLE cycle ADD COLUMN total INTEGER;   -- NULL while nobody knows
