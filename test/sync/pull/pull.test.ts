// What the end of a pull proves, where the cursor stands after it, and what is said when it fails.
import { ConnectorError, type Page, type SourceRecord } from 'heysync/connector'
import { describe, expect, test } from 'vitest'
import { START } from '../../support/clock.ts'
import { nthPhone } from '../../support/contact.ts'
import { aSource } from '../../support/engine.ts'
import { all, changes, MINUTE, rec, world } from './world.ts'

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

  test('is empty also when it shows those that were put aside', async () => {
    const { pull, mirror } = world()
    await pull(all(rec('1'), rec('2')))
    const bin = [rec('3'), rec('4')].map((one) => ({ ...one, archived: true }))
    await expect(pull(all(...bin))).rejects.toMatchObject({ code: 'ERR_SOURCE_EMPTY' })
    expect(mirror.records.countKnown('clinic')).toBe(2)
    expect((await pull(all(...bin), { allowEmpty: true })).gone).toBe(2)
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

  test.each(['full', 'incremental'] as const)(
    'passes no instant that a %s pull did not see to the end, and the next one reads from there',
    async (mode) => {
      const { pull, memory, watermark } = world({ source: aSource({ overlapSeconds: 30 }) })
      await pull(all(rec('1', {}, at(-60))))
      const covers = mode === 'full' ? 'everything' : 'changes'
      const records = [rec('1', {}, at(-60)), rec('2', {}, at(1.5))]
      await pull([{ records, position: 'p', end: { covers, count: null, until: at(1.2) } }], { mode })
      expect(watermark()).toBe(at(1.2).replace('.000Z', '.000000000Z'))
      // What shows behind that is expected, and no reason to look further back.
      await pull(changes(rec('3', {}, at(1.3))), { mode: 'incremental' })
      expect(memory.requests.at(-1)?.window.from).toBe(at(0.7))
      await pull(changes(), { mode: 'incremental' })
      expect(memory.requests.at(-1)?.window.from).toBe(at(0.8))
    },
  )

  test('takes no word of a source for more than its window', async () => {
    const { pull, watermark } = world()
    await pull([
      {
        records: [rec('1', {}, at(500))],
        position: 'p',
        end: { covers: 'everything', count: null, until: at(400) },
      },
    ])
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

  test.each([
    ['shows nobody any more', [], null],
    ['counts fewer than both parts showed', ['3'], 1],
    ['counts as many as both parts showed, of whom one left', ['4'], 2],
    ['has no count', ['3'], null],
  ] as const)(
    'that goes on in a source which meanwhile %s removes nobody, says so, and lets the next one find out',
    async (_what, ids, count) => {
      const { pull, watermark, record, warnings } = world({ can: { resumable: true } })
      await pull(all(rec('1', {}, at(-9)), rec('2', {}, at(-9)), rec('3', {}, at(-9))))
      const breaks = function* (): Iterable<Page> {
        yield { records: [rec('1', {}, at(-9))], position: 'after-1' }
        throw new Error('dead')
      }
      await expect(pull(breaks)).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
      const records = ids.map((id) => rec(id, {}, at(-2)))
      const rest = [{ records, position: 'end', end: { covers: 'everything', count } as const }]
      expect(await pull(rest)).toMatchObject({ gone: 0 })
      expect([record('2')?.state, watermark()]).toEqual(['accepted', at(-9).replace('.000Z', '.000000000Z')])
      expect(warnings).toEqual([expect.stringContaining('in parts')])
      expect(await pull(all(rec('3', {}, at(-2))))).toMatchObject({ gone: ids[0] === '4' ? 3 : 2 })
      expect(watermark()).toBe(at(-2).replace('.000Z', '.000000000Z'))
    },
  )

  test('does not move with a full pull that does not claim to be everything: the next window shows what it lost', async () => {
    const { pull, memory, watermark } = world()
    await pull(changes(rec('2', {}, at(-1))))
    expect(watermark()).toBeNull()
    await pull(changes(rec('1', {}, at(-5)), rec('2', {}, at(-1))), { mode: 'incremental' })
    expect(memory.requests.at(-1)).toMatchObject({ mode: 'incremental', window: { from: null } })
    const before = watermark()
    await pull(changes(rec('2', {}, at(0))))
    expect([before, watermark()]).toEqual(Array(2).fill(at(-1).replace('.000Z', '.000000000Z')))
  })

  test('goes back to the start when such a pull was to read everything for a new mapping', async () => {
    const { pull, memory, remap, watermark } = world()
    await pull(all(rec('1', {}, at(-5)), rec('2', {}, at(-5))))
    remap(aSource({ map: { first: 'last' } }))
    const again = { mode: 'incremental' } as const
    expect(await pull(changes(rec('1', {}, at(-5))), again)).toMatchObject({ reason: 'configChanged' })
    expect(watermark()).toBeNull()
    const shown = await pull(changes(rec('1', {}, at(-5)), rec('2', {}, at(-5))), again)
    expect(memory.requests.at(-1)).toMatchObject({ mode: 'incremental', window: { from: null } })
    expect(shown).toMatchObject({ read: 2, unchanged: 1, accepted: 1 })
  })

  test('goes no further than the first of two parts saw, so that what changed behind its back meanwhile comes', async () => {
    const { pull, memory, watermark } = world({ can: { resumable: true } })
    const again = { mode: 'incremental' } as const
    await pull(all(rec('1', {}, at(-9)), rec('2', {}, at(-9))))
    const breaks = function* (): Iterable<Page> {
      yield { records: [rec('1', {}, at(-5))], position: 'after-1' }
      throw new Error('dead')
    }
    await expect(pull(breaks, again)).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
    await pull(changes(rec('2', {}, at(-1))), again)
    expect(memory.requests.at(-1)?.resumeAfter).toBe('after-1')
    expect(watermark()).toBe(at(-5).replace('.000Z', '.000000000Z'))
    await pull(changes(rec('1', {}, at(-3)), rec('2', {}, at(-1))), again)
    expect(watermark()).toBe(at(-1).replace('.000Z', '.000000000Z'))
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

  describe('that the source no longer takes', () => {
    const expired = () => new ConnectorError('cursor-expired', { message: 'the token is too old.' })
    const withToken = (token: string, ...records: SourceRecord[]): Page[] => [
      { records, position: 'p1', end: { covers: 'everything', count: null, token } },
    ]

    test('is dropped, and everything is read in the same cycle, which says so and proves who is gone', async () => {
      const { pull, memory, record, warnings } = world({ can: { incremental: 'token' } })
      await pull(withToken('t1', rec('1'), rec('2')), { mode: 'incremental' })
      const result = await pull(
        () => {
          if (memory.requests.at(-1)?.token === 't1') throw expired()
          return withToken('t2', rec('1'))
        },
        { mode: 'incremental' },
      )
      expect(result).toMatchObject({
        ...{ mode: 'full', reason: 'cursorExpired', read: 1, unchanged: 1, gone: 1 },
      })
      expect(record('2')).toMatchObject({ state: 'gone' })
      expect(warnings).toEqual([
        'its cursor is no longer taken (the token is too old), so everything is read again.',
      ])
      await pull(changes(), { mode: 'incremental' })
      expect(memory.requests.map(({ mode, token }) => [mode, token])).toEqual([
        ['full', null],
        ['incremental', 't1'],
        ['full', null],
        ['incremental', 't2'],
      ])
    })

    test('in the middle of a pull that went on after a crash: that pull starts over', async () => {
      const { pull, memory } = world({ can: { resumable: true } })
      const cut = function* (): Generator<Page> {
        yield { records: [rec('1')], position: 'p1' }
        throw new Error('the line broke')
      }
      await expect(pull(cut)).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
      await pull(() => {
        if (memory.requests.at(-1)?.resumeAfter !== null) throw expired()
        return all(rec('1'), rec('2'))
      })
      expect(memory.requests.map(({ resumeAfter }) => resumeAfter)).toEqual([null, 'p1', null])
    })

    test('is not tried again when reading everything fails: the next cycle reads everything', async () => {
      const { pull, memory } = world({ can: { incremental: 'token' } })
      await pull(withToken('t1', rec('1')))
      await expect(
        pull(
          () => {
            throw expired()
          },
          { mode: 'incremental' },
        ),
      ).rejects.toMatchObject({ code: 'ERR_SOURCE_FAILED' })
      await pull(withToken('t2', rec('1')), { mode: 'incremental' })
      expect(memory.requests.map(({ mode, token }) => [mode, token]).slice(1)).toEqual([
        ['incremental', 't1'],
        ['full', null],
        ['full', null],
      ])
    })
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
