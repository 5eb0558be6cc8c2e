// Owns what a source looks like before anything is pulled: its columns with samples and roles, and how many rows it has.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { openSession } from './open.ts'
import type { SqlOptions } from './options.ts'
import { toRecord } from './record.ts'
import type { Column } from './session.ts'
import { countSql, readList } from './statements.ts'
import { openTable } from './table.ts'

const ROWS = 50
const SAMPLES = 3
const SAMPLE_CHARS = 100

/** Samples come from 50 rows, as the database hands them out. The count is null where it takes too long. */
export async function discoverColumns(options: SqlOptions, context: ConnectorContext): Promise<Discovery> {
  const session = await openSession(options, context)
  try {
    const table = await openTable(options, session)
    const { columns, dialect, from } = table
    const select = dialect.limit(`SELECT ${readList(columns, dialect)} FROM ${from}`, ROWS)
    const rows = await session.rows({ text: select, values: [] })
    const records = rows.map((row) => toRecord(row, table, options))
    const count = await session.rows(countSql(table)).catch((error: unknown) => {
      context.signal.throwIfAborted()
      context.log.debug(`The rows could not be counted: ${error instanceof Error ? error.message : error}`)
      return []
    })
    const roles = rolesOf(columns)
    return {
      fields: columns.map((column) => ({
        name: column.name,
        type: column.holds === 'binary' ? 'text' : column.holds,
        ...(roles.has(column.name) ? { role: roles.get(column.name) as Role } : {}),
        samples: samplesOf(records.map(({ fields }) => fields[column.name])),
      })),
      count: count[0] === undefined ? null : Number(count[0][0]),
    }
  } finally {
    await session.close()
  }
}

function samplesOf(values: readonly unknown[]): readonly string[] {
  const texts = values
    .filter((value) => value !== null && value !== '')
    .map((value) =>
      (typeof value === 'object' ? JSON.stringify(value) : String(value)).slice(0, SAMPLE_CHARS),
    )
  return [...new Set(texts)].slice(0, SAMPLES)
}

type Role = NonNullable<DiscoveredField['role']>

/** Best names first; a column gets one role, and a role one column. */
const NAMES: readonly (readonly [Role, readonly RegExp[]])[] = [
  ['optedOut', [/^(sms_?|text_?|phone_?)?(opted_?out|opt_?out|unsubscribed?|do_?not_?(text|contact|sms))$/]],
  [
    'phone',
    [/^(mobile|cell)(_?(phone|number|no))?$/, /^phone(_?(number|no))?$/, /^tel(ephone)?$/, /mobile|phone/],
  ],
  ['first', [/^(first|given|fore)_?name$/, /^first$/]],
  ['last', [/^(last|family|sur)_?name$/, /^last$/]],
  ['email', [/^e_?mail(_?address)?$/, /e_?mail/]],
  ['country', [/^country(_?code)?$/]],
  ['assignee', [/^(assignee|owner|assigned_?to|sales_?rep)$/]],
  ['tags', [/^(tags|labels)$/]],
]

function rolesOf(columns: readonly Column[]): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>()
  for (const [role, patterns] of NAMES) {
    for (const pattern of patterns) {
      const found = columns.find(({ name }) => pattern.test(snake(name)) && !roles.has(name))
      if (found === undefined) continue
      roles.set(found.name, role)
      break
    }
  }
  return roles
}

/** `FirstName` and `first name` are `first_name`. */
function snake(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase()
}
