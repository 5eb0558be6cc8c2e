// Owns how a history is told, line by line, to whoever looks into a violation.
import { type Dialects, defaultDialects } from '../../../src/sandbox/dialects.ts'
import type { Faults } from '../../../src/sandbox/faults.ts'
import type { CycleReport } from '../../../src/sync/report.ts'
import type { Version } from './people.ts'

export function summary({
  cycle,
  mode,
  status,
  sources,
  plan,
  push,
  failures,
  reconcile,
}: CycleReport): string {
  const read = sources.map((one) => `${one.id} ${one.mode} ${one.read}/${one.gone}`).join(' ')
  const { create, update, remove, listAdd, listRemove, held } = plan
  return `${cycle} ${mode} ${status} [${read}] +${create} ~${update} -${remove} lists +${listAdd} -${listRemove} held ${held} acked ${push.acked} retrying ${push.retrying} dead ${push.deadLettered} ${failures.map(({ code }) => code)} ${reconcile?.mode} ${reconcile?.complete}`
}

export function hour(ms: number): string {
  return new Date(ms).toISOString().slice(5, 23)
}

export function written({ updatedAt, visibleAt, ...version }: Version): string {
  return `${hour(updatedAt)} shown ${hour(visibleAt)} ${Object.values(version).join(' ')}`
}

/** What differs from the first reading. */
export function departures(reading: Dialects): string {
  const plain: Readonly<Record<string, unknown>> = defaultDialects()
  return Object.entries(reading)
    .filter(([name, value]) => value !== plain[name])
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}

export function told(faults: Faults): string {
  return Object.entries(faults)
    .filter(([, value]) => value !== 0)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
}
