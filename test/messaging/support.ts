// Owns what the tests of sending share: everything that sends needs, over a real sandbox and a real database.
import type { Person } from '../../src/messaging/audience.ts'
import type { MessagingDeps } from '../../src/messaging/deps.ts'
import { openIntents } from '../../src/messaging/intents.ts'
import { openSeenMessages } from '../../src/messaging/seen-messages.ts'
import type { SandboxOptions } from '../../src/sandbox/server.ts'
import { openMirror } from '../../src/sync/mirror/mirror.ts'
import { nthPhone } from '../support/contact.ts'
import { aDatabase } from '../support/folder.ts'
import { type Box, withSandbox } from '../support/heymarket.ts'

export interface Post extends Box {
  readonly deps: MessagingDeps
  /** Called with each line that is told; a test may do something to the world there. */
  onTell(listener: (line: string) => void): void
  /** What went out: to whom, and the words. */
  sent(): string[]
}

export async function aPost(options: SandboxOptions = {}): Promise<Post> {
  const box = await withSandbox(options as Parameters<typeof withSandbox>[0])
  const db = aDatabase()
  const mirror = openMirror(db)
  let tell = (_: string): void => {}
  const deps: MessagingDeps = {
    intents: openIntents(db),
    seen: openSeenMessages(db, mirror.consent),
    client: box.client,
    mirror,
    clock: box.clock,
    signal: new AbortController().signal,
    settleMs: 1_000,
    tell: (line) => tell(line),
  }
  return {
    ...box,
    deps,
    onTell: (listener) => {
      tell = listener
    },
    sent: () =>
      box.sandbox.store
        .messages()
        .filter((one) => one.direction === 'out')
        .map((one) => `${one.targets.join('+')}: ${one.text}`),
  }
}

/** The numbers of `count` people, as a broadcast knows them. */
export function crowd(count: number): Person[] {
  return Array.from({ length: count }, (_, at) => ({ phone: nthPhone(at), first: '', last: '', custom: {} }))
}
