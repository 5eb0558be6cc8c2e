// Owns the search for people: by a number in any spelling, by the id of a record, by the beginning of a name.
import type { z } from 'zod'
import type { Config } from '../../config/schema.ts'
import type { Db } from '../../db/open.ts'
import { DISPLAY_NAME } from '../../sync/mirror/remote-body.ts'
import { readingsOf } from '../../sync/normalize/typed-phone.ts'
import type { people, personRow } from '../api/contract.ts'
import { type Key, pageOf, readCursor } from './cursor.ts'

type Row = z.infer<typeof personRow>

export interface PeopleReader {
  /** Without `q` everybody, in the order of their numbers; else whom it names exactly, and then by name. */
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
/** So many are counted to find the rarest of several words. */
const RARE = 2000
/** With fewer digits a number is not tried as one of every country in the world. */
const LEAST_WORLDWIDE = 9

const NAME =
  "trim(coalesce(json_extract(c.fields, '$.first'), '') || ' ' || coalesce(json_extract(c.fields, '$.last'), ''))"
const ROW = `SELECT c.phone, ${NAME} AS name, c.source_id AS source, c.record_id AS record, c.state,
    EXISTS (SELECT 1 FROM remote_contact r WHERE r.phone = c.phone) AS in_heymarket,
    EXISTS (SELECT 1 FROM consent k WHERE k.phone = c.phone AND k.state = 'opted_out') AS opted_out
  FROM contact c`

type Field = 'first' | 'last'

/** Where a name begins: at `from`, after `phone` among those of just that name. */
interface Begin {
  readonly q: string
  readonly from: string
  readonly phone: string
  readonly limit: number
}

interface Named {
  readonly word: string
  readonly phone: string
}

/** As migration 026 has it in its indexes. */
const lowered = (field: Field) => `lower(json_extract(c.fields, '$.${field}'))`

export function peopleReader(db: Db, config: Config): PeopleReader {
  const everybody = db.prepare<[string, number], Found>(`${ROW} WHERE c.phone > ? ORDER BY c.phone LIMIT ?`)
  const wanted = db.prepare<[string], Found>(`${ROW} WHERE c.phone = ?`)
  const remote = db.prepare<[string], Found>(
    `SELECT r.phone, ${DISPLAY_NAME} AS name, NULL AS source, NULL AS record,
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
  // In the order of an index on names, so that a page costs no more than it shows, however many share a name.
  const inOrder = (field: Field) => {
    const name = lowered(field)
    const from = `SELECT ${name} AS word, c.phone FROM contact c WHERE ${name} >= @from AND ${name} < @q || '${LAST}'
        AND (${name} > @from OR c.phone > @phone)`
    // Whom the first name found already is not found again by the last.
    const once =
      field === 'last'
        ? `AND NOT coalesce(${lowered('first')} >= @q AND ${lowered('first')} < @q || '${LAST}', 0)`
        : ''
    const order = `ORDER BY ${name}, c.phone`
    return {
      oneWord: db.prepare<[Begin], Named>(`${from} ${once} ${order} LIMIT @limit`),
      words: db.prepare<[Begin & { pattern: string }], Named>(
        `SELECT n.word, n.phone FROM (${from} ${once} ${order} LIMIT ${NAMESAKES}) n JOIN contact c ON c.phone = n.phone
         WHERE lower(${NAME}) LIKE @pattern ESCAPE '\\' LIMIT @limit`,
      ),
    }
  }
  const by = { first: inOrder('first'), last: inOrder('last') }
  const howMany = db
    .prepare<[{ q: string }], number>(
      (['first', 'last'] as const)
        .map(
          (field) =>
            `(SELECT count(*) FROM (SELECT 1 FROM contact c WHERE ${lowered(field)} >= @q AND ${lowered(field)} < @q || '${LAST}' LIMIT ${RARE}))`,
        )
        .join(' + ')
        .replace(/^/, 'SELECT '),
    )
    .pluck()

  /** From a mark on; the field in which a name was found is a part of the mark. */
  const byName = (text: string, mark: Key, limit: number): (Named & { field: Field })[] => {
    const words = [...new Set(text.toLowerCase().split(/\s+/))]
    // The word that fewest names begin with is looked up, and the others are looked for in what it finds, in any order.
    const counted = words
      .map((word) => ({ word, n: howMany.get({ q: word }) ?? 0 }))
      .sort((a, b) => a.n - b.n)
    const q = counted.find(({ n }) => n > 0)?.word
    if (q === undefined) return []
    const pattern = `%${words
      .filter((word) => word !== q)
      .map(likeText)
      .join('%')}%`
    const [at = '', word = '', phone = ''] = mark
    const fields: readonly Field[] = at === 'last' ? ['last'] : ['first', 'last']
    const found: (Named & { field: Field })[] = []
    for (const field of fields) {
      // The mark of somebody who was named exactly has no word: after them, the names begin.
      const goesOn = at === field && word >= q
      const begin = {
        q,
        from: goesOn ? word : q,
        phone: goesOn ? phone : '',
        limit: limit - found.length,
      }
      if (begin.limit === 0) break
      const rows =
        words.length === 1 ? by[field].oneWord.all(begin) : by[field].words.all({ ...begin, pattern })
      found.push(...rows.map((row) => ({ ...row, field })))
    }
    return found
  }

  const show = (phone: string): Found | undefined => wanted.get(phone) ?? remote.get(phone)
  // A reading as of another country is tried only where the likelier ones are nobody's.
  const firstKnown = (phones: Iterable<string>): string[] => {
    for (const phone of phones) if (show(phone) !== undefined) return [phone]
    return []
  }
  const everyone = (mark: Key, limit: number) =>
    everybody.all(mark[2] ?? '', limit).map(({ phone }) => ({ field: '', word: '', phone }))
  /** Numbers and ids name somebody exactly, so these come first, and at once. */
  const exactly = (text: string) =>
    [...new Set([...firstKnown(numbersIn(text, config.defaultCountry)), ...ofRecord.all(text)])].map(
      (phone) => ({ field: 'first', word: '', phone }),
    )
  return {
    page: ({ q, limit, after }) => {
      const text = q.trim()
      const mark = readCursor(after, 3) ?? []
      const exact = text === '' || mark.length > 0 ? [] : exactly(text)
      const known = new Set(exact.map(({ phone }) => phone))
      const more = text === '' ? everyone(mark, limit + 1) : byName(text, mark, limit + 1)
      const all = [...exact, ...more.filter(({ phone }) => !known.has(phone))]
      const page = pageOf(all, limit, ({ field, word, phone }) => [field, word, phone])
      return { people: page.rows.flatMap(({ phone }) => show(phone) ?? []).map(rowOf), after: page.after }
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
