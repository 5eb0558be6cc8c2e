// Owns reading a time to come, as a person types it, into an instant at which Heymarket takes a scheduled message. Pure.
import * as chrono from 'chrono-node'
import { DateTime, IANAZone } from 'luxon'
import { HeysyncError } from '../lib/errors.ts'

export interface When {
  /** Milliseconds since 1970; on a quarter-hour, at least 15 minutes ahead. */
  readonly at: number
  /** RFC 3339 in UTC, as `execute_at` takes it. */
  readonly executeAt: string
  /** For a person: `Sat 21 Nov 2026 09:30 Europe/Berlin (08:30 UTC, in 14 h 20 min)`. */
  readonly words: string
}

export interface WhenContext {
  /** Milliseconds since 1970. */
  readonly now: number
  /** IANA name. */
  readonly zone: string
  /** Takes the next quarter-hour that Heymarket takes. */
  readonly roundUp: boolean
}

const MINUTE_MS = 60_000
/** Heymarket: "at least 15 minutes in the future and on a quarter-hour". */
const QUARTER_MS = 15 * MINUTE_MS
const AHEAD_MS = 15 * MINUTE_MS

/**
 * Reads e.g. `tomorrow 9:30`, `2026-11-21 14:15`, `in 2 hours`, `next monday 8am`, or RFC 3339 with an offset.
 * Errors: ERR_USAGE, which names the next time that would do.
 */
export function readWhen(typed: string, context: WhenContext): When {
  const { now, zone, roundUp } = context
  if (!IANAZone.isValidZone(zone)) {
    throw new HeysyncError('ERR_USAGE', {
      message: `"${zone}" is not a time zone.`,
      hint: 'Set messaging.timeZone in heysync.yaml to a name like America/New_York.',
    })
  }
  const asked = instantOf(typed, context)
  const soonest = ceilToQuarter(now + AHEAD_MS)
  const allowed = Math.max(ceilToQuarter(asked), soonest)
  if (asked < now) throw refused(typed, 'is in the past', allowed, context)
  if (asked === allowed || roundUp) return described(allowed, context)
  const why = asked < soonest && asked % QUARTER_MS === 0 ? tooSoon : offTheQuarter
  throw refused(typed, why(wall(asked, zone)), allowed, context)
}

function tooSoon(): string {
  return 'is less than 15 minutes ahead'
}

function offTheQuarter(at: DateTime): string {
  return `is ${at.toFormat('HH:mm')}, which is not on a quarter-hour`
}

function refused(typed: string, why: string, allowed: number, { zone, roundUp }: WhenContext): HeysyncError {
  const next = wall(allowed, zone)
  const other = roundUp ? '' : ', or add --round-up'
  return new HeysyncError('ERR_USAGE', {
    message: `--at "${typed}" ${why}. The next time that Heymarket takes is ${next.toFormat('HH:mm')}.`,
    hint: `--at "${next.toFormat('yyyy-MM-dd HH:mm')}"${why.startsWith('is in the past') ? '' : other}`,
  })
}

function ceilToQuarter(ms: number): number {
  return Math.ceil(ms / QUARTER_MS) * QUARTER_MS
}

function wall(ms: number, zone: string): DateTime {
  return DateTime.fromMillis(ms, { zone, locale: 'en-GB' })
}

/** The instant that is meant, whole minutes. */
function instantOf(typed: string, { now, zone }: WhenContext): number {
  const reference = { instant: new Date(now), timezone: IANAZone.create(zone).offset(now) }
  const [found, another] = chrono.parse(typed, reference, { forwardDate: true })
  const rest =
    found === undefined ? typed : typed.replace(found.text, '').replace(/\b(at|on|um)\b|[\s,.]/gi, '')
  if (found === undefined || another !== undefined || found.end || rest !== '') {
    throw notATime(
      typed,
      found === undefined ? 'is not a time' : `can be read only in part ("${found.text}")`,
    )
  }
  const { start } = found
  if (!start.isCertain('hour')) throw notATime(typed, 'names no time of day')
  // An offset that is written, or a span from now, is exact whatever the clocks on the wall do.
  if (start.isCertain('timezoneOffset')) return floorToMinute(start.date().getTime(), now)
  const hour = start.get('hour') ?? 0
  const minute = start.get('minute') ?? 0
  const meant = DateTime.fromObject(
    {
      year: start.get('year') ?? 0,
      month: start.get('month') ?? 1,
      day: start.get('day') ?? 1,
      hour,
      minute,
    },
    { zone },
  )
  if (meant.hour !== hour || meant.minute !== minute) {
    throw new HeysyncError('ERR_USAGE', {
      message: `--at "${typed}" does not exist: the clocks in ${zone} skip it that day.`,
      hint: `Say a time before or after, e.g. --at "${meant.toFormat('yyyy-MM-dd HH:mm')}"`,
    })
  }
  const both = meant.getPossibleOffsets()
  if (both.length > 1) {
    const ways = both.map(
      (one) => `--at "${one.toISO({ suppressSeconds: true, suppressMilliseconds: true })}"`,
    )
    throw new HeysyncError('ERR_USAGE', {
      message: `--at "${typed}" comes twice: the clocks in ${zone} are put back that day.`,
      hint: `Say which one: ${ways.join(' or ')}`,
    })
  }
  return meant.toMillis()
}

/** Seconds count for nothing; what is now must not become the past by that. */
function floorToMinute(ms: number, now: number): number {
  const floored = Math.floor(ms / MINUTE_MS) * MINUTE_MS
  return ms >= now && floored < now ? ms : floored
}

function notATime(typed: string, why: string): HeysyncError {
  return new HeysyncError('ERR_USAGE', {
    message: `--at "${typed}" ${why}.`,
    hint: 'Write it like "tomorrow 9:30", "2026-11-21 14:15", "in 2 hours" or "next monday 8am".',
  })
}

function described(at: number, { now, zone }: WhenContext): When {
  const utc = DateTime.fromMillis(at, { zone: 'utc' })
  const minutes = Math.round((at - now) / MINUTE_MS)
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60), minutes % 60]
  const span = [
    ...(days > 0 ? [`${days} d`] : []),
    ...(hours > 0 ? [`${hours} h`] : []),
    ...(rest > 0 && days === 0 ? [`${rest} min`] : []),
  ].join(' ')
  const inUtc = utc.offset === wall(at, zone).offset ? '' : `${utc.toFormat('HH:mm')} UTC, `
  return {
    at,
    executeAt: utc.toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'"),
    words: `${wall(at, zone).toFormat('ccc d LLL yyyy HH:mm')} ${zone} (${inUtc}in ${span})`,
  }
}
