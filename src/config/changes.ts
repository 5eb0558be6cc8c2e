// Owns the words for what is another in a config that was read again: key by key, and without a secret.

import type { LoadedConfig } from './load.ts'
import type { KeyPath } from './places.ts'
import { isSecretPath } from './secret-keys.ts'

/** E.g. `sources.clinic.schedule: "0 * * * *" → "0 6 * * *"`. Sources and lists go by their name, not by their place. */
export function configChanges(before: LoadedConfig, now: LoadedConfig): string[] {
  const secrets = [...before.secrets, ...now.secrets]
  const [old, fresh] = [leaves(before.config), leaves(now.config)]
  const changes = [...new Set([...old.keys(), ...fresh.keys()])].flatMap((key) => {
    const [was, is] = [old.get(key), fresh.get(key)]
    if (was?.value === is?.value) return []
    const hidden = [was, is].some(
      (one) => one && (isSecretPath(one.path) || secrets.some((secret) => one.value.includes(secret))),
    )
    return [
      hidden ? `${key} is another one` : `${key}: ${was?.value ?? 'not set'} → ${is?.value ?? 'not set'}`,
    ]
  })
  const [order, newOrder] = [before, now].map(({ config }) => config.sources.map(({ id }) => id).join(', '))
  const sameIds = order?.split(', ').sort().join() === newOrder?.split(', ').sort().join()
  return sameIds && order !== newOrder ? [...changes, `sources: in the order ${newOrder}`] : changes
}

interface Leaf {
  readonly path: KeyPath
  /** As JSON. */
  readonly value: string
}

function leaves(value: unknown, path: KeyPath = [], into = new Map<string, Leaf>()): Map<string, Leaf> {
  const plain = typeof value === 'object' && value !== null && !Array.isArray(value)
  const entries = plain ? Object.entries(value) : (namedEntries(value) ?? [])
  for (const [key, inner] of entries) leaves(inner, [...path, key], into)
  const empty = plain && entries.length === 0
  if (!empty && entries.length === 0 && value !== undefined)
    into.set(path.join('.'), { path, value: JSON.stringify(value) })
  return into
}

/** What has a name goes by it. */
function namedEntries(value: unknown): [string, unknown][] | null {
  if (!Array.isArray(value) || value.length === 0) return null
  const named = value.map((one): [string, unknown] => {
    const { id, key, title, fromSourceList } = (one ?? {}) as Record<string, unknown>
    return [String(id ?? key ?? title ?? fromSourceList ?? ''), one]
  })
  return named.every(([name]) => name !== '') ? named : null
}
