-- What undo works with where lists are concerned.

-- Who was put on a list or taken off in a cycle: kept from before the request, as long as a before-image.
CREATE TABLE member_image (
  cycle_id TEXT NOT NULL,
  key      TEXT NOT NULL,                     -- names the list's rule
  phone    TEXT NOT NULL,
  shard    INTEGER NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('add', 'remove')),
  at       INTEGER NOT NULL,
  PRIMARY KEY (cycle_id, key, phone)
) STRICT, WITHOUT ROWID;
CREATE INDEX member_image_by_time ON member_image (at);

-- What an undo took back: not done again until the list's condition says something else of that person.
CREATE TABLE member_pin (
  key      TEXT NOT NULL,
  phone    TEXT NOT NULL,
  what     TEXT NOT NULL CHECK (what IN ('add', 'remove')),
  cycle_id TEXT NOT NULL,                     -- the undo
  at       INTEGER NOT NULL,
  PRIMARY KEY (key, phone)
) STRICT, WITHOUT ROWID;
