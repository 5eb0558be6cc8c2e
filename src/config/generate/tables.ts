// Owns the key tables of docs/configuration.md: one per section of the file.
import { stringify } from 'yaml'
import type { KeyInfo } from '../keys.ts'
import { keysOf } from '../keys.ts'
import { configSchema } from '../schema.ts'
import { markdownTable } from './marked.ts'
import { typeWords } from './type-words.ts'

/** Section name to its place in the file. */
const SECTIONS: Readonly<Record<string, readonly string[]>> = {
  file: [],
  heymarket: ['heymarket'],
  auth: ['heymarket', 'auth'],
  source: ['sources', '[]'],
  map: ['sources', '[]', 'map'],
  onRemoved: ['sources', '[]', 'onRemoved'],
  list: ['lists', '[]'],
  guard: ['guard'],
  dial: ['guard', 'removals'],
  fields: ['fields'],
  policy: ['fields', 'default'],
  tags: ['tags'],
  service: ['service'],
  log: ['log'],
}

/** Every section's table, by the name of its mark. */
export function configTables(): Readonly<Record<string, string>> {
  const keys = keysOf(configSchema)
  return Object.fromEntries(
    Object.entries(SECTIONS).map(([name, path]) => {
      const inside = keys.filter((key) => key.path.slice(0, -1).join('\0') === path.join('\0'))
      return [name, keyTable(inside)]
    }),
  )
}

/** One row per key: name, type, default, sentence. */
function keyTable(keys: readonly KeyInfo[]): string {
  return markdownTable(
    ['Key', 'Type', 'Default', 'What it does'],
    keys.map((key) => [
      `\`${key.path[key.path.length - 1]}\``,
      typeWords(key.schema),
      defaultWords(key),
      key.description,
    ]),
  )
}

function defaultWords(key: KeyInfo): string {
  if (key.defaultValue === undefined)
    return key.required ? (key.ofOneForm ? '**required** in its form' : '**required**') : 'none'
  if (key.schema.properties && Object.keys(key.defaultValue as object).length === 0) return 'see below'
  return `\`${stringify(key.defaultValue, { collectionStyle: 'flow', lineWidth: 0 }).trim()}\``
}
