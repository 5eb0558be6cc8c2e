-- Three-way comparison: what both sides last agreed on, what was found to differ since, and tags that found no room.

ALTER TABLE contact ADD COLUMN base TEXT;     -- JSON ContactFields of the last time the two sides were in accord; NULL when not known
ALTER TABLE contact ADD COLUMN base_push BLOB; -- pushed_key as it was then: a later push is what both sides agreed on since
ALTER TABLE contact ADD COLUMN cut_tags TEXT; -- JSON list: tags that the sources want and that do not fit
UPDATE contact SET base = fields, base_push = pushed_key WHERE state = 'wanted' AND settled_desired = hash;
CREATE INDEX contact_with_cut_tags ON contact (phone) WHERE cut_tags IS NOT NULL;

-- Owned fields that somebody changed in Heymarket, until both sides agree again.
CREATE TABLE drift (
  phone         TEXT NOT NULL,
  field         TEXT NOT NULL,                -- as in a change: first, tags, custom.<name>
  expected      TEXT,                         -- what the mirror took Heymarket to hold; NULL when it did not know
  found         TEXT NOT NULL,
  outcome       TEXT NOT NULL CHECK (outcome IN ('kept', 'restored')), -- restored: the source's value is written again
  first_seen_at INTEGER NOT NULL,
  PRIMARY KEY (phone, field)
) STRICT, WITHOUT ROWID;
