// Owns columns that an object showed before and does not show any more. Where another object still has them, they would turn
// blank for everybody of this one; left out of its records, they are an error where the mapping names them.
import type { ConnectorContext } from 'heysync/connector'
import { z } from 'zod'
import type { Plan } from './fields.ts'
import type { Marks } from './marks.ts'
import type { SalesforceOptions } from './options.ts'

const NAME = 'columns'
const kept = z.object({ asked: z.string(), columns: z.record(z.string(), z.array(z.string())) })

/** The plan, in which each object knows what it lost. Other options begin anew. */
export function withLost(
  plan: Plan,
  { objects, fields }: SalesforceOptions,
  marks: Marks,
  log: ConnectorContext['log'],
): Plan {
  const asked = JSON.stringify([objects, fields ?? null])
  const before = kept.safeParse(JSON.parse(marks.get(NAME) ?? 'null')).data
  const had = before?.asked === asked ? before.columns : {}
  const columns: Record<string, string[]> = {}
  const plans = plan.objects.map((one) => {
    const { kind } = one.object
    const has = one.columns.map(({ path }) => path)
    const known = new Set([...(had[kind] ?? []), ...has])
    columns[kind] = [...known]
    const lost = plan.columns.map(({ path }) => path).filter((path) => known.has(path) && !has.includes(path))
    if (lost.length > 0)
      log.warn(
        `${kind} does not show ${lost.join(', ')} any more. Grant the user Read on it; if it is gone for good, name fields in another way.`,
      )
    return { ...one, lost: new Set(lost) }
  })
  marks.set(NAME, JSON.stringify({ asked, columns }))
  return { ...plan, objects: plans }
}
