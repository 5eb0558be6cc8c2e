// Owns how much of Pipedrive's daily budget this source has used; the budget itself is the whole company's.
import { type ConnectorContext, ConnectorError } from 'heysync/connector'
import { z } from 'zod'

const DAY_MS = 24 * 60 * 60_000
const KEEP_NAME = 'tokens'
const usedSchema = z.object({ day: z.number(), used: z.number() })

export interface Allowance {
  /** Errors: a ConnectorError `quota` when the day's share is used up. */
  spend(cost: number): void
}

export function openAllowance(tokensPerDay: number, { keep, clock }: ConnectorContext): Allowance {
  return {
    spend: (cost) => {
      const day = Math.floor(clock.now() / DAY_MS)
      const used = usedOn(day, keep.get(KEEP_NAME)) + cost
      if (used > tokensPerDay)
        throw new ConnectorError('quota', {
          message: `This source has used its ${tokensPerDay} tokens of Pipedrive's budget for today.`,
          hint: 'It goes on tomorrow (UTC). Raise tokensPerDay if the company has more to spare.',
          until: (day + 1) * DAY_MS,
        })
      keep.set(KEEP_NAME, JSON.stringify({ day, used }), { forGood: true })
    },
  }
}

function usedOn(day: number, text: string | null): number {
  const kept = text === null ? null : usedSchema.safeParse(JSON.parse(text))
  return kept?.success && kept.data.day === day ? kept.data.used : 0
}
