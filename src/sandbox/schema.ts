// Owns the SQLite file behind the sandbox: its tables, and opening it.
import Database from 'better-sqlite3'
import { HeysyncError } from '../lib/errors.ts'
import { EMPTY_SHELVES, SHELF_TABLES } from './shelf-tables.ts'

export type Db = Database.Database

// Times are microseconds since 1970. Tags are a JSON array of ids, custom a JSON object of field id to text.
const TABLES = `
CREATE TABLE IF NOT EXISTS contact (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL,
  phone TEXT,
  first TEXT NOT NULL,
  last TEXT NOT NULL,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  avatar TEXT NOT NULL,
  assigned_user_id INTEGER NOT NULL,
  tags TEXT NOT NULL,
  custom TEXT NOT NULL,
  unsubscribed_admin INTEGER NOT NULL,
  unsubscribed_contact INTEGER NOT NULL,
  blocked INTEGER NOT NULL,
  creator_id INTEGER NOT NULL,
  created_us INTEGER NOT NULL,
  updated_us INTEGER NOT NULL,
  rev INTEGER NOT NULL,
  op TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS contact_phone ON contact (phone);
CREATE INDEX IF NOT EXISTS contact_uuid ON contact (uuid);
CREATE INDEX IF NOT EXISTS contact_updated ON contact (updated_us);

-- Writes that lists and look-ups do not show yet; image is the whole contact as JSON, null for a deletion.
CREATE TABLE IF NOT EXISTS waiting (
  seq INTEGER PRIMARY KEY,
  show_at INTEGER NOT NULL,
  contact_id INTEGER NOT NULL,
  phone TEXT,
  image TEXT
) STRICT;
CREATE INDEX IF NOT EXISTS waiting_contact ON waiting (contact_id);
CREATE INDEX IF NOT EXISTS waiting_phone ON waiting (phone);

-- Every contact ever created, kept when the contact is deleted.
CREATE TABLE IF NOT EXISTS creation (
  id INTEGER PRIMARY KEY,
  phone TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS tag (
  id INTEGER PRIMARY KEY,
  uuid TEXT NOT NULL,
  tag TEXT NOT NULL,
  color TEXT NOT NULL,
  created_us INTEGER NOT NULL,
  updated_us INTEGER NOT NULL,
  rev INTEGER NOT NULL
) STRICT;

CREATE TABLE IF NOT EXISTS field (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL UNIQUE
) STRICT;
`

/** Opens the file, or a database in memory. Throws ERR_DATABASE_OPEN. */
export function openSandboxDb(file: string | undefined): Db {
  try {
    const db = new Database(file ?? ':memory:')
    // A power cut may cost the sandbox its last writes; that is worth the speed.
    db.pragma('journal_mode = WAL')
    db.pragma('synchronous = OFF')
    db.exec(TABLES + SHELF_TABLES)
    return db
  } catch (cause) {
    throw new HeysyncError('ERR_DATABASE_OPEN', {
      message: `The sandbox cannot open ${file ?? 'its database'}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'Give --data a file in a folder that exists, or leave it out to keep everything in memory.',
      cause,
    })
  }
}

/** Empties every table. */
export function emptyTables(db: Db): void {
  db.exec(
    `DELETE FROM contact; DELETE FROM waiting; DELETE FROM creation; DELETE FROM tag; DELETE FROM field; ${EMPTY_SHELVES}`,
  )
}
