// Owns the faults: what can go wrong between a request and its answer, and how likely each is.
import { defaultsOf, parseSwitch, type Settings, tableMarkdown } from './switches.ts'

const chance = (sentence: string) => ({ default: 0, min: 0, max: 1, whole: false, open: '', sentence })
const whole = (max: number, sentence: string) => ({
  default: 0,
  min: 0,
  max,
  whole: true,
  open: '',
  sentence,
})

export const FAULT_TABLE = {
  lostAnswer: chance('The request is applied, then the connection ends without an answer.'),
  lostRequest: chance('The connection ends before anything is applied.'),
  error500Before: chance('A 500 before anything is applied.'),
  error500After: chance('The request is applied, then answered with a 500.'),
  rateLimited: chance('A 429 although the budget has room. It does not count against the budget.'),
  truncated: chance('The request is applied; half of the answer arrives, then the connection ends.'),
  unauthorized: chance('A 401 although the credentials are right.'),
  forbidden: chance('A 403 although the credentials are right.'),
  badGateway: chance('A 502 with an HTML page; nothing is applied.'),
  slowMs: whole(600_000, 'Each answer waits up to this many milliseconds, after the request is applied.'),
  editedMeanwhile: chance(
    'After a page of contacts, a person saves the one that was changed longest ago, so that it moves to the head.',
  ),
  deletedMeanwhile: chance(
    'After a page of contacts, a person deletes the one that was changed longest ago.',
  ),
  webhookDropped: chance('A webhook call is not made.'),
  webhookRepeated: chance('A webhook call is made twice.'),
  webhookReordered: chance('A webhook call is made after the next one.'),
  writesOnly: whole(1, '1: faults hit only requests that write.'),
} as const

export type Faults = Settings<typeof FAULT_TABLE>
/** A fault that can hit a request. */
export type FaultName = Exclude<
  keyof Faults,
  'slowMs' | 'writesOnly' | `${string}Meanwhile` | `webhook${string}`
>

/** No faults at all. */
export function defaultFaults(): Faults {
  return defaultsOf(FAULT_TABLE)
}

/** Reads `lostAnswer=0.05`. Throws ERR_USAGE with the nearest name or the allowed range. */
export function parseFault(text: string): Partial<Faults> {
  return parseSwitch('fault', FAULT_TABLE, text)
}

/** The table of faults as Markdown, for docs/sandbox.md. */
export function faultTableMarkdown(): string {
  return tableMarkdown('fault', FAULT_TABLE)
}
