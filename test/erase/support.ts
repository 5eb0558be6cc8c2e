// Owns what the tests of erasing share: an engine that also sends, on a database file whose bytes can be looked at.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Erasure, erase } from '../../src/erase/erase.ts'
import { bareE164 } from '../../src/lib/phone.ts'
import type { MessagingDeps } from '../../src/messaging/deps.ts'
import { openIntents } from '../../src/messaging/intents.ts'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import { anEngine, aSource, type TestEngine } from '../support/engine.ts'
import { aDatabase, tempFolder } from '../support/folder.ts'
import { withSandbox } from '../support/heymarket.ts'

export interface Office extends TestEngine {
  readonly deps: MessagingDeps
  erase(phone: string, more?: { reason?: string; inHeymarket?: boolean }): Promise<Erasure>
  /** Which of these texts the files of the database hold, in any case. */
  bytesOf(...texts: string[]): string[]
}

/** Source records with names, addresses and an opt-out column. */
export async function anOffice(
  options: Parameters<typeof withSandbox>[0] = {},
  given: Parameters<typeof aSource>[0] = {},
): Promise<Office> {
  const db = aDatabase(join(tempFolder(), 'heysync.db'))
  const box = await withSandbox(options)
  const source = aSource({ map: { email: 'email', optedOut: 'stop' }, ...given })
  const made = await anEngine({ box, db, source })
  const { mirror } = made.engine
  const deps: MessagingDeps = {
    intents: openIntents(db),
    seen: openSeenMessages(db, mirror.consent),
    client: made.client,
    mirror,
    clock: made.clock,
    signal: new AbortController().signal,
    settleMs: 1_000,
    tell: () => {},
  }
  return Object.assign(made, {
    deps,
    erase: (phone: string, { reason = 'case 17', inHeymarket = false } = {}) => {
      const bare = bareE164(phone)
      if (bare === null) throw new Error(`${phone} is not bare E.164`)
      return erase({ db, messaging: deps, confirmAccount: async () => {} }, bare, { reason, inHeymarket })
    },
    bytesOf: (...texts: string[]) => {
      const files = ['', '-wal'].map((end) => db.name + end).filter((path) => existsSync(path))
      const bytes = files.map((path) => readFileSync(path, 'latin1').toLowerCase()).join()
      return texts.filter((text) => bytes.includes(text.toLowerCase()))
    },
  })
}
