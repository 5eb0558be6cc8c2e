// Owns how a command that sends messages opens what it needs: one process sends at a time, and cycles may run beside it.
import type { App } from '../app.ts'
import type { MessagingDeps } from '../messaging/deps.ts'
import { openIntents } from '../messaging/intents.ts'
import { openSeenMessages } from '../messaging/seen-messages.ts'
import { confirmAccount } from '../sync/account.ts'
import type { Call } from './command.ts'
import type { Io } from './io.ts'
import { withApp } from './open.ts'

export interface Messaging {
  readonly app: App
  readonly deps: MessagingDeps
}

/** Opens the app and runs `work` as the only process that sends. Errors: ERR_DATABASE_BUSY, ERR_ACCOUNT_CHANGED. */
export function withMessaging<T>(
  call: Call,
  io: Io,
  command: string,
  work: (messaging: Messaging) => Promise<T>,
): Promise<T> {
  return withApp(call, io, (app) =>
    app.sending(
      `heysync ${command}`,
      async () => {
        const { engine } = app
        await confirmAccount(engine.mirror, engine.lookups, { customFields: [], tags: [] })
        return work({ app, deps: messagingDeps(app, io) })
      },
      (holder) => io.say(`Waiting for ${holder} …`),
    ),
  )
}

export function messagingDeps(app: App, io: Io): MessagingDeps {
  return {
    intents: openIntents(app.db),
    seen: openSeenMessages(app.db, app.engine.mirror.consent),
    client: app.client,
    mirror: app.engine.mirror,
    clock: io.clock,
    signal: io.signal,
    settleMs: app.loaded.config.messaging.settleSeconds * 1000,
    tell: (line) => io.say(line),
  }
}

/** IANA name of the zone in which times are read and shown. */
export function timeZoneOf({ app }: Pick<Messaging, 'app'>): string {
  return app.loaded.config.messaging.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone
}
