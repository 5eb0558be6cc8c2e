// Owns the edits that the demo makes to its file: a normal Tuesday at the front desk.
import { HeysyncError } from '../../lib/errors.ts'

export interface Edit {
  /** What a person would say happened. */
  readonly says: string
  /** Record in whose line it is made. */
  readonly record: string
  /** The line after the edit, its line end included; null when it is taken out. */
  apply(line: string): string | null
}

/** Replaces a text in a line. Errors: ERR_INTERNAL when the line does not hold it. */
function replace(line: string, from: string, to: string): string {
  if (line.includes(from)) return line.replace(from, () => to)
  throw new HeysyncError('ERR_INTERNAL', {
    message: `The demo's file does not hold "${from}" where the demo expects it.`,
    hint: 'node scripts/make-demo-data.mjs makes the file again.',
  })
}

export const EDITS: readonly Edit[] = [
  {
    says: 'Daniel Kim calls: his number is back, after a spreadsheet had eaten it',
    record: 'P-1003',
    apply: (line) => replace(line, '1.41556E+10', '(415) 555-0144'),
  },
  {
    says: 'Emily Carter has married',
    record: 'P-1004',
    apply: (line) => replace(line, ',Carter,', ',Carter-Reyes,'),
  },
  {
    says: 'Jürgen Weiß takes the Premium plan',
    record: 'P-1005',
    apply: (line) => replace(line, 'Basic,2026-02-28', 'Premium,2027-02-28'),
  },
  {
    says: 'Sofia Rossi has a new e-mail address',
    record: 'P-1006',
    apply: (line) => replace(line, 'sofia.r@example.com', 'sofia.rossi@example.org'),
  },
  { says: 'Robert O’Neil has left the clinic', record: 'P-1007', apply: () => null },
  {
    says: 'Priya Nair wants no more texts',
    record: 'P-1009',
    apply: (line) => replace(line, '2026-06-06,,', '2026-06-06,,yes'),
  },
  {
    says: 'Noor Haddad is new',
    record: 'P-1008',
    apply: (line) =>
      `P-2001,Noor,Haddad,212-555-0190,,noor.haddad@example.com,US,active,Plus,2026-11-01,,,,2025-09-01T09:00:00Z\r\n${line}`,
  },
]

/** The file after all edits. */
export function editFile(text: string): string {
  // Line ends stay with their lines, so that putting the lines together gives back every byte.
  const lines = text.split(/(?<=\n)/)
  return EDITS.reduce<string[]>((left, edit) => {
    const at = left.findIndex((line) => line.startsWith(`${edit.record},`))
    const edited = edit.apply(left[at] ?? '')
    return edited === null ? left.toSpliced(at, 1) : left.with(at, edited)
  }, lines).join('')
}
