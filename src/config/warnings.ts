// Owns what is allowed in a config, but probably not meant.

import { isLoopback } from '../lib/loopback.ts'
import type { Interpolated } from './interpolate.ts'
import type { KeyPath, Places } from './places.ts'
import { pathKey, pathWords } from './places.ts'
import type { Config } from './schema.ts'
import { isSecretName, isSecretPath } from './secret-keys.ts'

export interface Warning {
  /** `file:line:column`. */
  readonly place: string
  readonly message: string
}

const ACCOUNT_LIMIT = 500

export interface WarningRequest {
  readonly config: Config
  readonly interpolated: Interpolated
  readonly places: Places
  readonly worldReadable: boolean
}

/** All warnings of a valid config, in the order of the file's sections. */
export function warningsOf({ config, interpolated, places, worldReadable }: WarningRequest): Warning[] {
  const warnings: Warning[] = []
  const rate: KeyPath = ['heymarket', 'requestsPerMinute']
  const local = isLoopback(new URL(config.heymarket.baseUrl).hostname)
  // A sandbox has the limit that it was started with.
  if (config.heymarket.requestsPerMinute > ACCOUNT_LIMIT && !local) {
    warnings.push({
      place: places.of(rate),
      message: `${pathWords(rate)} is above ${ACCOUNT_LIMIT}, the limit of an account, unless Heymarket raised yours.`,
    })
  }
  for (const path of plainSecrets(interpolated.value, [], interpolated.fromOutside)) {
    if (local && path[0] === 'heymarket') continue
    const words = pathWords(path)
    warnings.push({
      place: places.of(path),
      message: worldReadable
        ? `${words} is a secret in plain text, in a file that every user of this machine can read: \`chmod 600 ${places.file}\`.`
        : `${words} is a secret in plain text; better \${NAME} or \${file:path}.`,
    })
  }
  return warnings
}

/** Key paths of secrets that stand in the file itself. */
function plainSecrets(value: unknown, path: KeyPath, fromOutside: ReadonlySet<string>): KeyPath[] {
  if (typeof value === 'string') {
    const name = path[path.length - 1]
    const isSecret = typeof name === 'string' && isSecretName(name) && isSecretPath(path)
    return isSecret && value !== '' && !fromOutside.has(pathKey(path)) ? [path] : []
  }
  if (Array.isArray(value))
    return value.flatMap((item, index) => plainSecrets(item, [...path, index], fromOutside))
  if (value === null || typeof value !== 'object') return []
  return Object.entries(value).flatMap(([key, item]) => plainSecrets(item, [...path, key], fromOutside))
}
