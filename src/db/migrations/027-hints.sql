-- People of whom a webhook told something: the next cycle reads their contact, because an event is a hint and no proof.
CREATE TABLE hint (
  phone TEXT PRIMARY KEY,
  at    INTEGER NOT NULL                      -- milliseconds since 1970
) STRICT, WITHOUT ROWID;
