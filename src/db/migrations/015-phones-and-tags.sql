-- Under `phones: all`, the numbers of a record beside its first, which is source_record.phone. They live and die with the record.
CREATE TABLE further_phone (
  source_id TEXT NOT NULL,
  record_id TEXT NOT NULL,
  phone     TEXT NOT NULL,
  PRIMARY KEY (source_id, record_id, phone)
) STRICT, WITHOUT ROWID;
CREATE INDEX further_phone_by_phone ON further_phone (phone);

-- JSON list: tags that the records of this number ever gave, until they left and it was handled. `onRemoved: clear` takes them away.
ALTER TABLE contact ADD COLUMN given_tags TEXT NOT NULL DEFAULT '[]';
UPDATE contact SET given_tags = coalesce(json_extract(fields, '$.tags'), '[]');
