-- What a person asked heysync to send. A row is here before any request goes out, so that nothing is sent twice.
-- Instants are milliseconds since 1970 in UTC.

CREATE TABLE intent (
  id         INTEGER PRIMARY KEY,
  key        TEXT NOT NULL UNIQUE,            -- the idempotency key: given with --key, or made
  kind       TEXT NOT NULL CHECK (kind IN ('send', 'broadcast', 'schedule', 'email')),
  wish       TEXT NOT NULL,                   -- JSON: what was asked, as it is shown again
  hash       BLOB NOT NULL,                   -- of what was asked, without the key
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX intent_by_hash ON intent (hash, created_at);

-- The requests that carry an intent out, in their order. Those of one part share a list.
CREATE TABLE intent_step (
  intent_id    INTEGER NOT NULL REFERENCES intent (id),
  seq          INTEGER NOT NULL,
  part         INTEGER NOT NULL,
  kind         TEXT NOT NULL CHECK (kind IN ('list', 'members', 'send', 'schedule', 'email')),
  local_id     TEXT,                          -- sent along, so that Heymarket and the history can tell a repeat
  request      TEXT NOT NULL,                 -- JSON body; the list's id is filled in when it is known
  state        TEXT NOT NULL CHECK (state IN ('waiting', 'in_flight', 'unknown', 'done', 'failed')),
  attempts     INTEGER NOT NULL DEFAULT 0,
  attempted_at INTEGER,
  result_id    INTEGER,                       -- of the message, list or schedule that it made
  answer       TEXT,
  error_code   TEXT,
  error        TEXT,
  request_id   TEXT,
  done_at      INTEGER,
  PRIMARY KEY (intent_id, seq)
) STRICT, WITHOUT ROWID;

-- Whom a broadcast is for, each in the part that reaches them, or why not.
CREATE TABLE intent_recipient (
  intent_id INTEGER NOT NULL REFERENCES intent (id),
  phone     TEXT NOT NULL,
  part      INTEGER NOT NULL,
  refused   TEXT,                             -- why this person is not texted; NULL when they are
  PRIMARY KEY (intent_id, phone)
) STRICT, WITHOUT ROWID;
