// Owns what a check of the kit is, which of them say something about a connector, and what they are given to work with.
import assert from 'node:assert/strict'
import type { Connector } from '../contract.ts'
import { fitted } from '../fitted.ts'
import { type Known, openReader, type Reader } from './reader.ts'
import { type ConnectorWorld, type Means, meansOf, type Person, type Stage } from './world.ts'

export interface Subject {
  readonly connector: Connector
  /** A new world with nobody in it. */
  open(stage: Stage): ConnectorWorld | Promise<ConnectorWorld>
  /** Records on a page, as the world sets it; small, so that a check needs few people. */
  readonly pageSize: number
  /** How far behind the newest record a row may show late, in milliseconds: less than the overlap of the config. */
  readonly lateMs?: number
  /**
   * What its world can do, so that a means that gets lost is noticed. Without it a world is opened beforehand and looked at.
   */
  readonly can?: readonly Means[]
  /** Why news of this source is its whole state again, so that a pull of news may read everybody. */
  readonly whole?: string
}

export interface Bench {
  readonly subject: Subject
  readonly world: ConnectorWorld
  /** Another process with the same database, as after a crash, reads on with this one. */
  readonly reader: Reader
  readonly clock: Stage['clock']
  put(people: readonly Person[], when?: { changedAt?: number; shownAt?: number }): Promise<void>
  /** Fails unless heysync knows exactly these people, each once and whole. */
  knows(people: readonly Person[]): void
}

export interface Check {
  readonly name: string
  /** Means of the world that it works with. */
  readonly needs?: readonly Means[]
  /** False where it says nothing about this connector. */
  readonly concerns?: (subject: Subject) => boolean
  run(bench: Bench): Promise<void>
}

export function concerns(check: Check, subject: Subject, has: ReadonlySet<Means>): boolean {
  return (check.needs ?? []).every((means) => has.has(means)) && (check.concerns?.(subject) ?? true)
}

/** The subject with the capabilities that its options give it, and what its world can do: as it declares, or as it shows. */
export async function lookAt(
  given: Subject,
  stage: Stage,
): Promise<{ subject: Subject; has: ReadonlySet<Means> }> {
  const world = await given.open(stage)
  const subject = fittedTo(given, world)
  const has = given.can === undefined ? meansOf(world) : new Set(given.can)
  await world.close?.()
  return { subject, has }
}

function fittedTo(given: Subject, { options }: ConnectorWorld): Subject {
  const { connector } = given
  return { ...given, connector: fitted(connector, connector.options.parse(options)) }
}

/** Sets a bench up, runs one check on it and clears it away. Throws what is wrong. */
export async function runCheck(check: Check, given: Subject, stage: Stage): Promise<void> {
  const world = await given.open(stage)
  try {
    const subject = fittedTo(given, world)
    if (subject.can !== undefined)
      assert.deepEqual(
        [...meansOf(world)].sort(),
        [...subject.can].sort(),
        'the world is not what `can` says',
      )
    const reader = openReader(subject.connector, world, stage)
    try {
      await check.run({
        subject,
        world,
        reader,
        clock: stage.clock,
        put: async (people, when) => void (await world.put(people, when)),
        knows: (people) => assert.deepEqual(reader.known(), wanted(people)),
      })
      const said = reader.said.join('\n')
      // Positions and tokens are kept in the database.
      const kept = reader.pages.map(({ position, end }) => `${position} ${end?.token ?? ''}`).join('\n')
      for (const secret of world.secrets ?? []) {
        assert(!said.includes(secret), `a message or a log line shows the secret ${secret}`)
        assert(!kept.includes(secret), `a position or a token holds the secret ${secret}`)
      }
    } finally {
      reader.close()
    }
  } finally {
    await world.close?.()
  }
}

function wanted(people: readonly Person[]): Known[] {
  return people
    .map(({ phone, first, last, email, blank }) => ({
      phone: phone.replace('+', ''),
      first: (blank ? '' : first).normalize('NFC'),
      last: (blank ? '' : last).normalize('NFC'),
      email: blank ? '' : email,
    }))
    .sort((a, b) => (a.phone < b.phone ? -1 : 1))
}
