// The pull of one source, with a connector that a test could have got from anywhere.
import { ConnectorError, type Page, type SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import type { SourceConfig } from '../../../src/config/schema.ts'
import { openMirror } from '../../../src/sync/mirror/mirror.ts'
import { compileNormalizer } from '../../../src/sync/normalize/normalize.ts'
import { type PullRun, pull } from '../../../src/sync/pull/pull.ts'
import { leapingClock, START } from '../../support/clock.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { aDatabase } from '../../support/folder.ts'
import { memorySource } from '../../support/memory-source.ts'

const MINUTE = 60_000
const ZERO = { read: 0, unchanged: 0, accepted: 0, rejected: 0, filtered: 0, deleted: 0, gone: 0 }

function rec(id: string, more: Record<string, unknown> = {}, updatedAt: string | null = null): SourceRecord {
  return { id, fields: { phone: nthPhone(Number(id) || 1), first: `P${id}`, last: '', ...more }, updatedAt }
}

/** Pages that end with the proof that they are everything. */
function all(...records: SourceRecord[]): Page[] {
  return [{ records, position: 'p1', end: { covers: 'everything', count: null } }]
}

function changes(...records: SourceRecord[]): Page[] {
  return [{ records, position: 'p1', end: { covers: 'changes', count: null } }]
}

interface WorldOptions {
  readonly source?: SourceConfig
  readonly can?: Parameters<typeof memorySource>[0]
  readonly fixedFields?: boolean
}

function world({ source = aSource(), can, fixedFields = false }: WorldOptions = {}) {
  const clock = leapingClock()
  const mirror = openMirror(aDatabase())
  const memory = memorySource(can, fixedFields)
  const { signal } = new AbortController()
  let config = source
  let cycles = 0
  const quiet = { debug: () => {}, info: () => {}, warn: () => {} }
  return {
    clock,
    mirror,
    memory,
    remap: (changed: SourceConfig) => {
      config = changed
    },
    record: (id: string) => mirror.records.find('clinic', id),
    rejections: () =>
      mirror.records.rejections('clinic').map(({ record_id, code }) => `${record_id} ${code}`),
    watermark: () => mirror.sources.find('clinic')?.watermark ?? null,
    /** Pulls these pages, a minute after the pull before. */
    pull: (pages: Iterable<Page> | (() => Iterable<Page>), run: Partial<PullRun> = {}) => {
      cycles += 1
      clock.advance(MINUTE)
      memory.pages = typeof pages === 'function' ? pages : () => pages
      const normalizer = compileNormalizer(config, { defaultCountry: 'US', keyPath: ['sources', 0] })
      return pull(
        mirror,
        { config, connector: memory.connector, options: {}, normalizer },
        {
          cycleId: `c${cycles}`,
          mode: 'full',
          allowEmpty: false,
          clock,
          context: { signal, baseDir: '/', clock, log: quiet },
          ...run,
        },
      )
    },
  }
}

describe('a record', () => {
  test('is accepted, unchanged, and accepted again when it changes', async () => {
    const { pull, record } = world()
    expect(await pull(all(rec('1'), rec('2')))).toEqual({
      ...ZERO,
      id: 'clinic',
      mode: 'full',
      read: 2,
      accepted: 2,
    })
    expect(await pull(all(rec('1'), rec('2')))).toMatchObject({ read: 2, unchanged: 2, accepted: 0, gone: 0 })
    expect(await pull(all(rec('1', { first: 'New' }), rec('2')))).toMatchObject({
      read: 2,
      unchanged: 1,
      accepted: 1,
    })
    expect(JSON.parse(record('1')?.contact ?? '')).toEqual({ first: 'New', last: '' })
  })

  test('whose phone became unreadable keeps its last good contact, and says why it is rejected', async () => {
    const { pull, record, rejections, mirror } = world()
    await pull(all(rec('1')))
    expect(await pull(all(rec('1', { phone: '555' })))).toMatchObject({ read: 1, rejected: 1, gone: 0 })
    expect(record('1')).toMatchObject({ state: 'rejected', phone: nthPhone(1) })
    expect(mirror.records.claimants(nthPhone(1))).toHaveLength(1)
    expect(rejections()).toEqual(['1 PHONE_TOO_SHORT'])
    expect(await pull(all(rec('1', { phone: '555' })))).toMatchObject({ unchanged: 1, rejected: 0 })
    expect(rejections()).toEqual(['1 PHONE_TOO_SHORT'])
    expect(await pull(all(rec('1')))).toMatchObject({ accepted: 1 })
    expect(rejections()).toEqual([])
  })

  test('that never had a readable phone claims none', async () => {
    const { pull, record, mirror } = world()
    await pull(all(rec('1', { phone: 'none' })))
    expect(record('1')).toMatchObject({ state: 'rejected', phone: null, contact: null })
    expect(mirror.records.takeDirty(9)).toEqual([])
  })

  test('that the filter leaves out claims nobody, as if it had left', async () => {
    const { pull, record, mirror } = world({ source: aSource({ filter: 'record.status != "archived"' }) })
    await pull(all(rec('1', { status: 'active' })))
    expect(await pull(all(rec('1', { status: 'archived' })))).toMatchObject({ read: 1, filtered: 1, gone: 0 })
    expect(record('1')?.state).toBe('filtered')
    expect(mirror.records.claimants(nthPhone(1))).toEqual([])
    expect(mirror.records.takeDirty(9)).toEqual([nthPhone(1)])
  })

  test('that the source says is deleted claims nobody', async () => {
    const { pull, record } = world()
    await pull(all(rec('1'), rec('2')))
    const gone: SourceRecord = { ...rec('1'), fields: {}, deleted: true }
    expect(await pull(changes(gone), { mode: 'incremental' })).toMatchObject({
      mode: 'incremental',
      read: 1,
      deleted: 1,
    })
    expect([record('1')?.state, record('2')?.state]).toEqual(['deleted', 'accepted'])
  })

  test('that says "do not text" opts its number out, also when the filter leaves it out', async () => {
    const source = aSource({ filter: 'record.status != "archived"', map: { optedOut: 'stop' } })
    const { pull, mirror } = world({ source })
    await pull(all(rec('1', { stop: 'yes', status: 'archived' }), rec('2', { stop: 'no', status: '' })))
    expect([mirror.consent.isOptedOut(nthPhone(1)), mirror.consent.isOptedOut(nthPhone(2))]).toEqual([
      true,
      false,
    ])
    await pull(all(rec('1', { stop: 'no', status: '' }), rec('2', { stop: 'no', status: '' })))
    expect(mirror.consent.isOptedOut(nthPhone(1))).toBe(true)
    expect(mirror.consent.history(nthPhone(1))).toMatchObject([
      { state: 'opted_out', origin: 'source', evidence: 'clinic record 1' },
    ])
  })

  test('that moves to another number leaves the old one to be looked at', async () => {
    const { pull, mirror } = world()
    await pull(all(rec('1')))
    mirror.records.takeDirty(9)
    await pull(all(rec('1', { phone: nthPhone(5) })))
    expect(mirror.records.takeDirty(9)).toEqual([nthPhone(1), nthPhone(5)])
  })

  test('is looked at again when the mapping changed, also by an incremental pull', async () => {
    const { pull, remap, record } = world()
    await pull(all(rec('1', { nick: 'Annie' })))
    remap(aSource({ map: { first: 'nick' } }))
    expect(await pull(all(rec('1', { nick: 'Annie' })), { mode: 'incremental' })).toMatchObject({
      mode: 'full',
      accepted: 1,
    })
    expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Annie' })
  })
})

describe('an id that stands on more than one row', () => {
  test('goes to the later row, and the other is rejected, in every pull alike', async () => {
    const { pull, record, rejections } = world()
    const rows = [rec('1', { first: 'One' }), rec('1', { first: 'Two' }), rec('2')]
    await pull(all(...rows))
    expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Two' })
    expect(rejections()).toEqual(['1 ID_DUPLICATE'])
    for (let n = 0; n < 3; n += 1) {
      expect(await pull(all(...rows))).toMatchObject({ read: 3, gone: 0 })
      expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Two' })
      expect(rejections()).toEqual(['1 ID_DUPLICATE'])
    }
  })

  test.each([
    ['2030-01-02T00:00:00Z', '2030-01-01T00:00:00Z'],
    ['2030-01-01T09:30:05.123Z', '2030-01-01T09:30:05.12Z'],
    ['2030-01-01T09:30:00Z', '2030-01-01T10:00:00+01:00'],
  ])('goes to the row of %s rather than that of %s, in whatever order they come', async (newer, older) => {
    for (const swap of [false, true]) {
      const { pull, record } = world()
      const rows = [rec('1', { first: 'Newer' }, newer), rec('1', { first: 'Older' }, older)]
      await pull(all(...(swap ? rows.reverse() : rows)))
      expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'Newer' })
    }
  })

  test('goes to the other row once the row that was used is gone', async () => {
    const { pull, record, rejections } = world()
    await pull(all(rec('1', { first: 'One' }), rec('1', { first: 'Two' })))
    expect(await pull(all(rec('1', { first: 'One' })))).toMatchObject({ gone: 0 })
    await pull(all(rec('1', { first: 'One' })))
    expect(JSON.parse(record('1')?.contact ?? '')).toMatchObject({ first: 'One' })
    expect(rejections()).toEqual([])
  })

  test('with the same content twice is one record, read twice', async () => {
    const { pull, rejections } = world()
    expect(await pull(all(rec('1'), rec('1')))).toMatchObject({ read: 2, accepted: 1, unchanged: 1 })
    expect(rejections()).toEqual([])
  })
})

describe('a row that cannot be read', () => {
  const bad = (id: string | null, place: string) => ({
    id,
    place,
    code: 'ROW_MALFORMED' as const,
    message: 'm',
    value: 'raw',
  })
  const page = (records: SourceRecord[], ...rows: ReturnType<typeof bad>[]): Page[] => [
    { records, bad: rows, position: 'p', end: { covers: 'everything', count: null } },
  ]

  test('is rejected, keeps its record from being taken for gone, and is forgotten when it is mended', async () => {
    const { pull, record, rejections } = world()
    await pull(all(rec('1'), rec('2')))
    expect(await pull(page([rec('2')], bad('1', 'x.csv:2')))).toMatchObject({
      read: 2,
      rejected: 1,
      unchanged: 1,
      gone: 0,
    })
    expect(record('1')?.state).toBe('accepted')
    expect(rejections()).toEqual(['1 ROW_MALFORMED'])
    await pull(all(rec('1'), rec('2')))
    expect(rejections()).toEqual([])
  })

  test('without an id is known by the cycle in which it turned up', async () => {
    const { pull, mirror } = world()
    await pull(page([rec('1')], bad(null, 'x.csv:3')))
    await pull(page([rec('1')], bad(null, 'x.csv:3'), bad(null, 'x.csv:4')))
    expect(mirror.records.unreadableSince('clinic').map((row) => row.first_cycle)).toEqual(['c1', 'c2'])
    await pull(all(rec('1')))
    expect(mirror.records.unreadableSince('clinic')).toEqual([])
  })
})

describe('absence', () => {
  test('counts after a complete full pull', async () => {
    const { pull, record, mirror } = world()
    await pull(all(rec('1'), rec('2'), rec('3')))
    mirror.records.takeDirty(9)
    expect(await pull(all(rec('2')))).toMatchObject({ read: 1, unchanged: 1, gone: 2 })
    expect(record('1')).toMatchObject({ state: 'gone', gone_cycle: 'c2', phone: nthPhone(1) })
    expect(mirror.records.takeDirty(9)).toEqual([nthPhone(1), nthPhone(3)])
    expect(await pull(all(rec('2')))).toMatchObject({ gone: 0 })
    expect(await pull(all(rec('1'), rec('2')))).toMatchObject({ accepted: 1, gone: 0 })
    expect(record('1')).toMatchObject({ state: 'accepted', gone_cycle: null })
  })

  test('means nothing in a pull of changes', async () => {
    const { pull, record } = world()
    await pull(all(rec('1'), rec('2')))
    expect(await pull(changes(rec('2')))).toMatchObject({ gone: 0 })
    expect(record('1')?.state).toBe('accepted')
  })

  test.each([
    ['ends without saying that it is at its end', [{ records: [rec('2')], position: 'p' }], 'without saying'],
    ['yields no page at all', [], 'without saying'],
    [
      'shows fewer records than the source counts',
      [{ records: [rec('2')], position: 'p', end: { covers: 'everything', count: 2 } }],
      'holds 2 records, and showed 1',
    ],
  ] as const)('means nothing in a pull that %s', async (_name, pages, says) => {
    const { pull, record, watermark } = world()
    await pull(all(rec('1', {}, '2030-01-01T00:00:00Z'), rec('2', {}, '2030-01-01T00:00:00Z')))
    const before = watermark()
    await expect(pull([...pages])).rejects.toMatchObject({
      code: 'ERR_SOURCE_INCOMPLETE',
      message: expect.stringContaining(says),
    })
    expect([record('1')?.state, watermark()]).toEqual(['accepted', before])
  })

  test('of everybody is refused, unless it is allowed by name', async () => {
    const { pull, record } = world()
    await pull(all(rec('1'), rec('2')))
    await expect(pull(all())).rejects.toMatchObject({
      code: 'ERR_SOURCE_EMPTY',
      hint: expect.stringContaining('--allow-empty clinic'),
    })
    expect(record('1')?.state).toBe('accepted')
    expect(await pull(all(), { allowEmpty: true })).toMatchObject({ read: 0, gone: 2 })
    expect(await pull(all())).toMatchObject({ read: 0, gone: 0 })
  })

  test('from the first pull on of an empty source is fine', async () => {
    expect(await world().pull(all())).toMatchObject({ read: 0, gone: 0 })
  })
})

describe('the cursor', () => {
  const at = (minutes: number) => new Date(START + minutes * MINUTE).toISOString()

  test('is the newest time seen, and the next pull reads again from an overlap before it', async () => {
    const { pull, memory, watermark } = world({ source: aSource({ overlapSeconds: 30, lagSeconds: 5 }) })
    await pull(all(rec('1', {}, at(-10)), rec('2', {}, at(-5)), rec('3')))
    expect(watermark()).toBe(at(-5).replace('.000Z', '.000000000Z'))
    await pull(changes(), { mode: 'incremental' })
    expect(memory.requests).toEqual([
      { mode: 'full', window: { from: null, to: at(1 - 5 / 60) }, token: null, resumeAfter: null },
      { mode: 'incremental', window: { from: at(-5.5), to: at(2 - 5 / 60) }, token: null, resumeAfter: null },
    ])
  })

  test('never passes the start of the pull, whatever times a source writes', async () => {
    const { pull, watermark } = world()
    await pull(all(rec('1', {}, at(500)), rec('2', {}, '0001-01-01T00:00:00Z')))
    expect(watermark()).toBe(at(1).replace('.000Z', '.000000000Z'))
  })

  test('never goes back', async () => {
    const { pull, watermark } = world()
    await pull(all(rec('1', {}, at(-5))))
    await pull(changes(rec('2', {}, at(-9))), { mode: 'incremental' })
    expect(watermark()).toBe(at(-5).replace('.000Z', '.000000000Z'))
  })

  test('does not move when a pull fails, while its pages stay', async () => {
    const { pull, watermark, record } = world()
    await pull(all(rec('1', {}, at(-5))))
    const before = watermark()
    const breaks = function* (): Iterable<Page> {
      yield { records: [rec('2', {}, at(-1))], position: 'p1' }
      throw new ConnectorError('failed', { message: 'the line went dead', hint: 'Plug it in.' })
    }
    await expect(pull(breaks, { mode: 'incremental' })).rejects.toMatchObject({
      code: 'ERR_SOURCE_FAILED',
      message: expect.stringContaining('the line went dead'),
      hint: 'Plug it in.',
    })
    expect([watermark(), record('2')?.state]).toEqual([before, 'accepted'])
  })

  test('of a connector that resumes goes on after the last page that was saved', async () => {
    const { pull, memory, record } = world({ can: { resumable: true } })
    const breaks = function* (): Iterable<Page> {
      yield { records: [rec('1')], position: 'after-1' }
      throw new Error('dead')
    }
    await expect(pull(breaks)).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
    expect(await pull(all(rec('2')))).toMatchObject({ read: 1, gone: 0 })
    const [first, second] = memory.requests
    expect([second?.resumeAfter, second?.window]).toEqual(['after-1', first?.window])
    expect([record('1')?.state, record('2')?.state]).toEqual(['accepted', 'accepted'])
    await pull(all(rec('1'), rec('2')))
    expect(memory.requests[2]?.resumeAfter).toBeNull()
  })

  test('of a connector that does not resume starts over', async () => {
    const { pull, memory } = world()
    const breaks = function* (): Iterable<Page> {
      yield { records: [rec('1')], position: 'after-1' }
      throw new Error('dead')
    }
    await expect(pull(breaks)).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
    await pull(all(rec('1'), rec('2')))
    expect(memory.requests[1]?.resumeAfter).toBeNull()
  })

  test('of a connector with tokens is the token that the last pull ended with', async () => {
    const { pull, memory } = world({ can: { incremental: 'token' } })
    await pull([
      { records: [rec('1')], position: 'p', end: { covers: 'everything', count: null, token: 't1' } },
    ])
    await pull(changes(), { mode: 'incremental' })
    await pull(all(rec('1')))
    expect(memory.requests.map(({ token }) => token)).toEqual([null, 't1', null])
  })

  test('of a connector that cannot pull changes is not used: each pull is full', async () => {
    const { pull, memory } = world({ can: { incremental: 'none' } })
    await pull(all(rec('1')))
    await pull(all(rec('1')), { mode: 'incremental' })
    expect(memory.requests.map(({ mode }) => mode)).toEqual(['full', 'full'])
  })
})

describe('a mapped column that is not there', () => {
  const renamed: SourceRecord = {
    id: '1',
    fields: { phone: nthPhone(1), frist: 'Ann', last: '' },
    updatedAt: null,
  }

  test('is an error that names it, its key and the nearest column, where fields are fixed', async () => {
    const { pull, record } = world({ fixedFields: true })
    await expect(pull(all(renamed))).rejects.toMatchObject({
      code: 'ERR_SOURCE_FIELD',
      exitCode: 2,
      message: 'Source clinic has no column "first", which sources[0].map.first in heysync.yaml names.',
      hint: expect.stringContaining('Did you mean "frist"?'),
    })
    expect(record('1')).toBeUndefined()
  })

  test('is a blank where each record has fields of its own', async () => {
    const { pull, record } = world()
    await pull(all(renamed))
    expect(JSON.parse(record('1')?.contact ?? '')).toEqual({ first: '', last: '' })
  })
})

describe('what a connector throws', () => {
  const throwing = (error: unknown) => (): Iterable<Page> => {
    throw error
  }

  test.each([
    ['not-found', 'ERR_SOURCE_NOT_FOUND'],
    ['unreadable', 'ERR_SOURCE_UNREADABLE'],
    ['field', 'ERR_SOURCE_FIELD'],
    ['busy', 'ERR_SOURCE_BUSY'],
    ['empty', 'ERR_SOURCE_EMPTY'],
    ['failed', 'ERR_SOURCE_FAILED'],
  ] as const)('as %s is told as %s, with its place and hint', async (kind, code) => {
    const { pull } = world()
    const details = { message: 'it is so.', hint: 'Do this.', place: 'x.csv:1' }
    await expect(pull(throwing(new ConnectorError(kind, details)))).rejects.toMatchObject({
      code,
      message: 'Source clinic: it is so.',
      hint: 'Do this.',
      place: 'x.csv:1',
    })
  })

  test('after the source was once read to its end says that nobody was removed', async () => {
    const { pull } = world()
    await pull(all(rec('1')))
    await expect(pull(throwing(new ConnectorError('busy', { message: 'it is so.' })))).rejects.toMatchObject({
      message: 'Source clinic: it is so. Nobody was removed.',
    })
  })

  test('of any other kind counts as failed, and an interruption stays one', async () => {
    const { pull } = world()
    await expect(pull(throwing(new TypeError('oops')))).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
    await expect(pull(throwing(new DOMException('Aborted', 'AbortError')))).rejects.toMatchObject({
      name: 'AbortError',
    })
  })
})
