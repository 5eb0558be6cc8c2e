// Owns the requests of one source: its credential, its budget, and what its answers mean.
import type { BudgetWindow, ConnectorContext, Http, HttpAnswer, SourceHttp } from 'heysync/connector'
import { authOf } from './credential.ts'
import { changesOf } from './lists.ts'
import type { RestOptions } from './options.ts'
import type { ListOptions } from './options-list.ts'

const SECOND_MS = 1_000
const BUSY = 429

export function openApi(options: RestOptions, context: ConnectorContext): Http {
  const { busySeconds } = options
  return context.http({
    baseUrl: options.baseUrl,
    auth: authOf(options.auth, context),
    windows: windowsOf(options),
    judge: (answer) => judged(answer, options),
    retryAfterUnit: options.retryAfter,
    longestWaitMs: options.longestWaitSeconds * SECOND_MS,
    longestWaitHint: `It waits for ${options.longestWaitSeconds} s at most. A full pull that is read in parts removes nobody: if its limits never let it end in one go, set longestWaitSeconds higher, to the seconds of the longest of them.`,
    timeoutMs: options.timeoutSeconds * SECOND_MS,
    limits: ({ status, headers }) =>
      busySeconds !== undefined && status === BUSY && headers['retry-after'] === undefined
        ? { retryAt: context.clock.now() + busySeconds * SECOND_MS }
        : {},
  })
}

/** Lists with the same limits of their own share them: often they are one place of the API. */
export function bucketOf({ limits }: ListOptions): string {
  return limits === undefined ? 'default' : JSON.stringify(limits)
}

function windowsOf({ limits, ...options }: RestOptions): Record<string, BudgetWindow[]> {
  const windows = (all: RestOptions['limits']) =>
    all.map(({ requests, seconds }) => ({ requests, perMs: seconds * SECOND_MS }))
  const lists = [options.list, changesOf(options), options.deletions]
  const own = lists.flatMap((list) =>
    list?.limits === undefined ? [] : [[bucketOf(list), windows(list.limits)] as const],
  )
  return { default: windows(limits), ...Object.fromEntries(own) }
}

function meaningOf(
  answer: HttpAnswer,
  { answers }: RestOptions,
): RestOptions['answers'][number]['means'] | null {
  const rule = answers.find(
    ({ status, contains }) =>
      status.includes(answer.status) && (contains === undefined || answer.text.includes(contains)),
  )
  return rule?.means ?? null
}

function judged(answer: HttpAnswer, options: RestOptions): ReturnType<NonNullable<SourceHttp['judge']>> {
  const meaning = meaningOf(answer, options)
  return meaning === 'expired' ? 'refused' : meaning
}

/** The API says that a cursor is not taken any more. */
export function isExpired(answer: HttpAnswer, options: RestOptions): boolean {
  return meaningOf(answer, options) === 'expired'
}
