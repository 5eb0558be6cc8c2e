-- What somebody asked the service for and was promised: kept until its cycle has begun, so that a restart loses none of it.
CREATE TABLE asked (
  cycle_id TEXT PRIMARY KEY, -- given to whoever asked
  request TEXT NOT NULL -- JSON, as in src/service/promises.ts
) STRICT, WITHOUT ROWID;
