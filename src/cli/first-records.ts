// Owns the first records of a source, read and thrown away: for those who look before anything is saved.
import type { Connector, ConnectorContext, SourceRecord } from '../connector/contract.ts'

export interface FirstRecords {
  readonly records: readonly SourceRecord[]
  /** Records that could not be read, each in one line. */
  readonly bad: readonly string[]
  /** The source was seen to its end. */
  readonly ended: boolean
}

export async function firstRecords(
  connector: Connector,
  options: unknown,
  context: ConnectorContext,
  limit: number,
): Promise<FirstRecords> {
  const records: SourceRecord[] = []
  const bad: string[] = []
  let ended = false
  const window = { from: null, to: new Date(context.clock.now()).toISOString() }
  const request = { mode: 'full', window, token: null, resumeAfter: null } as const
  for await (const page of connector.pull(options, request, context)) {
    records.push(...page.records.slice(0, limit - records.length))
    bad.push(...(page.bad ?? []).map(({ place, code, message }) => `${place}: ${code} ${message}`))
    ended = page.end !== undefined
    if (records.length >= limit) break
  }
  return { records, bad, ended }
}
