// Owns how the text of updatedColumn becomes an instant: RFC 3339 in UTC, with every digit of its fraction kept.

const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ]\s*(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s*(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?)?$/i
/** Days that every month has, so that the text is the instant as it stands. */
const PLAIN = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?Z$/
const EPOCH = /^(\d{9,10})(?:\.(\d+))?$|^(\d{9,10})(\d{3})$/

/**
 * The instant of a text, e.g. `2026-11-20T09:30:00.123456Z`; null when it is empty or in no form that has one meaning only.
 * Read are RFC 3339, `YYYY-MM-DD[ HH:MM[:SS[.frac]]]` in the zone given, and seconds or milliseconds since 1970.
 */
export function readInstant(text: string, zone: ZoneClock): string | null {
  if (PLAIN.test(text)) return text
  const value = text.trim()
  const epoch = EPOCH.exec(value)
  if (epoch) return toText(Number(epoch[1] ?? epoch[3]) * 1_000, epoch[2] ?? epoch[4])

  const match = DATE_TIME.exec(value)
  if (!match) return null
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction, offset] = match
  const parts = [year, month, day, hour, minute, second].map(Number)
  const [y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0] = parts
  const wall = Date.UTC(y, mo - 1, d, h, mi, s)
  // Date.UTC rolls 30 February over into March; such a date is no date.
  if (new Date(wall).toISOString().slice(0, 19) !== `${year}-${month}-${day}T${hour}:${minute}:${second}`)
    return null
  if (offset === undefined) return toText(zone.toUtc(wall), fraction)
  const offsetMs = readOffset(offset)
  return offsetMs === null ? null : toText(wall - offsetMs, fraction)
}

function readOffset(text: string): number | null {
  const match = /^([+-])(\d\d):?(\d\d)?$/.exec(text)
  if (!match) return 0
  const [, sign, hours, minutes = '00'] = match
  if (Number(hours) > 23 || Number(minutes) > 59) return null
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000
}

function toText(ms: number, fraction: string | undefined): string {
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction === undefined ? '' : `.${fraction}`}Z`
}

export interface ZoneClock {
  /**
   * Wall-clock time in the zone (as if it were UTC, in milliseconds) to UTC milliseconds. An hour that the clock shows
   * twice is taken the first time; an hour that it skips is taken as if the clock had not been put forward.
   */
  toUtc(wallMs: number): number
}

/** The clock on the wall in a time zone. @param timeZone IANA name, already checked. */
export function zoneClock(timeZone: string): ZoneClock {
  if (timeZone === 'UTC') return { toUtc: (wallMs) => wallMs }
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const offsetAt = (utcMs: number): number => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(utcMs)) part[type] = Number(value)
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - utcMs
  }
  const dayMs = 86_400_000
  return {
    toUtc: (wallMs) => {
      const before = offsetAt(wallMs - dayMs)
      const after = offsetAt(wallMs + dayMs)
      const first = wallMs - before
      if (before === after || offsetAt(first) === before) return first
      const second = wallMs - after
      return offsetAt(second) === after ? second : first
    },
  }
}
