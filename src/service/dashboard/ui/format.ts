// Owns how numbers, phones and spans of time are written. Pure.

const number = new Intl.NumberFormat('en-US')
const moment = new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long' })
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

export const count = (n: number): string => number.format(n)

/** "1 contact", "2,300 contacts". */
export function many(n: number, one: string, several = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : several}`
}

/** Bare E.164 as people read it. Only numbers of North America have one grouping for all. */
export function phone(bare: string): string {
  const [, area, exchange, line] = /^1(\d{3})(\d{3})(\d{4})$/.exec(bare) ?? []
  if (area !== undefined) return `+1 ${area} ${exchange} ${line}`
  return /^\d+$/.test(bare) ? `+${bare}` : bare
}

/** Two units at most: "3 h 15 min", "45 s". */
export function span(seconds: number): string {
  const s = Math.max(0, Math.round(seconds))
  if (s < 60) return `${s} s`
  const minutes = Math.round(s / 60)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`
  return many(Math.round(hours / 24), 'day')
}

/** One unit is enough for how long ago something was. */
export function relative(at: number, now: number): string {
  const seconds = Math.round(Math.abs(now - at) / 1000)
  if (seconds < 5) return at <= now ? 'just now' : 'now'
  const text =
    seconds < 60
      ? `${seconds} s`
      : seconds < 3_600
        ? `${Math.round(seconds / 60)} min`
        : seconds < 36 * 3_600
          ? `${Math.round(seconds / 3_600)} h`
          : many(Math.round(seconds / 86_400), 'day')
  return at <= now ? `${text} ago` : `in ${text}`
}

export const exact = (at: number): string => moment.format(at)
export const hour = (at: number): string => clock.format(at)

/** The end of a ULID tells two apart; the whole is in the title. */
export const shortId = (id: string): string => (id.length > 12 ? `…${id.slice(-6)}` : id)

export const percent = (part: number, whole: number): number =>
  whole <= 0 ? 0 : Math.min(100, Math.max(0, (100 * part) / whole))
