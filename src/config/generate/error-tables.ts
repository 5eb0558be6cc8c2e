// Owns the tables of docs/errors.md, from the tables of codes.
import { ERROR_TABLE } from '../../lib/errors.ts'
import { REJECTION_TABLE } from '../../sync/normalize/rejection.ts'
import { markdownTable } from './marked.ts'

export function errorsTable(): string {
  return markdownTable(
    ['Code', 'Meaning', 'Verdict', 'Exit code'],
    Object.entries(ERROR_TABLE).map(([code, kind]) => [
      `\`${code}\``,
      kind.meaning,
      kind.verdict,
      String(kind.exitCode),
    ]),
  )
}

export function rejectionsTable(): string {
  return markdownTable(
    ['Code', 'Meaning'],
    Object.entries(REJECTION_TABLE).map(([code, meaning]) => [`\`${code}\``, meaning]),
  )
}
