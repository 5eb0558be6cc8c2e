// Owns the dialects: one switch for each thing that Heymarket's documentation leaves open.
// `open` says which open question of the API notes a switch answers.
import { ACCOUNT_DIALECTS } from './dialects/account.ts'
import { CONTACT_DIALECTS } from './dialects/contacts.ts'
import { LIST_DIALECTS } from './dialects/lists.ts'
import { MESSAGE_DIALECTS } from './dialects/messages.ts'
import { WEBHOOK_DIALECTS } from './dialects/webhooks.ts'
import { defaultsOf, parseSwitch, type Settings, tableMarkdown } from './switches.ts'

export const DIALECT_TABLE = {
  ...CONTACT_DIALECTS,
  ...ACCOUNT_DIALECTS,
  ...LIST_DIALECTS,
  ...MESSAGE_DIALECTS,
  ...WEBHOOK_DIALECTS,
} as const

export type Dialects = Settings<typeof DIALECT_TABLE>

/** Every dialect at its first reading. */
export function defaultDialects(): Dialects {
  return defaultsOf(DIALECT_TABLE)
}

/** Reads `cursor=inclusive`. Throws ERR_USAGE with the nearest name or the allowed values. */
export function parseDialect(text: string): Partial<Dialects> {
  return parseSwitch('dialect', DIALECT_TABLE, text)
}

/** The table of dialects as Markdown, for docs/sandbox.md. */
export function dialectTableMarkdown(): string {
  return tableMarkdown('dialect', DIALECT_TABLE)
}
