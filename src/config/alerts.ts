// Owns the keys of `alerts`: who is told, and from when on something is worth telling.
import { z } from 'zod'

const address = z.email()

const destination = z.union([
  z
    .strictObject({
      webhook: z.url({ protocol: /^https?$/ }).describe('Address that gets each alert as JSON, by POST.'),
    })
    .describe('A webhook.'),
  z
    .strictObject({
      slack: z
        .url({ protocol: /^https?$/ })
        .describe('Incoming webhook of Slack, or of what takes its format.'),
    })
    .describe('A channel in Slack.'),
  z
    .strictObject({
      email: z.union([address, z.array(address).min(1)]).describe('Who gets it.'),
      from: address.describe('Sender.'),
      smtp: z
        .url({ protocol: /^smtps?$/ })
        .describe(
          'Mail server, with user and password where it wants them: smtp://user:password@host:587, or smtps://.',
        ),
    })
    .describe('An e-mail.'),
])

export type AlertDestination = z.infer<typeof destination>

export const alertsSchema = z
  .strictObject({
    to: z
      .array(destination)
      .default([])
      .describe('Each alert goes to all of these, once when it begins and once when it is over.')
      .meta({
        examples: [
          [
            { slack: '${SLACK_WEBHOOK_URL}' },
            { webhook: 'https://ops.example.com/hooks/heysync' },
            { email: 'ops@example.com', from: 'heysync@example.com', smtp: '${SMTP_URL}' },
          ],
        ],
      }),
    failedCycles: z
      .int()
      .min(1)
      .default(2)
      .describe('Tell when so many cycles in a row failed, all of them or those of one source.'),
    freshnessMinutes: z
      .int()
      .min(1)
      .optional()
      .describe('Tell when a source was not read to its end for so long. Without it nobody is told.')
      .meta({ examples: [60] }),
    deadLetters: z.int().min(1).default(1).describe('Tell when at least so many changes are dead letters.'),
  })
  .prefault({})
  .describe('What `heysync run` tells by itself.')

export type AlertsConfig = z.infer<typeof alertsSchema>
