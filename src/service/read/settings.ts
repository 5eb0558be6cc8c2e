// Owns the settings as the admin API shows them: the config with its secrets masked, and what was learnt of the account.
import { stringify } from 'yaml'
import type { z } from 'zod'
import type { Config } from '../../config/schema.ts'
import { isSecretPath } from '../../config/secret-keys.ts'
import type { Db } from '../../db/open.ts'
import { toIso } from '../../lib/clock.ts'
import type { settings } from '../api/contract.ts'

export interface SettingsAbout {
  readonly config: Config
  readonly configPath: string
  readonly databasePath: string
  readonly warnings: readonly string[]
  /** Values that are masked wherever they stand. */
  readonly secrets: readonly string[]
}

const MASK = '•••'
/** A shorter text is a word of anything. */
const LEAST_SECRET = 4

export function settingsReader(
  db: Db,
  about: SettingsAbout,
  webhooks: () => { url: string | null; waiting: number; lastAt: number | null },
): () => z.infer<typeof settings> {
  const ways = db.prepare<[], { name: string; state: string; fits: number; why: string; learnt_at: number }>(
    'SELECT name, state, fits, why, learnt_at FROM way ORDER BY name',
  )
  const meta = db.prepare<[], { key: string; value: string }>(
    "SELECT key, value FROM meta WHERE key IN ('account', 'shows_opt_out', 'page_rows', 'count_offset') ORDER BY key",
  )
  const config = stringify(masked(about.config, [], about.secrets))
  return () => ({
    configPath: about.configPath,
    databasePath: about.databasePath,
    config,
    warnings: [...about.warnings],
    account: [
      ...meta.all().map(({ key, value }) => ({ fact: META_WORDS[key] ?? key, value, since: null })),
      ...ways.all().map(({ name, state, fits, why, learnt_at }) => ({
        fact: name,
        value: [state, fits > 0 ? `up to ${fits} at once` : '', why].filter(Boolean).join('; '),
        since: toIso(learnt_at),
      })),
    ],
    webhooks: webhooksShown(webhooks()),
  })
}

function webhooksShown(at: {
  url: string | null
  waiting: number
  lastAt: number | null
}): z.infer<typeof settings>['webhooks'] {
  return { url: at.url, waiting: at.waiting, lastAt: at.lastAt === null ? null : toIso(at.lastAt) }
}

const META_WORDS: Readonly<Record<string, string>> = {
  account: 'team',
  shows_opt_out: 'shows who opted out',
  page_rows: 'contacts in a page',
  count_offset: 'contacts that are counted and not shown',
}

function masked(value: unknown, path: readonly (string | number)[], secrets: readonly string[]): unknown {
  if (typeof value === 'string') {
    if (isSecretPath(path)) return MASK
    return secrets
      .filter((secret) => secret.length >= LEAST_SECRET)
      .reduce((text, secret) => text.replaceAll(secret, MASK), value)
  }
  if (Array.isArray(value)) return value.map((item, index) => masked(item, [...path, index], secrets))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, masked(item, [...path, key], secrets)]),
  )
}
