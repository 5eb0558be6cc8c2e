-- Many contacts in one request: what was learnt about the account's ways to do so. Instants are milliseconds since 1970.

CREATE TABLE way (
  name       TEXT PRIMARY KEY,                -- create.batch, create.bulk, update.batch, search, list.delta
  state      TEXT NOT NULL CHECK (state IN ('untried', 'works', 'missing')),
  fits       INTEGER NOT NULL DEFAULT 0,      -- most contacts that one request took
  ceiling    INTEGER,                         -- fewest that were too many
  not_stored TEXT NOT NULL DEFAULT '[]',      -- JSON: fields that the account took and did not keep
  why        TEXT NOT NULL DEFAULT '',        -- what showed it, in a sentence
  learnt_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Until when an operation that was sent and does not show is looked for before it is sent again.
ALTER TABLE operation ADD COLUMN look_until INTEGER NOT NULL DEFAULT 0;
-- 1: what many in one request did not do, one request alone has to.
ALTER TABLE operation ADD COLUMN alone INTEGER NOT NULL DEFAULT 0;
