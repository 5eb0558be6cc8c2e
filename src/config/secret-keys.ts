// Owns which config keys and variables hold secrets, by their place or their name.
import type { KeyPath } from './places.ts'

const SECRET_NAME = /secret|token|passw|passphrase|credential|(api|private|access|account)[-_]?key/i
/** Names that speak about a secret without holding one, e.g. `tokenUrl`, `passwordFile`. */
const ABOUT_A_SECRET = /(url|uri|column|field|file|path|name|type|header|ms|seconds|id)$/i

/** True for a name such as `secretKey` or `DB_PASSWORD`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name) && !ABOUT_A_SECRET.test(name)
}

/** True when the value at this key path must stay out of logs and errors. */
export function isSecretPath(path: KeyPath): boolean {
  if (path[0] === 'heymarket' && path[1] === 'auth') return true
  // Whoever knows one of these addresses can post there, and that of a mail server holds the password.
  if (path[0] === 'alerts' && ['webhook', 'slack', 'smtp'].includes(String(path.at(-1)))) return true
  return path.some((part) => typeof part === 'string' && isSecretName(part)) && !isUnderMap(path)
}

/** `map` and `lists` name columns and titles; a column called `token` is no secret. */
function isUnderMap(path: KeyPath): boolean {
  return path[0] === 'lists' || (path[0] === 'sources' && path[2] === 'map')
}
