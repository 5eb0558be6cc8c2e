// Owns what the sandbox tells: the events that Heymarket calls a webhook for, handed from the routes to whoever listens.

/** The documented types of the newer generation; `message_recieved` is misspelt there on purpose. */
export const EVENT_TYPES = [
  'message_sent',
  'message_recieved',
  'chat_reassigned',
  'chat_closed',
  'chat_opened',
  'chat_pending',
  'chat_transferred',
  'target_opt_out',
  'target_opt_in',
  'target_double_opt_in',
  'target_double_opt_restricted',
  'incoming_call',
] as const

export type EventType = (typeof EVENT_TYPES)[number]

export interface SandboxEvent {
  readonly type: EventType
  /** `event_data`: a message (with its conversation), a conversation, or who opted out or in. */
  readonly data: Readonly<Record<string, unknown>>
}

export interface Events {
  emit(event: SandboxEvent): void
  /** Returns what ends the listening. */
  listen(listener: (event: SandboxEvent) => void): () => void
}

export function makeEvents(): Events {
  const listeners = new Set<(event: SandboxEvent) => void>()
  return {
    emit: (event) => {
      for (const listener of listeners) listener(event)
    },
    listen: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
