// Owns how an alert reaches somebody: a webhook, Slack, or e-mail. Nothing in it names a person or holds a whole number.
import type { AlertDestination } from '../../config/alerts.ts'
import { toIso } from '../../lib/clock.ts'
import { HeysyncError } from '../../lib/errors.ts'

export interface Told {
  readonly key: string
  readonly code: string
  readonly state: 'begins' | 'over' | 'test'
  readonly title: string
  readonly detail: string
  readonly hint: string | null
  /** Milliseconds since 1970: when it began, and this moment. */
  readonly since: number
  readonly at: number
}

export interface Destination {
  /** Without secrets, e.g. `Slack` or `e-mail to ops@example.com`; the same after a restart. */
  readonly name: string
  /** Errors: ERR_ALERT_NOT_SENT. */
  send(alert: Told, signal: AbortSignal): Promise<void>
}

const TIMEOUT_MS = 15_000

/** In the order of the config. Two of one name are told apart by their place. */
export function destinationsOf(to: readonly AlertDestination[]): Destination[] {
  const names = to.map(nameOf)
  return to.map((one, index) => {
    const name =
      names.indexOf(names[index] ?? '') === index ? (names[index] ?? '') : `${names[index]} (${index + 1})`
    return {
      name,
      send: async (alert, signal) => {
        try {
          if ('email' in one) await mail(one, alert)
          else if ('slack' in one) await post(one.slack, { text: slackText(alert) }, signal)
          else await post(one.webhook, webhookBody(alert), signal)
        } catch (cause) {
          throw new HeysyncError('ERR_ALERT_NOT_SENT', {
            message: `The alert could not be sent to ${name}: ${cause instanceof Error ? cause.message : String(cause)}.`,
            hint: 'Look at `alerts.to` in heysync.yaml, then: heysync alerts test',
            cause,
          })
        }
      },
    }
  })
}

function nameOf(one: AlertDestination): string {
  if ('email' in one) return `e-mail to ${[one.email].flat().join(', ')}`
  return 'slack' in one ? 'Slack' : `webhook at ${new URL(one.webhook).host}`
}

async function post(url: string, json: unknown, signal: AbortSignal): Promise<void> {
  // Loaded where there is something to tell, which keeps a start short.
  const { default: got } = await import('got')
  const client = got.extend({
    timeout: { request: TIMEOUT_MS },
    retry: { limit: 0 },
    followRedirect: false,
  })
  await client.post(url, { json, signal })
}

function webhookBody({ key, code, state, title, detail, hint, since, at }: Told) {
  return { key, code, state, title, detail, hint, since: toIso(since), at: toIso(at) }
}

const MARK: Readonly<Record<Told['state'], string>> = {
  begins: ':red_circle:',
  over: ':large_green_circle:',
  test: ':wave:',
}

function slackText(alert: Told): string {
  const escaped = (text: string) =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const lines = [`${MARK[alert.state]} *${escaped(headline(alert))}*`]
  if (alert.state !== 'over') {
    lines.push(escaped(alert.detail))
    if (alert.hint !== null) lines.push(`_What to do:_ ${escaped(alert.hint)}`)
  }
  return lines.join('\n')
}

function headline({ state, title }: Told): string {
  return state === 'over' ? `Over: ${title}` : title
}

async function mail(to: Extract<AlertDestination, { email: unknown }>, alert: Told): Promise<void> {
  // Loaded when somebody wants mail.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport(to.smtp, {
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  } as never)
  const lines = [
    alert.detail,
    ...(alert.hint === null || alert.state === 'over' ? [] : ['', `What to do: ${alert.hint}`]),
  ]
  try {
    await transport.sendMail({
      from: to.from,
      to: to.email,
      subject: `heysync: ${headline(alert)}`,
      text: `${lines.join('\n')}\n\nSince ${toIso(alert.since)}. Told once when it begins and once when it is over.\n`,
    })
  } finally {
    transport.close()
  }
}
