// Owns the observations of dialects of webhooks.
import { type Observation, PHONE } from './observe.ts'
import { receiver } from './receiver.ts'

export const WEBHOOKS = {
  webhookPayload: {
    see: async (box) => {
      const hook = await receiver()
      box.webhooks.add(hook.url, 'token')
      box.store.reply(PHONE, 'STOP')
      await box.webhooks.idle()
      return hook.bodies.map(({ type, event, id, token }) => ({ type, event, id, token }))
    },
    expected: {
      type: [
        { type: 'message_recieved', event: undefined, id: 1, token: 'token' },
        { type: 'target_opt_out', event: undefined, id: 1, token: 'token' },
      ],
      event: [{ type: undefined, event: 'message_received', id: 1, token: 'token' }],
    },
  },
  webhookRetry: {
    see: async (box) => {
      const hook = await receiver((calls) => (calls < 3 ? 503 : 200))
      box.webhooks.add(hook.url)
      box.webhooks.emit('incoming_call')
      await box.webhooks.idle()
      return box.webhooks.deliveries().map(({ attempt, status }) => [attempt, status])
    },
    expected: {
      never: [[1, 503]],
      until200: [
        [1, 503],
        [2, 503],
        [3, 200],
      ],
    },
  },
  optEvent: {
    see: async (box) => {
      const hook = await receiver()
      box.webhooks.add(hook.url)
      box.store.reply(PHONE, 'START')
      await box.webhooks.idle()
      return Object.keys((hook.bodies[1] as { event_data: object }).event_data).sort()
    },
    expected: {
      target: ['date', 'target', 'team_id'],
      phone: ['created', 'phone', 'team_id', 'unsubscribed'],
    },
  },
} satisfies Record<string, Observation>
