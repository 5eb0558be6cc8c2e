// The kit notices: one flaw at a time is planted into a connector that does everything right.
import { type Capabilities, defineConnector } from 'heysync/connector'
import { type ConnectorWorld, measureConnector } from 'heysync/connector/testing'
import { describe, expect, test } from 'vitest'
import { concerns, lookAt, runCheck, type Subject } from '../../../src/connector/testing/check.ts'
import { CHECKS } from '../../../src/connector/testing/checks.ts'
import { onStage } from '../../../src/connector/testing/stage.ts'
import { meansOf } from '../../../src/connector/testing/world.ts'
import { flaws } from './flaws.ts'
import { rolodex } from './rolodex.ts'
import { openRolodexWorld, ROLODEX_CAN } from './rolodex-world.ts'

const checks = new Map(CHECKS.flatMap(([, all]) => all).map((check) => [check.name, check]))
const pageSize = 4

function subjectOf(more: Partial<Subject> = {}): Subject {
  return {
    connector: rolodex,
    pageSize,
    lateMs: 60_000,
    can: ROLODEX_CAN,
    open: (stage) => openRolodexWorld(stage, pageSize),
    ...more,
  }
}

/** With a world that cannot do these. */
const without = (...names: readonly (keyof ConnectorWorld)[]): Partial<Subject> => ({
  can: ROLODEX_CAN.filter((means) => !(names as readonly string[]).includes(means)),
  open: async (stage) => {
    const world = await openRolodexWorld(stage, pageSize)
    for (const name of names) delete (world as Partial<Record<keyof ConnectorWorld, unknown>>)[name]
    return world
  },
})

function run(name: string, subject: Subject): Promise<void> {
  const check = checks.get(name)
  if (check === undefined) throw new Error(`There is no check "${name}".`)
  return onStage((stage) => runCheck(check, subject, stage))
}

describe('a connector that', () => {
  test.each(flaws)('$what fails "$caughtBy"', async ({ connector, caughtBy }) => {
    await expect(run(caughtBy, subjectOf({ connector }))).rejects.toThrow()
  })

  describe('holds everything before it says anything', () => {
    const CHECK = 'reads a large source without holding it'
    const hoarding = defineConnector({
      ...rolodex,
      pull: async function* (options, request, context) {
        const pages = []
        for await (const page of rolodex.pull(options, request, context)) pages.push(page)
        yield* pages
      },
    }) as never

    test('is seen in the heap', async () => {
      const records = 30_000
      const streaming = await measureConnector(subjectOf(), records)
      const hoarded = await measureConnector(subjectOf({ connector: hoarding }), records)
      expect(streaming.growth).toBeLessThan(2_000_000)
      expect(hoarded.growth).toBeGreaterThan(4 * streaming.growth)
    })

    test('fails also in a world that the kit fills', { timeout: 120_000 }, async () => {
      const hoarded = subjectOf({ ...without('fill'), connector: hoarding })
      await expect(run(CHECK, hoarded)).rejects.toThrow('the heap grew by')
    })
  })
})

describe('a subject that', () => {
  const CLAIM = 'has a world that can prove what its capabilities claim'
  test.each<[keyof Capabilities, keyof ConnectorWorld]>([
    ['merges', 'merge'],
    ['consent', 'optOut'],
  ])('claims %s and has no %s() fails', async (_claim, name) => {
    await expect(run(CLAIM, subjectOf(without(name)))).rejects.toThrow(`the world needs ${name}()`)
  })

  test('declares something its world lacks fails every check', async () => {
    const { open } = without('trouble', 'strayed')
    await expect(run(CLAIM, subjectOf(open ? { open } : {}))).rejects.toThrow(
      'the world is not what `can` says',
    )
  })

  test('keeps quiet about something its world has fails every check', async () => {
    const can = ROLODEX_CAN.filter((means) => means !== 'merge')
    await expect(run(CLAIM, subjectOf({ can }))).rejects.toThrow('the world is not what `can` says')
  })

  test('declares nothing is looked at', async () => {
    const { can: _can, ...quiet } = subjectOf()
    const { has } = await onStage((stage) => lookAt(quiet, stage))
    expect([...has].sort()).toEqual([...ROLODEX_CAN].sort())
    expect(await onStage(async (stage) => meansOf(await quiet.open(stage)))).toEqual(has)
  })

  test('cannot do something has no check of it', () => {
    const named = (subject: Subject) =>
      [...checks.values()]
        .filter((check) => concerns(check, subject, new Set(subject.can)))
        .map(({ name }) => name)
    const all = named(subjectOf({ can: [...ROLODEX_CAN, 'expire', 'list'] }))
    expect(all).toEqual([...checks.keys()])
    const few = named(subjectOf({ can: [] }))
    expect(all.length - few.length).toBeGreaterThan(30)
    expect(few).not.toContain('loses nobody by: half an answer')
  })
})
