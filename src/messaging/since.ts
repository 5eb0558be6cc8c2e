// Owns reading a time that has passed, as a person types it: `2 hours ago`, `yesterday`, `2026-11-20`, RFC 3339.
import * as chrono from 'chrono-node'
import { IANAZone } from 'luxon'
import { HeysyncError } from '../lib/errors.ts'

/** Reads `typed` as seen at `now` (milliseconds) in an IANA zone; milliseconds since 1970. Errors: ERR_USAGE. */
export function readSince(typed: string, now: number, zone: string): number {
  const span = typed.trim().replace(/^(\d+)\s*(m|min|h|d|w)$/i, (_, n: string, unit: string) => {
    const words: Record<string, string> = { m: 'minutes', min: 'minutes', h: 'hours', d: 'days', w: 'weeks' }
    return `${n} ${words[unit.toLowerCase()] ?? unit} ago`
  })
  const timezone = IANAZone.create(zone).offset(now)
  const found = chrono.parseDate(span, { instant: new Date(now), timezone })?.getTime()
  if (found !== undefined && found <= now) return found
  throw new HeysyncError('ERR_USAGE', {
    message:
      found === undefined ? `--since "${typed}" is not a time.` : `--since "${typed}" is in the future.`,
    hint: 'Write it like "2 hours ago", "24h", "yesterday 9:00" or 2026-11-20.',
  })
}
