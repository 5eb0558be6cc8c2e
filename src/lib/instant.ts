// Owns timestamps that others write: how they are put in order, and what comes one tick later or earlier.

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/

/** Most instants are in UTC, on a day that every month has: then the text is the instant as it stands. */
const PLAIN =
  /^(?!0001)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/

/**
 * A sortable form of an RFC 3339 instant: UTC with nine fractional digits. Comparing these as text is comparing the
 * instants, which the raw texts do not allow (`…05.12Z` sorts after `…05.123Z`). Null for no instant or for year 1,
 * which is how Go writes "none".
 */
export function instantKey(text: string | null | undefined): string | null {
  if (text && PLAIN.test(text)) {
    const digits = text.slice(20, -1)
    return `${text.slice(0, 19)}.${digits.padEnd(9, '0')}Z`
  }
  const match = text ? SHAPE.exec(text) : null
  if (!match || match[1] === '0001') return null
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match
  const whole = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${normalZone(zone)}`)
  if (Number.isNaN(whole)) return null
  return `${new Date(whole).toISOString().slice(0, 19)}.${fraction.padEnd(9, '0')}Z`
}

function normalZone(zone: string): string {
  return /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone
}

/** Milliseconds since 1970 of a key, rounded down. */
export function keyToMs(key: string): number {
  return Date.parse(`${key.slice(0, 23)}Z`)
}

/** How many fractional digits the keys use: 0 for an account that seems to keep whole seconds, else 3, 6 or 9. */
export function fractionDigits(keys: readonly string[]): Resolution {
  const used = (digits: Resolution) => keys.every((key) => /^0*Z$/.test(key.slice(20 + digits)))
  return ([0, 3, 6] as const).find(used) ?? 9
}

export type Resolution = 0 | 3 | 6 | 9

/** RFC 3339 text of the instant one tick after the key, where a tick is one unit of its last digit. */
export function tickAfter(key: string, digits: Resolution): string {
  return nanosToText(keyToNanos(key) + 10n ** BigInt(9 - digits), digits)
}

/** RFC 3339 text of an instant just before the key: nothing that anybody stamps lies between the two. */
export function justBefore(key: string): string {
  const digits = Math.max(6, fractionDigits([key])) as Resolution
  return nanosToText(keyToNanos(key) - 10n ** BigInt(9 - digits), digits)
}

/** RFC 3339 text of the key itself, with no more digits than it needs. */
export function keyToText(key: string): string {
  return nanosToText(keyToNanos(key), fractionDigits([key]))
}

function keyToNanos(key: string): bigint {
  return BigInt(keyToMs(key)) * 1_000_000n + BigInt(key.slice(23, 29))
}

/** At least milliseconds are written, as everybody does. */
function nanosToText(nanos: bigint, digits: Resolution): string {
  const ms = nanos / 1_000_000n
  const beyond = String(nanos % 1_000_000n)
    .padStart(6, '0')
    .slice(0, Math.max(0, digits - 3))
  return `${new Date(Number(ms)).toISOString().slice(0, -1)}${beyond}Z`
}
