-- Who was erased: a mark that recognises a number when it is met again, and does not tell it.

CREATE TABLE erased (
  mark      BLOB PRIMARY KEY,                 -- HMAC-SHA256 of the bare E.164 under meta.erase_salt
  erased_at INTEGER NOT NULL,                 -- milliseconds since 1970
  reason    TEXT NOT NULL,
  opted_out INTEGER NOT NULL CHECK (opted_out IN (0, 1)) -- an opt-out outlives the erase, also one that came after it
) STRICT, WITHOUT ROWID;

-- Another one in each database, so that the marks of two cannot be compared.
INSERT INTO meta (key, value) VALUES ('erase_salt', lower(hex(randomblob(32))));
