-- What undo works with.

-- What a contact held before a cycle wrote to it: kept from before the request, for as long as `undo.keepDays` says.
CREATE TABLE before_image (
  cycle_id   TEXT NOT NULL,
  phone      TEXT NOT NULL,
  kind       TEXT NOT NULL CHECK (kind IN ('create', 'update', 'remove')),
  rung       TEXT,                            -- of a removal
  contact_id INTEGER,                         -- NULL for a create
  source_id  TEXT NOT NULL,
  record_id  TEXT NOT NULL,
  body       TEXT,                            -- JSON RemoteContact; NULL for a create
  fields     TEXT NOT NULL,                   -- JSON FieldChange[]: what was written, each with its value before
  at         INTEGER NOT NULL,
  PRIMARY KEY (cycle_id, phone)
) STRICT, WITHOUT ROWID;
CREATE INDEX before_image_by_time ON before_image (at);

-- What an undo took back: not written again until the source says something else.
CREATE TABLE pin (
  phone    TEXT NOT NULL,
  field    TEXT NOT NULL,                     -- '*' stands for the contact as a whole
  value    TEXT NOT NULL,                     -- what was taken back
  cycle_id TEXT NOT NULL,                     -- the undo
  at       INTEGER NOT NULL,
  PRIMARY KEY (phone, field)
) STRICT, WITHOUT ROWID;
