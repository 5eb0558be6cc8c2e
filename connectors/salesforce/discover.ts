// Owns what an organisation looks like before anything is pulled: fields with their labels, campaigns, and how many people.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { ConnectorError, HttpRefusal } from 'heysync/connector'
import { findCampaigns } from './campaigns.ts'
import { type Client, openClient } from './client.ts'
import { type Column, type Plan, planFields } from './fields.ts'
import { withLost } from './lost.ts'
import { openMarks } from './marks.ts'
import { roleOf } from './objects.ts'
import type { SalesforceOptions } from './options.ts'
import { asQueryError } from './query-error.ts'
import { toRecord } from './record.ts'
import { select } from './soql.ts'

const ROWS = 20
const SAMPLES = 3
const SAMPLE_CHARS = 100
const TITLES = 200

/** Errors: those of signIn and planFields; `field` for a `where` that Salesforce does not take; `not-found` for a campaign. */
export async function discoverSalesforce(
  options: SalesforceOptions,
  context: ConnectorContext,
): Promise<Discovery> {
  const client = await openClient(options, context)
  const plan = withLost(await planFields(client, options), options, openMarks(context.keep), context.log)
  const { missing } = await findCampaigns(client, options.campaigns)
  const lists = await titles(client)
  if (missing.length > 0)
    throw new ConnectorError('not-found', {
      message: `There is no campaign ${missing.join(', ')}, or the user that heysync reads as may not see it.`,
      hint: lists.length === 0 ? 'Grant Read on Campaigns.' : `There are: ${lists.join(', ')}.`,
    })
  const { count, samples } = await look(client, plan, options)
  const fields = plan.columns.map((column): DiscoveredField => {
    const role = roleOf(column.path)
    return {
      name: column.path,
      type: typeOf(column),
      ...(column.label === column.path ? {} : { label: column.label }),
      ...(role === undefined ? {} : { role }),
      samples: samples.get(column.path) ?? [],
    }
  })
  return { fields, count, lists }
}

async function look(
  client: Client,
  plan: Plan,
  options: SalesforceOptions,
): Promise<{ count: number; samples: ReadonlyMap<string, string[]> }> {
  const samples = new Map<string, string[]>()
  let count = 0
  for (const one of plan.objects) {
    const where = options.where[one.object.kind] ?? null
    const conditions = [one.object.condition, where === null ? null : `(${where})`]
    const { sobject } = one.object
    const counting = select({ columns: ['COUNT()'], sobject, conditions })
    const looking = `${select({ columns: one.selected, sobject, conditions })} LIMIT ${ROWS}`
    try {
      count += await client.count(counting)
      const { records } = await client.query(looking)
      for (const row of records) keep(samples, one.columns, toRecord(row, one, plan).fields)
    } catch (error) {
      throw asQueryError(error, counting, where)
    }
  }
  return { count, samples }
}

function keep(
  samples: Map<string, string[]>,
  columns: readonly Column[],
  fields: Readonly<Record<string, unknown>>,
): void {
  for (const { path } of columns) {
    const value = path
      .split('.')
      .reduce<unknown>((at, step) => (at as Record<string, unknown> | null)?.[step], fields)
    const text = value === null || value === undefined ? '' : String(value).trim().slice(0, SAMPLE_CHARS)
    const values = samples.get(path) ?? []
    if (text !== '' && values.length < SAMPLES && !values.includes(text)) samples.set(path, [...values, text])
  }
}

/** None where the user may not see campaigns. */
async function titles(client: Client): Promise<readonly string[]> {
  try {
    const { records } = await client.query(`SELECT Name FROM Campaign ORDER BY Name LIMIT ${TITLES}`)
    return records.map(({ Name }) => String(Name))
  } catch (error) {
    if (error instanceof HttpRefusal) return []
    throw error
  }
}

function typeOf({ type }: Column): NonNullable<DiscoveredField['type']> {
  if (type === 'boolean') return 'boolean'
  if (['int', 'double', 'currency', 'percent', 'long'].includes(type)) return 'number'
  return type === 'date' || type === 'datetime' ? 'date' : 'text'
}
