// Owns the keys of `service`: where `heysync run` listens, who may ask it, and how many sources it pulls at once.
import { z } from 'zod'
import { example } from './example.ts'

export const service = z
  .strictObject({
    listen: z
      .string()
      .regex(/^.+:\d{1,5}$/, 'use host:port, e.g. 127.0.0.1:8780')
      .default('127.0.0.1:8780')
      .describe('Address that `heysync run` listens on: dashboard, admin API, metrics and webhooks.'),
    publicUrl: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe(
        'Address under which others reach the service, e.g. behind a proxy that speaks TLS. Calls by another host name than this, `hosts` and those of this machine are refused.',
      )
      .meta(example('https://heysync.example.com')),
    hosts: z
      .array(z.string().regex(/^[\w.-]+$/, 'use a host name without a port'))
      .default([])
      .describe('Further host names by which the admin API may be called, e.g. that of the container.')
      .meta(example(['heysync'])),
    token: z
      .string()
      .min(1)
      .optional()
      .describe('Bearer token for the admin API; beyond loopback it is needed, with 16 characters or more.')
      .meta(example('${HEYSYNC_TOKEN}')),
    webhookSecret: z
      .string()
      .regex(/^[\w-]{16,}$/, 'use 16 characters or more: letters, digits, - and _')
      .optional()
      .describe(
        'Last part of the address that Heymarket calls: https://<your host>/webhooks/heymarket/<this>. Without it no webhook is taken.',
      )
      .meta(example('${HEYSYNC_WEBHOOK_SECRET}')),
    webhookToken: z
      .string()
      .min(1)
      .optional()
      .describe('Verification token that Heymarket shows for the webhook; a call without it is refused.')
      .meta(example('${HEYSYNC_WEBHOOK_TOKEN}')),
    pullConcurrency: z
      .int()
      .min(1)
      .max(32)
      .default(4)
      .describe('Sources that are pulled at the same time, by `heysync run` and by commands.'),
  })
  .prefault({})
  .describe('The background service.')
