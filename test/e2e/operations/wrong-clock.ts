// Owns the wrong clock: the built program started with a clock that a test sets while it runs.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SandboxOptions } from '../../../src/sandbox/server.ts'
import { clinicConfig, type House, type Running, type Tree } from '../support.ts'
import { clinic } from './clinic.ts'

const PRELOAD = fileURLToPath(new URL('set-clock.mjs', import.meta.url))

export const MINUTE = 60_000
export const DAY = 24 * 60 * MINUTE

/** A legacy key has no time in it, so that the account takes requests whatever the clock says. */
export async function timelessClinic(
  count: number,
  source: Tree = {},
  sandbox: SandboxOptions = {},
): Promise<House> {
  const home = await clinic(count, { sandbox })
  const auth = { apiKey: 'sandbox-key' }
  const heymarket = { baseUrl: home.sandbox.url, auth, requestsPerMinute: 100_000 }
  home.config(clinicConfig(home.sandbox.url, source, { heymarket }))
  return home
}

/** In one step, because the program may look at any moment. */
export function setClock(home: House, offMs: number): void {
  writeFileSync(join(home.dir, 'clock.new'), String(offMs))
  renameSync(join(home.dir, 'clock.new'), join(home.dir, 'clock'))
}

/** Runs heysync with a clock that `setClock` sets. */
export function withClock(home: House, command: string): Running {
  return home.shell(`exec $heysync ${command}`, { NODE_OPTIONS: `--import=${PRELOAD}` })
}
