// Owns the log: one pino logger to stderr, with secrets and phone numbers kept out of every line.
import { type Logger as PinoLogger, pino } from 'pino'
import pretty from 'pino-pretty'
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

/** Any run of 10 to 15 digits is taken for a phone number, also inside text. */
const PHONE_LIKE = /(?<![\w.-])\+?\d{10,15}(?![\w-])/g

/** Takes secrets and phone numbers out of a text that is about to be shown or stored. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, '[secret]')
  return clean.replace(PHONE_LIKE, (digits) => maskPhone(digits.replace('+', '')))
}

export function createLogger(options: LoggerOptions): Logger {
  const target = {
    write: (line: string) => options.stream.write(redact(line, options.secrets)),
  }
  const config = { level: options.level, base: null, timestamp: pino.stdTimeFunctions.isoTime }
  if (!options.pretty) return pino(config, target)
  return pino(
    config,
    pretty({
      destination: options.stream,
      ignore: 'time',
      messageFormat: (log, key) => redact(String(log[key]), options.secrets),
      sync: true,
    }),
  )
}
