// Owns reading customers page by page, in the order of their ids.
import { ConnectorError, type Page } from 'heysync/connector'
import { type Customer, customersSchema } from './answers.ts'
import { CUSTOMERS } from './documents.ts'
import { denied, type Graphql, TooCostly } from './graphql.ts'
import type { ShopifyOptions } from './options.ts'
import { writePosition } from './position.ts'
import { idOf, isHollow, toRecord } from './record.ts'

export interface Start {
  readonly id: string | null
  readonly cursor: string | null
}

/**
 * `since`: only who changed at that instant or later, RFC 3339; null: everybody.
 *
 * Everybody is read without a filter, behind Shopify's cursor: a filter would ask the search index, which lags, and whoever
 * it does not know yet would look gone. News are read by a filter on the time and on the id, which is a keyset of our own.
 * There is no upper bound: Shopify says that its filter of times matches "a whole day", and a bound that is cut to the day
 * would hide today. Whoever changes meanwhile comes again in the next window.
 */
export async function* pageCustomers(
  graphql: Graphql,
  { shop, pageSize }: ShopifyOptions,
  since: string | null,
  start: Start,
): AsyncGenerator<Page> {
  let first = pageSize
  let { id, cursor } = start
  let checked = false
  for (;;) {
    const query = since === null ? null : filterOf(since, id)
    const page = await askFor(graphql, first, { query, after: since === null ? cursor : null })
    first = page.first
    const { nodes, pageInfo } = page.customers
    id = lastId(nodes, id, shop)
    if (!checked && nodes.some(isHollow)) {
      await checkVisible(graphql, shop)
      checked = true
    }
    cursor = since === null ? pageInfo.endCursor : null
    if (pageInfo.hasNextPage && (nodes.length === 0 || (since === null && cursor === null)))
      throw new ConnectorError('failed', {
        message: `${shop} says that there are more customers, and does not say where.`,
        place: shop,
      })
    yield {
      records: nodes.map((node) => toRecord(node, shop)),
      position: writePosition({ at: 'customers', id, cursor }),
    }
    if (!pageInfo.hasNextPage) return
  }
}

/** Shopify keeps whole seconds, so a fraction of `since` is left out. */
function filterOf(since: string, id: string | null): string {
  const seconds = `${new Date(since).toISOString().slice(0, 19)}Z`
  return `updated_at:>='${seconds}'${id === null ? '' : ` AND id:>${id}`}`
}

/** Halves the page until Shopify does not find it too costly. */
async function askFor(
  graphql: Graphql,
  size: number,
  variables: { readonly query: string | null; readonly after: string | null },
) {
  for (let first = size; ; first = Math.floor(first / 2)) {
    try {
      const { customers } = await graphql.ask(CUSTOMERS, { first, ...variables }, customersSchema)
      return { customers, first }
    } catch (error) {
      if (!(error instanceof TooCostly) || first === 1) throw error
    }
  }
}

/** The id at the end of the page. Errors: `failed` when ids do not rise, because then a page could be read for ever. */
function lastId(nodes: readonly Customer[], before: string | null, shop: string): string | null {
  let last = before
  for (const node of nodes) {
    const id = idOf(node.id)
    if (last !== null && BigInt(id) <= BigInt(last))
      throw new ConnectorError('failed', {
        message: `${shop} gave customer ${id} behind ${last}, though they were asked for in the order of their ids.`,
        place: shop,
      })
    last = id
  }
  return last
}

const LOOKED_AT = 25
const TOO_MANY = 3

/**
 * One customer without a name, e-mail or phone was erased by request. When all of them are, the shop hides them from the
 * app: errors `unauthorized`, so that nobody's fields are blanked.
 */
export async function checkVisible(graphql: Graphql, shop: string): Promise<void> {
  const { customers } = await askFor(graphql, LOOKED_AT, { query: null, after: null })
  if (customers.nodes.length >= TOO_MANY && customers.nodes.every(isHollow))
    throw denied(shop, 'names, e-mail addresses and phone numbers of all of them come empty.')
}
