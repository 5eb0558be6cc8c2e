// Owns the dials under `guard:`, for all sources and for one: how many changes of a kind wait for a person.
import { z } from 'zod'

/** A dial that has a count by default keeps it when only its other keys are written. */
const optionalCount = (fallback: number | undefined) => {
  const count = z.int().min(0)
  return fallback === undefined ? count.optional() : count.optional().default(fallback)
}

const dial = (defaults: { ratio: number; min: number; count?: number }, what: string) =>
  z
    .strictObject({
      ratio: z
        .number()
        .min(0)
        .max(1)
        .default(defaults.ratio)
        .describe('Share of the contacts concerned, 0 to 1.'),
      min: z
        .int()
        .min(0)
        .default(defaults.min)
        .describe('Fewer than this many are never held for their share.'),
      count: optionalCount(defaults.count)
        .describe('More than this many are held whatever their share.')
        .meta({ examples: [5000] }),
    })
    .prefault(defaults)
    .describe(what)

export const guard = z
  .strictObject({
    removals: dial({ ratio: 0.1, min: 20, count: 5000 }, 'People who left their source.'),
    listRemovals: dial({ ratio: 0.3, min: 20 }, 'Members taken off one list.'),
    updates: dial(
      { ratio: 0.5, min: 100 },
      'Contacts changed that were there before; creating is never held.',
    ),
    blanks: dial({ ratio: 0.1, min: 20 }, 'Contacts in which a field that had a value turns blank.'),
    optOuts: dial({ ratio: 0.1, min: 20 }, 'People newly opted out by the sources.'),
  })
  .prefault({})
  .describe(
    'Changes held for a person to approve: when (n > ratio of those concerned and n >= min) or n > count.',
  )

/** A dial of one source: only the keys that differ from the dial for all. */
const sourceDial = z
  .strictObject({
    ratio: z.number().min(0).max(1).optional().describe('Share of the contacts concerned, 0 to 1.'),
    min: z.int().min(0).optional().describe('Fewer than this many are never held for their share.'),
    count: z.int().min(0).optional().describe('More than this many are held whatever their share.'),
  })
  .optional()

export const sourceGuard = z
  .strictObject({
    removals: sourceDial.describe('People who left this source.'),
    updates: sourceDial.describe('Contacts changed that were there before.'),
    blanks: sourceDial.describe('Contacts in which a field that had a value turns blank.'),
    optOuts: sourceDial.describe('People newly opted out by this source.'),
  })
  .optional()
  .describe('Dials of this source, where they differ from `guard`: only the keys that differ.')
  .meta({ examples: [{ removals: { ratio: 0.5 } }] })
