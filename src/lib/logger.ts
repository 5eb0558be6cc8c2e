// Owns the log: one pino logger to stderr, with secrets and phone numbers kept out of every line.
import { type Logger as PinoLogger, pino } from 'pino'
import { prettyFactory } from 'pino-pretty'
import { maskPhone } from './phone.ts'

export type Logger = PinoLogger

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Readable lines instead of JSON. */
  readonly pretty: boolean
  /** Values that must never be written, e.g. the secret key. */
  readonly secrets: readonly string[]
  readonly stream: NodeJS.WritableStream
}

/** Taken for a phone number, also inside text: any run of 10 to 15 digits, `+1 415-555-0171`, `(415) 555-0171`. */
const PHONE_LIKE =
  /(?:(?<![\w.-])|(?<=%2B))(?:\+?\d{10,15}|\+\d[\d ().-]{6,18}\d|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![\w-])/gi

/** Takes secrets and phone numbers out of a text that is about to be shown or stored. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '[secret]')
  return clean.replace(PHONE_LIKE, (found) => maskPhone(found.replace(/\D/g, '')))
}

export function createLogger(options: LoggerOptions): Logger {
  const show = options.pretty ? prettyFactory({ ignore: 'time' }) : (line: string) => line
  const target = { write: (line: string) => options.stream.write(show(redactLine(line, options.secrets))) }
  return pino({ level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, target)
}

/** Value by value, because JSON writes a secret with a quote in it differently, and a masked number is no number. */
function redactLine(line: string, secrets: readonly string[]): string {
  const clean = (value: unknown): unknown => {
    if (typeof value === 'string') return redact(value, secrets)
    if (typeof value === 'number') {
      const text = redact(String(value), secrets)
      return text === String(value) ? value : text
    }
    if (Array.isArray(value)) return value.map(clean)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, held]) => [redact(key, secrets), clean(held)]))
  }
  return `${JSON.stringify(clean(JSON.parse(line)))}\n`
}
