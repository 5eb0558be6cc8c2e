// Bulk operations of the fake: one at a time, done after a while, and their ends.
import { GraphQLError, graphqlSync, parse, validate } from 'graphql'
import { schema } from './schema.ts'
import { customers, type Shop } from './shop.ts'
import type { Storage } from './storage.ts'

/** `short`: the file lacks its last line. `stuck`: never done. */
export type Outcome = 'whole' | 'failed' | 'denied' | 'short' | 'stuck'

interface Operation {
  readonly id: string
  readonly lines: readonly string[]
  readonly startedAt: number
  readonly outcome: Outcome
  cancelled: boolean
}

export interface Bulks {
  outcome: Outcome
  /** How long an operation takes, in milliseconds. */
  takesMs: number
  /** Another one of this app is running. */
  busy: boolean
  readonly operations: Operation[]
  start(query: string, now: number): unknown
  cancel(id: string): unknown
  find(id: string, now: number): unknown
}

export function openBulks(shop: Shop, storage: Storage): Bulks {
  const statusOf = ({ outcome, cancelled, startedAt }: Operation, now: number) => {
    if (cancelled) return 'CANCELED'
    if (outcome === 'stuck' || now < startedAt + bulks.takesMs)
      return now === startedAt ? 'CREATED' : 'RUNNING'
    return outcome === 'failed' || outcome === 'denied' ? 'FAILED' : 'COMPLETED'
  }
  const show = (operation: Operation, now: number) => {
    const { id, lines, outcome } = operation
    const status = statusOf(operation, now)
    const shown = outcome === 'whole' ? lines : lines.slice(0, -1)
    const content = Buffer.from(shown.map((line) => `${line}\n`).join(''))
    const url = content.length === 0 ? null : storage.put(`${id.split('/').at(-1)}.jsonl`, content)
    return {
      __typename: 'BulkOperation',
      id,
      status,
      errorCode: status !== 'FAILED' ? null : outcome === 'denied' ? 'ACCESS_DENIED' : 'TIMEOUT',
      objectCount: String(lines.length),
      rootObjectCount: String(lines.length),
      fileSize: status === 'COMPLETED' ? String(content.length) : null,
      url: status === 'COMPLETED' ? url : null,
      partialDataUrl: status === 'FAILED' ? url : null,
    }
  }
  const bulks: Bulks = {
    outcome: 'whole',
    takesMs: 10_000,
    busy: false,
    operations: [],
    start: (query, now) => {
      const running = bulks.operations.find((one) => ['CREATED', 'RUNNING'].includes(statusOf(one, now)))
      if (bulks.busy || running !== undefined) {
        const message = `A bulk query operation for this app and shop is already in progress: ${running?.id ?? 'gid://shopify/BulkOperation/1'}.`
        return { bulkOperation: null, userErrors: [{ field: null, message }] }
      }
      const lines = linesOf(query, shop, now)
      const id = `gid://shopify/BulkOperation/${7_000 + bulks.operations.length}`
      const operation = { id, lines, startedAt: now, outcome: bulks.outcome, cancelled: false }
      bulks.operations.push(operation)
      return { bulkOperation: show(operation, now), userErrors: [] }
    },
    cancel: (id) => {
      const operation = bulks.operations.find((one) => one.id === id)
      if (operation) operation.cancelled = true
      return { bulkOperation: null, userErrors: [] }
    },
    find: (id, now) => {
      const operation = bulks.operations.find((one) => one.id === id)
      return operation === undefined ? null : show(operation, now)
    },
  }
  return bulks
}

/** Each customer of the answer on a line of its own, as it is at the start of the operation. */
function linesOf(query: string, shop: Shop, now: number): readonly string[] {
  const document = parse(query)
  const [wrong] = validate(schema, document)
  if (wrong) throw new GraphQLError(`Invalid bulk query: ${wrong.message}`)
  const rootValue = { customers: (args: object) => customers(shop, now, args, true) }
  const { data, errors } = graphqlSync({ schema, source: query, rootValue })
  if (errors?.[0]) throw errors[0]
  const connection = data?.customers as { edges: { node: unknown }[] }
  return connection.edges.map(({ node }) => JSON.stringify(node))
}
