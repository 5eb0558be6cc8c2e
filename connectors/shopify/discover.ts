// Owns what the shop looks like before anything is pulled: fields with samples, how many customers, which segments.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { customersSchema } from './answers.ts'
import { CUSTOMERS } from './documents.ts'
import { openGraphql } from './graphql.ts'
import { countCustomers, readScope } from './identity.ts'
import type { ShopifyOptions } from './options.ts'
import { checkVisible } from './paging.ts'
import { isHollow, toRecord } from './record.ts'
import { chooseSegments, readSegments } from './segments.ts'

const LOOKED_AT = 25
const SAMPLES = 3
const SAMPLE_CHARS = 100

type Known = Pick<DiscoveredField, 'name' | 'type' | 'role' | 'label'>

const FIELDS: readonly Known[] = [
  { name: 'phone', type: 'text', role: 'phone', label: 'Phone number (E.164)' },
  { name: 'firstName', type: 'text', role: 'first', label: 'First name' },
  { name: 'lastName', type: 'text', role: 'last', label: 'Last name' },
  { name: 'email', type: 'text', role: 'email', label: 'E-mail' },
  { name: 'smsUnsubscribed', type: 'boolean', role: 'optedOut', label: 'Said no to SMS' },
  { name: 'smsMarketingConsent.marketingState', type: 'text', label: 'SMS subscription' },
  { name: 'smsMarketingConsent.marketingOptInLevel', type: 'text' },
  { name: 'smsMarketingConsent.consentUpdatedAt', type: 'date' },
  { name: 'smsMarketingConsent.consentCollectedFrom', type: 'text' },
  { name: 'emailMarketingState', type: 'text', label: 'E-mail subscription' },
  { name: 'tags', type: 'list', role: 'tags', label: 'Tags' },
  { name: 'state', type: 'text', label: 'State of the online account' },
  { name: 'locale', type: 'text', label: 'Language' },
  { name: 'numberOfOrders', type: 'text', label: 'Orders' },
  { name: 'createdAt', type: 'date', label: 'Added' },
  { name: 'updatedAt', type: 'date', label: 'Changed' },
  { name: 'defaultAddress.phone', type: 'text', label: 'Phone of the address' },
  { name: 'defaultAddress.countryCodeV2', type: 'text', role: 'country', label: 'Country' },
  { name: 'defaultAddress.company', type: 'text', label: 'Company' },
  { name: 'defaultAddress.address1', type: 'text' },
  { name: 'defaultAddress.address2', type: 'text' },
  { name: 'defaultAddress.city', type: 'text', label: 'City' },
  { name: 'defaultAddress.province', type: 'text' },
  { name: 'defaultAddress.provinceCode', type: 'text' },
  { name: 'defaultAddress.zip', type: 'text', label: 'Postal code' },
  { name: 'defaultAddress.country', type: 'text' },
  { name: 'id', type: 'text', label: 'Global id' },
  { name: 'legacyResourceId', type: 'text', label: 'Id in addresses of the admin' },
]

/** Errors: as a pull would, where the app may not see customers or a segment of the options is not there. */
export async function discoverCustomers(
  options: ShopifyOptions,
  context: ConnectorContext,
): Promise<Discovery> {
  const graphql = openGraphql(options, context)
  await readScope(graphql, options.shop)
  const variables = { first: LOOKED_AT, after: null, query: null }
  const { customers } = await graphql.ask(CUSTOMERS, variables, customersSchema)
  if (customers.nodes.some(isHollow)) await checkVisible(graphql, options.shop)
  const { count, isExact } = await countCustomers(graphql, null)
  const segments = await readSegments(graphql)
  const [fault] = chooseSegments(segments, options.segments, options.shop).faults
  if (fault !== undefined) throw fault
  const records = customers.nodes.map((node) => toRecord(node, options.shop).fields)
  return {
    fields: FIELDS.map((field) => ({ ...field, samples: samplesOf(records, field.name) })),
    count: isExact ? count : null,
    lists: segments.map(({ name }) => name),
  }
}

function samplesOf(records: readonly Readonly<Record<string, unknown>>[], path: string): readonly string[] {
  const values = records.map((record) => {
    const value = path
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], record)
    return (Array.isArray(value) ? value.join(', ') : String(value ?? '')).slice(0, SAMPLE_CHARS)
  })
  return [...new Set(values)].filter((value) => value !== '').slice(0, SAMPLES)
}
