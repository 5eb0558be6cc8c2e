// Owns what a person is told after one message: sent now, or sent already.
import type { Step } from '../messaging/intents.ts'
import type { Delivery } from '../messaging/send.ts'
import { type Call, flag } from './command.ts'
import type { Io } from './io.ts'

/** `what` happened, for a sentence. */
export function tellDelivery(
  call: Call,
  io: Io,
  { intent, earlier }: Delivery,
  last: Step | undefined,
  what: string,
): void {
  const sentAt = last?.doneAt == null ? null : new Date(last.doneAt).toISOString()
  if (flag(call, 'json')) {
    const shown = {
      key: intent.key,
      state: 'sent',
      again: earlier === 'done',
      message: last?.resultId ?? null,
      sentAt,
    }
    io.data(`${JSON.stringify(shown, null, 2)}\n`)
  } else if (earlier === 'done') {
    io.data(
      `${io.color.yellow('●')} Sent already, at ${sentAt?.slice(0, 19) ?? 'an earlier time'}Z. Nothing was sent now.\n`,
    )
    io.say(io.color.dim('  Once more on purpose? Give it a --key of its own.'))
  } else {
    io.data(`${io.color.green('✓')} ${what}.\n`)
    io.say(io.color.dim(`  key ${intent.key}`))
  }
}
