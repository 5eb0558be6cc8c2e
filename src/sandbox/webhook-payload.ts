// Owns the body of a webhook call, in both generations of the documentation. Pure.
import type { Dialects } from './dialects.ts'
import { EVENT_TYPES, type EventType, type SandboxEvent } from './events.ts'
import { TEAM } from './start-data.ts'

export interface WebhookConfiguration {
  readonly id: number
  readonly url: string
  /** Carried in the body of each call, for the receiver to compare. */
  readonly token: string
}

/** The older generation knows three events. */
const OLDER_NAMES: Readonly<Partial<Record<EventType, string>>> = {
  message_sent: 'message_sent',
  message_recieved: 'message_received',
  chat_reassigned: 'chat_updated',
  chat_closed: 'chat_updated',
  chat_opened: 'chat_updated',
  chat_pending: 'chat_updated',
  chat_transferred: 'chat_updated',
}

/** Null where the generation has no such event. */
export function webhookBody(
  { type, data }: SandboxEvent,
  { id, token }: WebhookConfiguration,
  dialects: Dialects,
): Readonly<Record<string, unknown>> | null {
  const event_data = type.startsWith('target_') ? optData(type, data, dialects) : data
  if (dialects.webhookPayload === 'type') return { type, id, token, event_data }
  const event = OLDER_NAMES[type]
  return event === undefined ? null : { event, id, token, event_data }
}

/** `UnSubscribed`: its fields are not documented. */
function optData(type: EventType, data: SandboxEvent['data'], { optEvent }: Dialects): SandboxEvent['data'] {
  const phone = data.target ?? data.phone
  return optEvent === 'target'
    ? { target: phone, team_id: TEAM.id, date: data.date }
    : { phone, team_id: TEAM.id, unsubscribed: type === 'target_opt_out', created: data.date }
}

export function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text)
}
