// Owns killing a first load again and again: when each kill strikes, and where the program was then.
import { expect } from 'vitest'
import type { Sandbox } from '../../src/sandbox/server.ts'
import { dice } from '../support/dice.ts'
import { makeExecutioner, runHeysync } from './crash-child.ts'

export interface Spree {
  /** For the sandbox. */
  onRequest(): void
  /** To be told how many contacts and members each write held. */
  onWritten(count: number): void
  /** Runs and kills until the count is reached. Returns how many kills struck where. */
  run(load: Load): Promise<Readonly<Record<string, number>>>
}

interface Load {
  readonly sandbox: Sandbox
  readonly folder: string
  readonly kills: number
  readonly seed: number
  /** How long after its start a run is killed at the latest, where time decides; in milliseconds. */
  readonly withinMs: number
  /** Contacts and members that are still to be written. */
  left(): number
  /** Called after each kill. */
  onKill(kills: number): void
}

/** What the program asked for last, as a person would call it. */
const PLACES: readonly [RegExp, string][] = [
  [/^(GET|POST) \/v1\/(contacts|contacts\/count|list\/\d+|lists)$/, 'reading the account'],
  [/list/, 'lists'],
  [/search|\/v1\/contact\/(get|\d+)$/, 'reading back'],
  [/status/, 'opt-outs'],
  [/contact/, 'writing contacts'],
]

export function planSpree(): Spree {
  const byRequest = makeExecutioner()
  const byProgress = makeExecutioner()
  return {
    onRequest: byRequest.onRequest,
    onWritten: (count) => {
      for (let n = 0; n < count; n += 1) byProgress.onRequest()
    },
    async run({ sandbox, folder, kills: wanted, seed, withinMs, left, onKill }) {
      const roll = dice(seed)
      const places: Record<string, number> = {}
      for (let kills = 0, runs = 0; kills < wanted; runs += 1) {
        expect(runs, 'runs that ended by themselves').toBeLessThan(3 * wanted + 10)
        // Every third at any moment, every third at a request; the rest when so much more is written that the load lasts.
        const step = Math.ceil(left() / (wanted - kills))
        const turns = roll(2) * roll(12)
        const kind = roll(3)
        const kill =
          kind === 0
            ? { afterMs: 50 + roll(withinMs) }
            : kind === 1 || left() === 0
              ? { executioner: byRequest, requests: 1 + roll(1 + roll(left() === 0 ? 4 : 40)), turns }
              : { executioner: byProgress, requests: 1 + roll(step), turns }
        const before = sandbox.store.requests().length
        const command = left() === 0 && roll(2) === 0 ? 'resync' : 'sync'
        const ending = await runHeysync([command, '--json'], folder, kill)
        // Whatever went wrong outside may end a run, but no sum may be off.
        expect(ending.stdout + ending.stderr).not.toMatch(/ERR_COUNTS|ERR_INTERNAL|SQLITE/)
        if (!ending.killed) continue
        kills += 1
        const last = sandbox.store.requests().slice(before).at(-1)
        const where = last === undefined ? 'reading the file' : placeOf(`${last.method} ${last.path}`)
        places[where] = (places[where] ?? 0) + 1
        onKill(kills)
      }
      return places
    },
  }
}

function placeOf(request: string): string {
  return PLACES.find(([pattern]) => pattern.test(request))?.[1] ?? 'asking for names'
}
