// Owns what a check of the kit is, and what it is given to work with.
import assert from 'node:assert/strict'
import type { Connector } from '../contract.ts'
import { type Known, openReader, type Reader } from './reader.ts'
import type { ConnectorWorld, Person, Stage } from './world.ts'

export interface Subject {
  readonly connector: Connector
  /** A new world with nobody in it. */
  open(stage: Stage): ConnectorWorld | Promise<ConnectorWorld>
  /** Records on a page, as the world sets it; small, so that a check needs few people. */
  readonly pageSize: number
  /** How far behind the newest record a row may show late, in milliseconds: less than the overlap of the config. */
  readonly lateMs?: number
  /** Why news of this source is its whole state again, so that a pull of news may read everybody. */
  readonly whole?: string
}

export interface Bench {
  readonly subject: Subject
  readonly world: ConnectorWorld
  readonly reader: Reader
  readonly clock: Stage['clock']
  /** Another process with the same database, as after a crash, reads on with this one. */
  put(people: readonly Person[], when?: { changedAt?: number; shownAt?: number }): Promise<void>
  /** Fails unless heysync knows exactly these people, each once and whole. */
  knows(people: readonly Person[]): void
}

export interface Check {
  readonly name: string
  /** Why this check says nothing about this connector; null when it does. */
  readonly idle?: (subject: Subject, world: ConnectorWorld) => string | null
  run(bench: Bench): Promise<void>
}

/** Sets a bench up, runs one check on it and clears it away. Returns why it was idle, or null. Throws what is wrong. */
export async function runCheck(check: Check, subject: Subject, stage: Stage): Promise<string | null> {
  const world = await subject.open(stage)
  try {
    const idle = check.idle?.(subject, world) ?? null
    if (idle !== null) return idle
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
      for (const secret of world.secrets ?? [])
        assert(!reader.said.join('\n').includes(secret), `a message or a log line shows the secret ${secret}`)
      return null
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
