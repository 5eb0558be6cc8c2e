// Owns the dialects of webhooks.
import { words } from '../switches.ts'

export const WEBHOOK_DIALECTS = {
  webhookPayload: words(
    ['type', 'event'],
    '6.17',
    'Webhooks have the newer body, told apart by `type`; or the older one, told apart by `event`, which knows three events.',
  ),
  webhookRetry: words(
    ['never', 'until200'],
    '6.17',
    'A webhook is called once, whatever is answered; or up to four times until the answer is exactly 200.',
  ),
  optEvent: words(
    ['target', 'phone'],
    '3',
    'What is in the events of opt-outs: `target` and `date`, or `phone`, `unsubscribed` and `created`.',
  ),
} as const
