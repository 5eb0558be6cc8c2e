-- Identity: records that were merged, contacts that keep their link when their number changes, and alarms of a source.

-- The record that this one was merged into. `contact` stays until that record was shown: until then the claim stands.
ALTER TABLE source_record ADD COLUMN merged_into TEXT;
CREATE INDEX source_record_merging ON source_record (source_id) WHERE merged_into IS NOT NULL AND contact IS NOT NULL;

CREATE INDEX contact_left_by_record ON contact (source_id, record_id) WHERE state = 'left';
CREATE INDEX link_by_contact ON link (contact_id);

-- Fingerprint of map, filter and country alone: `mapping` covers the connector's options too, and its credential.
ALTER TABLE source ADD COLUMN normalizer TEXT;

-- What a pull showed that a person should look at. It stands until it is over or approved.
CREATE TABLE alarm (
  source_id TEXT NOT NULL,
  code      TEXT NOT NULL,
  field     TEXT NOT NULL,                    -- '' when it is about whole records
  message   TEXT NOT NULL,
  evidence  TEXT NOT NULL,                    -- JSON: what tells that it is over
  cycle_id  TEXT NOT NULL,                    -- that raised it first
  at        INTEGER NOT NULL,
  PRIMARY KEY (source_id, code, field)
) STRICT, WITHOUT ROWID;
