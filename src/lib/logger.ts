// Owns the log: one pino logger to stderr, with secrets and phone numbers kept out of every line.
import { type Logger as PinoLogger, pino } from 'pino'
import { redact } from './redact.ts'

export type Logger = PinoLogger

export interface LoggerOptions {
  readonly level: 'debug' | 'info' | 'warn' | 'error' | 'silent'
  /** Readable lines instead of JSON. */
  readonly pretty: boolean
  /** Values that must never be written, e.g. the secret key. */
  readonly secrets: readonly string[]
  readonly stream: NodeJS.WritableStream
}

export async function createLogger(options: LoggerOptions): Promise<Logger> {
  const show =
    options.pretty && options.level !== 'silent'
      ? (await import('pino-pretty')).prettyFactory({ ignore: 'time' })
      : (line: string) => line
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
