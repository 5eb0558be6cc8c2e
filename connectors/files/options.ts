// Owns the options of the csv connector, which those of files begin with: every key, its default and the sentence that explains it.
import { type RefinementCtx, z } from 'zod'
import { isGlob } from './glob.ts'

const column = z.string().trim().min(1)

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** What every place and format shares. */
export const tableShape = {
  path: z
    .string()
    .min(1)
    .describe(
      'The file, or a glob such as exports/*.csv. Relative paths start from the folder of the config file.',
    ),
  files: z
    .enum(['newest', 'all'])
    .optional()
    .describe(
      'For a glob with snapshot: true. newest: each file is a whole export and the newest one counts. all: the files together are the whole.',
    ),
  idColumn: z
    .union([column, z.array(column).min(1)])
    .describe("Column that holds the record's own id, or several columns that together are unique."),
  updatedColumn: column.optional().describe('Column that holds the time of the last change.'),
  timezone: z
    .string()
    .refine(isTimeZone, 'not a time zone that this machine knows; use an IANA name such as America/New_York')
    .default('UTC')
    .describe('Time zone of times in updatedColumn that carry none, e.g. America/New_York.'),
  snapshot: z
    .boolean()
    .default(true)
    .describe(
      'true: the file is the whole truth, and a record that is not in it has left. false: it holds changes only.',
    ),
  deletedColumn: column.optional().describe('Column that says that the record is gone.'),
  deletedValues: z
    .array(z.string().trim().min(1))
    .min(1)
    .default(['1', 'true', 'yes', 'y', 'deleted', 'x'])
    .describe('Values of deletedColumn that mean gone; upper and lower case are the same.'),
  encoding: z
    .enum(['auto', 'utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'latin1'])
    .default('auto')
    .describe(
      'Text encoding. auto: byte order mark, else UTF-16 by its pattern, else UTF-8 where valid, else windows-1252.',
    ),
  delimiter: z
    .enum(['auto', ',', ';', '\t', '|'])
    .default('auto')
    .describe('What stands between cells. auto: taken from the first rows.'),
  quote: z
    .string()
    .max(1)
    .refine((quote) => !/[\r\n\t,;|\0]/.test(quote), 'cannot be a delimiter or a line break')
    .default('"')
    .describe(
      'What encloses a cell that holds a delimiter or a line break; twice inside stands for itself. Empty: no quoting.',
    ),
  settleMs: z
    .int()
    .min(0)
    .default(2_000)
    .describe('A file must have been left unchanged for this long before it is read, in milliseconds.'),
  settleTimeoutMs: z
    .int()
    .min(0)
    .default(30_000)
    .describe(
      'How long to wait for a file that is still being written, in milliseconds; then this pull gives up.',
    ),
  readySuffix: z
    .string()
    .min(1)
    .refine((suffix) => !/[\\/*?]/.test(suffix), 'a suffix such as .done, not a path or a glob')
    .optional()
    .describe('A file counts only when another one of its name plus this suffix exists, e.g. .done.'),
  pageSize: z
    .int()
    .min(1)
    .max(10_000)
    .default(250)
    .describe('Rows that are handed over and saved at a time.'),
} as const

/** A glob of snapshots can be meant in two ways, and nothing else in one of them. */
export function checkWhichFiles(
  options: { readonly path: string; readonly snapshot: boolean; readonly files?: string | undefined },
  check: RefinementCtx,
): void {
  const chooses = isGlob(options.path) && options.snapshot
  if (chooses && options.files === undefined) {
    check.addIssue({
      code: 'custom',
      path: ['files'],
      message:
        'path can match several files, so say which ones count: `files: newest` when each file is a whole export, `files: all` when the files together are the whole',
    })
  }
  if (!chooses && options.files !== undefined) {
    check.addIssue({
      code: 'custom',
      path: ['files'],
      message: options.snapshot
        ? 'only for a path with a glob such as exports/*.csv; remove it'
        : 'only for snapshot: true; with snapshot: false every new file is read once, oldest first',
    })
  }
}

export const csvOptions = z.strictObject(tableShape).superRefine(checkWhichFiles)

export type CsvOptions = z.output<typeof csvOptions>

/** The id columns as a list, in the order configured. */
export function idColumns(options: CsvOptions): readonly string[] {
  return typeof options.idColumn === 'string' ? [options.idColumn] : options.idColumn
}
