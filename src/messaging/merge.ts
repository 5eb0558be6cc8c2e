// Owns merge tokens: `{{first_name}}`, `{{last_name}}` and `{{name of a custom field}}`, which Heymarket fills in for
// each recipient. heysync checks them before a broadcast and shows the first message as it will read.
import { HeysyncError } from '../lib/errors.ts'
import { nearest } from '../lib/suggest.ts'

const TOKEN = /\{\{\s*([^{}]*?)\s*\}\}/g

export interface MergePerson {
  readonly first: string
  readonly last: string
  /** By the field's name. */
  readonly custom: Readonly<Record<string, string>>
}

/** The tokens of a text as they are written, without repeats. */
export function tokensOf(text: string): string[] {
  return [...new Set([...text.matchAll(TOKEN)].map((match) => match[1] ?? ''))]
}

/** Names of tokens that say the same: how Heymarket writes the name of a custom field as a token is not documented. */
function sameToken(token: string, name: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/[\s_-]+/g, '_')
  return plain(token) === plain(name)
}

function filledFor(token: string, person: MergePerson): string | undefined {
  if (sameToken(token, 'first_name')) return person.first
  if (sameToken(token, 'last_name')) return person.last
  const field = Object.keys(person.custom).find((name) => sameToken(token, name))
  return field === undefined ? undefined : person.custom[field]
}

/**
 * Checks that every token is one that Heymarket fills in.
 * Errors: ERR_MERGE_TOKEN, with the nearest token; an unknown one would be read by everybody as it is written.
 */
export function checkTokens(text: string, fieldNames: readonly string[]): void {
  const known = ['first_name', 'last_name', ...fieldNames]
  for (const token of tokensOf(text)) {
    if (known.some((name) => sameToken(token, name))) continue
    const near = nearest(token, known)
    throw new HeysyncError('ERR_MERGE_TOKEN', {
      message: `Nothing fills in {{${token}}}.`,
      hint: `${near === undefined || near === null ? '' : `Did you mean {{${near}}}? `}The tokens are ${known.map((name) => `{{${name}}}`).join(', ')}.`,
    })
  }
}

/** The text as one person reads it; a value that they do not have is blank. */
export function fill(text: string, person: MergePerson): string {
  return text.replace(TOKEN, (_, token: string) => filledFor(token, person) ?? '')
}

/** The tokens that would be blank for a person. */
export function blanksOf(text: string, person: MergePerson): string[] {
  return tokensOf(text).filter((token) => (filledFor(token, person) ?? '') === '')
}

/** True when `shown` is `text` with anything in the place of its tokens. */
export function fillsPattern(text: string, shown: string): boolean {
  if (shown === text) return true
  const parts = text.split(TOKEN).filter((_, index) => index % 2 === 0)
  if (parts.length === 1) return shown.trim() === text.trim()
  const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[\\s\\S]*?')
  return new RegExp(`^${pattern}$`).test(shown)
}
