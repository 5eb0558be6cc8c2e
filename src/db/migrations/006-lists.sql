-- Lists kept by rule, and who is on them. Instants are milliseconds since 1970 in UTC.

-- A rule has one list, or several when it holds more people than one list may: its shards.
CREATE TABLE list (
  key      TEXT NOT NULL,                     -- names the rule
  shard    INTEGER NOT NULL,                  -- 1, 2, …
  local_id TEXT NOT NULL UNIQUE,              -- what Heymarket knows it by
  title    TEXT NOT NULL,                     -- as it was last written
  list_id  INTEGER,                           -- Heymarket's; NULL until it is known
  state    TEXT NOT NULL CHECK (state IN ('creating', 'live')),
  claimed  INTEGER NOT NULL,                  -- 0: found there, and who of its members is ours is still to be said
  read_at  INTEGER,                           -- when its members were last read
  PRIMARY KEY (key, shard)
) STRICT, WITHOUT ROWID;

CREATE TABLE list_member (
  key        TEXT NOT NULL,
  phone      TEXT NOT NULL,
  shard      INTEGER NOT NULL,
  contact_id INTEGER,                         -- NULL until it is known; somebody else's member may have none
  state      TEXT NOT NULL CHECK (state IN ('adding', 'on', 'removing', 'refused')),
  wants      TEXT NOT NULL CHECK (wants IN ('on', 'off')),
  ours       INTEGER NOT NULL,                -- 1: heysync put them there
  error      TEXT,
  PRIMARY KEY (key, phone)
) STRICT, WITHOUT ROWID;
CREATE INDEX list_member_by_phone ON list_member (phone);

-- Members that the guard keeps on a list for now, and those that a person let go.
CREATE TABLE held_member (
  key         TEXT NOT NULL,
  phone       TEXT NOT NULL,
  since_cycle TEXT NOT NULL,
  cycle_id    TEXT NOT NULL,
  reason      TEXT NOT NULL,
  PRIMARY KEY (key, phone)
) STRICT, WITHOUT ROWID;
CREATE TABLE approved_member (
  key         TEXT NOT NULL,
  phone       TEXT NOT NULL,
  cycle_id    TEXT NOT NULL,
  approved_at INTEGER NOT NULL,
  PRIMARY KEY (key, phone)
) STRICT, WITHOUT ROWID;
