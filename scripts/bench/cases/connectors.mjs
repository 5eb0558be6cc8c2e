// A full pull by each connector from a vendor on loopback, only counted: how many records a second, and the most memory.
import { readdirSync } from 'node:fs'

export const name = 'connectors'
export const place = 15
export const about = 'A full pull by each connector from a vendor on the same machine, only counted'
export const rounds = 1
/** The usual one, unless others were asked for. */
export const sizes = (given, { asked }) => (asked ? given : [200_000])

const folder = new URL('../connectors/', import.meta.url)
const names = readdirSync(folder)
  .filter((file) => !/^reading|-vendor/.test(file))
  .map((file) => file.replace('.mjs', ''))

export const ways = Object.fromEntries(
  names.map((connector) => [
    connector,
    async () => (await import(new URL(`${connector}.mjs`, folder).href)).run(),
  ]),
)
