// Owns a full reading by one bulk operation: started, waited for, and its file taken apart. Whatever goes wrong before the
// file is there leads back to reading page by page; a part of a result is never taken for the whole.
import { type ConnectorContext, ConnectorError, type Page } from 'heysync/connector'
import { z } from 'zod'
import {
  type BulkStatus,
  bulkStartSchema,
  bulkStatusSchema,
  type Customer,
  customerSchema,
} from './answers.ts'
import { BULK_CANCEL, BULK_START, BULK_START_VARIABLES, BULK_STATUS } from './documents.ts'
import { readLines } from './download.ts'
import { denied, type Graphql } from './graphql.ts'
import type { ShopifyOptions } from './options.ts'
import { checkVisible } from './paging.ts'
import { writePosition } from './position.ts'
import { isHollow, toRecord } from './record.ts'

export interface Operation extends BulkStatus {
  readonly id: string
}

const FIRST_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 30_000

/** The operation when it is done; null, with a word in the log, when the customers have to be read page by page. */
export async function runBulk(
  graphql: Graphql,
  options: ShopifyOptions,
  context: ConnectorContext,
): Promise<Operation | null> {
  const { clock, log, signal } = context
  const { bulkOperationRunQuery: started } = await graphql.ask(
    BULK_START,
    BULK_START_VARIABLES,
    bulkStartSchema,
  )
  const id = started.bulkOperation?.id
  if (id === undefined || started.userErrors.length > 0) {
    log.info(`no bulk operation (${started.userErrors.join('; ')}), so the customers are read page by page.`)
    return null
  }
  const giveUpAt = clock.now() + options.bulkMinutes * 60_000
  for (let wait = FIRST_WAIT_MS; ; wait = Math.min(LONGEST_WAIT_MS, wait * 1.5)) {
    const status = await readStatus(graphql, id)
    if (status === null) return null
    if (status.status === 'COMPLETED') return { ...status, id }
    if (status.errorCode === 'ACCESS_DENIED')
      throw denied(options.shop, 'the bulk operation ended with ACCESS_DENIED.')
    if (!['CREATED', 'RUNNING'].includes(status.status)) {
      const why = [status.status, status.errorCode].filter(Boolean).join(', ')
      log.warn(
        `the bulk operation ended without a whole result (${why}), so the customers are read page by page.`,
      )
      return null
    }
    if (clock.now() >= giveUpAt) {
      await graphql.ask(BULK_CANCEL, { id }, z.unknown())
      log.warn(
        `the bulk operation was not done in ${options.bulkMinutes} minutes and was cancelled, so the customers are read page by page.`,
      )
      return null
    }
    await clock.sleep(wait, signal)
  }
}

/** The operation of an interrupted pull. Errors: `cursor-expired` when its result is no longer there. */
export async function findBulk(graphql: Graphql, id: string): Promise<Operation> {
  const status = await readStatus(graphql, id)
  if (status?.status !== 'COMPLETED')
    throw new ConnectorError('cursor-expired', {
      message: `Shopify no longer knows the bulk operation ${id}.`,
    })
  return { ...status, id }
}

async function readStatus(graphql: Graphql, id: string): Promise<BulkStatus | null> {
  const { node } = await graphql.ask(BULK_STATUS, { id }, bulkStatusSchema)
  return node
}

/** Customers of the file, from a byte on; `read` of them were read before. Errors: `failed` when they are not all there. */
export async function* bulkCustomers(
  graphql: Graphql,
  operation: Operation,
  from: { readonly byte: number; readonly read: number },
  options: ShopifyOptions,
  context: ConnectorContext,
): AsyncGenerator<Page> {
  let { read } = from
  let checked = false
  const { url, fileSize = null } = operation
  if (url) {
    for await (const { lines, byte } of readLines(
      url,
      fileSize,
      from.byte,
      context,
      options.url === undefined,
    )) {
      const customers = lines.map((line) => readLine(line, options.shop))
      if (!checked && customers.some(isHollow)) {
        await checkVisible(graphql, options.shop)
        checked = true
      }
      read += customers.length
      yield {
        records: customers.map((customer) => toRecord(customer, options.shop)),
        position: writePosition({ at: 'bulk', operation: operation.id, byte, read }),
      }
    }
  }
  if (read !== operation.rootObjectCount)
    throw new ConnectorError('failed', {
      message: `The bulk operation of ${options.shop} counted ${operation.rootObjectCount} customers, and its file holds ${read}.`,
      place: options.shop,
    })
}

function readLine(line: string, shop: string): Customer {
  try {
    return customerSchema.parse(JSON.parse(line))
  } catch {
    throw new ConnectorError('failed', {
      message: `A line of the bulk operation of ${shop} is no customer: ${line.slice(0, 60)}…`,
      place: shop,
    })
  }
}
