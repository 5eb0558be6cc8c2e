-- What a connector keeps between pulls beside its cursor, such as a token that its vendor rotated.
CREATE TABLE source_keep (
  source_id TEXT NOT NULL,
  name      TEXT NOT NULL,
  value     TEXT NOT NULL,
  PRIMARY KEY (source_id, name)
) STRICT, WITHOUT ROWID;
