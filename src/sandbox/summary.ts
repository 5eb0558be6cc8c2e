// Owns what the sandbox's page shows: counts, and the newest of everything, so that a large account costs no more than a small one.
import { DIALECT_TABLE } from './dialects.ts'
import { defaultFaults } from './faults.ts'
import type { RequestEntry } from './ledger.ts'
import { INBOXES } from './start-data.ts'
import { defaultsOf } from './switches.ts'
import type { WebhookDelivery } from './webhooks.ts'
import type { World } from './world.ts'

/** Rows of each kind. */
const NEWEST = 40
const MESSAGES_EACH = 30

export interface SummaryParts {
  readonly requests: readonly RequestEntry[]
  readonly deliveries: readonly WebhookDelivery[]
}

/** `search` narrows the contacts to those whose phone, name or e-mail holds it. */
export function summaryBody(world: World, { requests, deliveries }: SummaryParts, search: string): object {
  const { store, settings, clock } = world
  const now = clock.now()
  return {
    now: new Date(now).toISOString(),
    counts: {
      contacts: store.contacts.seenCount(now),
      optedOut: store.contacts.countOptedOut(),
      lists: store.list.count(now),
      messages: store.message.count(now),
      scheduled: store.schedule.count(now),
      requests: requests.length,
    },
    contacts: store.contacts.find(search, NEWEST).map((row) => ({
      id: row.id,
      phone: row.phone ?? '',
      name: row.display_name || `${row.first} ${row.last}`.trim(),
      email: row.email,
      optedOut: row.unsubscribed_admin === 1 || row.unsubscribed_contact === 1,
    })),
    conversations: conversations(world),
    lists: store.list.newest(NEWEST).map(({ id, data }) => ({
      id,
      title: data.title,
      members: Object.keys(data.members).length,
    })),
    scheduled: store.schedule.newest(NEWEST).map(({ id, data }) => ({
      id,
      at: new Date(data.execute_us / 1_000).toISOString(),
      to:
        data.sending.phone ??
        data.sending.targets?.join(', ') ??
        (data.sending.list_id === undefined ? 'a conversation' : `list ${data.sending.list_id}`),
      text: data.sending.text ?? `template ${data.sending.template_id ?? ''}`,
    })),
    requests: requests.slice(-NEWEST).reverse(),
    deliveries: deliveries.slice(-NEWEST).reverse(),
    dialects: differing(settings.dialects, defaultsOf(DIALECT_TABLE)),
    faults: differing(settings.faults, defaultFaults()),
    requestsPerMinute: settings.requestsPerMinute,
  }
}

/** The conversations of the newest messages, each with its own newest, oldest first. */
function conversations(world: World): object[] {
  const { store } = world
  const ids = new Set(store.message.newest(NEWEST * 5).map(({ data }) => data.conversation_id))
  return [...ids].slice(0, NEWEST).flatMap((id) => {
    const conversation = store.conversation.get(id)
    if (conversation === null) return []
    const { target, inbox_id, status } = conversation.data
    const phone = target.split(',')[0] ?? ''
    const row = store.contacts.currentByPhone(phone)
    const messages = store.message
      .byRef(phone)
      .filter(({ data }) => data.conversation_id === id)
      .slice(-MESSAGES_EACH)
    return [
      {
        id,
        target,
        name: row?.display_name ?? '',
        optedOut: row !== null && (row.unsubscribed_admin === 1 || row.unsubscribed_contact === 1),
        inbox: INBOXES.find((inbox) => inbox.id === inbox_id)?.name ?? String(inbox_id),
        inboxId: inbox_id,
        status,
        messages: messages.map(({ id: messageId, created_us, data }) => ({
          id: messageId,
          at: new Date(created_us / 1_000).toISOString(),
          direction: data.direction,
          private: data.private,
          text: [data.text, ...data.media].filter((one) => one !== '').join(' '),
          error: data.error,
          channel: data.channel,
        })),
      },
    ]
  })
}

/** The settings that are not as they are by default. */
function differing(settings: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>) {
  return Object.fromEntries(Object.entries(settings).filter(([name, value]) => value !== defaults[name]))
}
