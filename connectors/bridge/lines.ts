// Owns what one line of output is: a message, or noise. Numbers that JavaScript would round stay text. Pure, but for the count.
import { ConnectorError } from 'heysync/connector'
import { isSafeNumber, parse, stringify } from 'lossless-json'

export type Message = Readonly<Record<string, unknown>> & { readonly type: string }

export interface LineReader {
  /** Null for a line that is no message. Errors: ConnectorError when it is half of one, or when there is too much noise. */
  read(line: string): Message | null
  /** Lines that were no messages. */
  noise(): number
}

/** Long enough to lose digits as a number; most lines have none of these, and are read by the faster parser. */
const LONG_NUMBER = /\d[\d.]{15}|\d[eE][+-]?\d/
/** Python writes these where JSON has nothing. Inside of strings they are text. */
const NO_NUMBER = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/g
const LOOKS_LIKE_MESSAGE = /^\s*\{\s*"/

const last = { onDuplicateKey: ({ newValue }: { newValue: unknown }) => newValue }

/** `limit`: lines of noise that are borne; one more, and whoever writes them is not what the options say. */
export function lineReader(limit: number): LineReader {
  let noise = 0
  const drop = () => {
    noise += 1
    if (noise <= limit) return null
    throw new ConnectorError('unreadable', {
      message: `More than ${limit} lines of its output are no messages.`,
      hint: 'Run the command by hand and look at its standard output: logs belong to standard error. Raise noiseLimit if it is only chatty.',
    })
  }
  return {
    noise: () => noise,
    read: (line) => {
      if (line.trim() === '') return null
      const value = readValue(line)
      if (value === undefined && LOOKS_LIKE_MESSAGE.test(line))
        throw new ConnectorError('failed', {
          message: 'A line of its output begins like a message and is no JSON, so a record may be lost.',
        })
      return isMessage(value) ? value : drop()
    },
  }
}

function readValue(line: string): unknown {
  try {
    return parseValue(line)
  } catch {
    try {
      return parseValue(line.replace(NO_NUMBER, (text) => (text.startsWith('"') ? text : `"${text}"`)))
    } catch {
      return undefined
    }
  }
}

function parseValue(text: string): unknown {
  if (!LONG_NUMBER.test(text)) return JSON.parse(text)
  return parse(text, null, { ...last, parseNumber: (n) => (isSafeNumber(n) ? Number(n) : n) })
}

/** The JSON at this key of a line, to the last digit: what is not ours is given back as it came. */
export function exactPart(line: string, key: string): unknown {
  return (parse(line, null, last) as Record<string, unknown>)[key]
}

export function exactValue(text: string): unknown {
  return parse(text, null, last)
}

export function exactText(value: unknown): string {
  return stringify(value) ?? 'null'
}

function isMessage(value: unknown): value is Message {
  return isObject(value) && typeof value.type === 'string'
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
