// What config/sources/ ships, as the fakes are read with it: the file itself, with another address and another credential.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

export const shippedPath = (name: string) =>
  fileURLToPath(new URL(`../../../../config/sources/${name}.yaml`, import.meta.url))

interface Shipped {
  readonly options: Record<string, unknown> & { baseUrl: string }
  readonly lagSeconds: number
  readonly map: Record<'phone' | 'first' | 'last' | 'email', string>
}

/** `values`: what the variables hold. `url`: where the fake is, for the origin of the vendor. */
export function shipped(name: string, url: string, values: Readonly<Record<string, string>>): Shipped {
  const text = readFileSync(shippedPath(name), 'utf8').replace(
    /\$\{(\w+)\}/g,
    (_, key: string) => values[key] ?? key,
  )
  const { sources } = parse(text) as { sources: [Omit<Shipped, 'lagSeconds'> & Partial<Shipped>] }
  const [{ options, map, lagSeconds = 0 }] = sources
  const { pathname } = new URL(
    options.baseUrl.startsWith('http') ? options.baseUrl : `${url}${options.baseUrl}`,
  )
  return { map, lagSeconds, options: { ...options, baseUrl: `${url}${pathname}` } }
}

/** Refuses what goes beyond `most` requests in `perMs`, as a vendor counts them. */
export function meter(clock: { now(): number }, most: number, perMs: number): () => boolean {
  let times: number[] = []
  return () => {
    times = [...times.filter((at) => at > clock.now() - perMs), clock.now()]
    return times.length > most
  }
}

export const basic = (user: string, password = '') =>
  `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
