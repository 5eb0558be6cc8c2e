// Owns what a phone is called where a row of the admin API names a person.
import type { Db } from '../../db/open.ts'
import { DISPLAY_NAME } from '../../sync/mirror/remote-body.ts'

/** First and last name as the sources have or had them, else as Heymarket shows them; "" when nobody knows one. */
export function namesReader(db: Db): (phone: string) => string {
  const wanted = db
    .prepare<[string], string>(
      "SELECT trim(coalesce(json_extract(fields, '$.first'), '') || ' ' || coalesce(json_extract(fields, '$.last'), '')) FROM contact WHERE phone = ?",
    )
    .pluck()
  const shown = db
    .prepare<[string], string | null>(
      `SELECT ${DISPLAY_NAME} FROM remote_contact WHERE phone = ? ORDER BY id LIMIT 1`,
    )
    .pluck()
  return (phone) => wanted.get(phone) || shown.get(phone) || ''
}
