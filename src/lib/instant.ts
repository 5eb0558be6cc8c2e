// Owns timestamps that others write: how they are put in order, and what comes one tick later or earlier.

const SHAPE = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:?\d\d)?$/

/**
 * A sortable form of an RFC 3339 instant: UTC with nine fractional digits. Comparing these as text is comparing the
 * instants, which the raw texts do not allow (`…05.12Z` sorts after `…05.123Z`). Null for no instant or for year 1,
 * which is how Go writes "none".
 */
export function instantKey(text: string | null | undefined): string | null {
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

/** True when none of the keys has a fraction: the account seems to keep whole seconds. */
export function wholeSeconds(keys: readonly string[]): boolean {
  return keys.every((key) => key.endsWith('.000000000Z'))
}

/** RFC 3339 text that lies one tick after (1) or before (-1) the key; a tick is a second or a millisecond. */
export function tickFrom(key: string, direction: 1 | -1, seconds: boolean): string {
  const step = seconds ? 1000 : 1
  const ms = keyToMs(key)
  const at = direction === 1 ? ms + step : ms - (key.slice(23, 29) === '000000' ? step : 0)
  return new Date(at).toISOString()
}
