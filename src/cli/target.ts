// Owns whom a message is for, as the command line says it: a person, a conversation, a group or a list.
import type { App } from '../app.ts'
import type { HeymarketClient } from '../heymarket/client.ts'
import { HeysyncError } from '../lib/errors.ts'
import { type BareE164, bareE164 } from '../lib/phone.ts'
import { phoneOf, phonesOf } from '../messaging/phones.ts'
import { type Call, text, texts } from './command.ts'
import { exactlyOne, idOf, listOf } from './message-options.ts'
import { many } from './table-text.ts'

export interface Target {
  readonly target:
    | { readonly kind: 'to'; readonly phone: BareE164 }
    | { readonly kind: 'group'; readonly phones: readonly BareE164[] }
    | { readonly kind: 'conversation'; readonly id: number }
    | { readonly kind: 'list'; readonly id: number }
  /** Whom it reaches; nobody here for a list, which is looked at on its own. */
  readonly phones: readonly BareE164[]
  /** For a sentence: `to 14155552671`. */
  readonly words: string
}

/** Exactly one of these options. Errors: ERR_USAGE, ERR_NAME_*. */
export async function targetOf(
  call: Call,
  { client, loaded }: Pick<App, 'client' | 'loaded'>,
  options: readonly Target['target']['kind'][],
): Promise<Target> {
  const country = loaded.config.defaultCountry
  switch (exactlyOne(call, options, 'Whom it is for')) {
    case 'to': {
      const phone = phoneOf(text(call, 'to') ?? '', country)
      return { target: { kind: 'to', phone }, phones: [phone], words: `to ${phone}` }
    }
    case 'group': {
      const typed = texts(call, 'group').flatMap((one) => one.split(','))
      const phones = phonesOf(typed, country)
      const words = `to ${many(phones.length, 'person', 'people')} together`
      return { target: { kind: 'group', phones }, phones, words }
    }
    case 'list': {
      const { id, name } = await listOf(client, text(call, 'list') ?? '')
      return { target: { kind: 'list', id }, phones: [], words: `to the list ${name}` }
    }
    default: {
      const id = idOf(call, 'conversation') ?? 0
      const phones = await phonesIn(client, id)
      return { target: { kind: 'conversation', id }, phones, words: `into conversation ${id}` }
    }
  }
}

/** Whom a conversation is with. Errors: ERR_USAGE when it is not there. */
export async function phonesIn(client: HeymarketClient, id: number): Promise<BareE164[]> {
  const conversation = await client.conversations.get(id)
  if (conversation === null) {
    throw new HeysyncError('ERR_USAGE', {
      message: `Heymarket has no conversation ${id}.`,
      hint: 'Name the person instead: --to <phone>',
    })
  }
  return conversation.target.split(',').flatMap((one) => bareE164(one.replace(/^[a-z]+:/i, '')) ?? [])
}
