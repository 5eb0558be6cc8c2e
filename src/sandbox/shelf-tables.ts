// Owns the tables of the shelves, one for each kind of row beside the contacts, with the number that its ids start after.

export const SHELVES = {
  list: 42_000,
  message: 900_000,
  conversation: 600_000,
  template: 300,
  survey: 800,
  schedule: 70_000,
  contact_key: 0,
  member: 0,
} as const
export type ShelfName = keyof typeof SHELVES

/** The tables of all shelves. Ids go on after the number given, also when the last row is deleted. */
export const SHELF_TABLES = (Object.keys(SHELVES) as ShelfName[])
  .map(
    (name) => `
CREATE TABLE IF NOT EXISTS ${name} (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  uuid TEXT NOT NULL,
  local_id TEXT,
  ref TEXT,
  created_us INTEGER NOT NULL,
  updated_us INTEGER NOT NULL,
  show_at INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS ${name}_updated ON ${name} (updated_us);
CREATE INDEX IF NOT EXISTS ${name}_created ON ${name} (created_us);
CREATE INDEX IF NOT EXISTS ${name}_local_id ON ${name} (local_id);
CREATE INDEX IF NOT EXISTS ${name}_ref ON ${name} (ref);`,
  )
  .join('\n')

export const EMPTY_SHELVES = (Object.keys(SHELVES) as ShelfName[])
  .map((name) => `DELETE FROM ${name}; DELETE FROM sqlite_sequence WHERE name = '${name}'`)
  .join('; ')
