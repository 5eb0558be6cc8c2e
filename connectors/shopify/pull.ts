// Owns a pull: who reads, by which way customers are read, the segments behind them, and what the end proves.
import type { ConnectorContext, Page, PullEnd, PullRequest } from 'heysync/connector'
import { bulkCustomers, findBulk, runBulk } from './bulk.ts'
import { type Graphql, openGraphql } from './graphql.ts'
import { countCustomers, readScope } from './identity.ts'
import type { ShopifyOptions } from './options.ts'
import { pageCustomers } from './paging.ts'
import { type Position, readPosition, writePosition } from './position.ts'
import { pageLists } from './segments.ts'

const SEGMENTS_READ_AT = 'segmentsReadAt'

export async function* pullCustomers(
  options: ShopifyOptions,
  request: PullRequest,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  const graphql = openGraphql(options, context)
  const scope = await readScope(graphql, options.shop)
  const position = readPosition(request.resumeAfter)
  const isFull = request.mode === 'full'
  const count = isFull
    ? yield* everybody(graphql, options, position, context)
    : yield* news(graphql, options, position, request.window.from)
  // Customers come first: a segment that cannot be read keeps nobody's news back.
  const readsSegments = options.segments.length > 0 && (isFull || areDue(options, context))
  if (readsSegments) yield* pageLists(graphql, options, context.log.warn)
  const end: PullEnd = { covers: isFull ? 'everything' : 'changes', count, scope }
  yield { records: [], position: writePosition({ at: 'end' }), end }
  if (readsSegments) context.keep.set(SEGMENTS_READ_AT, String(context.clock.now()))
}

/** Returns the count to hold against what was seen, where there is one that can be held against it. */
async function* everybody(
  graphql: Graphql,
  options: ShopifyOptions,
  position: Position | null,
  context: ConnectorContext,
): AsyncGenerator<Page, number | null> {
  if (position?.at === 'bulk') {
    const operation = await findBulk(graphql, position.operation)
    yield* bulkCustomers(graphql, operation, position, options, context)
    return operation.rootObjectCount
  }
  if (position === null && options.bulkFrom !== 'never') {
    const many = await countCustomers(graphql, options.bulkFrom)
    const operation = many.count >= options.bulkFrom ? await runBulk(graphql, options, context) : null
    if (operation !== null) {
      yield* bulkCustomers(graphql, operation, { byte: 0, read: 0 }, options, context)
      return operation.rootObjectCount
    }
  }
  const start = position?.at === 'customers' ? position : { id: null, cursor: null }
  if (position === null || position.at === 'customers') yield* pageCustomers(graphql, options, null, start)
  // Without a break, the end of the list is proof enough, and a count would only race with the orders that come in.
  if (position === null) return null
  const { count, isExact } = await countCustomers(graphql, null)
  return isExact ? count : null
}

async function* news(
  graphql: Graphql,
  options: ShopifyOptions,
  position: Position | null,
  since: string | null,
): AsyncGenerator<Page, null> {
  const start = position?.at === 'customers' ? position : { id: null, cursor: null }
  if (position === null || position.at === 'customers') yield* pageCustomers(graphql, options, since, start)
  return null
}

function areDue({ segmentMinutes }: ShopifyOptions, { keep, clock }: ConnectorContext): boolean {
  const readAt = Number(keep.get(SEGMENTS_READ_AT) ?? 0)
  return clock.now() - readAt >= segmentMinutes * 60_000
}
