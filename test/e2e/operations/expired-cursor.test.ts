// The position in a source is no longer good: the source refuses it, or what stands in the database is not readable.
import { ConnectorError, type Page, type SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { anEngine } from '../../support/engine.ts'
import { people, sql, writes } from '../support.ts'
import { clinic, expectExactly } from './clinic.ts'

describe('a cursor that its source refuses', () => {
  test('everything is read again in the same cycle, its report says so, and who left meanwhile is found', async () => {
    const { cycle, source, sandbox } = await anEngine()
    const person = (id: string, first: string, at: string) => ({
      id,
      fields: { phone: `+1 510 555 000${id}`, first, last: '' },
      updatedAt: at,
    })
    const ann = person('1', 'Ann', '2030-01-01T00:00:00Z')
    const cy = person('3', 'Cy', '2030-01-01T00:00:00Z')
    const everything = (...records: SourceRecord[]): Page[] => [
      { records, position: 'end', end: { covers: 'everything', count: records.length } },
    ]
    source.pages = () => everything(ann, cy)
    await cycle()
    source.pages = ({ window }) => {
      if (window.from !== null)
        throw new ConnectorError('cursor-expired', { message: 'changes are kept for 30 days.' })
      return everything(ann, person('2', 'Bo', '2030-01-02T00:00:00Z'))
    }
    const { report } = await cycle('incremental')
    expect(report).toMatchObject({
      status: 'ok',
      sources: [{ mode: 'full', read: 2, unchanged: 1, accepted: 1, gone: 1 }],
      plan: { create: 1, remove: 1 },
      warnings: [
        'clinic: its cursor is no longer taken (changes are kept for 30 days), so everything is read again.',
      ],
    })
    expect(sandbox.store.contact('15105550002')).toMatchObject({ first: 'Bo' })
  })
})

test('a csv source whose cursor cannot be read is read as a whole, and nothing is written', async () => {
  const home = await clinic(30)
  await home.json(0, 'sync')
  sql(home, "UPDATE source SET token = 'garbage'")
  const requests = await home.requestsOf(async () => {
    const report = await home.json(0, 'sync')
    expect(report).toMatchObject({ status: 'ok', sources: [{ read: 30, unchanged: 30 }] })
  })
  expect(writes(requests)).toEqual([])
  expectExactly(home, people(30))
})
