// Owns the search for people: by a number in any spelling, by the id of a record, by the beginning of a name.
import type { z } from 'zod'
import type { Config } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import { readingsOf } from '../../sync/normalize/typed-phone.ts'
import type { people, personRow } from '../api/contract.ts'
import { cursorOf, readCursor } from './cursor.ts'

type Row = z.infer<typeof personRow>

export interface PeopleReader {
  /** In the order of their numbers. Without `q` everybody. */
  page(ask: { q: string; limit: number; after: string | undefined }): z.infer<typeof people>
}

interface Found {
  readonly phone: string
  readonly name: string
  readonly source: string | null
  readonly record: string | null
  readonly state: string
  readonly in_heymarket: 0 | 1
  readonly opted_out: 0 | 1
}

/** A number has at least so many digits. */
const LEAST_DIGITS = 7
/** Sorts after every letter that a name may go on with. */
const LAST = '\u{10ffff}'
/** So many who share the beginning of a name are looked at for the rest of it. */
const NAMESAKES = 10_000
/** So many numbers are taken for one word. */
const MOST_OF_A_WORD = 50_000
/** With fewer digits a number is not tried as one of every country in the world. */
const LEAST_WORLDWIDE = 9

const NAME =
  "trim(coalesce(json_extract(c.fields, '$.first'), '') || ' ' || coalesce(json_extract(c.fields, '$.last'), ''))"
const ROW = `SELECT c.phone, ${NAME} AS name, c.source_id AS source, c.record_id AS record, c.state,
    EXISTS (SELECT 1 FROM remote_contact r WHERE r.phone = c.phone) AS in_heymarket,
    EXISTS (SELECT 1 FROM consent k WHERE k.phone = c.phone AND k.state = 'opted_out') AS opted_out
  FROM contact c`

export function peopleReader(db: Db, config: Config): PeopleReader {
  const everybody = db.prepare<[string, number], Found>(`${ROW} WHERE c.phone > ? ORDER BY c.phone LIMIT ?`)
  const wanted = db.prepare<[string], Found>(`${ROW} WHERE c.phone = ?`)
  const remote = db.prepare<[string], Found>(
    `SELECT r.phone, coalesce(json_extract(r.body, '$.displayName'), '') AS name, NULL AS source, NULL AS record,
       'heymarket' AS state, 1 AS in_heymarket,
       EXISTS (SELECT 1 FROM consent k WHERE k.phone = r.phone AND k.state = 'opted_out') AS opted_out
     FROM remote_contact r WHERE r.phone = ? ORDER BY r.id LIMIT 1`,
  )
  const ofRecord = db
    .prepare<[string], string>(
      `SELECT s.phone FROM source o CROSS JOIN source_record s ON s.source_id = o.id
       WHERE s.record_id = ? AND s.phone IS NOT NULL`,
    )
    .pluck()
  const begins = (field: 'first' | 'last', columns: string) => {
    const name = `lower(json_extract(c.fields, '$.${field}'))`
    return `SELECT ${columns} FROM contact c WHERE ${name} >= @q AND ${name} < @q || '${LAST}'`
  }
  // The index of the name answers this alone; only the first of the numbers are put in order.
  const numbersOf = (field: 'first' | 'last') =>
    db
      .prepare<[{ q: string; after: string; limit: number }], string>(
        `SELECT phone FROM (${begins(field, 'c.phone')} LIMIT ${MOST_OF_A_WORD})
         WHERE phone > @after ORDER BY phone LIMIT @limit`,
      )
      .pluck()
  const byFirst = numbersOf('first')
  const byLast = numbersOf('last')
  const howMany = db
    .prepare<[{ q: string }], number>(
      `SELECT (SELECT count(*) FROM (${begins('first', '1')} LIMIT ${NAMESAKES}))
            + (SELECT count(*) FROM (${begins('last', '1')} LIMIT ${NAMESAKES}))`,
    )
    .pluck()
  const restOf = (field: 'first' | 'last') =>
    `SELECT c.phone FROM (${begins(field, 'c.phone, c.fields')} LIMIT ${NAMESAKES}) c
     WHERE c.phone > @after AND lower(${NAME}) LIKE @pattern ESCAPE '\\'`
  const byWords = db
    .prepare<[{ q: string; pattern: string; after: string; limit: number }], string>(
      `SELECT phone FROM (${restOf('first')} UNION ${restOf('last')}) ORDER BY phone LIMIT @limit`,
    )
    .pluck()

  const byName = (q: string, after: string, limit: number): string[] => {
    const words = [...new Set(q.toLowerCase().split(/\s+/))]
    const [first = ''] = words
    if (words.length === 1) {
      const both = [byFirst, byLast].flatMap((one) => one.all({ q: first, after, limit }))
      return [...new Set(both)].sort().slice(0, limit)
    }
    // The word that fewest names begin with is looked up, and the others are looked for in what it finds, in any order.
    const counted = words
      .map((word) => ({ word, n: howMany.get({ q: word }) ?? 0 }))
      .sort((a, b) => a.n - b.n)
    const [rarest] = counted.filter(({ n }) => n > 0)
    if (rarest === undefined) return []
    const rest = words.filter((word) => word !== rarest.word)
    const orders = rest.length === 1 ? [rest] : [rest, [...rest].reverse()]
    const found = orders.flatMap((order) => {
      const pattern = `%${order.map(likeText).join('%')}%`
      return byWords.all({ q: rarest.word, pattern, after, limit })
    })
    return [...new Set(found)].sort().slice(0, limit)
  }

  const show = (phone: string): Found | undefined => wanted.get(phone) ?? remote.get(phone)
  // A reading as of another country is tried only where the likelier ones are nobody's.
  const firstKnown = (phones: Iterable<string>): string[] => {
    for (const phone of phones) if (show(phone) !== undefined) return [phone]
    return []
  }
  return {
    page: ({ q, limit, after }) => {
      const [last = ''] = readCursor(after, 1) ?? []
      const asked = q.trim()
      const phones =
        asked === ''
          ? everybody.all(last, limit + 1).map(({ phone }) => phone)
          : [
              ...new Set([
                ...firstKnown(numbersIn(asked, config.defaultCountry)),
                ...ofRecord.all(asked),
                ...byName(asked, last, limit + 1),
              ]),
            ]
              .filter((phone) => phone > last)
              .sort()
      const page = phones.slice(0, limit)
      const rows = page.flatMap((phone) => show(phone) ?? [])
      const mark = page.at(-1)
      return {
        people: rows.map(rowOf),
        after: phones.length > limit && mark !== undefined ? cursorOf([mark]) : null,
      }
    },
  }
}

/** The numbers that a text may mean, likeliest first; none for a text that is a name. */
function* numbersIn(text: string, defaultCountry: string | undefined): Generator<string> {
  if (/\p{L}/u.test(text)) return
  const digits = text.replace(/\D/g, '')
  if (digits.length < LEAST_DIGITS) return
  yield digits
  if (digits.length >= LEAST_WORLDWIDE) yield* readingsOf(text, defaultCountry)
}

function likeText(word: string): string {
  return word.replace(/[\\%_]/g, '\\$&')
}

function rowOf({ in_heymarket, opted_out, ...row }: Found): Row {
  return { ...row, inHeymarket: in_heymarket === 1, optedOut: opted_out === 1 }
}
