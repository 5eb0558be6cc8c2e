// What cases are compared with: the same work by the plain libraries in a loop, with nothing of heysync around it.
import { hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { join } from 'node:path'

const ROWS_AT_ONCE = 1_000

/** The rows of a CSV file, so many at once. */
export async function* csvRows(file) {
  const { parse } = await import('csv-parse')
  let rows = []
  for await (const row of createReadStream(file).pipe(parse({ from_line: 2 }))) {
    rows.push(row)
    if (rows.length < ROWS_AT_ONCE) continue
    yield rows
    rows = []
  }
  if (rows.length > 0) yield rows
}

/** The rows of a table of PostgreSQL, page by page in the order of their ids. */
export async function* tableRows(connectionString) {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString })
  await client.connect()
  let after = -1
  for (;;) {
    const text = 'SELECT * FROM people WHERE id > $1 ORDER BY id LIMIT 10000'
    const { rows } = await client.query({ text, values: [after], rowMode: 'array' })
    if (rows.length === 0) break
    after = rows.at(-1)[0]
    yield rows
  }
  await client.end()
}

export async function openLoopDatabase(folder) {
  const { default: Database } = await import('better-sqlite3')
  const db = new Database(join(folder, 'loop.db'))
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.exec(`CREATE TABLE record (id TEXT PRIMARY KEY, hash BLOB NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE TABLE contact (phone TEXT PRIMARY KEY, hash BLOB NOT NULL, body TEXT NOT NULL) STRICT, WITHOUT ROWID;`)
  return db
}

/** Keeps each row by its id, where its hash is new. Returns how many rows there were. */
export async function keepRows(db, pages) {
  const upsert = db.prepare(
    `INSERT INTO record (id, hash, body) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET hash = excluded.hash, body = excluded.body WHERE hash <> excluded.hash`,
  )
  let rows = 0
  const keep = db.transaction((page) => {
    for (const row of page) {
      const body = JSON.stringify(row)
      upsert.run(String(row[0]), hash('sha256', body, 'buffer'), body)
    }
  })
  for await (const page of pages) {
    keep(page)
    rows += page.length
  }
  return rows
}

/** The same, and reads the phone of each row and keeps a contact by it. */
export async function loadRows(db, pages) {
  const { parsePhoneNumberFromString } = await import('libphonenumber-js/max')
  const record = db.prepare('INSERT INTO record (id, hash, body) VALUES (?, ?, ?)')
  const contact = db.prepare('INSERT OR REPLACE INTO contact (phone, hash, body) VALUES (?, ?, ?)')
  let rows = 0
  const keep = db.transaction((page) => {
    for (const row of page) {
      const body = JSON.stringify(row)
      const key = hash('sha256', body, 'buffer')
      record.run(row[0], key, body)
      const number = parsePhoneNumberFromString(row[1], row[6])
      if (number?.isValid()) contact.run(number.number.slice(1), key, body)
    }
  })
  for await (const page of pages) {
    keep(page)
    rows += page.length
  }
  return rows
}
