// Owns what must not be shown of a config that nobody here understands: every text in it that could be a secret. Pure.
import { isObject } from './lines.ts'

const HIDDEN = '•••'
/** A shorter one would take half of every sentence with it. */
const SHORTEST = 6

/** Each text in these values, longest first, and each line of it, in the forms that programs print. */
export function secretsOf(values: readonly unknown[]): readonly string[] {
  const texts = new Set<string>()
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look)
    else if (isObject(value)) Object.values(value).forEach(look)
    else if (typeof value === 'number') look(String(value))
    else if (typeof value === 'string') {
      for (const part of [value, ...value.split(/\r?\n|\\n/)])
        for (const form of [
          part,
          encodeURIComponent(part.replace(/\p{Surrogate}/gu, '\uFFFD')),
          JSON.stringify(part).slice(1, -1),
        ])
          if (form.length >= SHORTEST) texts.add(form)
      if (/^\s*[[{]/.test(value)) lookInside(value)
    }
  }
  /** A key file, put into the config as text. */
  const lookInside = (text: string): void => {
    try {
      look(JSON.parse(text))
    } catch {
      // It only begins like JSON.
    }
  }
  values.forEach(look)
  return [...texts]
}

export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets
    .toSorted((a, b) => b.length - a.length)
    .reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text)
}
