// Owns what the account looks like before anything is pulled: properties with samples, and names of lists.
import type { ConnectorContext, DiscoveredField, Discovery } from 'heysync/connector'
import { ConnectorError } from 'heysync/connector'
import { openHubspot } from './client.ts'
import type { Contact } from './contact.ts'
import { openContacts } from './contacts.ts'
import { findLists } from './lists.ts'
import type { HubspotOptions } from './options.ts'
import { allProperties, type Property, propertiesToRead } from './properties.ts'

const CONTACTS = 20
const SAMPLES = 3
const SAMPLE_CHARS = 100

const ROLES: Readonly<Record<string, NonNullable<DiscoveredField['role']>>> = {
  mobilephone: 'phone',
  phone: 'phone',
  firstname: 'first',
  lastname: 'last',
  email: 'email',
  country: 'country',
}

const TYPES: Readonly<Record<string, NonNullable<DiscoveredField['type']>>> = {
  string: 'text',
  phone_number: 'text',
  enumeration: 'text',
  number: 'number',
  bool: 'boolean',
  date: 'date',
  datetime: 'date',
}

/** All properties; those that are read without being asked for come first. Errors: a ConnectorError. */
export async function discoverContacts(
  options: HubspotOptions,
  context: ConnectorContext,
): Promise<Discovery> {
  const hubspot = openHubspot(options, context)
  const known = await allProperties(hubspot)
  const first = propertiesToRead(known, options)
  const names = [...new Set([...first, ...known.filter(({ hidden }) => !hidden).map(({ name }) => name)])]
  const byName = new Map(known.map((property) => [property.name, property]))
  const contacts = openContacts(hubspot, { properties: names, pageSize: CONTACTS })
  const some = (await contacts.list(false, null)).contacts
  const fields = names.map((name) => field(byName.get(name) ?? { name }, some))
  const lists = await findLists(hubspot, '').catch((error: unknown) => {
    // Lists are a scope of their own, which a source without lists does not need.
    if (error instanceof ConnectorError && error.kind === 'unauthorized' && options.lists.length === 0)
      return []
    throw error
  })
  return { fields, count: null, ...(lists.length > 0 ? { lists: lists.map(({ name }) => name) } : {}) }
}

function field({ name, label, type }: Property, contacts: readonly Contact[]): DiscoveredField {
  const values = contacts.map(({ properties }) => properties?.[name]?.trim().slice(0, SAMPLE_CHARS) ?? '')
  const known = type == null ? undefined : TYPES[type]
  const role = ROLES[name]
  return {
    name,
    ...(known === undefined ? {} : { type: known }),
    ...(label == null || label === name ? {} : { label }),
    ...(role === undefined ? {} : { role }),
    samples: [...new Set(values.filter((value) => value !== ''))].slice(0, SAMPLES),
  }
}
