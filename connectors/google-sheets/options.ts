// Owns the options of the google-sheets connector: every key, its default and the sentence that explains it.
import { z } from 'zod'

const column = z.string().trim().min(1)
const ADDRESS = /^https:\/\/docs\.google\.com\/spreadsheets\/(?:u\/\d+\/)?d\/([\w-]+)/
const ID = /^[\w-]{10,}$/

export const sheetsOptions = z
  .strictObject({
    spreadsheet: z
      .string()
      .trim()
      .refine((text) => ADDRESS.test(text) || ID.test(text), 'the id of a spreadsheet, or its whole address')
      .describe('The spreadsheet: its address in the browser, or the id in it.'),
    sheet: z
      .union([z.int().min(0), z.string().trim().min(1)])
      .optional()
      .describe(
        'The tab: its name, or the number behind gid= in the address, which outlives a new name. Not needed where there is one tab.',
      ),
    idColumn: z
      .union([column, z.array(column).min(1)])
      .describe("Column that holds the record's own id, or several columns that together are unique."),
    headerRow: z.int().min(1).default(1).describe('Row that holds the names of the columns.'),
    keyFile: z
      .string()
      .min(1)
      .optional()
      .describe(
        'The JSON key of the service account. Relative paths start from the folder of the config file.',
      ),
    clientEmail: z.email().optional().describe('E-mail address of the service account, in place of keyFile.'),
    privateKey: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Private key of the service account (PEM), in place of keyFile, best as "${GOOGLE_PRIVATE_KEY}".',
      ),
    pageSize: z
      .int()
      .min(1)
      .max(20_000)
      .default(2_000)
      .describe('Rows that are asked for and saved at a time.'),
    requestsPerMinute: z
      .int()
      .min(1)
      .default(50)
      .describe(
        'Requests of this service account in a minute; Google allows 60 unless your project has more.',
      ),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Where Sheets, Drive and the sign-in answer, where that is not Google: for a proxy, or for tests.',
      ),
  })
  .superRefine(({ keyFile, clientEmail, privateKey }, check) => {
    const isPair = clientEmail !== undefined && privateKey !== undefined
    const isWhole = keyFile === undefined ? isPair : clientEmail === undefined && privateKey === undefined
    if (!isWhole)
      check.addIssue({
        code: 'custom',
        path: ['keyFile'],
        message: 'either keyFile, or clientEmail and privateKey together',
      })
  })

export type SheetsOptions = z.output<typeof sheetsOptions>

export function spreadsheetId({ spreadsheet }: SheetsOptions): string {
  return ADDRESS.exec(spreadsheet)?.[1] ?? spreadsheet
}

/** The id columns as a list, in the order configured. */
export function idColumns({ idColumn }: SheetsOptions): readonly string[] {
  return typeof idColumn === 'string' ? [idColumn] : idColumn
}
