// Owns the options that every command that sends has in common, and what they mean: where from, what, and under which key.

import type { App } from '../app.ts'
import type { HeymarketClient } from '../heymarket/client.ts'
import type { Inbox } from '../heymarket/inboxes.ts'
import type { Team, TeamMember } from '../heymarket/team.ts'
import { HeysyncError } from '../lib/errors.ts'
import { inboxOf, senderOf } from '../messaging/defaults.ts'
import { checkTokens, tokensOf } from '../messaging/merge.ts'
import { LIST, pick, TEMPLATE } from '../messaging/pick.ts'
import { type Call, flag, type OptionSpec, text } from './command.ts'
import type { Io } from './io.ts'

export const FROM_OPTIONS: readonly OptionSpec[] = [
  {
    flags: '--inbox <name or id>',
    summary: 'inbox it goes out from (default: messaging.inbox, or the only one)',
  },
  {
    flags: '--sender <name or id>',
    summary: 'member who sends it (default: messaging.sender, or the only one)',
  },
]

export const CONTENT_OPTIONS: readonly OptionSpec[] = [
  { flags: '--text <text>', summary: 'what it says' },
  { flags: '--template <name or id>', summary: 'a template instead of a text' },
  { flags: '--media <url>', summary: 'public address of a picture or file' },
]

export const SENDING_OPTIONS: readonly OptionSpec[] = [
  { flags: '--key <key>', summary: 'the same key never sends twice' },
  { flags: '--dry-run', summary: 'show the exact request and send nothing' },
]

export const TO: OptionSpec = { flags: '--to <phone>', summary: 'one person, in any spelling of the number' }
export const CONVERSATION: OptionSpec = { flags: '--conversation <id>', summary: 'a conversation' }
export const GROUP: OptionSpec = {
  flags: '--group <phones...>',
  summary: 'several people together, in one group message',
}
export const ON_LIST: OptionSpec = { flags: '--list <name or id>', summary: 'everybody on a list' }

export interface From {
  readonly inbox: Inbox
  readonly sender: TeamMember
  readonly team: Team
}

/** Errors: ERR_USAGE, ERR_NAME_*. */
export async function fromOf(call: Call, app: Pick<App, 'client' | 'loaded'>): Promise<From> {
  const { messaging } = app.loaded.config
  const [inbox, team] = await Promise.all([inboxFor(call, app), app.client.team.get()])
  return { inbox, sender: senderOf(text(call, 'sender') ?? messaging.sender, inbox, team), team }
}

/** Errors: ERR_USAGE, ERR_NAME_*. */
export async function inboxFor(
  call: Call,
  { client, loaded }: Pick<App, 'client' | 'loaded'>,
): Promise<Inbox> {
  return inboxOf(text(call, 'inbox') ?? loaded.config.messaging.inbox, await client.inboxes.list())
}

/** The sender where one is named; null leaves it to Heymarket. Errors: ERR_USAGE, ERR_NAME_*. */
export async function senderFor(
  call: Call,
  { client, loaded }: Pick<App, 'client' | 'loaded'>,
  inbox: Inbox,
): Promise<TeamMember | null> {
  const named = text(call, 'sender') ?? loaded.config.messaging.sender
  return named === undefined ? null : senderOf(named, inbox, await client.team.get())
}

export interface Content {
  /** As the API takes it. */
  readonly body: { readonly text?: string; readonly template_id?: number; readonly media_url?: string }
  /** The words that go out, with their merge tokens; null where there are none. */
  readonly words: string | null
}

/** Text or template, with or without media; every token is one that is filled in. Errors: ERR_USAGE, ERR_NAME_*, ERR_MERGE_TOKEN. */
export async function contentOf(call: Call, client: HeymarketClient): Promise<Content> {
  const content = await readContent(call, client)
  if (content.words !== null && tokensOf(content.words).length > 0) {
    const fields = await client.contactFields.list()
    checkTokens(
      content.words,
      fields.map(({ name }) => name),
    )
  }
  return content
}

async function readContent(call: Call, client: HeymarketClient): Promise<Content> {
  const words = text(call, 'text')
  const named = text(call, 'template')
  const media = text(call, 'media')
  if (words !== undefined && named !== undefined) {
    throw new HeysyncError('ERR_USAGE', {
      message: '--text and --template are both given, and a message has one of them.',
      hint: 'Leave one out.',
    })
  }
  if ((words ?? '').trim() === '' && named === undefined && media === undefined) {
    throw new HeysyncError('ERR_USAGE', {
      message: words === undefined ? 'The message says nothing yet.' : '--text is blank.',
      hint: 'Add --text "…", --template <name or id> or --media <url>.',
    })
  }
  const withMedia = media === undefined ? {} : { media_url: media }
  if (named === undefined) {
    return { body: { ...(words === undefined ? {} : { text: words }), ...withMedia }, words: words ?? null }
  }
  const template = await templateOf(client, named)
  return { body: { template_id: template.id, ...withMedia }, words: template.text || null }
}

async function templateOf(client: HeymarketClient, named: string): Promise<{ id: number; text: string }> {
  const candidates: { id: number; name: string; text: string }[] = []
  for await (const one of client.templates.all())
    candidates.push({ id: one.id, name: one.title, text: one.text })
  return pick(TEMPLATE, named, candidates)
}

/**
 * The list that a name or an id means. An id is taken as it is where the account does not show its lists.
 * Errors: ERR_NAME_*.
 */
export async function listOf(client: HeymarketClient, named: string): Promise<{ id: number; name: string }> {
  const candidates: { id: number; name: string }[] = []
  try {
    for await (const one of client.lists.all()) {
      if (one.archived !== true) candidates.push({ id: one.id, name: one.title })
    }
  } catch (error) {
    const hidden = error instanceof HeysyncError && (error.status === 404 || error.status === 400)
    if (!hidden || !/^\d+$/.test(named)) throw error
    return { id: Number(named), name: named }
  }
  return pick(LIST, named, candidates)
}

/** A number that must be an id. Errors: ERR_USAGE. */
export function idOf(call: Call, name: string): number | undefined {
  const given = text(call, name)
  if (given === undefined) return undefined
  if (/^[1-9]\d{0,15}$/.test(given.trim())) return Number(given)
  throw new HeysyncError('ERR_USAGE', {
    message: `--${name} "${given}" is not an id.`,
    hint: `An id is a whole number: --${name} 1234`,
  })
}

/** Errors: ERR_USAGE when not exactly one of these options is given. */
export function exactlyOne(call: Call, names: readonly string[], what: string): string {
  const given = names.filter((name) => call.options[name] !== undefined)
  const [only, another] = given
  if (only !== undefined && another === undefined) return only
  throw new HeysyncError('ERR_USAGE', {
    message:
      only === undefined
        ? `${what} is missing.`
        : `${given.map((name) => `--${name}`).join(' and ')} are both given.`,
    hint: `Give exactly one of ${names.map((name) => `--${name}`).join(', ')}.`,
  })
}

export const YES: OptionSpec = { flags: '--yes', summary: 'do not ask' }

/**
 * True when a person, or `--yes`, says so. Errors: ERR_USAGE where nobody can be asked.
 */
export async function confirmed(call: Call, io: Io, question: string): Promise<boolean> {
  if (flag(call, 'yes')) return true
  if (!io.interactive) {
    throw new HeysyncError('ERR_USAGE', {
      message: `${question} There is no terminal to ask on, so nothing was sent.`,
      hint: 'Add --yes when that is what you want.',
    })
  }
  if (await io.confirm(question)) return true
  io.say('Nothing was sent.')
  return false
}
