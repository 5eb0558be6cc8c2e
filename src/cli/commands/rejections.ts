// Owns `rejections`: every record that could not become a contact, with its reason.

import { toIso } from '../../lib/clock.ts'
import type { ExitCode } from '../../lib/errors.ts'
import type { RejectionRow } from '../../sync/mirror/rejections.ts'
import { REJECTION_TABLE } from '../../sync/normalize/rejection.ts'
import { type Command, flag, SOURCE_OPTION, text, texts } from '../command.ts'
import { withApp } from '../open.ts'
import { clip, columns, many, wrap } from '../table-text.ts'

const SHOWN_PER_CODE = 5

export const rejections: Command = {
  about:
    'Grouped by reason, with the place in the source and the value that failed. A record leaves the list when it is mended.',
  options: [
    SOURCE_OPTION,
    { flags: '--code <code>', summary: 'only this reason, e.g. PHONE_INVALID' },
    { flags: '--all', summary: 'show every record instead of a few of each reason' },
  ],
  examples: [
    { line: 'heysync rejections', what: 'grouped by reason' },
    { line: 'heysync rejections --json', what: 'all of them, for a script' },
  ],
  json: 'a list of `source`, `record`, `place`, `code`, `field`, `value`, `message`, `at`',
  run: (call, io) =>
    withApp(call, io, async (app) => {
      const code = text(call, 'code')
      const wanted = texts(call, 'source')
      app.sourceIds(wanted)
      const rows = app.engine.mirror.records
        .rejections()
        .filter(
          (row) =>
            (wanted.length === 0 || wanted.includes(row.source_id)) &&
            (code === undefined || row.code === code),
        )
      if (flag(call, 'json')) {
        io.data(`${JSON.stringify(rows.map(rejectionJson), null, 2)}\n`)
        return 0 as ExitCode
      }
      if (rows.length === 0) {
        io.data('No rejections: every record that was read is a contact.\n')
        return 0 as ExitCode
      }
      const groups = groupByCode(rows)
      for (const [reason, group] of [...groups].sort((a, b) => b[1].length - a[1].length)) {
        const head = `${io.color.bold(reason)}  ${group.length}  ${io.color.dim(REJECTION_TABLE[reason])}`
        io.data(`${wrap(head, io.columns)}\n`)
        const shown = flag(call, 'all') ? group : group.slice(0, SHOWN_PER_CODE)
        const lines = shown.map((row) => [
          io.color.dim(row.place ?? row.source_id),
          clip(row.record_id || '(no id)', 24),
          clip(JSON.stringify(row.value), 28),
          row.message,
        ])
        io.data(`${columns(lines, '  ', io.columns)}\n`)
        if (group.length > shown.length)
          io.data(io.color.dim(`  … and ${group.length - shown.length} more (--all shows them)\n`))
        io.data('\n')
      }
      io.say(
        `${many(rows.length, 'record')}. ${io.color.cyan('heysync why <phone or record id>')}  tells the whole story of one`,
      )
      return 0 as ExitCode
    }),
}

function groupByCode(rows: readonly RejectionRow[]): Map<RejectionRow['code'], RejectionRow[]> {
  const groups = new Map<RejectionRow['code'], RejectionRow[]>()
  for (const row of rows) {
    const group = groups.get(row.code)
    if (group) group.push(row)
    else groups.set(row.code, [row])
  }
  return groups
}

function rejectionJson(row: RejectionRow) {
  const { source_id: source, record_id: record, place, code, field, value, message, at } = row
  return { source, record, place, code, field, value, message, at: toIso(at) }
}
