-- Who is on which list of a source. Members are the source's own record ids, also of records that no pull has shown yet.

CREATE TABLE source_list (
  source_id  TEXT NOT NULL,
  title      TEXT NOT NULL,
  whole_pull INTEGER,                         -- the last pull that showed all of it; NULL until one did: then it is not known
  PRIMARY KEY (source_id, title)
) STRICT, WITHOUT ROWID;

CREATE TABLE source_list_member (
  source_id TEXT NOT NULL,
  record_id TEXT NOT NULL,
  title     TEXT NOT NULL,
  seen_pull INTEGER NOT NULL,
  counted   INTEGER NOT NULL,                 -- 0: of a reading that has not shown the whole list yet
  PRIMARY KEY (source_id, record_id, title)
) STRICT, WITHOUT ROWID;
CREATE INDEX source_list_member_by_list ON source_list_member (source_id, title, seen_pull);

-- Records of people who were erased, under a name that does not tell whose they are: lists go on naming their ids.
CREATE TABLE erased_record (
  name TEXT PRIMARY KEY,
  mark BLOB NOT NULL                          -- of the person, as in erased
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_record_by_mark ON erased_record (mark);
