-- The mirror, the outbox and what the engine remembers between cycles. Instants are milliseconds since 1970 in UTC.

CREATE TABLE meta (
  key   TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One row per configured source: where its pulls stand.
CREATE TABLE source (
  id              TEXT PRIMARY KEY,
  pull_seq        INTEGER NOT NULL DEFAULT 0, -- number of the last pull begun
  pull_mode       TEXT,                       -- of the pull under way; NULL when none is
  pull_from       TEXT,
  pull_to         TEXT,
  pull_position   TEXT,                       -- checkpoint: position of the last saved page
  pull_newest     TEXT,                       -- highest updatedAt that it has saved so far
  pull_mapping    TEXT,
  watermark       TEXT,                       -- highest updatedAt that completed pulls saw, never past their start
  token           TEXT,
  mapping         TEXT,                       -- fingerprint that the last completed full pull was normalized with
  completed_seq   INTEGER NOT NULL DEFAULT 0, -- number of the last pull that proved what is absent
  completed_at    INTEGER,
  full_at         INTEGER
) STRICT, WITHOUT ROWID;

-- What the sources say, record by record.
CREATE TABLE source_record (
  source_id  TEXT NOT NULL,
  record_id  TEXT NOT NULL,
  state      TEXT NOT NULL CHECK (state IN ('accepted', 'rejected', 'filtered', 'deleted', 'gone')),
  raw_hash   BLOB NOT NULL,                   -- of the raw record and the mapping: equal means nothing to do
  updated_at TEXT,
  place      TEXT,
  phone      TEXT,                            -- the number that this record claims, or claimed while it was accepted
  contact    TEXT,                            -- JSON ContactFields; a rejected record keeps its last good one
  notes      TEXT,
  seen_pull  INTEGER NOT NULL,
  gone_cycle TEXT,                            -- the cycle whose full pull missed it
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (source_id, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_record_by_phone ON source_record (phone) WHERE phone IS NOT NULL;

-- Why a record, or one version of it, is not a contact. `slot` tells several of one id apart.
CREATE TABLE rejection (
  source_id   TEXT NOT NULL,
  record_id   TEXT NOT NULL,                  -- '' when the row has no readable id
  slot        TEXT NOT NULL,
  code        TEXT NOT NULL,
  field       TEXT NOT NULL,
  value       TEXT NOT NULL,
  message     TEXT NOT NULL,
  place       TEXT,
  first_cycle TEXT NOT NULL,                  -- since which cycle this stands in the way of proving absence
  first_pull  INTEGER NOT NULL,
  seen_pull   INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  PRIMARY KEY (source_id, record_id, slot)
) STRICT, WITHOUT ROWID;

-- Phones whose claims changed since they were last resolved.
CREATE TABLE dirty_phone (
  phone TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What the sources together want for one phone: the desired contact.
CREATE TABLE contact (
  phone           TEXT PRIMARY KEY,
  state           TEXT NOT NULL CHECK (state IN ('wanted', 'left', 'removed')),
  source_id       TEXT NOT NULL,              -- of the winning record
  record_id       TEXT NOT NULL,
  fields          TEXT NOT NULL,              -- JSON ContactFields
  hash            BLOB NOT NULL,
  claims          INTEGER NOT NULL,           -- records that claim the phone; more than one is a collision
  left_cycle      TEXT,
  settled_desired BLOB,                       -- (desired, remote) that the last diff found equal, or futile to write again
  settled_remote  BLOB,
  pushed_key      BLOB                        -- what the last acked write wanted; NULL when it wrote only a part
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_by_source ON contact (source_id, state);

-- What Heymarket is known to hold.
CREATE TABLE remote_contact (
  id        INTEGER PRIMARY KEY,
  phone     TEXT,
  body      TEXT NOT NULL,                    -- JSON RemoteContact
  hash      BLOB NOT NULL,
  rev       INTEGER,
  updated   TEXT,
  seen_walk INTEGER NOT NULL,
  read_at   INTEGER,                          -- last read from Heymarket; NULL while only our own write is known
  acked_at  INTEGER,                          -- our last acked write
  acked_rev INTEGER,                          -- the revision that it answered
  carried   INTEGER NOT NULL DEFAULT 0        -- 1 when that write said is_opted_out
) STRICT;
CREATE INDEX remote_contact_by_phone ON remote_contact (phone) WHERE phone IS NOT NULL;

-- Which Heymarket contact stands for a phone, and how it came to that.
CREATE TABLE link (
  phone      TEXT PRIMARY KEY,
  contact_id INTEGER NOT NULL,
  origin     TEXT NOT NULL CHECK (origin IN ('created', 'adopted')),
  rung       TEXT NOT NULL,                   -- onRemoved when it was linked: only created or adopted-under-delete may be deleted
  linked_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Changes made durable and not yet acked. One per phone: a newer one replaces it.
CREATE TABLE operation (
  id          INTEGER PRIMARY KEY,
  phone       TEXT NOT NULL UNIQUE,
  kind        TEXT NOT NULL CHECK (kind IN ('create', 'update', 'remove')),
  lane        INTEGER NOT NULL,               -- 0 consent, 1 interactive, 2 incremental, 3 backfill, 4 scrub
  change      TEXT NOT NULL,                  -- JSON Change
  change_hash BLOB NOT NULL,
  source_id   TEXT NOT NULL,
  state       TEXT NOT NULL CHECK (state IN ('pending', 'in_flight', 'unsettled', 'dead')),
  attempts    INTEGER NOT NULL DEFAULT 0,
  not_before  INTEGER NOT NULL DEFAULT 0,
  error_code  TEXT,
  error       TEXT,
  request_id  TEXT,
  cycle_id    TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX operation_due ON operation (state, lane, id);

CREATE TABLE attempt (
  id         INTEGER PRIMARY KEY,
  phone      TEXT NOT NULL,
  kind       TEXT NOT NULL,
  cycle_id   TEXT NOT NULL,
  outcome    TEXT NOT NULL CHECK (outcome IN ('acked', 'retry', 'unknown', 'dead')),
  error_code TEXT,
  error      TEXT,
  request_id TEXT,
  at         INTEGER NOT NULL
) STRICT;
CREATE INDEX attempt_by_phone ON attempt (phone, id);

CREATE TABLE cycle (
  id          TEXT PRIMARY KEY,
  mode        TEXT NOT NULL,
  trigger     TEXT NOT NULL,
  status      TEXT NOT NULL CHECK (status IN ('running', 'ok', 'held', 'failed', 'interrupted')),
  started_at  INTEGER NOT NULL,
  finished_at INTEGER,
  report      TEXT,
  error       TEXT
) STRICT, WITHOUT ROWID;

-- Changes that the guard keeps back now, each with the cycles that held exactly this, from the first to the last.
CREATE TABLE held (
  phone       TEXT PRIMARY KEY,
  since_cycle TEXT NOT NULL,
  cycle_id    TEXT NOT NULL,
  source_id   TEXT NOT NULL,
  dials       TEXT NOT NULL,                  -- comma-separated
  reason      TEXT NOT NULL,
  change      TEXT NOT NULL,
  view_hash   BLOB NOT NULL                   -- of what a person sees: fields before and after
) STRICT, WITHOUT ROWID;

-- Held changes that a person released: the guard lets exactly these through.
CREATE TABLE approval (
  phone       TEXT PRIMARY KEY,
  view_hash   BLOB NOT NULL,
  cycle_id    TEXT NOT NULL,
  approved_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Consent by phone: it only tightens, and every step is kept with its origin.
CREATE TABLE consent (
  phone TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('opted_out', 'allowed')),
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE consent_event (
  id       INTEGER PRIMARY KEY,
  phone    TEXT NOT NULL,
  state    TEXT NOT NULL,
  origin   TEXT NOT NULL,                     -- source, heymarket, hand
  evidence TEXT NOT NULL,
  at       INTEGER NOT NULL
) STRICT;
CREATE INDEX consent_event_by_phone ON consent_event (phone, id);

-- Tags that a mapping names or ever gave: only these come and go.
CREATE TABLE owned_tag (
  tag TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- Answers of Heymarket kept for an hour: custom fields, tags, team.
CREATE TABLE lookup (
  kind       TEXT PRIMARY KEY,
  body       TEXT NOT NULL,
  fetched_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- The request budget, shared by every process that uses this database.
CREATE TABLE request_slot (
  id         INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at   INTEGER
) STRICT;
CREATE INDEX request_slot_by_start ON request_slot (started_at);
