// Owns the options of the sql connector: every key, its default and the sentence that explains it.
import { z } from 'zod'

const name = z.string().trim().min(1)

function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone })
    return true
  } catch {
    return false
  }
}

const parts = z.strictObject({
  type: z
    .enum(['postgres', 'mysql', 'sqlserver', 'sqlite'])
    .describe('Kind of the database; mysql also stands for MariaDB.'),
  host: name.default('127.0.0.1').describe('Name or address of its server.'),
  port: z.int().min(1).max(65_535).optional().describe('Port of its server, where it is not the usual one.'),
  user: name.optional().describe('Who signs in.'),
  password: z.string().optional().describe('Their password, best as ${NAME} from the environment.'),
  name: name.describe('Name of the database; for SQLite the path of its file.'),
})

export const sqlOptions = z
  .strictObject({
    database: z
      .union([z.string().min(1), parts])
      .describe(
        'Address such as postgres://user:password@host/name (also mysql:, mariadb:, sqlserver:, sqlite:file.db), or its parts.',
      ),
    tls: z
      .enum(['verify', 'encrypt', 'off'])
      .optional()
      .describe(
        'verify: encrypted, and the server has to prove who it is. encrypt: encrypted only. Default: verify, and off on this machine.',
      ),
    tlsCaFile: name
      .optional()
      .describe('File with the certificate (PEM) that vouches for the server, where no public one does.'),
    table: name.optional().describe('Table or view, with its schema where it needs one: crm.contacts.'),
    query: name.optional().describe('A single SELECT whose rows are the records, instead of table.'),
    columns: z
      .array(name)
      .min(1)
      .optional()
      .describe('Columns to read; all of them, but no binary ones, unless given.'),
    idColumn: z
      .union([name, z.array(name).min(1)])
      .describe("Column that holds the record's own id, or several columns that together are unique."),
    updatedColumn: name
      .optional()
      .describe(
        'Column that holds the time of the last change (in SQL Server also a rowversion). Without it everything is read each time.',
      ),
    timezone: z
      .string()
      .refine(
        isTimeZone,
        'not a time zone that this machine knows; use an IANA name such as America/New_York',
      )
      .default('UTC')
      .describe('Time zone of times in updatedColumn that carry none, e.g. America/New_York.'),
    deletedColumn: name.optional().describe('Column that says that the record is gone.'),
    deletedValues: z
      .array(z.string().trim())
      .min(1)
      .optional()
      .describe(
        'Values of deletedColumn that mean gone. Unless given: any but null, false, 0, no, n, f and empty.',
      ),
    changeTracking: z
      .boolean()
      .default(false)
      .describe('SQL Server: read changes and deletes from Change Tracking of the table.'),
    statementTimeoutMs: z
      .int()
      .min(100)
      .default(60_000)
      .describe('How long one statement may take before the database stops it, in milliseconds.'),
    pageSize: z
      .int()
      .min(1)
      .max(10_000)
      .default(1_000)
      .describe('Rows that are asked for at a time; they are saved by the thousand.'),
  })
  .superRefine((options, check) => {
    const refuse = (key: string, message: string) => check.addIssue({ code: 'custom', path: [key], message })
    if ((options.table === undefined) === (options.query === undefined))
      refuse('table', 'give either table or query')
    if (options.deletedValues !== undefined && options.deletedColumn === undefined)
      refuse('deletedValues', 'says nothing without deletedColumn')
    if (options.changeTracking && options.table === undefined)
      refuse('changeTracking', 'works for a table, not for a query')
    if (options.changeTracking && options.updatedColumn !== undefined)
      refuse('changeTracking', 'takes the place of updatedColumn; remove one of them')
  })

export type SqlOptions = z.output<typeof sqlOptions>

/** The id columns as a list, in the order configured. */
export function idColumns({ idColumn }: SqlOptions): readonly string[] {
  return typeof idColumn === 'string' ? [idColumn] : idColumn
}
