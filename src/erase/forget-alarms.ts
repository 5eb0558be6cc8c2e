// Owns forgetting in alarms: their messages, and the reports of cycles that showed them, quote a record as an example.
import type { Db } from '../db/open.ts'
import { exampleOf } from '../sync/pull/alarms.ts'
import type { CycleReport } from '../sync/report.ts'

export interface RecordName {
  readonly source_id: string
  readonly record_id: string
}

/** `nameless`: what stands for the id of a record from now on. Returns in how many alarms something was changed. */
export function forgetAlarms(
  db: Db,
  records: readonly RecordName[],
  nameless: (record: RecordName) => string,
): number {
  const alarms = db.prepare<[string], { code: string; field: string; message: string; evidence: string }>(
    'SELECT code, field, message, evidence FROM alarm WHERE source_id = ?',
  )
  const setAlarm = db.prepare<[string, string, string, string, string]>(
    'UPDATE alarm SET message = ?, evidence = ? WHERE source_id = ? AND code = ? AND field = ?',
  )
  const reports = db.prepare<[], { id: string; report: string }>(
    "SELECT id, report FROM cycle WHERE json_array_length(report, '$.alarms') > 0",
  )
  const setReport = db.prepare<[string, string]>('UPDATE cycle SET report = ? WHERE id = ?')
  let changed = 0
  for (const record of records) {
    for (const alarm of alarms.all(record.source_id)) {
      const message = withoutExample(alarm.message, record)
      const evidence = withoutName(alarm.evidence, record, nameless(record))
      if (message === alarm.message && evidence === alarm.evidence) continue
      setAlarm.run(message, evidence, record.source_id, alarm.code, alarm.field)
      changed += 1
    }
  }
  for (const { id, report } of records.length === 0 ? [] : reports.all()) {
    const shown = JSON.parse(report) as CycleReport
    const told = shown.alarms.map((alarm) => {
      const theirs = records.filter(({ source_id }) => source_id === alarm.source)
      return { ...alarm, message: theirs.reduce(withoutExample, alarm.message) }
    })
    const text = JSON.stringify({ ...shown, alarms: told })
    if (text !== report) setReport.run(text, id)
  }
  return changed
}

function withoutExample(message: string, { record_id }: RecordName): string {
  return message.replaceAll(exampleOf(record_id), '(an example that was erased)')
}

/** The record by which it is told that everything is as it was again. */
function withoutName(evidence: string, { record_id }: RecordName, name: string): string {
  const { record, ...rest } = JSON.parse(evidence) as { record?: string }
  return record === record_id ? JSON.stringify({ record: name, ...rest }) : evidence
}
