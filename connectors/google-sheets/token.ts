// Owns the token: which version of the file was read, so that an unchanged one costs a single request.
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { SheetsOptions } from './options.ts'

const tokenSchema = z.object({
  v: z.literal(1),
  /** Hash of the options that decide what a record is. */
  options: z.string(),
  /** Null when the sheet changed while it was read: then the next pull reads it again in any case. */
  version: z.string().nullable(),
  header: z.array(z.string()).readonly(),
})
export type Token = z.output<typeof tokenSchema>

/** Null when there is none, or none that this version or these options understand. */
export function readToken(text: string | null, options: SheetsOptions): Token | null {
  if (text === null) return null
  try {
    const token = tokenSchema.parse(JSON.parse(text))
    return token.options === hashOf(options) ? token : null
  } catch {
    return null
  }
}

export function writeToken(
  options: SheetsOptions,
  version: string | null,
  header: readonly string[],
): string {
  return JSON.stringify({ v: 1, options: hashOf(options), version, header } satisfies Token)
}

function hashOf({ spreadsheet, sheet, idColumn, headerRow }: SheetsOptions): string {
  const text = JSON.stringify([spreadsheet, sheet ?? null, idColumn, headerRow])
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
