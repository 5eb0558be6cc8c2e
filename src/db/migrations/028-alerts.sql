-- What somebody is told about and is not over, so that each is told once, also across restarts. Milliseconds since 1970.

CREATE TABLE alert (
  key       TEXT PRIMARY KEY,                 -- what it is about, e.g. `stale clinic`
  code      TEXT NOT NULL,
  title     TEXT NOT NULL,
  detail    TEXT NOT NULL,
  hint      TEXT,
  since     INTEGER NOT NULL,
  over_at   INTEGER,                          -- it is over; the row goes once everybody was told
  told      TEXT NOT NULL DEFAULT '[]'        -- JSON list: destinations that know of its present state
) STRICT, WITHOUT ROWID;
