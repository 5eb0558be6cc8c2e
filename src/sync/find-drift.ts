// Owns the report of drift: which owned fields somebody changed in Heymarket, told without a plan and without a write.
import { toIso } from '../lib/clock.ts'
import { inOneGo } from '../lib/turns.ts'
import { diffAll } from './diff/diff.ts'
import type { Lookups } from './diff/lookups.ts'
import type { Engine } from './engine.ts'
import { compareAgainSteps, diffSettings } from './settings.ts'

export interface DriftReport {
  /** Fields that stay as they were changed. */
  readonly kept: number
  /** Fields that the next cycle sets to what the sources say. */
  readonly restored: number
  /** The newest of them. */
  readonly fields: readonly {
    phone: string
    field: string
    expected: string | null
    found: string
    outcome: 'kept' | 'restored'
    since: string
  }[]
}

const SHOWN = 20

/** Compares what a reconcile just read with what both sides last agreed on. */
export function findDrift(engine: Engine, lookups: Lookups): DriftReport {
  const { mirror } = engine
  const settings = diffSettings(engine, lookups)
  inOneGo(compareAgainSteps(mirror, settings))
  diffAll(mirror, settings)
  const fields = mirror.drift.newest(SHOWN).map(({ first_seen_at, ...row }) => ({
    ...row,
    since: toIso(first_seen_at),
  }))
  return { ...mirror.drift.counts(), fields }
}
